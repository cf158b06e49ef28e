//! What a guest is to the machine that it runs on.

use crate::lab::{Lab, assert_success};
use crate::role::ROLE;
use crate::trials;
use nix::unistd::geteuid;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

trials![
    every_duty_is_done,
    what_the_guest_writes_stays_in_the_guest,
    the_hosts_files_are_seen_as_they_are_now,
    the_guest_has_ipvs_and_its_schedulers,
    an_ordinary_user_has_a_guest_too,
];

fn every_duty_is_done() {
    let lab = Lab::new();
    assert_success(&lab.role("start").output().unwrap(), "");
    let name = lab.path().file_name().unwrap().to_string_lossy().into_owned();
    assert_success(&lab.run("hostname"), &format!("{name}\n"));
    assert_success(&lab.run("cat /sys/class/net/lo/flags"), "0x9\n");
    assert_success(
        &lab.run("ls -d /run/netns /dev/pts/ptmx /dev/shm /proc/1"),
        "/dev/pts/ptmx\n/dev/shm\n/proc/1\n/run/netns\n",
    );
}

fn what_the_guest_writes_stays_in_the_guest() {
    let lab = Lab::up();
    let before = std::fs::read("/etc/hosts").unwrap();
    let own = lab.path().join("own");
    let script = format!(
        "echo more >> /etc/hosts && echo new > /etc/guest-was-here && echo new > {} && tail -1 /etc/hosts",
        own.display()
    );
    assert_success(&lab.run(&script), "more\n");
    assert_eq!(std::fs::read("/etc/hosts").unwrap(), before);
    assert!(!std::path::Path::new("/etc/guest-was-here").exists());
    assert!(!own.exists());
}

fn the_hosts_files_are_seen_as_they_are_now() {
    let lab = Lab::up();
    let file = lab.path().join("file");
    let script = format!("cat {} 2>&1 || true", file.display());
    lab.run(&script);
    std::fs::write(&file, "first\n").unwrap();
    assert_success(&lab.run(&script), "first\n");
    std::fs::write(&file, "second, and longer\n").unwrap();
    assert_success(&lab.run(&script), "second, and longer\n");
}

fn the_guest_has_ipvs_and_its_schedulers() {
    let lab = Lab::up();
    for scheduler in
        ["rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "fo", "ovf", "mh"]
    {
        let script =
            format!("ipvsadm -A -t 10.0.0.1:80 -s {scheduler} && ipvsadm -D -t 10.0.0.1:80");
        assert_success(&lab.run(&script), "");
    }
    let script = "ip link add v0 type veth peer name v1 && ip link add b0 type bridge && ip addr add 10.9.0.1/24 dev v0 \
        && ip link set v0 up && iptables-legacy -t nat -A POSTROUTING -m ipvs --vport 80 -j MASQUERADE \
        && iptables-legacy -A INPUT -m conntrack --ctstate NEW -j ACCEPT && ip netns add n1 && ip netns exec n1 ip link set lo up \
        && tc qdisc add dev v0 root netem delay 1ms && ip -6 addr add fd00::1/64 dev v0 && ip link show tunl0 > /dev/null";
    assert_success(&lab.run(script), "");
}

fn an_ordinary_user_has_a_guest_too() {
    let lab = Lab::new();
    // This program may lie where only root can read it.
    let program = lab.path().join("program");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let ordinary = |role: &str| {
        let mut command = Command::new(&program);
        command.env(ROLE, role).arg(lab.path()).stdin(Stdio::null());
        if geteuid().is_root() {
            command.uid(65534).gid(65534);
        }
        command
    };
    assert_success(&ordinary("start").output().unwrap(), "");
    let script =
        "id -u; ip netns add n1 && ip netns; echo more >> /etc/hosts && tail -1 /etc/hosts";
    assert_success(&ordinary("run").arg(script).output().unwrap(), "0\nn1\nmore\n");
    assert_success(&ordinary("stop").output().unwrap(), "");
    lab.assert_gone();
}
