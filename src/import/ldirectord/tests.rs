use super::{column, ldirectord};
use crate::import::director::Director;
use crate::import::{Fault, Kind, Origin, sketch};
use crate::lab::{OnFailure, Probe};
use proptest::prelude::*;
use std::fmt::Write as _;
use std::time::Duration;

fn sound(text: &str) -> Director {
    let (director, faults) = ldirectord(text);
    assert_eq!(faults, []);
    director
}

/// Faults as `line:column word (kind) message; help`.
fn listed(text: &str) -> String {
    let mut told = String::new();
    for Fault { kind, spot, message, help } in ldirectord(text).1 {
        let kind = if kind == Kind::NotYet { " (not yet)" } else { "" };
        let (column, length) = column(text, spot).unwrap();
        let line = text.split('\n').nth(spot.line).unwrap();
        let word: String = line.chars().skip(column).take(length).collect();
        let help: String = help.chars().take(60).collect();
        let _ = writeln!(told, "{}:{} {word}{kind} {message}; {help}", spot.line + 1, column + 1);
    }
    told
}

const EVERYTHING: &str = "\
# Sample of the program's own documentation, and what else there is
checktimeout=3
checkinterval=1
fallback=127.0.0.1:80
fallback6=[::1]:80
autoreload=yes
logfile=\"/var/log/ldirectord.log\"
quiescent=yes
fork = yes

virtual=192.168.6.240:80
        real=192.168.6.2:80 gate
        real=192.168.6.3->192.168.6.4:http masq 10
        # an ordinary comment
        real=192.168.6.6:80 ipip 0 \"test.html\", \"OK\" l:5 u:10 # and one behind
        fallback=127.0.0.1:8080 masq
        service=http
        request=\"index.html\"
        receive=\"Test Page\\.\"
        virtualhost=some.domain.com.au
        scheduler=rr
        persistent=600
        netmask=255.255.255.0
        protocol=tcp
        checktype=negotiate
        checkinterval=5
        failurecount=3
virtual=192.168.6.240:https
\treal=192.168.6.2:443 masq
\tchecktype=4
\tchecktimeout = 7
\tquiescent=no
virtual=1
    real=192.168.6.2 gate
    service=http
    checkport=8080
    scheduler=wlc
    emailalert=\"admin@x.y.z\"
virtual=192.168.6.240:53
    real=192.168.6.2:53 masq
    ops=yes
virtual6=[fd00::240]:80
    real6=[fd00::2]:80 gate 2
    checktype=external
    checkcommand=\"/usr/local/bin/check\"
    schedflags=sh-port
    scheduler=sh
    netmask=64
    persistent=5
virtual6=2
    real6=[fd00::2] gate
    checktype=ping
virtual=192.168.6.240:8080
    checktype=off
    real=192.168.6.2:8080 masq
";

#[test]
fn a_file_is_read_with_all_that_it_says() {
    insta::assert_debug_snapshot!(sound(EVERYTHING));
}

#[test]
fn a_lab_is_sketched_around_it() {
    let sketch = sketch(&"lab".parse().unwrap(), &sound(EVERYTHING), Origin::Ldirectord);
    insta::assert_snapshot!(sketch.text());
}

#[test]
fn every_fault_is_told_at_its_word() {
    let text = "\
checktimeout=0
quiescent=maybe
connecttimeout=3
nonsense=1
virtual=192.168.6.240
    real=192.168.6.2:80 gate
virtual=www.example.com:80
    real=192.168.6.2:80 gate
virtual=192.168.6.241:80
    real=web1:80 gate
    real=192.168.6.2:nothing gate
    real=192.168.6.9->192.168.6.2:80 gate
    real=10.0.0.0->10.255.0.0:80 gate
    real=192.168.6.2:80 gateway
    real=192.168.6.2:80 gate 1 extra
    real=192.168.6.2:80
    real6=[fd00::2]:80 gate
    request=index.html
    checktype=sometimes
    service=gopher
    quiescent=yes\x20
    netmask=255.0.255.0
    schedflags=sh-ports
    scheduler=RR
    persistent=long
    checkport=70000
    protocol=sctp
    ops=perhaps
    httpmethod=POST
    colour=red
virtual=192.168.6.242:80
   real=192.168.6.2:80 gate

    real=192.168.6.3:80 gate
virtual6=[fd00::240]:80
    real6=[fd00::2]->[fd00::3]:80 gate
virtual=1
    protocol=tcp
    real=192.168.6.2 gate
virtual=192.168.6.243:80
    real=192.168.6.2:80 gate
virtual=192.168.6.243:http
    real=192.168.6.2:80 gate
";
    insta::assert_snapshot!(listed(text));
}

#[test]
fn a_keyword_without_a_value_is_told_of_as_that() {
    let section = "virtual=10.0.0.1:80\n    real=10.0.0.2:80 masq\n";
    for keyword in [
        "real",
        "fallback",
        "request",
        "receive",
        "checktype",
        "checkcommand",
        "checktimeout",
        "failurecount",
        "checkport",
        "service",
        "httpmethod",
        "scheduler",
        "schedflags",
        "persistent",
        "netmask",
        "protocol",
        "ops",
        "quiescent",
        "fallbackcommand",
        "login",
        "emailalert",
        "cleanstop",
    ] {
        for blank in ["", " "] {
            let told = listed(&format!("{section}    {keyword}={blank}\n"));
            let first =
                format!("3:5 {keyword} `{keyword}` has no value; write one behind the `=`\n");
            assert_eq!(told, first, "{keyword}");
        }
    }
    let told = listed("virtual=\n    real=10.0.0.2:80 masq\n");
    assert_eq!(told, "1:1 virtual `virtual` has no value; write one behind the `=`\n");
}

#[test]
fn times_stand_in_for_each_other_as_ldirectord_has_it() {
    let timeout = |file: &str, section: &str| {
        let check = |kind: &str| {
            let text = format!(
                "{file}virtual=10.0.0.1:80\n    real=10.0.0.2:80 masq\n    checktype={kind}\n{section}"
            );
            sound(&text).services[0].check.as_ref().unwrap().timeout.as_secs()
        };
        (check("connect"), check("negotiate"))
    };
    assert_eq!(timeout("", ""), (5, 30));
    assert_eq!(timeout("checktimeout=2\n", ""), (2, 2));
    assert_eq!(timeout("negotiatetimeout=3\n", ""), (3, 3));
    assert_eq!(timeout("checktimeout=2\nnegotiatetimeout=3\n", ""), (2, 3));
    assert_eq!(timeout("checktimeout=2\n", "    negotiatetimeout=9\n"), (9, 9));
    assert_eq!(timeout("negotiatetimeout=3\n", "    checktimeout=4\n"), (4, 4));
}

#[test]
fn an_interval_of_its_own_is_for_a_process_of_its_own() {
    let interval = |fork: &str| {
        let text = format!(
            "fork={fork}\ncheckinterval=20\nvirtual=10.0.0.1:80\n    real=10.0.0.2:80 masq\n    \
             checkinterval=3\n"
        );
        sound(&text).services[0].check.as_ref().unwrap().interval
    };
    assert_eq!(interval("no"), Duration::from_secs(20));
    assert_eq!(interval("yes"), Duration::from_secs(3));
}

#[test]
fn a_pattern_that_is_a_text_is_compared_and_another_one_is_named() {
    let body = |pattern: &str| {
        let text =
            format!("virtual=10.0.0.1:80\n    real=10.0.0.2:80 masq\n    receive=\"{pattern}\"\n");
        let director = sound(&text);
        let Probe::Http(probe) = &director.services[0].check.as_ref().unwrap().probe else {
            panic!("no question");
        };
        (probe.body.clone(), director.remarks.len())
    };
    assert_eq!(body("OK"), (Some("OK".to_owned()), 0));
    assert_eq!(body("a\\.b\\x22"), (Some("a.b\"".to_owned()), 0));
    for pattern in ["a.b", "^OK", "OK|ok", "\\d", "[ok]"] {
        assert_eq!(body(pattern), (None, 1), "{pattern}");
    }
}

#[test]
fn what_fails_is_removed_unless_it_is_quiesced() {
    let fate = |line: &str| {
        let text = format!("{line}virtual=10.0.0.1:80\n    real=10.0.0.2:80 masq\n");
        sound(&text).services[0].check.as_ref().unwrap().on_failure
    };
    assert_eq!(fate(""), OnFailure::Remove);
    assert_eq!(fate("quiescent=yes\n"), OnFailure::Quiesce);
}

proptest! {
    #[test]
    fn no_text_is_too_odd(text in "[a-z0-9=:>\"#,\\t \\n.\\[\\]-]{0,200}") {
        let text = format!("virtual=10.0.0.1:80\n    real={text}");
        for fault in ldirectord(&text).1 {
            prop_assert!(column(&text, fault.spot).is_some());
        }
    }
}
