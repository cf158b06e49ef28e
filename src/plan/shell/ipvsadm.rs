use crate::lab::{
    Family, ForwardingMethod, Persistence, Protocol, Scheduled, Scheduler, SchedulerFlag, Tunnel,
};
use crate::plan::{DestinationEntry, Op, Plan, ServiceEntry, ServiceKey};
use std::fmt::Write as _;

/// The tables of a plan's directors as ipvsadm-save(8) writes them with -n, real servers in the
/// order of addition. Several directors are told apart by a comment, which ipvsadm-restore(8)
/// does not read: restore one director's part at a time.
pub fn ipvsadm(plan: &Plan) -> String {
    let mut text = String::new();
    let tables = tables(plan);
    for (node, lines) in &tables {
        if tables.len() > 1 {
            let _ = writeln!(text, "# {}-{node}", plan.lab);
        }
        for line in lines {
            let _ = writeln!(text, "{line}");
        }
    }
    text
}

fn tables(plan: &Plan) -> Vec<(crate::lab::NodeName, Vec<String>)> {
    let mut tables: Vec<(_, Vec<String>)> = Vec::new();
    for step in &plan.steps {
        let line = match &step.op {
            Op::AddService { service, .. } => add_service(service),
            Op::AddDestination { service, destination, .. } => {
                add_destination(service, destination)
            }
            _ => continue,
        };
        let node = step.op.node();
        match tables.iter_mut().find(|(name, _)| *name == node) {
            Some((_, lines)) => lines.push(line),
            None => tables.push((node, vec![line])),
        }
    }
    tables
}

/// `-A -t VIP:PORT -s SCHEDULER ...`, in ipvsadm's own order of options.
pub(super) fn add_service(service: &ServiceEntry) -> String {
    let mut words = format!("-A {} -s {}", service_words(&service.key), service.scheduler);
    if let Some(persistence) = service.persistence {
        let _ = write!(words, " -p {}", persistence.timeout.as_secs());
        if let Some(netmask) = netmask(persistence, service.key.family()) {
            let _ = write!(words, " -M {netmask}");
        }
    }
    if let Some(flags) = flag_words(service.scheduler, &service.flags) {
        let _ = write!(words, " -b {flags}");
    }
    if service.scheduled == Scheduled::Packets {
        words.push_str(" -o");
    }
    words
}

/// `-a -t VIP:PORT -r RIP:PORT -m -w WEIGHT ...`.
pub(super) fn add_destination(service: &ServiceKey, destination: &DestinationEntry) -> String {
    let method = match destination.forwarding {
        ForwardingMethod::Nat | ForwardingMethod::FullNat => "-m",
        ForwardingMethod::Dr => "-g",
        ForwardingMethod::Tun => "-i",
    };
    let (key, address, weight) = (service_words(service), destination.address, destination.weight);
    let mut words = format!("-a {key} -r {address} {method} -w {weight}");
    let limits = destination.thresholds;
    if limits.upper > 0 {
        let _ = write!(words, " -x {} -y {}", limits.upper, limits.lower);
    }
    if destination.forwarding == ForwardingMethod::Tun {
        words += &tunnel(destination.tunnel);
    }
    words
}

/// Nothing for IPIP, which is ipvsadm's default.
fn tunnel(tunnel: Tunnel) -> String {
    let checksum = tunnel.checksum().option();
    match tunnel {
        Tunnel::Ipip => String::new(),
        Tunnel::Gre(_) => format!(" --tun-type gre --{checksum}"),
        Tunnel::Gue { port, .. } => format!(" --tun-type gue --tun-port {port} --{checksum}"),
    }
}

pub(super) fn service_words(key: &ServiceKey) -> String {
    match key {
        ServiceKey::Address(Protocol::Tcp, address) => format!("-t {address}"),
        ServiceKey::Address(Protocol::Udp, address) => format!("-u {address}"),
        ServiceKey::Address(Protocol::Sctp, address) => format!("--sctp-service {address}"),
        ServiceKey::Mark(mark, Family::Inet) => format!("-f {mark}"),
        ServiceKey::Mark(mark, Family::Inet6) => format!("-f {mark} -6"),
    }
}

/// The netmask of persistence, as `-M` takes it; none for the kernel's own, one client.
pub fn netmask(persistence: Persistence, family: Family) -> Option<String> {
    match family {
        _ if persistence.prefix_length == family.bits() => None,
        Family::Inet => Some(persistence.netmask().to_string()),
        Family::Inet6 => Some(persistence.prefix_length.to_string()),
    }
}

/// A scheduler's flags, as `-b` takes them; none if it has none.
pub fn flag_words(scheduler: Scheduler, flags: &[SchedulerFlag]) -> Option<String> {
    let words: Vec<_> = flags.iter().map(|flag| flag_word(scheduler, *flag)).collect();
    (!words.is_empty()).then(|| words.join(","))
}

/// A scheduler's flag, as `-b` takes it.
pub fn flag_word(scheduler: Scheduler, flag: SchedulerFlag) -> String {
    format!("{scheduler}-{}", flag.keyword())
}
