use std::path::PathBuf;
use std::str::FromStr;

/// The form of a report file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportKind {
    /// Everything, for programs.
    Json,
    /// JUnit XML, which CI services read.
    Junit,
    /// The Test Anything Protocol.
    Tap,
    /// One page, for a browser.
    Html,
}

/// A report that the user asked for: `json=out.json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFile {
    /// Its form.
    pub kind: ReportKind,
    /// Where it goes.
    pub path: PathBuf,
}

impl FromStr for ReportFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, path) = text.split_once('=').ok_or("give a kind and a file: json=out.json")?;
        let kind = match kind {
            "json" => ReportKind::Json,
            "junit" => ReportKind::Junit,
            "tap" => ReportKind::Tap,
            "html" => ReportKind::Html,
            other => return Err(format!("`{other}` is no kind of report: json, junit, tap, html")),
        };
        if path.is_empty() {
            return Err("the file's name is missing".to_owned());
        }
        Ok(Self { kind, path: path.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_have_an_equals_sign() {
        let report: ReportFile = "junit=a=b.xml".parse().unwrap();
        assert_eq!(report, ReportFile { kind: ReportKind::Junit, path: "a=b.xml".into() });
    }

    #[test]
    fn an_unknown_kind_is_refused() {
        assert!("pdf=x".parse::<ReportFile>().unwrap_err().contains("json, junit, tap, html"));
    }
}
