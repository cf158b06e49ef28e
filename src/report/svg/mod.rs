//! Pictures: a timeline, what goes where in it (`layout` and its parts) and how SVG says it
//! (`write`), and a lab's wiring (`topology`).

mod labels;
mod latency;
mod layout;
mod rate;
mod topology;
mod write;

pub use topology::topology;
pub use write::svg;
