use super::chain::Chain;
use super::drops;
use super::rule::{Rule, Rules};
use super::tables::Seen;
use super::typed;
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

fn saver(family: Family) -> Program {
    match family {
        Family::Inet => const { Program::listed("iptables-legacy-save") },
        Family::Inet6 => const { Program::listed("ip6tables-legacy-save") },
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

impl Standing {
    fn is_our(&self, rule: &Rule) -> bool {
        self.rule == *rule && self.owner == Owner::Ours
    }
}

/// Reads what stands in the tables of a namespace, all of them by one run of a program.
pub(super) async fn seen(namespace: &Namespace, family: Family) -> Result<Seen, Cause> {
    let listing = drops::listed(namespace, saver(family), &[]).await?;
    let (mut ours, mut others, mut drops) = (Vec::new(), Vec::new(), Vec::new());
    for (table, lines) in tables_of(&listing) {
        for Standing { chain, rule, owner, .. } in standing_in(&table, family, &lines) {
            match owner {
                Owner::Ours => ours.push((chain, rule)),
                Owner::Others => others.push((chain, rule)),
            }
        }
        drops.extend(drops::of_iptables(family, &table, &lines));
    }
    let rules = Rules { typed: typed::rules(&others), ..Rules::of(&ours) };
    Ok(Seen { rules, drops })
}

/// The tables in what `iptables-save` writes, with their lines as `iptables -S` writes them.
fn tables_of(listing: &str) -> Vec<(String, String)> {
    let mut tables: Vec<(String, String)> = Vec::new();
    for line in listing.lines() {
        if let Some(name) = line.strip_prefix('*') {
            tables.push((name.to_owned(), String::new()));
        } else if let Some((_, lines)) = tables.last_mut() {
            let policy = line.strip_prefix(':').and_then(|chain| {
                let mut words = chain.split(' ');
                Some(format!("-P {} {}\n", words.next()?, words.next().filter(|w| *w != "-")?))
            });
            let rule = line.starts_with("-A ").then(|| format!("{line}\n"));
            *lines += &policy.or(rule).unwrap_or_default();
        }
    }
    tables
}

fn standing_in(table: &str, family: Family, lines: &str) -> Vec<Standing> {
    let rules = lines.lines().filter_map(|line| standing(family, line));
    rules.filter(|standing| standing.chain.of_iptables().0 == table).collect()
}

/// Reads what stands in each chain of the tables that a rule stands in.
async fn found(namespace: &Namespace, rule: &Rule) -> Result<Vec<Standing>, Cause> {
    let tables = namespace.run(|| tables_in_use(&ProcNet::here()?, rule.family()));
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
        found.extend(standing_in(table, family, &String::from_utf8_lossy(&output.stdout)));
    }
    Ok(found)
}

fn standing(family: Family, line: &str) -> Option<Standing> {
    let (chain, rule, owner) = read(family, line)?;
    // Before it are `-A` and the chain.
    let words = line.split_whitespace().skip(2).map(str::to_owned).collect();
    Some(Standing { chain, rule, owner, words })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_read_as_what_is_listed() {
        let saved = "# Generated by iptables-save\n*nat\n:POSTROUTING ACCEPT [3:180]\n:MINE - [0:0]\n\
            -A POSTROUTING -j MINE\nCOMMIT\n# Completed\n*filter\n:INPUT DROP [0:0]\nCOMMIT\n";
        let table = |name: &str, lines: &str| (name.to_owned(), lines.to_owned());
        let nat = table("nat", "-P POSTROUTING ACCEPT\n-A POSTROUTING -j MINE\n");
        assert_eq!(tables_of(saved), [nat, table("filter", "-P INPUT DROP\n")]);
    }
}
