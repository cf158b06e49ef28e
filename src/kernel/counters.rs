use super::{Cause, Namespace};
use std::collections::BTreeMap;
use std::fs;
use std::io;

/// Files of counters: a line of names and a line of numbers for each protocol (proc_pid_net(5)).
const PAIRS: [&str; 3] = ["snmp", "netstat", "sctp/snmp"];

/// What is in the name of a counter of packets that did not go on.
const SIGNS: [&str; 12] = [
    "Err", "Discard", "NoRoute", "Fail", "Drop", "Overflow", "Rst", "Retrans", "Timeout",
    "Unreach", "NoPort", "RPFilter",
];

/// The counters of a namespace that tell of packets that did not go on, under the names that
/// nstat(8) has for them; those of interfaces as `eth0 rx dropped`.
pub(super) fn read(namespace: &Namespace) -> Result<BTreeMap<String, u64>, Cause> {
    let texts = namespace.run(|| {
        let mut found = BTreeMap::new();
        for file in PAIRS {
            found.extend(of_pairs(&text(file)?));
        }
        found.extend(of_lines(&text("snmp6")?));
        found.extend(of_devices(&text("dev")?));
        Ok(found)
    });
    let mut found = texts.map_err(|error| Cause::io("read", error))?;
    found.retain(|name, _| name.contains(' ') || is_telling(name));
    Ok(found)
}

/// Not every kernel has all of them.
fn text(file: &str) -> io::Result<String> {
    match fs::read_to_string(format!("/proc/thread-self/net/{file}")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        read => read,
    }
}

fn is_telling(name: &str) -> bool {
    SIGNS.iter().any(|sign| name.contains(sign)) || name.ends_with("ReversePathFilter")
}

fn of_pairs(text: &str) -> BTreeMap<String, u64> {
    let lines: Vec<_> = text.lines().filter_map(|line| line.split_once(':')).collect();
    let pairs = lines.chunks_exact(2).flat_map(|pair| {
        let (protocol, names) = pair[0];
        let numbers = pair[1].1.split_whitespace();
        names.split_whitespace().map(move |name| format!("{protocol}{name}")).zip(numbers)
    });
    pairs.filter_map(|(name, number)| Some((name, number.parse().ok()?))).collect()
}

fn of_lines(text: &str) -> BTreeMap<String, u64> {
    let one = |line: &str| {
        let (name, number) = line.split_once(char::is_whitespace)?;
        Some((name.to_owned(), number.trim().parse().ok()?))
    };
    text.lines().filter_map(one).collect()
}

/// Bytes, packets, errs, drop and four more in each direction.
fn of_devices(text: &str) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for line in text.lines() {
        let Some((name, numbers)) = line.split_once(':') else { continue };
        let numbers: Vec<u64> = numbers.split_whitespace().filter_map(|n| n.parse().ok()).collect();
        let named = [(2, "rx errors"), (3, "rx dropped"), (10, "tx errors"), (11, "tx dropped")];
        for (column, word) in named {
            let number = numbers.get(column).copied().unwrap_or(0);
            found.insert(format!("{} {word}", name.trim()), number);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_have_the_names_of_nstat() {
        let text = "Ip: InReceives OutNoRoutes\nIp: 7 2\nTcpExt: ListenDrops\nTcpExt: 3\n";
        let found = of_pairs(text);
        assert_eq!(found["IpOutNoRoutes"], 2);
        assert_eq!(found["TcpExtListenDrops"], 3);
        assert!(is_telling("IpOutNoRoutes") && !is_telling("IpInReceives"));
        assert!(is_telling("TcpExtIPReversePathFilter"));
        assert_eq!(of_lines("Ip6InNoRoutes   \t4\n")["Ip6InNoRoutes"], 4);
    }

    #[test]
    fn what_an_interface_dropped_is_told_by_direction() {
        let text = "Inter-| Receive | Transmit\n face |bytes\n\
                    eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n";
        let found = of_devices(text);
        assert_eq!((found["eth0 rx dropped"], found["eth0 tx dropped"]), (4, 12));
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn this_namespace_can_be_read() {
        assert!(
            read(&Namespace::open("/proc/self/ns/net").unwrap())
                .unwrap()
                .contains_key("lo rx dropped")
        );
    }
}
