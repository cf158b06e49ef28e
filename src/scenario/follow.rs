use super::prediction::{Comparison, Pair, Reply};
use crate::lab::{
    Connection, Endpoint, Protocol, Request, SchedulerFlag, SourcePorts, VirtualService,
};
use crate::oracle::{Choice, Oracle, Tuple};
use crate::traffic::Sample;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Requests that were sent, and what became of them.
#[derive(Clone, Copy)]
pub(super) struct Sent<'a> {
    pub request: &'a Request,
    pub target: Endpoint,
    /// When the first one began, counted from the run's begin.
    pub begun: Duration,
    pub samples: &'a [Sample],
}

/// Tells an oracle of a step's connections, in order, and puts what it says beside what was seen.
pub(super) struct Follower<'a> {
    pub oracle: &'a mut Oracle,
    pub service: &'a VirtualService,
    pub sent: Sent<'a>,
    /// The client's address, where no answer tells it.
    pub client: Option<IpAddr>,
}

/// A connection that is open in the oracle.
struct Open {
    number: usize,
    tuple: Tuple,
    expected: Reply,
}

impl Follower<'_> {
    /// The pairs and how to compare them.
    ///
    /// # Errors
    /// Why nobody knows what the director should have done.
    pub fn follow(mut self) -> Result<(Comparison, Vec<Pair>), String> {
        if self.sent.request.concurrency <= 1 {
            Ok((Comparison::Sequence, self.one_by_one()?))
        } else {
            Ok((Comparison::Counts, self.at_once()?))
        }
    }

    // Ends where an answer is missing: what the director made of that request is not known.
    fn one_by_one(&mut self) -> Result<Vec<Pair>, String> {
        let (mut pairs, mut open) = (Vec::new(), None);
        for sample in self.sent.samples {
            let current = self.carry(open.take(), sample)?;
            let pair = Pair { expected: current.expected.clone(), observed: Reply::of(sample) };
            let goes_on = pair.is_known();
            pairs.push(pair);
            self.oracle.advance(self.sent.begun + sample.started + sample.latency);
            open = self.keep(current);
            if !goes_on {
                break;
            }
        }
        open.into_iter().for_each(|last: Open| self.oracle.close(last.tuple));
        Ok(pairs)
    }

    fn carry(&mut self, open: Option<Open>, sample: &Sample) -> Result<Open, String> {
        match open {
            // Of UDP the director sees datagrams, whatever socket they come from.
            Some(open) if open.number == sample.connection && !self.is_udp() => Ok(open),
            lost => {
                lost.into_iter().for_each(|old| self.oracle.close(old.tuple));
                self.connect(sample)
            }
        }
    }

    fn is_udp(&self) -> bool {
        self.service.protocol == Protocol::Udp
    }

    fn keep(&mut self, current: Open) -> Option<Open> {
        match self.sent.request.connection {
            Connection::KeepAlive => Some(current),
            Connection::New => {
                self.oracle.close(current.tuple);
                None
            }
            Connection::Held => None,
        }
    }

    fn at_once(&mut self) -> Result<Vec<Pair>, String> {
        let first = first_of_each_connection(self.sent.samples);
        self.check_overlap(&first)?;
        let (mut pairs, mut open) = (Vec::new(), Vec::new());
        for sample in first {
            let current = self.connect(sample)?;
            pairs.push(Pair { expected: current.expected.clone(), observed: Reply::of(sample) });
            open.extend(self.keep(current));
        }
        let ends = self.sent.samples.iter().map(|sample| sample.started + sample.latency);
        self.oracle.advance(self.sent.begun + ends.max().unwrap_or_default());
        open.iter().for_each(|kept| self.oracle.close(kept.tuple));
        Ok(pairs)
    }

    // A scheduler that looks at the load is predictable only while no connection ends.
    fn check_overlap(&self, connections: &[&Sample]) -> Result<(), String> {
        let kept = connections.iter().filter(|sample| sample.outcome.is_ok()).count();
        let all_at_once = match self.sent.request.connection {
            Connection::New => false,
            Connection::KeepAlive => kept <= self.sent.request.concurrency as usize,
            Connection::Held => true,
        };
        if !self.oracle.load_matters() || all_at_once {
            return Ok(());
        }
        let scheduler = self.service.scheduler;
        Err(format!(
            "`{scheduler}` here looks at how many connections are open, and of connections that \
             overlap only the director knows; `concurrency: 1` can be predicted"
        ))
    }

    fn connect(&mut self, sample: &Sample) -> Result<Open, String> {
        let tuple = Tuple { client: self.client_of(sample)?, target: self.sent.target.address };
        self.oracle.advance(self.sent.begun + sample.started);
        let choice = self.oracle.connect(tuple).map_err(|reason| reason.to_string())?;
        let expected = match choice {
            Choice::Refused => Reply::Refused,
            Choice::Destination(index) => {
                Reply::From(self.service.destinations[index].real_server.to_string())
            }
        };
        Ok(Open { number: sample.connection, tuple, expected })
    }

    fn client_of(&self, sample: &Sample) -> Result<SocketAddr, String> {
        if let Ok(answer) = &sample.outcome {
            return Ok(answer.local);
        }
        let unknown = |what| format!("request {} failed, and its {what}", sample.index + 1);
        let address = self.client.ok_or_else(|| unknown("source address is not known"))?;
        let port = match self.sent.request.source_ports {
            SourcePorts::Fixed(port) => port,
            SourcePorts::From(port) => port.wrapping_add(sample.connection as u16),
            SourcePorts::Any if self.service.flags.contains(&SchedulerFlag::Port) => {
                return Err(unknown("source port, which is hashed, is not known"));
            }
            SourcePorts::Any => 0,
        };
        Ok(SocketAddr::new(address, port))
    }
}

// Those that were refused last: a refusal changes nothing in the director, and where connections
// stay open it comes when there is no more room.
fn first_of_each_connection(samples: &[Sample]) -> Vec<&Sample> {
    let mut sorted: Vec<_> = samples.iter().collect();
    sorted.sort_by_key(|sample| (sample.connection, sample.index));
    sorted.dedup_by_key(|sample| sample.connection);
    sorted.sort_by_key(|sample| sample.outcome.is_err());
    sorted
}
