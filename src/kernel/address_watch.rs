use super::{Cause, namespace::Namespace};
use rtnetlink::sys::Socket;
use rtnetlink::sys::protocols::NETLINK_ROUTE;
use std::io;
use tokio::io::unix::AsyncFd;

/// RTNLGRP_IPV4_IFADDR and RTNLGRP_IPV6_IFADDR (linux/rtnetlink.h).
const GROUPS: [u32; 2] = [5, 9];

/// What a batch of notices may be long; what they say is not read.
const DATAGRAM: usize = 8192;

/// The kernel's notices of addresses that come and go (rtnetlink(7)), in the namespace where it
/// was opened.
pub struct AddressWatch(AsyncFd<Socket>);

impl AddressWatch {
    pub(super) fn open(namespace: &Namespace) -> Result<Self, Cause> {
        let socket = namespace.run(subscribe).map_err(|e| Cause::io("socket", e))?;
        // SAFETY: the socket keeps its descriptor, and is never taken out.
        let socket = unsafe { AsyncFd::register(socket) };
        Ok(Self(socket.map_err(|e| Cause::io("epoll_ctl", e.into()))?))
    }

    /// Waits until addresses came or went. It says only that it is time to look: a look holds
    /// even where notices were lost. It may be given up at any time.
    ///
    /// # Errors
    /// What epoll(7) refused.
    pub async fn changed(&self) -> Result<(), Cause> {
        let mut ready = self.0.readable().await.map_err(|e| Cause::io("epoll_wait", e))?;
        if drain(ready.get_inner()) {
            ready.clear_ready();
        }
        Ok(())
    }
}

/// A socket that is told when addresses come and go.
fn subscribe() -> io::Result<Socket> {
    let mut socket = Socket::new(NETLINK_ROUTE)?;
    socket.bind_auto()?;
    GROUPS.iter().try_for_each(|group| socket.add_membership(*group))?;
    socket.set_non_blocking(true)?;
    Ok(socket)
}

/// Reads all that has come; true when nothing is left.
fn drain(socket: &Socket) -> bool {
    let mut datagram = Vec::with_capacity(DATAGRAM);
    loop {
        datagram.clear();
        match socket.recv(&mut datagram, 0) {
            Ok(_) => {}
            Err(error) => return error.kind() == io::ErrorKind::WouldBlock,
        }
    }
}
