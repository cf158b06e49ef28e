//! A director's keepalived.conf(5) as data, several of them as one cluster, and a topology file
//! around that. What keepalived itself (2.2.7) goes without or takes in another way, the lab does
//! too, and says it.

mod addresses;
mod authentication;
mod block;
mod check;
mod cluster;
mod configuration;
mod definitions;
mod differences;
mod endpoint;
mod environment;
mod files;
mod global;
mod groups;
mod instance;
mod machine;
mod named;
mod piece;
mod reader;
mod reading;
mod scheduling;
mod server;
mod service;
mod sketch;
#[cfg(test)]
mod tests;
mod track;
mod unfit;
mod words;

pub use cluster::{Cluster, cluster};
pub use configuration::Configuration;
pub use files::{Files, Words};
pub use global::keepalived;
pub use machine::{Anywhere, Machine, Setting};
pub use named::{Named, Role, named};
pub use piece::bare;
pub use sketch::{Origin, Sketch, sketch};
pub use unfit::unfit;
