//! A whole run as one page: no script, nothing from the network, for light and dark screens.

mod figure;
mod key;
mod page;
mod scenario;
mod verdict;

pub use page::html;
