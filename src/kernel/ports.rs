use super::Cause;
use super::namespace::Namespace;
use super::question::{Answers, Question};
use nix::errno::Errno;
use nix::libc;
use rtnetlink::sys::protocols::NETLINK_SOCK_DIAG;
use std::collections::BTreeSet;
use std::fs;
use std::io;

/// SOCK_DIAG_BY_FAMILY (linux/sock_diag.h).
const BY_FAMILY: u16 = 20;

/// 1 << TCP_LISTEN (include/net/tcp_states.h).
const LISTENING: u32 = 1 << 10;

/// The length of struct inet_diag_sockid.
const SOCKET_ID: usize = 48;

/// Reads which TCP ports have a listener, on whatever address.
pub(super) fn listening(namespace: &Namespace) -> Result<Vec<u16>, Cause> {
    let read = namespace.run(|| match by_question() {
        // The kernel has no tcp_diag.
        Err(error) if error.raw_os_error() == Some(Errno::ENOENT as i32) => by_file(),
        answered => answered,
    });
    read.map(|ports| ports.into_iter().collect()).map_err(|e| Cause::io("SOCK_DIAG_BY_FAMILY", e))
}

/// sock_diag(7), which looks at listeners only: the files of /proc show every bucket of the
/// kernel's hash table, at more than a millisecond a node.
fn by_question() -> io::Result<BTreeSet<u16>> {
    let mut ports = BTreeSet::new();
    for family in [libc::AF_INET, libc::AF_INET6] {
        let protocol = libc::IPPROTO_TCP as u8;
        // struct inet_diag_req_v2
        let body = [&[family as u8, protocol, 0, 0][..], &LISTENING.to_ne_bytes(), &[0; SOCKET_ID]];
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

fn by_file() -> io::Result<BTreeSet<u16>> {
    let mut ports = BTreeSet::new();
    for table in ["tcp", "tcp6"] {
        match fs::read_to_string(format!("/proc/thread-self/net/{table}")) {
            Ok(text) => ports.extend(text.lines().filter_map(listener)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(ports)
}

/// The port of a line (Documentation/networking/proc_net_tcp.rst), if its state is LISTEN, 0A.
fn listener(line: &str) -> Option<u16> {
    let mut words = line.split_whitespace().skip(1);
    let (_, port) = words.next()?.rsplit_once(':')?;
    let state = words.nth(1)?;
    (state == "0A").then_some(())?;
    u16::from_str_radix(port, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn only_listeners_count() {
        let listen = "   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000";
        let established = "   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 0";
        let heading = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt";
        assert_eq!(listener(listen), Some(8080));
        assert_eq!(listener(established), None);
        assert_eq!(listener(heading), None);
    }

    #[test]
    fn both_ways_find_a_listener() {
        let open = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = open.local_addr().unwrap().port();
        assert!(by_question().unwrap().contains(&port));
        assert!(by_file().unwrap().contains(&port));
    }
}
