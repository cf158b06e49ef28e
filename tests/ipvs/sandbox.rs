//! A lab without a supervisor, and the entries that the tests put into its director's table.

use lvs_lab::kernel::{BackendOrder, Kernel, Linux, Names, ObservedService};
use lvs_lab::lab::{ForwardingMethod, NodeName, Protocol, Scheduler};
use lvs_lab::plan::{DestinationEntry, Op, ServiceEntry, ServiceKey};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A lab called `lab`, and what it orders of whoever serves backends.
pub struct Sandbox {
    pub kernel: Linux,
    orders: UnboundedReceiver<BackendOrder>,
}

impl Sandbox {
    pub fn new() -> Self {
        assert!(Path::new("/proc/net/ip_vs").exists(), "a kernel with ip_vs is needed");
        unshare(CloneFlags::CLONE_NEWNS).expect("root is needed");
        let private = MsFlags::MS_PRIVATE | MsFlags::MS_REC;
        mount(None::<&str>, "/", None::<&str>, private, None::<&str>).unwrap();
        mount(Some("tmpfs"), "/run", Some("tmpfs"), MsFlags::empty(), None::<&str>).unwrap();
        let names =
            Names::new("lab".parse().unwrap(), Path::new("/run/lvs-lab/lab"), "/run/netns".into());
        let (backends, orders) = unbounded_channel();
        Self { kernel: Linux::new(names, backends), orders }
    }

    pub async fn apply(&mut self, ops: &[Op]) {
        for op in ops {
            self.kernel.apply(op).await.unwrap();
        }
    }

    pub async fn services(&mut self) -> Vec<ObservedService> {
        self.kernel.observe(&director(), &[]).await.unwrap().unwrap().services
    }

    /// What answers in a node, one connection after the other: the client's address as seen there.
    pub fn serve(&mut self) {
        while let Ok(order) = self.orders.try_recv() {
            let BackendOrder::Start { mut sockets, .. } = order else { continue };
            let listener = TcpListener::from(sockets.remove(0));
            listener.set_nonblocking(false).unwrap();
            std::thread::spawn(move || tell_addresses(&listener));
        }
    }
}

fn tell_addresses(listener: &TcpListener) {
    while let Ok((mut client, from)) = listener.accept() {
        let _ = write!(client, "{}", from.ip());
    }
}

pub fn node(name: &str) -> NodeName {
    name.parse().unwrap()
}

pub fn director() -> NodeName {
    node("director")
}

pub fn web() -> ServiceKey {
    ServiceKey::Address(Protocol::Tcp, web_address())
}

/// The VIP and port of [`web`].
pub fn web_address() -> SocketAddr {
    "10.1.0.100:80".parse().unwrap()
}

pub fn service(key: ServiceKey, scheduler: Scheduler) -> ServiceEntry {
    ServiceEntry::new(key, scheduler)
}

pub fn add_service(service: ServiceEntry) -> Op {
    Op::AddService { node: director(), service }
}

pub fn destination(address: &str, forwarding: ForwardingMethod, weight: u32) -> DestinationEntry {
    DestinationEntry { weight, ..DestinationEntry::new(address.parse().unwrap(), forwarding) }
}

pub fn add_destination(service: ServiceKey, destination: DestinationEntry) -> Op {
    Op::AddDestination { node: director(), service, destination }
}

/// A director without any interface but its loopback.
pub fn alone() -> [Op; 1] {
    [Op::CreateNamespace { node: director() }]
}

pub fn said(arguments: &[&str]) -> String {
    let inside = ["netns", "exec", "lab-director"];
    let output = Command::new("ip").args(inside).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

pub fn rules() -> Vec<String> {
    let mut rules: Vec<_> = said(&["ipvsadm", "-S", "-n"]).lines().map(str::to_owned).collect();
    rules.iter_mut().for_each(|rule| rule.truncate(rule.trim_end().len()));
    rules
}
