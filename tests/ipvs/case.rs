//! Virtual services as a seed draws them: a scheduler with its flags, weights, thresholds, forwarding
//! methods, sometimes persistence; of one to three VIPs, or by firewall mark of all of them and of
//! two ports; TCP, UDP, or UDP packet by packet.

use crate::draw::Draw;
use crate::farm::{Farm, SERVERS, VIPS};
use crate::play::{Play, Verdict};
use crate::sandbox::{add_destination, add_service, director};
use lvs_lab::kernel::Kernel;
use lvs_lab::lab::{
    Destination, FirewallMark, ForwardingMethod, Marked, Persistence, Place, Protocol, Quorum,
    Scheduled, Scheduler, SchedulerFlag, Thresholds, Timeouts, Tunnel, VirtualService,
};
use lvs_lab::plan::{DestinationEntry, Op, ServiceEntry, ServiceKey};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

/// Where the real servers of NAT serve a port of the VIP.
const MAPPED: u16 = 20_000;

/// A kind of virtual service, and where what is done with it comes from.
pub struct Case {
    pub draw: Draw,
    pub services: Vec<VirtualService>,
    /// Whether entries are to go while it is played.
    pub brief: bool,
}

impl Case {
    pub fn draw(seed: u64, number: u16) -> Self {
        let mut draw = Draw::new(seed);
        let brief = draw.below(10) == 0;
        // What was deleted with connections lives on, and would be found again by its port.
        let port = 1000 + 2 * number;
        let mut service = service(&mut draw, port);
        (service.protocol, service.scheduled) = *draw.one_of(&[
            (Protocol::Tcp, Scheduled::Connections),
            (Protocol::Tcp, Scheduled::Connections),
            (Protocol::Tcp, Scheduled::Connections),
            (Protocol::Tcp, Scheduled::Connections),
            (Protocol::Udp, Scheduled::Connections),
            (Protocol::Udp, Scheduled::Packets),
        ]);
        let is_marked = draw.below(5) == 0;
        if brief || service.scheduled == Scheduled::Packets {
            by_direct_routing(&mut service);
        }
        if let Some(persistence) = service.persistence.as_mut().filter(|_| brief) {
            persistence.timeout = Duration::from_secs(5);
        }
        let services = match is_marked && !brief {
            true => vec![by_mark(service)],
            false => {
                let at =
                    |vip: &&str| VirtualService { vip: vip.parse().unwrap(), ..service.clone() };
                VIPS[..1 + draw.below(3) as usize].iter().map(at).collect()
            }
        };
        Self { draw, services, brief }
    }

    /// What is special about it, in a word each.
    pub fn traits(&self) -> Vec<&'static str> {
        let service = &self.services[0];
        let methods = service.destinations.iter().map(|d| d.forwarding.keyword());
        let mut words = vec![service.scheduler.keyword(), service.protocol.keyword()];
        words.extend(methods.collect::<std::collections::BTreeSet<_>>());
        words.extend(service.marked.is_some().then_some("mark"));
        words.extend((service.scheduled == Scheduled::Packets).then_some("packets"));
        words.extend(service.persistence.map(|_| "persistence"));
        words.extend(self.brief.then_some("brief"));
        words
    }

    /// How long entries stay in the director.
    pub fn timeouts(&self) -> Timeouts {
        let [tcp_fin, udp] = [Duration::from_secs(2); 2];
        let usual = Timeouts::default();
        if self.brief { Timeouts { tcp_fin, udp, ..usual } } else { usual }
    }

    /// What of a service a client may call.
    pub fn targets(&self, service: usize) -> Vec<SocketAddr> {
        let service = &self.services[service];
        let Some(marked) = &service.marked else {
            return vec![SocketAddr::new(service.vip, service.port)];
        };
        let at = |vip: &&str| {
            let vip = vip.parse().unwrap();
            marked.ports.iter().map(move |port| SocketAddr::new(vip, *port))
        };
        VIPS.iter().flat_map(at).collect()
    }

    pub async fn play(mut self, farm: &mut Farm) -> Verdict {
        let (protocol, port) = (self.services[0].protocol, self.services[0].port);
        let ports = [port, port + 1, port + MAPPED];
        let _listeners = farm.listen(protocol, &ports);
        farm.lab.kernel.set_ipvs_timeouts(&director(), self.timeouts()).await.unwrap();
        farm.mark("-A", &self.services[0]);
        for service in &self.services {
            farm.lab.apply(&table(service)).await;
        }
        let verdict = Play::new(&self).play(&mut self, farm).await;
        for service in &self.services {
            farm.lab.kernel.undo(&table(service)[0]).await.unwrap();
        }
        farm.mark("-D", &self.services[0]);
        verdict
    }

    pub fn told(&self, log: &str) -> String {
        let service = &self.services[0];
        let VirtualService { scheduler, flags, persistence, protocol, scheduled, .. } = service;
        let server = |d: &Destination| {
            format!(
                "{} {} weight {} x {} y {}",
                d.real_server, d.forwarding, d.weight, d.thresholds.upper, d.thresholds.lower
            )
        };
        let servers: Vec<_> = service.destinations.iter().map(server).collect();
        format!(
            "{scheduler} {flags:?} {protocol} {scheduled:?} {persistence:?} {:?} brief {}\n{}\n{log}",
            service.marked,
            self.brief,
            servers.join("\n")
        )
    }
}

/// TIME_WAIT takes two minutes whatever is set, and of one-packet scheduling no entry is left that
/// would translate the answers.
fn by_direct_routing(service: &mut VirtualService) {
    for (number, destination) in service.destinations.iter_mut().enumerate() {
        destination.forwarding = ForwardingMethod::Dr;
        (destination.address, destination.port) = at(number, ForwardingMethod::Dr, service.port);
    }
}

/// All VIPs and two ports as one service, whose real servers get every port as it is.
fn by_mark(mut service: VirtualService) -> VirtualService {
    let mark = FirewallMark(NonZeroU32::new(service.port.into()).unwrap());
    service.marked = Some(Marked { mark, ports: vec![service.port, service.port + 1] });
    service.destinations.iter_mut().for_each(|destination| destination.port = 0);
    service
}

fn service(draw: &mut Draw, port: u16) -> VirtualService {
    let schedulers: Vec<_> = Scheduler::ALL.iter().filter(|s| **s != Scheduler::Twos).collect();
    let scheduler = **draw.one_of(&schedulers);
    let hashes = matches!(scheduler, Scheduler::Sh | Scheduler::Mh);
    let mut flags = vec![SchedulerFlag::Fallback, SchedulerFlag::Port];
    flags.retain(|_| hashes && draw.below(2) == 0);
    let sticky = draw.below(6) == 0;
    let prefix_length = *draw.one_of(&[32, 24, 29]);
    let persistence =
        sticky.then_some(Persistence { timeout: Duration::from_secs(300), prefix_length });
    let (limited, greatest) = (draw.below(4) == 0, *draw.one_of(&[1, 3, 20]));
    let servers = 1 + draw.below(SERVERS as u64) as usize;
    // All by one method, or each by its own.
    let methods = *draw.one_of(&[
        [ForwardingMethod::Dr; 2],
        [ForwardingMethod::Nat; 2],
        [ForwardingMethod::Dr, ForwardingMethod::Nat],
    ]);
    let mut server = |number| {
        let forwarding = *draw.one_of(&methods);
        let (address, port) = at(number, forwarding, port);
        Destination { address, port, forwarding, ..destination(number, greatest, limited, draw) }
    };
    let destinations = (0..servers).map(&mut server).collect();
    VirtualService {
        name: "web".parse().unwrap(),
        directors: vec![director()],
        vip: VIPS[0].parse().unwrap(),
        port,
        marked: None,
        protocol: Protocol::Tcp,
        scheduled: Scheduled::Connections,
        scheduler,
        flags,
        forwarding: ForwardingMethod::Dr,
        tunnel: Tunnel::Ipip,
        persistence,
        destinations,
        health_check: None,
        quorum: Quorum::default(),
        sorry_server: None,
        at: Place::root(),
    }
}

/// Where a real server serves a port of the VIP.
fn at(number: usize, forwarding: ForwardingMethod, port: u16) -> (std::net::IpAddr, u16) {
    let mapped = if forwarding == ForwardingMethod::Nat { MAPPED } else { 0 };
    (Farm::rip(number, forwarding), port + mapped)
}

fn destination(number: usize, greatest: u64, limited: bool, draw: &mut Draw) -> Destination {
    let upper = if limited { draw.below(12) as u32 } else { 0 };
    let lower = if upper > 0 { draw.below(upper.into()) as u32 } else { 0 };
    Destination {
        real_server: format!("rs{}", number + 1).parse().unwrap(),
        address: Farm::rip(number, ForwardingMethod::Dr),
        port: 0,
        weight: draw.below(greatest + 1) as u32,
        forwarding: ForwardingMethod::Dr,
        tunnel: Tunnel::Ipip,
        thresholds: Thresholds { upper, lower },
        at: Place::root(),
    }
}

/// What makes a virtual service; undoing the first removes it.
fn table(service: &VirtualService) -> Vec<Op> {
    let entries = service.destinations.iter().map(|d| entry(service, d, d.weight));
    std::iter::once(add_service(ServiceEntry::from(service))).chain(entries).collect()
}

/// What puts a real server with a weight into a service's table; undoing it takes it out.
pub fn entry(service: &VirtualService, destination: &Destination, weight: u32) -> Op {
    let address = SocketAddr::new(destination.address, destination.port);
    let entry = DestinationEntry::new(address, destination.forwarding);
    let thresholds = destination.thresholds;
    let entry = DestinationEntry { weight, thresholds, ..entry };
    add_destination(ServiceKey::from(service), entry)
}
