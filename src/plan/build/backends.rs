use super::Draft;
use crate::lab::{Node, Port, VirtualService};
use crate::plan::{Backend, Op, Upstream};

/// One built-in server for each port that a node is asked on, of its service's protocol.
pub(super) fn build(draft: &mut Draft<'_>) {
    let lab = draft.lab;
    for node in &lab.nodes {
        for (port, at) in lab.backend_ports(node) {
            let upstream = node.serving.upstream_of(port).iter().map(Upstream::from).collect();
            let vips = vips(&lab.services, node, port);
            let answers = lab.answers(node, port);
            let (port, protocol) = (port.number, port.protocol);
            let backend = Backend { port, protocol, vips, upstream, answers };
            let why = why(node, &backend);
            draft.add(Op::StartBackend { node: node.name.clone(), backend }, why, &at);
        }
    }
}

fn why(node: &Node, backend: &Backend) -> String {
    let noun = node.role.noun();
    match backend.upstream.as_slice() {
        [] => format!("answers with the {noun}'s name"),
        asked => {
            let names: Vec<_> = asked.iter().map(ToString::to_string).collect();
            format!("answers with the {noun}'s name, when it has asked {}", names.join(" and "))
        }
    }
}

fn vips(services: &[VirtualService], node: &Node, port: Port) -> Vec<std::net::IpAddr> {
    let keeps = |service: &&VirtualService| {
        service.ports_of(node).any(|(asked, entry)| asked == port && entry.forwarding.keeps_vip())
    };
    let mut vips: Vec<_> = services.iter().filter(keeps).map(|s| s.vip).collect();
    vips.sort_unstable();
    vips.dedup();
    vips
}
