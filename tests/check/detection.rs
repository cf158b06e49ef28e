//! Which servers a checker finds fault with, and when. There need be no IPVS for that: a table
//! that is not there is logged.

use crate::checker::Running;
use crate::configuration::{http, service};
use crate::server::{Behaviour, Server, nobody};
use crate::support::eventually;
use lvs_lab::kernel::Health;
use lvs_lab::lab::{HttpProbe, Probe};
use nix::sched::{CloneFlags, unshare};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

const GOOD: Behaviour = Behaviour::Answers(200, "welcome");

/// Puts the calling thread, and what it starts from now on, into a namespace with a loopback only.
fn alone() {
    unshare(CloneFlags::CLONE_NEWNET).expect("root is needed");
    assert!(Command::new("ip").args(["link", "set", "lo", "up"]).status().unwrap().success());
}

fn vip(port: u16) -> SocketAddr {
    ([10, 9, 9, 9], port).into()
}

#[test]
#[ignore = "needs root"]
fn http_finds_what_is_refused_hung_slow_or_wrong_and_what_is_good_again() {
    alone();
    let (good, late) =
        (Server::new(GOOD), Server::new(Behaviour::Lags(Duration::from_millis(100))));
    let (hung, slow) =
        (Server::new(Behaviour::Hangs), Server::new(Behaviour::Lags(Duration::from_secs(5))));
    let (wrong, refused) = (Server::new(Behaviour::Answers(500, "")), nobody());
    let servers = [
        ("good", good.address),
        ("hung", hung.address),
        ("late", late.address),
        ("refused", refused),
        ("slow", slow.address),
        ("wrong", wrong.address),
    ];
    let begun = SystemTime::now();
    let checker = Running::new(vec![service(vip(80), &servers, Probe::Http(http()))]);
    checker.await_down(&["hung", "refused", "slow", "wrong"]);

    let changes = checker.changes();
    let address_of = |name: &str| servers.iter().find(|server| server.0 == name).unwrap().1;
    let why = |name: &str| match name {
        "refused" => "connection refused",
        "wrong" => "HTTP status 500, expected 200..299",
        _ => "no answer within 1s",
    };
    let when = |name: &str| {
        let change = changes.iter().find(|change| change.server == address_of(name)).unwrap();
        assert_eq!(change.health, Health::Down);
        assert_eq!(change.reason.as_deref(), Some(why(name)));
        change.at.duration_since(begun).unwrap()
    };
    // Two attempts a second apart; one that is not answered takes a second more.
    assert!(when("refused") >= Duration::from_secs(1));
    assert!(when("wrong") >= Duration::from_secs(1));
    assert!(when("hung") >= Duration::from_secs(3));
    assert!(when("slow") >= Duration::from_secs(3));
    assert!(when("refused") < when("hung"), "a hung server has delayed another one");

    let log = checker.log();
    for sentence in [
        format!("refused {refused}: connection refused (attempt 1 of 2)\n"),
        format!("wrong {}: HTTP status 500, expected 200..299 (attempt 2 of 2)\n", wrong.address),
        format!("hung {}: no answer within 1s (attempt 2 of 2)\n", hung.address),
        format!("slow {} failed; removed from 10.9.9.9:80\n", slow.address),
    ] {
        assert!(log.contains(&sentence), "no `{sentence}` in\n{log}");
    }

    let _listening = Server::at(refused, GOOD);
    [hung, slow, wrong].iter().for_each(|server| server.behave(GOOD));
    checker.await_down(&[]);
    assert_eq!(checker.changes().len(), 8, "{}", checker.log());
    assert!(checker.terminate().success());
}

#[test]
#[ignore = "needs root"]
fn bodies_are_compared() {
    alone();
    let (good, wrong) = (Server::new(GOOD), Server::new(Behaviour::Answers(200, "farewell")));
    let servers = |a, b| [(a, good.address), (b, wrong.address)];
    // printf welcome | md5sum
    let digest = Some("40be4e59b9a2a2b5dffb918c0e86b3d7".to_owned());
    let digest = Probe::Http(HttpProbe { digest, ..http() });
    let body = Probe::Http(HttpProbe { body: Some("come".to_owned()), ..http() });
    let checker = Running::new(vec![
        service(vip(80), &servers("digest", "other-digest"), digest),
        service(vip(81), &servers("body", "other-body"), body),
    ]);
    checker.await_down(&["other-body", "other-digest"]);
    wrong.behave(GOOD);
    checker.await_down(&[]);
}

#[test]
#[ignore = "needs root"]
fn tcp_wants_no_more_than_a_connection() {
    alone();
    let (hung, refused) = (Server::new(Behaviour::Hangs), nobody());
    let servers = [("hung", hung.address), ("refused", refused)];
    let checker = Running::new(vec![service(vip(80), &servers, Probe::Tcp)]);
    checker.await_down(&["refused"]);
    let _listening = Server::at(refused, GOOD);
    checker.await_down(&[]);
}

#[test]
#[ignore = "needs root"]
fn commands_see_the_server_and_are_killed_when_they_take_too_long_or_the_checker_ends() {
    alone();
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name).display().to_string();
    let shell = format!(
        "case $RIP:$RPORT in \
           127.0.0.1:1) true ;; \
           127.0.0.1:2) test -e {} ;; \
           *) echo $$ > {}; sleep 1000 ;; \
         esac",
        file("mended"),
        file("sleeper"),
    );
    let servers: Vec<(&str, SocketAddr)> = ["good", "failed", "slow"]
        .into_iter()
        .zip((1..).map(|p| ([127, 0, 0, 1], p).into()))
        .collect();
    let mut plan = service(vip(80), &servers, Probe::Command { shell });
    plan.check.nb_get_retry = 0;
    let checker = Running::new(vec![plan]);
    checker.await_down(&["failed", "slow"]);
    std::fs::write(file("mended"), "").unwrap();
    checker.await_down(&["slow"]);

    // One that runs now.
    std::fs::remove_file(file("sleeper")).unwrap();
    let sleeper = || std::fs::read_to_string(file("sleeper")).unwrap_or_default();
    eventually(|| sleeper().ends_with('\n'), || checker.log());
    let process = Path::new("/proc").join(sleeper().trim());
    assert!(checker.terminate().success());
    let status = || std::fs::read_to_string(process.join("stat")).unwrap_or_default();
    // A zombie has nobody to reap it where there is no init.
    eventually(
        || status().is_empty() || status().contains(") Z "),
        || format!("{} runs", process.display()),
    );
}

#[test]
#[ignore = "needs root"]
fn hundreds_of_servers_are_checked_by_one_process() {
    alone();
    let server = Server::new(GOOD);
    let names: Vec<_> = (0..300).map(|number| format!("rs{number}")).collect();
    let mut servers: Vec<_> = names.iter().map(|name| (name.as_str(), server.address)).collect();
    let gone = [nobody(), nobody(), nobody()];
    servers.iter_mut().zip(gone).for_each(|((_, address), gone)| *address = gone);
    let checker = Running::new(vec![service(vip(80), &servers, Probe::Http(http()))]);
    checker.await_down(&["rs0", "rs1", "rs2"]);
    let _listening = gone.map(|address| Server::at(address, GOOD));
    checker.await_down(&[]);
    assert_eq!(checker.changes().len(), 6, "{}", checker.log());
}
