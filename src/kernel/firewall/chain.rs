/// Where in a packet's way a rule looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Chain {
    /// What comes in, before anybody knows whether it is for this machine.
    Prerouting,
    /// What the director itself sends.
    Output,
    /// What goes out.
    Postrouting,
}

impl Chain {
    /// Every chain that rules stand in.
    pub(super) const ALL: [Self; 3] = [Self::Prerouting, Self::Output, Self::Postrouting];

    /// Its name in lower case, as nft(8) has it.
    pub(super) fn keyword(self) -> &'static str {
        match self {
            Self::Prerouting => "prerouting",
            Self::Output => "output",
            Self::Postrouting => "postrouting",
        }
    }

    /// What nft(8) says of its type and hook. -150 is the priority of mangle, before IPVS; a mark
    /// can change the route of what the director sends.
    pub(super) fn hook(self) -> &'static str {
        match self {
            Self::Prerouting => "type filter hook prerouting priority -150;",
            Self::Output => "type route hook output priority -150;",
            Self::Postrouting => "type nat hook postrouting priority 100;",
        }
    }

    /// The table and the chain of iptables(8).
    pub(super) fn of_iptables(self) -> (&'static str, &'static str) {
        match self {
            Self::Prerouting => ("mangle", "PREROUTING"),
            Self::Output => ("mangle", "OUTPUT"),
            Self::Postrouting => ("nat", "POSTROUTING"),
        }
    }
}
