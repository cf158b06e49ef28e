//! Templates: how they are shown, whom they are for, and when they go.

use crate::support::eventually;
use crate::support::lab::Lab;
use std::io::Write;
use std::process::{Child, Stdio};

/// The words that ask a service three times.
fn asking<'a>(lab: &'a Lab, client: &'a str, service: &'a str) -> [&'a str; 8] {
    ["request", &lab.name, "--from", client, "--service", service, "-n", "3"]
}

/// Who answers three requests of a client: one real server.
fn answer(lab: &Lab, client: &str, service: &str) -> String {
    let words = asking(lab, client, service);
    let sent = lab.place.run(&[&words[..], &["--format", "json"]].concat()).code(0).json();
    let answers = sent["answers"].as_object().unwrap().iter();
    let some: Vec<_> = answers.filter(|(_, count)| *count != 0).collect();
    let [(server, count)] = some.as_slice() else { panic!("{some:?} stuck to nobody") };
    assert_eq!(count.as_u64(), Some(3));
    server.to_string()
}

/// The clients of the templates of a port, as ipvsadm's own listing of connections has them.
fn templates(lab: &Lab, port: u16) -> Vec<String> {
    let listed = lab.place.run(&["ipvs", &lab.name, "--connections"]).code(0).stdout;
    let of_port = format!(":{port} ");
    let mine = listed.lines().filter(|line| line.contains(&of_port));
    let clients = mine.filter_map(|line| line.split_whitespace().nth(3)?.strip_suffix(":0"));
    let mut clients: Vec<_> = clients.map(str::to_owned).collect();
    clients.sort();
    clients
}

/// Asks a service, and holds the connections open until it is told a line.
fn holding(lab: &Lab, client: &str, service: &str) -> Child {
    let mut command = lab.place.program(&asking(lab, client, service));
    command.arg("--hold").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

fn release(mut held: Child) {
    held.stdin.take().unwrap().write_all(b"\n").unwrap();
    assert!(held.wait().unwrap().success());
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_netmask_makes_one_template_of_a_network_of_clients() {
    let lab = Lab::up("persistence");
    let first = answer(&lab, "client1", "by-network");
    assert_eq!(answer(&lab, "client2", "by-network"), first);
    assert_ne!(answer(&lab, "client3", "by-network"), first);
    assert_eq!(templates(&lab, 8024), ["192.168.140.0", "192.168.141.0"]);
    let status = lab.place.run(&["status", &lab.name]).code(0);
    status.says("persistent 300 s, 2 templates");

    assert_ne!(answer(&lab, "client1", "web"), answer(&lab, "client2", "web"));
    assert_eq!(templates(&lab, 80), ["192.168.140.10", "192.168.140.11"]);
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_template_goes_when_its_time_is_over_and_the_client_is_scheduled_anew() {
    let lab = Lab::up("persistence");
    lab.sh("director", "ipvsadm --set 900 1 300");
    let left = || templates(&lab, 8002);
    // The template is for two seconds, and stays as long as there are connections of its client.
    let held = holding(&lab, "client1", "brief");
    eventually(|| left() == ["192.168.140.10"], || format!("{:?}", left()));
    let first = answer(&lab, "client1", "brief");
    release(held);
    eventually(|| left().is_empty(), || format!("{:?}", left()));
    lab.place.run(&["status", &lab.name]).code(0).says("persistent 2 s, 0 templates\n");

    let held = holding(&lab, "client1", "brief");
    eventually(|| left() == ["192.168.140.10"], || format!("{:?}", left()));
    assert_ne!(answer(&lab, "client1", "brief"), first);
    release(held);
}
