use super::daemons;
use super::ipvsadm::{add_destination, add_service};
use super::{processes, servers};
use crate::lab::{Family, LabName, NetworkName, NodeName};
use crate::plan::{Op, PacketMark, Plan, ServiceKey};
use ipnet::IpNet;

/// The commands of iproute2, procps, ipvsadm and iptables that do what an operation does.
pub fn commands(op: &Op, plan: &Plan) -> Vec<String> {
    let lab = &plan.lab;
    let at = |node: &NodeName| format!("ip -n {lab}-{node}");
    let inside = |node: &NodeName| format!("ip netns exec {lab}-{node}");
    match op {
        Op::CreateNamespace { node } => namespace(lab, node),
        Op::CreateBridge { network, mtu } => bridge(&at(&NodeName::switch()), network, *mtu),
        Op::Connect { .. } => connect(op, lab),
        Op::SetLinkUp { node, interface } => {
            vec![format!("{} link set dev {interface} up", at(node))]
        }
        Op::TakeAny { node, interface } => {
            vec![format!("{} -6 tunnel change {interface} mode any", at(node))]
        }
        Op::OpenGue { node, port } => vec![format!("{} fou add port {port} gue", at(node))],
        Op::AddAddress { node, interface, address } => {
            let (ip, lifetime) = (at(node), lifetime(*address));
            vec![format!("{ip} address add {address} dev {interface}{lifetime}")]
        }
        Op::AddRoute { node, destination, via } => {
            let to = destination.map_or_else(|| "default".to_owned(), |to| to.to_string());
            let of = if via.is_ipv6() { " -6" } else { "" };
            vec![format!("{}{of} route add {to} via {via}", at(node))]
        }
        Op::SetSysctl { node, key, value } => {
            vec![format!("{} sysctl -qw {key}={}", inside(node), quoted(value))]
        }
        Op::SetTimeouts { node, timeouts } => {
            vec![format!("{} ipvsadm --set {timeouts}", inside(node))]
        }
        Op::AddSourceNat { node, service } => {
            vec![format!("{} {}", inside(node), masquerade(service))]
        }
        Op::MarkPackets { node, packets } => marking(packets)
            .into_iter()
            .map(|command| format!("{} {command}", inside(node)))
            .collect(),
        Op::AddService { node, service } => {
            vec![format!("{} ipvsadm {}", inside(node), add_service(service))]
        }
        Op::AddDestination { node, service, destination } => {
            vec![format!("{} ipvsadm {}", inside(node), add_destination(service, destination))]
        }
        Op::StartBackend { node, backend } => {
            let arguments = servers::arguments(plan, node, backend);
            vec![format!("{} python3 {arguments} &", inside(node))]
        }
        Op::StartProcess { node, process } => processes::commands(lab, node, process),
        Op::RunCommand { node, shell } => vec![format!("{} sh -c {}", inside(node), quoted(shell))],
        Op::StartDaemon { node, daemon } => daemons::commands(lab, node, daemon),
        Op::AwaitAddress { node, others, address, .. } => {
            vec![daemons::awaiting(lab, [node].into_iter().chain(others), *address)]
        }
        Op::KillDaemons { .. }
        | Op::ForgetConnections { .. }
        | Op::CutCable { .. }
        | Op::Misbehave { .. }
        | Op::Impair { .. } => Vec::new(),
    }
}

fn bridge(ip: &str, network: &NetworkName, mtu: Option<u32>) -> Vec<String> {
    vec![
        format!("{ip} link add name {network} type bridge mcast_snooping 0"),
        format!("{ip} link set dev {network}{} up", mtu_words(mtu)),
    ]
}

/// In IPv6 an address is not tried before use, as nobody else can have it; one alone, as a VIP, is
/// never what the node speaks from.
fn lifetime(address: IpNet) -> &'static str {
    match address {
        IpNet::V4(_) => "",
        IpNet::V6(net) if net.prefix_len() < 128 => " nodad",
        IpNet::V6(_) => " nodad preferred_lft 0",
    }
}

fn namespace(lab: &LabName, node: &NodeName) -> Vec<String> {
    let name = format!("{lab}-{node}");
    let mut lines =
        vec![format!("ip netns add {name}"), format!("ip -n {name} link set dev lo up")];
    if *node == NodeName::switch() {
        let quiet = "net.ipv6.conf.default.disable_ipv6=1";
        lines.push(format!("ip netns exec {name} sysctl -qw {quiet}"));
    }
    lines
}

fn connect(op: &Op, lab: &LabName) -> Vec<String> {
    let Op::Connect { node, interface, network, mtu } = op else { return Vec::new() };
    let (switch, mtu) = (NodeName::switch(), mtu_words(*mtu));
    let port = node.port(interface);
    vec![
        format!(
            "ip -n {lab}-{switch} link add name {port} type veth peer name {interface} netns {lab}-{node}"
        ),
        format!("ip -n {lab}-{switch} link set dev {port}{mtu} master {network} up"),
        format!("ip -n {lab}-{node} link set dev {interface} addrgenmode none"),
        format!("ip -n {lab}-{node} link set dev {interface}{mtu} up"),
    ]
}

fn mtu_words(mtu: Option<u32>) -> String {
    mtu.map_or_else(String::new, |mtu| format!(" mtu {mtu}"))
}

/// The rules that mark packets: those that come in, and the director's own.
fn marking(packets: &PacketMark) -> Vec<String> {
    let (program, ports) = (iptables(packets.family()), packets.port_list());
    let PacketMark { mark, vip, protocol, .. } = packets;
    let rule = |chain| {
        format!(
            "{program} -t mangle -A {chain} -d {vip} -p {protocol} -m multiport --dports {ports} \
             -j MARK --set-mark {mark}"
        )
    };
    ["PREROUTING", "OUTPUT"].map(rule).into()
}

fn iptables(family: Family) -> &'static str {
    match family {
        Family::Inet => "iptables",
        Family::Inet6 => "ip6tables",
    }
}

/// The rule that sends connections of a virtual service on with the director's address.
fn masquerade(service: &ServiceKey) -> String {
    let program = iptables(service.family());
    let matched = match service {
        ServiceKey::Address(protocol, address) => format!(
            "-p {protocol} -m conntrack --ctorigdst {} --ctorigdstport {}",
            address.ip(),
            address.port()
        ),
        ServiceKey::Mark(mark, _) => format!("-m mark --mark {mark}"),
    };
    format!("{program} -t nat -A POSTROUTING {matched} -j MASQUERADE")
}

/// The text as one word of a POSIX shell.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_quote_survives_the_shell() {
        assert_eq!(quoted("echo it's"), r"'echo it'\''s'");
        assert_eq!(quoted("4096 87380"), "'4096 87380'");
        assert_eq!(quoted("1"), "1");
    }
}
