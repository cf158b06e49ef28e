//! Tables through ipvsadm itself and back: what is exported is restored with `ipvsadm -R` in a new
//! namespace of a guest, saved there with `ipvsadm -S -n`, imported, and exported again.

#[path = "../ipvs/draw.rs"]
mod draw;

use crate::sorted;
use crate::support::{Place, unique};
use draw::Draw;
use lvs_lab::topology::builtins;

/// How many tables are drawn.
const TABLES: u64 = 30;

/// A guest, of which only the kernel is used.
struct Guest {
    place: Place,
    lab: String,
}

impl Guest {
    fn boot(name: &str) -> Self {
        let guest = Self { place: Place::new(), lab: unique(name) };
        guest.place.run(&["--kernel", "uml", "up", "plain", "--name", &guest.lab]).code(0);
        guest
    }

    /// What ipvsadm saves of a table that it has restored in a namespace where nothing was.
    fn restored(&self, table: &str) -> String {
        let shell = "ip link set lo up && ipvsadm -R && ipvsadm -S -n";
        let words = ["exec", &self.lab, "client", "--", "unshare", "--net", "sh", "-c", shell];
        self.place.run_with(&words, table.as_bytes()).code(0).stdout
    }

    /// The table of a lab, and of the same lab with what ipvsadm has made of its table. Where there
    /// are several directors, each has one.
    fn round(&self, topology: &str, table: &str) {
        for part in parts(table) {
            let saved = self.place.write("saved", &self.restored(&part));
            let words = ["export", topology, "--ipvsadm", &saved, "--format", "ipvsadm"];
            let again = self.place.run(&words).code(0).stdout;
            let kept = without_thresholds(table);
            assert_eq!(sorted(&without_thresholds(&again)), sorted(&kept), "{topology}");
        }
    }

    fn down(self) {
        self.place.run(&["down", &self.lab]).code(0);
    }
}

/// The tables of the directors, whose names are comments.
fn parts(table: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for line in table.lines() {
        if line.starts_with('#') {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            *last += &format!("{line}\n");
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Thresholds are what ipvsadm can set and does not save.
fn without_thresholds(table: &str) -> String {
    let kept = |line: &str| {
        let mut words: Vec<_> = line.split_whitespace().collect();
        while let Some(at) = words.iter().position(|word| ["-x", "-y"].contains(word)) {
            words.drain(at..at + 2);
        }
        words.join(" ") + "\n"
    };
    table.lines().map(kept).collect()
}

#[test]
#[ignore = "needs the guest kernel"]
fn the_table_of_every_built_in_lab_goes_through_ipvsadm_and_back() {
    let guest = Guest::boot("built-in-tables");
    let mut tables = 0;
    // The directors of ipvs-settings have tables of their own, and a file says one for all (L097).
    for builtin in builtins().into_iter().filter(|builtin| builtin.name != "ipvs-settings") {
        let words = ["export", builtin.name, "--format", "ipvsadm"];
        let table = guest.place.run(&words).code(0).stdout;
        if table.contains("-A ") {
            guest.round(builtin.name, &table);
            tables += 1;
        }
    }
    assert!(tables >= 10, "only {tables} built-in labs have a table");
    guest.down();
}

#[test]
#[ignore = "needs the guest kernel"]
fn drawn_tables_go_through_ipvsadm_and_back() {
    let guest = Guest::boot("drawn-tables");
    let mut refused = 0;
    for seed in 1..=TABLES {
        let table = drawn(&mut Draw::new(seed));
        let file = guest.place.write("table", &table);
        let lab = guest.place.file(&format!("drawn-{seed}.yaml"));
        let lab = lab.to_str().unwrap();
        let made = guest.place.run(&["init", lab, "--from-ipvsadm", &file]);
        if made.code == 2 {
            let faults = made.stderr.lines().filter(|line| line.starts_with("error["));
            assert!(faults.count() > 0, "seed {seed}: {}\n{table}", made.stderr);
            let others = made
                .stderr
                .lines()
                .find(|line| line.starts_with("error[") && !line.starts_with("error[L097]"));
            assert_eq!(others, None, "seed {seed}: {}\n{table}", made.stderr);
            refused += 1;
            continue;
        }
        assert_eq!(made.code, 0, "seed {seed}: {}\n{table}", made.stderr);
        let exported = guest.place.run(&["export", lab, "--format", "ipvsadm"]).code(0).stdout;
        assert_eq!(sorted(&exported), sorted(&table), "seed {seed}");
        guest.round(lab, &exported);
    }
    assert!(refused * 2 < TABLES, "{refused} of {TABLES} tables have what labs cannot have");
    println!("{TABLES} tables, {refused} of them with what labs cannot have");
    guest.down();
}

/// A table as `export` writes it, with real servers of one forwarding method.
fn drawn(draw: &mut Draw) -> String {
    let (method, tunnel) = *draw.one_of(&[
        ("-m", ""),
        ("-g", ""),
        ("-i", ""),
        ("-i", " --tun-type gre --tun-nocsum"),
        ("-i", " --tun-type gre --tun-csum"),
        ("-i", " --tun-type gue --tun-port 6080 --tun-nocsum"),
        ("-i", " --tun-type gue --tun-port 6081 --tun-remcsum"),
    ]);
    let (mut table, is_special) = (String::new(), draw.below(4) == 0);
    for number in 0..1 + draw.below(4) {
        let port = 80 + number;
        let (protocol, is_packets) = protocol(draw, is_special);
        let service = format!("{protocol} 192.168.7.100:{port}");
        table += &format!("-A {service} {}", scheduling(draw));
        table += if is_packets { " -o\n" } else { "\n" };
        for server in 0..draw.below(5) {
            let port = if method == "-m" { 8000 + draw.below(3) } else { port };
            let real = format!("-r 192.168.8.{}:{port}", 11 + server);
            let weight = *draw.one_of(&[0, 1, 2, 7, 100, 65_535]);
            let thresholds = thresholds(draw);
            table += &format!("-a {service} {real} {method} -w {weight}{thresholds}{tunnel}\n");
        }
    }
    table
}

/// An option, and whether each packet is scheduled. The rarer kinds come all in a few tables.
fn protocol(draw: &mut Draw, is_special: bool) -> (&'static str, bool) {
    let common = [("-t", false), ("-t", false), ("-u", false)];
    let all = [("-t", false), ("-u", false), ("-u", true), ("--sctp-service", false)];
    if is_special { *draw.one_of(&all) } else { *draw.one_of(&common) }
}

fn scheduling(draw: &mut Draw) -> String {
    let schedulers =
        ["rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "fo", "ovf", "mh"];
    let scheduler = *draw.one_of(&schedulers);
    let persistence = match draw.below(3) {
        0 => format!(" -p {}", 1 + draw.below(3600)),
        1 => format!(" -p {} -M {}", 1 + draw.below(600), draw.one_of(&NETMASKS)),
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

const NETMASKS: [&str; 4] = ["255.255.255.0", "255.255.0.0", "255.255.255.240", "128.0.0.0"];

fn thresholds(draw: &mut Draw) -> String {
    let upper = 1 + draw.below(100);
    match draw.below(3) {
        0 => format!(" -x {upper} -y {}", draw.below(upper)),
        _ => String::new(),
    }
}
