//! The part of FULLNAT that IPVS does not do: replacing the client's address by the director's.
//!
//! May: run nft(8), or iptables-legacy(8) where the kernel's nftables cannot do it. May not: touch
//! rules other than its own.
//!
//! A rule looks at the connection's original destination, as IPVS has rewritten the packet by
//! then; for that IPVS must tell connection tracking of it (net.ipv4.vs.conntrack=1).

mod family;
mod iptables;
mod nft;
mod rules;
mod table;

pub(super) use rules::{add, all, remove};
