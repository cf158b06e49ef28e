//! Each kind of fault on a running lab, as programs that are not ours see it.

use crate::shared;
use crate::support::{Place, Ran, eventually, unique};
use crate::text::{inner, parsed, with_scenarios, written};
use std::process::{Child, Stdio};

/// The lab `ha`, quicker: version 3 each 100 ms, and a check each second.
struct Lab {
    place: Place,
    name: String,
}

impl Lab {
    fn up() -> Self {
        let lab = Self { place: Place::new(), name: unique("verbs") };
        let file = lab.place.write("quick.yaml", &quick());
        lab.place.run(&["--kernel", "uml", "up", &file, "--name", &lab.name]).code(0);
        lab
    }

    fn exec(&self, node: &str, command: &str) -> Ran {
        self.place.exec(&self.name, node, &["sh", "-c", command])
    }

    /// What a command says in a node; it may fail.
    fn says(&self, node: &str, command: &str) -> String {
        self.exec(node, command).stdout
    }

    /// What curl in the client says of a real server: its exit code, the status, and the seconds.
    fn curl(&self, server: &str) -> (i32, String, f64) {
        let form = "%{http_code} %{time_total}";
        let command = format!("curl -s -o /dev/null -m 3 -w '{form}' http://{server}/");
        let ran = self.exec("client", &command);
        let (status, seconds) = ran.stdout.split_once(' ').unwrap();
        (ran.code, status.to_owned(), seconds.parse().unwrap())
    }

    fn is_served(&self, server: &str) -> bool {
        let (code, status, _) = self.curl(server);
        (code, status.as_str()) == (0, "200")
    }

    /// The directors that hold the VIP.
    fn holders(&self) -> Vec<&'static str> {
        let show = "ip -br address show dev eth0";
        let holds = |node: &&&str| self.says(node, show).contains(" 192.168.150.100/32");
        ["node01", "node04"].iter().filter(holds).copied().collect()
    }

    /// What ipvsadm says of a real server in the tables of both directors.
    fn entries(&self, server: &str) -> [String; 2] {
        let show = format!("ipvsadm -S -n | grep -F ' -r {server}:80 ' || true");
        ["node01", "node04"].map(|node| self.says(node, &show).trim().to_owned())
    }

    fn has_weight(&self, server: &str, weight: u32) -> bool {
        self.entries(server).iter().all(|entry| entry.ends_with(&format!("-w {weight}")))
    }

    fn has_carrier(&self, node: &str) -> bool {
        !self.says(node, "ip link show dev eth0").contains("NO-CARRIER")
    }

    fn is_whole(&self) -> bool {
        self.holders() == ["node01"]
            && SERVERS.iter().all(|(_, rip)| self.has_weight(rip, 1) && self.is_served(rip))
            && self.is_served("192.168.150.100")
    }

    /// Breaks something, waits for what is seen of it, heals it, and waits until all is well.
    fn breaks(&self, fault: &[&str], seen: impl Fn(&Self) -> bool) {
        self.place.run(&[&["fault", &self.name], fault].concat()).code(0);
        eventually(|| seen(self), || format!("nothing is seen of {fault:?}"));
        self.place.run(&["heal", &self.name]).code(0).says("healed: ");
        eventually(|| self.is_whole(), || format!("{fault:?} is not healed"));
        // Also a healed server may be slow once.
        eventually(|| !seen(self), || format!("{fault:?} is healed, and seen all the same"));
    }
}

/// The real servers and their addresses.
const SERVERS: [(&str, &str); 2] = [("node02", "192.168.150.2"), ("node03", "192.168.150.3")];

const RS: &str = "192.168.150.3";

fn quick() -> String {
    let mut topology = with_scenarios(parsed("ha"), &["election"]);
    let router = inner(&mut topology, &["high_availability", "virtual_routers", "VI_1"]);
    router.remove("password").unwrap();
    router.insert("version".into(), 3.into());
    router.insert("advert_interval".into(), "100ms".into());
    let check = inner(&mut topology, &["virtual_services", "web", "health_check"]);
    for key in ["delay_loop", "connect_timeout", "delay_before_retry"] {
        check.insert(key.into(), "1s".into());
    }
    inner(&mut topology, &["virtual_services", "web"]).remove("persistence").unwrap();
    inner(&mut topology, &[]).remove("scenarios").unwrap();
    written(&topology)
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_client_and_the_directors_see_what_befalls_a_real_server() {
    let _machine = shared();
    let lab = Lab::up();
    let is_out = |lab: &Lab| lab.entries(RS).iter().all(String::is_empty);
    lab.breaks(&["stop", "node03"], |lab| lab.curl(RS).0 == REFUSED && is_out(lab));
    lab.breaks(&["hang", "node03"], |lab| lab.curl(RS).0 == TIMED_OUT && is_out(lab));
    lab.breaks(&["fail", "node03", "--status", "503"], |lab| {
        lab.curl(RS).1 == "503" && is_out(lab)
    });
    lab.breaks(&["slow", "node03", "--by", "700ms"], |lab| {
        let (code, _, seconds) = lab.curl(RS);
        code == 0 && seconds >= 0.7
    });
    for fault in ["cut", "isolate", "kill"] {
        lab.breaks(&[fault, "node03"], |lab| {
            !lab.has_carrier("node03") && !lab.is_served(RS) && is_out(lab)
        });
    }
    lab.breaks(&["weight", "node03", "--to", "7"], |lab| lab.has_weight(RS, 7));
    lab.breaks(&["remove", "node03"], is_out);
    lab.breaks(&["impair", "node03", "--delay", "200ms"], |lab| {
        let (_, _, seconds) = lab.curl(RS);
        // Two answers: SYN and ACK, and the page.
        seconds >= 0.4 && lab.says("node03", "tc qdisc show dev eth0").contains("delay 200ms")
    });
    lab.breaks(&["impair", "node03", "--loss", "100"], |lab| lab.curl(RS).0 == TIMED_OUT);

    for fault in [["kill", "node01"], ["kill-daemons", "node04"], ["hang", "node02"]] {
        lab.place.run(&[&["fault", &lab.name], &fault[..]].concat()).code(0);
    }
    lab.place.run(&["down", &lab.name]).code(0);
    lab.place.traces(&[&lab.name]).assert_none();
}

/// curl(1): "Failed to connect to host" and "Operation timeout".
const REFUSED: i32 = 7;
const TIMED_OUT: i32 = 28;

#[test]
#[ignore = "needs the guest kernel"]
fn the_other_director_sees_what_befalls_a_director() {
    let _machine = shared();
    let lab = Lab::up();
    let taken = |lab: &Lab| lab.holders() == ["node04"] && lab.is_served("192.168.150.100");
    let is_empty = |lab: &Lab| !lab.says("node01", "ipvsadm -S -n").contains("192.168.150");
    lab.breaks(&["kill", "node01"], |lab| {
        taken(lab) && is_empty(lab) && !lab.has_carrier("node01")
    });
    for fault in ["cut", "isolate"] {
        lab.breaks(&[fault, "node01"], |lab| taken(lab) && !lab.has_carrier("node01"));
    }
    lab.breaks(&["kill-daemons", "node01"], |lab| lab.holders() == ["node01", "node04"]);
    lab.breaks(&["impair", "node01", "--loss", "100"], |lab| lab.holders().contains(&"node04"));

    let resignation = Sniffed::begin(&lab, "ip proto 112 and src 192.168.150.1 and ip[22] = 0");
    lab.breaks(&["stop", "node01"], taken);
    assert!(resignation.packet().contains("prio 0"));
}

/// A tcpdump in the client that waits for one packet.
struct Sniffed(Child);

impl Sniffed {
    fn begin(lab: &Lab, filter: &str) -> Self {
        let dump = format!("exec tcpdump -i eth0 -n -c 1 -v '{filter}' 2>/tmp/{}", lab.name);
        let command = ["exec", &lab.name, "client", "--", "sh", "-c", &dump];
        let mut program = lab.place.program(&command);
        let child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let listens =
            || lab.says("client", &format!("cat /tmp/{}", lab.name)).contains("listening");
        eventually(listens, || "tcpdump does not listen".to_owned());
        Self(child)
    }

    /// In tcpdump's words.
    fn packet(self) -> String {
        let ran = Ran::from(self.0.wait_with_output().unwrap()).code(0);
        ran.stdout
    }
}
