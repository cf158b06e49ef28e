//! A director alone on a network: namespaces of the test's own, made by operations.

use crate::patience::PATIENCE;
use lvs_lab::kernel::{Kernel, KernelError, Linux, Names, daemons_directory};
use lvs_lab::lab::NodeName;
use lvs_lab::plan::{Checker, Daemon, Op};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::unbounded_channel;

/// Where the lab is, in the test's own /run.
const DIRECTORY: &str = "/run/lvs-lab/ha";

/// Plays a test in a thread of its own, with a mount namespace of its own and an empty /run.
pub fn play(test: impl AsyncFnOnce(&mut Director) + Send + 'static) {
    let life = move || {
        unshare(CloneFlags::CLONE_NEWNS).unwrap();
        let (none, private) = (None::<&str>, MsFlags::MS_PRIVATE | MsFlags::MS_REC);
        mount(none, "/", none, private, none).unwrap();
        mount(Some("tmpfs"), "/run", Some("tmpfs"), MsFlags::empty(), none).unwrap();
        fs::create_dir_all(DIRECTORY).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { test(&mut Director::new().await).await });
    };
    if let Err(panic) = std::thread::spawn(life).join() {
        std::panic::resume_unwind(panic);
    }
}

pub struct Director {
    kernel: Linux,
}

impl Director {
    /// `director` with 10.9.0.1 on eth0.
    async fn new() -> Self {
        let names = Names::new("ha".parse().unwrap(), Path::new(DIRECTORY), "/run/netns".into());
        let mut director = Self { kernel: Linux::new(names, unbounded_channel().0) };
        let network = "lan".parse().unwrap();
        director.apply(Op::CreateNamespace { node: NodeName::switch() }).await.unwrap();
        director.apply(Op::CreateBridge { network, mtu: None }).await.unwrap();
        director.add(name(), "10.9.0.1/24").await;
        director
    }

    /// Adds `other` with 10.9.0.2.
    pub async fn another(&mut self) -> NodeName {
        let node: NodeName = "other".parse().unwrap();
        self.add(node.clone(), "10.9.0.2/24").await;
        node
    }

    async fn add(&mut self, node: NodeName, address: &str) {
        let (interface, network) = ("eth0".to_owned(), "lan".parse().unwrap());
        let address = address.parse().unwrap();
        for op in [
            Op::CreateNamespace { node: node.clone() },
            Op::Connect { node: node.clone(), interface: interface.clone(), network, mtu: None },
            Op::AddAddress { node, interface, address },
        ] {
            self.apply(op).await.unwrap();
        }
    }

    pub async fn apply(&mut self, op: Op) -> Result<(), KernelError> {
        self.kernel.apply(&op).await
    }

    pub async fn start(&mut self, daemon: &Daemon) -> Result<(), KernelError> {
        self.apply(Op::StartDaemon { node: name(), daemon: daemon.clone() }).await
    }

    pub async fn stop(&mut self, daemon: &Daemon) {
        self.kernel.undo(&Op::StartDaemon { node: name(), daemon: daemon.clone() }).await.unwrap();
    }

    /// The daemons that run.
    pub async fn running(&mut self) -> Vec<String> {
        self.running_in(&name()).await
    }

    /// The daemons that run in a node.
    pub async fn running_in(&mut self, node: &NodeName) -> Vec<String> {
        self.kernel.observe(node, &[]).await.unwrap().unwrap().daemons
    }

    /// Its addresses.
    pub async fn addresses(&mut self) -> Vec<String> {
        let seen = self.kernel.observe(&name(), &[]).await.unwrap().unwrap();
        seen.addresses.iter().map(|there| there.address.to_string()).collect()
    }

    pub fn directory(&self) -> PathBuf {
        daemons_directory(Path::new(DIRECTORY), &name())
    }

    /// The processes that were started by its daemons, and they themselves.
    pub fn processes(&self) -> Vec<i32> {
        inhabitants(Path::new("/run/netns/ha-director"))
    }
}

pub fn name() -> NodeName {
    "director".parse().unwrap()
}

pub fn checker() -> Daemon {
    Daemon::Checker(Checker { services: Vec::new() })
}

/// The processes in a network namespace.
fn inhabitants(namespace: &Path) -> Vec<i32> {
    use std::os::unix::fs::MetadataExt;
    let wanted = fs::metadata(namespace).unwrap().ino();
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let place = |id: &i32| fs::metadata(format!("/proc/{id}/ns/net")).map(|found| found.ino());
    ids.filter(|id| place(id).ok() == Some(wanted)).collect()
}

/// Waits for a condition.
pub async fn wait_for(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
