use super::describe::{LabStatus, NodeStatus};
use crate::cli::terminal::Paint;
use serde_json::Value;
use std::fmt::Write as _;

/// The labs, one line each.
pub fn labs(labs: &[Value]) -> String {
    let word = |lab: &Value, key: &str| lab[key].as_str().unwrap_or("?").to_owned();
    let widest = labs.iter().map(|lab| word(lab, "lab").len()).max().unwrap_or(0);
    let mut text = String::new();
    for lab in labs {
        let name = word(lab, "lab");
        let state = match word(lab, "state").as_str() {
            "up" => "up".to_owned(),
            _ => format!("dead (`lvs-lab down {name}` clears up)"),
        };
        let (kernel, topology) = (word(lab, "kernel"), word(lab, "topology"));
        let _ = writeln!(text, "{name:<widest$}  {state}  {kernel}  {topology}");
    }
    text
}

/// One lab with its nodes.
pub fn lab(lab: &LabStatus, paint: Paint) -> String {
    let mut text = paint.bold(&lab.lab);
    if let Some(summary) = &lab.summary {
        let _ = write!(text, ": {summary}");
    }
    let _ = writeln!(text, "\n{}", paint.dim(&format!("kernel {}", lab.kernel)));
    for node in &lab.nodes {
        text.push_str(&self::node(node, paint));
    }
    match lab.drift.as_slice() {
        [] => text.push_str("as the file says\n"),
        drift => {
            let _ = writeln!(text, "{}", paint.red("not as the file says:"));
            for entry in drift {
                let _ = writeln!(text, "  {entry}");
            }
        }
    }
    text
}

fn node(node: &NodeStatus, paint: Paint) -> String {
    let mut text = format!("{} ({})\n", paint.bold(&node.namespace), node.role);
    for (interface, address) in &node.addresses {
        let _ = writeln!(text, "  {interface:<6} {address}");
    }
    if let Some(gateway) = &node.gateway {
        let _ = writeln!(text, "  via    {gateway}");
    }
    for (service, count) in &node.virtual_services {
        let servers = if *count == 1 { "real server" } else { "real servers" };
        let _ = writeln!(text, "  ipvs   {service}, {count} {servers}");
    }
    for backend in &node.backends {
        let _ = writeln!(text, "  http   port {}, {} requests", backend.port, backend.requests);
    }
    text
}
