use super::timing::{least, median, most};
use std::fmt;

/// What a ratio should be.
pub enum Aim {
    /// `lvs-lab` takes at most so many times as long as its rival.
    AtMost(f64),
    /// `lvs-lab` is at least so many times faster.
    AtLeast(f64),
    /// Faster is better, and no number was set.
    Faster,
}

/// One comparison; times in microseconds, the n-th of both from the same round.
pub struct Row {
    /// What was done.
    pub what: String,
    /// By whom else.
    pub rival: String,
    /// The times of `lvs-lab`.
    pub ours: Vec<f64>,
    /// The times of the rival.
    pub theirs: Vec<f64>,
    /// What the ratio should be.
    pub aim: Aim,
}

/// Comparisons.
#[derive(Default)]
pub struct Table(Vec<Row>);

impl Table {
    /// Adds a comparison.
    pub fn add(&mut self, row: Row) {
        self.0.push(row);
    }
}

impl Row {
    /// One ratio for each round: above 1 means slower with [`Aim::AtMost`], faster with the others.
    fn ratios(&self) -> Vec<f64> {
        let pairs = self.ours.iter().zip(&self.theirs);
        match self.aim {
            Aim::AtMost(_) => pairs.map(|(ours, theirs)| ours / theirs).collect(),
            Aim::AtLeast(_) | Aim::Faster => pairs.map(|(ours, theirs)| theirs / ours).collect(),
        }
    }

    fn verdict(&self, ratio: f64) -> String {
        match self.aim {
            Aim::AtMost(limit) if ratio <= limit => format!("at most {limit}: met"),
            Aim::AtMost(limit) => format!("at most {limit}: missed"),
            Aim::AtLeast(limit) if ratio >= limit => format!("at least {limit}: met"),
            Aim::AtLeast(limit) => format!("at least {limit}: missed"),
            Aim::Faster => String::new(),
        }
    }

    fn unit(&self) -> &'static str {
        match self.aim {
            Aim::AtMost(_) => "times as long",
            Aim::AtLeast(_) | Aim::Faster => "times faster",
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratios = self.ratios();
        let (ratio, least, most) = (median(&ratios), least(&ratios), most(&ratios));
        let (ours, theirs) = (milliseconds(&self.ours), milliseconds(&self.theirs));
        write!(f, "| {:<30} | {ours} | {:<14} | {theirs} ", self.what, self.rival)?;
        write!(f, "| {ratio:>6.2} {:<13} | {least:>6.2} ..{most:>6.2} ", self.unit())?;
        write!(f, "| {:<19} |", self.verdict(ratio))
    }
}

fn milliseconds(micros: &[f64]) -> String {
    format!("{:>8.2} ms", median(micros) / 1e3)
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "| {:<30} | {:>11} | {:<14} ", "what", "lvs-lab", "against")?;
        writeln!(f, "| {:>11} | {:<20} | {:<16} | {:<19} |", "", "ratio", "least, most", "aim")?;
        let line = [30, 11, 14, 11, 20, 16, 19].map(|width| "-".repeat(width + 2)).join("|");
        writeln!(f, "|{line}|")?;
        self.0.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}
