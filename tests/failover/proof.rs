//! `test` with its report.

use crate::support::{Place, Ran};
use serde_json::Value;
use std::fs;

/// One lab that was tested.
pub struct Proof {
    place: Place,
    /// What was said.
    pub ran: Ran,
    report: Value,
}

impl Proof {
    /// Tests a built-in topology.
    pub fn of(name: &str) -> Self {
        Self::in_place(Place::new(), name)
    }

    /// Tests a topology of this text.
    pub fn of_text(text: &str) -> Self {
        let place = Place::new();
        let file = place.write("lab.yaml", text);
        Self::in_place(place, &file)
    }

    fn in_place(place: Place, topology: &str) -> Self {
        let [json, html] = ["json", "html"].map(|kind| place.file(kind).display().to_string());
        let reports = [format!("json={json}"), format!("html={html}")];
        let words = ["--kernel", "uml", "test", topology, "--report", &reports[0], "--report"];
        let ran = place.run(&[&words[..], &[&reports[1]]].concat());
        place.traces(&[]).assert_none();
        let report = fs::read(&json).unwrap_or_else(|e| panic!("{e}: {}", ran.stderr));
        Self { place, report: serde_json::from_slice(&report).unwrap(), ran }
    }

    /// Panics unless these scenarios were played to their ends and every check of them passed.
    #[track_caller]
    pub fn assert_passed(&self, scenarios: &[String]) {
        let Ran { code, stdout, stderr } = &self.ran;
        assert_eq!(*code, 0, "\n--- stdout\n{stdout}\n--- stderr\n{stderr}");
        assert_eq!(self.report["verdict"], "passed");
        assert_eq!(self.names(), scenarios);
        assert!(self.scenarios().iter().all(|scenario| scenario["error"].is_null()));
        assert!(!self.checks().is_empty());
        assert!(self.checks().iter().all(|check| verdict(check) == "passed"));
    }

    /// The checks that did not pass, by name and verdict.
    pub fn refuted(&self) -> Vec<(&str, &str)> {
        let bad = self.checks().into_iter().filter(|check| verdict(check) != "passed");
        bad.map(|check| (check["name"].as_str().unwrap(), verdict(check))).collect()
    }

    /// What was observed by each check of this name.
    pub fn observed(&self, name: &str) -> Vec<&str> {
        let named = self.checks().into_iter().filter(|check| check["name"] == name);
        named.map(|check| check["outcome"]["observed"].as_str().unwrap()).collect()
    }

    /// Where the page is.
    pub fn page(&self) -> std::path::PathBuf {
        self.place.file("html")
    }

    fn names(&self) -> Vec<&str> {
        self.scenarios().iter().map(|scenario| scenario["name"].as_str().unwrap()).collect()
    }

    fn scenarios(&self) -> &[Value] {
        let [lab] = self.report["labs"].as_array().unwrap().as_slice() else {
            panic!("one lab was tested: {}", self.report);
        };
        lab["scenarios"].as_array().unwrap()
    }

    fn checks(&self) -> Vec<&Value> {
        let steps = self.scenarios().iter().flat_map(|s| s["steps"].as_array().unwrap());
        steps.flat_map(|step| step["checks"].as_array().unwrap()).collect()
    }
}

fn verdict(check: &Value) -> &str {
    check["outcome"]["verdict"].as_str().unwrap()
}
