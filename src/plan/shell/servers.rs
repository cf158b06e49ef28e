//! The real servers of a script, in python3: HTTP over TCP is there already, but asks nobody.

use super::commands::quoted;
use crate::lab::{NodeName, Protocol};
use crate::plan::{Backend, Op, Plan};

/// What starts a backend in the script.
pub(super) fn starting(plan: &Plan, node: &NodeName, backend: &Backend) -> Vec<String> {
    let Backend { port, protocol, .. } = backend;
    let start = match protocol {
        Protocol::Tcp if needs_tier(plan) => "tier",
        Protocol::Tcp => "backend",
        Protocol::Udp => "datagrams",
        Protocol::Sctp => "associations",
    };
    let line = format!("{start} {}-{node} {node} {port}", plan.lab);
    match protocol {
        Protocol::Tcp if needs_tier(plan) => vec![line + &words(backend)],
        Protocol::Tcp if serves_ipv6(plan, node) => vec![line + " ::"],
        Protocol::Tcp => vec![line],
        _ if backend.upstream.is_empty() => vec![line],
        _ => vec![NOBODY.to_owned(), line],
    }
}

/// What the script's servers of UDP and SCTP cannot do.
const NOBODY: &str = "# this server asks nobody: it answers by itself";

/// What python3 is told to be a backend, whose files and programs are in /srv.
pub(super) fn arguments(plan: &Plan, node: &NodeName, backend: &Backend) -> String {
    let port = backend.port;
    match backend.protocol {
        Protocol::Tcp if is_tier(backend) => {
            format!("/srv/tier.py {node} {port}{}", words(backend))
        }
        Protocol::Tcp => {
            let bind = if serves_ipv6(plan, node) { " --bind ::" } else { "" };
            format!("-m http.server {port}{bind} --directory /srv/{node}")
        }
        other => format!("/srv/{other}.py {node} {port}"),
    }
}

/// Whether python3 must be told to serve IPv6, which it then does beside IPv4.
fn serves_ipv6(plan: &Plan, node: &NodeName) -> bool {
    plan.steps.iter().any(|step| match &step.op {
        Op::AddAddress { node: at, address, .. } => at == node && address.addr().is_ipv6(),
        _ => false,
    })
}

/// What a backend answers to health checks, and whom it asks, as words of a command: `
/// '/index.html 200 rs1' php=192.168.1.2:9000`.
fn words(backend: &Backend) -> String {
    let answers = backend.answers.iter();
    let answers = answers.map(|a| format!("{} {} {}", a.path, a.status, a.text));
    let upstream = backend.upstream.iter().map(|u| format!("{}={}", u.name, u.address));
    answers.chain(upstream).map(|word| format!(" {}", quoted(&word))).collect()
}

/// The functions of the script that the plan's backends need beside the one for TCP.
pub(super) fn functions(plan: &Plan) -> String {
    let tiers = if needs_tier(plan) { TIER } else { "" };
    let serves = |protocol| backends(plan).any(|backend| backend.protocol == protocol);
    let others = [(Protocol::Udp, UDP), (Protocol::Sctp, SCTP)].into_iter();
    let others = others.filter(|(protocol, _)| serves(*protocol)).map(|(_, function)| function);
    [tiers].into_iter().chain(others).collect()
}

/// Whether some backend of TCP asks another one, or answers what files cannot. Then each says its
/// name in a header.
fn needs_tier(plan: &Plan) -> bool {
    backends(plan).any(is_tier)
}

fn is_tier(backend: &Backend) -> bool {
    let more = !backend.upstream.is_empty() || !backend.answers.is_empty();
    backend.protocol == Protocol::Tcp && more
}

fn backends(plan: &Plan) -> impl Iterator<Item = &Backend> {
    plan.steps.iter().filter_map(|step| match &step.op {
        Op::StartBackend { backend, .. } => Some(backend),
        _ => None,
    })
}

/// Asks the next tier before it answers, as the built-in backend does, with the same headers.
const TIER: &str = r#"
tier() { # NAMESPACE NAME PORT ["/PATH STATUS TEXT"...] [NAME=ADDRESS...]
    namespace=$1
    shift
    ip netns exec "$namespace" python3 -c '
import http.client, http.server, os, socket, sys

name, port, *words = sys.argv[1:]
upstream = [word for word in words if word[0] != "/"]
answers = [word.split(" ", 2) for word in words if word[0] == "/"]
answers = {path: (int(status), text) for path, status, text in answers}

def ask(who, patience):
    known, address = who.split("=")
    try:
        asked = http.client.HTTPConnection(address, timeout=patience)
        asked.request("GET", "/", headers={"x-lvs-lab-limit": "%d" % (patience * 1000)})
        answer = asked.getresponse()
        said = answer.read().decode(errors="replace").strip()
    except socket.timeout:
        return 504, "%s (%s) did not answer" % (known, address), []
    except (OSError, http.client.HTTPException) as error:
        return 502, "%s (%s) gave no answer: %s" % (known, address, error), []
    if answer.status >= 400:
        passed = answer.status if answer.status in (502, 504) else 502
        return passed, "%s (%s) answered %d: %s" % (known, address, answer.status, said), []
    behind = answer.getheader("x-lvs-lab-via")
    return 200, name, [answer.getheader("x-lvs-lab-backend", known)] + ([behind] if behind else [])

class Tier(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status, text, via = 200, name, []
        limit = self.headers.get("x-lvs-lab-limit")
        patience = max(min(float(limit) / 1000, 4) - 1, 0.01) if limit else 4
        for who in [] if self.path == "/health" else upstream:
            if status == 200:
                status, text, more = ask(who, patience)
                via += more
        if status == 200 and self.path in answers:
            status, text = answers[self.path]
        body = (text + "\n").encode()
        self.send_response(status)
        self.send_header("content-type", "text/plain; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.send_header("x-lvs-lab-backend", name)
        if via and status == 200:
            self.send_header("x-lvs-lab-via", ", ".join(via))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

addresses = "/proc/net/if_inet6"  # not there without IPv6
six = os.path.exists(addresses) and any(line.split()[3] == "00" for line in open(addresses))
http.server.ThreadingHTTPServer.address_family = socket.AF_INET6 if six else socket.AF_INET
http.server.ThreadingHTTPServer(("", int(port)), Tier).serve_forever()
' "$@" >/dev/null 2>&1 </dev/null &
    until [ -n "$(ip netns exec "$namespace" ss -Hltn "sport = :$2")" ]; do kill -0 $! || exit; sleep 0.05; done
}
"#;

/// Answers from the address that the datagram came to (`IP_PKTINFO`, 8), which may be the VIP.
const UDP: &str = r#"
datagrams() { # NAMESPACE NAME PORT
    ip netns exec "$1" python3 -c '
import socket, sys
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.setsockopt(socket.IPPROTO_IP, 8, 1)
server.bind(("", int(sys.argv[2])))
head = "HTTP/1.1 200 OK\r\nx-lvs-lab-backend: %s\r\nx-lvs-lab-peer: %s:%d\r\n\r\n%s\n"
while True:
    _, told, _, client = server.recvmsg(2048, 64)
    told = [(level, kind, bytes(4) + info[4:]) for level, kind, info in told]
    answer = head % (sys.argv[1], *client, sys.argv[1])
    server.sendmsg([answer.encode()], told, 0, client)
' "$2" "$3" >/dev/null 2>&1 </dev/null &
    until [ -n "$(ip netns exec "$1" ss -Hlun "sport = :$3")" ]; do kill -0 $! || exit; sleep 0.05; done
}
"#;

/// HTTP again, on a socket of SCTP for each address: one for all would tell each client all of them,
/// the other VIPs too.
const SCTP: &str = r#"
associations() { # NAMESPACE NAME PORT
    mkdir -p "$www/$2"
    echo "$2" >"$www/$2/index.html"
    addresses=$(ip netns exec "$1" ip -o address | grep -v ' scope link ' | sed 's|.* inet6* ||; s|[/ ].*||')
    ip netns exec "$1" python3 -c '
import functools, http.server, socket, sys, threading
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
port = int(sys.argv[2])
for address in sys.argv[3:]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    server = http.server.ThreadingHTTPServer((address, port), handler, False)
    server.socket.close()
    server.socket = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_SCTP)
    server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.socket.setsockopt(socket.IPPROTO_SCTP, 3, 1)  # SCTP_NODELAY
    server.socket.bind((address, port))
    server.socket.listen()
    threading.Thread(target=server.serve_forever).start()
' "$www/$2" "$3" $addresses >/dev/null 2>&1 </dev/null &
    until ip netns exec "$1" awk -v port="$3" -v wanted="$(echo "$addresses" | wc -l)" \
        '$4 == 10 && $6 == port { there++ } END { exit there < wanted }' \
        /proc/net/sctp/eps 2>/dev/null; do kill -0 $! || exit; sleep 0.05; done
}
"#;
