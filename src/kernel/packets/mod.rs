//! The last packets that went through nodes: what a look with tcpdump would have shown.
//!
//! May: listen on every interface of a namespace. May not: send.

mod filter;
mod line;

use super::{Cause, KernelError, Namespace};
use crate::lab::NodeName;
use nix::sys::socket::{
    AddressFamily, ControlMessageOwned, MsgFlags, SockFlag, SockProtocol, SockType, recvmsg,
    setsockopt, socket,
    sockopt::{RcvBufForce, ReceiveTimestampns},
};
use std::collections::VecDeque;
use std::io::{self, IoSliceMut};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

/// How many packets of a node are remembered.
const KEPT: usize = 200;

/// How often packets are fetched: the kernel holds them meanwhile, and says when each came.
const TICK: Duration = Duration::from_millis(50);

/// How much the kernel may hold, in bytes: some thousand packets.
const HELD: usize = 1 << 20;

/// A packet that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// When.
    pub at: SystemTime,
    /// What it was, as in `192.168.150.9:40000 > 192.168.150.100:80 TCP SYN`.
    pub text: String,
}

/// Remembers the last packets of nodes, until it is dropped: ARP, VRRP, ICMP, UDP, and what opens
/// and ends TCP connections.
pub struct Packets {
    nodes: Vec<(NodeName, Ring)>,
    _tasks: JoinSet<()>,
}

type Ring = Arc<Mutex<VecDeque<(SystemTime, Vec<u8>)>>>;

impl Packets {
    /// Begins. Runs inside a tokio runtime.
    ///
    /// # Errors
    /// Whose packets cannot be listened to, and why.
    pub fn begin(places: Vec<(NodeName, Namespace)>) -> Result<Self, KernelError> {
        let (mut nodes, mut tasks) = (Vec::new(), JoinSet::new());
        for (node, namespace) in places {
            let opened = namespace.run(|| Ok(open()?));
            let socket = opened.map_err(|error| KernelError {
                action: "listen to packets".to_owned(),
                node: node.clone(),
                cause: Cause::io("socket", error),
            })?;
            let ring = Ring::default();
            tasks.spawn(listen(socket, ring.clone()));
            nodes.push((node, ring));
        }
        Ok(Self { nodes, _tasks: tasks })
    }

    /// The last packets of a node, oldest first.
    pub fn last(&self, node: &NodeName) -> Vec<Packet> {
        let found = self.nodes.iter().find(|(name, _)| name == node);
        let Some((_, ring)) = found else { return Vec::new() };
        let ring = ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.iter().map(|(at, bytes)| Packet { at: *at, text: line::of(bytes) }).collect()
    }
}

fn open() -> nix::Result<OwnedFd> {
    let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
    let made = socket(AddressFamily::Packet, SockType::Raw, flags, SockProtocol::EthAll)?;
    filter::attach(&made)?;
    setsockopt(&made, RcvBufForce, &HELD)?;
    setsockopt(&made, ReceiveTimestampns, &true)?;
    Ok(made)
}

async fn listen(socket: OwnedFd, ring: Ring) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        while let Ok(packet) = receive(&socket) {
            let mut ring = ring.lock().unwrap_or_else(PoisonError::into_inner);
            if ring.len() == KEPT {
                ring.pop_front();
            }
            ring.push_back(packet);
        }
    }
}

/// The next packet that the kernel holds.
fn receive(socket: &OwnedFd) -> io::Result<(SystemTime, Vec<u8>)> {
    let mut bytes = [0; filter::LENGTH];
    let mut space = nix::cmsg_space!(nix::sys::time::TimeSpec);
    let mut slices = [IoSliceMut::new(&mut bytes)];
    let flags = MsgFlags::MSG_DONTWAIT;
    let message = recvmsg::<()>(socket.as_raw_fd(), &mut slices, Some(&mut space), flags)?;
    let stamp = message.cmsgs()?.find_map(|said| match said {
        ControlMessageOwned::ScmTimestampns(time) => Some(UNIX_EPOCH + Duration::from(time)),
        _ => None,
    });
    let length = message.bytes;
    Ok((stamp.unwrap_or_else(SystemTime::now), bytes[..length].to_vec()))
}
