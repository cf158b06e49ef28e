use super::announce::Announcer;
use super::complaints::Complaints;
use super::receive::Datagram;
use super::socket::VrrpSocket;
use crate::ha::HaError;
use crate::ha::log::log;
use crate::ha::vrrp::machine::{Action, Heard};
use crate::ha::vrrp::packet::Expected;
use crate::kernel::{Cause, Interface, Local, ObservedAddress, StateChange, record_state};
use crate::lab::VrrpState;
use crate::plan::{HeldAddress, Seat};
use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::SystemTime;

/// What all seats share.
pub(super) struct Surroundings {
    pub(super) local: Local,
    pub(super) announcer: Announcer,
    pub(super) interfaces: HashMap<String, Interface>,
    pub(super) directory: PathBuf,
}

/// What does a seat's work in the world.
pub(super) struct Hands {
    pub(super) seat: Rc<Seat>,
    pub(super) socket: VrrpSocket,
    expected: Expected,
    complaints: Complaints,
    state: VrrpState,
}

impl Hands {
    /// Opens the seat's socket. VIPs that a killed predecessor left are removed before; an owner's
    /// may be its own addresses.
    pub(super) fn open(seat: &Rc<Seat>, around: &Surroundings) -> Result<Self, HaError> {
        let left = if seat.priority == u8::MAX { &[] } else { seat.vips.as_slice() };
        for vip in left {
            around.local.remove_address(&vip.interface, vip.address)?;
        }
        let socket = VrrpSocket::open(seat, around.interface(&seat.interface)?.index)?;
        let expected = Expected::of(seat);
        let (seat, complaints, state) = (seat.clone(), Complaints::default(), VrrpState::Init);
        Ok(Self { seat, socket, expected, complaints, state })
    }

    /// Binds anew to an interface that went and came again.
    pub(super) fn follow(&mut self, interface: &Interface) {
        if interface.name == self.seat.interface && interface.index != self.socket.index() {
            match VrrpSocket::open(&self.seat, interface.index) {
                Ok(socket) => self.socket = socket,
                Err(error) => self.complain(&error),
            }
        }
    }

    /// A master's VIPs may have gone with an interface that has come back: the kernel takes IPv6
    /// addresses off one that is set down. The neighbours may have moved meanwhile.
    pub(super) fn hold_again(&mut self, interface: &str, around: &Surroundings) {
        let is_there = self.seat.vips.iter().any(|vip| vip.interface == interface);
        if is_there && self.state == VrrpState::Master {
            self.perform(&Action::Hold, around);
            self.perform(&Action::Announce, around);
        }
    }

    /// Takes back the VIPs of a master that somebody removed. Where the interface itself is down,
    /// they come back with it.
    pub(super) fn hold_missing(&mut self, there: &[ObservedAddress], around: &Surroundings) {
        if self.state != VrrpState::Master {
            return;
        }
        for vip in &self.seat.clone().vips {
            let is_it = |a: &ObservedAddress| {
                a.interface == vip.interface && a.address.addr() == vip.address.addr()
            };
            let runs = around.interface(&vip.interface).is_ok_and(|i| i.is_running);
            if runs && !there.iter().any(is_it) {
                self.take_back(vip, around);
            }
        }
    }

    fn take_back(
        &mut self,
        HeldAddress { interface, address }: &HeldAddress,
        around: &Surroundings,
    ) {
        match around.local.add_address(interface, *address) {
            Ok(()) => {
                let vip = address.addr();
                self.announce_one(interface, vip, around);
                self.say(&format_args!("{vip} was gone from {interface}, holding it again"));
            }
            Err(error) => self.complain(&format_args!("cannot add {address}: {error}")),
        }
    }

    /// What a packet says, if it is one of this virtual router and in order.
    pub(super) fn understand(&mut self, datagram: &Datagram) -> Option<Heard> {
        let packet = datagram.received();
        if packet.router_id() != Some(self.seat.router_id) {
            return None;
        }
        let source = packet.journey.source;
        match self.expected.accept(&packet) {
            Ok(advert) => {
                Some(Heard { source, priority: advert.priority, interval: advert.interval })
            }
            Err(reason) => {
                self.complain(&format_args!("packet of {source} discarded: {reason}"));
                None
            }
        }
    }

    /// Does what the state machine says.
    pub(super) fn perform(&mut self, action: &Action, around: &Surroundings) {
        match action {
            Action::Advertise { priority } => {
                if let Err(error) = self.socket.send(&self.expected.advert(*priority)) {
                    self.complain(&format_args!("cannot send an advert: {error}"));
                }
            }
            Action::Hold => self.each_vip(around, "add", Local::add_address),
            Action::Release => self.each_vip(around, "remove", Local::remove_address),
            Action::Announce => self.announce(around),
            Action::Enter(state) => self.enter(*state, around),
            Action::Say(remark) => self.say(remark),
        }
    }

    pub(super) fn complain(&mut self, text: &dyn std::fmt::Display) {
        self.complaints.log(format!("{}: {text}", self.seat.router));
    }

    fn say(&self, text: &dyn std::fmt::Display) {
        log(format_args!("{}: {text}", self.seat.router));
    }

    fn each_vip(
        &mut self,
        around: &Surroundings,
        verb: &str,
        change: impl Fn(&Local, &str, ipnet::IpNet) -> Result<(), Cause>,
    ) {
        for HeldAddress { interface, address } in &self.seat.clone().vips {
            if let Err(error) = change(&around.local, interface, *address) {
                self.complain(&format_args!("cannot {verb} {address}: {error}"));
            }
        }
    }

    fn announce(&mut self, around: &Surroundings) {
        for HeldAddress { interface, address } in &self.seat.clone().vips {
            self.announce_one(interface, address.addr(), around);
        }
        // Whoever becomes master says so afterwards, as nothing may hold it up.
        if self.state == VrrpState::Master {
            self.say(&format_args!("announcing {} again", self.vips()));
        }
    }

    fn announce_one(&mut self, interface: &str, vip: IpAddr, around: &Surroundings) {
        let sent = around.interface(interface).map(|i| around.announcer.announce(i, vip));
        match sent {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.complain(&format_args!("cannot announce {vip}: {error}")),
            Err(error) => self.complain(&error),
        }
    }

    fn vips(&self) -> String {
        let vips = self.seat.vips.iter().map(|vip| vip.address.addr().to_string());
        vips.collect::<Vec<_>>().join(", ")
    }

    fn enter(&mut self, state: VrrpState, around: &Surroundings) {
        self.state = state;
        match state {
            VrrpState::Master => {
                let vips = self.vips();
                let told = match self.seat.source {
                    IpAddr::V4(_) => "gratuitous ARP",
                    IpAddr::V6(_) => "unsolicited neighbour advertisements",
                };
                self.say(&format_args!("master, sent {told} for {vips}"));
            }
            other => self.say(&other),
        }
        let router = self.seat.router.clone();
        let change = StateChange { at: SystemTime::now(), router, state };
        if let Err(error) = record_state(&around.directory, &change) {
            self.complain(&format_args!("cannot record the state: {error}"));
        }
    }
}

impl Surroundings {
    pub(super) fn interface(&self, name: &str) -> Result<&Interface, HaError> {
        self.interfaces.get(name).ok_or_else(|| HaError::NoInterface(name.to_owned()))
    }
}
