use super::{Director, Fault, Kind, Origin, Table, ipvsadm, sketch};
use crate::lab::{Tunnel, TunnelChecksum};
use proptest::prelude::*;
use std::fmt::Write as _;

fn sound(text: &str) -> Table {
    let (table, faults) = ipvsadm(text);
    assert_eq!(faults, []);
    table
}

fn sketched(table: Table) -> String {
    sketch(&"lab".parse().unwrap(), &Director::of(table), Origin::Ipvsadm).text()
}

/// Faults as `line:word message; help`, counted from 1.
fn listed(faults: &[Fault]) -> String {
    let mut text = String::new();
    for Fault { kind, spot, message, help } in faults {
        let kind = if *kind == Kind::NotYet { " (not yet)" } else { "" };
        let _ = writeln!(text, "{}:{}{kind} {message}; {help}", spot.line + 1, spot.word + 1);
    }
    text
}

const EVERYTHING: &str = "\
-A -t 192.168.56.34:80 -s wrr -p 300 -M 255.255.255.0
-a -t 192.168.56.34:80 -r 192.168.142.137:8080 -m -w 3 -x 100 -y 75
-a -t 192.168.56.34:80 -r 192.168.142.138:80 -g -w 0
-A -u 192.168.56.34:53 -s sh -b sh-fallback,sh-port
-a -u 192.168.56.34:53 -r 192.168.142.137:53 -i -w 1
-A -u 192.168.56.34:514 -s rr -o
-a -u 192.168.56.34:514 -r 192.168.142.137:514 -g -w 1
-A --sctp-service 192.168.56.34:80 -s rr
-a --sctp-service 192.168.56.34:80 -r 192.168.142.137:80 -m -w 1
";

#[test]
fn a_saved_table_is_read_with_all_that_it_says() {
    insta::assert_debug_snapshot!(sound(EVERYTHING));
}

#[test]
fn a_tunnel_may_say_that_it_is_an_ordinary_one() {
    let said = "-A -t 10.0.0.1:80\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -i -w 1 --tun-type ipip\n";
    assert_eq!(sound(said), sound(&said.replace(" --tun-type ipip", "")));
}

#[test]
fn each_kind_of_tunnel_is_read() {
    let tunnel = |words: &str| {
        let text = format!("-A -t 10.0.0.1:80\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -i -w 1 {words}\n");
        sound(&text).services[0].servers[0].tunnel
    };
    assert_eq!(tunnel("--tun-type gre --tun-csum"), Tunnel::Gre(TunnelChecksum::Full));
    assert_eq!(tunnel("--tun-type gre"), Tunnel::Gre(TunnelChecksum::None));
    let gue = |checksum| Tunnel::Gue { port: 6080, checksum };
    let words = "--tun-type gue --tun-port 6080";
    assert_eq!(tunnel(words), gue(TunnelChecksum::None));
    assert_eq!(tunnel(&format!("{words} --tun-remcsum")), gue(TunnelChecksum::Remote));
}

#[test]
fn a_table_of_ipv6_is_read_as_well() {
    let table = sound("-A -t [2001:db8::1]:80 -s rr -p 9 -M 64\n");
    assert!(table.services[0].key.vip().unwrap().is_ipv6());
}

proptest! {
    #[test]
    fn no_text_is_too_strange(words in prop::collection::vec(word(), 0..40)) {
        let text = words.concat();
        for Fault { spot, .. } in ipvsadm(&text).1 {
            let line = text.lines().nth(spot.line).unwrap();
            assert!(line.split_ascii_whitespace().nth(spot.word).is_some(), "{spot:?} in {text:?}");
        }
    }
}

/// A word as tables have it, or nearly so, and what parts it from the next.
fn word() -> impl Strategy<Value = String> {
    let options = prop::sample::select(vec![
        "-A",
        "-a",
        "-t",
        "-u",
        "-f",
        "-6",
        "-s",
        "-p",
        "-M",
        "-b",
        "-r",
        "-g",
        "-i",
        "-m",
        "-w",
        "-x",
        "-y",
        "-At",
        "-mw3",
        "--weight=",
        "--tun-type",
        "--",
        "-",
        "#",
        "10.0.0.1:80",
        "[::1]:80",
        "rr",
        "300",
        "255.255.255.0",
        "sh-port",
        "ipvsadm",
    ]);
    let word = prop_oneof![4 => options.prop_map(str::to_owned), 1 => "[^ \n]{0,6}"];
    (word, prop::sample::select(vec![" ", " ", " ", "\n", "\t"])).prop_map(|(w, end)| w + end)
}

#[test]
fn what_is_left_out_has_ipvsadms_own_default() {
    let table = sound("-A -t 10.0.0.1:80 -p\n-a -t 10.0.0.1:80 -r 10.0.0.2\n");
    let same = sound("-A -t 10.0.0.1:80 -p 360\n-a -t 10.0.0.1:80 -r 10.0.0.2 -g\n");
    assert_eq!(table, same);
}

#[test]
fn lines_may_be_written_as_people_write_them() {
    let said = "ipvsadm -At 10.0.0.1:80 -srr\n\n  ipvsadm -at 10.0.0.1:80 -r 10.0.0.2:80 -mw3\n";
    let long = "--add-service --tcp-service=10.0.0.1:80 --scheduler rr
        --add-server --tcp-service 10.0.0.1:80 --real-server 10.0.0.2:80 --masquerading --weight=3";
    let saved = "-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m -w 3";
    assert_eq!(sound(said), sound(saved));
    assert_eq!(sound(long), sound(saved));
}

#[test]
fn a_service_by_firewall_mark_has_nothing_but_its_mark() {
    let table = sound("-A -f 1 -s rr -p 300\n-a -f 1 -r 10.0.0.2:0 -g -w 1\n");
    assert_eq!(table.services[0].key.to_string(), "firewall mark 1");
    assert_eq!((table.services[0].servers.len(), table.names()), (1, vec!["fwm-1".to_owned()]));
    let large = sound("-A -f -1 -s rr\n");
    assert_eq!(large, sound("-A -f 4294967295 -s rr\n"));
    let sketch = sketched(table);
    let goal = "  fwm-1:\n    vip: 10.0.0.100\n    ports: [80]\n    firewall_mark: 1\n";
    assert!(sketch.contains(goal), "{sketch}");
    assert!(sketch.contains("its VIP 10.0.0.100 and its port 80 are guesses"), "{sketch}");
    assert!(sketch.contains("      rs1: { weight: 1 }\n"), "{sketch}");
}

#[test]
fn a_mark_of_ipv6_is_another_than_that_of_ipv4() {
    let text = "-A -f 1 -s rr\n-A -f 1 -6 -s rr -p 9 -M 64\n-a -f 1 -6 -r [fd00::2]:0 -m -w 1\n";
    let table = sound(text);
    assert_eq!(table.names(), ["fwm-1", "fwm6-1"]);
    assert_eq!(table.services[1].key.to_string(), "firewall mark 1 of IPv6");
    let servers: Vec<_> = table.services.iter().map(|service| service.servers.len()).collect();
    assert_eq!(servers, [0, 1]);
    assert_eq!(table.services[1].netmask.map(|said| said.value.0), Some(64));
    let with_address = listed(&ipvsadm("-A -6 -t [fd00::1]:80 -s rr\n").1);
    assert!(with_address.starts_with("1:2 `-6` goes with `-f` only;"), "{with_address}");
}

#[test]
fn the_same_service_of_two_directors_is_one() {
    let one = "-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m -w 1\n";
    let table = sound(&format!("# ha-node01\n{one}# ha-node04\n{one}"));
    assert_eq!(table, sound(one));
    let differs = format!("# ha-node01\n{one}# ha-node04\n{}", one.replace("-w 1", "-w 2"));
    insta::assert_snapshot!(listed(&ipvsadm(&differs).1));
}

#[test]
fn a_comment_between_the_lines_of_a_service_ends_nothing() {
    let plain = "-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m\n\
                 -A -u 10.0.0.1:53 -s rr\n-a -u 10.0.0.1:53 -r 10.0.0.2:53 -m\n";
    let commented = plain.replace('\n', "\n# -a -t 10.0.0.1:80 -r 10.0.0.3:80 -m\n");
    assert_eq!(sound(&commented), sound(plain));
    assert_eq!(sound(&format!("# lb1\n{commented}# lb2\n{commented}")), sound(plain));
    let lines: Vec<_> = plain.lines().collect();
    let [web, web_server, dns, dns_server] = lines[..] else { panic!("{lines:?}") };
    let apart =
        format!("# services\n{web}\n{dns}\n# their real servers\n{web_server}\n{dns_server}\n");
    assert_eq!(sound(&apart), sound(plain));
    assert_eq!(sound(&format!("{apart}{apart}")), sound(plain));
    let script = commented.replace("\n-", "\nipvsadm -");
    assert_eq!(sound(&format!("#!/bin/sh\nipvsadm {script}")), sound(plain));
}

#[test]
fn all_that_a_service_says_is_the_same_in_the_next_director_s_table() {
    let (saved, listed) = (sound(SAVED).services, sound(LISTED).services);
    assert_eq!(sound(&format!("# lb1\n{SAVED}# lb2\n{SAVED}")).services, saved);
    assert_eq!(sound(&format!("{LISTED}{LISTED}")).services, listed);
    let once = sound(EVERYTHING);
    assert_eq!(sound(&format!("# lb1\n{EVERYTHING}# lb2\n{EVERYTHING}")), once);
}

#[test]
fn the_second_director_may_have_other_services_too() {
    let web = "-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m\n";
    let mail = web.replace(":80", ":25");
    let both = sound(&format!("# lb1\n{web}# lb2\n{mail}{web}"));
    assert_eq!(both, sound(&format!("{web}{mail}")));
}

#[test]
fn what_ipvsadm_sets_besides_the_table_is_told_with_its_line() {
    let script = "\
ipvsadm --set 900 120 300
ipvsadm -A -t 10.0.0.1:80 -s rr
ipvsadm -a -t 10.0.0.1:80 -r 10.0.0.2:80 -m
ipvsadm --start-daemon=master --mcast-interface eth0 --syncid 7
";
    let text = sketched(sound(script));
    assert!(text.contains("\n# - line 1: the timeouts of `--set` are left out"), "{text}");
    assert!(text.contains("\n# - line 4: `--start-daemon` is left out"), "{text}");
}

#[test]
fn every_fault_of_a_table_is_named() {
    let text = "\
-A -t 10.0.0.1:80 -s rr -q
-A -t 10.0.0.1:web -s rr
-A -t www:80
-A -t 10.0.0.1:80
-A -f one -s rr
-a -f 1 -r 10.0.0.2:80 -m
-A --pe sip -u 10.0.0.1:99
-A -t 10.0.0.1:0 -p 300
-A -t 10.0.0.1:81 -M 255.255.255.0
-a -t 10.0.0.1:81 -r 10.0.0.2:80 -o
-A -t 10.0.0.1:82 -p 5m -M 255.0.255.0 -b sh-ports,flag-1
-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m -g
-a -t 10.0.0.1:80 -r 10.0.0.3:80 -w
-a -t 10.0.0.1:80 -r 10.0.0.4:80 -w many stray
-a -t 10.0.0.1:80 -r 10.0.0.5:80 -i --tun-type gue
-a -t 10.0.0.1:80 -r 10.0.0.6:80 -i --tun-type gue --tun-port 0
-a -t 10.0.0.1:80 -r 10.0.0.7:80 -i --tun-type gre --tun-port 6080
-a -t 10.0.0.1:80 -r 10.0.0.8:80 -i --tun-type gre --tun-remcsum
-a -t 10.0.0.1:80 -r 10.0.0.9:80 -i --tun-csum
-a -t 10.0.0.1:80 -r 10.0.0.9:80 -i --tun-type gre --tun-csum --tun-nocsum
-a -t 10.0.0.1:80 -r 10.0.0.10:80 -i --tun-type vxlan
-a -t 10.0.0.1:80 -r 10.0.0.11:80 -m --tun-type gre
-a -t 10.0.0.1:80 -s rr
-E -t 10.0.0.1:80 -s wrr
-t 10.0.0.1:80
";
    insta::assert_snapshot!(listed(&ipvsadm(text).1));
}

#[test]
fn a_server_without_its_service_is_a_fault_if_no_other_fault_explains_it() {
    let lonely = "-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m";
    insta::assert_snapshot!(listed(&ipvsadm(lonely).1));
    let explained = format!("-A -t www:80\n{lonely}");
    assert_eq!(ipvsadm(&explained).1.len(), 1);
}

#[test]
fn a_topology_is_sketched_from_nothing_but_a_table() {
    insta::assert_snapshot!(sketched(sound(EVERYTHING)));
}

#[test]
fn every_address_of_ipv6_is_in_quotes() {
    let table = "-A -t [VIP]:80 -s rr\n-a -t [VIP]:80 -r [RIP]:80 -g\n";
    for (vip, rip) in
        [("::ffff:10.0.0.1", "::ffff:10.0.0.2"), ("fd00::", "fd00::2"), ("2::1", "1::")]
    {
        let text = sketched(sound(&table.replace("VIP", vip).replace("RIP", rip)));
        for word in text.lines().filter(|line| !line.contains("networks:")).flat_map(|line| {
            line.split_ascii_whitespace().filter(|word| word.contains("::") && !word.contains('/'))
        }) {
            assert!(word.starts_with('\'') && word.trim_end_matches(',').ends_with('\''), "{text}");
        }
        assert!(text.contains(&format!("vip: '{vip}'\n")), "{text}");
    }
}

#[test]
fn a_service_that_a_table_does_not_have_is_told_once() {
    let servers = "-a -t 10.0.0.100:80 -r 10.1.0.1:80 -m\n-a -t 10.0.0.100:80 -r 10.1.0.2:80 -m\n";
    let other = "-a -t 10.0.0.100:81 -r 10.1.0.1:80 -m\n";
    let told = |text: &str| -> Vec<(usize, String)> {
        ipvsadm(text).1.into_iter().map(|fault| (fault.spot.line, fault.message)).collect()
    };
    let once = "there is no service tcp 10.0.0.100:80 (line 2 has it too)".to_owned();
    assert_eq!(told(servers), [(0, once.clone())]);
    let second = "there is no service tcp 10.0.0.100:81".to_owned();
    assert_eq!(told(&format!("{servers}{other}")), [(0, once), (2, second)]);
    assert_eq!(told(&format!("{servers}# the other director\n{servers}")).len(), 1);
}

/// What `ipvsadm -L -n` prints of a table, and /proc/net/ip_vs.
const LISTED: &str = "\
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  192.168.56.34:80 wrr persistent 300 mask 255.255.255.0
  -> 192.168.142.137:8080         Masq    3      0          0         
  -> 192.168.142.138:80           Route   0      0          0         
UDP  192.168.56.34:514 rr ops
  -> 192.168.142.137:514          Tunnel  1      0          0         
TCP  [2001:db8::1]:443 sh (sh-port)
  -> [2001:db8::2]:443            Route   1      0          0         
FWM  7 IPv6 wlc
  -> [2001:db8::2]:0              Local   1      0          0         
";
const SAVED: &str = "\
-A -t 192.168.56.34:80 -s wrr -p 300 -M 255.255.255.0
-a -t 192.168.56.34:80 -r 192.168.142.137:8080 -m -w 3
-a -t 192.168.56.34:80 -r 192.168.142.138:80 -g -w 0
-A -u 192.168.56.34:514 -s rr -o
-a -u 192.168.56.34:514 -r 192.168.142.137:514 -i -w 1
-A -t [2001:db8::1]:443 -s sh -b sh-port
-a -t [2001:db8::1]:443 -r [2001:db8::2]:443 -g -w 1
-A -f 7 -6 -s wlc
-a -f 7 -6 -r [2001:db8::2]:0 -g -w 1
";

#[test]
fn a_listing_is_read_as_the_saved_table_and_says_what_it_lacks() {
    for before in ["", "[root@lb1 ~]# ipvsadm -Ln\n"] {
        let listed = sound(&format!("{before}{LISTED}"));
        assert_eq!(listed.services, sound(SAVED).services);
        assert_eq!(listed.remarks.len(), 1);
    }
    let with_tunnels = LISTED
        .replace("Forward Weight", "Forward TunnelInfo    Weight")
        .replace("Masq    ", "Masq    n/a           ")
        .replace("Route   ", "Route   n/a           ")
        .replace("Tunnel  ", "Tunnel  ipip          ")
        .replace("Local   ", "Local   n/a           ");
    assert_eq!(sound(&with_tunnels).services, sound(SAVED).services);
    let proc = "\
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  C0A83822:0050 wrr 
  -> C0A88E89:1F90      Masq    3      0          0         
FWM  00000007 rr 
  -> C0A88E89:0000      Route   1      0          0         
TCP  [2001:0db8:0000:0000:0000:0000:0000:0001]:01BB rr 
  -> [2001:0db8:0000:0000:0000:0000:0000:0002]:01BB      Route   1      0          0         
";
    let saved = "\
-A -t 192.168.56.34:80 -s wrr
-a -t 192.168.56.34:80 -r 192.168.142.137:8080 -m -w 3
-A -f 7 -s rr
-a -f 7 -r 192.168.142.137:0 -g -w 1
-A -t [2001:db8::1]:443 -s rr
-a -t [2001:db8::1]:443 -r [2001:db8::2]:443 -g -w 1
";
    assert_eq!(sound(proc).services, sound(saved).services);
}

#[test]
fn a_command_behind_a_listing_that_changes_the_table_is_a_fault_at_its_line() {
    let add = "ipvsadm -A -t 10.0.0.1:443 -s rr";
    for command in [
        format!("root@lb1:~# {add}"),
        format!("$ sudo {add}"),
        add.to_owned(),
        "[root@lb1 ~]# /sbin/ipvsadm -at 192.168.56.34:80 -r 10.0.0.2 -m".to_owned(),
        "root@lb1:~# ipvsadm --delete-service -t 192.168.56.34:80".to_owned(),
        "root@lb1:~# ipvsadm -C".to_owned(),
        "root@lb1:~# ipvsadm-restore < /etc/ipvsadm.rules".to_owned(),
    ] {
        let told = ipvsadm(&format!("{LISTED}{command}\n")).1;
        let lines: Vec<_> = told.iter().map(|fault| fault.spot.line).collect();
        assert_eq!(lines, [LISTED.lines().count()], "{command}{told:?}");
        assert_eq!(sound(&format!("{command}\n{LISTED}")).services, sound(SAVED).services);
    }
    for harmless in ["root@lb1:~# ipvsadm -L -n --stats", "root@lb1:~# ipvsadm -Z", "root@lb1:~#"] {
        assert_eq!(sound(&format!("{LISTED}{harmless}\n")).services, sound(SAVED).services);
    }
    for both in [format!("{SAVED}{LISTED}"), format!("{LISTED}{SAVED}")] {
        assert!(!ipvsadm(&both).1.is_empty(), "{both}");
    }
}

#[test]
fn a_text_without_a_table_is_told_of_once() {
    for text in [
        LISTED.replace("Scheduler Flags", "Conns InPkts OutPkts"),
        LISTED.replace("192.168.56.34:80", "lb1:http"),
        LISTED.replace("persistent 300", "persistent 300s"),
        "Please find the table\nattached.\n".to_owned(),
        "virtual=10.0.0.1:80\n    real=10.0.0.2:80 gate\n".to_owned(),
        "-A -t 10.0.0.1:80\n--set 900 120 300\n".to_owned(),
        "-A -t 10.0.0.1:80 -c wrr\n".to_owned(),
        "-A -t 10.0.0.1:80 two stray words\n".to_owned(),
    ] {
        let (_, faults) = ipvsadm(&text);
        assert_eq!(faults.len(), 1, "{text}{faults:?}");
    }
}
