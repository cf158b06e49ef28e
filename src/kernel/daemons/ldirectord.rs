use super::launch::{Output, Place, launch};
use crate::kernel::Cause;
use crate::kernel::ipvs::Ipvs;
use crate::kernel::program::Program;
use std::ffi::OsStr;

const PROGRAM: Program = Program { name: "ldirectord", package: "ldirectord" };

/// Starts ldirectord, and waits until the director's table has every virtual service.
pub async fn start(place: Place<'_>, configuration: &str) -> Result<(), Cause> {
    // A connection of its own: waiting may be given up while an answer is under way.
    let table = Ipvs::open(place.namespace).await?;
    let file = place.file("conf");
    // `-d` keeps it in the foreground, says everything on standard error, and makes no files.
    let arguments = [OsStr::new("-d"), file.as_os_str(), OsStr::new("start")];
    let mut launched = launch(place, PROGRAM, &arguments, Output::Log)?;
    let wanted = services(configuration);
    launched.until(async || table.services().await.is_ok_and(|made| made.len() >= wanted)).await
}

/// How many virtual services a configuration has.
fn services(configuration: &str) -> usize {
    let words = configuration.lines().filter_map(|line| line.split_once('='));
    words.filter(|(word, _)| word.trim_end() == "virtual").count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn virtual_services_are_counted() {
        let text = "checktimeout=3\nvirtual=10.0.0.1:80\n\treal=10.0.0.2:80 masq\n\
                    \tvirtualhost=www\nvirtual = 10.0.0.1:443\n";
        assert_eq!(services(text), 2);
    }
}
