use super::Result;
use lvs_lab::kernel::Namespace;
use nix::sys::socket::{
    AddressFamily, ControlMessageOwned, MsgFlags, SockFlag, SockProtocol, SockType, recvmsg,
    setsockopt, socket, sockopt,
};
use std::io::{self, IoSliceMut};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How long anything may take that must happen.
const LIMIT: Duration = Duration::from_secs(60);

/// What an observer has seen, oldest first. Clones share it.
pub struct Seen<T>(Arc<Mutex<Vec<T>>>);

impl<T> Clone for Seen<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Clone> Seen<T> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self(Arc::default())
    }

    /// Takes note.
    pub fn add(&self, new: T) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(new);
    }

    /// Everything until now.
    pub fn all(&self) -> Vec<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The first thing that is as wanted, now or later.
    pub fn first(&self, what: &str, wanted: impl Fn(&T) -> bool) -> Result<T> {
        let begun = Instant::now();
        while begun.elapsed() < LIMIT {
            let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(found) = seen.iter().find(|seen| wanted(seen)) {
                return Ok(found.clone());
            }
            drop(seen);
            std::thread::sleep(Duration::from_micros(500));
        }
        Err(format!("{what} did not happen within {} s", LIMIT.as_secs()).into())
    }
}

/// A raw socket of a namespace that says when the kernel had each packet.
pub fn open(namespace: &str, family: AddressFamily, protocol: SockProtocol) -> Result<OwnedFd> {
    Ok(Namespace::named(namespace)?.run(|| {
        let made = socket(family, SockType::Raw, SockFlag::SOCK_CLOEXEC, protocol)?;
        setsockopt(&made, sockopt::RcvBufForce, &(4 << 20))?;
        setsockopt(&made, sockopt::ReceiveTimestampns, &true)?;
        Ok(made)
    })?)
}

/// Waits for the next packet; the time is the kernel's, or now where the kernel has none.
pub fn receive(socket: &OwnedFd, buffer: &mut [u8]) -> io::Result<(SystemTime, usize)> {
    let mut space = nix::cmsg_space!(nix::sys::time::TimeSpec);
    let mut slices = [IoSliceMut::new(buffer)];
    let flags = MsgFlags::empty();
    let message = recvmsg::<()>(socket.as_raw_fd(), &mut slices, Some(&mut space), flags)?;
    let stamp = message.cmsgs()?.find_map(|said| match said {
        ControlMessageOwned::ScmTimestampns(time) => Some(UNIX_EPOCH + Duration::from(time)),
        _ => None,
    });
    Ok((stamp.unwrap_or_else(SystemTime::now), message.bytes))
}
