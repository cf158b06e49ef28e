//! Daemons of this program.

use crate::director::{checker, name, play};
use lvs_lab::plan::{Daemon, Op, Speaker};
use std::fs;

fn a_daemon_is_started_once_and_stopped() {
    play(async |director| {
        director.start(&checker()).await.unwrap();
        assert_eq!(director.running().await, ["checker"]);
        let text = fs::read_to_string(director.directory().join("checker.conf")).unwrap();
        assert_eq!(serde_json::from_str::<Daemon>(&text).unwrap(), checker());
        let again = director.start(&checker()).await.unwrap_err().to_string();
        assert!(again.ends_with("start: EEXIST (File exists)"), "{again}");

        director.stop(&checker()).await;
        assert_eq!(director.running().await, Vec::<String>::new());
        assert_eq!(director.processes(), Vec::<i32>::new());
        director.stop(&checker()).await;
    });
}

fn all_daemons_are_killed_at_one_stroke() {
    play(async |director| {
        let speaker = Speaker { seats: Vec::new(), groups: Vec::new(), sync: None };
        director.start(&Daemon::Speaker(speaker)).await.unwrap();
        director.start(&checker()).await.unwrap();
        assert_eq!(director.running().await, ["checker", "speaker"]);
        director.apply(Op::KillDaemons { node: name() }).await.unwrap();
        assert_eq!(director.running().await, Vec::<String>::new());
        assert_eq!(director.processes(), Vec::<i32>::new());
        director.start(&checker()).await.unwrap();
        assert_eq!(director.running().await, ["checker"]);
    });
}

fn a_daemon_that_cannot_begin_says_why() {
    play(async |director| {
        fs::create_dir_all(director.directory()).unwrap();
        // What the daemon cannot read was written by nobody.
        std::os::unix::fs::symlink("/dev/null", director.directory().join("checker.conf")).unwrap();
        let error = director.start(&checker()).await.unwrap_err().to_string();
        assert!(
            error.contains("cannot start the health checker in node `director`: exit status"),
            "{error}"
        );
        assert!(
            error.contains("cannot read `/run/lvs-lab/ha/daemons/director/checker.conf`"),
            "{error}"
        );
        assert_eq!(director.running().await, Vec::<String>::new());
    });
}

crate::trials![
    a_daemon_is_started_once_and_stopped,
    all_daemons_are_killed_at_one_stroke,
    a_daemon_that_cannot_begin_says_why,
];
