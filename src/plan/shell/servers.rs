//! The real servers of a script, in python3: HTTP over TCP is there already.

use crate::lab::Protocol;

/// The name of the script's function that starts a backend.
pub(super) fn word(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => "backend",
        Protocol::Udp => "datagrams",
        Protocol::Sctp => "associations",
    }
}

/// The function itself; that of TCP is in every script.
pub(super) fn function(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Tcp => "",
        Protocol::Udp => UDP,
        Protocol::Sctp => SCTP,
    }
}

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
    until [ -n "$(ip netns exec "$1" ss -Hlun "sport = :$3")" ]; do kill -0 $! && sleep 0.05; done
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
        /proc/net/sctp/eps 2>/dev/null; do kill -0 $! && sleep 0.05; done
}
"#;
