use super::super::measured::CommandOutput;
use crate::report::Outcome;

/// The longest piece of an output that is shown, in characters.
const SHOWN: usize = 240;

/// The command ended with this exit code.
pub(super) fn exit(code: i32, output: &CommandOutput) -> Outcome {
    let holds = output.exit == code;
    let said = match output.stderr.trim() {
        stderr if holds || stderr.is_empty() => String::new(),
        stderr => format!("; standard error: {}", shown(stderr)),
    };
    let observed = format!("exit code {}{said}", output.exit);
    Outcome::measured(holds, format!("exit code {code}"), observed)
}

/// The command's standard output has this text in it.
pub(super) fn contains(text: &str, output: &CommandOutput) -> Outcome {
    let holds = output.stdout.contains(text);
    let observed = match output.stdout.trim() {
        _ if holds => "found".to_owned(),
        "" => "no output".to_owned(),
        stdout => shown(stdout),
    };
    Outcome::measured(holds, format!("`{text}` in the standard output"), observed)
}

// The beginning, which for most commands says most.
fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Verdict::{Failed, Passed};

    fn output(exit: i32, stdout: &str, stderr: &str) -> CommandOutput {
        CommandOutput { exit, stdout: stdout.to_owned(), stderr: stderr.to_owned() }
    }

    #[test]
    fn another_exit_code_fails_and_shows_what_the_command_said() {
        let outcome = exit(0, &output(2, "", "no such host\n"));
        assert_eq!(outcome.verdict, Failed);
        assert_eq!(outcome.observed, "exit code 2; standard error: no such host");
        assert_eq!(exit(2, &output(2, "", "no such host")).observed, "exit code 2");
    }

    #[test]
    fn a_text_is_looked_for_anywhere_in_the_output() {
        assert_eq!(contains("10.0.0.1", &output(0, "inet 10.0.0.1/24", "")).verdict, Passed);
        let outcome = contains("10.0.0.2", &output(0, "", "10.0.0.2"));
        assert_eq!((outcome.verdict, outcome.observed.as_str()), (Failed, "no output"));
    }

    #[test]
    fn a_long_output_is_cut_between_characters() {
        let outcome = contains("x", &output(0, &"ä".repeat(300), ""));
        assert!(outcome.observed.ends_with("ä… (600 bytes)"));
    }
}
