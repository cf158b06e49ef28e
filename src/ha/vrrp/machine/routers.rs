use super::action::{Action, Remark};
use super::groups::Groups;
use super::router::{Heard, Router, Wish};
use super::watched::{Condition, Subject};
use crate::lab::VrrpState;
use crate::plan::Speaker;
use std::time::Instant;

/// Something that happened to a virtual router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// An advert came that was not to be discarded.
    Advert(Heard),
    /// What is known of something watched, by its place in [`Routers::subjects`].
    Tracked(usize, Condition),
}

/// The virtual routers of a director, by their places in the speaker's list of seats.
#[derive(Clone, Debug)]
pub struct Routers {
    routers: Vec<Router>,
    groups: Groups,
    todo: Vec<(usize, Action)>,
}

impl Routers {
    /// None has begun.
    pub fn new(speaker: &Speaker) -> Self {
        let routers = speaker.seats.iter().map(Router::new).collect();
        Self { routers, groups: Groups::of(speaker), todo: Vec::new() }
    }

    /// The state of one.
    #[cfg(test)]
    pub fn state(&self, seat: usize) -> VrrpState {
        self.routers[seat].state()
    }

    /// What a seat watches; [`Event::Tracked`] tells of it by its place in this list.
    pub fn subjects(&self, seat: usize) -> impl Iterator<Item = &Subject> {
        self.routers[seat].subjects()
    }

    /// When [`Self::tick`] must be called.
    pub fn deadline(&self) -> Option<Instant> {
        self.routers.iter().filter_map(Router::deadline).min()
    }

    /// Begins with those that watch nothing; the others begin when they know all they watch.
    pub fn start(&mut self, now: Instant) -> Vec<(usize, Action)> {
        for members in self.groups.all().to_vec() {
            self.join(now, &members);
        }
        std::mem::take(&mut self.todo)
    }

    /// Does what is due.
    pub fn tick(&mut self, now: Instant) -> Vec<(usize, Action)> {
        for seat in 0..self.routers.len() {
            self.ask(now, seat, |router, act| router.tick(now, act));
        }
        std::mem::take(&mut self.todo)
    }

    /// Takes notice of something.
    pub fn handle(&mut self, now: Instant, seat: usize, event: Event) -> Vec<(usize, Action)> {
        self.ask(now, seat, |router, act| match event {
            Event::Advert(heard) => router.hear(now, heard, act),
            Event::Tracked(track, condition) => router.track(track, condition, act),
        });
        std::mem::take(&mut self.todo)
    }

    /// Ends in order: masters resign.
    pub fn stop(&mut self) -> Vec<(usize, Action)> {
        let all: Vec<_> = (0..self.routers.len()).collect();
        self.each(&all, Router::stop);
        std::mem::take(&mut self.todo)
    }

    /// Asks a member, and lets its group follow.
    fn ask(
        &mut self,
        now: Instant,
        seat: usize,
        mut question: impl FnMut(&mut Router, &mut Vec<Action>) -> Wish,
    ) {
        let mut wish = Wish::Stay;
        self.each(&[seat], |router, act| wish = question(router, act));
        let members = self.groups.members(seat);
        match wish {
            Wish::Stay => {}
            Wish::Master => self.rise(now, seat, &members),
            Wish::Backup => self.fall(now, seat, &members),
            Wish::Fault => self.fail(seat, &members),
            Wish::Join => self.join(now, &members),
        }
    }

    /// All become master, or none: the others may hear a master still.
    fn rise(&mut self, now: Instant, seat: usize, members: &[usize]) {
        if !members.iter().all(|member| self.routers[*member].wants_master()) {
            self.todo.push((seat, Action::Say(Remark::GroupIsNotReady)));
            return;
        }
        let silence = self.routers[seat].silence(now);
        let others = self.others(seat, members, |state| state == VrrpState::Backup);
        self.each(&[seat], |r, act| r.enter_master(now, Remark::Silence(silence), act));
        self.each(&others, |r, act| r.enter_master(now, Remark::GroupIsMaster, act));
    }

    fn fall(&mut self, now: Instant, seat: usize, members: &[usize]) {
        let others = self.others(seat, members, |state| state == VrrpState::Master);
        self.each(&[seat], |router, act| router.enter_backup(now, act));
        self.each(&others, |router, act| {
            act.push(Action::Say(Remark::GroupIsBackup));
            router.enter_backup(now, act);
        });
    }

    fn fail(&mut self, seat: usize, members: &[usize]) {
        let others = self.others(seat, members, |state| state != VrrpState::Fault);
        self.each(&[seat], Router::enter_fault);
        self.each(&others, |router, act| {
            act.push(Action::Say(Remark::GroupFailed));
            router.enter_fault(act);
        });
    }

    /// Begins, or begins again after a fault, as soon as nothing is wrong with any member.
    fn join(&mut self, now: Instant, members: &[usize]) {
        let mut of_group = members.iter().map(|member| &self.routers[*member]);
        if !of_group.clone().all(Router::knows_all) {
            return;
        }
        if of_group.clone().any(Router::has_failed) {
            let sound = |m: &&usize| self.routers[**m].state() != VrrpState::Fault;
            let sound: Vec<_> = members.iter().filter(sound).copied().collect();
            self.each(&sound, Router::enter_fault);
        } else if of_group.all(Router::is_owner) {
            self.each(members, |r, act| r.enter_master(now, Remark::Owner, act));
        } else {
            self.each(members, |router, act| router.enter_backup(now, act));
        }
    }

    fn others(
        &self,
        seat: usize,
        members: &[usize],
        which: impl Fn(VrrpState) -> bool,
    ) -> Vec<usize> {
        let is_meant = |m: &usize| *m != seat && which(self.routers[*m].state());
        members.iter().copied().filter(is_meant).collect()
    }

    fn each(&mut self, seats: &[usize], mut what: impl FnMut(&mut Router, &mut Vec<Action>)) {
        for seat in seats {
            let mut act = Vec::new();
            what(&mut self.routers[*seat], &mut act);
            self.todo.extend(act.into_iter().map(|action| (*seat, action)));
        }
    }
}
