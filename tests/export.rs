//! What `export --format sh` writes, run with the distribution's own programs, makes what `up`
//! makes, in the eyes of the distribution's own programs.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::process::Command;
use support::{Place, Ran, unique};

/// Settings whose values the kernel chooses by the memory that is free at the moment.
const BY_MEMORY: [&str; 1] = ["net.ipv4.vs.sync_qlen_max"];

/// What is on a machine: namespaces and how they are, and who answers.
struct World {
    namespaces: Vec<String>,
    lines: Vec<String>,
    answers: Vec<String>,
}

/// A shell script that shows a world of these namespaces, in which a URL is asked for four times.
fn look(namespaces: &[String], client: &str, url: &str) -> String {
    let observe = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/observe.sh");
    let ask =
        format!("ip netns exec {client} curl -sSf -H 'Connection: close' --max-time 30 {url}");
    format!(
        "sh {observe} {}\necho ==== answers\n{ask} {url} {url} {url}\necho ==== names\nls /run/netns\n",
        namespaces.join(" ")
    )
}

/// What the script has shown, without the namespaces of `host`, the lab that brought the guest.
fn world(said: &str, host: &str) -> World {
    let (lines, rest) = said.split_once("==== answers\n").unwrap_or_else(|| panic!("{said}"));
    let (answers, names) = rest.split_once("==== names\n").unwrap_or_else(|| panic!("{said}"));
    let sorted = |text: &str| {
        let mut words: Vec<_> = text.split_whitespace().map(str::to_owned).collect();
        words.sort();
        words
    };
    let namespaces = sorted(names).into_iter().filter(|name| !name.starts_with(host)).collect();
    let seen = lines.lines().filter(|line| !BY_MEMORY.iter().any(|name| line.starts_with(name)));
    World { namespaces, lines: seen.map(settled).collect(), answers: sorted(answers) }
}

/// A line without what differs from one lab to its twin: link-layer addresses, what is made of
/// these, clocks, the number of queues, which is a matter of speed, and a link's state in one word,
/// which follows its flags within a second; and for listening sockets everything but the address.
fn settled(line: &str) -> String {
    let words: Vec<_> = line.split_whitespace().collect();
    if let [protocol @ ("tcp" | "udp"), "LISTEN" | "UNCONN", _, _, address, ..] = words[..] {
        return format!("{protocol} serves {address}");
    }
    let random = |word: &str| word.matches(':').count() == 5;
    let passing = |word: &str| word.ends_with("_timer") || word.ends_with("xqueues");
    let passing = |index: usize| index > 0 && passing(words[index - 1]);
    let state = |word: &str| ["UP", "DOWN", "UNKNOWN"].contains(&word);
    let fixed = words.iter().enumerate().filter(|(i, word)| {
        let word: &str = word;
        !random(word) && !state(word) && !passing(*i)
    });
    fixed.map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
}

/// The namespaces that the script makes, in its own words.
fn namespaces(script: &str) -> Vec<String> {
    let line = script.lines().find_map(|line| line.strip_prefix("namespaces='")).unwrap();
    line.trim_end_matches('\'').split(' ').map(str::to_owned).collect()
}

/// Has a shell in the machine of a lab read a script.
fn shell(place: &Place, lab: &str, script: &str) -> Ran {
    let mut command = place.program(&["shell", lab]);
    let file = place.write("script", script);
    command.env("SHELL", "/bin/sh").stdin(std::fs::File::open(file).unwrap());
    command.output().unwrap().into()
}

#[test]
fn any_director_has_a_configuration_file_of_keepalived_and_of_ldirectord() {
    let place = Place::new();
    let keepalived = place.run(&["export", "nat", "--format", "keepalived"]).code(0).stdout;
    assert!(keepalived.contains("virtual_server 192.168.136.100 80 {"), "{keepalived}");
    assert!(!keepalived.contains("vrrp_instance"), "{keepalived}");
    let wanted = ["export", "nat", "--format", "ldirectord", "--node", "director"];
    let ldirectord = place.run(&wanted).code(0).stdout;
    assert!(ldirectord.contains("\nvirtual=192.168.136.100:80\n"), "{ldirectord}");
}

#[test]
fn who_has_no_virtual_service_has_no_configuration_file() {
    let place = Place::new();
    let said = |arguments: &[&str]| place.run(arguments).code(2).stderr;
    let plain = said(&["export", "plain", "--format", "keepalived"]);
    assert!(plain.contains("no director of `plain` has anything for keepalived to do"), "{plain}");
    let server = said(&["export", "nat", "--format", "ldirectord", "--node", "rs1"]);
    assert!(server.contains("there is no node `rs1`"), "{server}");
    let script = said(&["export", "nat", "--format", "sh", "--node", "director"]);
    assert!(script.contains("`--node` goes with"), "{script}");
}

/// The built-in labs in which a director may fail.
const HIGHLY_AVAILABLE: [&str; 6] =
    ["ha", "ha-nat", "ha-keepalived", "ha-ldirectord", "ha-active-active", "ha-sync"];

/// Labs with every kind of virtual service, each with one director.
const KINDS: [&str; 2] = ["udp", "sctp"];

#[test]
#[ignore = "needs root"]
fn keepalived_accepts_the_configuration_of_every_director() {
    let place = Place::new();
    let script = "ip link add eth0 type veth peer name eth1
        ip link set eth0 up
        ip link set eth1 up
        exec keepalived -t -f \"$1\"";
    for topology in HIGHLY_AVAILABLE.into_iter().chain(KINDS) {
        let export = ["export", topology, "--format", "keepalived"];
        let all = place.run(&export).code(0).stdout;
        let heads = all.lines().filter_map(|line| line.strip_prefix("# keepalived-"));
        let directors: Vec<_> = heads.filter_map(|name| name.strip_suffix(".conf")).collect();
        let lone = KINDS.contains(&topology).then_some("director");
        let directors = lone.map_or(directors, |director| vec![director]);
        assert_eq!(directors.len(), if lone.is_some() { 1 } else { 2 }, "{all}");
        for director in directors {
            let one = place.run(&[&export[..], &["--node", director]].concat()).code(0).stdout;
            let file = place.write("keepalived.conf", &one);
            let mut command = Command::new("unshare");
            command.args(["--net", "sh", "-ec", script, "sh"]).arg(file);
            let said = Ran::from(command.output().unwrap()).code(0);
            assert_eq!((said.stdout, said.stderr), (String::new(), String::new()), "{one}");
        }
    }
}

fn assert_same(script: &World, up: &World) {
    assert_eq!(script.namespaces, up.namespaces);
    assert_eq!(script.answers, up.answers);
    for (script, up) in script.lines.iter().zip(&up.lines) {
        let words = script.split(' ').zip(up.split(' '));
        let differ: Vec<_> = words.filter(|(script, up)| script != up).collect();
        assert!(script == up, "of the script and of `up` differ {differ:?} in\n{script}\n{up}");
    }
    assert_eq!(script.lines.len(), up.lines.len());
}

/// The script's guest has the lab too, under another name: so it has the modules that the lab needs.
fn agree(topology: &str) {
    let place = Place::new();
    let host = &unique("exporting");
    let script = place.run(&["export", topology, "--format", "sh"]).code(0).stdout;
    let file = place.write("lab.sh", &script);
    let names = namespaces(&script);

    place.run(&["--kernel", "uml", "up", topology]).code(0);
    let tables = place.run(&["ipvs", topology, "--format", "json"]).code(0).json();
    let vip = tables[0]["virtual_services"][0]["vip"].as_str().unwrap();
    let vip = if vip.contains(':') { format!("[{vip}]") } else { vip.to_owned() };
    let look = look(&names, &format!("{topology}-client"), &format!("http://{vip}/"));
    let up = world(&shell(&place, topology, &look).code(0).stdout, host);
    place.run(&["down", topology]).code(0);

    place.run(&["--kernel", "uml", "up", topology, "--name", host]).code(0);
    let both = format!("set -e\nsh {file}\n{look}sh {file} down\necho ==== left\nls /run/netns\n");
    let said = shell(&place, host, &both).code(0).stdout;
    let (said, left) = said.split_once("==== left\n").unwrap();
    assert_same(&world(said, host), &up);
    assert!(left.lines().all(|name| name.starts_with(host)), "`down` left {left}");
}

macro_rules! agreements {
    ($($test:ident: $topology:literal;)*) => {
        $(
            #[test]
            #[ignore = "needs the guest kernel"]
            fn $test() {
                agree($topology);
            }
        )*
    };
}

agreements! {
    the_script_of_nat_makes_what_up_makes: "nat";
    the_script_of_dr_makes_what_up_makes: "dr";
    the_script_of_dr_over_several_networks_makes_what_up_makes: "dr-multinet";
    the_script_of_tun_makes_what_up_makes: "tun";
    the_script_of_fullnat_makes_what_up_makes: "fullnat";
    the_script_of_udp_makes_what_up_makes: "udp";
    the_script_of_nat6_makes_what_up_makes: "nat6";
    the_script_of_sctp_makes_what_up_makes: "sctp";
    the_script_of_firewall_marks_makes_what_up_makes: "fwmark";
    the_script_of_ha_makes_what_up_makes: "ha";
    the_script_of_ha_keepalived_makes_what_up_makes: "ha-keepalived";
}

/// Runs a script in namespaces of its own, which end with it, and with nothing in /run.
fn apart(script: &str) -> String {
    let private = ["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"];
    let script = format!("set -e\nmount -t tmpfs none /run\n{script}");
    let mut command = Command::new("unshare");
    command.args(private).args(["sh", "-c", &script]);
    Ran::from(command.output().unwrap()).code(0).stdout
}

#[test]
#[ignore = "needs root"]
fn the_script_of_servers_without_a_director_makes_what_up_makes_on_the_running_kernel() {
    let place = Place::new();
    let script = place.run(&["export", "plain", "--format", "sh"]).code(0).stdout;
    let file = place.write("lab.sh", &script);
    let look = look(&namespaces(&script), "plain-client", "http://192.168.137.200/");
    let program = env!("CARGO_BIN_EXE_lvs-lab");
    let up = apart(&format!("{program} --kernel host up plain >/dev/null\n{look}{program} down"));
    let by_hand = apart(&format!("sh {file}\n{look}sh {file} down\necho left:\nls /run/netns\n"));
    let (by_hand, left) = by_hand.split_once("left:\n").unwrap();
    assert_same(&world(by_hand, "no lab"), &world(&up, "no lab"));
    assert_eq!(left, "");
}
