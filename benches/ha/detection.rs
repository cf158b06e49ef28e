use super::Result;
use super::figure::{Aim, Figure, Figures};
use super::sandbox;
use clap::ValueEnum;
use lvs_lab::kernel::{Health, health_changes};
use lvs_lab::lab::{
    ForwardingMethod, HealthCheck, HttpProbe, OnFailure, Place, Probe, Protocol, Quorum, Scheduler,
};
use lvs_lab::plan::{
    CheckedServer, CheckedService, Checker, Daemon, DestinationEntry, ServiceEntry, ServiceKey,
};
use std::fmt;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

/// What the checker's every time is: delay_loop, connect_timeout and delay_before_retry.
const TIME: Duration = Duration::from_secs(1);

/// How much later than scheduled a dead server may be found, in milliseconds.
const SLACK: f64 = 50.0;

/// Where the checker keeps its files.
const DIRECTORY: &str = "/run/bench-checker";

/// How a server dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Death {
    /// Connections are refused.
    Refuses,
    /// Connections are accepted, and never answered.
    Hangs,
}

impl Death {
    /// The longest time until a checker with one retry finds it: the server dies just after a
    /// check, and each of two attempts ends at once or by its time limit.
    fn schedule(self) -> Duration {
        match self {
            Self::Refuses => 2 * TIME,
            Self::Hangs => 4 * TIME,
        }
    }
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Refuses => "refuses",
            Self::Hangs => "hangs",
        })
    }
}

/// Measures how long the built-in checker takes.
pub fn measure(rounds: u32, figures: &mut Figures) -> Result<()> {
    for death in [Death::Refuses, Death::Hangs] {
        eprintln!("a server {}, {rounds} rounds", death);
        let words = ["detection", &death.to_string(), &rounds.to_string()].map(str::to_owned);
        let ours = sandbox::run(&words, 1)?;
        let what = format!("a server {}, host kernel", death);
        let aim = Aim::AtMost(death.schedule().as_secs_f64() * 1e3 + SLACK);
        figures.add(Figure { what, ours, theirs: Vec::new(), unit: "ms", aim });
    }
    Ok(())
}

/// Inside a sandbox: from a server's death, just after a check, to the change of its health; in
/// milliseconds.
pub fn run(death: Death, rounds: u32) -> Result<Vec<f64>> {
    (0..rounds).map(|_| die(death)).collect()
}

fn die(death: Death) -> Result<f64> {
    let _ = fs::remove_dir_all(DIRECTORY);
    fs::create_dir(DIRECTORY)?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut checker = start(listener.local_addr()?)?;
    for _ in 0..2 {
        serve(&listener)?;
    }
    let died = SystemTime::now();
    // The kernel goes on accepting for one that is kept.
    let _kept = (death == Death::Hangs).then_some(listener);
    let found = await_down()?;
    checker.kill()?;
    checker.wait()?;
    Ok(found.duration_since(died)?.as_secs_f64() * 1e3)
}

/// Answers one check.
fn serve(listener: &TcpListener) -> Result<()> {
    let (mut client, _) = listener.accept()?;
    let _ = client.read(&mut [0; 1024])?;
    Ok(client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?)
}

fn await_down() -> Result<SystemTime> {
    let begun = Instant::now();
    while begun.elapsed() < 20 * TIME {
        let changes = health_changes(Path::new(DIRECTORY));
        if let Some(down) = changes.iter().find(|change| change.health == Health::Down) {
            return Ok(down.at);
        }
        sleep(Duration::from_millis(5));
    }
    Err("the checker does not find its server dead".into())
}

/// The checker that a director would have. That there may be no IPVS is none of its business.
fn start(server: SocketAddr) -> Result<Child> {
    let file = Path::new(DIRECTORY).join("checker.conf");
    fs::write(&file, serde_json::to_string(&Daemon::Checker(checker(server)?))?)?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_lvs-lab"));
    command.arg("daemon").arg(file).stdout(Stdio::null());
    Ok(command.stderr(File::create(Path::new(DIRECTORY).join("checker.log"))?).spawn()?)
}

fn checker(server: SocketAddr) -> Result<Checker> {
    let key = ServiceKey::Address(Protocol::Tcp, "10.0.0.100:80".parse()?);
    let entry = DestinationEntry::new(server, ForwardingMethod::Dr);
    let probe = HttpProbe { path: "/".to_owned(), status: (200, 299), digest: None, body: None };
    let check = HealthCheck {
        probe: Probe::Http(probe),
        delay_loop: TIME,
        connect_timeout: TIME,
        nb_get_retry: 1,
        delay_before_retry: TIME,
        on_failure: OnFailure::Remove,
        at: Place::default(),
    };
    let service = CheckedService {
        service: ServiceEntry::new(key, Scheduler::Rr),
        servers: vec![CheckedServer { name: "rs1".parse()?, checked: entry.address, entry }],
        sorry_server: None,
        quorum: Quorum::default(),
        check,
    };
    Ok(Checker { services: vec![service] })
}
