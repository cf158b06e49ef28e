use super::timing::{least, median, most};
use std::fmt;

/// What a figure should be.
#[derive(Clone, Copy, Debug)]
pub enum Aim {
    /// The median of `lvs-lab` is at most that of keepalived.
    NotLater,
    /// Every value of `lvs-lab` is below this.
    Under(f64),
    /// No value of `lvs-lab` is above this.
    AtMost(f64),
    /// No value of `lvs-lab` is below this.
    NotBefore(f64),
    /// It is told for comparison only.
    None,
}

/// Something that was measured; the n-th values of both are from the same round.
pub struct Figure {
    /// What.
    pub what: String,
    /// With the built-in daemons.
    pub ours: Vec<f64>,
    /// With keepalived.
    pub theirs: Vec<f64>,
    /// What a value counts.
    pub unit: &'static str,
    /// What it should be.
    pub aim: Aim,
}

/// Everything that was measured.
#[derive(Default)]
pub struct Figures(Vec<Figure>);

impl Figures {
    /// Adds a figure.
    pub fn add(&mut self, figure: Figure) {
        self.0.push(figure);
    }
}

impl Figure {
    fn verdict(&self) -> &'static str {
        let is_reached = match self.aim {
            Aim::NotLater => median(&self.ours) <= median(&self.theirs),
            Aim::Under(limit) => most(&self.ours) < limit,
            Aim::AtMost(limit) => most(&self.ours) <= limit,
            Aim::NotBefore(limit) => least(&self.ours) >= limit,
            Aim::None => return "",
        };
        if is_reached { "reached" } else { "MISSED" }
    }

    /// The median of the rounds' ratios; above 1 means that keepalived's is smaller.
    fn ratio(&self) -> String {
        let pairs = self.ours.iter().zip(&self.theirs);
        let ratio = median(&pairs.map(|(ours, theirs)| ours / theirs).collect::<Vec<_>>());
        if ratio.is_finite() { format!("{ratio:>6.3}") } else { format!("{:6}", "") }
    }
}

impl fmt::Display for Aim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self {
            Self::NotLater => "median not later".to_owned(),
            Self::Under(limit) => format!("all under {limit}"),
            Self::AtMost(limit) => format!("none above {limit}"),
            Self::NotBefore(limit) => format!("none below {limit}"),
            Self::None => String::new(),
        })
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ours, theirs) = (spread(&self.ours), spread(&self.theirs));
        write!(f, "| {:<40} | {:<4} | {ours} | {theirs} ", self.what, self.unit)?;
        write!(f, "| {} | {:<20} | {:<7} |", self.ratio(), self.aim, self.verdict())
    }
}

/// The median, the least and the most.
fn spread(values: &[f64]) -> String {
    if values.is_empty() {
        return format!("{:26}", "not measurable here");
    }
    format!("{:>7.2} ({:>7.2}, {:>7.2})", median(values), least(values), most(values))
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "| {:<40} | {:<4} ", "what", "unit")?;
        write!(f, "| {:<26} | {:<26} ", "lvs-lab (least, most)", "keepalived (least, most)")?;
        writeln!(f, "| {:<6} | {:<20} | {:<7} |", "ratio", "aim", "")?;
        let line = [40, 4, 26, 26, 6, 20, 7].map(|width| "-".repeat(width + 2)).join("|");
        writeln!(f, "|{line}|")?;
        self.0.iter().try_for_each(|figure| writeln!(f, "{figure}"))
    }
}
