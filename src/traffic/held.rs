use super::link::Link;
use futures::future::join_all;

/// Connections that stay open although their requests were answered. Dropped, they are closed, but
/// nobody waits until the server has closed them too.
#[derive(Default)]
pub struct Held(Vec<Link>);

impl Held {
    pub(super) fn hold(&mut self, link: Link) {
        self.0.push(link);
    }

    /// How many there are; a server may have closed its side meanwhile.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Closes them all, on both sides.
    pub async fn release(&mut self) {
        join_all(self.0.drain(..).map(Link::hang_up)).await;
    }
}
