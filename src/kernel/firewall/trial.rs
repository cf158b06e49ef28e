use super::nft;
use super::rule::Rule;
use super::ruleset::ruleset;
use crate::kernel::Namespace;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// Whether the kernel's nftables take a rule, in a namespace that has none yet. It stays there.
///
/// # Errors
/// Why nft(8) could not be run.
pub(in crate::kernel) fn takes(namespace: &Namespace, rule: &Rule) -> io::Result<bool> {
    let mut command = Command::new(nft::NFT.path());
    command.args(["-f", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let namespace = namespace.clone();
    // SAFETY: between fork and exec it makes one system call, and allocates nothing.
    unsafe { command.pre_exec(move || namespace.join()) };
    let mut nft = command.spawn()?;
    if let Some(mut stdin) = nft.stdin.take() {
        // One that ends without reading has failed, which is the answer.
        let _ = stdin.write_all(ruleset(rule.family(), std::slice::from_ref(rule)).as_bytes());
    }
    Ok(nft.wait()?.success())
}
