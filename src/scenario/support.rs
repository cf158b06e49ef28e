//! Samples, scenes and labs made by hand.

use super::scene::{Broken, LoadSeen, Scene};
use super::{DirectorLook, Look, Seen, Sight};
use crate::lab::{
    Connection, Endpoint, Fault, FaultKind, Interface, Lab, Load, Node, Place, Role, Scheduler,
    Target, VirtualService, sample_service,
};
use crate::traffic::{Answer, Failure, Sample};
use std::net::SocketAddr;
use std::time::Duration;

/// `sample` for each word: who answered, or `refused` or `timeout`.
pub(crate) fn samples(words: &str) -> Vec<Sample> {
    let outcome = |word| match word {
        "refused" => Err(Failure::Refused),
        "timeout" => Err(Failure::AnswerTimedOut),
        name => Ok(name),
    };
    words.split_whitespace().enumerate().map(|(i, word)| sample(i, outcome(word))).collect()
}

/// A request on a connection of its own from 10.0.0.1, which took one millisecond more than its
/// index. The answer is `?` or `name`, `name:status` or `name:nopeer`, and `>php+db` after it is
/// what it came through.
pub(crate) fn sample(index: usize, outcome: Result<&str, Failure>) -> Sample {
    let outcome = outcome.map(|text| answer(text, index));
    let latency = Duration::from_millis(index as u64 + 1);
    let (started, waited) = (Duration::ZERO, Duration::ZERO);
    Sample { index, connection: index, started, waited, latency, outcome }
}

fn answer(text: &str, connection: usize) -> Answer {
    let (text, via) = text.split_once('>').map_or((text, None), |(text, via)| (text, Some(via)));
    let (name, extra) = text.split_once(':').unwrap_or((text, ""));
    let local = SocketAddr::from(([10, 0, 0, 1], 40_000 + connection as u16));
    Answer {
        backend: (name != "?").then(|| name.to_owned()),
        status: extra.parse().unwrap_or(200),
        peer: (extra != "nopeer").then_some(local),
        via: via.map(|names| names.split('+').map(str::to_owned).collect()),
        local,
    }
}

/// A lab with `client` at 10.0.0.1, and no more.
pub(crate) fn lab() -> Lab {
    let interface = Interface {
        name: "eth0".to_owned(),
        network: "lan".parse().unwrap(),
        address: "10.0.0.1/24".parse().unwrap(),
        at: Place::root(),
    };
    let client = Node {
        name: "client".parse().unwrap(),
        role: Role::Client,
        interfaces: vec![interface],
        gateway: Default::default(),
        routes: Vec::new(),
        sysctls: Vec::new(),
        loopback_vips: false,
        commands: Vec::new(),
        serving: Default::default(),
        at: Place::root(),
    };
    Lab {
        name: "test".parse().unwrap(),
        summary: None,
        networks: Vec::new(),
        nodes: vec![client],
        services: Vec::new(),
        high_availability: None,
        ipvs: None,
        scenarios: Vec::new(),
    }
}

/// `web` at 10.0.0.100:80 with rs1, rs2... of weight 1.
pub(crate) fn service(scheduler: Scheduler, servers: usize) -> VirtualService {
    sample_service(scheduler, "rs", &vec![1; servers])
}

/// `web` on the directors node01 and node04, with the real servers rs1 and rs2.
pub(crate) fn farm(scheduler: Scheduler) -> Lab {
    let mut service = service(scheduler, 2);
    service.directors = vec!["node01".parse().unwrap(), "node04".parse().unwrap()];
    let mut lab = lab();
    let node = |name: &str, role| {
        let name = name.parse().unwrap();
        Node { name, role, interfaces: Vec::new(), ..lab.nodes[0].clone() }
    };
    let servers = ["rs1", "rs2"].map(|name| node(name, Role::RealServer));
    let directors = ["node01", "node04"].map(|name| node(name, Role::Director));
    lab.nodes.extend(directors.into_iter().chain(servers));
    Lab { services: vec![service], ..lab }
}

pub(crate) fn secs(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// A director that holds nothing.
pub(crate) fn director(name: &str) -> DirectorLook {
    let name = name.parse().unwrap();
    DirectorLook { name, vips: Vec::new(), states: Vec::new(), table: Vec::new() }
}

/// A scenario in which nothing has happened yet.
pub(crate) fn scene() -> Scene {
    let load = Err("no load was begun before".to_owned());
    Scene { look: Ok(Look::default()), sights: Vec::new(), broken: Vec::new(), load }
}

/// `kill node01`, as in a title.
pub(crate) fn fault(words: &str) -> Fault {
    let (kind, node) = words.split_once(' ').unwrap();
    let kind = match kind {
        "kill" => FaultKind::Kill,
        "kill-daemons" => FaultKind::KillDaemons,
        "stop" => FaultKind::Stop,
        "remove" => FaultKind::Remove { service: None },
        "quiesce" => FaultKind::Weight { service: None, to: 0 },
        "prefer" => FaultKind::Weight { service: None, to: 3 },
        other => panic!("no fault is called {other}"),
    };
    Fault { node: node.parse().unwrap(), kind }
}

pub(crate) fn load() -> Load {
    Load {
        from: "client".parse().unwrap(),
        target: Target::Service("web".parse().unwrap()),
        path: "/".to_owned(),
        rate: 1,
        concurrency: 1,
        connection: Connection::New,
        timeout: secs(1),
    }
}

/// `1:rs1 2:refused`: a request at each second, and what became of it at once.
pub(crate) fn timed(words: &str) -> Vec<Sample> {
    let one = |(index, word): (usize, &str)| {
        let (at, outcome) = word.split_once(':').unwrap();
        let mut sample = samples(outcome).remove(0);
        sample.started = secs(at.parse().unwrap());
        sample.latency = Duration::ZERO;
        Sample { index, connection: index, ..sample }
    };
    words.split_whitespace().enumerate().map(one).collect()
}

impl Scene {
    /// With a load to `web` from 0 on.
    pub(crate) fn loaded(self, words: &str, until: u64) -> Self {
        let (load, target) = (load(), Endpoint::tcp(([10, 0, 0, 100], 80).into()));
        let (begun, samples) = (Duration::ZERO, timed(words));
        let until = secs(until);
        let seen = LoadSeen { load, target, begun, until, running: false, samples };
        Self { load: Ok(seen), ..self }
    }

    /// As it is while the load, whose timeout is 1 s, still runs.
    pub(crate) fn running_at(mut self, now: u64) -> Self {
        if let Ok(load) = &mut self.load {
            (load.until, load.running) = (secs(now), true);
        }
        self
    }

    pub(crate) fn broke(mut self, at: u64, words: &str) -> Self {
        let (at, fault) = (secs(at), fault(words));
        self.broken.push(Broken { at, done: at, fault, in_force: true });
        self
    }

    pub(crate) fn saw(mut self, at: u64, director: &str, seen: Seen) -> Self {
        self.sights.push(Sight { at: secs(at), director: director.parse().unwrap(), seen });
        self
    }
}
