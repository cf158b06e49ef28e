use super::super::{
    rule,
    wire::{self, Entries},
};
use super::{Draft, name, number::Bounds, upstream, value};
use crate::lab::{Node, Place, PortBackend, Process, ProcessName, Program, Serving};
use indexmap::IndexMap;
use std::mem::take;
use std::path::{Component, Path};
use std::time::Duration;

/// How long a process may take until it works where the file does not say.
const WITHIN: Duration = Duration::from_secs(120);

/// How large a file of a node may be, in bytes: its text is part of the plan.
const LARGEST: usize = 65_536;

/// What a node serves by the file's own word, taken out of what the file says of it.
pub fn build(node: &Node, wire: &mut wire::Node, draft: &mut Draft<'_>) -> Serving {
    upstream::ask(node, None, take(&mut wire.upstream), draft);
    let backends = backends(node, take(&mut wire.backends), draft);
    let processes = processes(take(&mut wire.processes), &node.at.key("processes"), draft);
    let files = files(take(&mut wire.files), &node.at.key("files"), draft);
    let serving = Serving { upstream: Vec::new(), backends, processes, files };
    one_each(&serving, draft);
    unused(&serving, node, draft);
    serving
}

fn backends(
    node: &Node,
    backends: Entries<wire::PortBackend>,
    draft: &mut Draft<'_>,
) -> Vec<PortBackend> {
    let all = node.at.key("backends");
    let mut built = Vec::new();
    for (port, backend) in backends.0 {
        let at = all.key(&port);
        let Some(port) = key_port(&port, &at.as_key(), draft) else { continue };
        let upstream = backend.and_then(|backend| backend.upstream);
        let own = upstream.map(|words| upstream::ask(node, Some(port), words, draft));
        built.push(PortBackend { port, upstream: own.map(|()| Vec::new()), at });
    }
    built
}

/// A port that is a key.
fn key_port(text: &str, at: &Place, draft: &mut Draft<'_>) -> Option<u16> {
    let Ok(number) = text.parse() else {
        let message = format!("`{text}` is no port");
        draft.faults.push(rule::PORT.at(at, message, "write its number, 1 to 65535"));
        return None;
    };
    Bounds::port().check(number, at, draft.faults)
}

fn processes(
    processes: Entries<wire::Process>,
    all: &Place,
    draft: &mut Draft<'_>,
) -> Vec<Process> {
    let mut built = Vec::new();
    for (text, process) in processes.0 {
        let at = all.key(&text);
        let name = name::parse(&text, name::LABEL, &at.as_key(), draft.faults);
        if let (Some(name), Some(process)) = (name, process) {
            built.extend(one(name, process, at, draft));
        }
    }
    built
}

fn one(
    name: ProcessName,
    wire: wire::Process,
    at: Place,
    draft: &mut Draft<'_>,
) -> Option<Process> {
    if wire.run.trim().is_empty() {
        let help = "write what stays in the foreground, as in `nginx -g 'daemon off;'`";
        let message = format!("the process `{name}` runs nothing");
        draft.faults.push(rule::PROCESS.at(&at.key("run"), message, help));
        return None;
    }
    let ready = wire.ready.map(|port| Bounds::port().check(port, &at.key("ready"), draft.faults));
    let within = wire.within.as_deref();
    let within = within.map(|text| value::duration(text, &at.key("within"), draft.faults));
    let needs = wire.needs.0.into_iter();
    let program = Program {
        name,
        run: wire.run,
        needs: needs.filter_map(|(program, package)| Some((program, package?))).collect(),
        ready: ready.map_or(Some(None), |port| port.map(Some))?,
        within: within.unwrap_or(Some(WITHIN))?,
    };
    Some(Process { program, at })
}

/// No two can listen on one port.
fn one_each(serving: &Serving, draft: &mut Draft<'_>) {
    let backends = serving.backends.iter();
    let mut taken: IndexMap<u16, String> =
        backends.map(|b| (b.port, "a backend under `backends`".to_owned())).collect();
    for process in &serving.processes {
        let Some(port) = process.program.ready else { continue };
        if let Some(first) = taken.insert(port, format!("the process `{}`", process.program.name)) {
            draft.faults.push(rule::PROCESS.at(
                &process.at.key("ready"),
                format!("{first} listens on port {port} already"),
                "give each a port of its own",
            ));
        }
    }
}

/// Files are written as a process is started.
fn unused(serving: &Serving, node: &Node, draft: &mut Draft<'_>) {
    let at = node.at.key("processes");
    if !serving.files.is_empty() && serving.processes.is_empty() && draft.faults.sure(&at) {
        draft.faults.push(rule::FILE.at(
            &node.at.key("files").as_key(),
            format!("`{}` has files, and no process that could read them", node.name),
            "add `processes:`, or drop `files`",
        ));
    }
}

fn files(files: Entries<String>, all: &Place, draft: &mut Draft<'_>) -> IndexMap<String, String> {
    let mut built: IndexMap<String, String> = IndexMap::new();
    for (name, text) in files.0 {
        let at = all.key(&name);
        let text = text.unwrap_or_default();
        if let Some(other) = built.keys().find(|other| one_is_in_the_other(&name, other)) {
            draft.faults.push(rule::FILE.at(
                &at.as_key(),
                format!("of `{name}` and `{other}` one would have to be a directory"),
                "give one of them another name",
            ));
        } else if !is_inside(&name) {
            draft.faults.push(rule::FILE.at(
                &at.as_key(),
                format!("`{name}` is no file of the node's own"),
                "write a relative path without `.` and `..`, as in `web/index.php`",
            ));
        } else if text.len() > LARGEST {
            draft.faults.push(rule::FILE.at(
                &at,
                format!("`{name}` has {} bytes; at most {LARGEST} are allowed", text.len()),
                "shorten it, or let the process make it",
            ));
        } else {
            built.insert(name, text);
        }
    }
    built
}

/// Whether of two paths one is a directory above the other.
fn one_is_in_the_other(name: &str, other: &str) -> bool {
    let (name, other) = (Path::new(name), Path::new(other));
    name != other && (name.starts_with(other) || other.starts_with(name))
}

/// Whether a path stays below the directory that it is relative to.
fn is_inside(name: &str) -> bool {
    let plain = |part| matches!(part, Component::Normal(_));
    let whole = !name.is_empty() && !name.ends_with('/') && !name.contains(['\0', '\n']);
    whole && Path::new(name).components().all(plain) && !name.split('/').any(|part| part == ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_stays_in_its_directory() {
        for good in ["index.php", "web/index.php", "..a", "a..b/c"] {
            assert!(is_inside(good), "{good}");
        }
        for bad in ["", "/etc/passwd", "../x", "a/../b", ".", "./a", "a/./b", "a/", "a\nb"] {
            assert!(!is_inside(bad), "{bad}");
        }
    }
}
