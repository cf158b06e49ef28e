use lvs_lab::backend::{Counters, Identity, serve};
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
        let (vips, handles) = (vips.to_vec(), counters.clone());
        let thread = std::thread::spawn(move || run(listeners, &vips, handles, &stopping));
        Self { addresses, counters, stop, thread: Some(thread) }
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

fn run(
    listeners: Vec<TcpListener>,
    vips: &[IpAddr],
    counters: Vec<Counters>,
    stopping: &watch::Receiver<()>,
) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let backends = listeners.into_iter().zip(counters).enumerate().map(|(n, (listener, count))| {
        let name = format!("rs{}", n + 1).parse().unwrap();
        let mut stopping = stopping.clone();
        let shutdown = async move {
            let _ = stopping.changed().await;
        };
        serve(listener, Identity { name, vips: vips.to_vec() }, count, shutdown)
    });
    for served in runtime.block_on(futures::future::join_all(backends)) {
        served.unwrap();
    }
}
