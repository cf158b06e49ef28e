use super::Result;
use super::cluster::{Director, VIP};
use super::observers::{Seen, open, receive};
use nix::libc::{RTM_DELADDR, RTM_NEWADDR, RTMGRP_IPV4_IFADDR};
use nix::sys::socket::{AddressFamily, NetlinkAddr, SockProtocol, bind};
use std::os::fd::AsRawFd;
use std::time::SystemTime;

/// The VIP came to a director, or left it.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    /// When the kernel's word was heard.
    pub at: SystemTime,
    /// Where.
    pub director: Director,
    /// Whether it is there from then on.
    pub there: bool,
}

/// Listens to the kernel for changes of directors' addresses (rtnetlink(7)), until the program
/// ends.
pub fn listen(directors: &[Director]) -> Result<Seen<Move>> {
    let seen = Seen::new();
    for &director in directors {
        let namespace = director.namespace();
        let socket = open(&namespace, AddressFamily::Netlink, SockProtocol::NetlinkRoute)?;
        bind(socket.as_raw_fd(), &NetlinkAddr::new(0, RTMGRP_IPV4_IFADDR as u32))?;
        let told: Seen<Move> = seen.clone();
        std::thread::spawn(move || {
            let mut message = [0; 4096];
            while let Ok((at, length)) = receive(&socket, &mut message) {
                if let Some(there) = change(&message[..length]) {
                    told.add(Move { at, director, there });
                }
            }
        });
    }
    Ok(seen)
}

/// Whether the VIP is there after a message; `None` if it is about something else. The kernel tells
/// of each address in a message of its own.
fn change(message: &[u8]) -> Option<bool> {
    message.windows(4).find(|octets| *octets == VIP.octets())?;
    match u16::from_ne_bytes(message.get(4..6)?.try_into().ok()?) {
        RTM_NEWADDR => Some(true),
        RTM_DELADDR => Some(false),
        _ => None,
    }
}
