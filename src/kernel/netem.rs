use super::Cause;
use super::links;
use super::netlink::Netlink;
use nix::errno::Errno;
use rtnetlink::packet_core::DefaultNla;
use rtnetlink::packet_route::RouteNetlinkMessage as Message;
use rtnetlink::packet_route::tc::{TcAttribute, TcHandle, TcMessage};
use std::time::Duration;

/// `TCA_OPTIONS` (linux/rtnetlink.h).
const OPTIONS: u16 = 2;

/// `TCA_NETEM_LATENCY64` (linux/pkt_sched.h): nanoseconds, as a signed number of 64 bits.
const LATENCY: u16 = 10;

/// How many packets may be on their way: what a gigabit in flight for 100 ms needs.
const LIMIT: u32 = 10_000;

/// Delays each packet that leaves by an interface, and loses some (tc-netem(8)). What was asked
/// for before counts no more.
pub(super) fn impair(
    node: &Netlink,
    interface: &str,
    delay: Duration,
    loss: u8,
) -> Result<(), Cause> {
    let mut message = root(node, interface)?;
    message.attributes.push(TcAttribute::Kind("netem".to_owned()));
    message.attributes.push(TcAttribute::Other(DefaultNla::new(OPTIONS, options(delay, loss))));
    match node.change([Message::NewQueueDiscipline(message)]) {
        Err(cause) if cause.number() == Some(Errno::ENOENT) => {
            Err(Cause::Other("the kernel has no netem (module sch_netem)".to_owned()))
        }
        changed => changed,
    }
}

/// Sends at once again, and everything.
pub(super) fn spare(node: &Netlink, interface: &str) -> Result<(), Cause> {
    node.change([Message::DelQueueDiscipline(root(node, interface)?)])
}

/// The queueing discipline of an interface (struct tcmsg in linux/rtnetlink.h).
fn root(node: &Netlink, interface: &str) -> Result<TcMessage, Cause> {
    let index = links::index(node, interface)?;
    let strange = |_| Cause::Other(format!("the number of {interface} is too large"));
    let mut message = TcMessage::with_index(i32::try_from(index).map_err(strange)?);
    message.header.parent = TcHandle::ROOT;
    Ok(message)
}

/// A struct tc_netem_qopt (linux/pkt_sched.h), of six numbers: latency in ticks, limit, loss, gap,
/// duplicate and jitter; then the latency as an attribute, which the kernel prefers.
fn options(delay: Duration, loss: u8) -> Vec<u8> {
    // The chance that a packet is lost, of 2^32.
    let chance = (u64::from(loss.min(100)) * u64::from(u32::MAX) / 100) as u32;
    let nanoseconds = i64::try_from(delay.as_nanos()).unwrap_or(i64::MAX);
    let attribute = 4 + size_of::<i64>() as u16;
    let mut bytes = Vec::new();
    for number in [0, LIMIT, chance, 0, 0, 0] {
        bytes.extend(number.to_ne_bytes());
    }
    bytes.extend(attribute.to_ne_bytes());
    bytes.extend(LATENCY.to_ne_bytes());
    bytes.extend(nanoseconds.to_ne_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_what_tc_sends() {
        let bytes = options(Duration::from_millis(50), 10);
        assert_eq!(bytes.len(), 36);
        assert_eq!(bytes[8..12], 429_496_729_u32.to_ne_bytes());
        assert_eq!(bytes[28..36], 50_000_000_i64.to_ne_bytes());
        assert_eq!(options(Duration::ZERO, 100)[8..12], [0xff; 4]);
    }
}
