use super::timing::median;
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
    fn is_reached(&self) -> bool {
        match self.aim {
            Aim::NotLater => median(&self.ours) <= median(&self.theirs),
            Aim::Under(limit) => most(&self.ours) < limit,
            Aim::AtMost(limit) => most(&self.ours) <= limit,
            Aim::NotBefore(limit) => least(&self.ours) >= limit,
        }
    }

    /// One ratio for each round; above 1 means that keepalived's is smaller.
    fn ratio(&self) -> f64 {
        let pairs = self.ours.iter().zip(&self.theirs);
        median(&pairs.map(|(ours, theirs)| ours / theirs).collect::<Vec<_>>())
    }
}

impl fmt::Display for Aim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self {
            Self::NotLater => "median not later".to_owned(),
            Self::Under(limit) => format!("all under {limit}"),
            Self::AtMost(limit) => format!("none above {limit}"),
            Self::NotBefore(limit) => format!("none below {limit}"),
        })
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ours, theirs) = (spread(&self.ours), spread(&self.theirs));
        write!(f, "| {:<40} | {:<4} | {ours} | {theirs} ", self.what, self.unit)?;
        let verdict = if self.is_reached() { "reached" } else { "MISSED" };
        write!(f, "| {:>6.3} | {:<20} | {verdict:<7} |", self.ratio(), self.aim)
    }
}

/// The median, the least and the most.
fn spread(values: &[f64]) -> String {
    format!("{:>8.2} ({:>8.2}, {:>8.2})", median(values), least(values), most(values))
}

fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, f64::max)
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "| {:<40} | {:<4} ", "what", "unit")?;
        write!(f, "| {:<28} | {:<28} ", "lvs-lab (least, most)", "keepalived (least, most)")?;
        writeln!(f, "| {:<6} | {:<20} | {:<7} |", "ratio", "aim", "")?;
        let line = [40, 4, 28, 28, 6, 20, 7].map(|width| "-".repeat(width + 2)).join("|");
        writeln!(f, "|{line}|")?;
        self.0.iter().try_for_each(|figure| writeln!(f, "{figure}"))
    }
}
