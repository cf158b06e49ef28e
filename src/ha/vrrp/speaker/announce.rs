use super::frame::frame;
use super::socket::failed;
use crate::ha::HaError;
use crate::kernel::Interface;
use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{
    AddressFamily, LinkAddr, MsgFlags, SockFlag, SockType, SockaddrLike, sendto, socket,
};
use std::io;
use std::net::IpAddr;
use std::os::fd::{AsRawFd, OwnedFd};

/// How often each VIP is announced in a row (keepalived's garp_master_repeat).
const REPEATS: u32 = 5;

/// A packet socket (packet(7)) that only sends.
pub(super) struct Announcer(OwnedFd);

impl Announcer {
    pub(super) fn open() -> Result<Self, HaError> {
        let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
        let fd = socket(AddressFamily::Packet, SockType::Raw, flags, None);
        Ok(Self(fd.map_err(|e| failed("socket")(e.into()))?))
    }

    /// Tells everybody on the interface's network that the VIP is here.
    pub(super) fn announce(&self, interface: &Interface, vip: IpAddr) -> io::Result<()> {
        let hardware =
            interface.hardware.as_slice().try_into().map_err(|_| Errno::EADDRNOTAVAIL)?;
        let frame = frame(hardware, vip);
        let to = link(interface.index)?;
        for _ in 0..REPEATS {
            sendto(self.0.as_raw_fd(), &frame, &to, MsgFlags::MSG_DONTWAIT)?;
        }
        Ok(())
    }
}

/// The address of an interface; the frame itself says the rest.
fn link(index: u32) -> io::Result<LinkAddr> {
    // SAFETY: all fields are numbers, for which zero is valid.
    let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    address.sll_family = libc::AF_PACKET as u16;
    address.sll_ifindex = index.cast_signed();
    let length = size_of::<libc::sockaddr_ll>() as libc::socklen_t;
    // SAFETY: it is a whole sockaddr_ll, and is copied.
    let address = unsafe { LinkAddr::from_raw((&raw const address).cast(), Some(length)) };
    address.ok_or_else(|| Errno::EINVAL.into())
}
