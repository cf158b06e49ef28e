use crate::kernel::part::NF_TABLES;
use crate::kernel::question::{Answers, Question, attributes};
use nix::errno::Errno;
use rtnetlink::sys::protocols::NETLINK_NETFILTER;
use std::io;

/// NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE (linux/netfilter/nfnetlink.h, nf_tables.h).
const GET_TABLE: u16 = 10 << 8 | 1;

/// NFTA_TABLE_NAME.
const NAME: u16 = 1;

/// The length of struct nfgenmsg, which begins with the family (NFPROTO_*); zero asks for all.
const HEADER: usize = 4;

/// The families (NFPROTO_*) in which the namespace of the calling thread has an nftables table of
/// this name.
pub(super) fn families(name: &str) -> io::Result<Vec<u8>> {
    let question = Question {
        protocol: NETLINK_NETFILTER,
        kind: GET_TABLE,
        answers: Answers::Many,
        body: vec![0; HEADER],
    };
    let tables = NF_TABLES.ask(|| question.ask(), means_no_nftables)?.unwrap_or_default();
    Ok(tables.iter().filter_map(|table| family(table, name)).collect())
}

/// The family of a table, if it is of this name.
fn family(table: &[u8], name: &str) -> Option<u8> {
    let (_, value) = attributes(table.get(HEADER..)?).find(|(kind, _)| *kind == NAME)?;
    (value.strip_suffix(&[0])? == name.as_bytes()).then(|| table.first().copied())?
}

/// The kernel has no nftables, or no netfilter netlink at all.
fn means_no_nftables(error: &io::Error) -> bool {
    let none = [Errno::EINVAL, Errno::EOPNOTSUPP, Errno::EPROTONOSUPPORT];
    error.raw_os_error().is_some_and(|number| none.contains(&Errno::from_raw(number)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::question::attribute;

    #[test]
    fn a_table_is_known_by_its_whole_name() {
        let table = [&[10, 0, 0, 0][..], &attribute(NAME, b"lvs-lab\0")].concat();
        assert_eq!(family(&table, "lvs-lab"), Some(10));
        assert_eq!(family(&table, "lvs"), None);
        assert_eq!(family(&[2, 0, 0, 0], "lvs-lab"), None);
    }
}
