use super::commands;
use crate::ha::vrrp::machine::{Condition, Routers, Subject};
use crate::kernel::Interface;
use tokio::sync::mpsc::UnboundedSender;

/// What a watcher found of the subject in a seat's list.
pub(super) struct Finding {
    pub(super) seat: usize,
    pub(super) subject: usize,
    pub(super) condition: Condition,
}

/// Who watches an interface.
pub(super) struct Looker {
    name: String,
    seat: usize,
    subject: usize,
}

impl Looker {
    /// What it finds in what the kernel says of an interface.
    pub(super) fn look(&self, interface: &Interface) -> Option<Finding> {
        let condition = if interface.is_running { Condition::Up } else { Condition::Down };
        let (seat, subject) = (self.seat, self.subject);
        (interface.name == self.name).then_some(Finding { seat, subject, condition })
    }
}

/// Lets every command of these seats be watched by a task of its own; interfaces are left to the
/// caller, who hears of all of them.
pub(super) fn begin(
    routers: &Routers,
    seats: usize,
    found: &UnboundedSender<Finding>,
) -> Vec<Looker> {
    let mut lookers = Vec::new();
    for seat in 0..seats {
        for (subject, what) in routers.subjects(seat).enumerate() {
            match what {
                Subject::Interface(name) => {
                    lookers.push(Looker { name: name.clone(), seat, subject });
                }
                Subject::Command(command) => {
                    let found = found.clone();
                    let tell = move |condition| {
                        let _ = found.send(Finding { seat, subject, condition });
                    };
                    tokio::spawn(commands::watch(command.clone(), tell));
                }
            }
        }
    }
    lookers
}
