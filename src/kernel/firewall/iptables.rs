use super::chain::Chain;
use super::line;
use super::rule::Rule;
use super::words::{Owner, read, written};
use crate::kernel::proc_net::ProcNet;
use crate::kernel::program::failure;
use crate::kernel::{Cause, Namespace};
use crate::lab::Family;
use crate::programs::Program;
use std::io;

fn program(family: Family) -> Program {
    match family {
        Family::Inet => const { Program::listed("iptables-legacy") },
        Family::Inet6 => const { Program::listed("ip6tables-legacy") },
    }
}

/// Where in /proc/net the kernel lists the tables in use; xt_table_seq_show in net/netfilter/x_tables.c.
fn names(family: Family) -> &'static str {
    match family {
        Family::Inet => "ip_tables_names",
        Family::Inet6 => "ip6_tables_names",
    }
}

/// A rule where iptables found it.
struct Found {
    chain: Chain,
    rule: Rule,
    owner: Owner,
    /// How iptables itself wrote it, from the chain's name on.
    words: Vec<String>,
}

/// Puts a rule into those of its chains that miss it.
pub(super) async fn add(namespace: &Namespace, rule: &Rule) -> Result<(), Cause> {
    let there = found(namespace, rule).await?;
    for chain in rule.chains() {
        if !there.iter().any(|standing| standing.chain == *chain && standing.is_our(rule)) {
            change(namespace, rule.family(), ("-A", *chain, &written(rule))).await?;
        }
    }
    Ok(())
}

/// Takes a rule out of every chain that it is in.
pub(super) async fn remove(namespace: &Namespace, rule: &Rule) -> Result<(), Cause> {
    for standing in found(namespace, rule).await?.into_iter().filter(|s| s.is_our(rule)) {
        change(namespace, rule.family(), ("-D", standing.chain, &standing.words)).await?;
    }
    Ok(())
}

impl Found {
    fn is_our(&self, rule: &Rule) -> bool {
        self.rule == *rule && self.owner == Owner::Ours
    }
}

fn standing_in(table: &str, family: Family, lines: &str) -> Vec<Found> {
    let rules = lines.lines().filter_map(|line| standing(family, line));
    rules.filter(|standing| standing.chain.of_iptables().0 == table).collect()
}

/// Reads what stands in each chain of the tables that a rule stands in.
async fn found(namespace: &Namespace, rule: &Rule) -> Result<Vec<Found>, Cause> {
    let tables = namespace.run(|| tables_in_use(&ProcNet::here()?, rule.family()));
    let mut tables = tables.map_err(|e| Cause::io("read", e))?;
    tables.retain(|name| rule.chains().iter().any(|chain| chain.of_iptables().0 == name));
    listed(namespace, rule.family(), &tables).await
}

async fn listed(
    namespace: &Namespace,
    family: Family,
    tables: &[String],
) -> Result<Vec<Found>, Cause> {
    let mut found = Vec::new();
    for table in tables {
        let arguments = ["-w", "-t", table, "-S"];
        let output = program(family).run(namespace, &arguments, "").await?;
        if !output.status.success() {
            return Err(failure(&output));
        }
        found.extend(standing_in(table, family, &String::from_utf8_lossy(&output.stdout)));
    }
    Ok(found)
}

fn standing(family: Family, line: &str) -> Option<Found> {
    let (chain, rule, owner) = read(family, line)?;
    // Before it are `-A` and the chain.
    let words = line::words(line).into_iter().skip(2).collect();
    Some(Found { chain, rule, owner, words })
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

/// The tables that a namespace uses.
pub(super) fn tables_in_use(files: &ProcNet, family: Family) -> io::Result<Vec<String>> {
    let names = files.read(names(family))?.unwrap_or_default();
    Ok(names.lines().map(str::to_owned).collect())
}
