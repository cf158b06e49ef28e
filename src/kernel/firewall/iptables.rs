use super::chain::Chain;
use super::drops;
use super::rule::{Rule, Rules};
use super::words::{read, written};
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

/// A rule where it was found.
struct Standing {
    chain: Chain,
    rule: Rule,
    /// How iptables itself wrote it, from the chain's name on.
    words: Vec<String>,
}

/// Puts a rule into those of its chains that miss it.
pub(super) async fn add(namespace: &Namespace, rule: &Rule) -> Result<(), Cause> {
    let there = found(namespace, rule).await?;
    for chain in rule.chains() {
        if !there.iter().any(|standing| standing.chain == *chain && standing.rule == *rule) {
            change(namespace, rule.family(), ("-A", *chain, &written(rule))).await?;
        }
    }
    Ok(())
}

/// Takes a rule out of every chain that it is in.
pub(super) async fn remove(namespace: &Namespace, rule: &Rule) -> Result<(), Cause> {
    for Standing { chain, rule: there, words } in found(namespace, rule).await? {
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

/// Reads what stands in each chain of the tables that a rule stands in.
async fn found(namespace: &Namespace, rule: &Rule) -> Result<Vec<Standing>, Cause> {
    let tables = namespace.run(|| tables(&ProcNet::here()?, rule.family()));
    let mut tables = tables.map_err(|e| Cause::io("read", e))?;
    tables.retain(|name| rule.chains().iter().any(|chain| chain.of_iptables().0 == name));
    listed(namespace, rule.family(), &tables).await
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

/// Those of the tables that a namespace uses in which our rules stand.
pub(super) fn tables(files: &ProcNet, family: Family) -> io::Result<Vec<String>> {
    let ours = |name: &String| Chain::ALL.iter().any(|chain| chain.of_iptables().0 == name);
    Ok(tables_in_use(files, family)?.into_iter().filter(ours).collect())
}

/// The tables that a namespace uses.
pub(super) fn tables_in_use(files: &ProcNet, family: Family) -> io::Result<Vec<String>> {
    let names = files.read(names(family))?.unwrap_or_default();
    Ok(names.lines().map(str::to_owned).collect())
}
