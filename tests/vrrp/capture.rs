//! What others see on the wire.

use crate::node::{Node, eventually};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A tcpdump that writes packets of a node's interface to a file.
pub struct Capture {
    child: Child,
    directory: TempDir,
}

impl Capture {
    /// Begins; every packet from now on is seen.
    pub fn begin(node: &Node, filter: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut command = node.command("tcpdump");
        command.args(["-i", "eth0", "-U", "-Z", "root", "-w"]).arg(file(directory.path()));
        command.arg(filter).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        while !line.contains("listening on") {
            line.clear();
            assert!(said.read_line(&mut line).unwrap() > 0, "tcpdump ended");
        }
        Self { child, directory }
    }

    /// Waits until so many packets of a kind were seen, and returns all in tcpdump's words.
    pub fn text(&self, kind: &str, number: usize) -> String {
        let read = || {
            let mut command = Command::new("tcpdump");
            command.args(["-r"]).arg(file(self.directory.path())).args(["-v", "-n", "-t"]);
            String::from_utf8(command.output().unwrap().stdout).unwrap()
        };
        eventually(&format!("{kind} is seen"), || read().matches(kind).count() >= number);
        read()
    }

    /// What tshark says of the fields of each packet that a filter selects.
    pub fn fields(&self, filter: &str, fields: &[&str]) -> Vec<String> {
        let mut command = Command::new("tshark");
        command.arg("-r").arg(file(self.directory.path()));
        command.args(["-Y", filter, "-T", "fields"]);
        for field in fields {
            command.args(["-e", field]);
        }
        let output = command.output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{complaint}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

fn file(directory: &Path) -> PathBuf {
    directory.join("packets")
}

impl Drop for Capture {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
