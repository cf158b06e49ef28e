use super::*;
use crate::engine::Journal;
use crate::kernel::Fake;
use crate::lab::{Port, Source};
use crate::plan::{Behaviour, build};
use crate::state::StateDir;

const TEXT: &str = "
name: two
networks: { lan: 192.168.150.0/24 }
clients: { client: { addresses: { lan: 192.168.150.9 } } }
directors: { node01: { addresses: { lan: 192.168.150.1 } } }
real_servers:
  node02: { addresses: { lan: 192.168.150.2 } }
  node03: { addresses: { lan: 192.168.150.3 } }
virtual_services:
  web: { vip: 192.168.150.100, port: 80, forwarding: dr, real_servers: [node02, node03] }
  api: { vip: 192.168.150.101, port: 81, forwarding: dr, real_servers: [node02] }
";

/// A lab that is up in a fake kernel.
struct World {
    lab: Lab,
    kernel: Fake,
    journal: Journal,
    faults: Faults,
    _directory: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let source = Source { name: "two.yaml".to_owned(), text: TEXT.to_owned() };
        let lab = crate::topology::load(&source).unwrap().lab;
        let directory = tempfile::tempdir().unwrap();
        let state = StateDir::at(directory.path()).lab(&lab.name);
        state.create().unwrap();
        let mut kernel = Fake::new();
        for step in build(&lab).steps {
            kernel.apply(&step.op).await.unwrap();
        }
        let (journal, faults) = (Journal::open(&state).unwrap(), Faults::default());
        Self { lab, kernel, journal, faults, _directory: directory }
    }

    async fn disturb(&mut self, node: &str, kind: FaultKind) -> Result<Vec<Act>, FaultError> {
        let hands = Hands { kernel: &mut self.kernel, journal: &mut self.journal };
        self.faults.disturb(&self.lab, &fault(node, kind), hands).await
    }

    async fn heal(&mut self, healing: Healing) -> Vec<String> {
        let hands = Hands { kernel: &mut self.kernel, journal: &mut self.journal };
        let healed = self.faults.heal(&healing, hands).await.unwrap();
        healed.iter().map(Fault::to_string).collect()
    }

    /// Everything that there is.
    async fn state(&mut self) -> String {
        let mut state = String::new();
        for node in &self.lab.nodes {
            let mut observed = self.kernel.observe(&node.name, &[]).await.unwrap().unwrap();
            for service in &mut observed.services {
                service.destinations.sort_by_key(|destination| destination.entry.address);
            }
            let port = |port| self.kernel.behaviour(&node.name, port);
            state += &format!("{observed:?} {:?} {:?}\n", port(Port::tcp(80)), port(Port::tcp(81)));
        }
        let switch = self.kernel.observe(&NodeName::switch(), &[]).await.unwrap();
        state + &format!("{switch:?}")
    }

    async fn weights(&mut self) -> Vec<u32> {
        let director = "node01".parse().unwrap();
        let services = self.kernel.observe(&director, &[]).await.unwrap().unwrap().services;
        let all = services.iter().flat_map(|service| &service.destinations);
        all.map(|destination| destination.entry.weight).collect()
    }

    fn behaviour(&self, port: u16) -> Option<Behaviour> {
        self.kernel.behaviour(&"node02".parse().unwrap(), Port::tcp(port))
    }
}

fn fault(node: &str, kind: FaultKind) -> Fault {
    Fault { node: node.parse().unwrap(), kind }
}

fn node(name: &str) -> Healing {
    Healing::Node(name.parse().unwrap())
}

const QUIESCED: FaultKind = FaultKind::Weight { service: None, to: 0 };

#[tokio::test]
async fn whatever_was_broken_is_as_before_when_it_is_healed() {
    let mut world = World::new().await;
    let whole = world.state().await;
    let kinds = [
        FaultKind::Hang,
        FaultKind::Fail { status: 500 },
        QUIESCED,
        FaultKind::Remove { service: None },
        FaultKind::Cut { network: "lan".parse().unwrap() },
        FaultKind::Stop,
        FaultKind::Kill,
    ];
    for kind in &kinds {
        world.disturb("node02", kind.clone()).await.unwrap();
        assert_ne!(world.state().await, whole, "{}", kind.keyword());
        world.heal(Healing::All).await;
        assert_eq!(world.state().await, whole, "{}", kind.keyword());
    }
    for kind in &kinds {
        world.disturb("node02", kind.clone()).await.unwrap();
    }
    world.disturb("node01", FaultKind::Kill).await.unwrap();
    assert_eq!(world.heal(Healing::All).await.len(), kinds.len() + 1);
    assert_eq!(world.state().await, whole);
}

#[tokio::test]
async fn the_very_fault_cannot_come_twice() {
    let mut world = World::new().await;
    world.disturb("node02", FaultKind::Hang).await.unwrap();
    let again = world.disturb("node02", FaultKind::Hang).await.unwrap_err();
    assert_eq!(again.to_string(), "`hang node02` is in force already");
    world.disturb("node03", FaultKind::Hang).await.unwrap();
    assert_eq!(world.heal(node("node02")).await, ["hang node02"]);
    assert_eq!(world.heal(node("node02")).await, [""; 0]);
    world.disturb("node02", FaultKind::Hang).await.unwrap();
    let mut left: Vec<_> = world.faults.in_force().map(Fault::to_string).collect();
    left.sort();
    assert_eq!(left, ["hang node02", "hang node03"]);
}

#[tokio::test]
async fn what_changes_nothing_is_refused() {
    let mut world = World::new().await;
    let refused = world.disturb("client", FaultKind::Hang).await.unwrap_err();
    assert_eq!(refused.to_string(), "`hang client` changes nothing in this lab");
}

#[tokio::test]
async fn a_fault_that_fails_is_taken_back() {
    let mut world = World::new().await;
    let whole = world.state().await;
    let before = build(&world.lab).steps.len();
    world.kernel.fail_at(before + 2);
    let failed = world.disturb("node02", FaultKind::Hang).await.unwrap_err();
    let expected = "cannot make the backend on port 81 hang in node `node02`: fault: EIO \
                    (I/O error); what was done before was taken back";
    assert_eq!(failed.to_string(), expected);
    assert_eq!(world.behaviour(80), Some(Behaviour::Serves));
    assert_eq!(world.state().await, whole);
    assert_eq!(world.faults.in_force().count(), 0);
}

#[tokio::test]
async fn a_director_without_power_gets_changes_when_it_is_back() {
    let mut world = World::new().await;
    world.disturb("node01", FaultKind::Kill).await.unwrap();
    assert_eq!(world.weights().await, [0; 0]);
    world.disturb("node02", QUIESCED).await.unwrap();
    assert_eq!(world.weights().await, [0; 0]);
    world.heal(node("node01")).await;
    assert_eq!(world.weights().await.iter().sum::<u32>(), 1);
    world.disturb("node01", FaultKind::Kill).await.unwrap();
    world.heal(node("node02")).await;
    world.heal(node("node01")).await;
    assert_eq!(world.weights().await, [1, 1, 1]);
}

#[tokio::test]
async fn what_cannot_be_mended_does_not_stop_the_rest() {
    let mut world = World::new().await;
    world.disturb("node02", FaultKind::Stop).await.unwrap();
    world.kernel.fail_at(build(&world.lab).steps.len() + 1);
    let hands = Hands { kernel: &mut world.kernel, journal: &mut world.journal };
    let error = world.faults.heal(&Healing::All, hands).await.unwrap_err();
    let expected = "cannot start a backend on port 80 in node `node02`: fault: EIO (I/O \
                    error); everything else is healed";
    assert_eq!(error.to_string(), expected);
    assert_eq!((world.behaviour(80), world.behaviour(81)), (None, Some(Behaviour::Serves)));
}
