//! A client with several addresses, a director, and real servers that say who they are.

use crate::draw::Draw;
use crate::sandbox::{Sandbox, node};
use lvs_lab::kernel::Namespace;
use lvs_lab::lab::{NetworkName, SysctlKey};
use lvs_lab::plan::Op;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;

/// How many real servers there are.
pub const SERVERS: usize = 6;

/// The VIPs.
pub const VIPS: [&str; 3] = ["10.0.0.100", "10.0.0.101", "10.0.7.77"];

/// How many addresses the client has.
const CLIENTS: u8 = 8;

/// Long enough for whatever is not lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// DR in one network.
pub struct Farm {
    pub lab: Sandbox,
    client: Namespace,
    servers: Vec<Namespace>,
}

/// A connection of the client's.
pub struct Client {
    /// The real server, counted from 0.
    pub server: usize,
    stream: TcpStream,
}

impl Farm {
    pub async fn new() -> Self {
        let mut lab = Sandbox::new();
        lab.apply(&nodes()).await;
        let open = |name: &str| Namespace::named(&format!("lab-{name}")).unwrap();
        let servers = (0..SERVERS).map(|n| open(&name(n))).collect();
        Self { lab, client: open("client"), servers }
    }

    /// The address of a real server, counted from 0.
    pub fn rip(number: usize) -> IpAddr {
        Ipv4Addr::new(10, 0, 0, 11 + number as u8).into()
    }

    /// Every real server serves a port.
    pub fn listen(&self, port: u16) {
        for (number, server) in self.servers.iter().enumerate() {
            let bound = server.run(|| std::net::TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)));
            let listener = bound.unwrap();
            listener.set_nonblocking(true).unwrap();
            tokio::spawn(serve(TcpListener::from_std(listener).unwrap(), number as u8));
        }
    }

    /// One of the client's addresses, and one of so few ports that some come again.
    pub fn source(&self, draw: &mut Draw) -> SocketAddr {
        let address =
            Ipv4Addr::new(10, 0, 1 + draw.below(2) as u8, 1 + draw.below(CLIENTS.into()) as u8);
        SocketAddr::new(address.into(), 20_000 + draw.below(50) as u16)
    }

    /// Connects; none if that is refused.
    pub async fn connect(&self, from: SocketAddr, to: SocketAddr) -> Option<Client> {
        let socket = self.client.run(TcpSocket::new_v4).unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(from).unwrap();
        let connected = timeout(PATIENCE, socket.connect(to)).await.expect("somebody answers");
        let mut stream = match connected {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => return None,
            connected => connected.unwrap(),
        };
        let server = timeout(PATIENCE, stream.read_u8()).await.expect("it says who it is").unwrap();
        Some(Client { server: server.into(), stream })
    }
}

impl Client {
    /// Asks the server to close, and closes after it, so that the port is free at once.
    pub async fn close(mut self) {
        self.stream.write_all(b"q").await.unwrap();
        let end = timeout(PATIENCE, self.stream.read(&mut [0])).await.expect("it closes").unwrap();
        assert_eq!(end, 0);
    }
}

async fn serve(listener: TcpListener, number: u8) {
    while let Ok((mut stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            let _ = stream.write_u8(number).await;
            let _ = stream.read_u8().await;
        });
    }
}

fn name(server: usize) -> String {
    format!("rs{}", server + 1)
}

fn address(name: &str, interface: &str, address: &str) -> Op {
    let (interface, address) = (interface.to_owned(), address.parse().unwrap());
    Op::AddAddress { node: node(name), interface, address }
}

fn setting(name: &str, key: &str, value: &str) -> Op {
    let (key, value) = (SysctlKey(key.to_owned()), value.to_owned());
    Op::SetSysctl { node: node(name), key, value }
}

fn nodes() -> Vec<Op> {
    let servers: Vec<_> = (0..SERVERS).map(name).collect();
    let mut names = vec!["client", "director"];
    names.extend(servers.iter().map(String::as_str));
    let mut ops = vec![Op::CreateNamespace { node: node("switch") }];
    ops.extend(names.iter().map(|name| Op::CreateNamespace { node: node(name) }));
    ops.push(Op::CreateBridge { network: "lan".parse().unwrap(), mtu: None });
    let (interface, network): (_, NetworkName) = ("eth0".to_owned(), "lan".parse().unwrap());
    ops.extend(names.iter().map(|name| Op::Connect {
        node: node(name),
        interface: interface.clone(),
        network: network.clone(),
        mtu: None,
    }));
    for subnet in 1..=2 {
        let all = (1..=CLIENTS).map(|n| format!("10.0.{subnet}.{n}/16"));
        ops.extend(all.map(|cip| address("client", "eth0", &cip)));
    }
    ops.push(address("director", "eth0", "10.0.0.1/16"));
    ops.extend(VIPS.map(|vip| address("director", "eth0", &format!("{vip}/32"))));
    for (number, server) in servers.iter().enumerate() {
        ops.push(setting(server, "net.ipv4.conf.all.arp_ignore", "1"));
        ops.push(setting(server, "net.ipv4.conf.all.arp_announce", "2"));
        ops.push(address(server, "eth0", &format!("{}/16", Farm::rip(number))));
        ops.extend(VIPS.map(|vip| address(server, "lo", &format!("{vip}/32"))));
    }
    ops
}
