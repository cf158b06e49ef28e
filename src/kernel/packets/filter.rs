use nix::errno::Errno;
use nix::libc;
use std::os::fd::{AsRawFd, OwnedFd};

/// How much of a packet is kept, in bytes: its headers.
pub(super) const LENGTH: usize = 96;

const KEEP: u32 = LENGTH as u32;

/// Lets all through but the packets in the middle of TCP connections over IPv4, of which there are
/// too many. Classic BPF (linux/filter.h), as `tcpdump -d` shows it.
const PROGRAM: [(u16, u8, u8, u32); 11] = [
    (0x28, 0, 0, 12),     // ldh [12]: the Ethernet type
    (0x15, 0, 7, 0x0800), // jeq IPv4, else keep
    (0x30, 0, 0, 23),     // ldb [23]: the protocol
    (0x15, 0, 5, 6),      // jeq TCP, else keep
    (0x28, 0, 0, 20),     // ldh [20]: the fragment offset
    (0x45, 3, 0, 0x1fff), // jset: not the first fragment, keep
    (0xb1, 0, 0, 14),     // ldxb 4*([14]&0xf): the header's length
    (0x50, 0, 0, 27),     // ldb [x + 27]: the TCP flags
    (0x45, 0, 1, 0x07),   // jset FIN, SYN or RST, else drop
    (0x06, 0, 0, KEEP),   // ret
    (0x06, 0, 0, 0),      // ret 0
];

/// Puts the filter on a socket.
pub(super) fn attach(socket: &OwnedFd) -> nix::Result<()> {
    let mut program = PROGRAM.map(|(code, jt, jf, k)| libc::sock_filter { code, jt, jf, k });
    let filter =
        libc::sock_fprog { len: program.len() as libc::c_ushort, filter: program.as_mut_ptr() };
    // SAFETY: the kernel copies the program, which lives as long as the call.
    let done = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_ATTACH_FILTER,
            (&raw const filter).cast(),
            size_of::<libc::sock_fprog>() as libc::socklen_t,
        )
    };
    Errno::result(done).map(drop)
}
