//! Generic netlink for small things (linux/genetlink.h): one question, asked in the namespace of the
//! calling thread.

use super::question::{Answers, Question, attribute, attributes};
use nix::errno::Errno;
use rtnetlink::sys::protocols::NETLINK_GENERIC;
use std::io;

/// GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_ID and CTRL_ATTR_FAMILY_NAME: who knows the
/// numbers of families.
const CONTROLLER: u16 = 16;
const GET_FAMILY: u8 = 3;
const FAMILY_ID: u16 = 1;
const FAMILY_NAME: u16 = 2;

/// The length of struct genlmsghdr.
pub(super) const HEADER: usize = 4;

/// Asks a family something, and gives each answer from its generic header on. Every family that is
/// asked here has version 1.
///
/// # Errors
/// ENOENT where there is no such family, else what the kernel says.
pub(super) fn ask(
    name: &str,
    command: u8,
    answers: Answers,
    attributes: &[u8],
) -> io::Result<Vec<Vec<u8>>> {
    let kind = family(name)?.ok_or_else(|| io::Error::from(Errno::ENOENT))?;
    question(kind, command, answers, attributes).ask()
}

/// The number of a family. The kernel loads the module where it can.
pub(super) fn family(name: &str) -> io::Result<Option<u16>> {
    let name = attribute(FAMILY_NAME, format!("{name}\0").as_bytes());
    let answers = match question(CONTROLLER, GET_FAMILY, Answers::One, &name).ask() {
        Err(error) if error.raw_os_error() == Some(Errno::ENOENT as i32) => return Ok(None),
        answered => answered?,
    };
    let id = |answer: &Vec<u8>| {
        let body = answer.get(HEADER..)?;
        let (_, value) = attributes(body).find(|(kind, _)| *kind == FAMILY_ID)?;
        Some(u16::from_ne_bytes(*value.first_chunk()?))
    };
    Ok(answers.first().and_then(id))
}

fn question(kind: u16, command: u8, answers: Answers, attributes: &[u8]) -> Question {
    let body = [&[command, 1, 0, 0][..], attributes].concat();
    Question { protocol: NETLINK_GENERIC, kind, answers, body }
}
