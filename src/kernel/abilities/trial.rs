use crate::kernel::firewall::{self, Rule};
use crate::kernel::netlink::Netlink;
use crate::kernel::{Namespace, fou, ipvs, links, netem, socket};
use crate::lab::{Family, FirewallMark, Protocol, Scheduler};
use crate::plan::{Ability, PacketMark, ServiceKey};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

/// Tries abilities, some of them in a namespace that is made for it and goes with this. Nothing of
/// it needs a runtime, as a process that had one could not become a supervisor.
#[derive(Default)]
pub(super) struct Trial {
    ground: Option<Ground>,
}

/// Where it is tried.
struct Ground {
    namespace: Namespace,
    netlink: Netlink,
}

impl Ground {
    fn new() -> Option<Self> {
        let namespace = Namespace::unnamed().ok()?;
        let netlink = Netlink::open(&namespace).ok()?;
        Some(Self { namespace, netlink })
    }
}

impl Trial {
    /// Whether the kernel has an ability; none where this user cannot try it.
    pub(super) fn of(&mut self, ability: Ability) -> Option<bool> {
        let is_there = |path: &str| Some(Path::new(path).exists());
        match ability {
            Ability::Ipvs => is_there("/proc/net/ip_vs"),
            Ability::Ipv6 => is_there("/proc/net/if_inet6"),
            Ability::ConnectionTracking => is_there("/proc/sys/net/netfilter/nf_conntrack_max"),
            Ability::BridgeFirewall => is_there("/proc/sys/net/bridge"),
            Ability::Gue => Some(fou::is_known()),
            Ability::Sctp => Some(socket::knows(Protocol::Sctp)),
            Ability::Scheduler(scheduler) => self.schedules(scheduler),
            Ability::Bridges => self.makes("bridge"),
            Ability::Cables => self.makes("veth"),
            Ability::TunnelEnd(end) => self.makes(end.kind()),
            Ability::Impairment => self.impairs(),
            Ability::SourceNat(family) => self.filters(&Rule::SourceNat(service(family))),
            Ability::Marks(family) => self.filters(&Rule::Mark(packets(family))),
        }
    }

    fn ground(&mut self) -> Option<&Ground> {
        if self.ground.is_none() {
            self.ground = Ground::new();
        }
        self.ground.as_ref()
    }

    /// Each scheduler is tried with a virtual service of its own: one that is there already would
    /// be refused.
    fn schedules(&mut self, scheduler: Scheduler) -> Option<bool> {
        let number = Scheduler::ALL.iter().position(|one| *one == scheduler)? as u32;
        let key = ServiceKey::Mark(FirewallMark(MARK.0.saturating_add(number)), Family::Inet);
        self.ground()?.namespace.run(|| ipvs::takes(key, scheduler)).ok()
    }

    fn makes(&mut self, kind: &str) -> Option<bool> {
        Some(links::knows(&self.ground()?.netlink, kind))
    }

    fn impairs(&mut self) -> Option<bool> {
        Some(netem::impair(&self.ground()?.netlink, "lo", Duration::ZERO, 0).is_ok())
    }

    /// Without nft(8) nothing is known: its absence shows by a better word where a rule is added.
    fn filters(&mut self, rule: &Rule) -> Option<bool> {
        Some(firewall::takes(&self.ground()?.namespace, rule).unwrap_or(true))
    }
}

const MARK: FirewallMark = FirewallMark(NonZeroU32::MIN);

/// Any virtual service.
fn service(family: Family) -> ServiceKey {
    ServiceKey::Mark(MARK, family)
}

/// Any packets.
fn packets(family: Family) -> PacketMark {
    let vip = match family {
        Family::Inet => IpAddr::V4(Ipv4Addr::LOCALHOST),
        Family::Inet6 => IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    PacketMark { mark: MARK, vip, protocol: Protocol::Tcp, ports: [80].into() }
}
