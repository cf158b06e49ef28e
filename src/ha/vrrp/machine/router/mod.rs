mod hear;

use super::action::{Action, Remark};
use super::timing::{SECOND_ANNOUNCEMENT, extra_time, first_look, has_stood_still, master_down};
use super::watched::{Condition, Subject, Watched, effective_priority};
use crate::lab::{Preemption, VrrpState, VrrpVersion};
use crate::plan::Seat;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// What an advert says to the state machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Whose it is.
    pub source: IpAddr,
    /// Its priority.
    pub priority: u8,
    /// The time between its adverts.
    pub interval: Duration,
}

/// Where a virtual router is in RFC 5798 section 6.4.
#[derive(Clone, Debug)]
enum State {
    Init,
    Backup {
        /// When the master counts as down.
        down_at: Instant,
        /// Since when nobody was heard.
        silent_since: Instant,
        /// When it looks at the clock in between, to find out whether it stood still.
        look_at: Instant,
        /// Whether the master may have stood still as well, and has not had its extra time yet.
        lenient: bool,
        /// Whether the master counts as down already, and only the sync group is waited for.
        wants: bool,
    },
    Master {
        advert_at: Instant,
        announce_at: Option<Instant>,
    },
    Fault,
}

/// What a virtual router would have happen to itself and all of its sync group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    Stay,
    Master,
    Backup,
    Fault,
    /// Out of a fault, or to begin.
    Join,
}

/// A director's part in a virtual router, without its sync group.
#[derive(Clone, Debug)]
pub(super) struct Router {
    version: VrrpVersion,
    source: IpAddr,
    base_priority: u8,
    interval: Duration,
    preemption: Preemption,
    watched: Vec<Watched>,
    state: State,
    /// The time between the master's adverts, as it last said; where none is heard, between ours.
    master_interval: Duration,
    /// When a master of lower priority may be preempted, once there is one.
    preempt_at: Option<Instant>,
}

impl Router {
    pub(super) fn new(seat: &Seat) -> Self {
        Self {
            version: seat.version,
            source: seat.source,
            base_priority: seat.priority,
            interval: seat.advert_interval,
            preemption: seat.preemption,
            watched: Watched::all(seat),
            state: State::Init,
            master_interval: seat.advert_interval,
            preempt_at: None,
        }
    }

    pub(super) fn state(&self) -> VrrpState {
        match self.state {
            State::Init => VrrpState::Init,
            State::Backup { .. } => VrrpState::Backup,
            State::Master { .. } => VrrpState::Master,
            State::Fault => VrrpState::Fault,
        }
    }

    pub(super) fn priority(&self) -> u8 {
        effective_priority(self.base_priority, &self.watched)
    }

    pub(super) fn is_owner(&self) -> bool {
        self.base_priority == u8::MAX
    }

    pub(super) fn subjects(&self) -> impl Iterator<Item = &Subject> {
        self.watched.iter().map(|watched| &watched.subject)
    }

    /// Whether everything that is watched was looked at.
    pub(super) fn knows_all(&self) -> bool {
        self.watched.iter().all(|watched| watched.condition.is_some())
    }

    pub(super) fn has_failed(&self) -> bool {
        self.watched.iter().any(Watched::is_fatal)
    }

    /// Whether it is master, or would be.
    pub(super) fn wants_master(&self) -> bool {
        matches!(self.state, State::Master { .. } | State::Backup { wants: true, .. })
    }

    /// When [`Self::tick`] has something to do.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Init | State::Fault => None,
            State::Backup { down_at, look_at, .. } => Some(down_at.min(look_at)),
            State::Master { advert_at, announce_at } => {
                Some(announce_at.map_or(advert_at, |at| at.min(advert_at)))
            }
        }
    }

    pub(super) fn tick(&mut self, now: Instant, act: &mut Vec<Action>) -> Wish {
        self.look(now, act);
        let priority = self.priority();
        match &mut self.state {
            State::Backup { down_at, wants, .. } if now >= *down_at => {
                *wants = true;
                *down_at = now + master_down(self.version, priority, self.master_interval);
                Wish::Master
            }
            State::Master { advert_at, announce_at } => {
                if now >= *advert_at {
                    act.push(Action::Advertise { priority });
                    // Not from now on: every delay would add up. But what was missed is missed.
                    let next = *advert_at + self.interval;
                    *advert_at = if next > now { next } else { now + self.interval };
                }
                if announce_at.take_if(|at| now >= *at).is_some() {
                    act.push(Action::Announce);
                }
                Wish::Stay
            }
            _ => Wish::Stay,
        }
    }

    /// A backup that wakes much too late has stood still. Where that was the whole machine, and
    /// the master is a part of it, the master could say nothing either: it has some time more,
    /// once.
    fn look(&mut self, now: Instant, act: &mut Vec<Action>) {
        let (interval, due) = (self.master_interval, self.deadline());
        let extra = extra_time(self.version, self.priority(), interval);
        let State::Backup { down_at, look_at, lenient, .. } = &mut self.state else { return };
        let late = due.map_or(Duration::ZERO, |due| now.saturating_duration_since(due));
        if *lenient && has_stood_still(late, interval) {
            (*lenient, *down_at) = (false, (now + extra).max(*down_at));
            act.push(Action::Say(Remark::StoodStill { late, extra }));
        }
        if now >= *look_at {
            *look_at = now + first_look(interval);
        }
    }

    fn wait(&mut self, now: Instant, time: Duration) {
        self.state = State::Backup {
            down_at: now + time,
            silent_since: now,
            look_at: now + first_look(self.master_interval),
            lenient: true,
            wants: false,
        };
    }

    /// Waits for no master: there is none.
    fn wait_for_nobody(&mut self, now: Instant, time: Duration) {
        self.wait(now, time);
        if let State::Backup { lenient, .. } = &mut self.state {
            *lenient = false;
        }
    }

    fn advertise(&mut self, now: Instant, act: &mut Vec<Action>) {
        act.push(Action::Advertise { priority: self.priority() });
        if let State::Master { advert_at, .. } = &mut self.state {
            *advert_at = now + self.interval;
        }
    }

    pub(super) fn track(
        &mut self,
        track: usize,
        condition: Condition,
        act: &mut Vec<Action>,
    ) -> Wish {
        let before = self.priority();
        let Some(watched) = self.watched.get_mut(track) else { return Wish::Stay };
        if watched.condition.replace(condition) == Some(condition) {
            return Wish::Stay;
        }
        let subject = watched.subject.to_string();
        act.push(Action::Say(Remark::Tracked { subject, condition }));
        if self.priority() != before {
            act.push(Action::Say(Remark::Priority(self.priority())));
        }
        match (&self.state, self.has_failed()) {
            (State::Init, _) | (State::Fault, false) => Wish::Join,
            (State::Fault, true) | (_, false) => Wish::Stay,
            (_, true) => Wish::Fault,
        }
    }

    /// For how long nobody was heard.
    pub(super) fn silence(&self, now: Instant) -> Duration {
        match self.state {
            State::Backup { silent_since, .. } => now.saturating_duration_since(silent_since),
            _ => Duration::ZERO,
        }
    }

    /// Becomes master; whoever waits for that is told first of all.
    pub(super) fn enter_master(&mut self, now: Instant, why: Remark, act: &mut Vec<Action>) {
        self.master_interval = self.interval;
        self.state = State::Master {
            advert_at: now + self.interval,
            announce_at: Some(now + SECOND_ANNOUNCEMENT),
        };
        act.push(Action::Advertise { priority: self.priority() });
        act.extend([Action::Hold, Action::Announce, Action::Say(why)]);
        act.push(Action::Enter(VrrpState::Master));
    }

    pub(super) fn enter_backup(&mut self, now: Instant, act: &mut Vec<Action>) {
        if self.state() == VrrpState::Master {
            act.push(Action::Release);
        }
        self.preempt_at = None;
        self.wait(now, master_down(self.version, self.priority(), self.master_interval));
        act.push(Action::Enter(VrrpState::Backup));
    }

    pub(super) fn enter_fault(&mut self, act: &mut Vec<Action>) {
        self.resign(State::Fault, act);
    }

    pub(super) fn stop(&mut self, act: &mut Vec<Action>) {
        self.resign(State::Init, act);
    }

    fn resign(&mut self, to: State, act: &mut Vec<Action>) {
        if self.state() == VrrpState::Master {
            act.extend([Action::Advertise { priority: 0 }, Action::Release]);
        }
        self.state = to;
        self.master_interval = self.interval;
        act.push(Action::Enter(self.state()));
    }
}
