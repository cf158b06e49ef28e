//! A kernel in memory, as strict as the real one, for tests of everything above it: it refuses
//! what the kernel refuses, with the same error numbers, and can be told to fail.

mod addresses;
mod fault;
mod inside;
mod links;
mod node;
mod routes;
mod running;
mod settings;
mod tables;
#[cfg(test)]
mod tests;
mod world;

pub use world::Fake;
