/// Interfaces that a node can have though nothing plugs them in: the loopback, and the first device
/// of each kind of tunnel, which the kernel makes.
pub const KERNELS_INTERFACES: &[&str] = &[
    "lo", "tunl0", "gre0", "gretap0", "erspan0", "sit0", "ip6tnl0", "ip6gre0", "ip_vti0",
    "ip6_vti0",
];

/// An interface that takes packets of tunnels out of their envelopes. Its module makes it of every
/// network namespace (net/ipv4/ip_tunnel.c, `ip_tunnel_init_net`; net/ipv6/sit.c, ip6_tunnel.c).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TunnelEnd {
    /// IPv4 in IPv4.
    Ipip,
    /// Generic routing encapsulation over IPv4.
    Gre,
    /// IPv6 in IPv4.
    Sit,
    /// Anything in IPv6.
    Ip6,
}

impl TunnelEnd {
    /// Every end.
    pub const ALL: [Self; 4] = [Self::Ipip, Self::Gre, Self::Sit, Self::Ip6];

    /// The interface's name.
    pub fn interface(self) -> &'static str {
        match self {
            Self::Ipip => "tunl0",
            Self::Gre => "gre0",
            Self::Sit => "sit0",
            Self::Ip6 => "ip6tnl0",
        }
    }

    /// The end of this interface's name; none for other interfaces.
    pub fn of_interface(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|end| end.interface() == name)
    }

    /// Its kind (`IFLA_INFO_KIND`, ip-link(8)).
    pub fn kind(self) -> &'static str {
        match self {
            Self::Ipip => "ipip",
            Self::Gre => "gre",
            Self::Sit => "sit",
            Self::Ip6 => "ip6tnl",
        }
    }

    /// The kernel module that brings it.
    pub fn module(self) -> &'static str {
        match self {
            Self::Ipip => "ipip",
            Self::Gre => "ip_gre",
            Self::Sit => "sit",
            Self::Ip6 => "ip6_tunnel",
        }
    }
}
