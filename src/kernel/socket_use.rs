use std::fs;
use std::io;

/// Which kinds of sockets a namespace has at all. Most nodes have few, and asking for each kind
/// costs more than looking.
pub(super) struct SocketUse(String);

impl SocketUse {
    /// That of the namespace of the calling thread.
    pub(super) fn read() -> io::Result<Self> {
        let mut text = fs::read_to_string("/proc/thread-self/net/sockstat")?;
        match fs::read_to_string("/proc/thread-self/net/sockstat6") {
            Ok(inet6) => text += &inet6,
            // A kernel without IPv6.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        Ok(Self(text))
    }

    /// Whether there are sockets of a kind: `TCP`, `UDP`, `TCP6` or `UDP6` (sockstat_seq_show in
    /// net/ipv4/proc.c, sockstat6_seq_show in net/ipv6/proc.c).
    pub(super) fn has(&self, kind: &str) -> bool {
        let used = |line: &str| {
            let rest = line.strip_prefix(kind)?.strip_prefix(": inuse ")?;
            Some(rest.split_whitespace().next() != Some("0"))
        };
        self.0.lines().find_map(used).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, UdpSocket};

    #[test]
    fn sockets_of_each_kind_are_counted_apart() {
        let sockets = SocketUse(
            "sockets: used 9\nTCP: inuse 0 orphan 0\nUDP: inuse 1 mem 0\nUDPLITE: inuse 0\n\
             TCP6: inuse 2\nUDP6: inuse 0\n"
                .to_owned(),
        );
        let kinds = ["TCP", "UDP", "TCP6", "UDP6"].map(|kind| sockets.has(kind));
        assert_eq!(kinds, [false, true, true, false]);
        assert!(!sockets.has("DCCP"));
    }

    #[test]
    fn a_socket_that_is_open_is_in_use() {
        let _open = (TcpListener::bind("127.0.0.1:0"), UdpSocket::bind("127.0.0.1:0"));
        let sockets = SocketUse::read().unwrap();
        assert!(sockets.has("TCP") && sockets.has("UDP"));
    }
}
