//! Virtual services by firewall mark, through the real program, in a guest: the tables and rules in
//! the eyes of ipvsadm(8) and iptables(8), and who answers.

mod support;

use support::lab::Lab;
use support::{eventually, replaced, topology};

impl Lab {
    fn on_director(&self, command: &str) -> String {
        self.sh("director", command)
    }

    /// A verb's standard output.
    fn said(&self, verb: &str, words: &[&str]) -> String {
        self.place.run(&[&[verb, self.name.as_str()], words].concat()).code(0).stdout
    }

    fn rules(&self, table: &str) -> Vec<String> {
        let rules = self.on_director(&format!("iptables-legacy -t {table} -S"));
        rules.lines().filter(|line| line.starts_with("-A")).map(str::to_owned).collect()
    }
}

/// The rules of iptables that mark packets to a VIP's ports.
fn marking(vip: &str, ports: &str, mark: u32) -> [String; 2] {
    ["PREROUTING", "OUTPUT"].map(|chain| {
        format!(
            "-A {chain} -d {vip}/32 -p tcp -m multiport --dports {ports} -m comment \
             --comment lvs-lab -j MARK --set-xmark {mark:#x}/0xffffffff"
        )
    })
}

#[test]
#[ignore = "needs the guest kernel"]
fn tables_rules_and_templates_are_what_the_distributions_programs_say() {
    let lab = Lab::of("fwm", &topology("fwmark"));
    let exported = lab.place.run(&["export", "fwmark", "--format", "ipvsadm"]).code(0).stdout;
    let sorted = |text: &str| {
        let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&lab.on_director("ipvsadm -S -n")), sorted(&exported));
    assert_eq!(lab.said("ipvs", &[]), lab.on_director("ipvsadm -L -n"));
    let rules = lab.rules("mangle");
    for (mark, vip) in (1..).zip(["40", "41", "42", "43", "44"]) {
        for rule in marking(&format!("192.168.56.{vip}"), "80,443", mark) {
            assert!(rules.contains(&rule), "no {rule} in {rules:#?}");
        }
    }
    assert_eq!(rules.len(), 10, "{rules:#?}");

    for port in ["80", "443"] {
        let words = ["--service", "sticky", "--port", port, "-n", "2"];
        assert!(lab.said("request", &words).starts_with("rs2             2\n"));
    }
    let connections = lab.on_director("ipvsadm -L -n -c");
    assert!(connections.contains(" 192.168.56.10:0    0.0.0.2:0 "), "{connections}");
    let ours = lab.said("ipvs", &["--connections"]);
    assert!(ours.contains(" 192.168.56.10:0    mark 2 "), "{ours}");
    let status = lab.said("status", &[]);
    let sticky = "ipvs   firewall mark 2, 2 real servers, persistent 300 s, 1 template\n";
    assert!(status.contains(sticky), "{status}");
    let other = lab.place.run(&["request", &lab.name, "--service", "sticky", "--port", "22"]);
    other.code(2).complains("no port 22").complains("its ports: 80, 443");
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_lost_rule_is_mended_and_other_ports_are_marked_live() {
    let topology = topology("notes/004-firewall-marks");
    let lab = Lab::of("fwm-drift", &topology);
    for spoil in ["-F OUTPUT", "-D PREROUTING 1", "-F"] {
        lab.on_director(&format!("iptables-legacy -t mangle {spoil}"));
        let lost = "director: packets to 192.168.56.40 tcp 80,443 with 1: the mark is missing";
        assert!(lab.said("status", &[]).contains(lost));
        lab.to_be_of(&topology).says(lost);
        let mut rules = lab.rules("mangle");
        rules.sort_by(|a, b| b.cmp(a));
        assert_eq!(rules, marking("192.168.56.40", "80,443", 1));
    }
    let more = lab.to_be_of(&replaced(&topology, "[80, 443]", "[443, 8443, 80]"));
    more.says("is up; changed:\n");
    assert!(lab.rules("mangle").contains(&marking("192.168.56.40", "80,443,8443", 1)[0]));
    assert_eq!(lab.rules("mangle").len(), 2);
    assert!(lab.said("request", &["--port", "8443", "-n", "3"]).starts_with("web2            3\n"));
    lab.to_be_of(&replaced(&topology, "firewall_mark: 1", "firewall_mark: 4294967295"));
    assert_eq!(lab.rules("mangle"), marking("192.168.56.40", "80,443", u32::MAX));
    assert_eq!(lab.said("status", &[]).matches("as the file says").count(), 1);
    assert!(lab.said("request", &["--port", "443", "-n", "3"]).contains("  3\n"));
}

#[test]
#[ignore = "needs the guest kernel"]
fn rules_with_our_sign_that_the_file_lacks_are_taken_out() {
    let topology = topology("notes/004-firewall-marks");
    let lab = Lab::of("fwm-surplus", &topology);
    let ours = lab.rules("mangle");
    let surplus = "PREROUTING -d 192.168.56.40 -p tcp --dport 8080 -m comment --comment lvs-lab \
                   -j MARK --set-mark 9";
    let theirs = "PREROUTING -d 192.168.56.40/32 -p tcp -m tcp --dport 81 -j MARK --set-xmark \
                  0x9/0xffffffff";
    let nat = "POSTROUTING -m mark --mark 9 -m comment --comment lvs-lab -j MASQUERADE";
    lab.on_director(&format!("iptables-legacy -t mangle -A {surplus}"));
    lab.on_director(&format!("iptables-legacy -t mangle -A {theirs}"));
    lab.on_director(&format!("iptables-legacy -t nat -A {nat}"));
    let status = lab.said("status", &[]);
    let found = [
        "director: packets to 192.168.56.40 tcp 8080 with 9: the mark is not in the file",
        "director: source NAT for firewall mark 9 is not in the file",
    ];
    let mended = lab.to_be_of(&topology).stdout;
    for words in found {
        assert!(status.contains(words), "{status}");
        assert!(mended.contains(words), "{mended}");
    }
    let left = [ours, vec![format!("-A {theirs}")]].concat();
    let sorted = |mut rules: Vec<String>| {
        rules.sort();
        rules
    };
    assert_eq!(sorted(lab.rules("mangle")), sorted(left));
    assert_eq!(lab.rules("nat"), [""; 0]);
    assert!(lab.said("status", &[]).contains("as the file says"));
}

/// NAT and FULLNAT, whose real server has no way to the client.
const TRANSLATING: &str = "
name: translating
networks: { outside: 10.1.0.0/24, inside: 10.2.0.0/24 }
clients: { client: { addresses: { outside: 10.1.0.10 } } }
directors: { director: { addresses: { outside: 10.1.0.1, inside: 10.2.0.1 } } }
real_servers:
  rs1: { addresses: { inside: 10.2.0.11 } }
  rs2: { addresses: { inside: 10.2.0.12 } }
  far: { addresses: { inside: 10.2.0.13 }, gateway: none }
virtual_services:
  nat:
    vip: 10.1.0.100
    ports: [80, 443]
    firewall_mark: 7
    scheduler: rr
    forwarding: nat
    real_servers: [rs1, rs2]
  full:
    vip: 10.1.0.101
    ports: [80, 443]
    firewall_mark: 8
    scheduler: rr
    forwarding: fullnat
    real_servers: { far: { port: 8080 } }
scenarios:
  busy:
    - load: { from: client, service: full, port: 443, rate: 20, timeout: 20s }
    - run: { on: director, command: ipvsadm -L -n -c | grep -w 10.1.0.101:443 }
      expect: { exit: 0 }
      within: 20s
    - run: { on: director, command: ipvsadm -L -n -c | grep -w 10.1.0.101:80 }
      expect: { exit: 1 }
    - stop: load
      expect: { availability: 100 }
  serves:
    - request: { from: client, service: nat, port: 443, count: 4 }
      expect: { distribution: predicted, failures: 0, source: client }
    - request: { from: director, service: nat, count: 4 }
      expect: { distribution: { rs1: 2, rs2: 2 }, failures: 0 }
    - request: { from: client, service: full, port: 443, count: 4 }
      expect: { distribution: { far: 4 }, failures: 0, source: director }
    - request: { from: client, service: full, port: 80, count: 4 }
      expect: { distribution: { far: 4 }, failures: 0, source: director }
";

/// The rule of iptables that replaces the clients' addresses in `full`.
const NAT: &str = "-A POSTROUTING -m mark --mark 0x8 -m comment --comment lvs-lab -j MASQUERADE";

#[test]
#[ignore = "needs the guest kernel"]
fn nat_serves_the_director_itself_and_fullnat_masquerades_what_is_marked() {
    let lab = Lab::of("fwm-nat", TRANSLATING);
    lab.place.run(&["test", &lab.place.write("test.yaml", TRANSLATING), "--kernel", "uml"]).code(0);
    assert_eq!(lab.rules("nat"), [NAT]);
    assert_eq!(lab.rules("mangle").len(), 4);
    lab.on_director("iptables-legacy -t nat -F");
    let lost = "director: clients of firewall mark 8 are not masqueraded";
    assert!(lab.said("status", &[]).contains(lost));
    lab.to_be_of(TRANSLATING).says(lost);
    assert_eq!(lab.rules("nat").len(), 1);
}

/// A service by firewall mark that is checked, by this engine.
fn checked(engine: &str) -> String {
    format!(
        "
name: checked
networks: {{ lan: 10.0.0.0/24 }}
clients: {{ client: {{ addresses: {{ lan: 10.0.0.10 }} }} }}
directors:
  director: {{ addresses: {{ lan: 10.0.0.1 }} }}
  second: {{ addresses: {{ lan: 10.0.0.2 }} }}
real_servers:
  rs1: {{ addresses: {{ lan: 10.0.0.11 }} }}
  rs2: {{ addresses: {{ lan: 10.0.0.12 }} }}
high_availability:
  engine: {engine}
  virtual_routers:
    VI_1:
      router_id: 51
      network: lan
      vips: [10.0.0.100]
      priorities: {{ director: 100, second: 50 }}
virtual_services:
  web:
    vip: 10.0.0.100
    ports: [80, 443]
    firewall_mark: 1
    scheduler: rr
    forwarding: dr
    real_servers: [rs1, rs2]
    health_check:
      http: {{}}
      delay_loop: 1s
      connect_timeout: 1s
      nb_get_retry: 1
      delay_before_retry: 1s
"
    )
}

fn is_checked_by(engine: &str) {
    let lab = Lab::of(&format!("fwm-{engine}"), &checked(engine));
    let request = || lab.place.run(&["request", &lab.name, "--port", "443", "-n", "4"]);
    let asked = || request().stdout.contains("rs1             2\n");
    eventually(asked, || lab.on_director("ipvsadm -L -n"));
    lab.place.run(&["fault", &lab.name, "stop", "rs1"]).code(0);
    let down = "health rs1 of firewall mark 1 is down";
    let status = || lab.said("status", &[]);
    // ldirectord says nothing of a server's health but by the table.
    let noticed = || engine == "ldirectord" || status().contains(down);
    eventually(noticed, status);
    eventually(|| request().stdout.starts_with("rs2             4\n"), status);
    lab.place.run(&["heal", &lab.name]).code(0);
    eventually(asked, status);
}

#[test]
#[ignore = "needs the guest kernel"]
fn the_built_in_checker_takes_a_failed_server_out_of_a_mark() {
    is_checked_by("vrrp");
}

#[test]
#[ignore = "needs the guest kernel"]
fn keepalived_takes_a_failed_server_out_of_a_mark() {
    is_checked_by("keepalived");
}

#[test]
#[ignore = "needs the guest kernel"]
fn ldirectord_takes_a_failed_server_out_of_a_mark() {
    is_checked_by("ldirectord");
}
