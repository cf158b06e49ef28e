use lvs_lab::backend::{Counters, Identity, Site, Tiers, serve};
use lvs_lab::plan::Behaviour;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
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
        Self::with_vips(size, &[])
    }

    /// So many backends that call these addresses VIPs.
    pub fn with_vips(size: usize, vips: &[IpAddr]) -> Self {
        let listeners: Vec<_> = (0..size).map(|_| listen()).collect();
        let addresses = listeners.iter().map(|l| l.local_addr().unwrap()).collect();
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
        });
        let served = listeners.into_iter().zip(sites.collect::<Vec<_>>()).collect();
        let thread = std::thread::spawn(move || run(served, &stopping));
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

fn listen() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()
}

fn run(served: Vec<(TcpListener, Site)>, stopping: &watch::Receiver<()>) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let backends = served.into_iter().map(|(listener, site)| {
        let mut stopping = stopping.clone();
        let shutdown = async move {
            let _ = stopping.changed().await;
        };
        serve(listener, site, shutdown)
    });
    for served in runtime.block_on(futures::future::join_all(backends)) {
        served.unwrap();
    }
}
