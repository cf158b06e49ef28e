use super::proc_net::ProcNet;
use std::io;

/// Which kinds of sockets a namespace has at all. Most nodes have few, and asking for each kind
/// costs more than looking.
pub(super) struct SocketUse(String);

impl SocketUse {
    /// That of a namespace. A kernel without IPv6 has one file only.
    pub(super) fn read(files: &ProcNet) -> io::Result<Self> {
        let (inet, inet6) = (files.read("sockstat")?, files.read("sockstat6")?);
        Ok(Self(inet.unwrap_or_default() + &inet6.unwrap_or_default()))
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
        let sockets = SocketUse::read(&ProcNet::here().unwrap()).unwrap();
        assert!(sockets.has("TCP") && sockets.has("UDP"));
    }
}
