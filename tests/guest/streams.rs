//! A job's streams, signals and exit code.

use crate::lab::{Lab, assert_success};
use crate::trials;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::Child;

trials![
    output_errors_and_exit_code_come_back,
    a_job_killed_by_a_signal_ends_with_its_number,
    signals_reach_the_job,
    a_large_binary_input_arrives_whole,
    a_large_binary_output_arrives_whole,
    twenty_jobs_run_at_once,
    an_unread_job_hinders_no_other,
    a_job_whose_output_nobody_reads_ends,
    a_job_that_needs_no_input_leaves_it_to_the_next,
    a_job_may_close_its_input,
    a_job_may_leave_a_process_behind,
    environment_and_directory_are_the_callers,
];

fn output_errors_and_exit_code_come_back() {
    let output = Lab::up().run("echo out; echo err >&2; exit 7");
    assert_eq!(output.status.code(), Some(7));
    assert_eq!(output.stdout, b"out\n");
    assert_eq!(output.stderr, b"err\n");
}

fn a_job_killed_by_a_signal_ends_with_its_number() {
    assert_eq!(Lab::up().run("kill -KILL $$").status.code(), Some(137));
}

/// Waits for a line of a job's output.
fn wait_for(child: &mut Child, line: &str) {
    let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), line);
}

fn signals_reach_the_job() {
    let lab = Lab::up();
    for (signal, name) in
        [(Signal::SIGINT, "INT"), (Signal::SIGTERM, "TERM"), (Signal::SIGHUP, "HUP")]
    {
        let script = format!("trap 'exit 3' {name}; echo ready; while :; do sleep 0.1; done");
        let mut child = lab.spawn(&script);
        wait_for(&mut child, "ready");
        kill(Pid::from_raw(child.id() as i32), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(3), "{name}");
    }
}

/// Bytes without any pattern that a text mode could leave alone.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(|_| next()).collect()
}

fn fed(mut child: Child, input: &[u8]) -> std::process::Output {
    let mut pipe = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // What the job did with its input is seen by its own words.
        scope.spawn(move || drop(pipe.write_all(input)));
        child.wait_with_output().unwrap()
    })
}

fn a_large_binary_input_arrives_whole() {
    let (lab, input) = (Lab::up(), noise(3 << 19));
    std::fs::write(lab.path().join("input"), &input).unwrap();
    let script = format!("cmp - {}", lab.path().join("input").display());
    assert_success(&fed(lab.spawn(&script), &input), "");
}

fn a_large_binary_output_arrives_whole() {
    let (lab, input) = (Lab::up(), noise(24 << 20));
    std::fs::write(lab.path().join("input"), &input).unwrap();
    let output = lab.run(&format!("cat {}", lab.path().join("input").display()));
    assert!(output.stdout == input);
}

fn twenty_jobs_run_at_once() {
    let (lab, input) = (Lab::up(), noise(40_000));
    std::thread::scope(|scope| {
        for number in 0..20 {
            let (lab, input) = (&lab, &input);
            scope.spawn(move || {
                let output = fed(lab.spawn(&format!("cat; exit {number}")), input);
                assert_eq!(output.status.code(), Some(number));
                assert!(output.stdout == *input);
            });
        }
    });
}

fn an_unread_job_hinders_no_other() {
    let lab = Lab::up();
    let mut endless = lab.spawn("yes");
    let mut first = [0; 2];
    endless.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    for _ in 0..20 {
        assert_success(&lab.run("echo here"), "here\n");
    }
    endless.kill().unwrap();
    endless.wait().unwrap();
}

fn a_job_whose_output_nobody_reads_ends() {
    let lab = Lab::up();
    let mut endless = lab.spawn("yes");
    wait_for(&mut endless, "y");
    drop(endless.stdout.take());
    assert_eq!(endless.wait().unwrap().code(), Some(128 + Signal::SIGPIPE as i32));
}

fn a_job_that_needs_no_input_leaves_it_to_the_next() {
    let lab = Lab::up();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"for the next\n").unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    let mut first = lab.role("run-without-input");
    let output = first.arg("cat; echo done").stdin(file.try_clone().unwrap()).output().unwrap();
    assert_success(&output, "done\n");
    let output = lab.command("cat").stdin(file).output().unwrap();
    assert_success(&output, "for the next\n");
}

fn a_job_may_close_its_input() {
    let lab = Lab::up();
    let mut child = lab.spawn("exec <&-; sleep 0.2; exit 5");
    let mut pipe = child.stdin.take().unwrap();
    let written = pipe.write_all(&noise(1 << 20));
    assert!(written.is_err(), "the caller's input was read to its end");
    assert_eq!(child.wait().unwrap().code(), Some(5));
}

fn a_job_may_leave_a_process_behind() {
    let lab = Lab::up();
    assert_success(&lab.run("sleep 1000 & echo started"), "started\n");
    assert_success(&lab.run("pgrep -c sleep || ps"), "1\n");
}

fn environment_and_directory_are_the_callers() {
    let lab = Lab::up();
    let output = lab
        .command("echo $GREETING; pwd; command -v ipvsadm")
        .env("GREETING", "hello")
        .env("PATH", "/usr/bin")
        .output();
    assert_success(&output.unwrap(), "hello\n/\n/usr/sbin/ipvsadm\n");
}
