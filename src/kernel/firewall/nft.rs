use super::rule::{Rule, Rules, Standing};
use super::saved::ChainPath;
use super::{drops, listing, ruleset::ruleset, table};
use crate::kernel::program::failure;
use crate::kernel::{Cause, Namespace, Removable};
use crate::lab::Family;
use crate::programs::Program;
use std::sync::atomic::{AtomicBool, Ordering};

pub(super) const NFT: Program = Program::listed("nft");

/// The table that holds the rules, and nothing else.
pub(super) const TABLE: &str = "lvs-lab";

/// The tables that iptables-nft(8) makes.
const OF_IPTABLES: [&str; 5] = ["filter", "nat", "mangle", "raw", "security"];

/// What came of an attempt to add a rule.
pub(super) enum Added {
    /// It is there.
    Done,
    /// The kernel's nftables cannot do it, as in user-mode Linux.
    Unsupported,
}

/// The word for a family in a ruleset.
pub(super) fn keyword(family: Family) -> &'static str {
    match family {
        Family::Inet => "ip",
        Family::Inet6 => "ip6",
    }
}

/// NFPROTO_* (linux/netfilter.h).
fn number(family: Family) -> u8 {
    match family {
        Family::Inet => 2,
        Family::Inet6 => 10,
    }
}

/// Which rules of a family the running kernel has refused: nft(8) is not started again to hear the
/// same.
struct Refused {
    source_nat: AtomicBool,
    marks: AtomicBool,
}

impl Refused {
    const fn new() -> Self {
        Self { source_nat: AtomicBool::new(false), marks: AtomicBool::new(false) }
    }

    fn of(rule: &Rule) -> &'static AtomicBool {
        static INET: Refused = Refused::new();
        static INET6: Refused = Refused::new();
        let family = match rule.family() {
            Family::Inet => &INET,
            Family::Inet6 => &INET6,
        };
        match rule {
            Rule::SourceNat(_) => &family.source_nat,
            Rule::Mark(_) => &family.marks,
        }
    }
}

pub(super) async fn add(namespace: &Namespace, rule: &Rule) -> Result<Added, Cause> {
    let family = rule.family();
    let mut rules = whole(&found(namespace, family).await?);
    if rules.contains(rule) {
        return Ok(Added::Done);
    }
    if Refused::of(rule).load(Ordering::Relaxed) {
        return Ok(Added::Unsupported);
    }
    rules.push(rule.clone());
    let output = NFT.run(namespace, &["-f", "-"], &ruleset(family, &rules)).await?;
    if output.status.success() {
        return Ok(Added::Done);
    }
    // EOPNOTSUPP for the address family, EPROTONOSUPPORT for nftables as a whole; ENOENT is the
    // kernel's word for a missing nat chain or masquerade. Without nf_tables, but with netlink for
    // netfilter, nft cannot even read the rules.
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("not supported") {
        Refused::of(rule).store(true, Ordering::Relaxed);
    }
    let unsupported = ["not supported", "No such file or directory", "cache initialization failed"];
    if unsupported.iter().any(|words| said.contains(words)) {
        return Ok(Added::Unsupported);
    }
    Err(failure(&output))
}

/// Takes a rule out of every chain that it is in.
pub(super) async fn remove(namespace: &Namespace, rule: &Rule) -> Result<(), Cause> {
    let family = rule.family();
    let found = found(namespace, family).await?;
    if found.iter().all(|there| there.rule != *rule) {
        return Ok(());
    }
    let mut rules = whole(&found);
    rules.retain(|other| other != rule);
    let output = NFT.run(namespace, &["-f", "-"], &ruleset(family, &rules)).await?;
    if output.status.success() { Ok(()) } else { Err(failure(&output)) }
}

fn whole(found: &[Standing]) -> Vec<Rule> {
    Rules::of(found).whole.into_iter().map(|rule| rule.what).collect()
}

/// What the namespace of the calling thread has.
pub(super) struct Tables {
    /// The families of our tables.
    pub(super) ours: Vec<Family>,
    /// The families of tables that iptables-nft(8) may have made.
    pub(super) of_iptables: Vec<Family>,
    /// Whether there are tables of others.
    pub(super) others: bool,
}

impl Tables {
    /// Reads it.
    pub(super) fn here() -> Result<Self, Cause> {
        let all = table::all().map_err(|e| Cause::io("NFT_MSG_GETTABLE", e))?;
        let (ours, others): (Vec<_>, Vec<_>) = all.iter().partition(|(_, name)| name == TABLE);
        let families = |tables: &[&table::Table]| {
            let both = [Family::Inet, Family::Inet6].into_iter();
            both.filter(|f| tables.iter().any(|(kind, _)| *kind == number(*f))).collect()
        };
        let is_iptables = |(_, name): &&&table::Table| OF_IPTABLES.contains(&name.as_str());
        let of_iptables: Vec<_> = others.iter().filter(is_iptables).copied().collect();
        let (ours, of_iptables) = (families(&ours), families(&of_iptables));
        Ok(Self { ours, of_iptables, others: !others.is_empty() })
    }
}

/// The rules of others that drop packets, but for those of chains that were read already.
pub(super) async fn drops(
    namespace: &Namespace,
    read: &[ChainPath],
) -> Result<Vec<Removable<String>>, Cause> {
    let listing = drops::listed(namespace, NFT, &["-a", "-s", "-n", "list", "ruleset"]).await?;
    Ok(drops::of_nft(&listing, read))
}

/// Reads the rules of a family in which the namespace has our table.
pub(super) async fn all(namespace: &Namespace, family: Family) -> Result<Rules, Cause> {
    Ok(Rules::of(&listed(namespace, family).await?))
}

/// Reads what stands in each chain.
async fn found(namespace: &Namespace, family: Family) -> Result<Vec<Standing>, Cause> {
    let tables = namespace.run(|| Ok(Tables::here()));
    match tables.map_err(|e| Cause::io("setns", e))??.ours.contains(&family) {
        true => listed(namespace, family).await,
        false => Ok(Vec::new()),
    }
}

async fn listed(namespace: &Namespace, family: Family) -> Result<Vec<Standing>, Cause> {
    let arguments = ["-j", "-n", "list", "table", keyword(family), TABLE];
    let output = NFT.run(namespace, &arguments, "").await?;
    if !output.status.success() {
        return Err(failure(&output));
    }
    let listing =
        serde_json::from_slice(&output.stdout).map_err(|e| Cause::Other(e.to_string()))?;
    Ok(listing::rules(family, &listing))
}
