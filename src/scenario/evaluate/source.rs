use super::tally::{answered, listed};
use crate::lab::{Lab, PEER_HEADER, SourceExpected};
use crate::report::Outcome;
use crate::traffic::{Sample, tally};
use std::net::IpAddr;

/// Every real server that answered saw one of the expected client addresses.
pub(super) fn evaluate(source: &SourceExpected, samples: &[Sample], lab: &Lab) -> Outcome {
    let addresses = addresses(source, lab);
    let expected = words(source, &addresses);
    let peers: Vec<_> = answered(samples).map(|answer| answer.peer).collect();
    let silent = peers.iter().filter(|peer| peer.is_none()).count();
    if peers.is_empty() {
        return Outcome::unmeasured(expected, "there was no answer");
    }
    if silent > 0 {
        let reason = format!("{silent} of {} answers lack the header {PEER_HEADER}", peers.len());
        return Outcome::unmeasured(expected, reason);
    }
    let seen = tally(peers.into_iter().flatten().map(|peer| peer.ip()));
    let holds = seen.iter().all(|(address, _)| addresses.contains(address));
    Outcome::measured(holds, expected, listed(&seen))
}

fn addresses(source: &SourceExpected, lab: &Lab) -> Vec<IpAddr> {
    match source {
        SourceExpected::Address(address) => vec![*address],
        SourceExpected::Node(name) => {
            lab.node(name).map_or_else(Vec::new, |node| node.addresses().collect())
        }
    }
}

fn words(source: &SourceExpected, addresses: &[IpAddr]) -> String {
    let listed: Vec<_> = addresses.iter().map(ToString::to_string).collect();
    match source {
        SourceExpected::Address(address) => address.to_string(),
        SourceExpected::Node(name) => format!("{name} ({})", listed.join(" or ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verdict::{Errored, Failed, Passed};
    use crate::scenario::support::{lab, samples};

    fn judge(expected: &str, answers: &str) -> Outcome {
        let source = match expected.parse() {
            Ok(address) => SourceExpected::Address(address),
            Err(_) => SourceExpected::Node(expected.parse().unwrap()),
        };
        evaluate(&source, &samples(answers), &lab())
    }

    #[test]
    fn an_address_of_the_node_was_seen() {
        let outcome = judge("client", "rs1 rs2");
        assert_eq!((outcome.verdict, outcome.observed.as_str()), (Passed, "10.0.0.1 2"));
        assert_eq!(outcome.expected, "client (10.0.0.1)");
    }

    #[test]
    fn another_address_fails_and_is_named() {
        let outcome = judge("10.0.0.9", "rs1 refused");
        assert_eq!((outcome.verdict, outcome.observed.as_str()), (Failed, "10.0.0.1 1"));
    }

    #[test]
    fn answers_that_do_not_say_are_an_error() {
        let outcome = judge("client", "rs1 rs2:nopeer");
        assert_eq!(outcome.verdict, Errored);
        assert!(outcome.observed.contains("1 of 2 answers lack the header"));
        assert_eq!(judge("client", "refused").verdict, Errored);
    }
}
