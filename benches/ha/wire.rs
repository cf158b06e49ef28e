use super::Result;
use super::cluster::SWITCH;
use super::observers::{Seen, open, receive};
use nix::sys::socket::{AddressFamily, SockProtocol};
use std::net::Ipv4Addr;
use std::time::SystemTime;

/// Where IPv4 begins in an Ethernet frame, and VRRP in that: neither has options here.
const IP: usize = 14;
const VRRP: usize = IP + 20;

/// An advert on the wire.
#[derive(Clone, Copy, Debug)]
pub struct Advert {
    /// When the kernel saw it.
    pub at: SystemTime,
    /// Who sent it.
    pub source: Ipv4Addr,
    /// 0 from one that resigns.
    pub priority: u8,
}

/// Listens to the switch for adverts, until the program ends. Those that pass several ports are
/// seen several times.
pub fn listen() -> Result<Seen<Advert>> {
    let socket = open(SWITCH, AddressFamily::Packet, SockProtocol::EthAll)?;
    let seen = Seen::new();
    let told = seen.clone();
    std::thread::spawn(move || {
        let mut frame = [0; 128];
        while let Ok((at, length)) = receive(&socket, &mut frame) {
            advert(at, &frame[..length]).into_iter().for_each(|advert| told.add(advert));
        }
    });
    Ok(seen)
}

fn advert(at: SystemTime, frame: &[u8]) -> Option<Advert> {
    let octets = |from: usize| frame.get(from..from + 4)?.try_into().ok();
    let source: [u8; 4] = octets(IP + 12)?;
    let vrrp: [u8; 4] = octets(VRRP)?;
    let is_vrrp = frame[12..14] == [0x08, 0x00] && frame[IP + 9] == 112;
    is_vrrp.then(|| Advert { at, source: source.into(), priority: vrrp[2] })
}
