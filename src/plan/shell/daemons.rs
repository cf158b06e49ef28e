use crate::lab::{LabName, NodeName};
use crate::plan::{Daemon, Op, Plan};
use std::net::IpAddr;

/// Where keepalived keeps its process ids; a second one on the machine would give up without.
const PIDS: [(&str, &str); 3] = [("-p", "pid"), ("-r", "vrrp.pid"), ("-c", "checkers.pid")];

/// The commands that write a daemon's configuration into the present folder and start it. The
/// built-in daemons have no command: a plan for a person has keepalived instead.
pub(super) fn commands(lab: &LabName, node: &NodeName, daemon: &Daemon) -> Vec<String> {
    match daemon {
        Daemon::Speaker(_) | Daemon::Checker(_) => Vec::new(),
        Daemon::Keepalived { configuration, .. } => {
            let file = format!("keepalived-{node}");
            let pids = PIDS.map(|(option, suffix)| format!(" {option} $PWD/{file}.{suffix}"));
            vec![
                format!("cat >{file}.conf <<'END'\n{configuration}END"),
                format!(
                    "ip netns exec {lab}-{node} keepalived -f $PWD/{file}.conf{}",
                    pids.concat()
                ),
            ]
        }
        Daemon::Ldirectord { configuration, .. } => {
            let file = format!("ldirectord-{lab}-{node}.cf");
            vec![
                format!("cat >{file} <<'END'\n{configuration}END"),
                format!("ip netns exec {lab}-{node} ldirectord $PWD/{file} start"),
            ]
        }
    }
}

/// The call of the script's own function that starts a daemon, its configuration handed in.
pub(super) fn starting(lab: &LabName, node: &NodeName, daemon: &Daemon) -> Vec<String> {
    match daemon {
        Daemon::Speaker(_) | Daemon::Checker(_) => Vec::new(),
        Daemon::Keepalived { configuration, .. } | Daemon::Ldirectord { configuration, .. } => {
            vec![format!("{} {lab}-{node} {node} <<'END'\n{configuration}END", daemon.name())]
        }
    }
}

/// The programs that a plan's script needs to start its daemons.
pub(super) fn programs(plan: &Plan) -> Vec<&'static str> {
    let starts = |name: &&str| {
        let mut ops = plan.steps.iter().map(|step| &step.op);
        ops.any(|op| matches!(op, Op::StartDaemon { daemon, .. } if daemon.name() == *name))
    };
    ["keepalived", "ldirectord"].into_iter().filter(starts).collect()
}

/// The function of the script that starts a program of these.
pub(super) fn function(program: &str) -> &'static str {
    match program {
        "keepalived" => KEEPALIVED,
        _ => LDIRECTORD,
    }
}

const KEEPALIVED: &str = r#"
keepalived() { # NAMESPACE NAME <CONFIGURATION
    mkdir -p "$www/$2"
    cat >"$www/$2/keepalived.conf"
    ip netns exec "$1" keepalived -f "$www/$2/keepalived.conf" -p "$www/$2/keepalived.pid" \
        -r "$www/$2/vrrp.pid" -c "$www/$2/checkers.pid"
}
"#;

const LDIRECTORD: &str = r#"
ldirectord() { # NAMESPACE NAME <CONFIGURATION
    mkdir -p "$www/$2"
    cat >"$www/$2/ldirectord-$1.cf"
    ip netns exec "$1" ldirectord "$www/$2/ldirectord-$1.cf" start
}
"#;

/// A loop that ends as soon as one of the nodes holds an address.
pub(super) fn awaiting<'n>(
    lab: &LabName,
    nodes: impl Iterator<Item = &'n NodeName>,
    address: IpAddr,
) -> String {
    let each = nodes.map(|node| format!("ip -n {lab}-{node} address show to {address}"));
    let all = each.collect::<Vec<_>>().join("; ");
    format!("until [ -n \"$({all})\" ]; do sleep 0.1; done")
}
