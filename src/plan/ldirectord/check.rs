use super::time;
use crate::lab::{HealthCheck, HttpProbe, Probe};
use crate::plan::grain::Seconds;
use crate::plan::page::Page;
use crate::plan::percent::encoded;
use std::fmt::Write as _;
use std::time::Duration;

/// What ldirectord takes for a good answer (LWP's `is_success`).
const SUCCESS: (u16, u16) = (200, 299);

/// The shortest checkinterval.
const SHORTEST: Duration = Duration::from_secs(1);

/// How a virtual service's real servers are checked.
pub(super) fn check(page: &mut Page, check: &HealthCheck) {
    match &check.probe {
        Probe::Http(probe) => {
            page.line("checktype=negotiate");
            http(page, probe);
            time(page, "negotiatetimeout", check.connect_timeout);
        }
        Probe::Tcp => {
            page.line("checktype=connect");
            time(page, "checktimeout", check.connect_timeout);
        }
        Probe::Command { shell } => {
            page.comment(
                "ldirectord runs programs only, as checktype=external. Wanted, with RIP and",
            );
            page.comment("RPORT in its environment:");
            shell.lines().for_each(|line| page.comment(format_args!("    {line}")));
            page.line("checktype=connect");
            time(page, "checktimeout", check.connect_timeout);
        }
    }
    if check.nb_get_retry > 0 {
        let (retries, apart) = (check.nb_get_retry, Seconds(check.delay_before_retry));
        let every = Seconds(check.delay_loop);
        page.comment(format_args!(
            "a check each {every} s wanted, and {retries} retries {apart} s apart; ldirectord has \
             one"
        ));
        page.comment("interval for both, the shorter one, lest it find out later");
    }
    page.line(format_args!("failurecount={}", failures(check)));
}

/// How many failed checks in a row last at least as long as the retries that are wanted.
fn failures(check: &HealthCheck) -> u128 {
    let retrying = check.delay_before_retry.saturating_mul(check.nb_get_retry);
    let interval = check.only_interval().max(SHORTEST);
    1 + retrying.as_nanos().div_ceil(interval.as_nanos())
}

fn http(page: &mut Page, probe: &HttpProbe) {
    page.line("service=http");
    page.line(format_args!("request=\"{}\"", encoded(&probe.path, "\"#")));
    let (first, last) = probe.status;
    if probe.status != SUCCESS {
        let (least, most) = SUCCESS;
        let to = if first == last { String::new() } else { format!(" to {last}") };
        page.comment(format_args!(
            "status {first}{to} wanted; ldirectord takes {least} to {most} for good"
        ));
    }
    if let Some(digest) = &probe.digest {
        page.comment(format_args!("MD5 {digest} wanted; ldirectord compares no digests"));
    }
    if let Some(body) = &probe.body {
        page.line(format_args!("receive=\"{}\"", literal(body)));
    }
}

/// A Perl regular expression that matches exactly this text, without the characters that end a
/// line of the file, or a quoted word in it.
fn literal(text: &str) -> String {
    let mut pattern = String::new();
    for letter in text.chars() {
        match letter {
            '#' | '"' => hexadecimal(&mut pattern, letter),
            _ if letter.is_ascii_control() => hexadecimal(&mut pattern, letter),
            _ if letter.is_ascii_punctuation() => pattern.extend(['\\', letter]),
            _ => pattern.push(letter),
        }
    }
    pattern
}

fn hexadecimal(pattern: &mut String, letter: char) {
    let _ = write!(pattern, "\\x{:02x}", u32::from(letter));
}
