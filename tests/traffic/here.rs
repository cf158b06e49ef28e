use lvs_lab::kernel::client_socket;
use lvs_lab::traffic::{SocketSpec, Sockets};
use std::io;
use std::os::fd::OwnedFd;

/// Sockets of the namespace that the test is in.
pub struct Here;

impl Sockets for Here {
    fn open(&mut self, wanted: &[SocketSpec]) -> io::Result<Vec<OwnedFd>> {
        wanted.iter().map(|spec| client_socket(spec.protocol, spec.to, spec.source_port)).collect()
    }
}
