//! Blank labs: what a class types in them, and how it sees that it has done so.

use crate::support::{Place, Ran, unique};
use serde_json::Value;

/// What the notes type for NAT: node and command.
const NAT: [(&str, &str); 7] = [
    ("director", "echo 1 > /proc/sys/net/ipv4/ip_forward"),
    ("director", "ip addr add 192.168.136.100/32 dev eth0"),
    ("rs1", "ip route add default via 192.168.137.199"),
    ("rs2", "ip route add default via 192.168.137.199"),
    ("director", "ipvsadm -A -t 192.168.136.100:80 -s rr"),
    ("director", "ipvsadm -a -t 192.168.136.100:80 -r 192.168.137.200:80 -m"),
    ("director", "ipvsadm -a -t 192.168.136.100:80 -r 192.168.137.201:80 -m"),
];

/// And for DR.
const DR: [(&str, &str); 11] = [
    ("rs1", "echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore"),
    ("rs1", "echo 2 > /proc/sys/net/ipv4/conf/all/arp_announce"),
    ("rs1", "ip addr add 192.168.137.100/32 dev lo"),
    ("rs2", "echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore"),
    ("rs2", "echo 2 > /proc/sys/net/ipv4/conf/all/arp_announce"),
    ("rs2", "ip addr add 192.168.137.100/32 dev lo"),
    ("director", "ip addr add 192.168.137.100/32 dev lo"),
    // First in another order and with another scheduler, as a class may.
    ("director", "ipvsadm -A -t 192.168.137.100:80 -s wlc"),
    ("director", "ipvsadm -a -t 192.168.137.100:80 -r 192.168.137.201:80 -g"),
    ("director", "ipvsadm -a -t 192.168.137.100:80 -r 192.168.137.200:80 -g"),
    ("director", "ipvsadm -E -t 192.168.137.100:80 -s rr"),
];

/// A blank lab in a guest.
struct Class {
    place: Place,
    lab: String,
    whole: &'static str,
}

impl Class {
    fn begin(whole: &'static str) -> Self {
        let (place, lab) = (Place::new(), unique(&format!("blank{whole}")));
        place.run(&["--kernel", "uml", "up", whole, "--blank", "--name", &lab]).code(0);
        Self { place, lab, whole }
    }

    fn against(&self) -> Ran {
        self.place.run(&["status", &self.lab, "--against", self.whole, "--check"])
    }

    fn missing(&self) -> Vec<Value> {
        let words = ["status", &self.lab, "--against", self.whole, "--format", "json"];
        self.place.run(&words).code(0).json()["missing"].as_array().unwrap().clone()
    }

    fn types(&self, node: &str, command: &str) {
        self.place.exec(&self.lab, node, &["sh", "-ec", command]).code(0);
    }

    /// Each command must take something from what is missing, or change it.
    fn types_all(&self, commands: &[(&str, &str)]) {
        commands.iter().for_each(|(node, command)| self.types(node, command));
        assert_eq!(self.against().code(0).stdout, "");
        let ran = self.place.run(&["test", "--live", &self.lab]).code(0);
        ran.says("✓ distribution: as predicted").says("7 passed, 0 failed, 0 errored");
    }
}

#[test]
#[ignore = "needs the guest kernel"]
fn the_notes_commands_make_a_blank_nat_lab_whole() {
    let class = Class::begin("nat");
    class.place.run(&["status", &class.lab, "--check"]).code(0).says("as the file says");
    let ran = class.against().code(1);
    let ran = ran.says("director: net.ipv4.ip_forward is 0 instead of 1");
    ran.says("    ipvsadm -A -t 192.168.136.100:80 -s rr\n");
    class.types_all(&NAT);
    // What was typed stays, whoever calls `up`.
    class.place.run(&["up", "nat", "--name", &class.lab]).code(2).complains("as a blank one");
    let again = ["up", "nat", "--blank", "--name", &class.lab];
    class.place.run(&again).code(0).says("left alone");
    assert_eq!(class.against().code(0).stdout, "");
}

#[test]
#[ignore = "needs the guest kernel"]
fn the_notes_commands_make_a_blank_dr_lab_whole() {
    Class::begin("dr").types_all(&DR);
}

#[test]
#[ignore = "needs the guest kernel"]
fn the_commands_that_are_told_are_all_that_is_to_be_typed() {
    for whole in ["nat", "tun", "fullnat", "fwmark"] {
        let class = Class::begin(whole);
        for missing in class.missing() {
            let (node, _) = missing["what"].as_str().unwrap().split_once(": ").unwrap();
            let commands = missing["commands"].as_array().unwrap();
            assert!(!commands.is_empty(), "{whole}: {missing}");
            commands.iter().for_each(|c| class.types(node, c.as_str().unwrap()));
        }
        assert_eq!(class.against().code(0).stdout, "", "{whole}");
        // A scenario of `fwmark` asks what only a table without a past can answer.
        let code = if whole == "fwmark" { 4 } else { 0 };
        let ran = class.place.run(&["test", "--live", &class.lab]).code(code);
        ran.says(" 0 failed, ");
    }
}

#[test]
fn a_blank_file_has_nodes_and_addresses_and_says_how_to_go_on() {
    let place = Place::new();
    let file = place.file("blank.yaml").to_str().unwrap().to_owned();
    let ran = place.run(&["init", &file, "--blank-from", "dr"]).code(0);
    ran.complains("--against dr").complains("lvs-lab test dr --live dr");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains("virtual_services") && !text.contains("192.168.137.100"), "{text}");
    place.run(&["check", &file]).code(0);
}
