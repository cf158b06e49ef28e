use super::netlink::DATAGRAM;
use rtnetlink::sys::{Socket, SocketAddr};
use std::io;

/// NLM_F_REQUEST, and NLM_F_DUMP with it (linux/netlink.h).
const REQUEST: u16 = 0x1;
const DUMP: u16 = 0x301;

/// NLM_F_REQUEST with NLM_F_ACK: an order, which is acknowledged.
const ORDER: u16 = 0x5;

/// NLMSG_ERROR and NLMSG_DONE.
const ERROR: u16 = 2;
const DONE: u16 = 3;

/// The length of struct nlmsghdr.
const HEADER: usize = 16;

/// The length of struct nlattr.
const ATTRIBUTE: usize = 4;

/// How many answers a question has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answers {
    None,
    One,
    Many,
}

/// A question on a netlink socket of its own, for small things of families that need no more.
pub(super) struct Question {
    /// NETLINK_*.
    pub(super) protocol: isize,
    /// The message type.
    pub(super) kind: u16,
    /// Whether it asks for everything of a kind.
    pub(super) answers: Answers,
    /// What follows the header, a multiple of four bytes.
    pub(super) body: Vec<u8>,
}

impl Question {
    /// Asks in the namespace of the calling thread, and gives what follows each answer's header.
    /// The kernel answers at once, so that it does not block.
    pub(super) fn ask(&self) -> io::Result<Vec<Vec<u8>>> {
        // The first message binds the socket.
        let socket = Socket::new(self.protocol)?;
        socket.send_to(&self.bytes(), &SocketAddr::new(0, 0), 0)?;
        let (mut found, mut datagram) = (Vec::new(), Vec::with_capacity(DATAGRAM));
        loop {
            datagram.clear();
            socket.recv(&mut datagram, 0)?;
            for (kind, body) in messages(&datagram) {
                match kind {
                    DONE => return Ok(found),
                    ERROR => return refusal(body).map_or(Ok(found), Err),
                    _ => found.push(body.to_vec()),
                }
            }
            if self.answers == Answers::One {
                return Ok(found);
            }
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let flags = match self.answers {
            Answers::None => ORDER,
            Answers::One => REQUEST,
            Answers::Many => DUMP,
        };
        let length = (HEADER + self.body.len()) as u32;
        let (sequence, sender) = (1_u32, 0_u32);
        [
            &length.to_ne_bytes()[..],
            &self.kind.to_ne_bytes(),
            &flags.to_ne_bytes(),
            &sequence.to_ne_bytes(),
            &sender.to_ne_bytes(),
            &self.body,
        ]
        .concat()
    }
}

/// The messages of a datagram: type, and what follows the header.
fn messages(mut datagram: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = u32::from_ne_bytes(*datagram.first_chunk()?) as usize;
        let kind = u16::from_ne_bytes(*datagram.get(4..)?.first_chunk()?);
        let body = datagram.get(HEADER..length)?;
        datagram = datagram.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, body))
    })
}

/// An attribute (struct nlattr): its length, its kind, its value, filled up to four bytes.
pub(super) fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let length = (ATTRIBUTE + value.len()) as u16;
    let mut bytes = [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), value].concat();
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// The attributes of a message: kind, and value.
pub(super) fn attributes(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::from(u16::from_ne_bytes(*bytes.first_chunk()?));
        let kind = u16::from_ne_bytes(*bytes.get(2..)?.first_chunk()?);
        let value = bytes.get(ATTRIBUTE..length)?;
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((kind, value))
    })
}

/// The error number of struct nlmsgerr, negative; zero is an acknowledgement.
fn refusal(body: &[u8]) -> Option<io::Error> {
    match i32::from_ne_bytes(*body.first_chunk()?) {
        0 => None,
        number => Some(io::Error::from_raw_os_error(number.saturating_neg())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_datagram_is_cut_into_messages() {
        let message = |kind, body: &[u8]| Question {
            protocol: 0,
            kind,
            answers: Answers::One,
            body: body.to_vec(),
        };
        let datagram = [message(20, &[1, 2, 3, 4]).bytes(), message(DONE, &[]).bytes()].concat();
        let read: Vec<_> = messages(&datagram).collect();
        assert_eq!(read, [(20, &[1, 2, 3, 4][..]), (DONE, &[][..])]);
    }

    #[test]
    fn attributes_are_read_as_they_are_written() {
        let bytes = [attribute(1, b"fou\0"), attribute(2, &[7]), attribute(3, &[])].concat();
        let read: Vec<_> = attributes(&bytes).collect();
        assert_eq!(read, [(1, &b"fou\0"[..]), (2, &[7][..]), (3, &[][..])]);
    }

    #[test]
    fn half_a_message_is_none() {
        assert_eq!(messages(&[40, 0, 0, 0, 20, 0]).count(), 0);
    }
}
