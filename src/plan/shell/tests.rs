use super::script;
use crate::lab::{
    Engine, ForwardingMethod, IpvsSettings, Lab, Place, Probe, Sysctl, SysctlKey, Timeouts, Tunnel,
    TunnelChecksum,
};
use crate::plan::sample::{cluster, http, marked, tiers, without_availability};
use crate::plan::{by_hand, explain, ipvsadm, with_tables};
use std::process::Command;

fn script_of(lab: &Lab) -> String {
    script(&by_hand(lab))
}

/// The script from the first director's daemon on.
fn daemons(lab: &Lab) -> String {
    let script = script_of(lab);
    let (_, after) = script.split_once("backend ha-node03").unwrap();
    after.split_once('\n').unwrap().1.to_owned()
}

#[test]
fn keepalived_stands_in_for_the_built_in_daemons() {
    insta::assert_snapshot!(daemons(&cluster(Engine::Vrrp)));
    assert_eq!(script_of(&cluster(Engine::Vrrp)), script_of(&cluster(Engine::Keepalived)));
}

#[test]
fn beside_ldirectord_keepalived_speaks_vrrp_only() {
    insta::assert_snapshot!(daemons(&cluster(Engine::Ldirectord)));
}

#[test]
fn a_check_alone_brings_keepalived_too() {
    let mut lab = without_availability("dr");
    assert!(!script_of(&lab).contains("keepalived"));
    lab.services[0].health_check = Some(http());
    let script = script_of(&lab);
    assert!(script.contains("keepalived ha-node01 node01"), "{script}");
    assert!(!script.contains("ipvsadm -A"), "{script}");
}

#[test]
fn the_explanation_shows_what_to_write_and_to_type() {
    let text = explain(&by_hand(&cluster(Engine::Keepalived)));
    let (_, director) = text.rsplit_once("## ha-node04").unwrap();
    insta::assert_snapshot!(director);
}

#[test]
fn tunnels_and_settings_are_made_by_hand_too() {
    let mut lab = without_availability("tun");
    let destinations = &mut lab.services[0].destinations;
    destinations[0].tunnel = Tunnel::Gue { port: 6080, checksum: TunnelChecksum::Full };
    destinations[1].tunnel = Tunnel::Gre(TunnelChecksum::None);
    let sysctl = Sysctl {
        key: SysctlKey("net.ipv4.vs.conn_reuse_mode".to_owned()),
        value: "0".to_owned(),
        at: Place::root(),
    };
    let timeouts = Some(Timeouts::default());
    lab.ipvs = Some(IpvsSettings { sysctls: vec![sysctl], timeouts, at: Place::root() });
    let words = ["fou", "gre", "gue", "tunl0", "net.ipv4.vs", "--set"];
    let script = script_of(&lab);
    let lines = script.lines().filter(|line| words.iter().any(|word| line.contains(word)));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn every_directors_table_is_exported() {
    let tables = ipvsadm(&with_tables(&cluster(Engine::Keepalived)));
    insta::assert_snapshot!(tables, @"
    # ha-node01
    -A -t 192.168.150.100:80 -s rr
    -a -t 192.168.150.100:80 -r 192.168.150.2:80 -g -w 1
    -a -t 192.168.150.100:80 -r 192.168.150.3:80 -g -w 1
    # ha-node04
    -A -t 192.168.150.100:80 -s rr
    -a -t 192.168.150.100:80 -r 192.168.150.2:80 -g -w 1
    -a -t 192.168.150.100:80 -r 192.168.150.3:80 -g -w 1
    ");
}

#[test]
fn packets_are_marked_by_iptables_and_the_table_knows_the_mark() {
    let mut lab = marked(Engine::Vrrp);
    lab.services[0].forwarding = ForwardingMethod::FullNat;
    lab.services[0].destinations[0].forwarding = ForwardingMethod::FullNat;
    let script = script(&with_tables(&lab));
    let lines = script.lines().filter(|line| line.contains("ha-node01"));
    let rules: Vec<_> = lines.filter(|l| l.contains("iptables") || l.contains("ipvs")).collect();
    insta::assert_snapshot!(rules.join("\n"));
}

#[test]
fn a_shell_reads_the_script() {
    for lab in [cluster(Engine::Vrrp), cluster(Engine::Ldirectord), tiers()] {
        let script = script_of(&lab);
        let read = Command::new("sh").args(["-n", "-c", &script]).output().unwrap();
        assert!(read.status.success() && read.stderr.is_empty(), "{read:?}");
    }
}

#[test]
fn tiers_are_told_whom_to_ask() {
    let starts = |text: String, word: &str| {
        let lines = text.lines().filter(|line| line.contains(word)).map(str::to_owned);
        lines.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(starts(script_of(&tiers()), "tier tiers-"), @"
    tier tiers-web web 80 php=192.168.1.2:9000 192.168.1.17:80=192.168.1.17:80
    tier tiers-php php 9000 db=10.0.0.13:3306
    tier tiers-php php 9001
    tier tiers-db db 3306
    ");
    let text = explain(&by_hand(&tiers()));
    insta::assert_snapshot!(starts(text, "tier.py"), @"
    $ ip netns exec tiers-web python3 /srv/tier.py web 80 php=192.168.1.2:9000 192.168.1.17:80=192.168.1.17:80 &
    $ ip netns exec tiers-php python3 /srv/tier.py php 9000 db=10.0.0.13:3306 &
    ");
}

#[test]
fn a_server_is_told_what_a_check_asks_for() {
    let mut lab = cluster(Engine::Vrrp);
    let checks = lab.services.iter_mut().filter_map(|service| service.health_check.as_mut());
    for check in checks {
        if let Probe::Http(probe) = &mut check.probe {
            (probe.path, probe.status) = ("/a?b='c'".to_owned(), (401, 403));
        }
    }
    let script = script_of(&lab);
    let lines = script.lines().filter(|line| line.starts_with("tier ha-node02"));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r"tier ha-node02 node02 80 '/a?b='\''c'\'' 401 node02'");
    let read = Command::new("sh").args(["-n", "-c", &script]).output().unwrap();
    assert!(read.status.success() && read.stderr.is_empty(), "{read:?}");
}

#[test]
fn a_process_is_started_with_its_files() {
    let script = script_of(&tiers());
    let (_, after) = script.rsplit_once("asks for this program\n").unwrap();
    insta::assert_snapshot!("script", after);
    let text = explain(&by_hand(&tiers()));
    let (_, after) = text.rsplit_once("Start the process nginx").unwrap();
    insta::assert_snapshot!("explanation", after);
}
