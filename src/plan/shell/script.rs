use super::commands::{commands, quoted};
use super::{daemons, processes, servers};
use crate::plan::{Ability, Op, Plan, Step, needs};
use std::fmt::Write as _;

/// A POSIX shell script that makes the lab with the distribution's own programs, and takes it
/// down again when called with `down`.
pub fn script(plan: &Plan) -> String {
    let mut text = head(plan);
    let mut why = "";
    for step in &plan.steps {
        if why != step.why {
            why = &step.why;
            let _ = writeln!(text, "\n# {why}");
        }
        for line in lines(step, plan) {
            let _ = writeln!(text, "{line}");
        }
    }
    text.push_str("\ntrap - EXIT\n");
    text
}

fn lines(step: &Step, plan: &Plan) -> Vec<String> {
    match &step.op {
        Op::StartBackend { node, backend } => servers::starting(plan, node, backend),
        Op::StartProcess { node, process } => processes::starting(&plan.lab, node, process),
        Op::StartDaemon { node, daemon } => daemons::starting(&plan.lab, node, daemon),
        Op::SetLinkUp { .. } | Op::OpenGue { .. } => with_modules(step, plan),
        Op::AddSourceNat { .. } | Op::MarkPackets { .. } => {
            let through = |line: &String| {
                let line = line.replace(" iptables -t ", " \"$iptables\" -t ");
                line.replace(" ip6tables -t ", " \"$ip6tables\" -t ")
            };
            commands(&step.op, plan).iter().map(through).collect()
        }
        op => commands(op, plan),
    }
}

/// What needs modules that the kernel does not load by itself.
fn with_modules(step: &Step, plan: &Plan) -> Vec<String> {
    let probe = |ability: Ability| format!("modprobe -q {} 2>/dev/null || true", ability.module());
    let mut lines: Vec<_> = needs([&step.op]).into_iter().map(probe).collect();
    lines.extend(commands(&step.op, plan));
    lines
}

fn head(plan: &Plan) -> String {
    let namespaces: Vec<_> = plan.steps.iter().filter_map(namespace(plan)).collect();
    let programs = daemons::programs(plan);
    format!(
        r#"#!/bin/sh
# The lab `{lab}` by hand: `sh {lab}.sh` makes it, `sh {lab}.sh down` removes it.
# Needs root, iproute2, procps, ipvsadm (with virtual services), iptables (with FULLNAT and firewall marks), python3{more}.
set -eu
lab={lab}
www=/run/lvs-lab-script/$lab
namespaces={namespaces}

down() {{
    for name in $namespaces; do
        ip netns pids "$name" 2>/dev/null | xargs -r kill 2>/dev/null || true
        ip netns delete "$name" 2>/dev/null || true
    done
    rm -rf "$www"
}}

backend() {{ # NAMESPACE NAME PORT [ADDRESS]
    mkdir -p "$www/$2"
    echo "$2" >"$www/$2/index.html"
    ip netns exec "$1" python3 -m http.server "$3" ${{4:+--bind "$4"}} --directory "$www/$2" \
        >/dev/null 2>&1 </dev/null &
    until [ -n "$(ip netns exec "$1" ss -Hltn "sport = :$3")" ]; do kill -0 $! || exit; sleep 0.05; done
}}
{functions}
if [ "${{1:-up}}" = down ]; then down; exit; fi
for name in $namespaces; do
    if [ -e "/run/netns/$name" ]; then echo "$name exists already" >&2; exit 1; fi
done
trap down EXIT
iptables=$(command -v iptables-legacy || command -v iptables || true)
ip6tables=$(command -v ip6tables-legacy || command -v ip6tables || true)
"#,
        lab = plan.lab,
        namespaces = quoted(&namespaces.join(" ")),
        more = programs.iter().map(|name| format!(", {name}")).collect::<String>(),
        functions = servers::functions(plan)
            + &programs.iter().map(|name| daemons::function(name)).collect::<String>()
            + processes::function(plan),
    )
}

fn namespace(plan: &Plan) -> impl Fn(&Step) -> Option<String> + '_ {
    |step| match &step.op {
        Op::CreateNamespace { node } => Some(format!("{}-{node}", plan.lab)),
        _ => None,
    }
}
