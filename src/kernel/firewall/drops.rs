use super::saved::ChainPath;
use super::{line, nft};
use crate::kernel::{Cause, Namespace, Removable};
use crate::programs::Program;

/// Names of tables of nft(8) that the lab has made: ours, and those of keepalived(8).
const KNOWN: [&str; 2] = [nft::TABLE, "keepalived"];

/// What a rule does with a packet that it does not let through, in the words of nft(8) and of
/// iptables(8).
const VERDICTS: [&str; 4] = ["drop", "reject", "DROP", "REJECT"];

/// Runs a program that lists rules, and reads what it says. A program that is not installed has
/// made no rules.
pub(super) async fn listed(
    namespace: &Namespace,
    program: Program,
    arguments: &[&str],
) -> Result<String, Cause> {
    match program.run(namespace, arguments, "").await {
        Ok(output) => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Err(Cause::MissingProgram { .. }) => Ok(String::new()),
        Err(cause) => Err(cause),
    }
}

/// The rules and policies in a listing of `nft -a list ruleset` that drop packets, each with its
/// table and chain, but for those of chains that were read already.
pub(super) fn of_nft(listing: &str, read: &[ChainPath]) -> Vec<Removable<String>> {
    let (mut table, mut chain, mut found) = ("", "", Vec::new());
    for line in listing.lines().map(str::trim) {
        let (line, handle) = match line.rsplit_once(" # handle ") {
            Some((line, handle)) => (line, Some(handle)),
            None => (line, None),
        };
        if let Some(name) = line.strip_prefix("table ") {
            table = name.trim_end_matches(" {");
        } else if let Some(name) = line.strip_prefix("chain ") {
            chain = name.trim_end_matches(" {");
        } else if drops(line)
            && !is_known(table)
            && !read.iter().any(|path| is_of(path, table, chain))
        {
            let policy = || is_policy(line).then(|| accepting(table, chain));
            let deletion = |handle| format!("nft delete rule {table} {chain} handle {handle}");
            let away = handle.map(deletion).or_else(policy).into_iter().collect();
            let what = format!("nft table {table}, chain {chain}: {line}");
            found.push(Removable { what, away });
        }
    }
    found
}

fn is_of(path: &ChainPath, table: &str, chain: &str) -> bool {
    chain == path.chain && table == format!("{} {}", nft::keyword(path.family), path.table)
}

fn is_known(table: &str) -> bool {
    KNOWN.contains(&table.rsplit(' ').next().unwrap_or_default())
}

/// The line of a chain that says where it stands, and what becomes of packets in the end.
fn is_policy(line: &str) -> bool {
    line.starts_with("type ")
}

fn accepting(table: &str, chain: &str) -> String {
    format!("nft 'chain {table} {chain} {{ policy accept; }}'")
}

/// The same of what a program of iptables(8) saved.
pub(super) fn of_iptables(program: &str, table: &str, listing: &str) -> Vec<Removable<String>> {
    let dropping = listing.lines().filter(|line| drops(line));
    let removable = |line| Removable {
        what: format!("{program} -t {table} {line}"),
        away: line::away(program, table, line).into_iter().collect(),
    };
    dropping.map(removable).collect()
}

fn drops(line: &str) -> bool {
    // What stands in quotes is a comment.
    let mut bare = line.split('"').step_by(2).flat_map(|piece| piece.split([' ', ';']));
    let is_set = ["set ", "map "].iter().any(|kind| line.starts_with(kind));
    !is_set && bare.any(|word| VERDICTS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Family;

    #[test]
    fn what_others_drop_in_nft_is_told_with_its_place() {
        let listing = "table ip lvs-lab { # handle 1\n\tchain prerouting {\n\t\tdrop # handle 2\n\t}\n}\n\
            table inet filter { # handle 2\n\tchain input { # handle 1\n\
            \t\ttype filter hook input priority filter; policy drop;\n\
            \t\ttcp dport 22 accept # handle 3\n\t\tip saddr 10.0.0.1 counter drop # handle 4\n\t}\n}\n\
            table ip sets {\n\tset drop {\n\t}\n\tchain c {\n\t\taccept comment \"do not drop\"\n\t}\n}\n\
            table ip mangle {\n\tchain INPUT {\n\t\tdrop # handle 2\n\t}\n\
            \tchain in {\n\t\tdrop # handle 4\n\t}\n}\n\
            table ip keepalived {\n\tchain in {\n\t\tip daddr @vips drop # handle 2\n\t}\n}\n";
        let removable = |what: &str, away: &str| Removable {
            what: what.to_owned(),
            away: vec![away.to_owned()],
        };
        let (table, chain) = ("mangle".to_owned(), "INPUT".to_owned());
        let read = ChainPath { family: Family::Inet, table, chain };
        assert_eq!(
            of_nft(listing, &[read]),
            [
                removable(
                    "nft table inet filter, chain input: type filter hook input priority filter; policy drop;",
                    "nft 'chain inet filter input { policy accept; }'",
                ),
                removable(
                    "nft table inet filter, chain input: ip saddr 10.0.0.1 counter drop",
                    "nft delete rule inet filter input handle 4",
                ),
                removable(
                    "nft table ip mangle, chain in: drop",
                    "nft delete rule ip mangle in handle 4",
                ),
            ]
        );
    }

    #[test]
    fn what_iptables_drops_is_told_as_it_writes_it() {
        let listing = "-P INPUT DROP\n-P FORWARD ACCEPT\n-N DROPPED\n-A INPUT -i lo -j ACCEPT\n\
            -A FORWARD -p icmp -j REJECT --reject-with icmp-port-unreachable\n";
        let told = of_iptables("iptables-nft", "filter", listing);
        let told: Vec<_> = told.iter().map(|drop| (&drop.what[..], &drop.away[0][..])).collect();
        assert_eq!(
            told,
            [
                ("iptables-nft -t filter -P INPUT DROP", "iptables-nft -t filter -P INPUT ACCEPT"),
                (
                    "iptables-nft -t filter -A FORWARD -p icmp -j REJECT --reject-with icmp-port-unreachable",
                    "iptables-nft -t filter -D FORWARD -p icmp -j REJECT --reject-with icmp-port-unreachable",
                ),
            ]
        );
    }
}
