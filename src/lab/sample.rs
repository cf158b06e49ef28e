//! A virtual service for tests.

use super::{
    Destination, ForwardingMethod, Place, Protocol, Quorum, Scheduled, Scheduler, Thresholds,
    Tunnel, VirtualService,
};

/// `web` at 10.0.0.100:80 by DR, with a real server for each weight: `rs1`, `rs2`... if the prefix
/// is `rs`, at 10.0.0.11 and so on.
pub(crate) fn sample_service(
    scheduler: Scheduler,
    prefix: &str,
    weights: &[u32],
) -> VirtualService {
    let destination = |(weight, n): (&u32, u8)| Destination {
        real_server: format!("{prefix}{n}").parse().unwrap(),
        address: [10, 0, 0, 10 + n].into(),
        port: 80,
        weight: *weight,
        forwarding: ForwardingMethod::Dr,
        tunnel: Tunnel::Ipip,
        thresholds: Thresholds::default(),
        at: Place::root(),
    };
    VirtualService {
        name: "web".parse().unwrap(),
        directors: vec!["director".parse().unwrap()],
        vip: [10, 0, 0, 100].into(),
        port: 80,
        marked: None,
        protocol: Protocol::Tcp,
        scheduled: Scheduled::Connections,
        scheduler,
        flags: Vec::new(),
        forwarding: ForwardingMethod::Dr,
        tunnel: Tunnel::Ipip,
        persistence: None,
        destinations: weights.iter().zip(1..).map(destination).collect(),
        health_check: None,
        quorum: Quorum::default(),
        sorry_server: None,
        at: Place::root(),
    }
}
