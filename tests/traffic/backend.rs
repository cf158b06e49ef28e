use crate::farm::Farm;
use lvs_lab::lab::Answer;
use lvs_lab::plan::Behaviour;
use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

/// An answer as it came over the wire.
struct Raw {
    head: String,
    body: String,
}

impl Raw {
    fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Sends one request and reads until the server closes.
fn ask(to: SocketAddr, method: &str, path: &str) -> Raw {
    let mut stream = TcpStream::connect(to).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    Raw { head: head.to_owned(), body: body.to_owned() }
}

#[test]
fn the_root_is_the_name_in_one_line() {
    let farm = Farm::of(2);
    for (address, name) in farm.addresses.iter().zip(["rs1", "rs2"]) {
        let answer = ask(*address, "GET", "/");
        assert_eq!((answer.status(), answer.body.as_str()), (200, format!("{name}\n").as_str()));
        assert_eq!(answer.header("x-lvs-lab-backend"), Some(name));
    }
}

#[test]
fn whoami_says_what_the_server_sees() {
    let farm = Farm::of(1);
    let mut stream = TcpStream::connect(farm.addresses[0]).unwrap();
    let head = "GET /whoami?deep=yes HTTP/1.1\r\nHost: lab\r\nX-A: 1\r\nX-A: 2\r\n";
    write!(stream, "{head}Connection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let json: serde_json::Value =
        serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap();
    let expected = serde_json::json!({
        "name": "rs1",
        "local": farm.addresses[0].to_string(),
        "peer": stream.local_addr().unwrap().to_string(),
        "vip": null,
        "method": "GET",
        "path": "/whoami?deep=yes",
        "headers": { "host": "lab", "x-a": "1, 2", "connection": "close" },
    });
    assert_eq!(json, expected);
}

#[test]
fn an_address_that_is_a_vip_is_called_one() {
    let vip = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let farm = Farm::with_vips(1, &[vip]);
    let answer = ask(farm.addresses[0], "GET", "/whoami");
    let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(json["vip"], "127.0.0.1");
}

#[test]
fn health_status_delay_and_bytes_answer_as_asked() {
    let farm = Farm::of(1);
    let get = |path: &str| ask(farm.addresses[0], "GET", path);
    assert_eq!(get("/health").body, "ok\n");
    assert_eq!(get("/status/503").status(), 503);
    assert_eq!(get("/status/503").body, "503 Service Unavailable\n");
    assert_eq!((get("/status/204").status(), get("/status/204").body.as_str()), (204, ""));
    let begun = Instant::now();
    assert_eq!(get("/delay/50").body, "rs1\n");
    assert!(begun.elapsed() >= Duration::from_millis(50));
    let filler = get("/bytes/100000");
    assert_eq!((filler.header("content-length"), filler.body.len()), (Some("100000"), 100_000));
}

#[test]
fn what_a_health_check_asks_for_is_answered_as_it_wants() {
    let answer = |path: &str, status, text: &str| Answer {
        path: path.to_owned(),
        status,
        text: text.to_owned(),
    };
    let farm =
        Farm::answering(&[answer("/index.php?a=1", 401, "rs1"), answer("/", 200, "rs1\nwelcome")]);
    let ask = |path| {
        let raw = ask(farm.addresses[0], "GET", path);
        (raw.status(), raw.body)
    };
    assert_eq!(ask("/index.php?a=1"), (401, "rs1\n".to_owned()));
    assert_eq!(ask("/"), (200, "rs1\nwelcome\n".to_owned()));
    assert_eq!(ask("/index.php").0, 404);
    farm.behaviour.send_replace(Behaviour::Fails(503));
    assert_eq!(ask("/").0, 503);
}

#[test]
fn what_is_not_served_is_refused_with_a_reason() {
    let farm = Farm::of(1);
    let unknown = ask(farm.addresses[0], "GET", "/nothing");
    assert_eq!((unknown.status(), unknown.body.lines().count()), (404, 1));
    assert!(unknown.body.contains("/whoami"));
    assert_eq!(ask(farm.addresses[0], "GET", "/status/101").status(), 400);
    let posted = ask(farm.addresses[0], "POST", "/");
    assert_eq!((posted.status(), posted.header("allow")), (405, Some("GET, HEAD")));
    assert_eq!(posted.header("x-lvs-lab-backend"), Some("rs1"));
}

#[test]
fn head_has_the_headers_of_get_and_no_body() {
    let farm = Farm::of(1);
    for path in ["/", "/bytes/5000", "/status/404"] {
        let (get, head) =
            (ask(farm.addresses[0], "GET", path), ask(farm.addresses[0], "HEAD", path));
        assert_eq!((head.status(), head.body.as_str()), (get.status(), ""), "{path}");
        assert_eq!(head.header("content-length"), Some(get.body.len().to_string().as_str()));
    }
}

#[test]
fn one_connection_carries_many_requests() {
    let farm = Farm::of(1);
    let mut stream = TcpStream::connect(farm.addresses[0]).unwrap();
    for _ in 0..3 {
        write!(stream, "GET / HTTP/1.1\r\nHost: lab\r\n\r\n").unwrap();
        let mut text = String::new();
        while !text.ends_with("\r\n\r\nrs1\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            text.push(byte[0].into());
        }
    }
    assert_eq!((farm.counters[0].connections(), farm.counters[0].requests()), (1, 3));
}

#[test]
fn the_server_closes_first_when_the_client_asks_for_it() {
    let farm = Farm::of(1);
    let mut stream = TcpStream::connect(farm.addresses[0]).unwrap();
    write!(stream, "GET / HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    // Ends only because the server closes: this side keeps its half open.
    stream.read_to_string(&mut text).unwrap();
    assert!(text.to_lowercase().contains("connection: close"));
}

#[test]
fn a_stopped_backend_refuses_at_once_and_lets_an_answer_finish() {
    let mut farm = Farm::of(1);
    let address = farm.addresses[0];
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET /delay/100 HTTP/1.1\r\nHost: lab\r\n\r\n").unwrap();
    while farm.counters[0].requests() == 0 {
        std::thread::yield_now();
    }
    farm.stop();
    assert_eq!(TcpStream::connect(address).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert!(text.ends_with("\r\n\r\nrs1\n"), "{text}");
}

#[test]
fn a_stopped_backend_waits_no_longer_than_its_grace() {
    let mut farm = Farm::of(1);
    let mut stream = TcpStream::connect(farm.addresses[0]).unwrap();
    write!(stream, "GET /delay/60000 HTTP/1.1\r\nHost: lab\r\n\r\n").unwrap();
    while farm.counters[0].requests() == 0 {
        std::thread::yield_now();
    }
    farm.stop();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert_eq!(text, "");
}

#[test]
fn a_port_is_free_again_after_a_stop() {
    let mut farm = Farm::of(1);
    let address = farm.addresses[0];
    ask(address, "GET", "/");
    farm.stop();
    assert!(TcpListener::bind(address).is_ok());
}

#[test]
fn curl_understands_every_answer() {
    let farm = Farm::of(1);
    let curl = |path: &str| {
        let url = format!("http://{}{path}", farm.addresses[0]);
        let output = Command::new("curl").args(["-sS", "-i", &url]).output();
        let output = output.expect("curl is needed for this test");
        assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    for path in ["/", "/whoami", "/health", "/status/204", "/delay/1", "/bytes/70000", "/no"] {
        assert!(curl(path).contains("x-lvs-lab-backend: rs1"), "{path}");
    }
    assert!(curl("/bytes/70000").len() > 70_000);
}

/// A connection that is kept, after its first answer.
fn kept(to: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(to).unwrap();
    write!(stream, "GET / HTTP/1.1\r\nHost: lab\r\n\r\n").unwrap();
    assert!(answer_on(&mut stream).ends_with("rs1\n"));
    stream
}

/// An answer of a few bytes, in one piece.
fn answer_on(stream: &mut TcpStream) -> String {
    let mut bytes = [0; 1024];
    let length = stream.read(&mut bytes).unwrap();
    String::from_utf8(bytes[..length].to_vec()).unwrap()
}

#[test]
fn a_backend_that_hangs_answers_nobody_until_it_recovers() {
    let farm = Farm::of(1);
    let mut streams = [kept(farm.addresses[0]), TcpStream::connect(farm.addresses[0]).unwrap()];
    farm.behaviour.send_replace(Behaviour::Hangs);
    for stream in &mut streams {
        write!(stream, "GET / HTTP/1.1\r\nHost: lab\r\n\r\n").unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        let kind = stream.read(&mut [0]).unwrap_err().kind();
        assert!(matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut), "{kind}");
        stream.set_read_timeout(None).unwrap();
    }
    farm.behaviour.send_replace(Behaviour::Serves);
    for stream in &mut streams {
        assert!(answer_on(stream).ends_with("rs1\n"));
    }
}

#[test]
fn a_backend_that_fails_says_so_on_every_path_and_connection() {
    let farm = Farm::of(1);
    let mut stream = kept(farm.addresses[0]);
    farm.behaviour.send_replace(Behaviour::Fails(503));
    write!(stream, "GET /health HTTP/1.1\r\nHost: lab\r\n\r\n").unwrap();
    assert!(answer_on(&mut stream).starts_with("HTTP/1.1 503 "));
    for path in ["/", "/whoami", "/status/200", "/nothing"] {
        let answer = ask(farm.addresses[0], "GET", path);
        assert_eq!((answer.status(), answer.body.as_str()), (503, "503 Service Unavailable\n"));
        assert_eq!(answer.header("x-lvs-lab-backend"), Some("rs1"));
    }
    farm.behaviour.send_replace(Behaviour::Serves);
    assert_eq!(ask(farm.addresses[0], "GET", "/health").status(), 200);
}

#[test]
fn a_backend_that_lags_answers_so_much_later() {
    let farm = Farm::of(1);
    let delay = Duration::from_millis(200);
    farm.behaviour.send_replace(Behaviour::Lags(delay));
    let begin = Instant::now();
    assert_eq!(ask(farm.addresses[0], "GET", "/").body, "rs1\n");
    assert!(begin.elapsed() >= delay, "{:?}", begin.elapsed());
}
