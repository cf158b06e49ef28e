use super::launch::{Output, Place, launch};
use crate::kernel::Cause;
use crate::kernel::ipvs::Ipvs;
use crate::programs::Program;
use std::ffi::OsStr;
use std::time::{Duration, Instant};

const PROGRAM: Program = Program::listed("ldirectord");

/// How long it may take to check every server once. Those that hang take their time, one after
/// the other, and a lab need not wait for them all.
const ROUND: Duration = Duration::from_secs(60);

/// Starts ldirectord, and waits until it has checked every server once, so that those that serve
/// are in the director's table.
pub async fn start(place: Place<'_>, configuration: &str) -> Result<(), Cause> {
    // A connection of its own: waiting may be given up while an answer is under way.
    let table = Ipvs::open(place.namespace).await?;
    let file = place.file("conf");
    // `-d` keeps it in the foreground, says everything on standard error, and makes no files.
    let arguments = [OsStr::new("-d"), file.as_os_str(), OsStr::new("start")];
    let mut launched = launch(place, PROGRAM, &arguments, Output::Log)?;
    let services = lines_of("virtual", configuration);
    launched
        .until(async |_| table.services().await.is_ok_and(|made| made.len() >= services))
        .await?;
    let (begun, servers) = (Instant::now(), lines_of("real", configuration));
    launched.until(async |log| begun.elapsed() > ROUND || checks(&log.said()) > servers).await
}

/// How many lines of a configuration are about a word.
fn lines_of(word: &str, configuration: &str) -> usize {
    let words = configuration.lines().filter_map(|line| line.split_once('='));
    words.filter(|(found, _)| found.trim() == word).count()
}

/// How many checks ldirectord has begun, by its own words.
fn checks(said: &str) -> usize {
    let begun = ["DEBUG2: Checking ", "DEBUG3: Already checked: "];
    said.lines().filter(|line| begun.iter().any(|words| line.starts_with(words))).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn virtual_services_and_servers_are_counted() {
        let text = "checktimeout=3\nvirtual=10.0.0.1:80\n\treal=10.0.0.2:80 masq\n\
                    \tvirtualhost=www\nvirtual = 10.0.0.1:443\n";
        assert_eq!((lines_of("virtual", text), lines_of("real", text)), (2, 1));
    }

    #[test]
    fn a_server_of_two_services_is_checked_once_and_counted_twice() {
        let said = "Added virtual server: 10.0.0.1:80\n\
                    DEBUG2: Checking negotiate: real server=negotiate:http:tcp:10.0.0.2:80\n\
                    DEBUG2: check_http: url=\"http://10.0.0.2:80/\"\n\
                    DEBUG3: Already checked: real server=negotiate:http:tcp:10.0.0.2:80\n";
        assert_eq!(checks(said), 2);
    }
}
