//! A timeline as a picture: what goes where (`layout` and its parts), and how SVG says it
//! (`write`).

mod labels;
mod latency;
mod layout;
mod rate;
mod write;

pub use write::svg;
