//! Whether the running kernel can do what a lab needs, and how it gets the modules for it.
//!
//! May: read where modules are kept, have them loaded, try an ability in a namespace of its own.
//! May not: know which lab needs what.

mod furnish;
mod modules;
mod trial;

pub use furnish::{Lack, Standing, foreseen, furnish, standing};
pub use modules::Modules;
