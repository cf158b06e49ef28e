//! Tables that are drawn at random, as `export` writes them.

use super::draw::Draw;

/// A table, and the topology file that it is for.
pub struct Drawn {
    pub table: String,
    /// Only a table with firewall marks needs one: it does not say what is marked.
    pub lab: Option<String>,
}

/// How packets get to the real servers, and in what.
const METHODS: [(&str, &str); 7] = [
    ("-m", ""),
    ("-g", ""),
    ("-i", ""),
    ("-i", " --tun-type gre --tun-nocsum"),
    ("-i", " --tun-type gre --tun-csum"),
    ("-i", " --tun-type gue --tun-port 6080 --tun-nocsum"),
    ("-i", " --tun-type gue --tun-port 6081 --tun-remcsum"),
];

/// A table of both families, with real servers of one forwarding method.
pub fn drawn(draw: &mut Draw) -> Drawn {
    let (method, tunnel) = *draw.one_of(&METHODS);
    let (is_special, has_marks) = (draw.below(4) == 0, draw.below(3) == 0);
    let (mut table, mut marks) = (String::new(), String::new());
    for number in 0..1 + draw.below(4) {
        let family = draw.one_of(&FAMILIES);
        let by_mark = has_marks && (number == 0 || draw.below(2) == 0);
        let (protocol, is_packets) = protocol(draw, is_special);
        let vip = format!("{}10{number}", family.outside);
        let service = if by_mark {
            marks += &marked(number, &vip, protocol);
            format!("-f {}{}", MARK + number, family.option)
        } else {
            format!("{protocol} {}:{}", family.host(&vip), 80 + number)
        };
        let scheduling = scheduling(draw, family);
        let one_packet = if is_packets { " -o" } else { "" };
        table += &format!("-A {service} {scheduling}{one_packet}\n");
        let port = Port { virtual_port: if by_mark { 0 } else { 80 + number }, method };
        // With persistence, IPVS would not look at the port behind a mark.
        let is_fixed = by_mark && scheduling.contains(" -p ");
        for server in 0..draw.below(5) {
            let real = family.host(&format!("{}{}", family.net(method), 11 + server));
            let port = if is_fixed { 0 } else { port.drawn(draw) };
            let (weight, limits) = (*draw.one_of(&WEIGHTS), thresholds(draw));
            table +=
                &format!("-a {service} -r {real}:{port} {method} -w {weight}{limits}{tunnel}\n");
        }
    }
    let lab = has_marks.then(|| topology(method, &marks));
    Drawn { table, lab }
}

/// The first mark.
const MARK: u64 = 4_294_967_280;

const WEIGHTS: [u32; 6] = [0, 1, 2, 7, 100, 65_535];

struct Family {
    /// What the addresses of VIPs and clients begin with.
    outside: &'static str,
    /// What those of real servers begin with, which the director translates to.
    inside: &'static str,
    /// The option behind a mark.
    option: &'static str,
    /// The netmasks of persistence.
    netmasks: [&'static str; 4],
}

const FAMILIES: [Family; 2] = [
    Family {
        outside: "192.168.7.",
        inside: "192.168.8.",
        option: "",
        netmasks: ["255.255.255.0", "255.255.0.0", "255.255.255.240", "128.0.0.0"],
    },
    Family {
        outside: "fd00:7::",
        inside: "fd00:8::",
        option: " -6",
        netmasks: ["64", "48", "127", "1"],
    },
];

impl Family {
    /// The address as it stands before a port.
    fn host(&self, address: &str) -> String {
        if address.contains(':') { format!("[{address}]") } else { address.to_owned() }
    }

    /// Where real servers are.
    fn net(&self, method: &str) -> &'static str {
        if method == "-m" { self.inside } else { self.outside }
    }
}

/// The port of a real server: only NAT may have another.
struct Port {
    virtual_port: u64,
    method: &'static str,
}

impl Port {
    fn drawn(&self, draw: &mut Draw) -> u64 {
        let other = 8000 + draw.below(3);
        let keeps = self.virtual_port == 0 && other == 8000;
        if self.method == "-m" && !keeps { other } else { self.virtual_port }
    }
}

/// A virtual service of a file, by its mark.
fn marked(number: u64, vip: &str, protocol: &str) -> String {
    let protocol = match protocol {
        "-t" => "tcp",
        "-u" => "udp",
        _ => "sctp",
    };
    format!(
        "  marked{number}:\n    vip: {vip}\n    ports: [80, 443]\n    firewall_mark: {}\n    \
         protocol: {protocol}\n    forwarding: nat\n",
        MARK + number
    )
}

/// A lab around the addresses that are drawn.
fn topology(method: &str, marks: &str) -> String {
    let real_server = |number: u64| {
        let [inet, inet6] = FAMILIES.map(|family| format!("{}{number}", family.net(method)));
        let [lan, lan6] =
            if method == "-m" { ["inside", "inside6"] } else { ["outside", "outside6"] };
        format!("  rs{number}: {{ addresses: {{ {lan}: {inet}, {lan6}: '{inet6}' }} }}\n")
    };
    let real_servers: String = (11..16).map(real_server).collect();
    format!(
        "
name: drawn
networks:
  outside: 192.168.7.0/24
  inside: 192.168.8.0/24
  outside6: fd00:7::/64
  inside6: fd00:8::/64
clients:
  client: {{ addresses: {{ outside: 192.168.7.10, outside6: 'fd00:7::10' }} }}
directors:
  director:
    addresses:
      outside: 192.168.7.1
      inside: 192.168.8.1
      outside6: fd00:7::1
      inside6: fd00:8::1
real_servers:
{real_servers}virtual_services:
{marks}"
    )
}

/// An option, and whether each packet is scheduled. The rarer kinds come all in a few tables.
fn protocol(draw: &mut Draw, is_special: bool) -> (&'static str, bool) {
    let common = [("-t", false), ("-t", false), ("-u", false)];
    let all = [("-t", false), ("-u", false), ("-u", true), ("--sctp-service", false)];
    if is_special { *draw.one_of(&all) } else { *draw.one_of(&common) }
}

const SCHEDULERS: [&str; 13] =
    ["rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "fo", "ovf", "mh"];

fn scheduling(draw: &mut Draw, family: &Family) -> String {
    let scheduler = *draw.one_of(&SCHEDULERS);
    let persistence = match draw.below(3) {
        0 => format!(" -p {}", 1 + draw.below(3600)),
        1 => format!(" -p {} -M {}", 1 + draw.below(600), draw.one_of(&family.netmasks)),
        _ => String::new(),
    };
    let flags = match scheduler {
        "sh" | "mh" => match draw.below(4) {
            0 => String::new(),
            1 => format!(" -b {scheduler}-fallback"),
            2 => format!(" -b {scheduler}-port"),
            _ => format!(" -b {scheduler}-fallback,{scheduler}-port"),
        },
        _ => String::new(),
    };
    format!("-s {scheduler}{persistence}{flags}")
}

fn thresholds(draw: &mut Draw) -> String {
    let upper = 1 + draw.below(100);
    match draw.below(3) {
        0 => format!(" -x {upper} -y {}", draw.below(upper)),
        _ => String::new(),
    }
}
