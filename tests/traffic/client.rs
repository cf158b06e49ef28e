use crate::farm::Farm;
use crate::here::Here;
use lvs_lab::kernel::client_socket;
use lvs_lab::lab::{Connection, Endpoint, Protocol, Request, SourcePorts, Target};
use lvs_lab::traffic::{
    Answer, Failure, Held, Sample, SocketSpec, Sockets, Summary, TrafficError, send,
};
use nix::sys::socket::{Backlog, listen, setsockopt, sockopt::Linger};
use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::runtime::Builder;

fn request(count: u32) -> Request {
    Request {
        from: "client".parse().unwrap(),
        target: Target::Address(Endpoint::tcp((Ipv4Addr::LOCALHOST, 80).into())),
        path: "/".to_owned(),
        count,
        concurrency: 1,
        connection: Connection::New,
        source_ports: SourcePorts::Any,
        timeout: Duration::from_secs(5),
    }
}

fn try_run(request: &Request, to: SocketAddr) -> Result<Vec<Sample>, TrafficError> {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(send(request, Endpoint::tcp(to), &mut Here, &mut Held::default()))
}

fn run(request: &Request, to: SocketAddr) -> Vec<Sample> {
    try_run(request, to).unwrap()
}

fn answers(samples: &[Sample]) -> Vec<Answer> {
    samples.iter().map(|sample| sample.outcome.clone().unwrap()).collect()
}

/// What a request to this server ends in.
fn failure(to: SocketAddr) -> Failure {
    let brief = Request { timeout: Duration::from_millis(200), ..request(1) };
    run(&brief, to).remove(0).outcome.unwrap_err()
}

/// A server that treats each of so many connections in its own way.
fn server(
    connections: usize,
    treat: impl Fn(&mut TcpStream) + Send + 'static,
) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let serve = move || {
        for _ in 0..connections {
            let mut stream = listener.accept().unwrap().0;
            read_head(&mut stream);
            treat(&mut stream);
        }
    };
    (address, std::thread::spawn(serve))
}

fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() > 0 {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

/// What a request to a server ends in that says this and closes.
fn failure_after(said: &'static str) -> Failure {
    let (address, thread) = server(1, move |stream| stream.write_all(said.as_bytes()).unwrap());
    let failure = failure(address);
    thread.join().unwrap();
    failure
}

#[test]
fn an_answer_says_who_gave_it_and_whom_it_saw() {
    let farm = Farm::of(1);
    let samples = run(&request(3), farm.addresses[0]);
    for (n, (sample, answer)) in samples.iter().zip(answers(&samples)).enumerate() {
        assert_eq!((sample.index, sample.connection), (n, n));
        assert_eq!((answer.backend.as_deref(), answer.status), (Some("rs1"), 200));
        assert_eq!(answer.peer, Some(answer.local));
        assert!(sample.latency > Duration::ZERO);
    }
    assert!(samples.is_sorted_by_key(|sample| sample.started));
    assert_eq!((farm.counters[0].connections(), farm.counters[0].requests()), (3, 3));
}

#[test]
fn any_status_is_an_answer_and_a_long_body_is_read_to_its_end() {
    let farm = Farm::of(1);
    let sick = Request { path: "/status/503".to_owned(), ..request(1) };
    assert_eq!(answers(&run(&sick, farm.addresses[0]))[0].status, 503);
    let long = Request { path: "/bytes/3000000".to_owned(), ..request(2) };
    assert_eq!(answers(&run(&long, farm.addresses[0])).len(), 2);
}

#[test]
fn many_clients_at_once_get_every_answer() {
    let farm = Farm::of(1);
    let many = Request { concurrency: 16, ..request(1000) };
    let samples = run(&many, farm.addresses[0]);
    let summary = Summary::of(&samples);
    assert_eq!(summary.by_backend, [("rs1".to_owned(), 1000)]);
    assert_eq!((summary.failed(), summary.connections), (0, 1000));
    assert!(samples.iter().map(|sample| sample.index).eq(0..1000));
    assert_eq!(farm.counters[0].connections(), 1000);
}

#[test]
fn keep_alive_uses_one_connection_for_each_client() {
    let farm = Farm::of(1);
    let kept = Request { connection: Connection::KeepAlive, ..request(100) };
    assert_eq!(Summary::of(&run(&kept, farm.addresses[0])).connections, 1);
    assert_eq!((farm.counters[0].connections(), farm.counters[0].requests()), (1, 100));
    let four = Request { concurrency: 4, ..kept };
    let samples = run(&four, farm.addresses[0]);
    let used: HashSet<_> = samples.iter().map(|sample| sample.connection).collect();
    assert!((1..=4).contains(&used.len()), "{used:?}");
    assert_eq!(Summary::of(&samples).failed(), 0);
}

#[test]
fn held_connections_stay_open_until_they_are_released() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let mut open: Vec<_> = (0..3).map(|_| listener.accept().unwrap().0).collect();
        for stream in &mut open {
            read_head(stream);
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        }
        open
    });
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let request = Request { connection: Connection::Held, concurrency: 3, ..request(3) };
    let (mut here, mut held) = (Here, Held::default());
    let sent = send(&request, Endpoint::tcp(address), &mut here, &mut held);
    assert_eq!(answers(&runtime.block_on(sent).unwrap()).len(), 3);
    assert_eq!(held.count(), 3);
    let mut open = server.join().unwrap();
    for stream in &mut open {
        stream.set_nonblocking(true).unwrap();
        assert_eq!(stream.read(&mut [0]).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }
    runtime.block_on(held.release());
    assert_eq!(held.count(), 0);
    assert!(open.iter_mut().all(|stream| stream.read(&mut [0]).unwrap() == 0));
}

#[test]
fn a_kept_connection_that_the_server_closes_is_opened_again() {
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let (address, thread) = server(3, |stream| stream.write_all(answer).unwrap());
    let kept = Request { connection: Connection::KeepAlive, ..request(3) };
    let samples = run(&kept, address);
    assert!(samples.iter().map(|sample| sample.connection).eq(0..3));
    assert!(answers(&samples).iter().all(|answer| answer.backend.is_none()));
    thread.join().unwrap();
}

#[test]
fn new_connections_ask_the_server_to_close_and_wait_for_it() {
    let farm = Farm::of(1);
    let fixed = quiet_port() + 10;
    let same = Request { source_ports: SourcePorts::Fixed(fixed), ..request(50) };
    // A client that closed first would find its only port in TIME-WAIT.
    for answer in answers(&run(&same, farm.addresses[0])) {
        assert_eq!((answer.local.port(), answer.peer), (fixed, Some(answer.local)));
    }
}

#[test]
fn source_ports_count_up_from_the_first() {
    let farm = Farm::of(1);
    let first = quiet_port();
    let counted = Request { source_ports: SourcePorts::From(first), ..request(5) };
    let ports = answers(&run(&counted, farm.addresses[0])).into_iter().map(|a| a.local.port());
    assert!(ports.eq(first..first + 5));
}

#[test]
fn a_source_port_that_cannot_be_had_is_no_measurement() {
    let farm = Farm::of(1);
    let taken = SourcePorts::Fixed(farm.addresses[0].port());
    let error = try_run(&Request { source_ports: taken, ..request(1) }, farm.addresses[0]);
    assert!(matches!(error, Err(TrafficError::Sockets(_))));
}

#[test]
fn a_namespace_without_sockets_is_no_measurement() {
    struct Gone;
    impl Sockets for Gone {
        fn open(&mut self, _: &[SocketSpec]) -> io::Result<Vec<OwnedFd>> {
            Err(io::Error::from_raw_os_error(nix::libc::ENOENT))
        }
    }
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let to = SocketAddr::from((Ipv4Addr::LOCALHOST, 80));
    let error = runtime
        .block_on(send(&request(1), Endpoint::tcp(to), &mut Gone, &mut Held::default()))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "client sockets cannot be opened: No such file or directory (os error 2)"
    );
}

#[test]
fn a_path_that_no_request_can_carry_is_refused() {
    let to = SocketAddr::from((Ipv4Addr::LOCALHOST, 80));
    for path in ["", "/a b", "whoami"] {
        let error = try_run(&Request { path: path.to_owned(), ..request(1) }, to).unwrap_err();
        assert_eq!(error.to_string(), format!("`{path}` is no path for a request"));
    }
}

#[test]
fn nobody_listening_is_refused() {
    let here = Ipv4Addr::LOCALHOST.into();
    // Bound, so that nobody else gets the port, and not listening.
    let bound = TcpListener::from(client_socket(Protocol::Tcp, here, Some(0)).unwrap());
    let port = bound.local_addr().unwrap().port();
    assert_eq!(failure(SocketAddr::from((Ipv4Addr::LOCALHOST, port))), Failure::Refused);
}

#[test]
fn a_server_that_never_answers_times_out() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let twice = Request { timeout: Duration::from_millis(50), ..request(2) };
    for sample in run(&twice, silent.local_addr().unwrap()) {
        assert_eq!(sample.outcome, Err(Failure::AnswerTimedOut));
        assert!(sample.latency >= Duration::from_millis(50));
    }
}

#[test]
fn a_server_whose_queue_is_full_lets_the_connect_time_out() {
    let full = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listen(&full, Backlog::new(0).unwrap()).unwrap();
    let address = full.local_addr().unwrap();
    let waiting = TcpStream::connect(address).unwrap();
    assert_eq!(failure(address), Failure::ConnectTimedOut);
    drop(waiting);
}

#[test]
fn an_answer_that_stalls_half_way_times_out() {
    let farm = Farm::of(1);
    let late = Request {
        path: "/delay/60000".to_owned(),
        timeout: Duration::from_millis(50),
        connection: Connection::KeepAlive,
        ..request(2)
    };
    let samples = run(&late, farm.addresses[0]);
    assert_eq!(Summary::of(&samples).failures, [(Failure::AnswerTimedOut, 2)]);
    assert!(samples.iter().map(|sample| sample.connection).eq(0..2));
}

#[test]
fn a_broken_server_is_told_apart_from_a_dead_one() {
    assert_eq!(failure_after(""), Failure::Closed);
    assert_eq!(failure_after("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), Failure::Closed);
    assert_eq!(failure_after("SSH-2.0-OpenSSH_9.2\r\n"), Failure::Malformed);
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n";
    assert_eq!(failure_after(chunked), Failure::Malformed);
}

#[test]
fn a_reset_is_called_one() {
    let at_once = nix::libc::linger { l_onoff: 1, l_linger: 0 };
    let (address, thread) = server(1, move |stream| setsockopt(stream, Linger, &at_once).unwrap());
    assert_eq!(failure(address), Failure::Reset);
    thread.join().unwrap();
}

#[test]
fn no_requests_are_no_samples() {
    assert_eq!(run(&request(0), SocketAddr::from((Ipv4Addr::LOCALHOST, 80))), []);
}

/// A port below those that the kernel gives out by itself (ip_local_port_range), and seldom the
/// same one in two runs at once.
fn quiet_port() -> u16 {
    20_000 + u16::try_from(std::process::id() % 10_000).unwrap()
}
