use super::alarm::Alarm;
use super::announce::Announcer;
use super::hands::{Hands, Surroundings};
use super::socket::failed;
use super::sync::Follower;
use super::watchers::{self, Finding, Looker};
use crate::ha::HaError;
use crate::ha::vrrp::machine::{Action, Event, Routers};
use crate::kernel::{AddressWatch, Interface, LinkWatch, Local};
use crate::plan::Speaker;
use futures::future::select_all;
use std::io;
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Speaks VRRP until SIGTERM, then resigns in order; `ready` is called when every socket is open.
/// Changes of state are recorded in `directory`. Runs inside a tokio runtime.
///
/// # Errors
/// Why it cannot begin, or, once it has resigned, why it could not go on.
pub async fn speak(
    speaker: Speaker,
    directory: &Path,
    ready: impl FnOnce(),
) -> Result<(), HaError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(failed("signal"))?;
    let mut mouth = Mouth::open(&speaker, directory)?;
    ready();
    mouth.begin();
    // Also one that cannot go on resigns.
    let ended = mouth.speak(&mut terminate).await;
    let last = mouth.routers.stop();
    mouth.perform(&last);
    if let Some(follower) = mouth.sync.map(|(_, follower)| follower) {
        follower.end().await;
    }
    ended
}

/// Why the speaker woke up.
enum Woken {
    /// Packets may be there, or it is time for something.
    ToWork,
    /// Interfaces changed; `None` if nobody knows which.
    ByLinks(Option<Vec<Interface>>),
    /// Addresses came or went.
    ByAddresses,
    /// Something is known of what is watched.
    ByFinding(Finding),
    /// SIGTERM.
    ToEnd,
}

/// The whole speaker: what decides, and what acts.
struct Mouth {
    routers: Routers,
    hands: Vec<Hands>,
    around: Surroundings,
    alarm: Alarm,
    links: LinkWatch,
    addresses: AddressWatch,
    lookers: Vec<Looker>,
    found: UnboundedReceiver<Finding>,
    /// The seat that connection synchronisation follows.
    sync: Option<(usize, Follower)>,
}

impl Mouth {
    fn open(speaker: &Speaker, directory: &Path) -> Result<Self, HaError> {
        let local = Local::here()?;
        // Before the first look, so that no change is missed.
        let (links, addresses) = (local.watch_links()?, local.watch_addresses()?);
        let interfaces = local.interfaces()?.into_iter().map(|i| (i.name.clone(), i)).collect();
        let (announcer, directory) = (Announcer::open()?, directory.to_owned());
        let around = Surroundings { local, announcer, interfaces, directory };
        let seats = speaker.seats.iter().cloned().map(Rc::new);
        let hands = seats.map(|seat| Hands::open(&seat, &around)).collect::<Result<Vec<_>, _>>()?;
        let routers = Routers::new(speaker);
        let (tell, found) = unbounded_channel();
        let lookers = watchers::begin(&routers, hands.len(), &tell);
        let sync = follower(speaker)?;
        let alarm = Alarm::new().map_err(failed("timerfd_create"))?;
        Ok(Self { routers, hands, around, alarm, links, addresses, lookers, found, sync })
    }

    fn begin(&mut self) {
        let first = self.routers.start(Instant::now());
        self.perform(&first);
        for interface in self.around.interfaces.clone().into_values() {
            self.notice(interface);
        }
    }

    async fn speak(&mut self, terminate: &mut Signal) -> Result<(), HaError> {
        loop {
            match self.wait(terminate).await? {
                Woken::ToEnd => return Ok(()),
                woken => self.work(woken)?,
            }
        }
    }

    /// Waits until there is something to do. Packets are not taken here.
    async fn wait(&mut self, terminate: &mut Signal) -> Result<Woken, HaError> {
        let readable = readable(&self.hands);
        let due = self.alarm.at(self.routers.deadline());
        Ok(tokio::select! {
            biased;
            _ = terminate.recv() => Woken::ToEnd,
            ready = readable => ready.map(|()| Woken::ToWork).map_err(failed("epoll_wait"))?,
            changed = self.links.changed() => Woken::ByLinks(changed?),
            changed = self.addresses.changed() => changed.map(|()| Woken::ByAddresses)?,
            Some(finding) = self.found.recv() => Woken::ByFinding(finding),
            rung = due => rung.map(|()| Woken::ToWork).map_err(failed("timerfd_settime"))?,
        })
    }

    /// Takes everything that has come before it looks at the clock: who was kept from running must
    /// not believe that the master was silent.
    fn work(&mut self, woken: Woken) -> Result<(), HaError> {
        for seat in 0..self.hands.len() {
            self.listen(seat);
        }
        match woken {
            Woken::ByLinks(changed) => {
                for interface in changed.map_or_else(|| self.around.local.interfaces(), Ok)? {
                    self.notice(interface);
                }
            }
            Woken::ByAddresses => self.keep_vips()?,
            Woken::ByFinding(finding) => self.learn(&finding),
            Woken::ToWork | Woken::ToEnd => {}
        }
        let todo = self.routers.tick(Instant::now());
        self.perform(&todo);
        Ok(())
    }

    fn listen(&mut self, seat: usize) {
        loop {
            match self.hands[seat].socket.take() {
                Ok(Some(datagram)) => {
                    if let Some(heard) = self.hands[seat].understand(&datagram) {
                        let event = Event::Advert(heard);
                        let todo = self.routers.handle(Instant::now(), seat, event);
                        self.perform(&todo);
                    }
                }
                Ok(None) => return,
                Err(error) => {
                    self.hands[seat].complain(&format_args!("cannot receive: {error}"));
                    return;
                }
            }
        }
    }

    /// Takes notice of an interface as it is now.
    fn notice(&mut self, interface: Interface) {
        for hands in &mut self.hands {
            hands.follow(&interface);
        }
        let found: Vec<_> = self.lookers.iter().filter_map(|l| l.look(&interface)).collect();
        let (name, is_running) = (interface.name.clone(), interface.is_running);
        let before = self.around.interfaces.insert(name.clone(), interface);
        if is_running && !before.is_some_and(|before| before.is_running) {
            self.hands.iter_mut().for_each(|hands| hands.hold_again(&name, &self.around));
        }
        for finding in found {
            self.learn(&finding);
        }
    }

    /// Whatever a master should hold, and somebody took away, comes back.
    fn keep_vips(&mut self) -> Result<(), HaError> {
        let there = self.around.local.addresses()?;
        self.hands.iter_mut().for_each(|hands| hands.hold_missing(&there, &self.around));
        Ok(())
    }

    fn learn(&mut self, finding: &Finding) {
        let event = Event::Tracked(finding.subject, finding.condition);
        let todo = self.routers.handle(Instant::now(), finding.seat, event);
        self.perform(&todo);
    }

    fn perform(&mut self, todo: &[(usize, Action)]) {
        for (seat, action) in todo {
            self.hands[*seat].perform(action, &self.around);
            if let (Action::Enter(state), Some((followed, sync))) = (action, &self.sync)
                && followed == seat
            {
                sync.enter(*state);
            }
        }
    }
}

/// What follows the virtual router that connection synchronisation belongs to.
fn follower(speaker: &Speaker) -> Result<Option<(usize, Follower)>, HaError> {
    let Some(sync) = &speaker.sync else { return Ok(None) };
    let seat = speaker.seats.iter().position(|seat| seat.router == sync.router);
    seat.map(|seat| Ok((seat, Follower::begin(sync.clone())?))).transpose()
}

/// Waits until packets may be there for any seat.
async fn readable(hands: &[Hands]) -> io::Result<()> {
    if hands.is_empty() {
        std::future::pending::<()>().await;
    }
    select_all(hands.iter().map(|hands| Box::pin(hands.socket.readable()))).await.0
}
