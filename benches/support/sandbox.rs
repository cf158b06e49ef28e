use super::Result;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::process::{Command, Stdio};
use std::time::Duration;

/// What makes a fresh sandbox habitable: a private /run, an empty /run/netns, a loopback interface.
/// The shell stays, since process 1 must reap what daemons leave.
const FURNISH: &str =
    r#"mount -t tmpfs run /run && mkdir /run/netns && ip link set lo up && "$@"; exit $?"#;

/// Runs this program inside a fresh sandbox with these arguments, and reads what it reports. When
/// it returns or this program dies, nothing is left; namespaces of up to `size` nodes have been
/// given time to go.
pub fn run<T: DeserializeOwned>(arguments: &[String], size: u32) -> Result<T> {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "unshare"]);
    command.args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]);
    command.args(["--propagation", "private", "bash", "-c", FURNISH, "sandbox"]);
    command.arg(std::env::current_exe()?).args(arguments).stderr(Stdio::inherit());
    let output = command.output().map_err(|error| format!("setpriv: {error}"))?;
    std::thread::sleep(settling(size));
    if !output.status.success() {
        return Err(format!("`{}` failed in its sandbox", arguments.join(" ")).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The kernel frees namespaces in the background, about a millisecond each, and holds locks that
/// the next contender would wait for.
fn settling(size: u32) -> Duration {
    Duration::from_millis(300) + Duration::from_millis(2) * size
}

/// Inside: hands a measurement out.
pub fn report<T: Serialize>(measured: Result<T>) -> Result<()> {
    println!("{}", serde_json::to_string(&measured?)?);
    Ok(())
}
