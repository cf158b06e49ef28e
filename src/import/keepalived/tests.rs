use super::{Configuration, cluster, column, keepalived, sketch};
use crate::import::Fault;
use crate::lab::Source;
use proptest::prelude::*;
use std::fmt::Write as _;

fn source(name: &str, text: &str) -> Source {
    Source { name: name.to_owned(), text: text.to_owned() }
}

fn sound(name: &str, text: &str) -> Configuration {
    let (configuration, faults) = keepalived(&source(name, text));
    assert_eq!(faults, []);
    configuration
}

/// Faults as `line:column message; help`, counted from 1.
fn listed(text: &str) -> String {
    let mut list = String::new();
    for Fault { spot, message, help, .. } in keepalived(&source("conf", text)).1 {
        let (column, _) = column(text, spot).unwrap();
        let _ = writeln!(list, "{}:{} {message}; {help}", spot.line + 1, column + 1);
    }
    list
}

fn sketched(texts: &[&str]) -> String {
    let names = (1..).map(|number| format!("{number}.conf"));
    let read: Vec<_> = names.zip(texts).map(|(name, text)| sound(&name, text)).collect();
    sketch(&"lab".parse().unwrap(), &cluster(&read).unwrap())
}

/// What the second of two directors contradicts the first one in.
fn contradictions(one: &str, other: &str) -> Vec<String> {
    let read = [sound("1.conf", one), sound("2.conf", other)];
    let faults = cluster(&read).unwrap_err();
    faults.into_iter().map(|(director, fault)| format!("{director} {}", fault.message)).collect()
}

/// Every word that labs know, and some that they do not.
const EVERYTHING: &str = r#"
$VIP=192.168.56.34
global_defs { router_id node01
    vrrp_version 3
    script_user root
    lvs_sync_daemon eth1 inst VI_1 id 7 port 8848
    notification_email { a@example.org
        b@example.org }
}
vrrp_script answers {
    script "/bin/sh -c 'test \"a\" = \"\141\"'" # a comment
    interval 2
    weight -20
    rise 2
    fall 3
    timeout 1
}
vrrp_instance VI_1
{
    state MASTER // node04
    interface eth0
    virtual_router_id 51
    priority 150
    advert_int 0.5
    preempt_delay 5
    smtp_alert
    unicast_src_ip 192.168.56.1
    unicast_peer { 192.168.56.2 }
    virtual_ipaddress {
        ${VIP}/24 dev eth0 label eth0:2
        192.168.142.1 dev eth1
    }
    track_interface {
        eth1 weight 10
        eth7
    }
    track_script { answers }
}
vrrp_instance VI_2 {
    interface eth1
    virtual_router_id 52
    nopreempt
    virtual_ipaddress { 192.168.142.2 }
}
vrrp_sync_group both {
    group {
        VI_1
        VI_2
    }
    notify_master /bin/true
}
virtual_server $VIP 80 {
    protocol TCP
    delay_loop 6
    lvs_sched wrr
    lvs_method NAT
    persistence_timeout 300
    persistence_granularity 255.255.255.0
    retry 2
    alpha
    quorum 3
    hysteresis 1
    sorry_server 192.168.142.140 8080
    real_server 192.168.142.137 8080 {
        weight 3
        uthreshold 100
        lthreshold 75
        inhibit_on_failure
        HTTP_GET {
            url {
                path "/a b"
                status_code 200-299
                digest FF20AD2481F97B1754EF3E12ECD3A9CC
                regex "a\\.b"
            }
            url {
                path /other
            }
            connect_timeout 3
            bindto 192.168.142.1
        }
    }
}
virtual_server 192.168.56.34 53 {
    protocol UDP
    ops
    lb_algo sh
    sh-port
    sh-fallback
    lb_kind TUN type gue port 6080 nocsum
    real_server 192.168.142.137 5353 {
        MISC_CHECK {
            misc_path "/usr/bin/ask 192.168.142.137 5353"
            misc_timeout 2
        }
    }
    real_server 192.168.142.138 53 {
        MISC_CHECK {
            misc_path "/usr/bin/ask 192.168.142.138 53"
            misc_timeout 2
        }
    }
}
virtual_server 192.168.56.34 443 {
    protocol TCP
    lb_kind DR
    real_server 192.168.56.40 443 {
        SSL_GET {
            url { path / }
        }
    }
}
"#;

/// Two directors of one virtual router.
const PAIR: &str = "\
global_defs { router_id node01 }
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    authentication { auth_type PASS
        auth_pass 1111 }
    virtual_ipaddress { 192.168.150.100 }
}
virtual_server 192.168.150.100 80 {
    lb_algo rr
    lb_kind DR
    protocol TCP
    ops
    real_server 192.168.150.2 80 {
        TCP_CHECK { connect_timeout 3 }
    }
}
";

fn backup() -> String {
    PAIR.replace("node01", "node04").replace("priority 100", "priority 50")
}

#[test]
fn a_configuration_is_read_with_all_that_it_says() {
    insta::assert_snapshot!(sketched(&[EVERYTHING]));
}

#[test]
fn two_directors_are_one_cluster() {
    // Where a line stands is nobody's business.
    insta::assert_snapshot!(sketched(&[PAIR, &format!("\n! the other one\n{}", backup())]));
}

#[test]
fn directors_that_contradict_each_other_are_no_cluster() {
    let with = |from: &str, to: &str| contradictions(PAIR, &backup().replace(from, to));
    assert_eq!(
        with("192.168.150.100 }", "192.168.150.101 }"),
        ["1 `VI_1` differs from the other director's in `virtual_ipaddress`"]
    );
    assert_eq!(
        with("auth_pass 1111", "auth_pass 2222"),
        ["1 `VI_1` differs from the other director's in `authentication`"]
    );
    let service = "1 the service tcp 192.168.150.100:80 differs from one director to the next";
    assert_eq!(with("lb_algo rr", "lb_algo wrr"), [service]);
    assert_eq!(with("connect_timeout 3", "connect_timeout 4"), [service]);
    assert_eq!(with("    ops\n", ""), [service]);
    let twice = format!("{PAIR}{}", &PAIR[PAIR.find("virtual_server").unwrap()..]);
    let faults = cluster(&[sound("1.conf", &twice)]).unwrap_err();
    assert_eq!(faults[0].1.message, "the service tcp 192.168.150.100:80 is there already");
}

#[test]
fn a_service_that_one_director_has_is_its_own() {
    let alone = PAIR.replace("192.168.150.100 80", "192.168.150.101 80");
    let text = sketched(&[
        &format!("{PAIR}{}", &alone[alone.find("virtual_server").unwrap()..]),
        &backup(),
    ]);
    let lost =
        "no `virtual_ipaddress` has 192.168.150.101, so that no director would answer for it";
    assert!(text.contains(lost), "{text}");
    assert_eq!(text.matches("directors: [node01]").count(), 1, "{text}");
}

/// As keepalived 2.2.7 fills the table with these.
#[test]
fn what_is_not_said_is_as_keepalived_has_it() {
    let netmask = "persistence_granularity 255.255.255.0";
    let text = format!(
        "virtual_server 10.0.0.1 80 {{\nprotocol TCP\n{netmask}\nreal_server 10.0.1.2 80 {{\n}}\n}}\n"
    );
    let lab = sketched(&[&text]);
    let persistence = "persistence: { timeout: 360, prefix_length: 24 }";
    for line in ["scheduler: wlc", "forwarding: nat", "rs1: { weight: 1 }", persistence] {
        assert!(lab.contains(line), "no `{line}` in\n{lab}");
    }
    let lab = sketched(&[&text.replace(netmask, "persistence_timeout")]);
    assert!(lab.contains("persistence: 360\n"), "{lab}");
    let unsaid = listed(&text.replace("protocol TCP\n", ""));
    assert!(unsaid.contains("has no `protocol`, and keepalived takes UDP for it"), "{unsaid}");
}

#[test]
fn a_brace_may_stand_in_the_next_line_and_a_comment_anywhere() {
    let plain = sketched(&[PAIR]);
    assert_eq!(sketched(&[&PAIR.replace(" {\n", "\n{ # so\n")]), plain);
    assert_eq!(sketched(&[&PAIR.replace('\n', "! so {\n\n")]), plain);
    assert_eq!(sketched(&[&PAIR.replace("lb_algo rr", "lb_algo \"rr\"")]), plain);
}

#[test]
fn a_brace_that_is_never_closed_is_one_fault_at_its_place() {
    let last = PAIR.trim_end().trim_end_matches('}');
    insta::assert_snapshot!(listed(last), @"10:35 the `{` of `virtual_server 192.168.150.100 80` is never closed; add the missing `}` at the end of the file, or further up, where a block ends");
    let first = PAIR.replace("192.168.150.100 }\n}\n", "192.168.150.100 }\n");
    insta::assert_snapshot!(listed(&first), @"2:20 the `{` of `vrrp_instance VI_1` is never closed; add the missing `}` before `virtual_server` in line 9");
    insta::assert_snapshot!(listed("a {\n}\n}\n{\n}"), @r"
    3:1 this `}` closes nothing; take it out, or look above for a `}` too many or a `{` too few
    4:1 this `{` has nothing before it; write what the block is before it, as in `vrrp_instance VI_1 {`
    ");
}

#[test]
fn braces_that_are_deeper_than_any_block_are_told_once() {
    let deep = "a {\n".repeat(100_000) + &"}\n".repeat(100_000);
    assert_eq!(listed(&deep).lines().count(), 1);
}

#[test]
fn a_variable_stands_for_a_word() {
    let text = format!("$METHOD=DR\n{}", PAIR.replace("lb_kind DR", "lb_kind ${METHOD}"));
    assert_eq!(sketched(&[&text]), sketched(&[PAIR]));
    insta::assert_snapshot!(listed("$A=b c\ninclude a.conf\n@node01 a\n~SEQ(a,1,2) b\na $_PWD\na \\\n"), @r"
    1:1 `$A` stands for more than a word; write what it stands for where it is used
    2:1 `include a.conf`: the import reads no other file; put the included text in its place
    3:1 `@node01`: which lines count is said when keepalived begins (-i); keep the lines that count, without the word, and take out the others
    4:1 `~SEQ(a,1,2)`: the import repeats no lines; write out what it repeats
    5:3 `$_PWD` is keepalived's own, and not known here; write what it stands for
    6:3 this line goes on in the next one: the import does not join lines; write both as one line, without the `\`
    ");
}

proptest! {
    #[test]
    fn no_text_is_too_strange(words in prop::collection::vec(word(), 0..60)) {
        let text = words.concat();
        let (configuration, faults) = keepalived(&source("conf", &text));
        for Fault { spot, .. } in faults {
            prop_assert!(column(&text, spot).is_some(), "{:?} in {:?}", spot, text);
        }
        // What is sound of it is sketched without a panic.
        if let Ok(cluster) = cluster(&[configuration]) {
            sketch(&"lab".parse().unwrap(), &cluster);
        }
    }
}

/// A word as configurations have it, or nearly so, and what parts it from the next.
fn word() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "vrrp_instance VI_1 {\ninterface eth0\nvirtual_router_id 51\n",
        "virtual_server 10.0.0.1 80 {",
        "virtual_server fwmark 1 {",
        "real_server 10.0.0.2 80 {",
        "virtual_ipaddress {\n10.0.0.1/24 dev eth0 }",
        "lvs_sync_daemon eth0 VI_1 id",
        "vrrp_sync_group G { group { VI_1 VI_2 } }",
        "track_interface",
        "lb_kind TUN type gue port",
        "persistence_granularity",
        "sorry_server",
        "HTTP_GET { url { path",
        "MISC_CHECK {",
        "misc_path",
        "global_defs",
        "router_id",
        "status_code 200-",
        "priority 255",
        "authentication",
        "$A=1",
        "${A",
        "include",
        "\"",
        "'",
        "\\",
        "{",
        "}",
        "!",
        "10.0.0.1",
        "fd00::1",
        "99999999999999999999",
        "0.5",
        "é",
    ]);
    let gaps = prop::sample::select(vec![" ", "\n", "", "\t"]);
    (words, gaps).prop_map(|(word, gap)| format!("{word}{gap}"))
}
