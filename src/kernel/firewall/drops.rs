use super::nft;
use crate::kernel::{Cause, Namespace};
use crate::lab::Family;
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

/// The rules and policies in a listing of `nft list ruleset` that drop packets, each with its
/// table and chain.
pub(super) fn of_nft(listing: &str) -> Vec<String> {
    let (mut table, mut chain, mut found) = ("", "", Vec::new());
    for line in listing.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("table ") {
            table = name.trim_end_matches(" {");
        } else if let Some(name) = line.strip_prefix("chain ") {
            chain = name.trim_end_matches(" {");
        } else if drops(line) && !KNOWN.contains(&table.rsplit(' ').next().unwrap_or_default()) {
            found.push(format!("nft table {table}, chain {chain}: {line}"));
        }
    }
    found
}

/// The same of `iptables -S`.
pub(super) fn of_iptables(family: Family, table: &str, listing: &str) -> Vec<String> {
    let program = match family {
        Family::Inet => "iptables-legacy",
        Family::Inet6 => "ip6tables-legacy",
    };
    let dropping = listing.lines().filter(|line| drops(line));
    dropping.map(|line| format!("{program} -t {table} {line}")).collect()
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

    #[test]
    fn what_others_drop_in_nft_is_told_with_its_place() {
        let listing = "table ip lvs-lab {\n\tchain prerouting {\n\t\tdrop\n\t}\n}\n\
            table inet filter {\n\tchain input {\n\
            \t\ttype filter hook input priority filter; policy drop;\n\
            \t\ttcp dport 22 accept\n\t\tip saddr 10.0.0.1 counter packets 0 bytes 0 drop\n\t}\n}\n\
            table ip sets {\n\tset drop {\n\t}\n\tchain c {\n\t\taccept comment \"do not drop\"\n\t}\n}\n\
            table ip keepalived {\n\tchain in {\n\t\tip daddr @vips drop\n\t}\n}\n";
        assert_eq!(
            of_nft(listing),
            [
                "nft table inet filter, chain input: type filter hook input priority filter; policy drop;",
                "nft table inet filter, chain input: ip saddr 10.0.0.1 counter packets 0 bytes 0 drop",
            ]
        );
    }

    #[test]
    fn what_iptables_drops_is_told_as_it_writes_it() {
        let listing = "-P INPUT DROP\n-P FORWARD ACCEPT\n-N DROPPED\n-A INPUT -i lo -j ACCEPT\n\
            -A FORWARD -p icmp -j REJECT --reject-with icmp-port-unreachable\n";
        assert_eq!(
            of_iptables(Family::Inet, "filter", listing),
            [
                "iptables-legacy -t filter -P INPUT DROP",
                "iptables-legacy -t filter -A FORWARD -p icmp -j REJECT --reject-with icmp-port-unreachable",
            ]
        );
    }
}
