//! Nodes on one bridge, made with the distribution's `ip`.

use crate::patience::PATIENCE;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

static NETWORKS: AtomicU32 = AtomicU32::new(0);

/// A bridge with nodes `a`, `b` (directors 10.0.0.1 and .2) and `c` (a client, 10.0.0.3).
pub struct Network {
    prefix: String,
}

/// A node: a namespace with an interface `eth0`.
#[derive(Clone)]
pub struct Node {
    /// The namespace.
    pub namespace: String,
    /// Its last octet.
    pub number: u8,
}

const NODES: [&str; 3] = ["a", "b", "c"];

impl Network {
    pub fn new() -> Self {
        let number = NETWORKS.fetch_add(1, Ordering::Relaxed);
        let network = Self { prefix: format!("vrrp-{}-{number}", std::process::id()) };
        let switch = network.name("s");
        ip(&format!("netns add {switch}"));
        ip(&format!("-n {switch} link add name br0 type bridge mcast_snooping 0"));
        // The bridge itself would talk of its IPv6 addresses.
        ip(&format!("-n {switch} link set dev br0 addrgenmode none"));
        ip(&format!("-n {switch} link set dev br0 up"));
        for name in NODES {
            network.plug_in(&network.node(name));
        }
        network
    }

    pub fn node(&self, name: &str) -> Node {
        let number = NODES.iter().position(|n| *n == name).unwrap() as u8 + 1;
        Node { namespace: self.name(name), number }
    }

    fn name(&self, node: &str) -> String {
        format!("{}-{node}", self.prefix)
    }

    fn plug_in(&self, node: &Node) {
        let (switch, space, number) = (self.name("s"), &node.namespace, node.number);
        ip(&format!("netns add {space}"));
        ip(&format!("-n {space} link set dev lo up"));
        ip(&format!(
            "-n {switch} link add name port{number} master br0 type veth peer name eth0 netns {space}"
        ));
        ip(&format!("-n {switch} link set dev port{number} addrgenmode none"));
        ip(&format!("-n {switch} link set dev port{number} up"));
        ip(&format!("-n {space} link set dev eth0 addrgenmode none"));
        ip(&format!("-n {space} link set dev eth0 up"));
        ip(&format!("-n {space} address add {}/24 dev eth0", node.address()));
        ip(&format!("-n {space} address add fd00::{number}/64 dev eth0 nodad"));
    }

    /// Takes a node's cable out of the bridge's end, or puts it in again.
    pub fn cable(&self, node: &Node, state: &str) {
        ip(&format!("-n {} link set dev port{} {state}", self.name("s"), node.number));
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for name in NODES.into_iter().chain(["s"]) {
            let _ = Command::new("ip").args(["netns", "del", &self.name(name)]).status();
        }
    }
}

impl Node {
    /// Its own IPv4 address.
    pub fn address(&self) -> String {
        format!("10.0.0.{}", self.number)
    }

    /// A command in it.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.namespace, program]);
        command
    }

    /// Whether an address is on its interface.
    pub fn holds(&self, address: &str) -> bool {
        let shown = said(&format!("-n {} -br address show dev eth0", self.namespace));
        shown.split_whitespace().any(|word| word.split('/').next() == Some(address))
    }

    /// The hardware address of its interface.
    pub fn hardware(&self) -> String {
        let shown = said(&format!("-n {} -br link show dev eth0", self.namespace));
        shown.split_whitespace().nth(2).unwrap().to_owned()
    }
}

pub fn ip(words: &str) {
    said(words);
}

/// What `ip` says to words, which must be right.
pub fn said(words: &str) -> String {
    let output = Command::new("ip").args(words.split_whitespace()).output().unwrap();
    assert!(output.status.success(), "ip {words}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Waits for a condition, and says how long that took.
pub fn eventually(what: &str, mut condition: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < PATIENCE, "it never came true that {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
    begun.elapsed()
}
