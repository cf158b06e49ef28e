use crate::farm::Farm;
use crate::here::Here;
use lvs_lab::lab::{Connection, Endpoint, Protocol, Request, SourcePorts, Target};
use lvs_lab::plan::Behaviour;
use lvs_lab::traffic::{Failure, Held, Sample, send};
use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};
use tokio::runtime::Builder;

fn at(address: SocketAddr) -> Endpoint {
    Endpoint { protocol: Protocol::Udp, address }
}

fn request(to: SocketAddr, count: u32) -> Request {
    Request {
        from: "client".parse().unwrap(),
        target: Target::Address(at(to)),
        path: "/".to_owned(),
        count,
        concurrency: 1,
        connection: Connection::New,
        source_ports: SourcePorts::Any,
        timeout: Duration::from_secs(5),
    }
}

fn run(request: &Request, to: SocketAddr, held: &mut Held) -> Vec<Sample> {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(send(request, at(to), &mut Here, held)).unwrap()
}

fn sent(request: &Request, to: SocketAddr) -> Vec<Sample> {
    run(request, to, &mut Held::default())
}

/// The client's ports as the backend saw them, which are those that it had.
fn ports(samples: &[Sample]) -> Vec<u16> {
    let port = |sample: &Sample| {
        let answer = sample.outcome.clone().unwrap();
        assert_eq!((answer.peer, answer.status), (Some(answer.local), 200));
        assert_eq!(answer.backend.as_deref(), Some("rs1"));
        answer.local.port()
    };
    samples.iter().map(port).collect()
}

/// What comes back for these bytes.
fn said(to: SocketAddr, bytes: &[u8]) -> String {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.connect(to).unwrap();
    socket.send(bytes).unwrap();
    let mut answer = [0; 65_536];
    let length = socket.recv(&mut answer).unwrap();
    String::from_utf8(answer[..length].to_vec()).unwrap()
}

#[test]
fn a_line_of_text_is_answered_with_the_text_of_http() {
    let farm = Farm::of_datagrams(1);
    let answer = said(farm.addresses[0], b"GET /\n");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("\r\nx-lvs-lab-backend: rs1\r\n"), "{head}");
    assert_eq!(body, "rs1\n");
    assert!(said(farm.addresses[0], b"\n").ends_with("\r\n\r\nrs1\n"));
    assert!(said(farm.addresses[0], b"/status/404").starts_with("HTTP/1.1 404 Not Found\r\n"));
    assert!(said(farm.addresses[0], b"hello").starts_with("HTTP/1.1 400 Bad Request\r\n"));
    assert!(said(farm.addresses[0], b"/bytes/100000").starts_with("HTTP/1.1 413 "));
    assert!(said(farm.addresses[0], b"/bytes/60000").len() > 60_000);
    assert_eq!((farm.counters[0].connections(), farm.counters[0].requests()), (0, 6));
}

#[test]
fn whoami_says_where_a_datagram_came_from_and_to() {
    let farm = Farm::of_datagrams(1);
    let answer = said(farm.addresses[0], b"GET /whoami\nX-A: 1\n");
    let json = answer.split_once("\r\n\r\n").unwrap().1;
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(json["local"], farm.addresses[0].to_string());
    assert_eq!(json["headers"], serde_json::json!({ "x-a": "1" }));
}

#[test]
fn new_connections_are_new_ports_and_a_kept_one_is_one_port() {
    let farm = Farm::of_datagrams(1);
    let to = farm.addresses[0];
    let few = Request { concurrency: 4, ..request(to, 20) };
    assert_eq!(ports(&sent(&few, to)).len(), 20);
    let kept = Request { connection: Connection::KeepAlive, ..request(to, 5) };
    let kept = ports(&sent(&kept, to));
    assert_eq!(kept.iter().collect::<HashSet<_>>().len(), 1, "{kept:?}");
}

#[test]
fn source_ports_are_those_asked_for() {
    let farm = Farm::of_datagrams(1);
    let to = farm.addresses[0];
    let free = || UdpSocket::bind(("0.0.0.0", 0)).unwrap().local_addr().unwrap().port();
    let port = free();
    let fixed = Request { source_ports: SourcePorts::Fixed(port), ..request(to, 3) };
    assert_eq!(ports(&sent(&fixed, to)), [port; 3]);
    let port = free();
    let counting = Request { source_ports: SourcePorts::From(port), ..request(to, 2) };
    assert_eq!(ports(&sent(&counting, to)), [port, port + 1]);
}

#[test]
fn held_sockets_keep_their_ports() {
    let farm = Farm::of_datagrams(1);
    let to = farm.addresses[0];
    let mut held = Held::default();
    let holding = Request { connection: Connection::Held, ..request(to, 3) };
    let taken = ports(&run(&holding, to, &mut held));
    assert_eq!(held.count(), 3);
    for port in &taken {
        assert!(UdpSocket::bind(("0.0.0.0", *port)).is_err(), "port {port} is free");
    }
    Builder::new_current_thread().build().unwrap().block_on(held.release());
    for port in taken {
        UdpSocket::bind(("0.0.0.0", port)).unwrap();
    }
}

#[test]
fn nobody_there_is_an_unreachable_port() {
    let to = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let failure = sent(&request(to, 1), to).remove(0).outcome.unwrap_err();
    assert_eq!(
        (&failure, failure.to_string().as_str()),
        (&Failure::PortUnreachable, "port unreachable")
    );
}

#[test]
fn what_hangs_is_not_answered_and_the_kept_socket_stays() {
    let farm = Farm::of_datagrams(1);
    let to = farm.addresses[0];
    farm.behaviour.send_replace(Behaviour::Hangs);
    let kept = Request {
        connection: Connection::KeepAlive,
        timeout: Duration::from_millis(50),
        ..request(to, 3)
    };
    let samples = sent(&kept, to);
    for sample in &samples {
        assert_eq!((sample.connection, &sample.outcome), (0, &Err(Failure::AnswerTimedOut)));
    }
}

#[test]
fn what_fails_says_so_and_what_is_slow_says_it_later() {
    let farm = Farm::of_datagrams(1);
    let to = farm.addresses[0];
    farm.behaviour.send_replace(Behaviour::Fails(503));
    assert_eq!(sent(&request(to, 1), to)[0].outcome.clone().unwrap().status, 503);
    let delay = Duration::from_millis(150);
    farm.behaviour.send_replace(Behaviour::Lags(delay));
    let begun = Instant::now();
    assert_eq!(ports(&sent(&request(to, 1), to)).len(), 1);
    assert!(begun.elapsed() >= delay);
}

#[test]
fn a_late_answer_is_not_taken_for_the_next_ones() {
    let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let to = server.local_addr().unwrap();
    let answering = std::thread::spawn(move || {
        let receive = || {
            let mut bytes = [0; 2048];
            let (length, from) = server.recv_from(&mut bytes).unwrap();
            let text = String::from_utf8(bytes[..length].to_vec()).unwrap();
            let number = text.lines().find(|line| line.starts_with("x-lvs-lab-request")).unwrap();
            (number.to_owned(), from)
        };
        let ((late, _), (now, from)) = (receive(), receive());
        for (status, number) in [(201, late), (202, now)] {
            let answer = format!("HTTP/1.1 {status} Yes\r\n{number}\r\n\r\n");
            server.send_to(answer.as_bytes(), from).unwrap();
        }
    });
    let kept = Request {
        connection: Connection::KeepAlive,
        timeout: Duration::from_millis(300),
        ..request(to, 2)
    };
    let samples = sent(&kept, to);
    answering.join().unwrap();
    assert_eq!(samples[0].outcome, Err(Failure::AnswerTimedOut));
    assert_eq!(samples[1].outcome.clone().unwrap().status, 202);
}

#[test]
fn a_stopped_backend_frees_its_port_at_once() {
    let mut farm = Farm::of_datagrams(1);
    let to = farm.addresses[0];
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.send_to(b"/delay/60000", to).unwrap();
    while farm.counters[0].requests() == 0 {
        std::thread::yield_now();
    }
    farm.stop();
    UdpSocket::bind(to).unwrap();
}
