//! The UDP ports that a namespace takes envelopes at, over generic netlink (linux/fou.h).

use super::Cause;
use super::generic::{self, HEADER};
use super::namespace::Namespace;
use super::part::FOU;
use super::question::{Answers, attribute, attributes};
use super::socket_use::SocketUse;
use nix::errno::Errno;
use nix::libc;
use std::io;

/// FOU_GENL_NAME.
const NAME: &str = "fou";

/// FOU_CMD_ADD, FOU_CMD_DEL and FOU_CMD_GET.
const ADD: u8 = 1;
const DELETE: u8 = 2;
const GET: u8 = 3;

/// FOU_ATTR_PORT, FOU_ATTR_AF and FOU_ATTR_TYPE.
const PORT: u16 = 1;
const FAMILY: u16 = 2;
const TYPE: u16 = 4;

/// FOU_ENCAP_GUE.
const GUE: u8 = 2;

/// Whether the running kernel has fou; asked, it loads the module if it can.
pub(super) fn is_known() -> bool {
    matches!(generic::family(NAME), Ok(Some(_)))
}

/// Opens a port for GUE.
pub(super) fn open(namespace: &Namespace, port: u16) -> Result<(), Cause> {
    let body = [of_port(port), attribute(TYPE, &[GUE])].concat();
    let opened = namespace.run(|| ask(ADD, Answers::None, &body));
    opened.map(drop).map_err(|e| Cause::io("FOU_CMD_ADD", e))
}

/// Closes a port; one that is not open counts as closed.
pub(super) fn close(namespace: &Namespace, port: u16) -> Result<(), Cause> {
    let closed = namespace.run(|| ask(DELETE, Answers::None, &of_port(port)));
    match closed {
        // `fou_destroy` in net/ipv4/fou.c finds none.
        Err(error) if error.raw_os_error() == Some(Errno::EINVAL as i32) => Ok(()),
        other => other.map(drop).map_err(|e| Cause::io("FOU_CMD_DEL", e)),
    }
}

/// The ports that the namespace of the calling thread has open for GUE, sorted; none where the
/// kernel has no fou. Each has a UDP socket.
pub(super) fn ports(sockets: &SocketUse) -> Result<Vec<u16>, Cause> {
    if !sockets.has("UDP") {
        return Ok(Vec::new());
    }
    let is_absent = |error: &io::Error| error.raw_os_error() == Some(Errno::ENOENT as i32);
    let answers = FOU.ask(|| ask(GET, Answers::Many, &[]), is_absent);
    let answers = answers.map_err(|e| Cause::io("FOU_CMD_GET", e))?.unwrap_or_default();
    let mut ports: Vec<_> = answers.iter().filter_map(|answer| gue_port(answer)).collect();
    ports.sort_unstable();
    Ok(ports)
}

fn of_port(port: u16) -> Vec<u8> {
    [attribute(PORT, &port.to_be_bytes()), attribute(FAMILY, &[libc::AF_INET as u8])].concat()
}

fn gue_port(answer: &[u8]) -> Option<u16> {
    let body = answer.get(HEADER..)?;
    let value = |wanted| attributes(body).find(|(kind, _)| *kind == wanted).map(|(_, value)| value);
    let is_gue = value(TYPE)?.first() == Some(&GUE);
    is_gue.then_some(u16::from_be_bytes(*value(PORT)?.first_chunk()?))
}

/// Asks the family in the namespace of the calling thread.
fn ask(command: u8, answers: Answers, attributes: &[u8]) -> io::Result<Vec<Vec<u8>>> {
    generic::ask(NAME, command, answers, attributes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ports_of_gue_count() {
        let answer = |kind: u8| [vec![0; HEADER], of_port(6080), attribute(TYPE, &[kind])].concat();
        assert_eq!(gue_port(&answer(GUE)), Some(6080));
        assert_eq!(gue_port(&answer(1)), None);
    }
}
