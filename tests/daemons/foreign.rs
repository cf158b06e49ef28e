//! keepalived(8), without virtual servers: this kernel may have no IPVS.

use crate::director::{Director, name, play, wait_for};
use lvs_lab::kernel::state_changes;
use lvs_lab::lab::VrrpState;
use lvs_lab::plan::{Daemon, Op};
use nix::mount::{MsFlags, mount};
use std::collections::BTreeSet;
use std::time::Duration;

const CONFIGURATION: &str = "\
vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 51
    version 3
    priority 200
    advert_int 0.1
    virtual_ipaddress {
        10.9.0.100/32 dev eth0
    }
}
";

const VIP: &str = "10.9.0.100/32";

fn keepalived(configuration: &str) -> Daemon {
    Daemon::Keepalived { configuration: configuration.to_owned(), schedulers: BTreeSet::new() }
}

fn awaited() -> Op {
    Op::AwaitAddress {
        node: name(),
        others: Vec::new(),
        address: "10.9.0.100".parse().unwrap(),
        election: Duration::ZERO,
    }
}

fn states(director: &Director) -> Vec<VrrpState> {
    state_changes(&director.directory()).into_iter().map(|change| change.state).collect()
}

fn keepalived_takes_its_vip_and_resigns() {
    play(async |director| {
        let daemon = keepalived(CONFIGURATION);
        director.start(&daemon).await.unwrap();
        assert_eq!(director.running().await, ["keepalived"]);
        director.apply(awaited()).await.unwrap();
        assert!(director.addresses().await.contains(&VIP.to_owned()));
        wait_for("a record", async || states(director).last() == Some(&VrrpState::Master)).await;
        assert_eq!(states(director), [VrrpState::Backup, VrrpState::Master]);

        director.stop(&daemon).await;
        assert_eq!(director.running().await, Vec::<String>::new());
        assert_eq!(director.processes(), Vec::<i32>::new());
        assert!(!director.addresses().await.contains(&VIP.to_owned()));
        assert_eq!(states(director).last(), Some(&VrrpState::Init));
    });
}

fn a_killed_keepalived_leaves_its_vip_and_can_be_started_again() {
    play(async |director| {
        let daemon = keepalived(CONFIGURATION);
        director.start(&daemon).await.unwrap();
        director.apply(awaited()).await.unwrap();
        director.apply(Op::KillDaemons { node: name() }).await.unwrap();
        assert_eq!(director.processes(), Vec::<i32>::new());
        assert!(director.addresses().await.contains(&VIP.to_owned()));
        director.start(&daemon).await.unwrap();
        director.stop(&daemon).await;
    });
}

fn a_refused_configuration_is_told() {
    play(async |director| {
        for (wrong, words) in [
            (CONFIGURATION.replace("eth0\n", "eth7\n"), "interface eth7 for vrrp_instance VI_1"),
            (format!("{CONFIGURATION}nonsense 7\n"), "Unknown keyword 'nonsense'"),
            (CONFIGURATION.replace("priority", "prioritee"), "Unknown keyword 'prioritee'"),
            (format!("{CONFIGURATION}}}\n"), "Extra '}' found"),
        ] {
            let error = director.start(&keepalived(&wrong)).await.unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
            assert_eq!(director.processes(), Vec::<i32>::new());
        }
    });
}

fn two_directors_are_served_at_once() {
    play(async |director| {
        let other = director.another().await;
        for node in [name(), other.clone()] {
            let daemon = keepalived(CONFIGURATION);
            director.apply(Op::StartDaemon { node, daemon }).await.unwrap();
        }
        assert_eq!(director.running().await, ["keepalived"]);
        assert_eq!(director.running_in(&other).await, ["keepalived"]);
        director.apply(Op::KillDaemons { node: name() }).await.unwrap();
        assert_eq!(director.running().await, Vec::<String>::new());
        assert_eq!(director.running_in(&other).await, ["keepalived"]);
    });
}

fn a_program_that_is_missing_is_told_with_its_package() {
    play(async |director| {
        let nothing = None::<&str>;
        mount(Some("tmpfs"), "/usr/sbin", Some("tmpfs"), MsFlags::empty(), nothing).unwrap();
        let error = director.start(&keepalived(CONFIGURATION)).await.unwrap_err().to_string();
        let words = "`keepalived` is not installed (Debian package `keepalived`)";
        assert!(error.ends_with(words), "{error}");
    });
}

crate::trials![
    two_directors_are_served_at_once,
    a_program_that_is_missing_is_told_with_its_package,
    keepalived_takes_its_vip_and_resigns,
    a_killed_keepalived_leaves_its_vip_and_can_be_started_again,
    a_refused_configuration_is_told,
];
