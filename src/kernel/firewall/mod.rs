//! The rules of a director's firewall: marks for packets of virtual services that are known by one,
//! and the part of FULLNAT that IPVS does not do, replacing the client's address by the director's.
//!
//! May: run nft(8), or iptables-legacy(8) where the kernel's nftables cannot do it. May not: touch
//! rules other than its own: those in its table of nft(8), or with its comment in iptables(8).
//!
//! Source NAT looks at the connection's original destination, as IPVS has rewritten the packet by
//! then; for that IPVS must tell connection tracking of it (net.ipv4.vs.conntrack=1). A mark stays
//! with the packet.

mod chain;
mod drops;
#[cfg(test)]
mod example;
mod iptables;
mod line;
mod listing;
mod nft;
mod rule;
mod rules;
mod ruleset;
mod saved;
mod table;
mod tables;
mod trial;
mod typed;
mod words;

pub(super) use rule::Rule;
pub(super) use rules::{add, remove};
pub(super) use tables::{Seen, Tables};
pub(super) use trial::takes;
