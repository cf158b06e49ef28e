use super::quote;
use crate::lab::{
    ConnectionSync, Destination, Engine, ForwardingMethod, HealthCheck, HttpProbe, InitialState,
    Lab, OnFailure, Override, Persistence, Place, Preemption, Probe, Scheduler, SchedulerFlag,
    SyncGroup, Track, Tracked, Transport, Tunnel, TunnelChecksum, VirtualRouter, VrrpVersion,
};
use crate::plan::sample::{
    cluster, furnished, http, marked, router, vip_on_lan, without_availability,
};
use crate::plan::{Daemon, Op, build};
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

/// The configurations of a lab's directors.
fn configurations(lab: &Lab) -> Vec<String> {
    let steps = build(lab).steps.into_iter();
    let configurations = steps.filter_map(|step| match step.op {
        Op::StartDaemon { daemon: Daemon::Keepalived { configuration, .. }, .. } => {
            Some(configuration)
        }
        _ => None,
    });
    configurations.collect()
}

fn note() -> Lab {
    let mut lab = cluster(Engine::Keepalived);
    lab.services[0].persistence =
        Some(Persistence { timeout: Duration::from_secs(50), prefix_length: 32 });
    lab
}

fn routers(lab: &mut Lab) -> &mut Vec<VirtualRouter> {
    &mut lab.high_availability.as_mut().unwrap().routers
}

fn check(lab: &mut Lab) -> &mut HealthCheck {
    lab.services[0].health_check.as_mut().unwrap()
}

fn command(shell: &str, weight: i16) -> Track {
    let subject = Tracked::Command {
        shell: shell.to_owned(),
        interval: Duration::from_millis(1500),
        rise: 2,
        fall: 1,
    };
    Track { subject, weight }
}

/// Everything that a virtual router can have.
fn every_vrrp_feature() -> Lab {
    let mut lab = cluster(Engine::Keepalived);
    let lan = || "lan".parse().unwrap();
    let first = &mut routers(&mut lab)[0];
    first.tracks = vec![
        command("test ! -e '/tmp/a b' # {x} ~SEQ(1,2) \"$HOME\" \\", -60),
        command("true", 0),
        Track { subject: Tracked::Network(lan()), weight: -5 },
        Track { subject: Tracked::Network(lan()), weight: 0 },
    ];
    first.password = Some("a b#!{}\"".to_owned());
    first.preemption = Preemption::Never;
    let mut second = router("VI_2", 52, "192.168.150.101");
    second.version = VrrpVersion::V3;
    second.password = None;
    second.advert_interval = Duration::from_millis(10);
    second.transport = Transport::Unicast;
    second.preemption = Preemption::After(Duration::from_micros(2_500_001));
    let mut owned = router("VI_3", 53, "192.168.150.102");
    owned.priorities["node01"] = 255;
    owned.tracks = vec![command("true", 5), command("true", 0)];
    routers(&mut lab).extend([second, owned]);
    let members = ["VI_1", "VI_2"].map(|name| name.parse().unwrap()).to_vec();
    let wanted = lab.high_availability.as_mut().unwrap();
    wanted.sync_groups = vec![SyncGroup { name: "G1".parse().unwrap(), members }];
    wanted.connection_sync = Some(ConnectionSync {
        id: 51,
        network: lan(),
        router: "VI_1".parse().unwrap(),
        at: Place::root(),
    });
    lab
}

/// Everything that a virtual service can have.
fn every_service_feature() -> Lab {
    let mut lab = furnished(Engine::Keepalived);
    let web = &mut lab.services[0];
    web.destinations[0].weight = 65535;
    let check = check(&mut lab);
    check.probe = Probe::Http(HttpProbe {
        path: "/?a=1&b={c}#d \"e\"".to_owned(),
        status: (200, 299),
        digest: Some("9b3a0c85a887a256d6939da88aabd8cd".to_owned()),
        body: Some("it's [up] {now} \"\\ #1!".to_owned()),
    });
    check.delay_loop = Duration::from_millis(250);
    check.connect_timeout = Duration::from_millis(1500);
    check.delay_before_retry = Duration::ZERO;
    check.on_failure = OnFailure::Quiesce;
    lab
}

/// A service through GUE, with a real server through GRE and one without a tunnel.
fn every_tunnel() -> Lab {
    let mut lab = cluster(Engine::Keepalived);
    let web = &mut lab.services[0];
    web.forwarding = ForwardingMethod::Tun;
    web.tunnel = Tunnel::Gue { port: 6080, checksum: TunnelChecksum::Remote };
    web.destinations[0].forwarding = ForwardingMethod::Tun;
    web.destinations[0].tunnel = Tunnel::Gre(TunnelChecksum::Full);
    web.sorry_server = Some(Destination { tunnel: Tunnel::Ipip, ..web.destinations[0].clone() });
    lab
}

fn with_probe(probe: Probe, retries: u32) -> Lab {
    let mut lab = cluster(Engine::Keepalived);
    *check(&mut lab) = HealthCheck { probe, nb_get_retry: retries, ..http() };
    check(&mut lab).connect_timeout = Duration::from_millis(1500);
    lab
}

fn with_command(retries: u32) -> Lab {
    let shell = "test \"$RIP\" != '1.2.3.4' && { curl -sf \"http://$RIP:$RPORT/\"; } # ~x!";
    with_probe(Probe::Command { shell: shell.to_owned() }, retries)
}

fn without_checks() -> Lab {
    let mut lab = cluster(Engine::Keepalived);
    lab.services[0].health_check = None;
    lab
}

fn without_services() -> Lab {
    let mut lab = cluster(Engine::Keepalived);
    lab.services.clear();
    lab
}

#[test]
fn the_cluster_of_the_note_comes_out_as_the_note_has_it() {
    let texts = configurations(&note());
    insta::assert_snapshot!(texts[0]);
    let differing =
        texts[0].lines().zip(texts[1].lines()).filter(|(first, second)| first != second);
    let differing: Vec<_> = differing.map(|(_, second)| second.trim()).collect();
    assert_eq!(differing, ["router_id node04", "priority 50"]);
}

#[test]
fn a_director_has_its_own_words_for_what_it_overrides() {
    let mut lab = note();
    let own = Override {
        router_id: Some(52),
        version: Some(VrrpVersion::V2),
        advert_interval: Some(Duration::from_secs(2)),
        password: Some("2222".to_owned()),
        vips: Some(vec![vip_on_lan("192.168.150.101")]),
        state: Some(InitialState::Master),
    };
    let first = &mut routers(&mut lab)[0];
    first.preemption = Preemption::Never;
    first.overrides.insert("node04".parse().unwrap(), own);
    let [first, second] = configurations(&lab).try_into().unwrap();
    let words = |text: &str| text.lines().map(|l| l.trim().to_owned()).collect::<Vec<_>>();
    let (common, own) = (words(&first), words(&second));
    let differing: Vec<_> =
        own.iter().filter(|line| !common.contains(line) && !line.starts_with('#')).collect();
    assert_eq!(
        differing,
        [
            "router_id node04",
            "state MASTER",
            "virtual_router_id 52",
            "priority 50",
            "advert_int 2",
            "auth_pass 2222",
            "192.168.150.101/32 dev eth0",
        ]
    );
    assert!(common.contains(&"nopreempt".to_owned()) && !own.contains(&"nopreempt".to_owned()));
}

#[test]
fn a_director_of_version_3_has_no_password_of_the_others() {
    let mut lab = note();
    let own = Override { version: Some(VrrpVersion::V3), ..Override::default() };
    routers(&mut lab)[0].overrides.insert("node04".parse().unwrap(), own);
    let [first, second] = configurations(&lab).try_into().unwrap();
    assert!(first.contains("auth_pass 1111") && !second.contains("auth"), "{second}");
}

#[test]
fn virtual_routers_have_everything_that_the_file_says() {
    insta::assert_snapshot!(configurations(&every_vrrp_feature())[0]);
}

#[test]
fn virtual_services_have_everything_that_the_file_says() {
    insta::assert_snapshot!(configurations(&every_service_feature())[0]);
}

#[test]
fn each_tunnel_is_named_with_its_checksum() {
    let configuration = configurations(&every_tunnel()).remove(0);
    let methods = configuration.lines().filter(|line| line.contains("lvs_method"));
    let methods: Vec<_> = methods.map(str::trim).collect();
    assert_eq!(
        methods,
        [
            "lvs_method TUN type gue port 6080 remcsum",
            "sorry_server_lvs_method TUN",
            "lvs_method TUN type gre csum",
            "lvs_method DR",
        ]
    );
}

#[test]
fn a_service_by_firewall_mark_says_which_port_is_checked() {
    insta::assert_snapshot!(configurations(&marked(Engine::Keepalived))[0]);
}

#[test]
fn commands_are_given_to_a_shell() {
    insta::assert_snapshot!(configurations(&with_command(0))[0]);
}

#[test]
fn what_ends_words_is_escaped() {
    assert_eq!(quote::quoted(r#"a "b" \ {c}"#), r#""a \042b\042 \\ \173c\175""#);
    assert_eq!(quote::path("/a?b={c d}"), "\"/a?b=%7Bc%20d%7D\"");
    assert_eq!(quote::password("1111"), "1111");
    assert_eq!(quote::password("a b"), "\"a b\"");
    assert_eq!(quote::script("echo 'a", &[]), r#""/bin/sh -c 'echo '\042'\042'a'""#);
}

/// What keepalived has to say to a configuration, in a network with the interface that it names.
fn complaints(configuration: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keepalived.conf");
    std::fs::write(&file, configuration).unwrap();
    let script = "ip link add eth0 type veth peer name eth1
        ip address add 192.168.150.1/24 dev eth0
        ip link set eth0 up
        ip link set eth1 up
        exec keepalived -t -f \"$1\"";
    let mut command = Command::new("unshare");
    command.args(["--net", "sh", "-ec", script, "sh"]).arg(&file).stdin(Stdio::null());
    let said = command.output().unwrap();
    let text = String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned();
    match said.status.success() {
        true => text,
        false => format!("{}\n{text}", said.status),
    }
}

#[test]
#[ignore = "needs root"]
fn keepalived_complains_of_nothing() {
    let labs = [
        note(),
        every_vrrp_feature(),
        every_service_feature(),
        every_tunnel(),
        with_command(0),
        with_command(2),
        with_probe(Probe::Tcp, 0),
        without_checks(),
        without_services(),
        marked(Engine::Keepalived),
    ];
    for configuration in labs.iter().flat_map(configurations) {
        let complaints = complaints(&configuration);
        assert!(complaints.is_empty(), "{complaints}\nin\n{configuration}");
    }
}

#[test]
#[ignore = "needs root"]
fn keepalived_knows_every_scheduler_and_every_flag() {
    for scheduler in Scheduler::ALL {
        let mut lab = note();
        lab.services[0].scheduler = *scheduler;
        if matches!(scheduler, Scheduler::Sh | Scheduler::Mh) {
            lab.services[0].flags = vec![SchedulerFlag::Fallback, SchedulerFlag::Port];
        }
        let configuration = configurations(&lab).remove(0);
        assert_eq!(complaints(&configuration), "", "{configuration}");
    }
}

#[test]
#[ignore = "needs root"]
fn a_complaint_is_noticed() {
    assert!(!complaints("virtual_sever 192.168.150.10 80 {\n}\n").is_empty());
}

/// What a script does that keepalived has started, as told by what it writes to a file.
#[test]
#[ignore = "needs root"]
fn a_tracked_command_is_run_as_it_was_written() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("written");
    let shell =
        format!("printf '%s\\n' \"{{a}} $((1+1)) #b ~c !d\" \"it's\" >'{}'", file.display());
    let mut lab = cluster(Engine::Keepalived);
    lab.services.clear();
    routers(&mut lab)[0].tracks = vec![command(&shell, 0)];
    let mut configuration = tempfile::NamedTempFile::new().unwrap();
    configuration.write_all(configurations(&lab)[0].as_bytes()).unwrap();
    let script = "ip link add eth0 type veth peer name eth1
        ip address add 192.168.150.1/24 dev eth0
        ip link set eth0 up
        ip link set eth1 up
        keepalived -P -n -l -f \"$1\" -p \"$2/pid\" -r \"$2/vrrp\" &
        until [ -s \"$3\" ] || ! kill -0 $!; do sleep 0.05; done
        kill $!
        wait $!";
    let mut command = Command::new("unshare");
    command.args(["--net", "--pid", "--fork", "--kill-child", "sh", "-ec", script, "sh"]);
    command.arg(configuration.path()).arg(directory.path()).arg(&file);
    let said = command.output().unwrap();
    let text = std::fs::read_to_string(&file).unwrap_or_else(|_| panic!("{said:?}"));
    assert_eq!(text, "{a} 2 #b ~c !d\nit's\n");
}

#[test]
fn without_high_availability_there_is_no_keepalived() {
    assert!(configurations(&without_availability("nat")).is_empty());
}
