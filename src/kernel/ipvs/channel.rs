use super::fields::Encoded;
use super::wire::{Attribute, Command, FAMILY, VERSION};
use crate::kernel::{Cause, Namespace};
use futures::FutureExt;
use neli::consts::genl::NlAttrType;
use neli::consts::nl::NlmF;
use neli::consts::socket::NlFamily;
use neli::err::RouterError;
use neli::genl::{Genlmsghdr, GenlmsghdrBuilder, NoUserHeader};
use neli::nl::NlPayload;
use neli::router::asynchronous::{NlRouter, NlRouterReceiverHandle};
use neli::types::GenlBuffer;
use neli::utils::Groups;
use nix::errno::Errno;

/// What a message holds: a command, and attributes of one kind.
pub(super) type Answer<T> = Genlmsghdr<Command, T>;

/// Generic netlink to the IPVS of one namespace.
pub(in crate::kernel) struct Ipvs {
    router: NlRouter,
    family: u16,
}

impl Ipvs {
    /// Opens a channel inside a namespace; the current runtime serves it. The kernel loads ip_vs
    /// where it can.
    pub(in crate::kernel) async fn open(namespace: &Namespace) -> Result<Self, Cause> {
        let router = connect(namespace)?;
        match router.resolve_genl_family(FAMILY).await {
            Ok(family) => Ok(Self { router, family }),
            Err(error) => Err(match refusal("CTRL_CMD_GETFAMILY", error) {
                Cause::Errno { errno: Errno::ENOENT, .. } => Cause::NoIpvs,
                other => other,
            }),
        }
    }

    /// Sends a command and waits for its acknowledgement.
    pub(super) async fn tell(
        &self,
        command: Command,
        attributes: Vec<Encoded<Attribute>>,
    ) -> Result<(), Cause> {
        self.exchange::<Attribute>(command, NlmF::ACK, attributes).await.map(drop)
    }

    /// Asks for one thing.
    pub(super) async fn ask<T: NlAttrType>(
        &self,
        command: Command,
    ) -> Result<Option<Answer<T>>, Cause> {
        Ok(self.exchange(command, NlmF::ACK, Vec::new()).await?.pop())
    }

    /// Asks for everything of a kind.
    pub(super) async fn dump(
        &self,
        command: Command,
        attributes: Vec<Encoded<Attribute>>,
    ) -> Result<Vec<Answer<Attribute>>, Cause> {
        self.exchange(command, NlmF::DUMP, attributes).await
    }

    async fn exchange<T: NlAttrType>(
        &self,
        command: Command,
        flags: NlmF,
        attributes: Vec<Encoded<Attribute>>,
    ) -> Result<Vec<Answer<T>>, Cause> {
        let message = GenlmsghdrBuilder::<Command, Attribute, NoUserHeader>::default()
            .cmd(command)
            .version(VERSION)
            .attrs(attributes.into_iter().collect::<GenlBuffer<_, _>>())
            .build()
            .map_err(|e| Cause::Other(e.to_string()))?;
        let payload = NlPayload::Payload(message);
        let sent = self.router.send(self.family, flags, payload).await;
        collect(command, sent.map_err(|e| refusal(command.name(), e))?).await
    }
}

async fn collect<T: NlAttrType>(
    command: Command,
    mut answers: NlRouterReceiverHandle<u16, Answer<T>>,
) -> Result<Vec<Answer<T>>, Cause> {
    let mut found = Vec::new();
    while let Some(answer) = answers.next::<u16, Answer<T>>().await {
        let answer = answer.map_err(|e| refusal(command.name(), e))?;
        if let NlPayload::Payload(message) = answer.nl_payload() {
            found.push(message.clone());
        }
    }
    Ok(found)
}

fn connect(namespace: &Namespace) -> Result<NlRouter, Cause> {
    let runtime = tokio::runtime::Handle::try_current().map_err(|e| Cause::Other(e.to_string()))?;
    let made = namespace.run(move || {
        let _context = runtime.enter();
        // It is asynchronous in name only: a socket is made, and bound.
        Ok(NlRouter::connect(NlFamily::Generic, Some(0), Groups::empty()).now_or_never())
    });
    match made.map_err(|e| Cause::io("setns", e))? {
        Some(Ok((router, _))) => Ok(router),
        Some(Err(error)) => Err(refusal("socket", error)),
        None => Err(Cause::Other("socket: not made at once".to_owned())),
    }
}

/// What the kernel said, or else what went wrong on the way.
fn refusal<T, P>(call: &'static str, error: RouterError<T, P>) -> Cause
where
    RouterError<T, P>: std::fmt::Display,
{
    match error {
        RouterError::Nlmsgerr(refused) => {
            Cause::errno(call, Errno::from_raw(refused.error().saturating_neg()))
        }
        other => Cause::Other(format!("{call}: {other}")),
    }
}
