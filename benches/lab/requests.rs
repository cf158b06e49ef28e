use super::Result;
use super::contender::{Contender, on_host};
use super::programs::LVS_LAB;
use super::sandbox;
use super::table::{Aim, Row, Table};
use super::timing::timed;
use super::topology::{self, NAME};
use serde::{Deserialize, Serialize};
use std::process::Command;

const COUNT: usize = 1000;
const SERVERS: u32 = 10;

/// How long the requests took in each round, in microseconds.
#[derive(Default, Serialize, Deserialize)]
pub struct Times {
    lvs_lab: Vec<f64>,
    curl: Vec<f64>,
}

/// Measures requests in a sandbox.
pub fn measure(rounds: usize, table: &mut Table) -> Result<()> {
    eprintln!("{COUNT} requests, {rounds} rounds");
    let words = ["requests", &rounds.to_string()].map(str::to_owned);
    let times: Times = sandbox::run(&words, SERVERS)?;
    let (what, rival) = (format!("{COUNT} requests in a row"), "curl loop".to_owned());
    let aim = Aim::AtLeast(40.0);
    table.add(Row { what, rival, ours: times.lvs_lab, theirs: times.curl, aim });
    Ok(())
}

/// Inside: sends the same requests to the same lab, by `lvs-lab` and by curl in turns.
pub fn run(rounds: usize) -> Result<Times> {
    Contender::prepare(SERVERS)?;
    timed(Contender::ours().up(SERVERS))?;
    let mut times = Times::default();
    for _ in 0..rounds {
        times.lvs_lab.push(timed(by_lvs_lab())?.0);
        let (micros, answers) = timed(by_curl())?;
        if answers.lines().count() != COUNT {
            return Err(format!("curl had {} answers", answers.lines().count()).into());
        }
        times.curl.push(micros);
    }
    timed(Contender::ours().down(SERVERS))?;
    Ok(times)
}

fn url() -> String {
    let server = topology::real_server(1);
    format!("http://{}/", if topology::has_ipvs() { topology::VIP } else { server })
}

fn by_lvs_lab() -> Command {
    let count = COUNT.to_string();
    on_host(LVS_LAB, &["request", NAME, "--from", "client", "--url", &url(), "--count", &count])
}

fn by_curl() -> Command {
    let mut shell = Command::new("nsenter");
    let namespace = format!("--net=/run/netns/{NAME}-client");
    let script = format!("for ((i = 0; i < {COUNT}; i++)); do curl -s {}; done", url());
    shell.args([&namespace, "bash", "-c", &script]);
    shell
}
