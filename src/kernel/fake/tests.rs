use super::Fake;
use crate::kernel::{Cause, Kernel};
use crate::lab::{ForwardingMethod, NodeName, Protocol, Scheduler, SysctlKey};
use crate::plan::{DestinationEntry, Op, ServiceEntry, ServiceKey};
use nix::errno::Errno;

fn node() -> NodeName {
    "rs1".parse().unwrap()
}

fn address(interface: &str) -> Op {
    let address = "10.0.0.1/24".parse().unwrap();
    Op::AddAddress { node: node(), interface: interface.to_owned(), address }
}

fn route(via: &str) -> Op {
    Op::AddRoute { node: node(), destination: None, via: via.parse().unwrap() }
}

fn key() -> ServiceKey {
    ServiceKey::Address(Protocol::Tcp, "10.0.0.100:80".parse().unwrap())
}

fn service(scheduler: Scheduler) -> Op {
    let service = ServiceEntry::new(key(), scheduler);
    Op::AddService { node: node(), service }
}

fn destination(address: &str) -> Op {
    let address = address.parse().unwrap();
    let destination = DestinationEntry::new(address, ForwardingMethod::FullNat);
    Op::AddDestination { node: node(), service: key(), destination }
}

fn connect() -> [Op; 4] {
    let network = "inside".parse().unwrap();
    [
        Op::CreateNamespace { node: NodeName::switch() },
        Op::CreateBridge { network: "inside".parse().unwrap(), mtu: None },
        Op::CreateNamespace { node: node() },
        Op::Connect { node: node(), interface: "eth0".to_owned(), network, mtu: None },
    ]
}

async fn refused(fake: &mut Fake, op: &Op) -> Errno {
    match fake.apply(op).await.unwrap_err().cause {
        Cause::Errno { errno, .. } => errno,
        other => panic!("{other}"),
    }
}

async fn one_node() -> Fake {
    let mut fake = Fake::new();
    for op in connect() {
        fake.apply(&op).await.unwrap();
    }
    fake
}

#[tokio::test]
async fn it_refuses_what_the_kernel_refuses() {
    let mut fake = Fake::new();
    assert_eq!(refused(&mut fake, &address("eth0")).await, Errno::ENOENT);
    let mut fake = one_node().await;
    for op in connect() {
        assert_eq!(refused(&mut fake, &op).await, Errno::EEXIST, "{op}");
    }
    assert_eq!(refused(&mut fake, &address("eth1")).await, Errno::ENODEV);
    assert_eq!(refused(&mut fake, &route("10.0.0.9")).await, Errno::ENETUNREACH);
    fake.apply(&address("eth0")).await.unwrap();
    assert_eq!(refused(&mut fake, &address("eth0")).await, Errno::EEXIST);
    fake.apply(&route("10.0.0.9")).await.unwrap();
    assert_eq!(refused(&mut fake, &route("10.0.0.8")).await, Errno::EEXIST);
    assert_eq!(refused(&mut fake, &destination("10.0.0.2:80")).await, Errno::ESRCH);
    let own = Some("10.0.0.0/24".parse().unwrap());
    let own = Op::AddRoute { node: node(), destination: own, via: "10.0.0.9".parse().unwrap() };
    assert_eq!(refused(&mut fake, &own).await, Errno::EEXIST);
    for (name, errno) in [("all", Errno::EINVAL), ("lo", Errno::EEXIST), ("tunl0", Errno::EEXIST)] {
        let bridge = Op::CreateBridge { network: name.parse().unwrap(), mtu: None };
        assert_eq!(refused(&mut fake, &bridge).await, errno, "{name}");
    }
}

#[tokio::test]
async fn a_table_takes_new_values_and_dumps_the_last_destination_first() {
    let mut fake = one_node().await;
    let ops = [
        service(Scheduler::Rr),
        service(Scheduler::Wlc),
        destination("10.0.0.2:80"),
        destination("10.0.0.3:80"),
    ];
    for op in ops {
        fake.apply(&op).await.unwrap();
    }
    let services = fake.observe(&node(), &[]).await.unwrap().unwrap().services;
    assert_eq!(services[0].scheduler, Some(Scheduler::Wlc));
    let first = &services[0].destinations[0].entry;
    assert_eq!(first.address, "10.0.0.3:80".parse().unwrap());
    assert_eq!(first.forwarding, ForwardingMethod::Nat);
}

#[tokio::test]
async fn what_depends_on_an_interface_goes_with_it() {
    let mut fake = one_node().await;
    fake.apply(&address("eth0")).await.unwrap();
    fake.apply(&route("10.0.0.9")).await.unwrap();
    fake.undo(&connect()[3]).await.unwrap();
    let there = fake.observe(&node(), &[]).await.unwrap().unwrap();
    assert_eq!((there.addresses, there.routes), (Vec::new(), Vec::new()));
    let switch = fake.observe(&NodeName::switch(), &[]).await.unwrap().unwrap();
    assert!(switch.links.iter().all(|link| link.name != "rs1.0"));
}

#[tokio::test]
async fn the_switch_takes_every_cable_along() {
    let mut fake = one_node().await;
    fake.undo(&connect()[0]).await.unwrap();
    let there = fake.observe(&node(), &[]).await.unwrap().unwrap();
    assert!(there.links.iter().all(|link| link.name != "eth0"));
    fake.undo(&connect()[2]).await.unwrap();
    assert_eq!(fake.left(), 0);
}

#[tokio::test]
async fn a_setting_of_a_missing_interface_is_missing() {
    let mut fake = one_node().await;
    let key = SysctlKey("net.ipv4.conf.eth7.rp_filter".to_owned());
    let op = Op::SetSysctl { node: node(), key: key.clone(), value: "0".to_owned() };
    assert_eq!(refused(&mut fake, &op).await, Errno::ENOENT);
    let there = fake.observe(&node(), &[key]).await.unwrap().unwrap();
    assert!(there.settings.is_empty());
}
