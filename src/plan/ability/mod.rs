//! What a kernel must be able to do for a lab, derived from the operations. This is the one place
//! that knows modules and kernel options.

mod needs;

pub use needs::{disturbing, needs};

use crate::lab::{Family, Scheduler, TunnelEnd};
use std::fmt;

/// Something that one kernel has and another lacks. The order is that of interest: without IPVS the
/// rest hardly matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ability {
    /// IPVS itself.
    Ipvs,
    /// A scheduler of IPVS.
    Scheduler(Scheduler),
    /// IPv6.
    Ipv6,
    /// Bridges, which are the lab's networks.
    Bridges,
    /// Pairs of virtual Ethernet interfaces, which are the lab's cables.
    Cables,
    /// An end of tunnels.
    TunnelEnd(TunnelEnd),
    /// Ports that take GUE envelopes (ip-fou(8)).
    Gue,
    /// SCTP.
    Sctp,
    /// Connection tracking.
    ConnectionTracking,
    /// Source NAT by a firewall's rule.
    SourceNat(Family),
    /// Marks by a firewall's rule.
    Marks(Family),
    /// A firewall's look at what a bridge passes on.
    BridgeFirewall,
    /// Delay and loss of packets (tc-netem(8)).
    Impairment,
}

/// Modules that bring an ability, all of them together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// The modules' names.
    pub modules: Vec<&'static str>,
    /// Whether the kernel has the ability as soon as it has these modules.
    pub proof: Proof,
}

/// What it says that all modules of a [`Way`] are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The ability is there.
    Enough,
    /// Nothing yet: it also depends on how they were built, or on what is switched off.
    ToBeTried,
}

impl Ability {
    /// The module that a user looks for.
    pub fn module(self) -> &'static str {
        match self {
            Self::Ipvs => "ip_vs",
            Self::Scheduler(scheduler) => scheduler.module(),
            Self::Ipv6 => "ipv6",
            Self::Bridges => "bridge",
            Self::Cables => "veth",
            Self::TunnelEnd(end) => end.module(),
            Self::Gue => "fou",
            Self::Sctp => "sctp",
            Self::ConnectionTracking => "nf_conntrack",
            Self::SourceNat(_) => "nft_masq",
            Self::Marks(_) => "nf_tables",
            Self::BridgeFirewall => "br_netfilter",
            Self::Impairment => "sch_netem",
        }
    }

    /// The ways to it, the preferred one first.
    pub fn ways(self) -> Vec<Way> {
        use Proof::{Enough, ToBeTried};
        let way = |modules: &[&'static str], proof| Way { modules: modules.to_vec(), proof };
        let one = |proof| vec![way(&[self.module()], proof)];
        match self {
            Self::Scheduler(_)
            | Self::Bridges
            | Self::Cables
            | Self::TunnelEnd(_)
            | Self::Impairment => one(Enough),
            // Each shows by a file or a socket. IPv6 may be there and switched off (ipv6.disable=1).
            Self::Ipvs
            | Self::Ipv6
            | Self::Gue
            | Self::ConnectionTracking
            | Self::BridgeFirewall => one(ToBeTried),
            // Its cookies need hmac, which no other module names.
            Self::Sctp => {
                vec![way(&["sctp", "hmac", "sctp_diag"], ToBeTried), way(&["sctp"], ToBeTried)]
            }
            Self::SourceNat(family) => {
                let table = legacy(family, "iptable_nat", "ip6table_nat");
                let matches = ["xt_MASQUERADE", "xt_conntrack", "xt_comment", "xt_mark"];
                let nft = ["nf_tables", "nft_ct", "nft_chain_nat", "nft_masq"];
                vec![way(&nft, ToBeTried), way(&[&[table], &matches[..]].concat(), Enough)]
            }
            Self::Marks(family) => {
                let table = legacy(family, "iptable_mangle", "ip6table_mangle");
                let iptables = [table, "xt_mark", "xt_multiport", "xt_comment"];
                // It may be built without a family (CONFIG_NF_TABLES_IPV4).
                vec![way(&["nf_tables"], ToBeTried), way(&iptables, Enough)]
            }
        }
    }

    /// Whether Debian builds it into its kernels, or as a module of their packages.
    pub fn is_in_debian(self) -> bool {
        self != Self::Scheduler(Scheduler::Twos)
    }

    /// The kernel's option for it (Kconfig).
    pub fn option(self) -> String {
        match self {
            Self::Ipvs => "CONFIG_IP_VS".to_owned(),
            Self::Scheduler(scheduler) => {
                format!("CONFIG_{}", scheduler.module().to_ascii_uppercase())
            }
            Self::Ipv6 => "CONFIG_IPV6".to_owned(),
            Self::Bridges => "CONFIG_BRIDGE".to_owned(),
            Self::Cables => "CONFIG_VETH".to_owned(),
            Self::TunnelEnd(TunnelEnd::Ipip) => "CONFIG_NET_IPIP".to_owned(),
            Self::TunnelEnd(TunnelEnd::Gre) => "CONFIG_NET_IPGRE".to_owned(),
            Self::TunnelEnd(TunnelEnd::Sit) => "CONFIG_IPV6_SIT".to_owned(),
            Self::TunnelEnd(TunnelEnd::Ip6) => "CONFIG_IPV6_TUNNEL".to_owned(),
            Self::Gue => "CONFIG_NET_FOU".to_owned(),
            Self::Sctp => "CONFIG_IP_SCTP".to_owned(),
            Self::ConnectionTracking => "CONFIG_NF_CONNTRACK".to_owned(),
            Self::SourceNat(_) => "CONFIG_NFT_MASQ".to_owned(),
            Self::Marks(_) => "CONFIG_NF_TABLES".to_owned(),
            Self::BridgeFirewall => "CONFIG_BRIDGE_NETFILTER".to_owned(),
            Self::Impairment => "CONFIG_NET_SCH_NETEM".to_owned(),
        }
    }
}

/// The table of iptables(8) in a family.
fn legacy(family: Family, inet: &'static str, inet6: &'static str) -> &'static str {
    match family {
        Family::Inet => inet,
        Family::Inet6 => inet6,
    }
}

/// What it is for: "TUN, packets in GUE envelopes".
impl fmt::Display for Ability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ipvs => f.write_str("virtual services"),
            Self::Scheduler(scheduler) => write!(f, "the scheduler `{scheduler}`"),
            Self::Ipv6 => f.write_str("IPv6 addresses"),
            Self::Bridges => f.write_str("networks, which are bridges"),
            Self::Cables => f.write_str("the cables between nodes and networks"),
            Self::TunnelEnd(TunnelEnd::Ipip) => f.write_str("TUN, packets in IPIP envelopes"),
            Self::TunnelEnd(TunnelEnd::Gre) => f.write_str("TUN, packets in GRE envelopes"),
            Self::TunnelEnd(TunnelEnd::Sit) => f.write_str("TUN, IPv6 packets in IPv4 envelopes"),
            Self::TunnelEnd(TunnelEnd::Ip6) => f.write_str("TUN, packets in IPv6 envelopes"),
            Self::Gue => f.write_str("TUN, packets in GUE envelopes"),
            Self::Sctp => f.write_str("services over SCTP"),
            Self::ConnectionTracking => f.write_str("connection tracking"),
            Self::SourceNat(family) => write!(f, "FULLNAT, source NAT of {family}"),
            Self::Marks(family) => write!(f, "firewall marks on {family} packets"),
            Self::BridgeFirewall => f.write_str("a firewall's settings for bridges"),
            Self::Impairment => f.write_str("faults that delay and lose packets"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ability_names_a_module_and_its_option() {
        let sit = Ability::TunnelEnd(TunnelEnd::Sit);
        assert_eq!((sit.module(), sit.option().as_str()), ("sit", "CONFIG_IPV6_SIT"));
        let wrr = Ability::Scheduler(Scheduler::Wrr);
        assert_eq!((wrr.module(), wrr.option().as_str()), ("ip_vs_wrr", "CONFIG_IP_VS_WRR"));
    }

    /// One of each kind, and every end of tunnels.
    fn some_of_each() -> Vec<Ability> {
        let ends = TunnelEnd::ALL.into_iter().map(Ability::TunnelEnd);
        let others = [
            Ability::Ipvs,
            Ability::Scheduler(Scheduler::Wlc),
            Ability::Ipv6,
            Ability::Bridges,
            Ability::Cables,
            Ability::Gue,
            Ability::Sctp,
            Ability::ConnectionTracking,
            Ability::SourceNat(Family::Inet),
            Ability::Marks(Family::Inet6),
            Ability::BridgeFirewall,
            Ability::Impairment,
        ];
        ends.chain(others).collect()
    }

    #[test]
    fn the_page_on_kernels_names_every_module_and_option() {
        let page = include_str!("../../../docs/kernels.md");
        for ability in some_of_each() {
            assert!(page.contains(&format!("`{}`", ability.module())), "{}", ability.module());
            let option = match ability {
                Ability::Scheduler(_) => Ability::Scheduler(Scheduler::Rr).option(),
                other => other.option(),
            };
            assert!(page.contains(&format!("`{option}`")), "{option}");
        }
    }

    #[test]
    fn the_module_that_is_named_is_one_of_the_preferred_way() {
        for ability in some_of_each() {
            assert!(ability.ways()[0].modules.contains(&ability.module()), "{ability}");
        }
    }
}
