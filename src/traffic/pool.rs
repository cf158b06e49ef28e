use super::{SocketSpec, Sockets, TrafficError};
use crate::lab::{Endpoint, SourcePorts};
use nix::errno::Errno;
use std::collections::VecDeque;
use std::io;
use std::os::fd::OwnedFd;

/// How many sockets are asked for at once, if nobody says otherwise: few enough to stay far under
/// the usual limit of 1024 descriptors.
const BATCH: usize = 256;

/// A socket with the number of the connection it is for.
pub(super) struct Fresh {
    pub(super) number: usize,
    pub(super) socket: OwnedFd,
}

/// The client's sockets, made a batch at a time and handed out one by one.
pub(super) struct Pool<'a> {
    sockets: &'a mut dyn Sockets,
    to: Endpoint,
    ports: SourcePorts,
    /// How many connections are foreseen; those that replace lost ones come on top.
    foreseen: usize,
    /// How many are asked for at once.
    batch: usize,
    handed: usize,
    ready: VecDeque<OwnedFd>,
}

impl<'a> Pool<'a> {
    pub(super) fn new(sockets: &'a mut dyn Sockets, to: Endpoint, ports: SourcePorts) -> Self {
        Self { sockets, to, ports, foreseen: 0, batch: BATCH, handed: 0, ready: VecDeque::new() }
    }

    pub(super) fn foresee(self, connections: usize) -> Self {
        Self { foreseen: connections, ..self }
    }

    pub(super) fn batched(self, batch: usize) -> Self {
        Self { batch, ..self }
    }

    /// The socket for the next connection.
    pub(super) fn take(&mut self) -> Result<Fresh, TrafficError> {
        if self.ready.is_empty() {
            self.fill()?;
        }
        let missing = || TrafficError::Sockets(io::Error::other("fewer came than were asked for"));
        let socket = self.ready.pop_front().ok_or_else(missing)?;
        self.handed += 1;
        Ok(Fresh { number: self.handed - 1, socket })
    }

    fn fill(&mut self) -> Result<(), TrafficError> {
        let size = self.foreseen.saturating_sub(self.handed).clamp(1, self.batch);
        let numbers = self.handed..self.handed + size;
        let wanted: Vec<_> = numbers.map_while(|number| self.spec(number)).collect();
        if let (SourcePorts::From(first), []) = (self.ports, wanted.as_slice()) {
            return Err(TrafficError::SourcePorts { first, connections: self.handed });
        }
        self.ready = self.sockets.open(&wanted).map_err(|error| self.refused(error))?.into();
        Ok(())
    }

    fn refused(&self, error: io::Error) -> TrafficError {
        match error.raw_os_error().map(Errno::from_raw) {
            Some(Errno::EPROTONOSUPPORT) => TrafficError::NoProtocol(self.to.protocol),
            _ => TrafficError::Sockets(error),
        }
    }

    /// What a connection's socket must be like; none if its source port would pass the last one.
    fn spec(&self, number: usize) -> Option<SocketSpec> {
        let source_port = match self.ports {
            SourcePorts::Any => None,
            SourcePorts::Fixed(port) => Some(port),
            SourcePorts::From(first) => Some(first.checked_add(u16::try_from(number).ok()?)?),
        };
        Some(SocketSpec { protocol: self.to.protocol, to: self.to.address.ip(), source_port })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::net::{Ipv4Addr, SocketAddr};

    /// Gives something that is a descriptor, and remembers what it was asked for.
    #[derive(Default)]
    struct Asked(Vec<Vec<Option<u16>>>);

    impl Sockets for Asked {
        fn open(&mut self, wanted: &[SocketSpec]) -> io::Result<Vec<OwnedFd>> {
            self.0.push(wanted.iter().map(|spec| spec.source_port).collect());
            wanted.iter().map(|_| Ok(File::open("/dev/null")?.into())).collect()
        }
    }

    fn here() -> Endpoint {
        Endpoint::tcp(SocketAddr::from((Ipv4Addr::LOCALHOST, 80)))
    }

    fn take(count: usize, ports: SourcePorts) -> (Vec<Vec<Option<u16>>>, Result<(), TrafficError>) {
        let mut asked = Asked::default();
        let mut pool = Pool::new(&mut asked, here(), ports).foresee(count);
        let taken =
            (0..count).try_for_each(|n| pool.take().map(|fresh| assert_eq!(fresh.number, n)));
        (asked.0, taken)
    }

    #[test]
    fn sockets_are_asked_for_in_batches() {
        let (asked, taken) = take(600, SourcePorts::Any);
        taken.unwrap();
        assert_eq!(asked.iter().map(Vec::len).collect::<Vec<_>>(), [256, 256, 88]);
    }

    #[test]
    fn unforeseen_connections_are_opened_one_by_one() {
        let mut asked = Asked::default();
        let mut pool = Pool::new(&mut asked, here(), SourcePorts::Any);
        pool.take().unwrap();
        pool.take().unwrap();
        assert_eq!(asked.0, [[None], [None]]);
    }

    #[test]
    fn source_ports_count_up_over_the_batches() {
        let (asked, _) = take(300, SourcePorts::From(40_000));
        assert_eq!(asked[0][0], Some(40_000));
        assert_eq!(asked[1].last(), Some(&Some(40_299)));
    }

    #[test]
    fn source_ports_end_at_the_last_port() {
        let (asked, taken) = take(4, SourcePorts::From(65_534));
        assert_eq!(asked, [[Some(65_534), Some(65_535)]]);
        assert_eq!(
            taken.unwrap_err().to_string(),
            "source ports from 65534 end after 2 connections, and more are needed"
        );
    }
}
