use crate::lab::{Lab, NetworkName, Node, NodeName, ServiceName};
use crate::plan::{Behaviour, Op, ServiceEntry, build};
use ipnet::IpNet;

/// A node that a fault befalls.
#[derive(Clone, Copy)]
pub(super) struct Victim<'a> {
    pub(super) lab: &'a Lab,
    pub(super) node: &'a NodeName,
}

impl Victim<'_> {
    /// Its operations in the plan that are of a kind, in order.
    pub(super) fn planned(self, kind: impl Fn(&Op) -> bool) -> Vec<Op> {
        let ops = build(self.lab).steps.into_iter().map(|step| step.op);
        ops.filter(|op| op.node() == *self.node && kind(op)).collect()
    }

    /// What runs in it: backends, processes, a director's daemons.
    pub(super) fn programs(self) -> Vec<Op> {
        self.planned(|op| {
            matches!(op, Op::StartBackend { .. } | Op::StartProcess { .. } | Op::StartDaemon { .. })
        })
    }

    /// Each of its backends, told to treat its clients so.
    pub(super) fn misbehaving(self, behaviour: Behaviour) -> Vec<Op> {
        let told = |op| match op {
            Op::StartBackend { node, backend } => {
                Some(Op::Misbehave { node, port: backend.socket(), behaviour })
            }
            _ => None,
        };
        self.programs().into_iter().filter_map(told).collect()
    }

    /// Its interfaces in a network, or all of them.
    pub(super) fn interfaces(self, network: Option<&NetworkName>) -> Vec<String> {
        let all = self.itself().into_iter().flat_map(|node| &node.interfaces);
        let wanted = all.filter(|i| network.is_none_or(|network| *network == i.network));
        wanted.map(|interface| interface.name.clone()).collect()
    }

    /// The pulling of its cables to a network, or of all.
    pub(super) fn cuts(self, network: Option<&NetworkName>) -> Vec<Op> {
        let cut = |interface| Op::CutCable { node: self.node.clone(), interface };
        self.interfaces(network).into_iter().map(cut).collect()
    }

    /// Its entries in the directors' tables, for one virtual service or for all. A table that a
    /// daemon makes has them too, though the plan does not.
    pub(super) fn entries(self, only: Option<&ServiceName>) -> Vec<Op> {
        let services = self.lab.services.iter();
        let wanted = services.filter(|service| only.is_none_or(|only| *only == service.name));
        let mut entries = Vec::new();
        for service in wanted {
            let mine = service.destinations.iter().filter(|d| d.real_server == *self.node);
            for (destination, director) in
                mine.flat_map(|mine| service.directors.iter().map(move |director| (mine, director)))
            {
                entries.push(Op::AddDestination {
                    node: director.clone(),
                    service: ServiceEntry::from(service).key,
                    destination: destination.into(),
                });
            }
        }
        entries
    }

    /// The VIPs that its daemons hold while it is master.
    pub(super) fn held_vips(self) -> Vec<Op> {
        let Some(node) = self.itself() else { return Vec::new() };
        let routers = self.lab.high_availability.iter().flat_map(|wanted| &wanted.routers);
        let mine = routers.filter(|router| router.priorities.contains_key(self.node));
        let seat = |vip: &crate::lab::VirtualAddress| {
            let interface = node.interface_in(&vip.network)?.name.clone();
            let address: IpNet = vip.address;
            Some(Op::AddAddress { node: self.node.clone(), interface, address })
        };
        mine.flat_map(|router| router.member(self.node).vips).filter_map(seat).collect()
    }

    fn itself(&self) -> Option<&Node> {
        self.lab.node(self.node)
    }
}
