//! A backend that asks others first, as a client sees it.

use lvs_lab::backend::{Counters, Door, Identity, PATIENCE, Site, Tiers, serve};
use lvs_lab::kernel::client_socket;
use lvs_lab::lab::Protocol;
use lvs_lab::plan::{Behaviour, Upstream};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

fn listener() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()
}

fn door() -> Door {
    Arc::new(|to| client_socket(Protocol::Tcp, to, None))
}

/// Serves under a name, asking these; returns where.
fn backend(name: &str, upstream: Vec<Upstream>) -> Upstream {
    let (listener, name) = (listener(), name.to_owned());
    let address = listener.local_addr().unwrap();
    let site = Site {
        identity: Identity { name: name.parse().unwrap(), vips: Vec::new() },
        counters: Counters::default(),
        behaviour: watch::channel(Behaviour::default()).1,
        tiers: Tiers { upstream, door: Some(door()) },
        answers: [].into(),
    };
    tokio::spawn(serve(listener, site, std::future::pending()));
    Upstream { name, address }
}

/// Somebody who says these bytes to whoever connects, and closes; with none it stays silent.
fn stranger(says: &'static str) -> Upstream {
    let listener = listener();
    let address = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 1024]).await;
            if says.is_empty() {
                kept.push(stream);
            } else {
                let _ = stream.write_all(says.as_bytes()).await;
            }
        }
    });
    Upstream { name: "other".to_owned(), address }
}

/// The whole answer to a request for a path.
async fn ask(to: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(to).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

/// What `web` answers when it asks this one.
async fn through(upstream: Upstream) -> String {
    ask(backend("web", vec![upstream]).address, "/").await
}

#[tokio::test]
async fn the_way_is_told_in_the_order_of_the_answers() {
    let (db, cache) = (backend("db", Vec::new()), backend("cache", Vec::new()));
    let php = backend("php", vec![db, cache]);
    let answer = through(php.clone()).await;
    assert!(answer.contains("\r\nx-lvs-lab-via: php, db, cache\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nweb\n"), "{answer}");
    let web = backend("web", vec![php]).address;
    let answer = ask(web, "/whoami").await;
    assert!(answer.contains(r#""via":["php","db","cache"]"#), "{answer}");
    assert!(!ask(web, "/health").await.contains("x-lvs-lab-via"), "its health is its own");
}

#[tokio::test]
async fn what_is_no_good_answer_is_a_bad_gateway() {
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
    let refusing = Upstream { name: "gone".to_owned(), address: listener().local_addr().unwrap() };
    let cases = [
        (stranger("5.5.5-MariaDB\0nonsense\n"), "gave no answer"),
        (stranger(cut), "broke off its answer"),
        (stranger("HTTP/1.1 500 Oh\r\nContent-Length: 7\r\n\r\nno luck"), "answered 500: no luck"),
        (refusing, "refused the connection"),
    ];
    for (upstream, words) in cases {
        let who = upstream.to_string();
        let answer = through(upstream).await;
        assert!(answer.starts_with("HTTP/1.1 502 "), "{answer}");
        assert!(answer.contains(&who) && answer.contains(words), "{answer}");
        assert!(!answer.contains("x-lvs-lab-via"), "{answer}");
    }
}

#[tokio::test]
async fn a_redirection_is_an_answer() {
    let moved = "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n";
    let answer = through(stranger(moved)).await;
    assert!(answer.contains("\r\nx-lvs-lab-via: other\r\n"), "who gives no name has the file's");
}

#[tokio::test]
async fn the_tier_before_the_silence_tells_of_it() {
    let begun = Instant::now();
    let answer = through(backend("php", vec![stranger("")])).await;
    assert!(answer.starts_with("HTTP/1.1 504 "), "{answer}");
    assert!(answer.contains("php (") && answer.contains("answered 504: other ("), "{answer}");
    assert!(answer.contains("did not answer within 3s"), "{answer}");
    assert!(begun.elapsed() >= PATIENCE - lvs_lab::backend::LESS);
}
