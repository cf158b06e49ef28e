use super::options::{self, GROUP_V4, GROUP_V6};
use super::receive::{Datagram, from_ipv4, from_ipv6};
use crate::ha::HaError;
use crate::ha::vrrp::packet::{Advert, Journey};
use crate::plan::Seat;
use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{ControlMessage, MsgFlags, SockaddrIn, SockaddrIn6, SockaddrLike, sendmsg};
use std::io::{self, IoSlice};
use std::net::{IpAddr, SocketAddrV4, SocketAddrV6};
use std::os::fd::{AsRawFd, OwnedFd};
use tokio::io::unix::AsyncFd;

/// A raw socket (raw(7)) that carries the adverts of one seat over one interface.
pub(super) struct VrrpSocket {
    fd: AsyncFd<OwnedFd>,
    source: IpAddr,
    peers: Vec<IpAddr>,
    index: u32,
}

impl VrrpSocket {
    /// Opens it on the seat's interface, which has this index.
    pub(super) fn open(seat: &Seat, index: u32) -> Result<Self, HaError> {
        let family = if seat.source.is_ipv4() { libc::AF_INET } else { libc::AF_INET6 };
        let fd = options::raw(family).map_err(failed("socket"))?;
        let prepared = options::bind(&fd, &seat.interface).and_then(|()| match seat.source {
            IpAddr::V4(_) => options::prepare_v4(&fd, index),
            IpAddr::V6(_) => options::prepare_v6(&fd, index),
        });
        prepared.map_err(|errno| failed("setsockopt")(errno.into()))?;
        // SAFETY: the descriptor is owned, and never taken out.
        let fd = unsafe { AsyncFd::register(fd) };
        let fd = fd.map_err(|error| failed("epoll_ctl")(error.into()))?;
        Ok(Self { fd, source: seat.source, peers: seat.peers.clone(), index })
    }

    /// The interface that it is bound to.
    pub(super) fn index(&self) -> u32 {
        self.index
    }

    /// Sends an advert to the group, or to each peer. All are tried; the last failure counts.
    pub(super) fn send(&self, advert: &Advert) -> io::Result<()> {
        let group = match self.source {
            IpAddr::V4(_) => IpAddr::V4(GROUP_V4),
            IpAddr::V6(_) => IpAddr::V6(GROUP_V6),
        };
        let everybody = if self.peers.is_empty() { &[group] } else { self.peers.as_slice() };
        let mut sent = Ok(());
        for destination in everybody {
            let journey = Journey { source: self.source, destination: *destination };
            sent = self.send_octets(&advert.encode(journey), *destination).and(sent);
        }
        sent
    }

    fn send_octets(&self, octets: &[u8], destination: IpAddr) -> io::Result<()> {
        match (self.source, destination) {
            (IpAddr::V4(source), IpAddr::V4(to)) => {
                let info = libc::in_pktinfo {
                    ipi_ifindex: self.index.cast_signed(),
                    ipi_spec_dst: libc::in_addr { s_addr: u32::from_ne_bytes(source.octets()) },
                    ipi_addr: libc::in_addr { s_addr: 0 },
                };
                let to = SockaddrIn::from(SocketAddrV4::new(to, 0));
                self.send_message(octets, &ControlMessage::Ipv4PacketInfo(&info), &to)
            }
            (IpAddr::V6(source), IpAddr::V6(to)) => {
                let info = libc::in6_pktinfo {
                    ipi6_addr: libc::in6_addr { s6_addr: source.octets() },
                    ipi6_ifindex: self.index,
                };
                let to = SockaddrIn6::from(SocketAddrV6::new(to, 0, 0, self.index));
                self.send_message(octets, &ControlMessage::Ipv6PacketInfo(&info), &to)
            }
            _ => Err(Errno::EAFNOSUPPORT.into()),
        }
    }

    fn send_message(
        &self,
        octets: &[u8],
        from: &ControlMessage<'_>,
        to: &impl SockaddrLike,
    ) -> io::Result<()> {
        let parts = [IoSlice::new(octets)];
        let fd = self.fd.as_raw_fd();
        sendmsg(fd, &parts, std::slice::from_ref(from), MsgFlags::MSG_DONTWAIT, Some(to))?;
        Ok(())
    }

    /// Waits until packets may be there. Afterwards all must be taken: it tells only of new ones.
    pub(super) async fn readable(&self) -> io::Result<()> {
        self.fd.readable().await?.clear_ready();
        Ok(())
    }

    /// Takes a packet, if there is one.
    pub(super) fn take(&self) -> io::Result<Option<Datagram>> {
        let fd = self.fd.as_raw_fd();
        let taken = match self.source {
            IpAddr::V4(_) => from_ipv4(fd),
            IpAddr::V6(_) => from_ipv6(fd),
        };
        match taken {
            Ok(datagram) => Ok(Some(datagram)),
            Err(Errno::EAGAIN) => Ok(None),
            Err(errno) => Err(errno.into()),
        }
    }
}

pub(super) fn failed(call: &'static str) -> impl Fn(io::Error) -> HaError {
    move |error| HaError::Io { call, error }
}
