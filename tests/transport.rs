//! Services of UDP and SCTP in a guest, in the eyes of the distribution's own programs: ipvsadm,
//! ss, tcpdump, and clients of python's.

mod support;

use support::lab::Lab;
use support::{Place, eventually, unique};

/// A client of UDP that is not ours: `ask.py ADDRESS PORT COUNT`, all from one socket.
const ASK: &str = r#"
import socket, sys
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.settimeout(10)
client.connect((sys.argv[1], int(sys.argv[2])))
for _ in range(int(sys.argv[3])):
    client.send(b"GET /\n")
    print(client.recv(65536).decode().split("\r\n\r\n")[1].strip())
"#;

/// A client of SCTP that is not ours: `associate.py ADDRESS PORT COUNT`, each from its own socket.
const ASSOCIATE: &str = r#"
import socket, sys
for _ in range(int(sys.argv[3])):
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132)
    client.settimeout(10)
    client.connect((sys.argv[1], int(sys.argv[2])))
    client.send(b"GET / HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n")
    text = b""
    while piece := client.recv(4096):
        text += piece
    print(text.decode().split("\r\n\r\n")[1].strip())
"#;

impl Lab {
    fn python(&self, program: &str, arguments: &str) -> Vec<String> {
        let file = self.place.write("client.py", program);
        let said = self.sh("client", &format!("python3 {file} {arguments}"));
        said.lines().map(str::to_owned).collect()
    }
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_socket_of_udp_stays_with_one_server_and_one_packet_scheduling_goes_round() {
    let lab = Lab::up("udp");
    assert_eq!(lab.python(ASK, "192.168.136.100 53 5"), ["rs2"; 5]);
    assert_eq!(lab.python(ASK, "192.168.136.100 53 2"), ["rs1"; 2]);
    assert_eq!(lab.python(ASK, "192.168.136.101 514 4"), ["rs4", "rs3", "rs4", "rs3"]);

    let table = lab.sh("director", "ipvsadm -L -n");
    assert!(table.contains("UDP  192.168.136.101:514 rr ops\n"), "{table}");
    let entries = lab.sh("director", "ipvsadm -L -n -c");
    let to = |address: &str| entries.lines().filter(|line| line.contains(address)).count();
    assert_eq!((to("192.168.136.100:53"), to("192.168.136.101:514")), (2, 0), "{entries}");
    let served = lab.sh("rs1", "ss -Hlun");
    assert!(served.contains("0.0.0.0:5353") && served.contains("0.0.0.0:53 "), "{served}");
}

#[test]
#[ignore = "needs the guest kernel"]
fn a_reply_of_direct_routing_comes_from_the_vip_and_past_the_director() {
    let lab = Lab::up("udp");
    let watch = "tcpdump -l -n -c 2 -i eth0 udp port 514 2>/tmp/watch.$$ & \
                 until grep -q listening /tmp/watch.$$; do sleep 0.05; done; \
                 printf 'GET /' >/dev/udp/192.168.136.101/514; wait";
    let seen = lab.sh("client", &format!("bash -c \"{}\"", watch.replace("$$", "$BASHPID")));
    let replies: Vec<_> =
        seen.lines().filter(|line| line.contains("192.168.136.101.514 >")).collect();
    assert_eq!(replies.len(), 1, "{seen}");
    let counted = || lab.sh("director", "ipvsadm -L -n --stats -u 192.168.136.101:514");
    let packets = || {
        let text = counted();
        let words = text.lines().nth(2).unwrap().split_whitespace();
        words.skip(3).take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    // The kernel renews the counters every two seconds.
    eventually(|| packets() == ["1", "0"], counted);
}

#[test]
#[ignore = "needs the guest kernel"]
fn associations_of_sctp_are_scheduled_one_by_one() {
    let lab = Lab::up("sctp");
    for (vip, servers) in
        [("100", ["rs2", "rs1"]), ("101", ["rs4", "rs3"]), ("102", ["rs4", "rs3"])]
    {
        assert_eq!(lab.python(ASSOCIATE, &format!("192.168.136.{vip} 80 2")), servers);
        // The director forgets a closed association after a minute.
        let entries = lab.sh("director", "ipvsadm -L -n -c");
        let target = format!(" 192.168.136.{vip}:80 ");
        let to = |line: &&str| line.starts_with("SCTP") && line.contains(&target);
        assert_eq!(entries.lines().filter(to).count(), 2, "{entries}");
    }
    let table = lab.sh("director", "ipvsadm -S -n");
    assert!(
        table.contains("-a --sctp-service 192.168.136.100:80 -r 192.168.137.200:8080 -m"),
        "{table}"
    );
    assert!(lab.sh("rs1", "cat /proc/net/sctp/eps").contains(" 8080 "));
}

/// A director that serves for the master, and so has the VIP on `lo` too.
const SERVING: &str = "
name: serving
networks: { lan: 192.168.150.0/24 }
clients: { client: { addresses: { lan: 192.168.150.9 } } }
directors:
  d1: { addresses: { lan: 192.168.150.1 } }
  d2: { addresses: { lan: 192.168.150.4 } }
high_availability:
  virtual_routers:
    VI_1: { router_id: 51, version: 3, advert_interval: 200ms, priorities: { d1: 100, d2: 50 } }
virtual_services:
  web:
    vip: 192.168.150.100
    port: 80
    protocol: sctp
    scheduler: rr
    forwarding: dr
    real_servers: [d1]
";

#[test]
#[ignore = "needs the guest kernel"]
fn a_backend_of_sctp_begins_again_where_the_vip_is_on_two_interfaces() {
    let lab = Lab::of("sctp-twice", SERVING);
    for fault in ["kill-daemons", "stop"] {
        lab.place.run(&["fault", &lab.name, fault, "d1"]).code(0);
    }
    let held = lab.sh("d1", "ip -oneline address");
    assert_eq!(held.matches(" 192.168.150.100/32 ").count(), 2, "{held}");
    lab.place.run(&["heal", &lab.name]).code(0);
    let served = lab.sh("d1", "cat /proc/net/sctp/eps");
    assert_eq!(served.matches(" 192.168.150.100 ").count(), 1, "{served}");
}

#[test]
#[ignore = "needs the guest kernel"]
fn what_ipvsadm_saves_of_these_kinds_is_what_the_lab_exports() {
    for topology in ["udp", "sctp"] {
        let lab = Lab::up(topology);
        let saved = lab.sh("director", "ipvsadm -S -n");
        let table = lab.place.write("saved", &saved.replace(" --tun-type ipip", ""));
        let export = |more: &[&str]| {
            let words = [&["export", topology, "--format", "ipvsadm"], more].concat();
            let text = lab.place.run(&words).code(0).stdout;
            let mut lines: Vec<_> = text.lines().map(|line| line.trim().to_owned()).collect();
            lines.sort();
            lines
        };
        let ours = export(&[]);
        assert_eq!(export(&["--ipvsadm", &table]), ours);
        let said = std::fs::read_to_string(&table).unwrap();
        let mut theirs: Vec<_> = said.lines().map(|line| line.trim().to_owned()).collect();
        theirs.sort();
        assert_eq!(theirs, ours);
    }
}

#[test]
#[ignore = "needs root"]
fn a_kernel_without_sctp_is_named_with_what_it_lacks() {
    let place = Place::new();
    let doctor = place.run(&["doctor"]).stdout;
    let lacking = doctor.contains("not in this kernel: sctp");
    // The lab has no server of SCTP.
    let wanted =
        if lacking { "the kernel has no SCTP (module sctp)" } else { "connection refused" };
    let name = unique("plain");
    place.run(&["--kernel", "host", "up", "plain", "--name", &name]).code(0);
    let url = ["request", &name, "--url", "sctp://192.168.137.200/"];
    let said = place.run(&url);
    place.run(&["down", &name]).code(0);
    assert!(format!("{}{}", said.stdout, said.stderr).contains(wanted), "{said}");
}
