use super::*;
use crate::ha::check::example::{web, web_or_sorry};
use crate::ha::check::failure::Failure;
use crate::ha::check::schedule::Schedule;
use crate::ha::check::watch::Position;
use crate::lab::{OnFailure, Quorum};
use std::time::{Duration, SystemTime};

/// What is logged of these attempts: a server's number, and the status that it answered.
fn logged(plan: CheckedService, attempts: &[(usize, u16)]) -> String {
    let mut schedules: Vec<_> = plan.servers.iter().map(|_| Schedule::new(&plan.check)).collect();
    let mut kept = Kept::new(plan);
    let mut lines: Vec<String> = kept.begin().into_iter().collect();
    for (server, status) in attempts {
        let (good, server) = (*status == 200, server - 1);
        let found = if good { Health::Up } else { Health::Down };
        let failure = (!good).then(|| Failure::Status { got: *status, expected: (200, 299) });
        let step = schedules[server].after(found, Duration::ZERO);
        let of = Position { service: 0, server };
        let finding = Finding { of, at: SystemTime::UNIX_EPOCH, failure, step };
        lines.extend(kept.attempt(&finding));
        lines.extend(step.change.into_iter().flat_map(|health| kept.turn(server, health)));
    }
    lines.join("\n")
}

#[test]
fn a_server_that_fails_and_comes_back() {
    insta::assert_snapshot!(logged(
        web(&[3, 1]),
        &[(1, 200), (1, 500), (1, 200), (1, 500), (1, 503), (1, 503), (1, 500), (1, 500), (1, 200)],
    ));
}

#[test]
fn a_service_that_loses_its_quorum() {
    let mut plan = web_or_sorry(&[1, 1, 1]);
    plan.quorum = Quorum { weight: 2, hysteresis: 1 };
    plan.check.nb_get_retry = 0;
    let down = [(1, 500), (2, 500), (3, 500)];
    let up = [(1, 200), (2, 200), (3, 200)];
    insta::assert_snapshot!(logged(plan, &[down, up].concat()));
}

#[test]
fn servers_that_are_quiesced_and_a_quorum_without_a_sorry_server() {
    let mut plan = web(&[1, 2]);
    plan.quorum = Quorum { weight: 3, hysteresis: 0 };
    plan.check.nb_get_retry = 0;
    plan.check.on_failure = OnFailure::Quiesce;
    insta::assert_snapshot!(logged(plan, &[(2, 500), (2, 200)]));
}

#[test]
fn a_quorum_that_was_never_there() {
    let plan = CheckedService { quorum: Quorum { weight: 9, hysteresis: 0 }, ..web_or_sorry(&[1]) };
    insta::assert_snapshot!(logged(plan, &[]));
}
