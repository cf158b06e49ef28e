//! Tables as they are written, read back and listed by ipvsadm.

use crate::sandbox::*;
use crate::trials;
use lvs_lab::kernel::Kernel;
use lvs_lab::lab::Timeouts;
use lvs_lab::lab::{ForwardingMethod, Persistence, Protocol, Scheduler, SchedulerFlag, Thresholds};
use lvs_lab::plan::{Op, ServiceKey};
use std::time::Duration;

trials![
    a_table_is_what_ipvsadm_says_it_is,
    what_is_observed_is_what_was_made_with_the_last_server_first,
    entries_that_are_there_are_brought_to_the_operations_values,
    every_scheduler_of_the_kernel_can_be_used,
    a_scheduler_that_the_kernel_lacks_is_named,
    a_long_table_is_read_whole,
    undoing_leaves_an_empty_table_however_often,
    a_refusal_names_the_command_and_the_reason,
    tables_are_per_node_and_have_services_by_mark,
    a_whole_table_has_version_size_and_timeouts,
];

async fn a_table_is_what_ipvsadm_says_it_is() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    let dns = ServiceKey::Address(Protocol::Udp, "[fd00::100]:53".parse().unwrap());
    let mut sticky = service(dns, Scheduler::Mh);
    sticky.flags = vec![SchedulerFlag::Fallback, SchedulerFlag::Port];
    let persistence = Persistence { timeout: Duration::from_secs(120), prefix_length: 64 };
    sticky.persistence = Some(persistence);
    let mut limited = destination("10.2.0.12:8080", ForwardingMethod::Nat, 3);
    limited.thresholds = Thresholds { upper: 20, lower: 10 };
    lab.apply(&[
        add_service(service(web(), Scheduler::Wrr)),
        add_destination(web(), destination("10.2.0.10:80", ForwardingMethod::Dr, 1)),
        add_destination(web(), destination("10.2.0.11:80", ForwardingMethod::Tun, 0)),
        add_destination(web(), limited),
        add_service(sticky),
        add_destination(dns, destination("[fd00::10]:53", ForwardingMethod::FullNat, 1)),
    ])
    .await;

    let mut rules = rules();
    rules.sort();
    assert_eq!(
        rules,
        [
            "-A -t 10.1.0.100:80 -s wrr",
            "-A -u [fd00::100]:53 -s mh -p 120 -M 64 -b mh-fallback,mh-port",
            "-a -t 10.1.0.100:80 -r 10.2.0.10:80 -g -w 1",
            "-a -t 10.1.0.100:80 -r 10.2.0.11:80 -i -w 0 --tun-type ipip",
            "-a -t 10.1.0.100:80 -r 10.2.0.12:8080 -m -w 3",
            "-a -u [fd00::100]:53 -r [fd00::10]:53 -m -w 1",
        ]
    );
    let thresholds = said(&["ipvsadm", "-L", "-n", "--thresholds"]);
    let line = thresholds.lines().find(|line| line.contains("10.2.0.12:8080")).unwrap();
    let words: Vec<_> = line.split_whitespace().collect();
    assert_eq!(words, ["->", "10.2.0.12:8080", "20", "10", "0", "0"]);
}

async fn what_is_observed_is_what_was_made_with_the_last_server_first() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    let mut entry = service(web(), Scheduler::Sh);
    entry.flags = vec![SchedulerFlag::Port];
    entry.persistence = Some(Persistence { timeout: Duration::from_secs(60), prefix_length: 24 });
    let first = destination("10.2.0.10:80", ForwardingMethod::Dr, 1);
    let mut second = destination("10.2.0.11:80", ForwardingMethod::Nat, 7);
    second.thresholds = Thresholds { upper: 9, lower: 3 };
    lab.apply(&[
        add_service(entry.clone()),
        add_destination(web(), first.clone()),
        add_destination(web(), second.clone()),
    ])
    .await;

    let services = lab.services().await;
    let [seen] = services.as_slice() else { panic!("one service should be there") };
    assert_eq!(seen.key, web());
    assert_eq!(seen.scheduler, Some(Scheduler::Sh));
    assert_eq!((&seen.flags, seen.persistence), (&entry.flags, entry.persistence));
    let destinations: Vec<_> = seen.destinations.iter().map(|d| d.entry.clone()).collect();
    assert_eq!(destinations, [second, first]);
}

async fn entries_that_are_there_are_brought_to_the_operations_values() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    let mut before = service(web(), Scheduler::Sh);
    before.flags = vec![SchedulerFlag::Fallback];
    before.persistence = Some(Persistence { timeout: Duration::from_secs(60), prefix_length: 32 });
    lab.apply(&[
        add_service(before),
        add_destination(web(), destination("10.2.0.10:80", ForwardingMethod::Dr, 1)),
        add_service(service(web(), Scheduler::Wlc)),
        add_destination(web(), destination("10.2.0.10:80", ForwardingMethod::Nat, 5)),
    ])
    .await;
    assert_eq!(
        rules(),
        ["-A -t 10.1.0.100:80 -s wlc", "-a -t 10.1.0.100:80 -r 10.2.0.10:80 -m -w 5"]
    );
}

async fn every_scheduler_of_the_kernel_can_be_used() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    // User-mode Linux is built without it (CONFIG_IP_VS_TWOS).
    let schedulers = Scheduler::ALL.iter().copied().filter(|s| *s != Scheduler::Twos);
    for scheduler in schedulers {
        lab.apply(&[add_service(service(web(), scheduler))]).await;
        assert_eq!(lab.services().await[0].scheduler, Some(scheduler));
    }
}

async fn a_scheduler_that_the_kernel_lacks_is_named() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    let refused = lab.kernel.apply(&add_service(service(web(), Scheduler::Twos))).await;
    assert_eq!(
        refused.unwrap_err().to_string(),
        "cannot add virtual service tcp 10.1.0.100:80 (twos) in node `director`: the kernel has no \
         scheduler `twos` (module ip_vs_twos)"
    );
}

async fn a_long_table_is_read_whole() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    lab.apply(&[add_service(service(web(), Scheduler::Rr))]).await;
    for number in 0..300_u32 {
        let address = format!("10.2.{}.{}:80", number / 250, number % 250 + 1);
        lab.apply(&[add_destination(web(), destination(&address, ForwardingMethod::Dr, number))])
            .await;
    }
    let destinations = &lab.services().await[0].destinations;
    let weights: Vec<_> = destinations.iter().map(|d| d.entry.weight).rev().collect();
    assert_eq!(weights, (0..300).collect::<Vec<_>>());
}

async fn undoing_leaves_an_empty_table_however_often() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    let ops = [
        add_service(service(web(), Scheduler::Rr)),
        add_destination(web(), destination("10.2.0.10:80", ForwardingMethod::Dr, 1)),
    ];
    lab.apply(&ops).await;
    for op in [&ops[1], &ops[1], &ops[0], &ops[0], &ops[1]] {
        lab.kernel.undo(op).await.unwrap();
    }
    assert_eq!(lab.services().await, []);
    assert!(rules().is_empty());
}

async fn a_refusal_names_the_command_and_the_reason() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    let op = add_destination(web(), destination("10.2.0.10:80", ForwardingMethod::Dr, 1));
    assert_eq!(
        lab.kernel.apply(&op).await.unwrap_err().to_string(),
        "cannot add real server 10.2.0.10:80 (dr, weight 1) to tcp 10.1.0.100:80 in node \
         `director`: IPVS_CMD_NEW_DEST: ESRCH (No such process)"
    );
}

async fn tables_are_per_node_and_have_services_by_mark() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    lab.apply(&[Op::CreateNamespace { node: node("rs1") }]).await;
    said(&["ipvsadm", "-A", "-f", "1", "-s", "rr"]);
    said(&["ipvsadm", "-A", "-t", "10.1.0.100:80", "-s", "rr"]);
    let services = lab.services().await;
    let words: Vec<_> = services.iter().map(|s| s.key.to_string()).collect();
    assert_eq!(words, ["tcp 10.1.0.100:80", "firewall mark 1"]);
    let other = lab.kernel.observe(&node("rs1"), &[]).await.unwrap().unwrap();
    assert_eq!(other.services, []);
}

async fn a_whole_table_has_version_size_and_timeouts() {
    let mut lab = Sandbox::new();
    lab.apply(&alone()).await;
    lab.apply(&[add_service(service(web(), Scheduler::Rr))]).await;
    let table = lab.kernel.ipvs_table(&director()).await.unwrap();
    let (major, minor, patch) = table.version;
    let heading =
        format!("IP Virtual Server version {major}.{minor}.{patch} (size={})", table.size);
    assert_eq!(said(&["ipvsadm", "-L", "-n"]).lines().next(), Some(heading.as_str()));
    assert_eq!(table.services.len(), 1);

    let to = |tcp, tcp_fin, udp| Timeouts {
        tcp: Duration::from_secs(tcp),
        tcp_fin: Duration::from_secs(tcp_fin),
        udp: Duration::from_secs(udp),
    };
    lab.kernel.set_ipvs_timeouts(&director(), to(100, 0, 30)).await.unwrap();
    assert_eq!(lab.kernel.ipvs_timeouts(&director()).await.unwrap(), to(100, 120, 30));
    assert!(said(&["ipvsadm", "-L", "--timeout"]).contains("100 120 30"));

    lab.kernel.flush_ipvs(&director()).await.unwrap();
    assert!(rules().is_empty());
}
