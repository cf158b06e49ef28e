//! A client with several addresses, a director, and real servers that say who they are.

use crate::draw::Draw;
use crate::sandbox::{Sandbox, node, said};
use lvs_lab::kernel::Namespace;
use lvs_lab::lab::{ForwardingMethod, Marked, Protocol, SysctlKey, VirtualService};
use lvs_lab::oracle::Tuple;
use lvs_lab::plan::Op;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream, UdpSocket};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How many real servers there are.
pub const SERVERS: usize = 6;

/// The VIPs.
pub const VIPS: [&str; 8] = [
    "10.0.0.100",
    "10.0.0.101",
    "10.0.7.77",
    "10.0.7.78",
    "10.0.7.79",
    "10.0.8.1",
    "10.0.9.200",
    "10.0.9.201",
];

/// How real servers are reached.
const METHODS: [ForwardingMethod; 2] = [ForwardingMethod::Dr, ForwardingMethod::Nat];

/// How many addresses the client has.
const CLIENTS: u8 = 8;

/// Long enough for whatever is not lost.
const PATIENCE: Duration = Duration::from_secs(20);

/// Each real server twice: for DR in the client's network, and for NAT behind the director.
pub struct Farm {
    pub lab: Sandbox,
    client: Namespace,
    servers: Vec<(ForwardingMethod, Vec<Namespace>)>,
}

/// What real servers serve, until it is dropped.
pub struct Listeners(Vec<JoinHandle<()>>);

impl Drop for Listeners {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
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
        let servers = METHODS.map(|method| {
            (method, (0..SERVERS).map(|number| open(&name(number, method))).collect())
        });
        Self { lab, client: open("client"), servers: servers.into() }
    }

    /// The address of a real server, counted from 0.
    pub fn rip(number: usize, method: ForwardingMethod) -> IpAddr {
        let network = if method == ForwardingMethod::Nat { 2 } else { 0 };
        Ipv4Addr::new(10, network, 0, 11 + number as u8).into()
    }

    /// Every real server serves these ports.
    pub fn listen(&self, protocol: Protocol, ports: &[u16]) -> Listeners {
        let mut tasks = Vec::new();
        for (method, servers) in &self.servers {
            for (number, server) in servers.iter().enumerate() {
                for &port in ports {
                    tasks.extend(match protocol {
                        Protocol::Udp => datagrams(server, number, *method, port),
                        _ => vec![connections(server, number, port)],
                    });
                }
            }
        }
        Listeners(tasks)
    }

    /// Begins (`-A`) or ends (`-D`) the marking of what a service by firewall mark has.
    pub fn mark(&self, command: &str, service: &VirtualService) {
        let Some(Marked { mark, ports }) = &service.marked else { return };
        let (mark, protocol) = (mark.to_string(), service.protocol.keyword());
        for port in ports {
            let port = port.to_string();
            let chain = ["iptables-legacy", "-t", "mangle", command, "PREROUTING"];
            let packets = ["-p", protocol, "--dport", &port];
            let target = ["-j", "MARK", "--set-mark", &mark];
            said(&[&chain[..], &packets, &target].concat());
        }
    }

    /// One of the client's addresses, and one of so few ports that some come again; each VIP has its
    /// own, as a real server of NAT could not tell two connections from one port apart.
    pub fn source(&self, draw: &mut Draw, vip: IpAddr) -> SocketAddr {
        let number = VIPS.iter().position(|known| *known == vip.to_string()).unwrap() as u16;
        let address =
            Ipv4Addr::new(10, 0, 1 + draw.below(2) as u8, 1 + draw.below(CLIENTS.into()) as u8);
        SocketAddr::new(address.into(), 20_000 + 100 * number + draw.below(50) as u16)
    }

    /// Who answers a call, and the connection where there is one.
    pub async fn call(&self, protocol: Protocol, tuple: Tuple) -> Called {
        let called = match protocol {
            Protocol::Udp => timeout(PATIENCE, self.ask(tuple)).await,
            _ => timeout(PATIENCE, self.connect(tuple)).await,
        };
        match called {
            Ok(Ok(called)) => called,
            Ok(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => Called::Refused,
            Ok(Err(error)) => panic!("{tuple:?}: {error}"),
            Err(_) => Called::Lost,
        }
    }

    async fn ask(&self, Tuple { client, target }: Tuple) -> std::io::Result<Called> {
        let bound = self.client.run(|| std::net::UdpSocket::bind(client))?;
        bound.set_nonblocking(true)?;
        let socket = UdpSocket::from_std(bound)?;
        socket.connect(target).await?;
        socket.send(b"?").await?;
        let mut answer = [0];
        socket.recv(&mut answer).await?;
        Ok(Called::By(answer[0].into(), None))
    }

    async fn connect(&self, Tuple { client, target }: Tuple) -> std::io::Result<Called> {
        let socket = self.client.run(TcpSocket::new_v4)?;
        socket.set_reuseaddr(true)?;
        socket.bind(client)?;
        let mut stream = socket.connect(target).await?;
        let server = stream.read_u8().await?.into();
        Ok(Called::By(server, Some(Client { server, stream })))
    }
}

/// What became of a call.
pub enum Called {
    /// A real server answered, counted from 0.
    By(usize, Option<Client>),
    Refused,
    /// Nobody said anything.
    Lost,
}

impl Client {
    /// Asks the server to close, and closes after it, so that the port is free at once.
    pub async fn close(mut self) {
        self.stream.write_all(b"q").await.unwrap();
        let end = timeout(PATIENCE, self.stream.read(&mut [0])).await.expect("it closes").unwrap();
        assert_eq!(end, 0);
    }
}

fn connections(server: &Namespace, number: usize, port: u16) -> JoinHandle<()> {
    let bound = server.run(|| std::net::TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)));
    let listener = bound.unwrap();
    listener.set_nonblocking(true).unwrap();
    let listener = TcpListener::from_std(listener).unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.write_u8(number as u8).await;
                let _ = stream.read_u8().await;
            });
        }
    })
}

/// From each address that clients call, since the answer comes from it.
fn datagrams(
    server: &Namespace,
    number: usize,
    method: ForwardingMethod,
    port: u16,
) -> Vec<JoinHandle<()>> {
    let addresses: Vec<IpAddr> = match method {
        ForwardingMethod::Nat => vec![Farm::rip(number, method)],
        _ => VIPS.iter().map(|vip| vip.parse().unwrap()).collect(),
    };
    let serve = |address| {
        let bound = server.run(|| std::net::UdpSocket::bind(SocketAddr::new(address, port)));
        let socket = bound.unwrap();
        socket.set_nonblocking(true).unwrap();
        let socket = UdpSocket::from_std(socket).unwrap();
        tokio::spawn(async move {
            while let Ok((_, from)) = socket.recv_from(&mut [0]).await {
                let _ = socket.send_to(&[number as u8], from).await;
            }
        })
    };
    addresses.into_iter().map(serve).collect()
}

fn name(server: usize, method: ForwardingMethod) -> String {
    format!("{method}{}", server + 1)
}

fn address(name: &str, interface: &str, address: &str) -> Op {
    let (interface, address) = (interface.to_owned(), address.parse().unwrap());
    Op::AddAddress { node: node(name), interface, address }
}

fn setting(name: &str, key: &str, value: &str) -> Op {
    let (key, value) = (SysctlKey(key.to_owned()), value.to_owned());
    Op::SetSysctl { node: node(name), key, value }
}

fn connect(name: &str, interface: &str, network: &str) -> Op {
    let (interface, network) = (interface.to_owned(), network.parse().unwrap());
    Op::Connect { node: node(name), interface, network, mtu: None }
}

fn nodes() -> Vec<Op> {
    let bridge = |network: &str| Op::CreateBridge { network: network.parse().unwrap(), mtu: None };
    let create = |name: &str| Op::CreateNamespace { node: node(name) };
    let mut ops = ["switch", "client", "director"].map(create).to_vec();
    ops.extend([bridge("lan"), bridge("inside")]);
    ops.push(connect("client", "eth0", "lan"));
    ops.push(connect("director", "eth0", "lan"));
    ops.push(connect("director", "eth1", "inside"));
    for subnet in 1..=2 {
        let all = (1..=CLIENTS).map(|n| format!("10.0.{subnet}.{n}/16"));
        ops.extend(all.map(|cip| address("client", "eth0", &cip)));
    }
    ops.push(address("director", "eth0", "10.0.0.1/16"));
    ops.push(address("director", "eth1", "10.2.0.1/24"));
    ops.push(setting("director", "net.ipv4.ip_forward", "1"));
    // A refusal is an ICMP message, of which a client gets one in a second otherwise.
    ops.push(setting("director", "net.ipv4.icmp_ratemask", "0"));
    ops.extend(VIPS.map(|vip| address("director", "eth0", &format!("{vip}/32"))));
    ops.extend((0..SERVERS).flat_map(direct).chain((0..SERVERS).flat_map(masqueraded)));
    ops
}

fn direct(number: usize) -> Vec<Op> {
    let (name, rip) = (name(number, ForwardingMethod::Dr), Farm::rip(number, ForwardingMethod::Dr));
    let mut ops = vec![
        Op::CreateNamespace { node: node(&name) },
        connect(&name, "eth0", "lan"),
        setting(&name, "net.ipv4.conf.all.arp_ignore", "1"),
        setting(&name, "net.ipv4.conf.all.arp_announce", "2"),
        address(&name, "eth0", &format!("{rip}/16")),
    ];
    ops.extend(VIPS.map(|vip| address(&name, "lo", &format!("{vip}/32"))));
    ops
}

fn masqueraded(number: usize) -> Vec<Op> {
    let (name, rip) =
        (name(number, ForwardingMethod::Nat), Farm::rip(number, ForwardingMethod::Nat));
    let gateway = Op::AddRoute { node: node(&name), destination: None, via: [10, 2, 0, 1].into() };
    vec![
        Op::CreateNamespace { node: node(&name) },
        connect(&name, "eth0", "inside"),
        address(&name, "eth0", &format!("{rip}/24")),
        gateway,
    ]
}
