use nix::errno::Errno;
use rtnetlink::sys::protocols::NETLINK_NETFILTER;
use rtnetlink::sys::{Socket, SocketAddr};
use std::io;

/// NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE (linux/netfilter/nfnetlink.h, nf_tables.h).
const GET_TABLE: u16 = 10 << 8 | 1;

/// NLM_F_REQUEST.
const REQUEST: u16 = 1;

/// NLMSG_ERROR.
const ERROR: [u8; 2] = 2_u16.to_ne_bytes();

/// NFTA_TABLE_NAME.
const NAME: u16 = 1;

/// Whether the namespace of the calling thread has an nftables table; a kernel without nftables
/// has none.
pub(super) fn has_table(family: u8, name: &str) -> io::Result<bool> {
    let mut socket = match Socket::new(NETLINK_NETFILTER) {
        Err(error) if error.raw_os_error() == Some(Errno::EPROTONOSUPPORT as i32) => {
            return Ok(false);
        }
        made => made?,
    };
    socket.bind_auto()?;
    socket.send_to(&question(family, name), &SocketAddr::new(0, 0), 0)?;
    let (answer, _) = socket.recv_from_full()?;
    Ok(answer.get(4..6).is_some_and(|kind| kind != ERROR))
}

/// struct nlmsghdr, struct nfgenmsg, and the name.
fn question(family: u8, name: &str) -> Vec<u8> {
    let mut attribute = [name.as_bytes(), &[0]].concat();
    let attribute_length = 4 + attribute.len();
    attribute.resize(attribute.len().next_multiple_of(4), 0);
    let length = 16 + 4 + 4 + attribute.len();
    [
        &(length as u32).to_ne_bytes()[..],
        &GET_TABLE.to_ne_bytes(),
        &REQUEST.to_ne_bytes(),
        &1_u32.to_ne_bytes(),
        &0_u32.to_ne_bytes(),
        &[family, 0, 0, 0],
        &(attribute_length as u16).to_ne_bytes(),
        &NAME.to_ne_bytes(),
        &attribute,
    ]
    .concat()
}
