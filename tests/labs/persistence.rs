//! Templates: how they are shown, whom they are for, and when they go.

use crate::support::{Place, eventually, unique};

/// The lab `persistence` in a guest.
struct Lab {
    place: Place,
    name: String,
}

impl Lab {
    fn up(name: &str) -> Self {
        let lab = Self { place: Place::new(), name: unique(name) };
        lab.place.run(&["--kernel", "uml", "up", "persistence", "--name", &lab.name]).code(0);
        lab
    }

    /// Who answers three requests of a client: one real server.
    fn answer(&self, client: &str, service: &str) -> String {
        let words = ["request", &self.name, "--from", client, "--service", service, "-n", "3"];
        let sent = self.place.run(&[&words[..], &["--format", "json"]].concat()).code(0).json();
        let answers = sent["answers"].as_object().unwrap().iter();
        let some: Vec<_> = answers.filter(|(_, count)| *count != 0).collect();
        let [(server, count)] = some.as_slice() else { panic!("{some:?} stuck to nobody") };
        assert_eq!(count.as_u64(), Some(3));
        server.to_string()
    }

    /// The clients of the templates of a port, as ipvsadm's own listing of connections has them.
    fn templates(&self, port: u16) -> Vec<String> {
        let listed = self.place.run(&["ipvs", &self.name, "--connections"]).code(0).stdout;
        let of_port = format!(":{port} ");
        let mine = listed.lines().filter(|line| line.contains(&of_port));
        let clients = mine.filter_map(|line| line.split_whitespace().nth(3)?.strip_suffix(":0"));
        let mut clients: Vec<_> = clients.map(str::to_owned).collect();
        clients.sort();
        clients
    }

    fn down(self) {
        self.place.run(&["down", &self.name]).code(0);
    }
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_netmask_makes_one_template_of_a_network_of_clients() {
    let lab = Lab::up("netmask");
    let first = lab.answer("client1", "by-network");
    assert_eq!(lab.answer("client2", "by-network"), first);
    assert_ne!(lab.answer("client3", "by-network"), first);
    assert_eq!(lab.templates(8024), ["192.168.140.0", "192.168.141.0"]);
    let status = lab.place.run(&["status", &lab.name]).code(0);
    status.says("persistent 300 s, 2 templates");

    assert_ne!(lab.answer("client1", "web"), lab.answer("client2", "web"));
    assert_eq!(lab.templates(80), ["192.168.140.10", "192.168.140.11"]);
    lab.down();
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_template_goes_when_its_time_is_over_and_the_client_is_scheduled_anew() {
    let lab = Lab::up("expiry");
    lab.place.exec(&lab.name, "director", &["ipvsadm", "--set", "900", "1", "300"]).code(0);
    let first = lab.answer("client1", "brief");
    assert_eq!(lab.templates(8002), ["192.168.140.10"]);
    eventually(|| lab.templates(8002).is_empty(), || format!("{:?}", lab.templates(8002)));
    lab.place.run(&["status", &lab.name]).code(0).says("persistent 2 s, 0 templates\n");
    assert_ne!(lab.answer("client1", "brief"), first);
    lab.down();
}
