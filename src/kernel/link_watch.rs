use super::{Cause, links, site::Site};
use nix::errno::Errno;
use rtnetlink::packet_core::{NetlinkMessage, NetlinkPayload};
use rtnetlink::packet_route::AddressFamily;
use rtnetlink::packet_route::RouteNetlinkMessage as Message;
use rtnetlink::packet_route::link::{LinkAttribute, LinkFlags, LinkMessage};
use rtnetlink::sys::protocols::NETLINK_ROUTE;
use rtnetlink::sys::{Socket, SocketAddr};
use std::io;
use tokio::io::unix::AsyncFd;

/// RTNLGRP_LINK (linux/rtnetlink.h), as the bit that bind wants.
const LINKS: u32 = 1;

/// What one notification may be long.
const DATAGRAM: usize = 32 * 1024;

/// An interface as the kernel tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// Its index.
    pub index: u32,
    /// Its hardware address; empty if it has none.
    pub hardware: Vec<u8>,
    /// Whether it is up and has a carrier.
    pub is_running: bool,
}

impl Interface {
    /// Nothing for what a bridge says of its ports.
    fn of(link: &LinkMessage) -> Option<Self> {
        if link.header.interface_family != AddressFamily::Unspec {
            return None;
        }
        let name = link.attributes.iter().find_map(|attribute| match attribute {
            LinkAttribute::IfName(name) => Some(name.clone()),
            _ => None,
        })?;
        let hardware = link.attributes.iter().find_map(|attribute| match attribute {
            LinkAttribute::Address(octets) => Some(octets.clone()),
            _ => None,
        });
        Some(Self {
            name,
            index: link.header.index,
            hardware: hardware.unwrap_or_default(),
            is_running: link.header.flags.contains(LinkFlags::Up | LinkFlags::LowerUp),
        })
    }
}

/// Every interface of a namespace.
pub(super) fn interfaces(site: &Site) -> Result<Vec<Interface>, Cause> {
    Ok(links::all(&site.netlink)?.iter().filter_map(Interface::of).collect())
}

/// The kernel's notices of links that change (rtnetlink(7)), in the namespace where it was opened.
pub struct LinkWatch(AsyncFd<Socket>);

impl LinkWatch {
    pub(super) fn open(site: &Site) -> Result<Self, Cause> {
        let opened = site.namespace.run(|| {
            let mut socket = Socket::new(NETLINK_ROUTE)?;
            socket.bind(&SocketAddr::new(0, LINKS))?;
            socket.set_non_blocking(true)?;
            Ok(socket)
        });
        let socket = opened.map_err(|e| Cause::io("socket", e))?;
        // SAFETY: the socket keeps its descriptor, and is never taken out.
        let socket = unsafe { AsyncFd::register(socket) };
        Ok(Self(socket.map_err(|e| Cause::io("epoll_ctl", e.into()))?))
    }

    /// Waits for a notice. `None` means that notices were lost, and that all must be read anew. It
    /// may be given up at any time.
    ///
    /// # Errors
    /// What the kernel refused; that notices were lost is no error.
    pub async fn changed(&self) -> Result<Option<Vec<Interface>>, Cause> {
        loop {
            let mut ready = self.0.readable().await.map_err(|e| Cause::io("epoll_wait", e))?;
            match ready.try_io(|socket| receive(socket.get_ref())) {
                Ok(Ok(datagram)) => return Ok(Some(changes(&datagram)?)),
                Ok(Err(error)) if error.raw_os_error() == Some(Errno::ENOBUFS as i32) => {
                    return Ok(None);
                }
                Ok(Err(error)) => return Err(Cause::io("recv", error)),
                Err(_) => {}
            }
        }
    }
}

fn receive(socket: &Socket) -> io::Result<Vec<u8>> {
    let mut datagram = Vec::with_capacity(DATAGRAM);
    socket.recv(&mut datagram, 0)?;
    Ok(datagram)
}

fn changes(mut datagram: &[u8]) -> Result<Vec<Interface>, Cause> {
    let mut found = Vec::new();
    while !datagram.is_empty() {
        let notice = NetlinkMessage::<Message>::deserialize(datagram)
            .map_err(|error| Cause::Other(error.to_string()))?;
        let length = (notice.header.length as usize).next_multiple_of(4);
        datagram = datagram.get(length..).unwrap_or_default();
        match notice.payload {
            NetlinkPayload::InnerMessage(Message::NewLink(link)) => {
                found.extend(Interface::of(&link));
            }
            NetlinkPayload::InnerMessage(Message::DelLink(link)) => {
                found.extend(
                    Interface::of(&link).map(|gone| Interface { is_running: false, ..gone }),
                );
            }
            _ => {}
        }
    }
    Ok(found)
}
