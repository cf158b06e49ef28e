use super::Cause;
use super::namespace::Namespace;
use nix::errno::Errno;
use rtnetlink::packet_core::{
    ErrorMessage, NLM_F_ACK, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REPLACE, NLM_F_REQUEST,
    NetlinkMessage, NetlinkPayload,
};
use rtnetlink::packet_route::RouteNetlinkMessage as Message;
use rtnetlink::sys::protocols::NETLINK_ROUTE;
use rtnetlink::sys::{Socket, SocketAddr};
use std::io;
use std::os::fd::{AsRawFd, RawFd};

/// The kernel makes no datagram of a dump longer than this (netlink_recvmsg in
/// net/netlink/af_netlink.c).
pub(super) const DATAGRAM: usize = 32 * 1024;

/// A routing netlink socket (rtnetlink(7)) that belongs to one namespace.
///
/// The kernel does what a message says before the call that sends it returns, so that its answer
/// is never waited for: there is nothing asynchronous here.
#[derive(Debug)]
pub(super) struct Netlink(Socket);

impl Netlink {
    /// Opens a socket inside a namespace.
    pub(super) fn open(namespace: &Namespace) -> io::Result<Self> {
        namespace.run(Self::here)
    }

    /// Opens a socket in the namespace of the calling thread. Its first message binds it.
    pub(super) fn here() -> io::Result<Self> {
        Socket::new(NETLINK_ROUTE).map(Self)
    }

    /// Sends messages in one go. The first refusal is the answer; the kernel goes on with those
    /// after it. Only the last message asks for an acknowledgement: errors come unasked.
    pub(super) fn change<const N: usize>(&self, messages: [Message; N]) -> Result<(), Cause> {
        let mut requests = messages.map(|message| {
            let flags = NLM_F_REQUEST | creation_flags(&message);
            with_flags(flags, message)
        });
        if let Some(last) = requests.last_mut() {
            last.header.flags |= NLM_F_ACK;
        }
        self.exchange(&mut requests).map(drop)
    }

    /// Asks for everything of a kind.
    pub(super) fn dump(&self, message: Message) -> Result<Vec<Message>, Cause> {
        self.exchange(&mut [with_flags(NLM_F_REQUEST | NLM_F_DUMP, message)])
    }

    /// Sends requests, and collects what comes until the last one's end: an acknowledgement, a
    /// refusal, or the end of a dump.
    fn exchange(&self, requests: &mut [NetlinkMessage<Message>]) -> Result<Vec<Message>, Cause> {
        let failed = |call| move |error| Cause::io(call, error);
        let sent = self.0.send_to(&encoded(requests), &SocketAddr::new(0, 0), 0);
        sent.map_err(failed("sendto"))?;
        let mut answers = Answers { last: requests.len() as u32, found: Vec::new(), refused: None };
        let mut datagram = Vec::with_capacity(DATAGRAM);
        loop {
            datagram.clear();
            self.0.recv(&mut datagram, 0).map_err(failed("recv"))?;
            if answers.take(&datagram)? == Reading::Done {
                return answers.refused.map_or(Ok(answers.found), Err);
            }
        }
    }
}

impl AsRawFd for Netlink {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

/// Whether more datagrams will come.
#[derive(PartialEq)]
enum Reading {
    More,
    Done,
}

/// What came so far.
struct Answers {
    /// The sequence number of the last request.
    last: u32,
    found: Vec<Message>,
    refused: Option<Cause>,
}

impl Answers {
    /// Takes the messages of a datagram; those that answer an earlier request are refusals only.
    fn take(&mut self, mut datagram: &[u8]) -> Result<Reading, Cause> {
        let strange = |error: rtnetlink::packet_core::DecodeError| Cause::Other(error.to_string());
        while !datagram.is_empty() {
            let answer = NetlinkMessage::<Message>::deserialize(datagram).map_err(strange)?;
            let is_last = answer.header.sequence_number == self.last;
            let length = (answer.header.length as usize).next_multiple_of(4);
            datagram = datagram.get(length..).unwrap_or_default();
            match answer.payload {
                NetlinkPayload::InnerMessage(message) => self.found.push(message),
                NetlinkPayload::Error(error) => {
                    self.refused = self.refused.take().or(refusal(&error));
                    if is_last {
                        return Ok(Reading::Done);
                    }
                }
                NetlinkPayload::Done(_) => return Ok(Reading::Done),
                _ => {}
            }
        }
        Ok(Reading::More)
    }
}

/// The requests one after the other, with sequence numbers from 1.
fn encoded(requests: &mut [NetlinkMessage<Message>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, request) in (1..).zip(requests) {
        request.header.sequence_number = number;
        request.finalize();
        let (start, length) = (bytes.len(), request.buffer_len());
        bytes.resize(start + length.next_multiple_of(4), 0);
        request.serialize(&mut bytes[start..start + length]);
    }
    bytes
}

fn with_flags(flags: u16, message: Message) -> NetlinkMessage<Message> {
    let mut request = NetlinkMessage::from(message);
    request.header.flags = flags;
    request
}

/// Whatever is made must not be there yet, except what an interface always has one of.
fn creation_flags(message: &Message) -> u16 {
    match message {
        Message::NewLink(_) | Message::NewAddress(_) | Message::NewRoute(_) => {
            NLM_F_CREATE | NLM_F_EXCL
        }
        Message::NewQueueDiscipline(_) => NLM_F_CREATE | NLM_F_REPLACE,
        _ => 0,
    }
}

/// What an error message says, with the name of the request that it answers; nothing if it is an
/// acknowledgement.
fn refusal(error: &ErrorMessage) -> Option<Cause> {
    let errno = Errno::from_raw(error.code?.get().saturating_neg());
    Some(Cause::errno(name(&error.header), errno))
}

/// The name in linux/rtnetlink.h of a request, by its header (struct nlmsghdr).
fn name(header: &[u8]) -> &'static str {
    match header {
        [_, _, _, _, low, high, ..] => match u16::from_ne_bytes([*low, *high]) {
            16 => "RTM_NEWLINK",
            17 => "RTM_DELLINK",
            18 => "RTM_GETLINK",
            19 => "RTM_SETLINK",
            20 => "RTM_NEWADDR",
            21 => "RTM_DELADDR",
            22 => "RTM_GETADDR",
            24 => "RTM_NEWROUTE",
            25 => "RTM_DELROUTE",
            26 => "RTM_GETROUTE",
            36 => "RTM_NEWQDISC",
            37 => "RTM_DELQDISC",
            _ => "rtnetlink",
        },
        _ => "rtnetlink",
    }
}
