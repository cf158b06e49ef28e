//! Directors on a simulated network: whatever is cut, killed and delayed, when messages flow again
//! there is one master, and never two for longer than an advert interval.

use super::*;
use crate::lab::{InitialState, Preemption, VrrpState, VrrpVersion};
use crate::plan::{Seat, Speaker};
use proptest::collection::vec;
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

const INTERVAL: Duration = Duration::from_secs(1);

/// How long a message takes at most.
const LONGEST_DELAY: Duration = Duration::from_millis(50);

/// How finely the time goes.
const STEP: Duration = Duration::from_millis(10);

/// A director, or nothing while it is dead.
struct Director {
    speaker: Speaker,
    routers: Option<Routers>,
    is_cut_off: bool,
}

/// An advert on its way.
struct Message {
    arrives: Instant,
    to: usize,
    heard: Heard,
}

struct Network {
    now: Instant,
    directors: Vec<Director>,
    messages: Vec<Message>,
    /// For how long there are two masters already that hear each other.
    split: Duration,
    /// Delays that look random (an LCG with the constants of Numerical Recipes).
    fraction: u32,
}

fn source(director: usize) -> IpAddr {
    Ipv4Addr::new(10, 0, 0, 1 + director as u8).into()
}

fn speaker(director: usize, priority: u8, preemption: Preemption) -> Speaker {
    let seat = Seat {
        router: "VI_1".parse().unwrap(),
        router_id: 51,
        interface: "eth0".to_owned(),
        source: source(director),
        peers: Vec::new(),
        version: VrrpVersion::V3,
        advert_interval: INTERVAL,
        password: None,
        priority,
        state: InitialState::default(),
        preemption,
        vips: Vec::new(),
        tracks: Vec::new(),
    };
    Speaker { seats: vec![seat], groups: Vec::new(), sync: None }
}

impl Network {
    fn of(priorities: &[u8], preemption: Preemption) -> Self {
        let director = |(n, priority): (usize, &u8)| Director {
            speaker: speaker(n, *priority, preemption),
            routers: None,
            is_cut_off: false,
        };
        let directors = priorities.iter().enumerate().map(director).collect();
        let messages = Vec::new();
        let mut network =
            Self { now: Instant::now(), directors, messages, split: Duration::ZERO, fraction: 1 };
        for n in 0..priorities.len() {
            network.revive(n);
        }
        network
    }

    fn revive(&mut self, n: usize) {
        if self.directors[n].routers.is_none() {
            let mut routers = Routers::new(&self.directors[n].speaker);
            let done = routers.handle(self.now, 0, Event::Tracked(0, Condition::Up));
            self.directors[n].routers = Some(routers);
            self.send(n, done);
        }
    }

    fn stop(&mut self, n: usize) {
        if let Some(mut routers) = self.directors[n].routers.take() {
            let done = routers.stop();
            self.send(n, done);
        }
    }

    fn send(&mut self, n: usize, done: Vec<(usize, Action)>) {
        for (_, action) in done {
            let Action::Advertise { priority } = action else { continue };
            let heard = Heard { source: source(n), priority, interval: INTERVAL };
            for to in (0..self.directors.len()).filter(|to| *to != n) {
                if !self.directors[n].is_cut_off && !self.directors[to].is_cut_off {
                    let arrives = self.now + self.delay();
                    self.messages.push(Message { arrives, to, heard });
                }
            }
        }
    }

    fn delay(&mut self) -> Duration {
        self.fraction = self.fraction.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        LONGEST_DELAY.mul_f64(f64::from(self.fraction) / f64::from(u32::MAX))
    }

    fn step(&mut self) {
        self.now += STEP;
        let (due, later) =
            std::mem::take(&mut self.messages).into_iter().partition(|m| m.arrives <= self.now);
        self.messages = later;
        let due: Vec<Message> = due;
        for Message { to, heard, .. } in due {
            let Some(routers) = &mut self.directors[to].routers else { continue };
            let done = routers.handle(self.now, 0, Event::Advert(heard));
            self.send(to, done);
        }
        for n in 0..self.directors.len() {
            let Some(routers) = &mut self.directors[n].routers else { continue };
            let done = routers.tick(self.now);
            self.send(n, done);
        }
        self.split = if self.masters().len() > 1 { self.split + STEP } else { Duration::ZERO };
        assert!(self.split <= INTERVAL + LONGEST_DELAY + STEP, "{:?}", self.masters());
    }

    /// Who is master and hears the others.
    fn masters(&self) -> Vec<usize> {
        let is_master = |n: &usize| {
            let director = &self.directors[*n];
            let routers = director.routers.as_ref();
            !director.is_cut_off && routers.is_some_and(|r| r.state(0) == VrrpState::Master)
        };
        (0..self.directors.len()).filter(is_master).collect()
    }

    fn run(&mut self, time: Duration) {
        let end = self.now + time;
        while self.now < end {
            self.step();
        }
    }

    fn suffer(&mut self, what: &Fate) {
        match *what {
            Fate::Kill(n) => self.directors[n].routers = None,
            Fate::Stop(n) => self.stop(n),
            Fate::Revive(n) => self.revive(n),
            Fate::Cut(n) => self.directors[n].is_cut_off = true,
            Fate::Mend(n) => self.directors[n].is_cut_off = false,
        }
    }
}

/// What happens to a director.
#[derive(Clone, Debug)]
enum Fate {
    Kill(usize),
    Stop(usize),
    Revive(usize),
    Cut(usize),
    Mend(usize),
}

fn events() -> impl Strategy<Value = Vec<(Fate, u64)>> {
    let event = prop_oneof![
        (0..3usize).prop_map(Fate::Kill),
        (0..3usize).prop_map(Fate::Stop),
        (0..3usize).prop_map(Fate::Revive),
        (0..3usize).prop_map(Fate::Cut),
        (0..3usize).prop_map(Fate::Mend),
    ];
    vec((event, 0..6_000u64), 0..12)
}

fn preemption() -> impl Strategy<Value = Preemption> {
    prop_oneof![
        Just(Preemption::Never),
        Just(Preemption::After(Duration::ZERO)),
        Just(Preemption::After(Duration::from_secs(2))),
    ]
}

#[test]
fn the_highest_of_three_rises() {
    let mut network = Network::of(&[50, 150, 100], Preemption::After(Duration::ZERO));
    network.run(Duration::from_secs(10));
    assert_eq!(network.masters(), [1]);
}

#[test]
fn the_next_takes_over_and_gives_back() {
    let mut network = Network::of(&[150, 100, 50], Preemption::After(Duration::ZERO));
    network.run(Duration::from_secs(10));
    network.suffer(&Fate::Kill(0));
    network.run(Duration::from_secs(4));
    assert_eq!(network.masters(), [1]);
    network.suffer(&Fate::Revive(0));
    network.run(Duration::from_secs(5));
    assert_eq!(network.masters(), [0]);
}

proptest! {
    #[test]
    fn there_is_one_master_in_the_end_and_never_two_for_long(
        priorities in vec(1..=254u8, 3),
        preemption in preemption(),
        events in events(),
    ) {
        let mut network = Network::of(&priorities, preemption);
        for (event, pause) in events {
            network.suffer(&event);
            network.run(Duration::from_millis(pause));
        }
        for n in 0..3 {
            network.suffer(&Fate::Mend(n));
            network.suffer(&Fate::Revive(n));
        }
        network.run(Duration::from_secs(20));
        prop_assert_eq!(network.masters().len(), 1);
    }
}
