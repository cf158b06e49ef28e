use super::answer::answer;
use super::reply;
use super::server::{Exchange, Shared, canonical};
use super::{BackendError, Site};
use nix::libc::{in_addr, in_pktinfo, in6_addr, in6_pktinfo};
use nix::sys::socket::{
    ControlMessage, ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, sendmsg,
};
use std::convert::Infallible;
use std::io::{self, IoSlice, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::Interest;
use tokio::net::UdpSocket;
use tokio::sync::watch;

/// The longest request, in bytes; of a longer one the rest is lost.
const REQUEST: usize = 2048;

/// How long receiving rests after it failed.
const REST: Duration = Duration::from_millis(20);

/// A datagram that came.
struct Received {
    text: String,
    /// The client.
    from: SockaddrStorage,
    /// The address that it was sent to: the VIP or the RIP.
    to: IpAddr,
}

/// Answers each datagram that comes to a socket with one datagram, until `shutdown` is done; then
/// the socket is closed at once. The socket tells of each where it came to (`IP_PKTINFO`). Runs
/// inside a tokio runtime with time and I/O.
///
/// # Errors
/// If the socket cannot be taken over.
pub async fn serve_datagrams(
    socket: std::net::UdpSocket,
    site: Site,
    shutdown: impl Future<Output = ()>,
) -> Result<(), BackendError> {
    let node = site.identity.name.clone();
    let (socket, port) = adopt(socket).map_err(|cause| BackendError { node, cause })?;
    let socket = Arc::new(socket);
    let (stop, stopping) = watch::channel(());
    let shared = Arc::new(Shared { site, stopping });
    tokio::select! {
        never = receive(&socket, port, &shared) => match never {},
        () = shutdown => {}
    }
    drop((socket, shared));
    stop.send_replace(());
    stop.closed().await;
    Ok(())
}

fn adopt(socket: std::net::UdpSocket) -> io::Result<(UdpSocket, u16)> {
    socket.set_nonblocking(true)?;
    let port = socket.local_addr()?.port();
    Ok((UdpSocket::from_std(socket)?, port))
}

async fn receive(socket: &Arc<UdpSocket>, port: u16, shared: &Arc<Shared>) -> Infallible {
    loop {
        let Ok(received) = socket.async_io(Interest::READABLE, || take(socket)).await else {
            tokio::time::sleep(REST).await;
            continue;
        };
        shared.site.counters.count_request();
        let Some(peer) = address_of(&received.from) else { continue };
        let local = SocketAddr::new(received.to.to_canonical(), port);
        let exchange = Exchange { shared: Arc::clone(shared), local, peer: canonical(peer) };
        tokio::spawn(respond(exchange, Arc::clone(socket), received));
    }
}

/// Answers one datagram; a backend that is told to stop leaves it unanswered. The socket, a later
/// parameter than what says that this task lives, is closed before.
async fn respond(exchange: Exchange, socket: Arc<UdpSocket>, received: Received) {
    let mut stopping = exchange.shared.stopping.clone();
    let answered = async {
        let request = reply::request(&received.text);
        let response = match &request {
            Some(request) => answer(request, &exchange).await,
            None => reply::unreadable(&exchange),
        };
        let datagram = reply::datagram(request.as_ref(), response).await;
        let send = || give(&socket, &datagram, &received);
        let _ = socket.async_io(Interest::WRITABLE, send).await;
    };
    tokio::select! {
        () = answered => {}
        _ = stopping.changed() => {}
    }
}

fn take(socket: &UdpSocket) -> io::Result<Received> {
    let mut bytes = [0; REQUEST];
    let mut slices = [IoSliceMut::new(&mut bytes)];
    let mut space = nix::cmsg_space!(in6_pktinfo);
    let flags = MsgFlags::empty();
    let message =
        recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut slices, Some(&mut space), flags)?;
    let told = |control| match control {
        ControlMessageOwned::Ipv4PacketInfo(info) => {
            Some(Ipv4Addr::from_bits(u32::from_be(info.ipi_addr.s_addr)).into())
        }
        ControlMessageOwned::Ipv6PacketInfo(info) => {
            Some(Ipv6Addr::from(info.ipi6_addr.s6_addr).into())
        }
        _ => None,
    };
    let to = message.cmsgs()?.find_map(told);
    let length = message.bytes;
    let (Some(from), Some(to)) = (message.address, to) else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    Ok(Received { text: String::from_utf8_lossy(&bytes[..length]).into_owned(), from, to })
}

/// Sends an answer from the address that the request came to: with the VIP on `lo` the kernel
/// would choose the RIP.
fn give(socket: &UdpSocket, datagram: &[u8], to: &Received) -> io::Result<usize> {
    let slices = [IoSlice::new(datagram)];
    let (v4, v6);
    let source = match to.to {
        IpAddr::V4(address) => {
            let ipi_spec_dst = in_addr { s_addr: address.to_bits().to_be() };
            v4 = in_pktinfo { ipi_ifindex: 0, ipi_spec_dst, ipi_addr: in_addr { s_addr: 0 } };
            ControlMessage::Ipv4PacketInfo(&v4)
        }
        IpAddr::V6(address) => {
            let ipi6_addr = in6_addr { s6_addr: address.octets() };
            v6 = in6_pktinfo { ipi6_addr, ipi6_ifindex: 0 };
            ControlMessage::Ipv6PacketInfo(&v6)
        }
    };
    let flags = MsgFlags::empty();
    Ok(sendmsg(socket.as_raw_fd(), &slices, &[source], flags, Some(&to.from))?)
}

fn address_of(name: &SockaddrStorage) -> Option<SocketAddr> {
    let v4 = name.as_sockaddr_in().map(|v4| SocketAddr::new(v4.ip().into(), v4.port()));
    v4.or_else(|| name.as_sockaddr_in6().map(|v6| SocketAddr::new(v6.ip().into(), v6.port())))
}
