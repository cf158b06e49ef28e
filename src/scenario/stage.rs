use super::CommandOutput;
use crate::lab::{Place, Request, RunCommand};
use crate::traffic::Sample;
use std::future::Future;
use std::net::SocketAddr;

/// The lab that scenarios play in.
pub trait Stage {
    /// Sends requests from a client to an address: one sample for each, in the order in which they
    /// began. What happens to a request is in its sample.
    ///
    /// # Errors
    /// Why nothing could be measured.
    fn request(
        &mut self,
        request: &Request,
        target: SocketAddr,
    ) -> impl Future<Output = Result<Vec<Sample>, String>>;

    /// Runs a command in a node and waits for its end.
    ///
    /// # Errors
    /// Why it could not be run; that it failed is no error but an exit code.
    fn run(&mut self, command: &RunCommand) -> impl Future<Output = Result<CommandOutput, String>>;

    /// Where the file says something: `file:line:column`.
    fn position(&self, at: &Place) -> String;
}
