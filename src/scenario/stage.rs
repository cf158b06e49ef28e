use super::{CommandOutput, Look, Sight};
use crate::lab::{Endpoint, Fault, Healing, Load, Place, Request, RunCommand, Scenario};
use crate::report::Evidence;
use crate::traffic::Sample;
use std::future::Future;
use std::time::Duration;

/// The lab that scenarios play in. Its times are those of its own clock, which begins with it.
pub trait Stage {
    /// Sends requests from a client to an address: one sample for each, in the order in which they
    /// began. What happens to a request is in its sample.
    ///
    /// # Errors
    /// Why nothing could be measured.
    fn request(
        &mut self,
        request: &Request,
        target: Endpoint,
    ) -> impl Future<Output = Result<Vec<Sample>, String>>;

    /// Closes the connections that requests hold, and waits until both sides have.
    fn release(&mut self) -> impl Future<Output = ()>;

    /// Runs a command in a node and waits for its end.
    ///
    /// # Errors
    /// Why it could not be run; that it failed is no error but an exit code.
    fn run(&mut self, command: &RunCommand) -> impl Future<Output = Result<CommandOutput, String>>;

    /// Where the file says something: `file:line:column`.
    fn position(&self, at: &Place) -> String;

    /// What time it is.
    fn now(&self) -> Duration;

    /// Begins to send requests in the background, and says when. They take the place of those of
    /// an earlier load.
    ///
    /// # Errors
    /// Why they cannot be sent.
    fn begin_load(&mut self, load: &Load, target: Endpoint) -> Result<Duration, String>;

    /// The load's requests that have ended so far, their times counted from its begin.
    ///
    /// # Errors
    /// Why it could not go on.
    fn load_samples(&self) -> Result<Vec<Sample>, String>;

    /// Ends the load, and waits for the last of its requests.
    fn stop_load(&mut self) -> impl Future<Output = ()>;

    /// Breaks something.
    ///
    /// # Errors
    /// Why it could not be broken.
    fn disturb(&mut self, fault: &Fault) -> impl Future<Output = Result<(), String>>;

    /// Mends what was broken.
    ///
    /// # Errors
    /// Why it could not be mended.
    fn heal(&mut self, healing: &Healing) -> impl Future<Output = Result<(), String>>;

    /// Begins to keep what may tell why a scenario will not pass, until [`Stage::rest`].
    fn record(&mut self, scenario: &Scenario);

    /// Begins to watch the directors; what was seen before is forgotten.
    ///
    /// # Errors
    /// Why they cannot be watched.
    fn watch(&mut self) -> Result<(), String>;

    /// What was seen since [`Stage::watch`], oldest first. What was there already counts as seen
    /// when watching began.
    fn sights(&mut self) -> Vec<Sight>;

    /// Ends watching.
    fn rest(&mut self);

    /// Looks at the directors as they are now.
    ///
    /// # Errors
    /// Why that cannot be seen.
    fn look(&mut self) -> impl Future<Output = Result<Look, String>>;

    /// What may tell why a scenario did not pass.
    fn evidence(&mut self) -> impl Future<Output = Vec<Evidence>>;
}
