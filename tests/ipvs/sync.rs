//! The kernel's sync daemons, held against what ipvsadm says.

use crate::trials;
use lvs_lab::kernel::{Local, SyncDaemon, SyncRole};
use std::process::Command;

trials![a_sync_daemon_starts_changes_and_stops];

fn listed() -> String {
    let output = Command::new("ipvsadm").args(["-L", "--daemon"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

async fn a_sync_daemon_starts_changes_and_stops() {
    let mut local = Local::here().unwrap();
    let daemon = |role| SyncDaemon { role, interface: "lo".to_owned(), id: 51 };
    local.stop_sync(SyncRole::Master).await.unwrap();
    local.start_sync(&daemon(SyncRole::Backup)).await.unwrap();
    assert_eq!(local.sync_daemons().await.unwrap(), [daemon(SyncRole::Backup)]);
    assert!(listed().contains("backup sync daemon (mcast=lo, syncid=51"), "{}", listed());
    local.stop_sync(SyncRole::Backup).await.unwrap();
    local.start_sync(&daemon(SyncRole::Master)).await.unwrap();
    local.start_sync(&daemon(SyncRole::Master)).await.unwrap();
    assert_eq!(local.sync_daemons().await.unwrap(), [daemon(SyncRole::Master)]);
    local.stop_sync(SyncRole::Master).await.unwrap();
    assert_eq!(local.sync_daemons().await.unwrap(), []);
}
