//! Commands of checks without what is each real server's own.

use crate::import::Server;

/// A command with `$RIP` and `$RPORT` where it says the real server's address and port, so that it
/// is the same for all of them.
pub fn told(shell: &str, server: &Server) -> String {
    let (rip, port) = (server.address.value.to_string(), server.port.map(|port| port.value));
    let rport = port.map(|port| port.to_string());
    if let Some(own) = without_environment(shell, &rip) {
        return own.replace(r#"'"'"'"#, "'");
    }
    // Only a shell reads a variable between single quotes.
    let shells = ["/bin/sh ", "/bin/bash ", "sh ", "bash "];
    if shell.contains('\'') && !shells.iter().any(|known| shell.starts_with(known)) {
        return shell.to_owned();
    }
    let shell = replaced(shell, &rip, "$RIP");
    rport.map_or(shell.clone(), |port| replaced(&shell, &port, "$RPORT"))
}

/// A text with a word in the place of another one, which is not part of a longer one.
fn replaced(text: &str, word: &str, by: &str) -> String {
    let (mut done, mut rest) = (String::new(), text);
    while let Some(place) = rest.find(word) {
        let (before, behind) = (&rest[..place], &rest[place + word.len()..]);
        let part = |c: char| c.is_ascii_alphanumeric() || ".:_-".contains(c);
        let joined = before.ends_with(part) || behind.starts_with(part);
        done.extend([before, if joined { word } else { by }]);
        rest = behind;
    }
    done + rest
}

/// The command inside what `export` puts around it.
fn without_environment<'s>(shell: &'s str, rip: &str) -> Option<&'s str> {
    let rest = shell.strip_prefix(&format!("/usr/bin/env RIP={rip} RPORT="))?;
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.strip_prefix(" /bin/sh -c '")?.strip_suffix('\'')
}
