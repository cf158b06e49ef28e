use super::chain::Chain;
use super::drops;
use super::rule::{Rule, Rules};
use super::words::{read, written};
use crate::kernel::program::{Program, failure};
use crate::kernel::{Cause, Namespace};
use crate::lab::Family;
use std::fs;
use std::io;

fn program(family: Family) -> Program {
    let name = match family {
        Family::Inet => "iptables-legacy",
        Family::Inet6 => "ip6tables-legacy",
    };
    Program { name, package: "iptables" }
}

/// Where the kernel lists the tables in use; xt_table_seq_show in net/netfilter/x_tables.c.
fn names(family: Family) -> &'static str {
    match family {
        Family::Inet => "/proc/thread-self/net/ip_tables_names",
        Family::Inet6 => "/proc/thread-self/net/ip6_tables_names",
    }
}

/// A rule where it was found.
struct Standing {
    chain: Chain,
    rule: Rule,
    /// How iptables itself wrote it, from the chain's name on.
    words: Vec<String>,
}

/// Puts a rule into those of its chains that miss it.
pub(super) async fn add(namespace: &Namespace, rule: &Rule) -> Result<(), Cause> {
    let there = found(namespace, rule.family()).await?;
    for chain in rule.chains() {
        if !there.iter().any(|standing| standing.chain == *chain && standing.rule == *rule) {
            change(namespace, rule.family(), ("-A", *chain, &written(rule))).await?;
        }
    }
    Ok(())
}

/// Takes a rule out of every chain that it is in.
pub(super) async fn remove(namespace: &Namespace, rule: &Rule) -> Result<(), Cause> {
    for Standing { chain, rule: there, words } in found(namespace, rule.family()).await? {
        if there == *rule {
            change(namespace, rule.family(), ("-D", chain, &words)).await?;
        }
    }
    Ok(())
}

/// Reads the rules in tables of a namespace.
pub(super) async fn all(
    namespace: &Namespace,
    family: Family,
    tables: &[String],
) -> Result<Rules, Cause> {
    let found = listed(namespace, family, tables).await?;
    let found: Vec<_> = found.into_iter().map(|s| (s.chain, s.rule)).collect();
    Ok(Rules::of(&found))
}

/// Reads what stands in each chain.
async fn found(namespace: &Namespace, family: Family) -> Result<Vec<Standing>, Cause> {
    let tables = namespace.run(|| Ok(tables(family)));
    listed(namespace, family, &tables.map_err(|e| Cause::io("setns", e))??).await
}

async fn listed(
    namespace: &Namespace,
    family: Family,
    tables: &[String],
) -> Result<Vec<Standing>, Cause> {
    let mut found = Vec::new();
    for table in tables {
        let arguments = ["-w", "-t", table, "-S"];
        let output = program(family).run(namespace, &arguments, "").await?;
        if !output.status.success() {
            return Err(failure(&output));
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let rules = text.lines().filter_map(|line| standing(family, line));
        found.extend(rules.filter(|standing| standing.chain.of_iptables().0 == table));
    }
    Ok(found)
}

fn standing(family: Family, line: &str) -> Option<Standing> {
    let (chain, rule) = read(family, line)?;
    // Before it are `-A` and the chain.
    let words = line.split_whitespace().skip(2).map(str::to_owned).collect();
    Some(Standing { chain, rule, words })
}

async fn change(
    namespace: &Namespace,
    family: Family,
    (verb, chain, words): (&str, Chain, &[String]),
) -> Result<(), Cause> {
    let (table, name) = chain.of_iptables();
    let begin = ["-w", "-t", table, verb, name].map(str::to_owned);
    let arguments = [&begin, words].concat();
    let output = program(family).run(namespace, &arguments, "").await?;
    if output.status.success() { Ok(()) } else { Err(failure(&output)) }
}

/// The rules in tables of a namespace that drop packets: ours do not.
pub(super) async fn drops(
    namespace: &Namespace,
    family: Family,
    tables: &[String],
) -> Result<Vec<String>, Cause> {
    let mut found = Vec::new();
    for table in tables {
        let arguments = ["-w", "-t", table, "-S"];
        let listing = drops::listed(namespace, program(family), &arguments).await?;
        found.extend(drops::of_iptables(family, table, &listing));
    }
    Ok(found)
}

/// Those of the tables that the namespace of the calling thread uses in which our rules stand.
pub(super) fn tables(family: Family) -> Result<Vec<String>, Cause> {
    let ours = |name: &String| Chain::ALL.iter().any(|chain| chain.of_iptables().0 == name);
    Ok(tables_in_use(family)?.into_iter().filter(ours).collect())
}

/// The tables that the namespace of the calling thread uses.
pub(super) fn tables_in_use(family: Family) -> Result<Vec<String>, Cause> {
    let names = match fs::read_to_string(names(family)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        read => read.map_err(|e| Cause::io("read", e))?,
    };
    Ok(names.lines().map(str::to_owned).collect())
}
