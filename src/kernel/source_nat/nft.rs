use super::family::Family;
use super::table;
use crate::kernel::program::{Program, failure};
use crate::kernel::{Cause, Namespace};
use crate::lab::Protocol;
use crate::plan::ServiceKey;
use serde_json::Value;
use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};

const NFT: Program = Program { name: "nft", package: "nftables" };

/// The table that holds the rules, and nothing else.
const TABLE: &str = "lvs-lab";

/// What came of an attempt to add a rule.
pub(super) enum Added {
    /// It is there.
    Done,
    /// The kernel's nftables cannot do it, as in user-mode Linux.
    Unsupported,
}

impl Family {
    /// The word for it in a ruleset.
    fn keyword(self) -> &'static str {
        match self {
            Self::Ipv4 => "ip",
            Self::Ipv6 => "ip6",
        }
    }

    /// NFPROTO_* (linux/netfilter.h).
    fn number(self) -> u8 {
        match self {
            Self::Ipv4 => 2,
            Self::Ipv6 => 10,
        }
    }
}

pub(super) async fn add(namespace: &Namespace, service: &ServiceKey) -> Result<Added, Cause> {
    let family = Family::of(service);
    let mut services = all(namespace, family).await?;
    if services.contains(service) {
        return Ok(Added::Done);
    }
    services.push(*service);
    let output = NFT.run(namespace, &["-f", "-"], &ruleset(family, &services)).await?;
    if output.status.success() {
        return Ok(Added::Done);
    }
    // EOPNOTSUPP for the address family, EPROTONOSUPPORT for nftables as a whole; ENOENT is the
    // kernel's word for a missing nat chain or masquerade. Without nf_tables, but with netlink for
    // netfilter, nft cannot even read the rules.
    let said = String::from_utf8_lossy(&output.stderr);
    let unsupported = ["not supported", "No such file or directory", "cache initialization failed"];
    if unsupported.iter().any(|words| said.contains(words)) {
        return Ok(Added::Unsupported);
    }
    Err(failure(&output))
}

pub(super) async fn remove(namespace: &Namespace, service: &ServiceKey) -> Result<(), Cause> {
    let family = Family::of(service);
    let mut services = all(namespace, family).await?;
    services.retain(|other| other != service);
    let output = NFT.run(namespace, &["-f", "-"], &ruleset(family, &services)).await?;
    if output.status.success() { Ok(()) } else { Err(failure(&output)) }
}

/// Reads the rules. Most nodes have none, and need no program to say so.
pub(super) async fn all(namespace: &Namespace, family: Family) -> Result<Vec<ServiceKey>, Cause> {
    let number = family.number();
    let there = namespace.run(|| table::is_there(number, TABLE));
    if !there.map_err(|e| Cause::io("NFT_MSG_GETTABLE", e))? {
        return Ok(Vec::new());
    }
    let arguments = ["-j", "-n", "list", "table", family.keyword(), TABLE];
    let output = NFT.run(namespace, &arguments, "").await?;
    if !output.status.success() {
        return Err(failure(&output));
    }
    let listing =
        serde_json::from_slice(&output.stdout).map_err(|e| Cause::Other(e.to_string()))?;
    Ok(services(&listing))
}

/// The table with rules for these services and no others, in one transaction.
fn ruleset(family: Family, services: &[ServiceKey]) -> String {
    let keyword = family.keyword();
    let mut text = format!("add table {keyword} {TABLE}\ndelete table {keyword} {TABLE}\n");
    if services.is_empty() {
        return text;
    }
    let _ = writeln!(text, "table {keyword} {TABLE} {{\n  chain postrouting {{");
    let _ = writeln!(text, "    type nat hook postrouting priority 100;");
    for service in services {
        let ServiceKey::Address(protocol, address) = service else { continue };
        let (ip, port) = (address.ip(), address.port());
        let _ = writeln!(
            text,
            "    ct original {keyword} daddr {ip} meta l4proto {protocol} \
             ct original proto-dst {port} masquerade"
        );
    }
    text.push_str("  }\n}\n");
    text
}

/// The services in a listing (libnftables-json(5)).
fn services(listing: &Value) -> Vec<ServiceKey> {
    let entries = listing["nftables"].as_array().into_iter().flatten();
    entries.filter_map(|entry| service(entry["rule"]["expr"].as_array()?)).collect()
}

fn service(expressions: &[Value]) -> Option<ServiceKey> {
    let (mut ip, mut port, mut protocol) = (None, None, None);
    for matched in expressions.iter().map(|expression| &expression["match"]) {
        let (left, right) = (&matched["left"], &matched["right"]);
        match left["ct"]["key"].as_str().or(left["meta"]["key"].as_str()) {
            Some("ip daddr" | "ip6 daddr") => ip = right.as_str()?.parse::<IpAddr>().ok(),
            Some("proto-dst") => port = u16::try_from(right.as_u64()?).ok(),
            Some("l4proto") => protocol = transport(right),
            _ => {}
        }
    }
    Some(ServiceKey::Address(protocol?, SocketAddr::new(ip?, port?)))
}

/// `-n` writes numbers (IPPROTO_*), and some versions words all the same.
fn transport(value: &Value) -> Option<Protocol> {
    match value.as_str() {
        Some(word) => Protocol::of_keyword(word),
        None => Protocol::of_number(value.as_u64()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(protocol: Protocol, address: &str) -> ServiceKey {
        ServiceKey::Address(protocol, address.parse().unwrap())
    }

    #[test]
    fn a_ruleset_replaces_the_table_as_a_whole() {
        let services = [key(Protocol::Tcp, "10.0.0.1:80"), key(Protocol::Udp, "10.0.0.1:53")];
        insta::assert_snapshot!(ruleset(Family::Ipv4, &services));
    }

    #[test]
    fn without_services_the_table_goes() {
        assert_eq!(ruleset(Family::Ipv6, &[]), "add table ip6 lvs-lab\ndelete table ip6 lvs-lab\n");
    }
}
