use crate::lab::{
    Destination, Engine, HealthCheck, HttpProbe, Lab, OnFailure, Probe, VirtualService,
};
use crate::plan::sample::{cluster, furnished, http, marked};
use crate::plan::{Daemon, Op, build};
use std::process::{Command, Output};
use std::time::Duration;

fn configuration(lab: &Lab) -> String {
    let steps = build(lab).steps.into_iter();
    let mut configurations = steps.filter_map(|step| match step.op {
        Op::StartDaemon { daemon: Daemon::Ldirectord { configuration, .. }, .. } => {
            Some(configuration)
        }
        _ => None,
    });
    configurations.next().unwrap()
}

/// A second virtual service with another interval, checked by connecting.
fn two_services() -> Lab {
    let mut lab = cluster(Engine::Ldirectord);
    let mail = VirtualService {
        name: "mail".parse().unwrap(),
        port: 25,
        health_check: Some(HealthCheck {
            probe: Probe::Tcp,
            nb_get_retry: 0,
            delay_loop: Duration::from_millis(1500),
            ..http()
        }),
        ..lab.services[0].clone()
    };
    lab.services.push(mail);
    lab
}

/// Everything that a virtual service can have.
fn every_feature() -> Lab {
    let mut lab = furnished(Engine::Ldirectord);
    let web = &mut lab.services[0];
    let check = web.health_check.as_mut().unwrap();
    check.probe = Probe::Http(HttpProbe {
        path: "/?a=1&b=c#d \"e\"".to_owned(),
        status: (200, 204),
        digest: Some("9b3a0c85a887a256d6939da88aabd8cd".to_owned()),
        body: Some("it's [up] $now @x \"\\ #1!".to_owned()),
    });
    check.delay_loop = Duration::from_millis(250);
    check.connect_timeout = Duration::from_millis(1500);
    check.on_failure = OnFailure::Quiesce;
    lab
}

fn without_checks() -> Lab {
    let mut lab = cluster(Engine::Ldirectord);
    lab.services[0].health_check = None;
    lab
}

fn with_command() -> Lab {
    let mut lab = cluster(Engine::Ldirectord);
    let shell = "test \"$RIP\" # one\ntest \"$RPORT\"".to_owned();
    lab.services[0].health_check = Some(HealthCheck { probe: Probe::Command { shell }, ..http() });
    lab
}

#[test]
fn the_cluster_is_checked_by_requests() {
    insta::assert_snapshot!(configuration(&cluster(Engine::Ldirectord)));
}

#[test]
fn services_of_different_intervals_have_processes_of_their_own() {
    insta::assert_snapshot!(configuration(&two_services()));
}

#[test]
fn what_cannot_be_said_is_said_in_a_comment() {
    insta::assert_snapshot!(configuration(&every_feature()));
}

#[test]
fn a_service_by_firewall_mark_says_which_port_is_checked() {
    insta::assert_snapshot!(configuration(&marked(Engine::Ldirectord)));
}

/// As `marked`, of IPv6.
fn marked_of_ipv6() -> Lab {
    let mut lab = crate::topology::load(&crate::topology::builtin("ha6").unwrap()).unwrap().lab;
    let mut service = marked(Engine::Ldirectord).services.remove(0);
    let real_servers = std::mem::take(&mut lab.services[0].destinations);
    service.vip = lab.services[0].vip;
    service.directors.clone_from(&lab.services[0].directors);
    service.destinations = real_servers.into_iter().map(|d| Destination { port: 0, ..d }).collect();
    service.sorry_server = None;
    service.persistence = None;
    lab.services = vec![service];
    lab
}

#[test]
fn a_firewall_mark_of_ipv6_has_servers_in_brackets() {
    let text = super::ldirectord(&marked_of_ipv6(), &"node01".parse().unwrap()).unwrap();
    for line in ["virtual6=1\n", "real6=[fd00:150::2] gate 1\n", "protocol=fwm\n"] {
        assert!(text.contains(line), "no `{line}` in {text}");
    }
}

#[test]
#[ignore = "needs root"]
fn ldirectord_takes_a_firewall_mark_of_ipv6() {
    let text = super::ldirectord(&marked_of_ipv6(), &"node01".parse().unwrap()).unwrap();
    let taken = said(&text);
    assert_eq!(taken.status.code(), Some(STOPPED), "{taken:?}\nto\n{text}");
    let bare = text.replace("real6=[fd00:150::2] ", "real6=fd00:150::2 ");
    assert_ne!(said(&bare).status.code(), Some(STOPPED), "brackets are for nothing");
}

/// What ldirectord says when it is asked for the state of a configuration, which makes it read it.
fn said(configuration: &str) -> Output {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ldirectord.cf");
    std::fs::write(&file, configuration).unwrap();
    Command::new("ldirectord").arg("-d").arg(&file).arg("status").output().unwrap()
}

/// ldirectord(8) says that it is stopped, with the status that the LSB gives to that, if it has
/// found no mistake.
const STOPPED: i32 = 3;

#[test]
#[ignore = "needs root"]
fn ldirectord_complains_of_nothing() {
    let labs = [
        cluster(Engine::Ldirectord),
        two_services(),
        every_feature(),
        without_checks(),
        with_command(),
        marked(Engine::Ldirectord),
    ];
    for lab in &labs {
        let configuration = configuration(lab);
        let said = said(&configuration);
        assert_eq!(said.status.code(), Some(STOPPED), "{said:?}\nto\n{configuration}");
        let text = String::from_utf8([said.stdout, said.stderr].concat()).unwrap();
        let complaint = ["rror", "arning"].iter().any(|word| text.contains(word));
        assert!(!complaint, "{text}\nto\n{configuration}");
    }
}

#[test]
#[ignore = "needs root"]
fn a_complaint_is_noticed() {
    let said = said("virtual=192.168.150.100:80\n    reel=192.168.150.2:80 gate\n");
    assert_ne!(said.status.code(), Some(STOPPED), "{said:?}");
}

#[test]
fn ipv6_has_words_of_its_own() {
    let mut lab = crate::topology::load(&crate::topology::builtin("ha6").unwrap()).unwrap().lab;
    lab.services[0].sorry_server = lab.services[0].destinations.pop();
    let text = super::ldirectord(&lab, &"node01".parse().unwrap()).unwrap();
    for line in [
        "virtual6=[fd00:150::100]:80",
        "real6=[fd00:150::2]:80 gate 1",
        "fallback6=[fd00:150::3]:80 gate",
    ] {
        assert!(text.contains(line), "no `{line}` in {text}");
    }
}
