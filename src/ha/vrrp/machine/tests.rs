use super::*;
use crate::lab::{InitialState, Preemption, RouterName, Track, Tracked, VrrpState, VrrpVersion};
use crate::plan::{Seat, SeatTrack, Speaker};
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// A master of priority 200 at 10.0.0.2, as most tests want one.
const PEER: &str = "10.0.0.2";

fn seat(name: &str, priority: u8) -> Seat {
    Seat {
        router: name.parse().unwrap(),
        router_id: 51,
        interface: "eth0".to_owned(),
        source: "10.0.0.1".parse().unwrap(),
        peers: Vec::new(),
        version: VrrpVersion::V2,
        advert_interval: Duration::from_secs(1),
        password: None,
        priority,
        state: InitialState::default(),
        preemption: Preemption::After(Duration::ZERO),
        vips: Vec::new(),
        tracks: Vec::new(),
    }
}

fn command(weight: i16) -> SeatTrack {
    let interval = Duration::from_secs(1);
    let subject = Tracked::Command { shell: "true".to_owned(), interval, rise: 1, fall: 1 };
    SeatTrack { track: Track { subject, weight }, interface: None }
}

/// A speaker with a clock that stands until it is moved.
struct Clock {
    routers: Routers,
    begun: Instant,
    now: Instant,
}

impl Clock {
    fn of(seats: Vec<Seat>, groups: &[&[&str]]) -> Self {
        let names = |group: &&[&str]| -> Vec<RouterName> {
            group.iter().map(|name| name.parse().unwrap()).collect()
        };
        let groups = groups.iter().map(names).collect();
        let begun = Instant::now();
        let routers = Routers::new(&Speaker { seats, groups, sync: None });
        Self { routers, begun, now: begun }
    }

    /// One seat, whose interface is up.
    fn with(seat: Seat) -> Self {
        let mut clock = Self::of(vec![seat], &[]);
        clock.routers.start(clock.now);
        clock.condition(0, 0, Condition::Up);
        clock
    }

    /// Two seats of a sync group, whose interfaces are up.
    fn group() -> Self {
        let seats = vec![seat("VI_1", 100), seat("VI_2", 100)];
        let mut clock = Self::of(seats, &[&["VI_1", "VI_2"]]);
        clock.condition(0, 0, Condition::Up);
        clock.condition(1, 0, Condition::Up);
        clock
    }

    /// Moves to so many milliseconds after the begin, doing on the way what is due.
    fn at(&mut self, milliseconds: u64) -> Vec<(usize, Action)> {
        let end = self.begun + Duration::from_millis(milliseconds);
        let mut done = Vec::new();
        while let Some(due) = self.routers.deadline().filter(|due| *due <= end) {
            self.now = due;
            done.extend(self.routers.tick(due));
        }
        self.now = end;
        done
    }

    fn condition(&mut self, seat: usize, subject: usize, to: Condition) -> Vec<(usize, Action)> {
        self.routers.handle(self.now, seat, Event::Tracked(subject, to))
    }

    fn hear(&mut self, source: &str, priority: u8) -> Vec<(usize, Action)> {
        self.hear_at(0, source, priority)
    }

    fn hear_at(&mut self, seat: usize, source: &str, priority: u8) -> Vec<(usize, Action)> {
        let source: IpAddr = source.parse().unwrap();
        let heard = Heard { source, priority, interval: Duration::from_secs(1) };
        self.routers.handle(self.now, seat, Event::Advert(heard))
    }

    fn state(&self) -> VrrpState {
        self.routers.state(0)
    }

    /// How long after the begin something is done next.
    fn due(&self) -> Duration {
        let mut later = self.routers.clone();
        loop {
            let due = later.deadline().unwrap();
            if !later.tick(due).is_empty() {
                return due - self.begun;
            }
        }
    }
}

/// What is done, without what is said.
fn deeds(done: Vec<(usize, Action)>) -> Vec<Action> {
    let deed = |(_, action)| match action {
        Action::Say(_) => None,
        other => Some(other),
    };
    done.into_iter().filter_map(deed).collect()
}

fn advert(priority: u8) -> Action {
    Action::Advertise { priority }
}

#[test]
fn it_begins_when_it_knows_all_that_it_watches() {
    let mut clock = Clock::of(vec![Seat { tracks: vec![command(-10)], ..seat("VI_1", 100) }], &[]);
    assert_eq!(clock.routers.start(clock.now), []);
    clock.condition(0, 0, Condition::Up);
    assert_eq!((clock.state(), clock.routers.deadline()), (VrrpState::Init, None));
    clock.condition(0, 1, Condition::Down);
    assert_eq!(clock.state(), VrrpState::Backup);
}

#[test]
fn a_backup_waits_three_adverts_and_skew() {
    let mut clock = Clock::with(seat("VI_1", 100));
    assert_eq!(clock.state(), VrrpState::Backup);
    // (256 - 100) / 256 s
    assert_eq!(clock.due(), Duration::from_nanos(3_609_375_000));
    assert_eq!(clock.at(3_609), []);
    let master = [advert(100), Action::Hold, Action::Announce, Action::Enter(VrrpState::Master)];
    assert_eq!(deeds(clock.at(3_610)), master);
}

#[test]
fn skew_is_a_part_of_the_masters_interval_in_version_3() {
    let interval = Duration::from_millis(10);
    let mut clock = Clock::with(Seat {
        version: VrrpVersion::V3,
        advert_interval: interval,
        ..seat("VI_1", 100)
    });
    assert_eq!(clock.due(), Duration::from_nanos(36_093_750));
    let interval = Duration::from_millis(100);
    let heard = Heard { source: PEER.parse().unwrap(), priority: 200, interval };
    clock.routers.handle(clock.now, 0, Event::Advert(heard));
    assert_eq!(clock.due(), Duration::from_nanos(360_937_500));
}

#[test]
fn the_interval_of_a_master_is_forgotten_in_a_fault() {
    let mut clock = Clock::with(Seat { version: VrrpVersion::V3, ..seat("VI_1", 100) });
    let due = clock.due();
    let interval = Duration::from_secs(40);
    let heard = Heard { source: PEER.parse().unwrap(), priority: 200, interval };
    clock.routers.handle(clock.now, 0, Event::Advert(heard));
    assert!(clock.due() > 3 * interval);
    clock.condition(0, 0, Condition::Down);
    clock.condition(0, 0, Condition::Up);
    assert_eq!(clock.due(), due);
}

#[test]
fn an_owner_is_master_at_once() {
    let clock = Clock::with(seat("VI_1", 255));
    assert_eq!(clock.state(), VrrpState::Master);
}

#[test]
fn adverts_of_a_master_keep_a_backup_waiting() {
    let mut clock = Clock::with(seat("VI_1", 100));
    for second in 1..20 {
        assert_eq!(deeds(clock.at(second * 1_000)), []);
        assert_eq!(clock.hear(PEER, 200), []);
    }
    assert_eq!(clock.due(), Duration::from_nanos(19_000_000_000 + 3_609_375_000));
}

/// Wakes so late, having slept.
fn wakes(clock: &mut Clock, milliseconds: u64) -> Vec<Action> {
    clock.now = clock.begun + Duration::from_millis(milliseconds);
    deeds(clock.routers.tick(clock.now))
}

#[test]
fn a_backup_that_stood_still_gives_the_master_time_once() {
    for woken in [2_100, 3_500, 9_000] {
        let mut clock = Clock::with(seat("VI_1", 100));
        assert_eq!(wakes(&mut clock, woken), []);
        // An interval and (256 - 100) / 256 s, but not less than without.
        let due = Duration::from_nanos(woken * 1_000_000 + 1_609_375_000);
        assert_eq!(clock.due(), due.max(Duration::from_nanos(3_609_375_000)), "{woken}");
        assert_eq!(wakes(&mut clock, woken + 9_000)[0], advert(100));
    }
}

#[test]
fn a_little_late_is_no_standstill() {
    let mut clock = Clock::with(seat("VI_1", 100));
    assert_eq!(wakes(&mut clock, 1_900), []);
    assert_eq!(clock.due(), Duration::from_nanos(3_609_375_000));
    assert_eq!(wakes(&mut clock, 3_900)[0], advert(100));
}

#[test]
fn an_advert_after_a_standstill_makes_all_as_it_was() {
    let mut clock = Clock::with(seat("VI_1", 100));
    for second in [5, 10, 15] {
        assert_eq!(wakes(&mut clock, second * 1_000), []);
        clock.hear(PEER, 200);
        assert_eq!(clock.due(), Duration::from_nanos(second * 1_000_000_000 + 3_609_375_000));
    }
}

#[test]
fn after_a_resignation_nobody_is_waited_for() {
    let mut clock = Clock::with(seat("VI_1", 100));
    clock.hear(PEER, 0);
    assert_eq!(wakes(&mut clock, 5_000)[0], advert(100));
}

#[test]
fn a_resigning_master_is_followed_after_the_skew() {
    let mut clock = Clock::with(seat("VI_1", 100));
    clock.at(1_000);
    clock.hear(PEER, 0);
    assert_eq!(clock.due(), Duration::from_nanos(1_609_375_000));
}

#[test]
fn adverts_leave_at_exact_intervals_even_if_one_was_late() {
    let mut clock = Clock::with(seat("VI_1", 255));
    clock.at(1_000);
    let late = clock.begun + Duration::from_millis(2_300);
    assert_eq!(deeds(clock.routers.tick(late)), [advert(255)]);
    assert_eq!(clock.due(), Duration::from_secs(3));
    let much_too_late = clock.begun + Duration::from_millis(9_300);
    clock.routers.tick(much_too_late);
    assert_eq!(clock.routers.deadline(), Some(much_too_late + Duration::from_secs(1)));
}

#[test]
fn a_master_announces_its_vips_again_after_five_seconds() {
    let mut clock = Clock::with(seat("VI_1", 255));
    let announced = |done: Vec<(usize, Action)>| {
        done.iter().filter(|(_, action)| *action == Action::Announce).count()
    };
    assert_eq!(announced(clock.at(4_999)), 0);
    assert_eq!(announced(clock.at(5_000)), 1);
    assert_eq!(announced(clock.at(60_000)), 0);
}

#[test]
fn a_master_yields_to_a_higher_priority() {
    let mut clock = Clock::with(seat("VI_1", 100));
    clock.at(4_000);
    let yielded = [Action::Release, Action::Enter(VrrpState::Backup)];
    assert_eq!(deeds(clock.hear(PEER, 101)), yielded);
    assert_eq!(clock.due(), Duration::from_nanos(4_000_000_000 + 3_609_375_000));
}

#[test]
fn between_equals_the_higher_address_wins() {
    let mut clock = Clock::with(seat("VI_1", 100));
    clock.at(4_000);
    clock.hear("10.0.0.0", 100);
    assert_eq!(clock.state(), VrrpState::Master);
    clock.hear(PEER, 100);
    assert_eq!(clock.state(), VrrpState::Backup);
}

#[test]
fn a_master_contradicts_a_lower_one() {
    let mut clock = Clock::with(seat("VI_1", 100));
    clock.at(4_000);
    assert_eq!(deeds(clock.hear(PEER, 50)), [advert(100), Action::Announce]);
    assert_eq!(clock.due(), Duration::from_secs(5));
}

#[test]
fn a_master_answers_one_that_resigns() {
    let mut clock = Clock::with(seat("VI_1", 100));
    clock.at(4_000);
    assert_eq!(deeds(clock.hear(PEER, 0)), [advert(100)]);
}

#[test]
fn it_does_not_hear_itself() {
    let mut clock = Clock::with(seat("VI_1", 100));
    clock.at(4_000);
    assert_eq!(clock.hear("10.0.0.1", 100), []);
}

#[test]
fn it_preempts_a_lower_master() {
    let mut clock = Clock::with(seat("VI_1", 100));
    for second in 1..4 {
        clock.at(second * 1_000);
        clock.hear(PEER, 50);
    }
    clock.at(3_700);
    assert_eq!(clock.state(), VrrpState::Master);
}

#[test]
fn without_preemption_any_master_is_followed() {
    let mut clock = Clock::with(Seat { preemption: Preemption::Never, ..seat("VI_1", 100) });
    for second in 1..20 {
        clock.at(second * 1_000);
        clock.hear(PEER, 1);
    }
    assert_eq!(clock.state(), VrrpState::Backup);
    clock.at(23_000);
    assert_eq!(clock.state(), VrrpState::Master);
}

#[test]
fn preemption_waits_for_its_delay() {
    let delay = Preemption::After(Duration::from_secs(10));
    let mut clock = Clock::with(Seat { preemption: delay, ..seat("VI_1", 100) });
    let mut risen = None;
    for second in 1..20 {
        clock.at(second * 1_000);
        if clock.state() == VrrpState::Master {
            risen = risen.or(Some(second));
        }
        clock.hear(PEER, 50);
    }
    // First heard after 1 s; the last advert that counted was that of 10 s.
    assert_eq!(risen, Some(14));
}

#[test]
fn a_failed_master_resigns_and_returns_as_backup() {
    let mut clock = Clock::with(seat("VI_1", 100));
    clock.at(4_000);
    let failed = [advert(0), Action::Release, Action::Enter(VrrpState::Fault)];
    assert_eq!(deeds(clock.condition(0, 0, Condition::Down)), failed);
    assert_eq!(clock.routers.deadline(), None);
    assert_eq!(clock.hear(PEER, 1), []);
    let back = deeds(clock.condition(0, 0, Condition::Up));
    assert_eq!(back, [Action::Enter(VrrpState::Backup)]);
}

#[test]
fn a_failed_backup_says_nothing() {
    let mut clock = Clock::with(seat("VI_1", 100));
    let failed = deeds(clock.condition(0, 0, Condition::Down));
    assert_eq!(failed, [Action::Enter(VrrpState::Fault)]);
}

#[test]
fn it_may_begin_failed() {
    let mut clock = Clock::of(vec![seat("VI_1", 255)], &[]);
    clock.condition(0, 0, Condition::Down);
    assert_eq!(clock.state(), VrrpState::Fault);
    clock.condition(0, 0, Condition::Up);
    assert_eq!(clock.state(), VrrpState::Master);
}

#[test]
fn weights_change_the_priority() {
    let tracks = vec![command(-60), command(20)];
    let mut clock = Clock::with(Seat { tracks, ..seat("VI_1", 100) });
    clock.condition(0, 1, Condition::Up);
    clock.condition(0, 2, Condition::Up);
    assert_eq!(deeds(clock.at(3_600))[0], advert(120));
    clock.condition(0, 1, Condition::Down);
    assert_eq!(deeds(clock.at(5_000)), [advert(60)]);
    clock.condition(0, 2, Condition::Down);
    assert_eq!(deeds(clock.at(6_000)), [advert(40)]);
}

#[test]
fn a_priority_stays_between_1_and_254_and_an_owners_never_changes() {
    for (base, weight, becomes) in [(10, -60, 1), (250, 60, 254), (255, -60, 255)] {
        let mut clock = Clock::with(Seat { tracks: vec![command(weight)], ..seat("VI_1", base) });
        let condition = if weight < 0 { Condition::Down } else { Condition::Up };
        let mut done = clock.condition(0, 1, condition);
        done.extend(clock.at(5_000));
        assert_eq!(deeds(done)[usize::from(base != 255)..].first(), Some(&advert(becomes)));
    }
}

#[test]
fn one_that_stops_resigns() {
    let mut clock = Clock::with(seat("VI_1", 100));
    assert_eq!(deeds(clock.routers.clone().stop()), [Action::Enter(VrrpState::Init)]);
    clock.at(4_000);
    let last = [advert(0), Action::Release, Action::Enter(VrrpState::Init)];
    assert_eq!(deeds(clock.routers.stop()), last);
}

#[test]
fn a_group_rises_together_or_not_at_all() {
    let mut clock = Clock::group();
    for second in 1..10 {
        clock.at(second * 1_000);
        clock.hear_at(1, PEER, 200);
    }
    assert_eq!(clock.state(), VrrpState::Backup);
    clock.at(20_000);
    assert_eq!([clock.state(), clock.routers.state(1)], [VrrpState::Master; 2]);
}

#[test]
fn a_group_falls_together() {
    let mut clock = Clock::group();
    clock.at(4_000);
    clock.hear_at(1, PEER, 200);
    assert_eq!([clock.state(), clock.routers.state(1)], [VrrpState::Backup; 2]);
}

#[test]
fn a_group_fails_together_and_returns_together() {
    let mut clock = Clock::group();
    clock.at(4_000);
    let done = clock.condition(1, 0, Condition::Down);
    assert!(done.contains(&(0, advert(0))) && done.contains(&(1, advert(0))), "{done:?}");
    assert_eq!([clock.state(), clock.routers.state(1)], [VrrpState::Fault; 2]);
    clock.condition(0, 0, Condition::Down);
    clock.condition(1, 0, Condition::Up);
    assert_eq!([clock.state(), clock.routers.state(1)], [VrrpState::Fault; 2]);
    clock.condition(0, 0, Condition::Up);
    assert_eq!([clock.state(), clock.routers.state(1)], [VrrpState::Backup; 2]);
}

#[test]
fn who_is_in_no_group_goes_alone() {
    let mut clock = Clock::of(vec![seat("VI_1", 100), seat("VI_2", 100)], &[]);
    clock.condition(0, 0, Condition::Up);
    clock.condition(1, 0, Condition::Up);
    clock.at(4_000);
    clock.hear_at(1, PEER, 200);
    assert_eq!([clock.state(), clock.routers.state(1)], [VrrpState::Master, VrrpState::Backup]);
}

#[test]
fn what_is_said_can_be_read() {
    let mut clock = Clock::with(Seat { tracks: vec![command(-60)], ..seat("VI_1", 100) });
    let mut done = clock.condition(0, 1, Condition::Down);
    done.extend(clock.hear(PEER, 30));
    done.extend(clock.at(5_000));
    done.extend(clock.hear(PEER, 200));
    done.extend(clock.hear(PEER, 0));
    let said = |(_, action)| match action {
        Action::Say(remark) => Some(remark.to_string()),
        _ => None,
    };
    let text: Vec<_> = done.into_iter().filter_map(said).collect();
    insta::assert_snapshot!(text.join("\n"), @r"
    command `true` is down
    priority 40
    10.0.0.2 is master with lower priority 30
    no better master for 3.844s, becoming master
    advert of 10.0.0.2 with priority 200, becoming backup
    10.0.0.2 resigns
    ");
}
