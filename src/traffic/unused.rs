use super::{SocketSpec, Sockets};
use std::io;
use std::ops::RangeInclusive;
use std::os::fd::OwnedFd;

/// Below those that the kernel chooses from (ip(7), ip_local_port_range), so that it gives none of
/// them to anybody else.
const PORTS: RangeInclusive<u16> = 20_000..=32_767;

/// Source ports that come once each. For minutes a director remembers a client's port and sends
/// whatever comes from it to the same real server, without asking the scheduler. The kernel chooses
/// ports at random (for TCP it begins somewhere else every ten seconds, secure_seq.c), so that of
/// some hundred requests a few come from a port that is remembered.
#[derive(Debug)]
pub struct UnusedPorts(RangeInclusive<u16>);

impl Default for UnusedPorts {
    fn default() -> Self {
        Self(PORTS)
    }
}

impl UnusedPorts {
    /// Sockets that have such ports where the kernel might choose, as long as there are any.
    pub fn on<'a, S: Sockets>(&'a mut self, sockets: &'a mut S) -> impl Sockets + use<'a, S> {
        OnUnusedPorts { ports: self, sockets }
    }
}

struct OnUnusedPorts<'a, S> {
    ports: &'a mut UnusedPorts,
    sockets: &'a mut S,
}

impl<S: Sockets> Sockets for OnUnusedPorts<'_, S> {
    fn open(&mut self, wanted: &[SocketSpec]) -> io::Result<Vec<OwnedFd>> {
        loop {
            let mut port = |spec: &SocketSpec| spec.source_port.or_else(|| self.ports.0.next());
            let bound = wanted.iter().map(|spec| SocketSpec { source_port: port(spec), ..*spec });
            let bound: Vec<_> = bound.collect();
            match self.sockets.open(&bound) {
                // Somebody in the node serves one of them.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse && bound != wanted => {}
                opened => return opened,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::Protocol;
    use std::net::{IpAddr, Ipv4Addr};

    /// Has some ports in use, and remembers which were asked for.
    struct Busy {
        used: Vec<u16>,
        asked: Vec<Option<u16>>,
    }

    impl Sockets for Busy {
        fn open(&mut self, wanted: &[SocketSpec]) -> io::Result<Vec<OwnedFd>> {
            self.asked = wanted.iter().map(|spec| spec.source_port).collect();
            match self.asked.iter().flatten().any(|port| self.used.contains(port)) {
                true => Err(io::ErrorKind::AddrInUse.into()),
                false => Ok(Vec::new()),
            }
        }
    }

    fn spec(source_port: Option<u16>) -> SocketSpec {
        let to = IpAddr::V4(Ipv4Addr::LOCALHOST);
        SocketSpec { protocol: Protocol::Udp, to, source_port }
    }

    #[test]
    fn a_port_comes_once_and_a_wanted_one_is_left_alone() {
        let (mut ports, mut busy) = (UnusedPorts::default(), Busy { used: vec![], asked: vec![] });
        ports.on(&mut busy).open(&[spec(None), spec(Some(7)), spec(None)]).unwrap();
        assert_eq!(busy.asked, [Some(20_000), Some(7), Some(20_001)]);
        ports.on(&mut busy).open(&[spec(None)]).unwrap();
        assert_eq!(busy.asked, [Some(20_002)]);
    }

    #[test]
    fn a_port_that_is_in_use_is_passed_over_unless_it_was_wanted() {
        let used = vec![20_000, 20_002, 7];
        let (mut ports, mut busy) = (UnusedPorts::default(), Busy { used, asked: vec![] });
        ports.on(&mut busy).open(&[spec(None), spec(None)]).unwrap();
        assert_eq!(busy.asked, [Some(20_004), Some(20_005)]);
        let refused = ports.on(&mut busy).open(&[spec(Some(7))]).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AddrInUse);
    }

    #[test]
    fn the_kernel_chooses_when_all_have_been_used() {
        let (mut ports, mut busy) = (UnusedPorts(1..=1), Busy { used: vec![1], asked: vec![] });
        ports.on(&mut busy).open(&[spec(None), spec(None)]).unwrap();
        assert_eq!(busy.asked, [None, None]);
    }
}
