use lvs_lab::backend::{Counters, Identity, Site, Tiers, serve, serve_datagrams};
use lvs_lab::lab::{Answer, Protocol};
use lvs_lab::plan::Behaviour;
use nix::sys::socket::{setsockopt, sockopt};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::os::fd::OwnedFd;
use std::thread::JoinHandle;
use tokio::runtime::Builder;
use tokio::sync::watch;

/// Backends `rs1`, `rs2`... on ports of the loopback interface, in a thread of their own.
pub struct Farm {
    /// Where they listen.
    pub addresses: Vec<SocketAddr>,
    /// What they count.
    pub counters: Vec<Counters>,
    /// How all of them treat their clients.
    pub behaviour: watch::Sender<Behaviour>,
    stop: watch::Sender<()>,
    thread: Option<JoinHandle<()>>,
}

impl Farm {
    /// So many backends on 127.0.0.1, of which none has a VIP.
    pub fn of(size: usize) -> Self {
        Self::new(size, Protocol::Tcp, &[])
    }

    /// One backend that answers this to health checks.
    pub fn answering(answers: &[Answer]) -> Self {
        Self::serving(1, Protocol::Tcp, &[], answers)
    }

    /// So many backends that answer datagrams.
    pub fn of_datagrams(size: usize) -> Self {
        Self::new(size, Protocol::Udp, &[])
    }

    /// So many backends that call these addresses VIPs.
    pub fn with_vips(size: usize, vips: &[IpAddr]) -> Self {
        Self::new(size, Protocol::Tcp, vips)
    }

    fn new(size: usize, protocol: Protocol, vips: &[IpAddr]) -> Self {
        Self::serving(size, protocol, vips, &[])
    }

    fn serving(size: usize, protocol: Protocol, vips: &[IpAddr], answers: &[Answer]) -> Self {
        let (sockets, addresses): (Vec<_>, Vec<_>) = (0..size).map(|_| open(protocol)).unzip();
        let counters = vec![(); size].into_iter().map(|()| Counters::default()).collect::<Vec<_>>();
        let (stop, stopping) = watch::channel(());
        let (behaviour, told) = watch::channel(Behaviour::default());
        let vips = vips.to_vec();
        let sites = counters.iter().enumerate().map(|(n, counters)| Site {
            identity: Identity {
                name: format!("rs{}", n + 1).parse().unwrap(),
                vips: vips.clone(),
            },
            counters: counters.clone(),
            behaviour: told.clone(),
            tiers: Tiers::default(),
            answers: answers.into(),
        });
        let served = sockets.into_iter().zip(sites.collect::<Vec<_>>()).collect();
        let thread = std::thread::spawn(move || run(served, protocol, &stopping));
        Self { addresses, counters, behaviour, stop, thread: Some(thread) }
    }

    /// Tells every backend to stop and waits until all have.
    pub fn stop(&mut self) {
        self.stop.send_replace(());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Farm {
    fn drop(&mut self) {
        self.stop();
    }
}

fn open(protocol: Protocol) -> (OwnedFd, SocketAddr) {
    let any = (Ipv4Addr::LOCALHOST, 0);
    if protocol == Protocol::Udp {
        let socket = UdpSocket::bind(any).unwrap();
        setsockopt(&socket, sockopt::Ipv4PacketInfo, &true).unwrap();
        let address = socket.local_addr().unwrap();
        return (socket.into(), address);
    }
    let listener = TcpListener::bind(any).unwrap();
    let address = listener.local_addr().unwrap();
    (listener.into(), address)
}

fn run(served: Vec<(OwnedFd, Site)>, protocol: Protocol, stopping: &watch::Receiver<()>) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let backends = served.into_iter().map(|(socket, site)| {
        let mut stopping = stopping.clone();
        let shutdown = async move {
            let _ = stopping.changed().await;
        };
        async move {
            match protocol {
                Protocol::Udp => serve_datagrams(socket.into(), site, shutdown).await,
                _ => serve(socket.into(), site, shutdown).await,
            }
        }
    });
    for served in runtime.block_on(futures::future::join_all(backends)) {
        served.unwrap();
    }
}
