use super::{LabReport, Report, ScenarioReport};
use serde_json::{Value, json};

/// A whole run for programs: the report's own fields and, for the run, each lab and each scenario,
/// its `verdict` and `counts`. Times are in microseconds.
///
/// # Errors
/// If serde_json refuses, which it has no reason to.
pub fn json(report: &Report) -> Result<String, serde_json::Error> {
    let labs = report.labs.iter().map(lab).collect::<Result<Vec<_>, _>>()?;
    let mut run = json!({ "version": report.version, "begun": report.begun });
    run["verdict"] = json!(report.verdict());
    run["error"] = json!(report.fault());
    run["counts"] = json!(report.counts());
    run["labs"] = json!(labs);
    Ok(format!("{}\n", serde_json::to_string_pretty(&run)?))
}

fn lab(lab: &LabReport) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(lab)?;
    value["error"] = json!(lab.fault());
    value["verdict"] = json!(lab.verdict());
    value["counts"] = json!(lab.counts());
    value["scenarios"] = lab.scenarios.iter().map(scenario).collect::<Result<_, _>>()?;
    Ok(value)
}

fn scenario(scenario: &ScenarioReport) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(scenario)?;
    value["error"] = json!(scenario.fault());
    value["verdict"] = json!(scenario.verdict());
    value["counts"] = json!(scenario.counts());
    Ok(value)
}
