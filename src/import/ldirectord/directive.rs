use super::line::Level;

/// What a keyword of an ldirectord.cf asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directive {
    /// A virtual service (virtual, virtual6).
    Virtual,
    /// A real server, or a range of them (real, real6).
    Real,
    /// Who serves while no real server does (fallback, fallback6).
    Fallback,
    /// What is asked of a real server.
    Request,
    /// What its answer must match.
    Receive,
    /// How it is checked.
    CheckType,
    /// The program that checks it.
    CheckCommand,
    /// How long a check may take.
    Time(Time),
    /// How many checks must fail.
    FailureCount,
    /// The port that is checked.
    CheckPort,
    /// What is spoken in a check.
    Service,
    /// GET or HEAD.
    HttpMethod,
    /// The scheduler.
    Scheduler,
    /// Its flags.
    SchedFlags,
    /// How long a client stays.
    Persistent,
    /// Which bits of its address count.
    Netmask,
    /// TCP, UDP, or a mark.
    Protocol,
    /// One-packet scheduling.
    Ops,
    /// Whether a failed server stays with weight 0.
    Quiescent,
    /// Whether each virtual service has a process, and with it an interval of its own.
    Fork,
    /// What labs have no counterpart of.
    Lost(Form),
    /// Mail, logs and the program's own process: it makes no difference to the table.
    Aside(Form),
    /// What the program refuses by now, and what stands for it.
    Gone(&'static str),
}

impl Directive {
    /// Whether it says nothing without a value. That of a virtual service is its key, which it is
    /// missed by.
    pub fn has_value(self) -> bool {
        match self {
            Self::Virtual | Self::Lost(Form::Any) | Self::Aside(Form::Any) | Self::Gone(_) => false,
            Self::Real
            | Self::Fallback
            | Self::Request
            | Self::Receive
            | Self::CheckType
            | Self::CheckCommand
            | Self::Time(_)
            | Self::FailureCount
            | Self::CheckPort
            | Self::Service
            | Self::HttpMethod
            | Self::Scheduler
            | Self::SchedFlags
            | Self::Persistent
            | Self::Netmask
            | Self::Protocol
            | Self::Ops
            | Self::Quiescent
            | Self::Fork
            | Self::Lost(_)
            | Self::Aside(_) => true,
        }
    }
}

/// A time that is said in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// Between two checks.
    Interval,
    /// Of a connect, a ping or a program.
    Check,
    /// Of a question and its answer.
    Negotiate,
}

/// How the value of a keyword is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Anything at all.
    Any,
    /// Something.
    Some,
    /// Something in quotes.
    Quoted,
    /// `yes` or `no`.
    YesOrNo,
    /// A number.
    Number,
}

/// What a keyword asks for where it stands; none where ldirectord knows no such keyword.
pub fn directive(keyword: &str, level: Level) -> Option<Directive> {
    let found = ALL.iter().find(|(known, _, _)| *known == keyword)?;
    let (_, levels, directive) = found;
    levels.contains(&level).then_some(*directive)
}

/// The keyword that a line without a `=` begins with.
pub fn begun(line: &str) -> Option<&'static str> {
    let first = line.trim_ascii_start().split([' ', '\t', ':']).next().unwrap_or_default();
    ALL.iter().map(|(known, _, _)| *known).find(|known| *known == first)
}

/// The keywords that may stand there.
pub fn keywords(level: Level) -> Vec<&'static str> {
    ALL.iter().filter(|(_, levels, _)| levels.contains(&level)).map(|(name, _, _)| *name).collect()
}

const FILE: &[Level] = &[Level::File];
const SECTION: &[Level] = &[Level::Section];
const BOTH: &[Level] = &[Level::File, Level::Section];

use Directive::{Aside, Gone, Lost};

const ALL: &[(&str, &[Level], Directive)] = &[
    ("virtual", FILE, Directive::Virtual),
    ("virtual6", FILE, Directive::Virtual),
    ("real", SECTION, Directive::Real),
    ("real6", SECTION, Directive::Real),
    ("fallback", BOTH, Directive::Fallback),
    ("fallback6", BOTH, Directive::Fallback),
    ("request", SECTION, Directive::Request),
    ("receive", SECTION, Directive::Receive),
    ("checktype", SECTION, Directive::CheckType),
    ("checkcommand", SECTION, Directive::CheckCommand),
    ("checktimeout", BOTH, Directive::Time(Time::Check)),
    ("negotiatetimeout", BOTH, Directive::Time(Time::Negotiate)),
    ("checkinterval", BOTH, Directive::Time(Time::Interval)),
    ("failurecount", BOTH, Directive::FailureCount),
    ("checkport", SECTION, Directive::CheckPort),
    ("service", SECTION, Directive::Service),
    ("httpmethod", SECTION, Directive::HttpMethod),
    ("scheduler", SECTION, Directive::Scheduler),
    ("schedflags", SECTION, Directive::SchedFlags),
    ("persistent", SECTION, Directive::Persistent),
    ("netmask", SECTION, Directive::Netmask),
    ("protocol", SECTION, Directive::Protocol),
    ("ops", SECTION, Directive::Ops),
    ("quiescent", BOTH, Directive::Quiescent),
    ("fork", FILE, Directive::Fork),
    ("checkcount", BOTH, Lost(Form::Number)),
    ("fallbackcommand", BOTH, Lost(Form::Some)),
    ("virtualhost", SECTION, Lost(Form::Any)),
    ("login", SECTION, Lost(Form::Quoted)),
    ("passwd", SECTION, Lost(Form::Quoted)),
    ("database", SECTION, Lost(Form::Quoted)),
    ("secret", SECTION, Lost(Form::Quoted)),
    ("load", SECTION, Lost(Form::Quoted)),
    ("execute", FILE, Lost(Form::Any)),
    ("maintenancedir", FILE, Lost(Form::Some)),
    ("readdquiescent", FILE, Aside(Form::YesOrNo)),
    ("cleanstop", BOTH, Aside(Form::YesOrNo)),
    ("supervised", FILE, Aside(Form::Any)),
    ("autoreload", FILE, Aside(Form::YesOrNo)),
    ("callback", FILE, Aside(Form::Quoted)),
    ("logfile", FILE, Aside(Form::Quoted)),
    ("monitorfile", SECTION, Aside(Form::Any)),
    ("emailalert", BOTH, Aside(Form::Some)),
    ("emailalertfreq", BOTH, Aside(Form::Number)),
    ("emailalertstatus", BOTH, Aside(Form::Any)),
    ("emailalertfrom", FILE, Aside(Form::Some)),
    ("smtp", BOTH, Aside(Form::Some)),
    ("servicename", SECTION, Aside(Form::Any)),
    ("comment", SECTION, Aside(Form::Any)),
    ("connecttimeout", BOTH, Gone("negotiatetimeout")),
    ("timeout", FILE, Gone("checktimeout` and `negotiatetimeout")),
];
