use super::commands::quoted;
use crate::lab::{LabName, NodeName};
use crate::plan::{Op, Plan, Process};

/// The commands that write a process's files into the present folder and start it.
pub(super) fn commands(lab: &LabName, node: &NodeName, process: &Process) -> Vec<String> {
    let files = format!("files/{node}");
    let mut lines = writing(&files, process);
    let run = quoted(&process.program.run);
    lines.push(format!("NODE={node} FILES=$PWD/{files} ip netns exec {lab}-{node} sh -c {run} &"));
    lines.extend(
        process.program.ready.map(|port| format!("{}; do sleep 0.1; done", until(lab, node, port))),
    );
    lines
}

/// The same in the script, which has a folder of its own.
pub(super) fn starting(lab: &LabName, node: &NodeName, process: &Process) -> Vec<String> {
    let mut lines = writing(&format!("\"$www\"/{node}"), process);
    let (run, port) = (
        quoted(&process.program.run),
        process.program.ready.map_or_else(String::new, |p| format!(" {p}")),
    );
    lines.push(format!("process {lab}-{node} {node} {run}{port}"));
    lines
}

/// The function of the script that starts a process, if the plan has any.
pub(super) fn function(plan: &Plan) -> &'static str {
    let mut ops = plan.steps.iter().map(|step| &step.op);
    if ops.any(|op| matches!(op, Op::StartProcess { .. })) { FUNCTION } else { "" }
}

const FUNCTION: &str = r#"
process() { # NAMESPACE NAME COMMAND [PORT]
    mkdir -p "$www/$2"
    NODE=$2 FILES="$www/$2" ip netns exec "$1" sh -c "$3" >/dev/null 2>&1 </dev/null &
    [ $# -lt 4 ] && return
    until [ -n "$(ip netns exec "$1" ss -Hltn "sport = :$4")" ]; do kill -0 $! && sleep 0.05; done
}
"#;

fn until(lab: &LabName, node: &NodeName, port: u16) -> String {
    format!("until [ -n \"$(ip netns exec {lab}-{node} ss -Hltn 'sport = :{port}')\" ]")
}

fn writing(folder: &str, process: &Process) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, text) in &process.files {
        let (parent, end) = (name.rsplit_once('/').map_or("", |(parent, _)| parent), end_of(text));
        let folder_of = if parent.is_empty() {
            folder.to_owned()
        } else {
            format!("{folder}/{}", quoted(parent))
        };
        let newline = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        lines.push(format!("mkdir -p {folder_of}"));
        lines.push(format!("cat >{folder}/{} <<'{end}'\n{text}{newline}{end}", quoted(name)));
    }
    lines
}

/// A word that no line of the text is.
fn end_of(text: &str) -> String {
    let mut end = "END".to_owned();
    while text.lines().any(|line| line == end) {
        end.push('_');
    }
    end
}
