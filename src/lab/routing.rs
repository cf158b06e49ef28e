use super::{
    Destination, Family, ForwardingMethod, Gateway, Lab, Node, Role, VirtualRouter, VirtualService,
};
use ipnet::IpNet;
use std::net::IpAddr;

/// A node's default gateway, and why it is that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DefaultGateway {
    /// The next hop.
    pub via: IpAddr,
    /// Why.
    pub reason: GatewayReason,
}

/// Why a node has a default gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GatewayReason {
    /// The file asks for it.
    Asked,
    /// It is the DIP, and the node a real server of NAT: its replies must return that way.
    Dip,
    /// It is a VIP of the virtual router whose master is the director of NAT at the time.
    VirtualRouter,
    /// It is the only router on the node's networks.
    OnlyRouter,
}

impl Lab {
    /// A node's default gateway in one address family: the file's word, else what the node's part
    /// in the lab implies.
    pub fn default_gateway(&self, node: &Node, family: Family) -> Option<DefaultGateway> {
        if let Some(route) = node.default_route(family) {
            return Some(DefaultGateway { via: route.via, reason: GatewayReason::Asked });
        }
        match node.gateway {
            Gateway::None => None,
            Gateway::Address(via) if Family::of(via) == family => {
                Some(DefaultGateway { via, reason: GatewayReason::Asked })
            }
            Gateway::Address(_) | Gateway::Derived => self.derived_gateway(node, family),
        }
    }

    fn derived_gateway(&self, node: &Node, family: Family) -> Option<DefaultGateway> {
        let because = |reason| move |via| DefaultGateway { via, reason };
        self.inner_vip_of(node, family)
            .map(because(GatewayReason::VirtualRouter))
            .or_else(|| self.dip_of(node, family).map(because(GatewayReason::Dip)))
            .or_else(|| self.only_router(node, family).map(because(GatewayReason::OnlyRouter)))
    }

    /// A router's next hop to a VIP that lies in no network of the lab: the director, unless a
    /// route of the file's leads there.
    pub fn distant_vip_hop(&self, router: &Node, service: &VirtualService) -> Option<IpAddr> {
        let covers = |net: &IpNet| net.contains(&service.vip);
        let asked = router.routes.iter().any(|route| covers(&route.destination));
        let near = self.networks.iter().any(|network| covers(&network.subnet));
        if router.role != Role::Router || asked || near {
            return None;
        }
        shared_address(self.first_director(service)?, router, Family::of(service.vip))
    }

    /// The VIPs of the service's virtual router, then of its directors' others, that a real server
    /// can have as its gateway: they are on one of its networks, and of the service's family.
    pub fn moving_gateways(
        &self,
        service: &VirtualService,
        server: &Node,
    ) -> impl Iterator<Item = IpAddr> {
        let routers = self.high_availability.iter().flat_map(|wanted| &wanted.routers);
        let shared =
            |r: &&VirtualRouter| r.priorities.keys().any(|d| service.directors.contains(d));
        let own = self.router_of(service.vip);
        let all = own.into_iter().chain(routers.filter(shared)).flat_map(|router| &router.vips);
        let family = Family::of(service.vip);
        all.filter(move |vip| {
            family.has(vip.address) && server.interface_in(&vip.network).is_some()
        })
        .map(|vip| vip.address.addr())
    }

    /// The VIP, on a network of this real server's, that moves with the director of its NAT: that
    /// of its RIP's network, if there is one.
    fn inner_vip_of(&self, server: &Node, family: Family) -> Option<IpAddr> {
        let (service, entry) = self.nat_entry_of(server, family)?;
        let link = server.interface_of(entry.address).map(|rip| rip.address.trunc());
        let gateways: Vec<_> = self.moving_gateways(service, server).collect();
        let near = gateways.iter().find(|vip| link.is_some_and(|link| link.contains(*vip)));
        near.or(gateways.first()).copied()
    }

    /// The DIP of the director that forwards to this real server by NAT: its address in the RIP's
    /// network, if it has one.
    fn dip_of(&self, server: &Node, family: Family) -> Option<IpAddr> {
        let (service, entry) = self.nat_entry_of(server, family)?;
        let director = self.first_director(service)?;
        let link = server.interface_of(entry.address).map(|rip| &rip.network);
        let near = link.and_then(|network| director.interface_in(network));
        let near = near.filter(|interface| family.has(interface.address));
        near.map(|i| i.address.addr()).or_else(|| shared_address(director, server, family))
    }

    /// The first virtual service that forwards to this real server by NAT, with its entry.
    fn nat_entry_of(
        &self,
        server: &Node,
        family: Family,
    ) -> Option<(&VirtualService, &Destination)> {
        let nat = |d: &&Destination| {
            d.real_server == server.name && d.forwarding == ForwardingMethod::Nat
        };
        // A director's replies to its own clients do not leave it before they are rewritten.
        let others = self.services.iter().filter(|s| !s.directors.contains(&server.name));
        let mut others = others.filter(|service| Family::of(service.vip) == family);
        others.find_map(|service| Some((service, service.servers().find(nat)?)))
    }

    fn only_router(&self, node: &Node, family: Family) -> Option<IpAddr> {
        if node.role == Role::Router {
            return None;
        }
        let mut routers =
            self.with_role(Role::Router).filter_map(|router| shared_address(router, node, family));
        let only = routers.next()?;
        routers.next().is_none().then_some(only)
    }

    fn first_director(&self, service: &VirtualService) -> Option<&Node> {
        service.directors.first().and_then(|name| self.node(name))
    }
}

fn shared_address(of: &Node, with: &Node, family: Family) -> Option<IpAddr> {
    let mut shared = of.interfaces_shared_with(with).map(|interface| interface.address);
    shared.find(|address| family.has(*address)).map(|address| address.addr())
}
