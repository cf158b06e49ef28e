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

/// A table: the number of its family (NFPROTO_*), and its name.
pub(super) type Table = (u8, String);

/// The nftables tables in the namespace of the calling thread.
pub(super) fn all() -> io::Result<Vec<Table>> {
    let question = Question {
        protocol: NETLINK_NETFILTER,
        kind: GET_TABLE,
        answers: Answers::Many,
        body: vec![0; HEADER],
    };
    let tables = NF_TABLES.ask(|| question.ask(), means_no_nftables)?.unwrap_or_default();
    Ok(tables.iter().filter_map(|table| read(table)).collect())
}

fn read(table: &[u8]) -> Option<Table> {
    let (_, value) = attributes(table.get(HEADER..)?).find(|(kind, _)| *kind == NAME)?;
    let name = String::from_utf8_lossy(value.strip_suffix(&[0])?).into_owned();
    Some((*table.first()?, name))
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
    fn a_table_has_a_family_and_a_name() {
        let table = [&[10, 0, 0, 0][..], &attribute(NAME, b"lvs-lab\0")].concat();
        assert_eq!(read(&table), Some((10, "lvs-lab".to_owned())));
        assert_eq!(read(&[2, 0, 0, 0]), None);
    }
}
