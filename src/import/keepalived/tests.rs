use super::piece::pieces;
use super::{Anywhere, Configuration, Machine, Setting, bare, cluster, keepalived, sketch, unfit};
use crate::import::{Fault, Meaning};
use crate::lab::Source;
use proptest::prelude::*;
use std::fmt::Write as _;

fn source(name: &str, text: &str) -> Source {
    Source { name: name.to_owned(), text: text.to_owned() }
}

/// What keepalived with `-i node01` reads on any machine.
fn read(name: &str, text: &str) -> (Configuration, Vec<Fault>) {
    read_on(&Anywhere, name, text)
}

fn read_on(machine: &dyn Machine, name: &str, text: &str) -> (Configuration, Vec<Fault>) {
    let (configuration, faults, _) =
        keepalived(&source(name, text), Setting { machine, id: "node01" });
    (configuration, faults)
}

fn sound(name: &str, text: &str) -> Configuration {
    let (configuration, faults) = read(name, text);
    assert_eq!(faults, []);
    configuration
}

/// Faults as `line:column message; help`, counted from 1.
fn listed(text: &str) -> String {
    let mut list = String::new();
    let (configuration, faults) = read("conf", text);
    for Fault { spot, message, help, .. } in faults {
        let words = configuration.files.words(spot).unwrap();
        let _ = writeln!(list, "{}:{} {message}; {help}", words.line, words.column);
    }
    list
}

/// What is said of words in the head of a sketch.
fn remarks(text: &str) -> Vec<String> {
    let lab = sketched(&[text]);
    lab.lines().filter_map(|line| line.strip_prefix("# - ")).map(str::to_owned).collect()
}

fn sketched(texts: &[&str]) -> String {
    let names = (1..).map(|number| format!("{number}.conf"));
    let read: Vec<_> = names.zip(texts).map(|(name, text)| sound(&name, text)).collect();
    sketch(&"lab".parse().unwrap(), &cluster(&read).unwrap()).text
}

/// What the second of two directors contradicts the first one in.
fn contradictions(one: &str, other: &str) -> Vec<String> {
    let read = [sound("1.conf", one), sound("2.conf", other)];
    let faults = cluster(&read).unwrap_err();
    faults.into_iter().map(|(director, fault)| format!("{director} {}", fault.message)).collect()
}

/// The same, which may be nothing.
fn contradictions_or_none(one: &str, other: &str) -> Vec<String> {
    let read = [sound("1.conf", one), sound("2.conf", other)];
    let faults = cluster(&read).err().unwrap_or_default();
    faults.into_iter().map(|(_, fault)| fault.message).collect()
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
fn in_what_directors_differ_is_named() {
    let with = |from: &str, to: &str| contradictions(PAIR, &backup().replace(from, to));
    let service = "1 the service tcp 192.168.150.100:80 differs from the other director's: ";
    assert_eq!(
        with("lb_algo rr", "lb_algo wrr"),
        [format!("{service}`lvs_sched` is wrr here and rr there")]
    );
    assert_eq!(
        with("connect_timeout 3", "connect_timeout 4"),
        [format!(
            "{service}`connect_timeout` is 4 here and 3 there, of `real_server 192.168.150.2`"
        )]
    );
    assert_eq!(
        with("real_server 192.168.150.2", "real_server 192.168.150.3"),
        [format!(
            "{service}`real_server 192.168.150.3` is here only; `real_server 192.168.150.2` is \
             there only"
        )]
    );
    assert_eq!(
        with("    interface", "    unicast_peer { 192.168.150.9 }\n    interface"),
        [
            "1 `VI_1` differs from the other director's: `unicast_peer` is said here and not said there"
        ]
    );
}

#[test]
fn directors_that_differ_in_adverts_are_a_lab_that_shows_it() {
    let with = |from: &str, to: &str| sketched(&[PAIR, &backup().replace(from, to)]);
    let apart = "expect: { vrrp_state: { node01/VI_1: master, node04/VI_1: master } }";
    for (from, to, said) in [
        ("192.168.150.100 }", "192.168.150.101 }", "node04: { vips: [192.168.150.101] }"),
        ("auth_pass 1111", "auth_pass 2222", "node04: { password: \"2222\" }"),
        ("router_id 51", "router_id 52", "node04: { router_id: 52 }"),
        ("priority 50", "priority 50\nadvert_int 2", "node04: { advert_interval: 2s }"),
    ] {
        let lab = with(from, to);
        assert!(lab.contains(said) && lab.contains(apart), "no `{said}` in\n{lab}");
    }
    let with = |from: &str, to: &str| sketched(&[&PAIR.replace(from, to), &backup()]);
    let lab = with("auth_type PASS", "auth_type NONE");
    assert!(!lab.contains("      password:") && lab.contains("node04: { password: \"1111\" }"));
}

#[test]
fn the_initial_state_is_said_where_it_takes_preemption_back() {
    let waiting = |text: &str| text.replace("priority 50", "priority 50\nnopreempt");
    let master = PAIR.replace("priority 100", "priority 100\nstate MASTER");
    let lab = sketched(&[&master, &backup()]);
    assert!(!lab.contains("state: master") && !lab.contains("preempt"), "{lab}");
    let lab = sketched(&[&master, &waiting(&backup())]);
    assert!(lab.contains("preempt: false") && lab.contains("node01: { state: master }"), "{lab}");
}

#[test]
fn what_keepalived_takes_where_nothing_is_said_counts_as_said() {
    let said = PAIR
        .replace(
            "    real_server 192.168.150.2 80 {",
            "    \
        delay_loop 60\npersistence_granularity 255.255.255.255\npersistence_timeout 360\n\
        quorum 1\nhysteresis 0\n    real_server 192.168.150.2 80 {\nweight 1\nuthreshold 0",
        )
        .replace("connect_timeout 3", "connect_timeout 5\nretry 1\ndelay_before_retry 1");
    let unsaid = backup()
        .replace("192.168.150.2 80", "192.168.150.2")
        .replace("    protocol TCP\n", "    protocol TCP\n    persistence_timeout\n")
        .replace("connect_timeout 3", "");
    assert_eq!(contradictions_or_none(&said, &unsaid), [""; 0]);
}

#[test]
fn a_service_that_one_director_has_is_its_own() {
    let alone = PAIR.replace("192.168.150.100 80", "192.168.150.101 80");
    let text = sketched(&[
        &format!("{PAIR}{}", &alone[alone.find("virtual_server").unwrap()..]),
        &backup(),
    ]);
    assert!(text.contains("vips: [192.168.150.100]"), "{text}");
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
    let unsaid = text.replace("protocol TCP\n", "");
    assert!(sketched(&[&unsaid]).contains("protocol: udp"));
    assert_eq!(
        remarks(&unsaid),
        [
            "`virtual_server 10.0.0.1 80` at line 1: it has no `protocol`, and keepalived takes UDP for it"
        ]
    );
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
fn a_variable_stands_for_words_and_lines() {
    let text = format!("$METHOD=DR\n{}", PAIR.replace("lb_kind DR", "lb_kind ${METHOD}"));
    assert_eq!(sketched(&[&text]), sketched(&[PAIR]));
    let words = format!("$ALGO=lb_algo rr\n{}", PAIR.replace("lb_algo rr", "$ALGO"));
    assert_eq!(sketched(&[&words]), sketched(&[PAIR]));
    let lines = PAIR.replace("    lb_algo rr\n    lb_kind DR\n", "    $HOW\n");
    let lines = format!("$HOW=lb_algo rr \\\n  lb_kind $METHOD\n$METHOD=DR\n{lines}");
    assert_eq!(sketched(&[&lines]), sketched(&[PAIR]));
    let own = PAIR.replace("router_id node01", "router_id ${_INSTANCE}");
    assert_eq!(sketched(&[&own]), sketched(&[PAIR]));
    insta::assert_snapshot!(listed("~SEQ(a,1,2) b\na $_PWD\n$A=$A\nb $A\n"), @r"
    1:1 `~SEQ(a,1,2)`: the import repeats no lines; write out what it repeats
    2:3 `$_PWD` is keepalived's own, and not known here; write what it stands for
    ");
}

#[test]
fn lines_for_another_id_do_not_count() {
    let body = |lab: &str| lab[lab.find("\nname:").unwrap()..].to_owned();
    let text =
        PAIR.replace("    priority 100\n", "    @node01 priority 100\n    @node02 priority 9\n");
    assert_eq!(body(&sketched(&[&text])), body(&sketched(&[PAIR])));
    let text = PAIR.replace(
        "    priority 100\n",
        "    @^node02 priority 100\n    @^node01 priority 9\n@node01\n",
    );
    assert_eq!(body(&sketched(&[&text])), body(&sketched(&[PAIR])));
    let (.., ids) = keepalived(&source("conf", &text), Setting { machine: &Anywhere, id: "" });
    assert_eq!(ids.iter().collect::<Vec<_>>(), ["node02", "node01"]);
}

/// A machine with a few files, and no program but the shell.
struct Small;

impl Machine for Small {
    fn included(&self, pattern: &str, by: &str) -> Vec<Source> {
        match (pattern, by) {
            ("vips", "main") => vec![source("vips", "virtual_ipaddress {\n  10.0.0.1/16\n}\nx\n")],
            ("main", "main") => vec![source("main", "")],
            ("all/*", "main") => ["all/a", "all/b"].map(|name| source(name, "include vips")).into(),
            _ => Vec::new(),
        }
    }

    fn can_run(&self, program: &str) -> bool {
        program == "/bin/sh"
    }
}

#[test]
fn files_are_included_where_they_are_named() {
    let text = "vrrp_instance A {\nvirtual_router_id 1\ninclude vips\n}\ninclude all/*\n";
    let (configuration, faults) = read_on(&Small, "main", text);
    assert_eq!(faults, []);
    assert_eq!(configuration.instances[0].vips[0].address, "10.0.0.1/16".parse().unwrap());
    let words = configuration.files.words(configuration.instances[0].vips[0].spot).unwrap();
    assert_eq!((&*words.source.name, words.line, words.column, words.length), ("vips", 2, 3, 11));
    let lab = sketch(&"lab".parse().unwrap(), &cluster(&[configuration]).unwrap()).text;
    assert!(lab.contains("# - `x` at line 4 of vips: keepalived does not know it here"), "{lab}");
    assert!(
        lab.contains("# - `include vips` at line 1 of all/a, line 1 of all/b: no file matches"),
        "{lab}"
    );
    let (_, faults) = read_on(&Small, "main", "include main\n");
    assert_eq!(faults[0].message, "`main` includes itself");
}

#[test]
fn a_script_that_is_not_there_is_disabled_as_in_keepalived() {
    let script = |shell: &str| {
        let text = format!(
            "vrrp_script s {{\nscript \"{shell}\"\n}}\n{}",
            PAIR.replace("    virtual_ipaddress", "    track_script { s }\n    virtual_ipaddress")
        );
        let (configuration, faults) = read_on(&Small, "main", &text);
        assert_eq!(faults, []);
        sketch(&"lab".parse().unwrap(), &cluster(&[configuration]).unwrap()).text
    };
    let lab = script("/etc/keepalived/check.sh");
    assert!(!lab.contains("track:") && lab.contains("line 2: keepalived disables it"), "{lab}");
    let lab = script("/bin/sh -c 'killall -0 haproxy'");
    assert!(!lab.contains("track:") && lab.contains("it asks for a process"), "{lab}");
    let lab = script("/bin/sh -c 'test ! -e /tmp/down'");
    assert!(lab.contains("- { command: \"/bin/sh -c 'test ! -e /tmp/down'\" }"), "{lab}");
    let late =
        PAIR.replace("    virtual_ipaddress", "    track_script { s }\n    virtual_ipaddress");
    let late = format!("{late}vrrp_script s {{\nscript /bin/sh\n}}\n");
    assert!(remarks(&late)[1].contains("no `vrrp_script` of that name stands before it"));
}

/// Each checker, and the words for retries that it knows (keepalived 2.2.7, check_*.c).
#[test]
fn each_checker_takes_the_words_that_keepalived_takes_there() {
    let retries = |checker: &str, word: &str| {
        let inside = match checker {
            "HTTP_GET" | "SSL_GET" => "url { path / }\n",
            "MISC_CHECK" => "misc_path /bin/true\n",
            _ => "",
        };
        let block = format!("{checker} {{\n{inside}{word} 5\n}}");
        let lab = sketched(&[&PAIR.replace("TCP_CHECK { connect_timeout 3 }", &block)]);
        lab.contains("nb_get_retry: 5") || lab.contains("connect_timeout: 5s")
    };
    for checker in ["HTTP_GET", "SSL_GET", "TCP_CHECK", "SMTP_CHECK", "MISC_CHECK"] {
        assert!(retries(checker, "retry"), "{checker}");
        assert_eq!(retries(checker, "connect_timeout"), checker != "MISC_CHECK", "{checker}");
        assert_eq!(retries(checker, "nb_get_retry"), checker.ends_with("_GET"), "{checker}");
    }
}

#[test]
fn every_name_and_text_of_a_file_is_quoted_and_no_comment_has_control_characters() {
    let text = PAIR
        .replace("router_id node01", "router_id \"-s *a: \u{1b}[31m\u{2028}b\"")
        .replace("auth_pass 1111", "auth_pass \"*a:#\\x\"")
        .replace("vrrp_instance VI_1", "vrrp_instance \"- [x]: \u{7}&y\"")
        .replace("lb_algo rr", "lb_algo \"rr: *\"");
    let lab = sketched(&[&text]);
    assert!(lab.contains(r#"password: "*a:#\\x""#), "{lab}");
    assert!(lab.contains("    VI_1_51:\n") && lab.contains("scheduler: wlc\n"), "{lab}");
    assert!(!lab.contains(|c: char| c != '\n' && (c.is_control() || c == '\u{2028}')), "{lab}");
}

#[test]
fn mail_and_notification_are_one_remark_and_the_last() {
    let text = PAIR
        .replace("router_id node01", "router_id node01\nsmtp_server 127.0.0.1\nfoo 1")
        .replace("    interface", "    smtp_alert\n    notify_master /bin/true\n    interface");
    let remarks = remarks(&text);
    assert_eq!(
        remarks.last().unwrap(),
        "mail, notify scripts and logs have no counterpart: lines 2, 5, 6"
    );
    assert_eq!(remarks.iter().filter(|line| line.contains("smtp")).count(), 0);
}

proptest! {
    #[test]
    fn no_text_is_too_strange(words in prop::collection::vec(word(), 0..60)) {
        let text = words.concat();
        let (configuration, faults) = read("conf", &text);
        for Fault { spot, .. } in faults {
            prop_assert!(configuration.files.words(spot).is_some(), "{:?} in {:?}", spot, text);
        }
        // What is sound of it is sketched without a panic.
        if let Ok(cluster) = cluster(&[configuration]) {
            let _ = sketch(&"lab".parse().unwrap(), &cluster);
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

#[test]
fn slow_adverts_make_the_sketch_wait_longer_for_elections() {
    let with = |interval: &str| {
        sketched(&[&format!(
            "vrrp_instance VI_1 {{\n interface eth0\n virtual_router_id 51\n priority 100\n \
             {interval}\n virtual_ipaddress {{ 192.0.2.100 }}\n}}\n"
        )])
    };
    let (usual, slow) = (with(""), with("advert_int 60"));
    assert!(usual.contains("within: 30s") && usual.contains("within: 60s"), "{usual}");
    assert!(slow.contains("within: 325s") && slow.contains("within: 355s"), "{slow}");
}

/// keepalived cuts lines where isspace(3) of the C locale does.
#[test]
fn white_space_of_several_bytes_is_part_of_a_word() {
    let words = |line: &str| pieces(line).into_iter().map(|piece| piece.text).collect::<Vec<_>>();
    assert_eq!(words("a\u{a0}1 b\u{3000}2\u{85}"), ["a\u{a0}1", "b\u{3000}2\u{85}"]);
    assert_eq!(words("a\x0b1\x0c2\t3\r"), ["a", "1", "2", "3"]);
}

#[test]
fn words_of_a_name_may_be_any_text() {
    let kinds = |line: &str| bare(line).into_iter().map(|word| word.kind).collect::<Vec<_>>();
    assert_eq!(kinds("priority 100 # x"), [Meaning::Fixed, Meaning::Fixed]);
    assert_eq!(kinds("vrrp_instance VI {"), [Meaning::Fixed, Meaning::Free]);
    assert_eq!(kinds("script \"a b\""), [Meaning::Fixed]);
}

/// The parts of two directors with unicast adverts to `peers`.
fn unfit_with(peers: [&str; 2]) -> Vec<(usize, usize)> {
    let text = |number: usize| {
        format!(
            "vrrp_instance A {{\nvirtual_router_id 1\nunicast_src_ip 192.0.2.{number}\nunicast_peer \
             {{\n{}\n}}\nvirtual_ipaddress {{\n192.0.2.9\n}}\n}}\n",
            peers[number - 1]
        )
    };
    let read = [sound("a", &text(1)), sound("b", &text(2))];
    let cluster = cluster(&read).unwrap();
    unfit(&cluster).into_iter().map(|(director, fault)| (director, fault.spot.line)).collect()
}

#[test]
fn peers_that_miss_another_director_are_told_at_the_stranger() {
    assert_eq!(unfit_with(["192.0.2.2", "192.0.2.1"]), []);
    assert_eq!(unfit_with(["192.0.2.2\n192.0.2.3", "192.0.2.1"]), [], "a third one's file");
    assert_eq!(unfit_with(["192.0.2.3", "192.0.2.1"]), [(0, 4)]);
    assert_eq!(unfit_with(["192.0.2.2", "192.0.2.2"]), [(1, 4)], "itself");
}

#[test]
fn a_missing_brace_is_told_once_where_its_block_begins() {
    for text in [
        "vrrp_instance A\nvirtual_router_id 1\nvirtual_ipaddress {\n192.0.2.9\n}\n}\n",
        "virtual_server 192.0.2.9 80\nprotocol TCP\nreal_server 192.0.2.1 80 {\n}\n}\n",
    ] {
        let (_, faults) = read("a", text);
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!((faults[0].spot.line, faults[0].message.contains("has no `{`")), (0, true));
    }
}

#[test]
fn a_missing_brace_inside_a_block_is_told_once_where_its_block_begins() {
    let service = "virtual_server 192.0.2.9 80 {\nprotocol TCP\n";
    for inside in [
        "real_server 192.0.2.1 80\nweight 1\nTCP_CHECK {\n}\n}\n",
        "real_server 192.0.2.1 80 {\n}\nreal_server 192.0.2.2 80\nTCP_CHECK {\n}\n}\n",
        "real_server 192.0.2.1 80\nTCP_CHECK {\n}\n}\nreal_server 192.0.2.2 80 {\n}\n",
        "real_server 192.0.2.1 80 {\nTCP_CHECK\nconnect_timeout 1\n}\nweight 2\n}\n",
    ] {
        let (_, faults) = read("a", &format!("{service}{inside}}}\n"));
        assert_eq!(faults.len(), 1, "{inside}: {faults:?}");
        assert!(faults[0].message.contains("has no `{`"), "{inside}: {faults:?}");
    }
}

#[test]
fn a_fault_that_several_lines_have_is_told_once() {
    let server = "real_server 192.0.2.1 80 {\nTCP_CHEK {\n}\n}\n";
    let text = format!("virtual_server 192.0.2.9 80 {{\n{server}{server}}}\n");
    let (_, faults) = read("a", &text);
    let same = faults.iter().filter(|fault| fault.message.contains("TCP_CHEK"));
    assert_eq!(same.count(), 1, "{faults:?}");
}

/// Why the service of this name is missing, and what mends it.
fn missing(name: &str) -> String {
    let (_, faults) = read("a", &format!("virtual_server {name} {{\n}}\n"));
    faults.iter().map(|fault| format!("{}; {}", fault.message, fault.help)).collect()
}

#[test]
fn what_is_wrong_with_an_address_or_a_port_is_said() {
    for (name, why) in [
        ("192.168.1.311 80", "`192.168.1.311` is no address; write four numbers"),
        ("192.168.1.100 80800", "`80800` is no port; choose 1 to 65535"),
        ("192.168.1.100:80", "in place of the colon: `192.168.1.100 80`"),
        ("[2001:db8::1] 80", "leave the brackets out: `2001:db8::1`"),
        ("[2001:db8::1]:80", "leave the brackets out: `2001:db8::1 80`"),
        ("2001:db8::g 80", "names of hosts"),
        ("2001:db8:::1 80", "`2001:db8:::1` is no address; write an IPv6 address"),
        ("192.168.1.100/24 80", "leave the length of the prefix out"),
        ("$VIPX 80", "`$VIPX` is not defined above; set it"),
        ("192.168.1.100 https", "no names of ports, as in `https`"),
        ("www.example.org 80", "no names of hosts, as in `www.example.org`"),
    ] {
        assert!(missing(name).contains(why), "{name}: {}", missing(name));
    }
}

#[test]
fn an_include_of_no_file_is_told_where_nothing_is_left() {
    let (_, faults) = read("a", "global_defs {\n}\ninclude /etc/keepalived/conf.d/*.conf\n");
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(faults[0].spot.line, 2);
    assert!(faults[0].message.starts_with("no file matches"), "{faults:?}");
}

#[test]
fn timeouts_that_the_lab_has_otherwise_are_told() {
    let with = |words: &str| format!("global_defs {{\nlvs_timeouts {words}\n}}\n{PAIR}");
    let long = with("tcp 200000 udp 30");
    assert!(sketched(&[&long]).contains("timeouts: { tcp: 86400s, udp: 30s }"));
    assert!(remarks(&long).iter().any(|line| line.contains("the lab has 86400 for `tcp`")));
    let told =
        |other: &str| sketched(&[&with("tcp 900"), other]).contains("differ in `lvs_timeouts`");
    assert!(told(&with("tcp 60")) && told(PAIR));
    assert!(!told(&with("tcp 900")));
}

#[test]
fn an_interface_has_a_network_of_each_family() {
    let instance = |name: &str, id: u8, vip: &str| {
        format!(
            "vrrp_instance {name} {{\ninterface eth0\nvirtual_router_id {id}\npriority 100\n\
             virtual_ipaddress {{\n{vip}\n}}\n}}\n"
        )
    };
    let dual = instance("VI_4", 51, "192.0.2.100/24") + &instance("VI_6", 61, "2001:db8::100/64");
    let lab = sketched(&[&dual]);
    assert!(!lab.contains("      network:"), "{lab}");
}
