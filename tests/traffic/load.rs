use crate::farm::Farm;
use crate::here::Here;
use lvs_lab::lab::{Connection, Endpoint, Load, Target};
use lvs_lab::traffic::{Failure, RunningLoad, Sample};
use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::time::{Instant, sleep};

const MS: Duration = Duration::from_millis(1);

fn load(rate: u32, concurrency: u32) -> Load {
    Load {
        from: "client".parse().unwrap(),
        target: Target::Address(Endpoint::tcp((Ipv4Addr::LOCALHOST, 80).into())),
        path: "/".to_owned(),
        rate,
        concurrency,
        connection: Connection::New,
        timeout: Duration::from_secs(5),
    }
}

/// Plays a load for so long, stops it, and gives what came of it.
fn play(load: &Load, to: SocketAddr, time: Duration) -> Vec<Sample> {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut running = RunningLoad::begin(load, Endpoint::tcp(to), Box::new(Here)).unwrap();
        sleep(time).await;
        running.stop().await;
        running.samples().unwrap()
    })
}

#[test]
fn requests_begin_at_their_times() {
    let farm = Farm::of(1);
    let samples = play(&load(1000, 8), farm.addresses[0], 300 * MS);
    assert!(samples.len() >= 300, "{}", samples.len());
    let mut starts: Vec<_> = samples.iter().map(|sample| sample.started).collect();
    starts.sort();
    let due: Vec<_> = (0..samples.len()).map(|n| MS * n as u32).collect();
    assert_eq!(starts, due);
    assert!(samples.iter().all(Sample::is_good));
}

#[test]
fn samples_can_be_read_while_the_load_runs() {
    let farm = Farm::of(1);
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let sockets = Box::new(Here);
        let running =
            RunningLoad::begin(&load(100, 2), Endpoint::tcp(farm.addresses[0]), sockets).unwrap();
        while running.samples().unwrap().len() < 5 {
            sleep(MS).await;
        }
    });
}

#[test]
fn a_kept_connection_belongs_to_a_client() {
    let farm = Farm::of(1);
    let kept = Load { connection: Connection::KeepAlive, ..load(200, 3) };
    let samples = play(&kept, farm.addresses[0], 200 * MS);
    let connections: HashSet<_> = samples.iter().map(|sample| sample.connection).collect();
    assert!(samples.len() >= 40 && connections.len() <= 3, "{connections:?}");
}

#[test]
fn a_kept_connection_that_breaks_fails_its_request_and_is_dialled_again() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let thread = std::thread::spawn(move || {
        let mut broken = listener.accept().unwrap().0;
        let _ = broken.read(&mut [0; 16]).unwrap();
        drop(broken);
        let mut whole = listener.accept().unwrap().0;
        while whole.read(&mut [0; 512]).unwrap() > 0 {
            whole.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
        }
    });
    let kept = Load { connection: Connection::KeepAlive, ..load(50, 1) };
    let samples = play(&kept, address, 200 * MS);
    thread.join().unwrap();
    assert!(!samples[0].is_good() && samples[0].connection == 0);
    assert!(samples.len() > 1);
    assert!(samples[1..].iter().all(|sample| sample.is_good() && sample.connection == 1));
}

#[test]
fn a_refusal_is_lost_at_once() {
    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let samples = play(&load(100, 2), closed, 100 * MS);
    assert!(samples.len() >= 10);
    assert!(samples.iter().all(|sample| sample.outcome == Err(Failure::Refused)));
}

#[test]
fn a_server_that_hangs_costs_every_request_and_stopping_no_more_than_a_timeout() {
    let hung = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let brief = Load { timeout: 100 * MS, ..load(100, 2) };
    let begun = Instant::now();
    let samples = play(&brief, hung.local_addr().unwrap(), 300 * MS);
    assert!(begun.elapsed() >= 300 * MS);
    // Those that waited for a client are among them: none was left out as nobody was free.
    assert!(samples.len() >= 30, "{}", samples.len());
    let known = [Failure::AnswerTimedOut, Failure::ConnectTimedOut, Failure::NoClient];
    for sample in &samples {
        assert!(known.contains(sample.outcome.as_ref().unwrap_err()), "{:?}", sample.outcome);
        assert!(sample.latency >= 100 * MS);
    }
}

#[test]
fn a_request_that_waits_for_a_client_counts_its_waiting() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 512]);
            std::thread::sleep(50 * MS);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        }
    });
    let samples = play(&load(100, 1), address, 100 * MS);
    let second = &samples[1];
    assert!(second.started == 10 * MS && second.waited >= 40 * MS);
    assert!(second.latency >= second.waited + 50 * MS);
}

#[test]
fn a_path_that_no_request_can_carry_is_refused() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let _inside = runtime.enter();
    let strange = Load { path: "x".to_owned(), ..load(1, 1) };
    let to = SocketAddr::from((Ipv4Addr::LOCALHOST, 80));
    assert!(RunningLoad::begin(&strange, Endpoint::tcp(to), Box::new(Here)).is_err());
}
