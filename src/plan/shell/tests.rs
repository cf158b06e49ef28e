use super::script;
use crate::lab::{Engine, Lab};
use crate::plan::sample::{cluster, http, tiers, without_availability};
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
fn a_shell_reads_the_script() {
    for lab in [cluster(Engine::Vrrp), cluster(Engine::Ldirectord), tiers()] {
        let script = script_of(&lab);
        let read = Command::new("sh").args(["-n", "-c", &script]).output().unwrap();
        assert!(read.status.success() && read.stderr.is_empty(), "{read:?}");
    }
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
