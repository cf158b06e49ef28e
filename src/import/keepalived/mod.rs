//! A director's keepalived.conf(5) as data, several of them as one cluster, and a topology file
//! around that.

mod block;
mod check;
mod cluster;
mod configuration;
mod definitions;
mod global;
mod instance;
mod piece;
mod reading;
mod server;
mod service;
mod sketch;
#[cfg(test)]
mod tests;
mod track;

pub use cluster::{Cluster, cluster};
pub use configuration::Configuration;
pub use global::keepalived;
pub use sketch::sketch;

use super::Spot;

/// The column of a word of a configuration and its length, both in characters, the column from 0.
pub fn column(text: &str, spot: Spot) -> Option<(usize, usize)> {
    let pieces = piece::pieces(text.lines().nth(spot.line)?);
    pieces.get(spot.word).map(|piece| (piece.column, piece.length))
}
