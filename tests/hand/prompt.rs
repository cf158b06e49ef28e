//! The prompt of `shell`.

use crate::support::{Place, unique};
use crate::terminal::Terminal;

fn prompts(kernel: &str) {
    let (place, lab) = (Place::new(), unique("prompt"));
    place.run(&["--kernel", kernel, "up", "plain", "--name", &lab]).code(0);
    for shell in ["/bin/sh", "/bin/bash"] {
        for (node, wanted) in [(Some("rs1"), format!("({lab} rs1) ")), (None, format!("({lab}) "))]
        {
            let words: Vec<_> = ["shell", &lab].into_iter().chain(node).collect();
            let mut command = place.program(&words);
            command.env("SHELL", shell).env("HOME", place.file(""));
            let mut terminal = Terminal::start(command, |_| {});
            terminal.shows(&wanted);
            terminal.types("exit 7\r");
            let ended = terminal.end();
            assert_eq!(ended.code, 7, "{shell}: {}", ended.said);
        }
    }
}

#[test]
#[ignore = "needs root"]
fn the_prompt_says_lab_and_node() {
    prompts("host");
}

#[test]
#[ignore = "needs the guest kernel"]
fn the_prompt_in_a_guest_says_lab_and_node() {
    prompts("uml");
}
