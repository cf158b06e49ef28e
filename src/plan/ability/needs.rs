use super::Ability;
use crate::lab::{Fault, Lab, Protocol, SysctlKey, TunnelEnd};
use crate::plan::{Act, CheckedService, Daemon, Op, ServiceEntry, ServiceKey, disturb};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// What a kernel must be able to do for some operations.
pub fn needs<'o>(ops: impl IntoIterator<Item = &'o Op>) -> BTreeSet<Ability> {
    ops.into_iter().flat_map(of).collect()
}

/// What a kernel must be able to do for a fault, beyond what the lab needs.
pub fn disturbing(lab: &Lab, fault: &Fault) -> BTreeSet<Ability> {
    let disturbance = disturb(lab, fault);
    let applied = disturbance.acts.iter().filter_map(|act| match act {
        Act::Apply(op) => Some(op),
        Act::Undo(_) => None,
    });
    needs(applied)
}

fn of(op: &Op) -> Vec<Ability> {
    match op {
        Op::CreateBridge { .. } => vec![Ability::Bridges],
        Op::Connect { .. } => vec![Ability::Cables],
        Op::SetLinkUp { interface, .. } | Op::TakeAny { interface, .. } => {
            TunnelEnd::of_interface(interface).map(Ability::TunnelEnd).into_iter().collect()
        }
        Op::OpenGue { .. } => vec![Ability::Gue],
        Op::AddAddress { address, .. } => family(address.addr()).into_iter().collect(),
        Op::AddRoute { via, .. } => family(*via).into_iter().collect(),
        Op::SetSysctl { key, .. } => setting(key),
        Op::SetTimeouts { .. } => vec![Ability::Ipvs],
        Op::AddSourceNat { service, .. } => {
            vec![Ability::ConnectionTracking, Ability::SourceNat(service.family())]
        }
        Op::MarkPackets { packets, .. } => vec![Ability::Marks(packets.family())],
        Op::AddService { service, .. } => entry(service),
        Op::AddDestination { service, .. } => key(service),
        Op::StartBackend { backend, .. } => transport(backend.protocol),
        Op::StartDaemon { daemon, .. } => of_daemon(daemon),
        Op::CreateNamespace { .. }
        | Op::StartProcess { .. }
        | Op::RunCommand { .. }
        | Op::AwaitAddress { .. }
        | Op::KillDaemons { .. }
        // Without IPVS there is nothing to forget.
        | Op::ForgetConnections { .. }
        | Op::CutCable { .. }
        | Op::Misbehave { .. } => Vec::new(),
        Op::Impair { .. } => vec![Ability::Impairment],
    }
}

fn of_daemon(daemon: &Daemon) -> Vec<Ability> {
    match daemon {
        Daemon::Speaker(speaker) => speaker.sync.iter().map(|_| Ability::Ipvs).collect(),
        Daemon::Checker(checker) => {
            let checked = |service: &CheckedService| entry(&service.service);
            checker.services.iter().flat_map(checked).collect()
        }
        Daemon::Keepalived { schedulers, .. } | Daemon::Ldirectord { schedulers, .. } => {
            // Without a virtual service they make no table.
            let ipvs = (!schedulers.is_empty()).then_some(Ability::Ipvs);
            ipvs.into_iter().chain(schedulers.iter().copied().map(Ability::Scheduler)).collect()
        }
    }
}

fn entry(service: &ServiceEntry) -> Vec<Ability> {
    [key(&service.key), vec![Ability::Scheduler(service.scheduler)]].concat()
}

fn key(key: &ServiceKey) -> Vec<Ability> {
    let more = match key {
        ServiceKey::Address(protocol, address) => {
            [transport(*protocol), family(address.ip()).into_iter().collect()].concat()
        }
        ServiceKey::Mark(..) => Vec::new(),
    };
    [vec![Ability::Ipvs], more].concat()
}

/// Every kernel has TCP and UDP.
fn transport(protocol: Protocol) -> Vec<Ability> {
    match protocol {
        Protocol::Tcp | Protocol::Udp => Vec::new(),
        Protocol::Sctp => vec![Ability::Sctp],
    }
}

/// Every kernel has IPv4.
fn family(address: IpAddr) -> Option<Ability> {
    address.is_ipv6().then_some(Ability::Ipv6)
}

/// Who has a setting in its hands: without its module there is no such file.
fn setting(key: &SysctlKey) -> Vec<Ability> {
    let begins = |with: &str| key.0.starts_with(with);
    if key.0 == "net.ipv4.vs.conntrack" {
        vec![Ability::Ipvs, Ability::ConnectionTracking]
    } else if begins("net.ipv4.vs.") {
        vec![Ability::Ipvs]
    } else if begins("net.netfilter.nf_conntrack") || key.0 == "net.nf_conntrack_max" {
        vec![Ability::ConnectionTracking]
    } else if begins("net.bridge.") {
        vec![Ability::BridgeFirewall]
    } else if begins("net.ipv6.") {
        vec![Ability::Ipv6]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Family, Scheduler};
    use crate::plan::build;
    use crate::topology::{builtin, load};

    fn of_lab(name: &str) -> Vec<Ability> {
        let lab = load(&builtin(name).unwrap()).unwrap().lab;
        let plan = build(&lab);
        needs(plan.steps.iter().map(|step| &step.op)).into_iter().collect()
    }

    const RR: Ability = Ability::Scheduler(Scheduler::Rr);
    const IPIP: Ability = Ability::TunnelEnd(TunnelEnd::Ipip);

    #[test]
    fn a_lab_needs_what_its_operations_need_and_nothing_else() {
        use Ability::{Bridges, Cables, ConnectionTracking, Gue, Ipv6, Ipvs, Sctp, SourceNat};
        assert_eq!(of_lab("plain"), [Bridges, Cables]);
        assert_eq!(of_lab("nat"), [Ipvs, RR, Bridges, Cables]);
        assert_eq!(of_lab("dr6"), [Ipvs, RR, Ipv6, Bridges, Cables]);
        assert_eq!(of_lab("tun"), [Ipvs, RR, Bridges, Cables, IPIP]);
        assert_eq!(of_lab("tun-gue"), [Ipvs, RR, Bridges, Cables, IPIP, Gue]);
        assert!(of_lab("tun-gre").contains(&Ability::TunnelEnd(TunnelEnd::Gre)));
        assert!(of_lab("tun6").contains(&Ability::TunnelEnd(TunnelEnd::Ip6)));
        assert!(of_lab("sctp").contains(&Sctp));
        let fullnat = [Ipvs, RR, Bridges, Cables, ConnectionTracking, SourceNat(Family::Inet)];
        assert_eq!(of_lab("fullnat"), fullnat);
        assert!(of_lab("fwmark").contains(&Ability::Marks(Family::Inet)));
    }

    #[test]
    fn a_setting_needs_whoever_has_it() {
        let of = |key: &str| setting(&SysctlKey(key.to_owned()));
        assert_eq!(of("net.ipv4.vs.expire_nodest_conn"), [Ability::Ipvs]);
        assert_eq!(of("net.netfilter.nf_conntrack_max"), [Ability::ConnectionTracking]);
        assert_eq!(of("net.bridge.bridge-nf-call-iptables"), [Ability::BridgeFirewall]);
        assert_eq!(of("net.ipv4.ip_forward"), []);
    }
}
