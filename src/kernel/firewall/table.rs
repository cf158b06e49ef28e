use crate::kernel::question::{Answers, Question, attribute};
use nix::errno::Errno;
use rtnetlink::sys::protocols::NETLINK_NETFILTER;
use std::io;

/// NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE (linux/netfilter/nfnetlink.h, nf_tables.h).
const GET_TABLE: u16 = 10 << 8 | 1;

/// NFTA_TABLE_NAME.
const NAME: u16 = 1;

/// Whether the namespace of the calling thread has an nftables table of a family (NFPROTO_*).
pub(super) fn is_there(family: u8, name: &str) -> io::Result<bool> {
    let question = Question {
        protocol: NETLINK_NETFILTER,
        kind: GET_TABLE,
        answers: Answers::One,
        body: body(family, name),
    };
    match question.ask() {
        Ok(answers) => Ok(!answers.is_empty()),
        Err(error) if means_none(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// There is no such table, or the kernel has no nftables, or no netfilter netlink at all.
fn means_none(error: &io::Error) -> bool {
    let none = [Errno::ENOENT, Errno::EINVAL, Errno::EOPNOTSUPP, Errno::EPROTONOSUPPORT];
    error.raw_os_error().is_some_and(|number| none.contains(&Errno::from_raw(number)))
}

/// struct nfgenmsg, and the name as an attribute.
fn body(family: u8, name: &str) -> Vec<u8> {
    [&[family, 0, 0, 0][..], &attribute(NAME, &[name.as_bytes(), &[0]].concat())].concat()
}
