//! A day in the life of each built-in lab in a guest: built, looked at, used, spoiled, mended,
//! changed, removed.

use crate::support::listings::assert_agree;
use crate::support::{Place, Ran, User, replaced, topology, unique};
use serde_json::Value;

/// A lab that is up in a guest.
struct Lab {
    place: Place,
    topology: &'static str,
    name: String,
}

impl Lab {
    fn up(topology: &'static str, name: &str, user: User) -> Self {
        let lab = Self { place: Place::of(user), topology, name: unique(name) };
        let name = &lab.name;
        lab.to_be(topology).code(0).says(&format!("{name} is up, built in "));
        assert_eq!(lab.drift(), [""; 0]);
        lab
    }

    /// Brings it to a topology.
    fn to_be(&self, topology: &str) -> Ran {
        self.place.run(&["--kernel", "uml", "up", topology, "--name", &self.name])
    }

    fn exec(&self, node: &str, command: &[&str]) -> String {
        self.place.exec(&self.name, node, command).code(0).stdout
    }

    fn drift(&self) -> Vec<String> {
        let status = self.place.run(&["status", &self.name, "--format", "json"]).code(0).json();
        let drift = status["drift"].as_array().unwrap();
        drift.iter().map(|entry| entry.as_str().unwrap().to_owned()).collect()
    }

    fn is_balanced(&self) -> bool {
        self.topology != "plain"
    }

    /// Asks four times, and returns how often each real server answered.
    fn answers(&self) -> [u64; 2] {
        let sent = self.place.run(&["request", &self.name, "-n", "4", "--format", "json"]);
        let answers = &sent.code(0).json()["answers"];
        ["rs1", "rs2"].map(|server| answers[server].as_u64().unwrap_or(0))
    }
}

fn everyday(topology: &'static str, answers: [u64; 2]) {
    let lab = Lab::up(topology, &format!("day-{topology}"), User::Own);
    assert_eq!(lab.answers(), answers);
    tables_are_ipvsadms(&lab);
    commands_run_as_in_a_shell(&lab);
    lab.to_be(topology).code(0).says("is up already, as its file says");
    drift_is_named_and_mended(&lab);
    changes_are_made_or_refused(&lab);
    it_goes_without_a_trace(&lab);
}

fn tables_are_ipvsadms(lab: &Lab) {
    for option in [None, Some("--stats"), Some("-c")].into_iter().filter(|_| lab.is_balanced()) {
        let ours: Vec<_> = ["ipvs", &lab.name].into_iter().chain(option).collect();
        let theirs: Vec<_> = ["ipvsadm", "-L", "-n"].into_iter().chain(option).collect();
        let ours = || lab.place.run(&ours).code(0).stdout;
        assert_agree(ours, || lab.exec("director", &theirs));
    }
}

fn commands_run_as_in_a_shell(lab: &Lab) {
    let both = lab.place.exec(&lab.name, "rs1", &["sh", "-c", "echo out; echo err >&2; exit 7"]);
    let both = both.code(7);
    assert_eq!((both.stdout.as_str(), both.stderr.as_str()), ("out\n", "err\n"));
    let absent = lab.place.exec(&lab.name, "rs1", &["no-such-program"]);
    absent.code(127).complains("cannot run `no-such-program`");
    lab.place.exec(&lab.name, "rs1", &["sh", "-c", "kill -9 $$"]).code(137);
    let input: Vec<u8> = (0..20_000_u32).flat_map(|n| format!("{n}\n").into_bytes()).collect();
    let through = lab.place.run_with(&["exec", &lab.name, "client", "--", "cat"], &input).code(0);
    assert_eq!(through.stdout.as_bytes(), input);
}

/// A way to spoil a lab: a command in a node, and how the fault is named.
struct Fault {
    node: &'static str,
    command: String,
    named: String,
}

fn fault(node: &'static str, command: &str, named: &str) -> Fault {
    Fault { node, command: command.to_owned(), named: format!("{node}: {named}") }
}

fn drift_is_named_and_mended(lab: &Lab) {
    let faults = faults(lab);
    for Fault { node, command, .. } in &faults {
        lab.exec(node, &["sh", "-ec", command]);
    }
    let drift = lab.drift();
    for Fault { named, .. } in &faults {
        assert!(drift.contains(named), "no `{named}` in {drift:#?}");
    }
    let mended = lab.to_be(lab.topology).code(0).says("is up; mended:\n");
    drift.iter().for_each(|entry| assert!(mended.stdout.contains(entry), "{}", mended.stdout));
    assert_eq!(lab.drift(), [""; 0]);
    assert_eq!(lab.answers().iter().sum::<u64>(), 4);
}

fn faults(lab: &Lab) -> Vec<Fault> {
    let status = lab.place.run(&["status", &lab.name, "--format", "json"]).code(0).json();
    let nodes = status["nodes"].as_array().unwrap();
    let rs1 = nodes.iter().find(|node| node["node"] == "rs1").unwrap();
    let addresses = rs1["addresses"].as_array().unwrap();
    let eth0 = addresses.iter().find(|address| address["interface"] == "eth0").unwrap();
    let rip = eth0["address"].as_str().unwrap();
    let mut faults = vec![fault(
        "rs1",
        &format!("ip address del {rip} dev eth0"),
        &format!("address {rip} is missing on eth0"),
    )];
    if ["dr", "dr-multinet", "tun"].contains(&lab.topology) {
        let key = "net.ipv4.conf.all.arp_ignore";
        faults.push(fault(
            "rs1",
            &format!("sysctl -w {key}=0"),
            &format!("{key} is 0 instead of 1"),
        ));
    }
    if lab.is_balanced() {
        faults
            .extend(table_faults(&lab.place.run(&["ipvs", &lab.name, "--format", "json"]).json()));
    }
    faults
}

fn table_faults(tables: &Value) -> [Fault; 2] {
    let service = &tables[0]["virtual_services"][0];
    let address = |of: &Value, ip: &str| format!("{}:{}", of[ip].as_str().unwrap(), of["port"]);
    let virtual_service = address(service, "vip");
    let first = &service["real_servers"][0];
    let (server, weight) = (address(first, "rip"), &first["weight"]);
    let option = match first["forwarding"].as_str().unwrap() {
        "dr" => "-g",
        "tun" => "-i",
        _ => "-m",
    };
    let extra = format!("192.0.2.1:{}", first["port"]);
    let of = format!("in tcp {virtual_service}");
    [
        fault(
            "director",
            &format!("ipvsadm -e -t {virtual_service} -r {server} {option} -w 9"),
            &format!("real server {server} {of} has weight 9, not {weight}"),
        ),
        fault(
            "director",
            &format!("ipvsadm -a -t {virtual_service} -r {extra} {option}"),
            &format!("real server {extra} {of} is not in the file"),
        ),
    ]
}

fn changes_are_made_or_refused(lab: &Lab) {
    let text = topology(lab.topology);
    let (live, node, command, seen) = if lab.is_balanced() {
        let (before, _) = text.split_once("    forwarding:").unwrap();
        let scheduler = before.rsplit_once("scheduler: ").unwrap().1.trim();
        let live = replaced(&text, &format!("scheduler: {scheduler}\n"), "scheduler: wlc\n");
        (live, "director", "ipvsadm -S -n", "-s wlc")
    } else {
        let wanted = "rs2: { sysctls: { net.ipv4.ip_default_ttl: 33 }, addresses";
        let live = replaced(&text, "rs2: { addresses", wanted);
        (live, "rs2", "sysctl net.ipv4.ip_default_ttl", "= 33")
    };
    let live = lab.place.write("live.yaml", &live);
    lab.to_be(&live).code(0).says("is up; changed:\n");
    assert!(lab.exec(node, &["sh", "-c", command]).contains(seen));
    assert_eq!(lab.drift(), [""; 0]);
    lab.to_be(&live).code(0).says("is up already");
    assert_eq!(lab.answers().iter().sum::<u64>(), 4);

    let wanted = "real_servers:\n  rs9: { addresses: { NETWORK: LAST } }\n";
    let structural = lab.place.write("structural.yaml", &with_another_server(&text, wanted));
    let refused = lab.to_be(&structural).code(2).complains("node `rs9` is new");
    refused.complains(&format!("run `lvs-lab down {}` first", lab.name));
    assert_eq!(lab.drift(), [""; 0]);
}

/// Puts a server beside `rs1`, with an address that nobody has.
fn with_another_server(text: &str, wanted: &str) -> String {
    let (_, rest) = text.split_once("rs1: { addresses: { ").unwrap();
    let (network, rest) = rest.split_once(": ").unwrap();
    let (address, _) = rest.split_once(' ').unwrap();
    let (subnet, _) = address.rsplit_once('.').unwrap();
    let wanted = wanted.replace("NETWORK", network).replace("LAST", &format!("{subnet}.99"));
    replaced(text, "real_servers:\n  rs1", &format!("{wanted}  rs1"))
}

fn it_goes_without_a_trace(lab: &Lab) {
    lab.place.run(&["down", &lab.name]).code(0).complains("is down");
    lab.place.traces(&[&lab.name]).assert_none();
    lab.place.run(&["down", &lab.name]).code(0).complains("is not up");
    lab.place.run(&["exec", &lab.name, "rs1", "--", "true"]).code(2).complains("is up");
}

macro_rules! days {
    ($($test:ident: $topology:literal, $answers:expr;)*) => {
        $(
            #[test]
            #[ignore = "needs the guest kernel"]
            fn $test() {
                everyday($topology, $answers);
            }
        )*
    };
}

days! {
    a_day_of_nat: "nat", [2, 2];
    a_day_of_dr: "dr", [2, 2];
    a_day_of_dr_over_several_networks: "dr-multinet", [3, 1];
    a_day_of_tun: "tun", [2, 2];
    a_day_of_fullnat: "fullnat", [2, 2];
    a_day_of_servers_without_a_director: "plain", [4, 0];
}

#[test]
#[ignore = "needs the guest kernel"]
fn an_ordinary_user_has_the_same_day() {
    let lab = Lab::up("nat", "nobodys", User::Nobody);
    assert_eq!(lab.answers(), [2, 2]);
    tables_are_ipvsadms(&lab);
    commands_run_as_in_a_shell(&lab);
    drift_is_named_and_mended(&lab);
    it_goes_without_a_trace(&lab);
    lab.place.run(&["test", "dr"]).code(0).says("7 passed, 0 failed, 0 errored");
    lab.place.run(&["--kernel", "host", "up", "plain"]).code(3).complains("would need root");
    lab.place.traces(&[&lab.name]).assert_none();
}
