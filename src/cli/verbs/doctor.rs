use crate::cli::args::Format;
use crate::cli::context::Context;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::machine;
use crate::cli::terminal::{print, print_json};
use crate::guest::Uml;
use crate::kernel::{Modules, Standing, foreseen, may_use_ip_vs, standing};
use crate::lab::{Family, Scheduler, TunnelEnd};
use crate::plan::Ability;
use crate::programs::{self, Program};
use crate::text::{Colour, Ink};
use serde::Serialize;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// `doctor`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The form of the output: text or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: Format,
}

/// How a finding bears on labs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Bearing {
    /// It is there.
    Good,
    /// It is not there, and something else serves instead.
    Note,
    /// It is not there, and labs cannot be built.
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    bearing: Bearing,
    found: String,
    /// The command that mends it.
    mend: Option<String>,
}

/// Prints what this machine can do; the exit code is 3 if it can build no lab with IPVS.
pub fn run(args: &Args, context: &Context) -> Result<Exit, Failure> {
    let findings = findings();
    match args.format {
        Format::Json => print_json(&findings),
        Format::Text => print(&text(&findings, context.colour())),
    }
    let able = findings.iter().all(|finding| finding.bearing != Bearing::Bad);
    Ok(if able { Exit::Ok } else { Exit::Unable })
}

fn findings() -> Vec<Finding> {
    let modules = Modules::of_running_kernel();
    let look = |ability: Ability| standing(ability, &modules);
    let host = host(look(Ability::Ipvs));
    let uml = uml();
    let able = host.bearing == Bearing::Good || uml.bearing == Bearing::Good;
    let verdict = Finding {
        what: "labs with IPVS",
        bearing: if able { Bearing::Good } else { Bearing::Bad },
        found: match (host.bearing, able) {
            (Bearing::Good, _) => "on the running kernel".to_owned(),
            (_, true) => "in a User-Mode Linux guest".to_owned(),
            (_, false) => "not possible: install a guest kernel, as said above".to_owned(),
        },
        mend: None,
    };
    let mut findings = vec![kernel(), rights(), host];
    findings.extend(groups().into_iter().map(|(what, abilities)| {
        let stand = abilities.into_iter().map(|ability| (ability, look(ability)));
        group(what, &stand.collect::<Vec<_>>())
    }));
    findings.extend([Some(uml), guest_modules(), Some(memory())].into_iter().flatten());
    findings.extend(PROGRAMS.iter().map(program));
    findings.extend(programs::find(LDIRECTORD.name).map(|_| ipv6_of_ldirectord()));
    findings.push(verdict);
    findings
}

fn kernel() -> Finding {
    Finding { what: "kernel", bearing: Bearing::Good, found: machine::release(), mend: None }
}

fn rights() -> Finding {
    let (bearing, found) = match machine::is_root() {
        true => (Bearing::Good, "root"),
        false => (Bearing::Note, "an ordinary user: labs run in a guest"),
    };
    Finding { what: "user", bearing, found: found.to_owned(), mend: None }
}

fn host(standing: Standing) -> Finding {
    let (bearing, found, mend) = match (standing, may_use_ip_vs()) {
        (Standing::There, true) => (Bearing::Good, "there", None),
        (Standing::Loadable, true) => (Bearing::Good, "loaded when a lab needs it", None),
        (Standing::There | Standing::Loadable, false) => {
            (Bearing::Note, "not for this user", Some("sudo lvs-lab ..."))
        }
        (Standing::Lacking | Standing::Unseen, _) => (Bearing::Note, "not in this kernel", None),
    };
    Finding { what: "ip_vs", bearing, found: found.to_owned(), mend: mend.map(str::to_owned) }
}

/// What labs may need of the running kernel beside IPVS itself.
fn groups() -> [(&'static str, Vec<Ability>); 6] {
    let schedulers = Scheduler::ALL.iter().copied().map(Ability::Scheduler);
    let ends = TunnelEnd::ALL.into_iter().map(Ability::TunnelEnd);
    let marks = [Ability::Marks(Family::Inet), Ability::SourceNat(Family::Inet)];
    [
        ("nodes, cables", vec![Ability::Bridges, Ability::Cables, Ability::Ipv6]),
        ("schedulers", schedulers.collect()),
        ("tunnels", ends.chain([Ability::Gue]).collect()),
        ("SCTP", vec![Ability::Sctp]),
        ("firewall", marks.to_vec()),
        ("impair", vec![Ability::Impairment]),
    ]
}

/// How some abilities of the running kernel stand together.
fn group(what: &'static str, stand: &[(Ability, Standing)]) -> Finding {
    let of = |wanted: Standing| stand.iter().filter(move |(_, standing)| *standing == wanted);
    let modules = |wanted| of(wanted).map(|(ability, _)| ability.module()).collect::<Vec<_>>();
    let (lacking, unseen) = (modules(Standing::Lacking), modules(Standing::Unseen));
    let (bearing, found) = if !lacking.is_empty() {
        let modules = lacking.join(", ");
        (Bearing::Note, format!("not in this kernel: {modules}; such labs run in a guest"))
    } else if !unseen.is_empty() {
        (Bearing::Note, format!("cannot be seen by an ordinary user: {}", unseen.join(", ")))
    } else if of(Standing::Loadable).next().is_some() {
        (Bearing::Good, "loaded when a lab needs it".to_owned())
    } else {
        (Bearing::Good, "there".to_owned())
    };
    Finding { what, bearing, found, mend: None }
}

fn uml() -> Finding {
    let what = "User-Mode Linux";
    match Uml::find() {
        Ok(uml) => {
            let found = uml.kernel().display().to_string();
            Finding { what, bearing: Bearing::Good, found, mend: None }
        }
        Err(missing) => {
            let mend = Some(format!("apt-get install {}", missing.package()));
            Finding { what, bearing: Bearing::Note, found: missing.to_string(), mend }
        }
    }
}

/// What the modules of the guest's kernel leave out; none where there is nothing to say.
fn guest_modules() -> Option<Finding> {
    let modules = Modules::of_another_kernel(Uml::find().ok()?.modules()?);
    let all = groups().into_iter().flat_map(|(_, abilities)| abilities);
    let lacks = foreseen([Ability::Ipvs].into_iter().chain(all), &modules);
    let names: Vec<_> = lacks.iter().map(|lack| lack.ability.module()).collect();
    let (bearing, found) = match names.as_slice() {
        [] => (Bearing::Good, "all that labs need".to_owned()),
        names => (Bearing::Note, format!("all that labs need, but for {}", names.join(", "))),
    };
    Some(Finding { what: "its modules", bearing, found, mend: None })
}

/// A guest's memory is a file there.
fn memory() -> Finding {
    let what = "/dev/shm";
    let free = nix::sys::statvfs::statvfs("/dev/shm")
        .map(|stat| stat.blocks_available().saturating_mul(stat.fragment_size()) >> 20);
    match free {
        Ok(free) if free >= 600 => {
            Finding { what, bearing: Bearing::Good, found: format!("{free} MiB free"), mend: None }
        }
        Ok(free) => {
            let found = format!("{free} MiB free: a guest's memory goes to /tmp instead");
            let mend = Some("mount -o remount,size=1G /dev/shm".to_owned());
            Finding { what, bearing: Bearing::Note, found, mend }
        }
        Err(errno) => {
            let found = format!("{}: a guest's memory goes to /tmp instead", errno.desc());
            Finding { what, bearing: Bearing::Note, found, mend: None }
        }
    }
}

/// Programs that some labs or lessons use, and what for.
const PROGRAMS: [(Program, &str); 7] = [
    (Program::listed("ip"), "to look around in a lab"),
    (Program::listed("ping"), "to follow the lecture notes"),
    (Program::listed("ipvsadm"), "to change IPVS tables by hand"),
    (Program::listed("iptables-legacy"), "FULLNAT and firewall marks in a guest need it"),
    (Program::listed("nft"), "FULLNAT and firewall marks on the running kernel need it"),
    (Program::listed("keepalived"), "`engine: keepalived` needs it"),
    (LDIRECTORD, "`engine: ldirectord` needs it"),
];

const LDIRECTORD: Program = Program::listed("ldirectord");

fn program((Program { name: what, package, .. }, purpose): &(Program, &str)) -> Finding {
    match programs::find(what) {
        Some(path) => found(what, &path),
        None => Finding {
            what,
            bearing: Bearing::Note,
            found: format!("missing; {purpose}"),
            mend: Some(format!("apt-get install {package}")),
        },
    }
}

/// Perl's module without which ldirectord's HTTP checks know IPv4 only.
fn ipv6_of_ldirectord() -> Finding {
    let what = "Net::INET6Glue";
    let asked = Command::new("perl").args(["-MNet::INET6Glue::INET_is_INET6", "-e", "1"]).output();
    match asked {
        Ok(output) if output.status.success() => {
            Finding { what, bearing: Bearing::Good, found: "there".to_owned(), mend: None }
        }
        _ => Finding {
            what,
            bearing: Bearing::Note,
            found: "missing; HTTP checks of ldirectord over IPv6 need it".to_owned(),
            mend: Some("apt-get install libnet-inet6glue-perl".to_owned()),
        },
    }
}

fn found(what: &'static str, path: &Path) -> Finding {
    Finding { what, bearing: Bearing::Good, found: path.display().to_string(), mend: None }
}

fn text(findings: &[Finding], colour: Colour) -> String {
    let widest = findings.iter().map(|finding| finding.what.len()).max().unwrap_or(0);
    let mut text = String::new();
    for finding in findings {
        let sign = match finding.bearing {
            Bearing::Good => colour.paint(Ink::BoldGreen, "ok  "),
            Bearing::Note => colour.paint(Ink::BoldCyan, "note"),
            Bearing::Bad => colour.paint(Ink::BoldRed, "bad "),
        };
        let what = format!("{:<widest$}", finding.what);
        let _ = writeln!(text, "{sign}  {}  {}", colour.paint(Ink::Bold, &what), finding.found);
        if let Some(mend) = &finding.mend {
            let _ = writeln!(text, "      {:<widest$}  $ {mend}", "");
        }
    }
    text
}
