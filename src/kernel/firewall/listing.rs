use super::chain::Chain;
use super::nft::{TABLE, keyword};
use super::rule::{Rule, Standing};
use crate::lab::{Family, FirewallMark, Protocol};
use crate::plan::{PacketMark, ServiceKey};
use serde_json::Value;
use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

/// The rules in a listing of our table (libnftables-json(5)).
pub(super) fn rules(family: Family, listing: &Value) -> Vec<Standing> {
    let entries = listing["nftables"].as_array().into_iter().flatten();
    let one = |entry: &Value| {
        let (rule, name) = (&entry["rule"], entry["rule"]["chain"].as_str()?);
        let chain = Chain::ALL.into_iter().find(|chain| chain.keyword() == name)?;
        let (handle, of) = (rule["handle"].as_u64()?, keyword(family));
        let away = vec![format!("nft delete rule {of} {TABLE} {name} handle {handle}")];
        Some(Standing { chain, rule: read(family, rule["expr"].as_array()?)?, away })
    };
    entries.filter_map(one).collect()
}

/// What the expressions of a rule ask for.
#[derive(Default)]
struct Matched {
    vip: Option<IpAddr>,
    protocol: Option<Protocol>,
    ports: BTreeSet<u16>,
    mark: Option<FirewallMark>,
}

fn read(family: Family, expressions: &[Value]) -> Option<Rule> {
    let mut matched = Matched::default();
    for expression in expressions {
        matched.look_at(&expression["match"])?;
    }
    let set = expressions.iter().find_map(|e| e["mangle"]["value"].as_u64());
    match (set.map(mark), matched) {
        (Some(mark), Matched { vip, protocol, ports, .. }) => {
            let (mark, vip, protocol) = (mark?, vip?, protocol?);
            Some(Rule::Mark(PacketMark { mark, vip, protocol, ports }))
        }
        (None, Matched { mark: Some(mark), .. }) => {
            Some(Rule::SourceNat(ServiceKey::Mark(mark, family)))
        }
        (None, Matched { vip, protocol, ports, .. }) => {
            let address = SocketAddr::new(vip?, *ports.first()?);
            Some(Rule::SourceNat(ServiceKey::Address(protocol?, address)))
        }
    }
}

impl Matched {
    fn look_at(&mut self, matched: &Value) -> Option<()> {
        let (left, right) = (&matched["left"], &matched["right"]);
        let payload = &left["payload"];
        let key = left["ct"]["key"].as_str().or(left["meta"]["key"].as_str());
        match key.or(payload["field"].as_str()) {
            Some("ip daddr" | "ip6 daddr" | "daddr") => {
                self.vip = Some(right.as_str()?.parse().ok()?);
            }
            Some("proto-dst") => self.ports = ports(right)?,
            Some("dport") => {
                self.protocol = Some(Protocol::of_keyword(payload["protocol"].as_str()?)?);
                self.ports = ports(right)?;
            }
            Some("l4proto") => self.protocol = Some(transport(right)?),
            Some("mark") => self.mark = Some(mark(right.as_u64()?)?),
            _ => {}
        }
        Some(())
    }
}

/// One port, or a set of them.
fn ports(value: &Value) -> Option<BTreeSet<u16>> {
    let port = |value: &Value| u16::try_from(value.as_u64()?).ok();
    match value["set"].as_array() {
        Some(all) => all.iter().map(port).collect(),
        None => Some([port(value)?].into()),
    }
}

fn mark(number: u64) -> Option<FirewallMark> {
    Some(FirewallMark(u32::try_from(number).ok()?.try_into().ok()?))
}

/// `-n` writes numbers (IPPROTO_*), and some versions words all the same.
fn transport(value: &Value) -> Option<Protocol> {
    match value.as_str() {
        Some(word) => Protocol::of_keyword(word),
        None => Protocol::of_number(value.as_u64()?),
    }
}
