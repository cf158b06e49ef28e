use super::Cause;
use super::namespace::Namespace;
use futures::StreamExt;
use nix::errno::Errno;
use rtnetlink::packet_core::{
    ErrorMessage, NLM_F_ACK, NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, NLM_F_REQUEST, NetlinkMessage,
    NetlinkPayload,
};
use rtnetlink::packet_route::RouteNetlinkMessage as Message;
use rtnetlink::proto::{ConnectionHandle, new_connection, sys};
use std::io;

/// A routing netlink connection (rtnetlink(7)) that belongs to one namespace.
#[derive(Debug)]
pub(super) struct Netlink(ConnectionHandle<Message>);

impl Netlink {
    /// Opens a connection inside a namespace; the current runtime serves it.
    pub(super) fn open(namespace: &Namespace) -> io::Result<Self> {
        let runtime = tokio::runtime::Handle::try_current().map_err(io::Error::other)?;
        let guard = runtime.clone();
        let (connection, handle, _) = namespace.run(move || {
            let _context = guard.enter();
            new_connection(sys::protocols::NETLINK_ROUTE)
        })?;
        runtime.spawn(connection);
        Ok(Self(handle))
    }

    /// Sends messages in one go, and waits until each is acknowledged. The first refusal is the
    /// answer; the kernel goes on with those after it.
    pub(super) async fn change<const N: usize>(&self, messages: [Message; N]) -> Result<(), Cause> {
        let flags = |message: &Message| NLM_F_REQUEST | NLM_F_ACK | creation_flags(message);
        let mut refused = None;
        let mut answers =
            self.send(messages.map(|message| with_flags(flags(&message), message)))?;
        while let Some(answer) = answers.next().await {
            if let NetlinkPayload::Error(error) = answer.payload {
                refused = refused.or(refusal(&error));
            }
        }
        refused.map_or(Ok(()), Err)
    }

    /// Asks for everything of a kind.
    pub(super) async fn dump(&self, message: Message) -> Result<Vec<Message>, Cause> {
        self.ask(with_flags(NLM_F_REQUEST | NLM_F_DUMP, message)).await
    }

    /// Asks for one thing.
    pub(super) async fn get(&self, message: Message) -> Result<Option<Message>, Cause> {
        Ok(self.ask(with_flags(NLM_F_REQUEST, message)).await?.pop())
    }

    async fn ask(&self, request: NetlinkMessage<Message>) -> Result<Vec<Message>, Cause> {
        let mut found = Vec::new();
        let mut answers = self.send([request])?;
        while let Some(answer) = answers.next().await {
            match answer.payload {
                NetlinkPayload::InnerMessage(message) => found.push(message),
                NetlinkPayload::Error(error) => {
                    if let Some(cause) = refusal(&error) {
                        return Err(cause);
                    }
                }
                _ => {}
            }
        }
        Ok(found)
    }

    fn send<const N: usize>(
        &self,
        requests: [NetlinkMessage<Message>; N],
    ) -> Result<impl futures::Stream<Item = NetlinkMessage<Message>> + use<N>, Cause> {
        let kernel = sys::SocketAddr::new(0, 0);
        self.0.request_batch(requests, kernel).map_err(|e| Cause::Other(e.to_string()))
    }
}

fn with_flags(flags: u16, message: Message) -> NetlinkMessage<Message> {
    let mut request = NetlinkMessage::from(message);
    request.header.flags = flags;
    request
}

/// Whatever is made must not be there yet.
fn creation_flags(message: &Message) -> u16 {
    match message {
        Message::NewLink(_) | Message::NewAddress(_) | Message::NewRoute(_) => {
            NLM_F_CREATE | NLM_F_EXCL
        }
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
            _ => "rtnetlink",
        },
        _ => "rtnetlink",
    }
}
