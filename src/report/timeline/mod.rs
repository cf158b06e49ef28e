//! What happened to a load: the record, and what every drawing of it is made from.

mod drawing;
mod model;
mod scale;
mod slices;
mod totals;

pub(super) use drawing::draw;
pub use model::{Evidence, Incident, IncidentKind, RequestMark, Timeline};
pub(super) use scale::{precise, scale, step};
pub(super) use slices::{Fill, Slice, slices};
pub(super) use totals::Totals;
