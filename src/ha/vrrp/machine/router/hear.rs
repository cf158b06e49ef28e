use super::{Heard, Router, State, Wish};
use crate::ha::vrrp::machine::action::{Action, Remark};
use crate::ha::vrrp::machine::timing::{master_down, skew};
use crate::lab::Preemption;
use std::time::{Duration, Instant};

impl Router {
    pub(in crate::ha::vrrp::machine) fn hear(
        &mut self,
        now: Instant,
        heard: Heard,
        act: &mut Vec<Action>,
    ) -> Wish {
        match self.state {
            State::Init | State::Fault => Wish::Stay,
            _ if heard.source == self.source => Wish::Stay,
            State::Backup { .. } => {
                self.hear_as_backup(now, heard, act);
                Wish::Stay
            }
            State::Master { .. } => self.hear_as_master(now, heard, act),
        }
    }

    fn hear_as_backup(&mut self, now: Instant, heard: Heard, act: &mut Vec<Action>) {
        let Heard { source, priority, .. } = heard;
        let ours = self.priority();
        if priority == 0 {
            act.push(Action::Say(Remark::Resigned { source }));
            self.wait_for_nobody(now, skew(self.version, ours, self.master_interval));
        } else if priority >= ours {
            self.preempt_at = None;
            self.follow(now, heard);
        } else if self.may_preempt(now, act) {
            act.push(Action::Say(Remark::Lower { source, priority }));
        } else {
            self.follow(now, heard);
        }
    }

    /// Somebody is master, and may be.
    fn follow(&mut self, now: Instant, heard: Heard) {
        // Version 2 wants the same interval everywhere, and the packet was held against that.
        self.master_interval = heard.interval;
        self.wait(now, master_down(self.version, self.priority(), self.master_interval));
    }

    /// Whether a master of lower priority is disregarded. The delay begins when one is heard
    /// (keepalived.conf(5), preempt_delay).
    fn may_preempt(&mut self, now: Instant, act: &mut Vec<Action>) -> bool {
        match self.preemption {
            Preemption::Never => false,
            Preemption::After(Duration::ZERO) => true,
            Preemption::After(delay) => {
                let at = *self.preempt_at.get_or_insert_with(|| {
                    act.push(Action::Say(Remark::PreemptsIn(delay)));
                    now + delay
                });
                now >= at
            }
        }
    }

    fn hear_as_master(&mut self, now: Instant, heard: Heard, act: &mut Vec<Action>) -> Wish {
        let Heard { source, priority, interval } = heard;
        let ours = self.priority();
        if priority > ours || (priority == ours && source > self.source) {
            self.master_interval = interval;
            act.push(Action::Say(Remark::Better { source, priority }));
            return Wish::Backup;
        }
        self.advertise(now, act);
        if priority > 0 {
            // It told the neighbours that the VIPs are with it.
            act.extend([Action::Announce, Action::Say(Remark::Lower { source, priority })]);
        } else {
            act.push(Action::Say(Remark::Resigned { source }));
        }
        Wish::Stay
    }
}
