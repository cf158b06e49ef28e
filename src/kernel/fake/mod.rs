//! A kernel in memory, as strict as the real one, for tests of everything above it: it refuses
//! what the kernel refuses, with the same error numbers, and can be told to fail.

mod addresses;
mod fault;
mod links;
mod node;
mod routes;
mod settings;
mod tables;
mod world;

pub use world::Fake;
