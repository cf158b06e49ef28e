use super::Cause;
use super::namespace::Namespace;
use super::part::{TCP_DIAG, UDP_DIAG};
use super::proc_net::ProcNet;
use super::question::{Answers, Question};
use super::socket_use::SocketUse;
use crate::lab::{Port, Protocol};
use nix::errno::Errno;
use nix::libc;
use rtnetlink::sys::protocols::NETLINK_SOCK_DIAG;
use std::collections::BTreeSet;
use std::io;

/// SOCK_DIAG_BY_FAMILY (linux/sock_diag.h).
const BY_FAMILY: u16 = 20;

/// The length of struct inet_diag_sockid.
const SOCKET_ID: usize = 48;

/// Reads which ports are served in a namespace, on whatever address: those of TCP and SCTP have a
/// listener, those of UDP a socket that is connected to nobody.
pub(super) fn listening(namespace: &Namespace) -> Result<Vec<Port>, Cause> {
    let read = namespace.run(|| {
        let files = ProcNet::here()?;
        of(&files, &SocketUse::read(&files)?)
    });
    read.map_err(|e| Cause::io("SOCK_DIAG_BY_FAMILY", e))
}

/// The same in the namespace of the calling thread, which has these files and kinds of sockets.
pub(super) fn of(files: &ProcNet, sockets: &SocketUse) -> io::Result<Vec<Port>> {
    let mut ports = BTreeSet::new();
    for protocol in Protocol::ALL {
        let numbers = served(protocol, (files, sockets))?;
        ports.extend(numbers.into_iter().map(|number| Port { protocol, number }));
    }
    Ok(ports.into_iter().collect())
}

fn served(
    protocol: Protocol,
    (files, sockets): (&ProcNet, &SocketUse),
) -> io::Result<BTreeSet<u16>> {
    let (diagnosis, kinds) = match protocol {
        Protocol::Tcp => (&TCP_DIAG, [("TCP", libc::AF_INET), ("TCP6", libc::AF_INET6)]),
        Protocol::Udp => (&UDP_DIAG, [("UDP", libc::AF_INET), ("UDP6", libc::AF_INET6)]),
        // So short a file is read as fast as its diagnosis.
        Protocol::Sctp => return by_file(protocol, files),
    };
    let families = kinds.iter().filter(|(kind, _)| sockets.has(kind)).map(|(_, family)| *family);
    let families: Vec<_> = families.collect();
    if families.is_empty() {
        return Ok(BTreeSet::new());
    }
    let is_absent = |error: &io::Error| error.raw_os_error() == Some(Errno::ENOENT as i32);
    match diagnosis.ask(|| by_question(protocol, &families), is_absent)? {
        Some(ports) => Ok(ports),
        None => by_file(protocol, files),
    }
}

/// The state of a socket that serves (include/net/tcp_states.h): TCP_LISTEN, which SCTP shares,
/// and of UDP, which has no states, TCP_CLOSE for what is not connected.
fn serving_state(protocol: Protocol) -> u8 {
    match protocol {
        Protocol::Tcp | Protocol::Sctp => 10,
        Protocol::Udp => 7,
    }
}

/// sock_diag(7), which looks at listeners only: the files of /proc show every bucket of the
/// kernel's hash table, at more than a millisecond a node.
fn by_question(protocol: Protocol, families: &[libc::c_int]) -> io::Result<BTreeSet<u16>> {
    let mut ports = BTreeSet::new();
    let states = 1_u32 << serving_state(protocol);
    for family in families {
        // struct inet_diag_req_v2
        let head = [*family as u8, protocol.number(), 0, 0];
        let body = [&head[..], &states.to_ne_bytes(), &[0; SOCKET_ID]];
        let question = Question {
            protocol: NETLINK_SOCK_DIAG,
            kind: BY_FAMILY,
            answers: Answers::Many,
            body: body.concat(),
        };
        ports.extend(question.ask()?.iter().filter_map(|answer| source_port(answer)));
    }
    Ok(ports)
}

/// struct inet_diag_msg begins with four bytes of state; the source port, in network order, is
/// the first thing after them.
fn source_port(answer: &[u8]) -> Option<u16> {
    answer.get(4..)?.first_chunk().copied().map(u16::from_be_bytes)
}

fn by_file(protocol: Protocol, files: &ProcNet) -> io::Result<BTreeSet<u16>> {
    let names: &[&str] = match protocol {
        Protocol::Tcp => &["tcp", "tcp6"],
        Protocol::Udp => &["udp", "udp6"],
        Protocol::Sctp => &["sctp/eps"],
    };
    let mut ports = BTreeSet::new();
    for name in names {
        let text = files.read(name)?.unwrap_or_default();
        ports.extend(text.lines().filter_map(|line| served_port(protocol, line)));
    }
    Ok(ports)
}

/// The port of a line, if its socket serves: of tcp and udp
/// (Documentation/networking/proc_net_tcp.rst) address, peer and state in hexadecimal; of sctp/eps
/// (`sctp_eps_seq_show` in net/sctp/proc.c) the state fourth and the port sixth, both decimal.
fn served_port(protocol: Protocol, line: &str) -> Option<u16> {
    let mut words = line.split_whitespace();
    if protocol == Protocol::Sctp {
        let state: u8 = words.nth(3)?.parse().ok()?;
        return (state == serving_state(protocol)).then(|| words.nth(1)?.parse().ok())?;
    }
    let (_, port) = words.nth(1)?.rsplit_once(':')?;
    let state = u8::from_str_radix(words.nth(1)?, 16).ok()?;
    (state == serving_state(protocol)).then(|| u16::from_str_radix(port, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, UdpSocket};

    #[test]
    fn only_listeners_count() {
        let of = |line| served_port(Protocol::Tcp, line);
        let listen = "   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000";
        let established = "   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 0";
        let heading = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt";
        assert_eq!((of(listen), of(established), of(heading)), (Some(8080), None, None));
    }

    #[test]
    fn an_sctp_endpoint_counts_while_it_listens() {
        let of = |line| served_port(Protocol::Sctp, line);
        let heading = " ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS";
        let listen = "61d1c000 61d1e000 2   10  5    80        0 1234 0.0.0.0 ";
        let closed = "61d1c000 61d1e000 2   7   5    80        0 1234 0.0.0.0 ";
        assert_eq!((of(heading), of(listen), of(closed)), (None, Some(80), None));
    }

    #[test]
    fn both_ways_find_a_listener() {
        let open = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = open.local_addr().unwrap().port();
        assert!(by_question(Protocol::Tcp, &[libc::AF_INET]).unwrap().contains(&port));
        assert!(by_file(Protocol::Tcp, &ProcNet::here().unwrap()).unwrap().contains(&port));
    }

    #[test]
    fn a_datagram_socket_counts_until_it_is_connected() {
        let open = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = Port { protocol: Protocol::Udp, number: open.local_addr().unwrap().port() };
        let files = ProcNet::here().unwrap();
        let served = || super::of(&files, &SocketUse::read(&files).unwrap()).unwrap();
        assert!(served().contains(&port));
        assert!(by_file(Protocol::Udp, &files).unwrap().contains(&port.number));
        open.connect("127.0.0.1:9").unwrap();
        assert!(!served().contains(&port));
        assert!(!by_file(Protocol::Udp, &files).unwrap().contains(&port.number));
    }
}
