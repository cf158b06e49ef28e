use super::chain::Chain;
use super::rule::{Rule, Rules};
use super::{listing, ruleset::ruleset, table};
use crate::kernel::program::{Program, failure};
use crate::kernel::{Cause, Namespace};
use crate::lab::Family;

pub(super) const NFT: Program = Program { name: "nft", package: "nftables" };

/// The table that holds the rules, and nothing else.
pub(super) const TABLE: &str = "lvs-lab";

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

pub(super) async fn add(namespace: &Namespace, rule: &Rule) -> Result<Added, Cause> {
    let family = rule.family();
    let mut rules = all(namespace, family).await?.whole;
    if rules.contains(rule) {
        return Ok(Added::Done);
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
    let unsupported = ["not supported", "No such file or directory", "cache initialization failed"];
    if unsupported.iter().any(|words| said.contains(words)) {
        return Ok(Added::Unsupported);
    }
    Err(failure(&output))
}

/// Takes a rule out of every chain that it is in.
pub(super) async fn remove(namespace: &Namespace, rule: &Rule) -> Result<(), Cause> {
    let family = rule.family();
    if found(namespace, family).await?.iter().all(|(_, there)| there != rule) {
        return Ok(());
    }
    let mut rules = all(namespace, family).await?.whole;
    rules.retain(|other| other != rule);
    let output = NFT.run(namespace, &["-f", "-"], &ruleset(family, &rules)).await?;
    if output.status.success() { Ok(()) } else { Err(failure(&output)) }
}

/// Reads the rules.
pub(super) async fn all(namespace: &Namespace, family: Family) -> Result<Rules, Cause> {
    Ok(Rules::of(&found(namespace, family).await?))
}

/// Reads what stands in each chain. Most nodes have nothing, and need no program to say so.
async fn found(namespace: &Namespace, family: Family) -> Result<Vec<(Chain, Rule)>, Cause> {
    let there = namespace.run(|| table::is_there(number(family), TABLE));
    if !there.map_err(|e| Cause::io("NFT_MSG_GETTABLE", e))? {
        return Ok(Vec::new());
    }
    let arguments = ["-j", "-n", "list", "table", keyword(family), TABLE];
    let output = NFT.run(namespace, &arguments, "").await?;
    if !output.status.success() {
        return Err(failure(&output));
    }
    let listing =
        serde_json::from_slice(&output.stdout).map_err(|e| Cause::Other(e.to_string()))?;
    Ok(listing::rules(family, &listing))
}
