use super::commands;
use super::ipvsadm::service_words;
use crate::plan::{Op, Plan};

/// The commands that do what an operation does, as they are typed in its own node; none for what
/// is not done in a node.
pub fn typed(op: &Op, plan: &Plan) -> Vec<String> {
    let namespace = format!("{}-{}", plan.lab, op.node());
    let (ip, exec) = (format!("ip -n {namespace} "), format!("ip netns exec {namespace} "));
    let inside = |command: String| {
        if let Some(rest) = command.strip_prefix(&ip) {
            return Some(format!("ip {rest}"));
        }
        command.strip_prefix(&exec).map(|rest| rest.replacen("sysctl -qw", "sysctl -w", 1))
    };
    commands(op, plan).into_iter().filter_map(inside).collect()
}

/// The commands that change what is there already into what an operation makes.
pub fn typed_again(op: &Op, plan: &Plan) -> Vec<String> {
    let again = |command: String| match op {
        Op::AddService { .. } => command.replacen("ipvsadm -A", "ipvsadm -E", 1),
        Op::AddDestination { .. } => command.replacen("ipvsadm -a", "ipvsadm -e", 1),
        Op::AddRoute { .. } => command.replacen(" route add", " route replace", 1),
        _ => command,
    };
    typed(op, plan).into_iter().map(again).collect()
}

/// The commands that take away what an operation makes, typed in the node.
pub fn typed_away(op: &Op, plan: &Plan) -> Vec<String> {
    match op {
        Op::AddService { service, .. } => {
            vec![format!("ipvsadm -D {}", service_words(&service.key))]
        }
        Op::AddDestination { service, destination, .. } => {
            let server = destination.address;
            vec![format!("ipvsadm -d {} -r {server}", service_words(service))]
        }
        Op::AddAddress { interface, address, .. } => {
            vec![format!("ip address del {address} dev {interface}")]
        }
        Op::AddRoute { .. } => replaced(typed(op, plan), " route add ", " route del "),
        Op::AddSourceNat { .. } | Op::MarkPackets { .. } => {
            replaced(typed(op, plan), " -A ", " -D ")
        }
        _ => Vec::new(),
    }
}

fn replaced(commands: Vec<String>, part: &str, by: &str) -> Vec<String> {
    commands.into_iter().map(|command| command.replacen(part, by, 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::{builtin, load};

    #[test]
    fn what_is_typed_in_a_node_names_no_namespace() {
        let plan = crate::plan::build(&load(&builtin("nat").unwrap()).unwrap().lab);
        let all = |of: fn(&Op, &Plan) -> Vec<String>| -> Vec<String> {
            plan.steps.iter().flat_map(|step| of(&step.op, &plan)).collect()
        };
        let typed = all(typed);
        assert!(typed.iter().all(|command| !command.contains("nat-")), "{typed:?}");
        for command in [
            "sysctl -w net.ipv4.ip_forward=1",
            "ip address add 192.168.136.100/32 dev eth0",
            "ip route add default via 192.168.137.199",
            "ipvsadm -A -t 192.168.136.100:80 -s rr",
        ] {
            assert!(typed.iter().any(|one| one == command), "no `{command}` in {typed:?}");
        }
        let again = all(typed_again);
        assert!(again.contains(&"ipvsadm -E -t 192.168.136.100:80 -s rr".to_owned()), "{again:?}");
    }
}
