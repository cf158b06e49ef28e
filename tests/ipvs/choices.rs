//! What the kernel's schedulers choose, connection by connection, beside what the oracle says.
//!
//! Each case is drawn from its seed: a scheduler with its flags, weights, thresholds, sometimes
//! persistence, and one to three virtual services (a VIP each) of that kind; then connections from
//! several addresses and ports that are closed at once, held, and released in random order. With
//! `IPVS_CHOICES_SECONDS` it goes on for longer, and `IPVS_CHOICES_SEED` begins with another seed.

use crate::draw::Draw;
use crate::farm::{Client, Farm, SERVERS, VIPS};
use crate::sandbox::{add_destination, add_service, director};
use crate::trials;
use lvs_lab::kernel::Kernel;
use lvs_lab::lab::{
    Destination, ForwardingMethod, Persistence, Place, Protocol, Quorum, Scheduled, Scheduler,
    SchedulerFlag, Thresholds, Tunnel, VirtualService,
};
use lvs_lab::oracle::{Choice, Oracle};
use lvs_lab::plan::{DestinationEntry, Op, ServiceEntry, ServiceKey};
use std::fmt::Write;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

trials![the_kernel_chooses_as_the_oracle_says];

/// How many things happen in a case.
const STEPS: u64 = 60;

async fn the_kernel_chooses_as_the_oracle_says() {
    let (mut farm, begun) = (Farm::new().await, Instant::now());
    let (limit, mut seed) = (setting("IPVS_CHOICES_SECONDS", 60), setting("IPVS_CHOICES_SEED", 1));
    let (mut cases, mut doubtful) = (0, 0);
    while begun.elapsed() < Duration::from_secs(limit) {
        match Case::draw(seed, cases).play(&mut farm).await {
            Verdict::Same => {}
            Verdict::Unpredictable => doubtful += 1,
            Verdict::Different(story) => panic!("IPVS_CHOICES_SEED={seed}: {story}"),
        }
        (seed, cases) = (seed + 1, cases + 1);
    }
    assert!(cases > doubtful * 2, "of {cases} cases {doubtful} could not be predicted");
    println!("{cases} cases, {doubtful} of them up to what nobody can predict");
}

fn setting(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().expect("it is a number"))
}

enum Verdict {
    Same,
    Unpredictable,
    Different(String),
}

/// A kind of virtual service, and what is done with it.
struct Case {
    draw: Draw,
    services: Vec<VirtualService>,
}

impl Case {
    fn draw(seed: u64, number: u16) -> Self {
        let mut draw = Draw::new(seed);
        let service = service(&mut draw, number);
        let vips = 1 + draw.below(VIPS.len() as u64) as usize;
        let at = |vip: &&str| VirtualService { vip: vip.parse().unwrap(), ..service.clone() };
        Self { services: VIPS[..vips].iter().map(at).collect(), draw }
    }

    async fn play(mut self, farm: &mut Farm) -> Verdict {
        farm.listen(self.services[0].port);
        for service in &self.services {
            farm.lab.apply(&table(service)).await;
        }
        let oracles: Result<Vec<_>, _> = self.services.iter().map(Oracle::new).collect();
        let played = Play { begun: Instant::now(), oracles: oracles.unwrap(), open: Vec::new() };
        let verdict = played.play(&mut self, farm).await;
        for service in &self.services {
            farm.lab.kernel.undo(&table(service)[0]).await.unwrap();
        }
        verdict
    }

    fn told(&self, log: &str) -> String {
        let VirtualService { scheduler, flags, persistence, destinations, .. } = &self.services[0];
        let server = |d: &Destination| {
            format!(
                "{} weight {} x {} y {}",
                d.real_server, d.weight, d.thresholds.upper, d.thresholds.lower
            )
        };
        let servers: Vec<_> = destinations.iter().map(server).collect();
        format!("{scheduler} {flags:?} {persistence:?}\n{}\n{log}", servers.join("\n"))
    }
}

/// A case while it is played.
struct Play {
    begun: Instant,
    oracles: Vec<Oracle>,
    open: Vec<(usize, SocketAddr, Client)>,
}

impl Play {
    async fn play(mut self, case: &mut Case, farm: &Farm) -> Verdict {
        let mut log = String::new();
        for _ in 0..STEPS {
            if !self.open.is_empty() && case.draw.below(4) == 0 {
                self.release(&mut case.draw, &mut log).await;
                continue;
            }
            match self.connect(case, farm, &mut log).await {
                None => return Verdict::Unpredictable,
                Some(true) => {}
                Some(false) => return Verdict::Different(case.told(&log)),
            }
        }
        Verdict::Same
    }

    /// Opens a connection, and closes it at once or holds it: whether both chose the same, or none
    /// where nobody can know.
    async fn connect(&mut self, case: &mut Case, farm: &Farm, log: &mut String) -> Option<bool> {
        let draw = &mut case.draw;
        let which = draw.below(case.services.len() as u64) as usize;
        let service = &case.services[which];
        let from = loop {
            let from = farm.source(draw);
            if self.open.iter().all(|(_, open, _)| *open != from) {
                break from;
            }
        };
        let seen = farm.connect(from, SocketAddr::new(service.vip, service.port)).await;
        let oracle = &mut self.oracles[which];
        oracle.advance(self.begun.elapsed());
        let expected = oracle.connect(from).ok()?;
        let observed = seen.as_ref().map_or(Choice::Refused, |c| Choice::Destination(c.server));
        let _ =
            writeln!(log, "{} from {from}: kernel {observed:?}, oracle {expected:?}", service.vip);
        if let Some(client) = seen {
            if draw.below(2) == 0 {
                self.open.push((which, from, client));
            } else {
                client.close().await;
                oracle.close(from);
            }
        }
        Some(observed == expected)
    }

    async fn release(&mut self, draw: &mut Draw, log: &mut String) {
        let at = draw.below(self.open.len() as u64) as usize;
        let (which, from, client) = self.open.swap_remove(at);
        client.close().await;
        self.oracles[which].advance(self.begun.elapsed());
        self.oracles[which].close(from);
        let _ = writeln!(log, "{from} closed");
    }
}

fn service(draw: &mut Draw, number: u16) -> VirtualService {
    let schedulers: Vec<_> = Scheduler::ALL.iter().filter(|s| **s != Scheduler::Twos).collect();
    let scheduler = **draw.one_of(&schedulers);
    let hashes = matches!(scheduler, Scheduler::Sh | Scheduler::Mh);
    let mut flags = vec![SchedulerFlag::Fallback, SchedulerFlag::Port];
    flags.retain(|_| hashes && draw.below(2) == 0);
    let sticky = draw.below(6) == 0;
    let prefix_length = *draw.one_of(&[32, 24, 29]);
    let persistence =
        sticky.then_some(Persistence { timeout: Duration::from_secs(300), prefix_length });
    let (limited, greatest) = (draw.below(4) == 0, *draw.one_of(&[1, 3, 20]));
    let servers = 1 + draw.below(SERVERS as u64) as usize;
    // What was deleted with connections lives on, and would be found again by its port.
    let port = 1000 + number;
    let mut server = |n| Destination { port, ..destination(n, greatest, limited, draw) };
    let destinations = (0..servers).map(&mut server).collect();
    VirtualService {
        name: "web".parse().unwrap(),
        directors: vec![director()],
        vip: VIPS[0].parse().unwrap(),
        port,
        marked: None,
        protocol: Protocol::Tcp,
        scheduled: Scheduled::Connections,
        scheduler,
        flags,
        forwarding: ForwardingMethod::Dr,
        tunnel: Tunnel::Ipip,
        persistence,
        destinations,
        health_check: None,
        quorum: Quorum::default(),
        sorry_server: None,
        at: Place::root(),
    }
}

fn destination(number: usize, greatest: u64, limited: bool, draw: &mut Draw) -> Destination {
    let upper = if limited { draw.below(12) as u32 } else { 0 };
    let lower = if upper > 0 { draw.below(upper.into()) as u32 } else { 0 };
    Destination {
        real_server: format!("rs{}", number + 1).parse().unwrap(),
        address: Farm::rip(number),
        port: 0,
        weight: draw.below(greatest + 1) as u32,
        forwarding: ForwardingMethod::Dr,
        tunnel: Tunnel::Ipip,
        thresholds: Thresholds { upper, lower },
        at: Place::root(),
    }
}

/// What makes a virtual service; undoing the first removes it.
fn table(service: &VirtualService) -> Vec<Op> {
    let key = ServiceKey::from(service);
    let entry = ServiceEntry::from(service);
    let destination = |d: &Destination| {
        let address = SocketAddr::new(d.address, d.port);
        let (weight, thresholds) = (d.weight, d.thresholds);
        add_destination(
            key,
            DestinationEntry { weight, thresholds, ..DestinationEntry::new(address, d.forwarding) },
        )
    };
    std::iter::once(add_service(entry))
        .chain(service.destinations.iter().map(destination))
        .collect()
}
