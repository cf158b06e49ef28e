//! What somebody adds to a lab behind its back: `status` tells it, and `up` leaves it alone.

use crate::support::lab::Lab;
use crate::support::{Place, Ran, topology, unique};
use lvs_lab::topology::builtins;
use serde_json::{Value, json};

/// Commands that add something, each with what `status` says of it.
const ADDED: [(&str, &str, &str); 12] = [
    ("rs2", "ip address add 10.9.9.9/32 dev lo", "address 10.9.9.9/32 on lo is not in the file"),
    ("rs2", "ip route add 10.7.0.0/16 dev eth0", "route to 10.7.0.0/16 on eth0 is not in the file"),
    (
        "rs2",
        "ip route add blackhole 10.6.0.0/16",
        "route to 10.6.0.0/16 to nowhere (blackhole) is not in the file",
    ),
    (
        "rs2",
        "ip route add unreachable 10.6.1.0/24",
        "route to 10.6.1.0/24 to nowhere (unreachable) is not in the file",
    ),
    (
        "rs2",
        "ip route add prohibit 10.6.2.0/24 metric 7",
        "route to 10.6.2.0/24 to nowhere (prohibit) is not in the file",
    ),
    (
        "rs2",
        "ip route add throw 10.6.3.0/24 tos 0x10",
        "route to 10.6.3.0/24 to nowhere (throw) is not in the file",
    ),
    (
        "rs2",
        "ip route add 10.6.4.0/24 nexthop via 192.168.137.199 nexthop via 192.168.137.198",
        "route to 10.6.4.0/24 via several next hops is not in the file",
    ),
    // It must not be the client's own default route that goes.
    (
        "client",
        "ip route add prohibit default metric 100",
        "client: default route to nowhere (prohibit) is not in the file",
    ),
    (
        "rs2",
        "ip -6 route add prohibit fd06::/64",
        "route to fd06::/64 to nowhere (prohibit) is not in the file",
    ),
    ("rs2", "ip link add spare type bridge", "interface spare is not in the file"),
    (
        "rs2",
        "ip rule add from 10.9.0.0/16 lookup 100 priority 100",
        "policy rule 100: from 10.9.0.0/16 lookup 100 is not in the file",
    ),
    (
        "client",
        "ip route add 10.8.0.0/16 via 192.168.137.1",
        "route to 10.8.0.0/16 via 192.168.137.1",
    ),
];

/// Commands for a firewall, each in words that are not the lab's own; `%` is for a program.
const FIREWALL: [&str; 13] = [
    "% -A INPUT -p tcp --dport 82 -j DROP",
    "% -A FORWARD -s 10.9.9.9 -m comment --comment \"it's my \\$ own\" -j REJECT",
    "% -P FORWARD DROP",
    "% -t nat -A POSTROUTING -m mark --mark 7 -j MASQUERADE",
    "% -t nat -A POSTROUTING -m mark --mark 7 -j MASQUERADE",
    "% -t nat -A POSTROUTING -p tcp -m conntrack --ctorigdst 10.9.9.1 --ctorigdstport 80 \
     -m comment --comment \"my own\" -j SNAT --to-source 192.168.137.199",
    "% -t nat -A POSTROUTING -p udp -m conntrack --ctorigdstport 53 --ctorigdst 10.9.9.1 \
     -m comment --comment mine -j MASQUERADE",
    "% -t mangle -A PREROUTING -d 10.9.9.1 -p tcp --dport 80 -j MARK --set-mark 5",
    "% -t mangle -A PREROUTING -d 10.9.9.1 -p tcp --dport 443 -j MARK --set-mark 5",
    "% -t mangle -A OUTPUT -d 10.9.9.1 -p tcp --dport 80 -j MARK --set-mark 5",
    "% -t mangle -A OUTPUT -d 10.9.9.1 -p tcp --dport 443 -j MARK --set-mark 5",
    "% -t mangle -A PREROUTING -p udp -d 10.9.9.1 -m multiport --dports 53,54 -j MARK --set-mark 6",
    "% -t mangle -A OUTPUT -p udp -d 10.9.9.1 -m multiport --dports 53,54 -j MARK --set-mark 6",
];

/// Three that drop packets, three services with source NAT, two marks.
const TOLD_OF_FIREWALL: usize = 8;

fn check(place: &Place, lab: &str, code: i32) -> Ran {
    place.run(&["status", lab, "--check"]).code(code)
}

#[test]
#[ignore = "needs root"]
fn what_is_added_on_the_running_kernel_is_drift_that_up_leaves_alone() {
    let (place, lab) = (Place::new(), &unique("added"));
    let up = || place.run(&["--kernel", "host", "up", "plain", "--name", lab]).code(0);
    up();
    check(&place, lab, 0).says("as the file says");
    for (node, command, words) in ADDED {
        place.exec(lab, node, &["sh", "-c", command]).code(0);
        check(&place, lab, 1).says(words);
        place.run(&["status", lab]).code(0);
    }
    let rule = "nft add table inet guard; nft add chain inet guard in \
        '{ type filter hook input priority 0; }'; nft add rule inet guard in tcp dport 81 drop";
    place.exec(lab, "rs1", &["sh", "-ec", rule]).code(0);
    check(&place, lab, 1)
        .says("rs1: packets are dropped: nft table inet guard, chain in: tcp dport 81 drop");

    let again = up().says("up already, as its file says").says("left alone");
    ADDED.iter().for_each(|(_, _, words)| assert!(again.stdout.contains(words), "{again}"));
    let told = place.run(&["status", lab, "--format", "json"]).code(0).json();
    assert_eq!(told["additions"].as_array().unwrap().len(), ADDED.len() + 1);
    assert_eq!(told["drift"].as_array().unwrap().len(), 0);

    place.exec(lab, "rs1", &["nft", "delete", "table", "inet", "guard"]).code(0);
    take_away(&place, lab, "plain");
    check(&place, lab, 0).says("as the file says");
}

/// Types what `status --against` says of each addition.
fn take_away(place: &Place, lab: &str, topology: &str) {
    let words = ["status", lab, "--against", topology, "--format", "json"];
    let told = place.run(&words).code(0).json();
    for addition in told["additions"].as_array().unwrap() {
        let (node, _) = addition["what"].as_str().unwrap().split_once(": ").unwrap();
        let commands = addition["commands"].as_array().unwrap();
        assert!(!commands.is_empty(), "{addition}");
        let commands = commands.iter().map(|command| command.as_str().unwrap());
        commands.for_each(|line| drop(place.exec(lab, node, &["sh", "-ec", line]).code(0)));
    }
}

/// Policy rules, each with what `status` says of it.
const POLICY: [(&str, &str); 16] = [
    ("not from 10.0.0.0/8 lookup 100 priority 7", "7: not from 10.0.0.0/8 lookup 100"),
    ("from all goto 30000 priority 8", "8: from all goto 30000"),
    (
        "sport 80 dport 81-90 ipproto tcp lookup 9 priority 9",
        "9: from all sport 80 dport 81-90 ipproto 6 lookup 9",
    ),
    ("ipproto tcp dport 443 lookup 9 priority 10", "10: from all dport 443 ipproto 6 lookup 9"),
    ("ipproto tcp dport 444 lookup 9 priority 10", "10: from all dport 444 ipproto 6 lookup 9"),
    ("tos 0x10 lookup 9 priority 11", "11: from all tos 0x10 lookup 9"),
    ("uidrange 5-10 lookup 9 priority 12", "12: from all uidrange 5-10 lookup 9"),
    ("fwmark 0/0xff lookup 9 priority 13", "13: from all fwmark 0x0/0xff lookup 9"),
    ("fwmark 1 lookup 9 priority 13", "13: from all fwmark 0x1 lookup 9"),
    (
        "to 10.9.9.1 iif eth0 blackhole priority 14",
        "14: from all iif eth0 to 10.9.9.1/32 blackhole",
    ),
    ("oif eth0 unreachable priority 15", "15: from all oif eth0 unreachable"),
    ("from 10.9.9.1 prohibit priority 15", "15: from 10.9.9.1/32 prohibit"),
    ("l3mdev priority 16", "16: from all l3mdev"),
    ("tun_id 5 lookup 9 suppress_ifgroup 3 priority 17", "tun_id 5 lookup 9 suppress_ifgroup 3"),
    ("from all lookup 9 realms 1/3 priority 18", "18: from all lookup 9 realms 1/3"),
    // The rule of this priority that every namespace has must stay.
    (
        "from all lookup main suppress_prefixlength 0 priority 32766",
        "32766: from all lookup main suppress_prefixlength 0",
    ),
];

#[test]
#[ignore = "needs root"]
fn a_policy_rule_is_told_as_a_whole_and_is_the_one_that_goes() {
    let (place, lab) = (Place::new(), &unique("policy"));
    place.run(&["--kernel", "host", "up", "plain", "--name", lab]).code(0);
    let sh = |line: &str| place.exec(lab, "rs1", &["sh", "-ec", line]).code(0).stdout;
    let all = "ip rule; ip -6 rule";
    let before = sh(all);
    for (rule, words) in POLICY {
        sh(&format!("ip rule add {rule}"));
        check(&place, lab, 1).says(&format!("{words} is not in the file"));
    }
    sh("ip -6 rule add not from fd09::/64 dport 80 ipproto udp goto 30000 priority 7");
    check(&place, lab, 1).says("7: not from fd09::/64 dport 80 ipproto 17 goto 30000 is not");
    let told = place.run(&["status", lab, "--format", "json"]).code(0).json();
    assert_eq!(told["additions"].as_array().unwrap().len(), POLICY.len() + 1, "{told:#}");
    take_away(&place, lab, "plain");
    check(&place, lab, 0).says("as the file says");
    assert_eq!(sh(all), before);
}

#[test]
#[ignore = "needs root"]
fn what_iptables_makes_of_nft_tables_goes_by_what_is_told_of_it() {
    let (place, lab) = (Place::new(), &unique("tables"));
    place.run(&["--kernel", "host", "up", "plain", "--name", lab]).code(0);
    let types = |line: &str| drop(place.exec(lab, "rs1", &["sh", "-ec", line]).code(0));
    FIREWALL.iter().for_each(|line| types(&line.replace('%', "iptables-nft")));
    types("ip6tables-nft -A INPUT -p tcp --dport 82 -j DROP");
    types("iptables-legacy -P INPUT DROP");
    // A table of that name, but not iptables' own, and another.
    types(
        "nft add table ip6 raw; nft 'add chain ip6 raw in { type filter hook input priority 0; }'",
    );
    types("nft add rule ip6 raw in tcp dport 83 drop");
    types(
        "nft 'table inet guard { chain in { type filter hook input priority 0; policy drop; }; }'",
    );
    types("nft add rule inet guard in tcp dport 81 drop");

    let ran = check(&place, lab, 1);
    let ran = ran.says("packets are dropped: iptables-nft -t filter -P FORWARD DROP");
    let ran = ran.says("rs1: source NAT for tcp 10.9.9.1:80 is not in the file");
    let ran =
        ran.says("rs1: packets are dropped: nft table inet guard, chain in: tcp dport 81 drop");
    ran.says("rs1: packets are dropped: nft table ip6 raw, chain in: tcp dport 83 drop");
    let told = place.run(&["status", lab, "--format", "json"]).code(0).json();
    assert_eq!(told["additions"].as_array().unwrap().len(), TOLD_OF_FIREWALL + 5, "{told:#}");
    take_away(&place, lab, "plain");
    check(&place, lab, 0).says("as the file says");
}

#[test]
#[ignore = "needs the guest kernel"]
fn what_is_too_much_is_told_with_what_takes_it_away() {
    let lab = Lab::up("nat");
    for line in [
        "ipvsadm -A -t 192.168.136.100:81 -s rr",
        "ipvsadm -a -t 192.168.136.100:81 -r 192.168.137.200:81 -m",
        "ipvsadm -a -t 192.168.136.100:80 -r 192.168.137.200:81 -m",
        "ip address add 192.168.136.101/32 dev eth0",
        "ip route add unreachable 10.6.1.0/24",
        "ip route add prohibit default metric 100",
        "ip rule add not from 10.0.0.0/8 lookup 100 priority 7",
        "ip rule add from all lookup main suppress_prefixlength 0 priority 32766",
    ] {
        lab.sh("director", line);
    }
    FIREWALL.iter().for_each(|line| drop(lab.sh("director", &line.replace('%', "iptables"))));
    let words = ["status", &lab.name, "--against", "nat", "--format", "json"];
    let told = lab.place.run(&words).code(0).json();
    let all = |kind: &str| told[kind].as_array().unwrap().clone();
    assert_eq!(all("missing").len(), 2, "{told:#}");
    assert_eq!(all("additions").len(), 5 + TOLD_OF_FIREWALL, "{told:#}");
    for other in [all("missing"), all("additions")].concat() {
        let commands = other["commands"].as_array().unwrap();
        assert!(!commands.is_empty(), "{other}");
        commands.iter().for_each(|line| drop(lab.sh("director", line.as_str().unwrap())));
    }
    check(&lab.place, &lab.name, 0).says("as the file says");
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_table_and_a_firewall_of_somebodys_own_are_drift_in_a_guest() {
    let lab = Lab::up("plain");
    lab.sh("rs1", "ipvsadm -A -t 192.168.137.200:81 -s rr");
    lab.sh("rs2", "iptables-legacy -A INPUT -p tcp --dport 81 -j DROP");
    let ran = check(&lab.place, &lab.name, 1);
    let ran = ran.says("rs1: virtual service tcp 192.168.137.200:81 is not in the file");
    ran.says("rs2: packets are dropped: iptables-legacy -t filter -A INPUT -p tcp");
    lab.place.exec(&lab.name, "rs2", &["sysctl", "-qw", "net.ipv4.ip_forward=1"]).code(0);
    lab.to_be("plain").code(0).says("left alone");
    lab.sh("rs1", "ipvsadm -L -n | grep -q 192.168.137.200:81");
}

#[test]
#[ignore = "needs the guest kernel"]
fn no_built_in_lab_has_an_addition_of_its_own() {
    for (number, builtin) in builtins().into_iter().enumerate() {
        let lab = Lab::of(&format!("built{number}"), &topology(builtin.name));
        let told = lab.place.run(&["status", &lab.name, "--format", "json"]).code(0).stdout;
        let told: Value = serde_json::from_str(&told).unwrap();
        assert_eq!(told["additions"], json!([]), "{}: {told:#}", builtin.name);
    }
}
