use super::failure::{Failure, reason};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use std::path::Path;

/// Moves this process into a mount namespace of its own, in which these directories are empty ones
/// in memory: what is made there ends with the process, however that ends.
pub fn enter(directories: &[&Path]) -> Result<(), Failure> {
    let failed = |errno: nix::Error| {
        Failure::unable(format!("cannot make a private mount namespace: {}", errno.desc()))
    };
    unshare(CloneFlags::CLONE_NEWNS).map_err(failed)?;
    let none = None::<&str>;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none).map_err(failed)?;
    for directory in directories {
        let made = std::fs::create_dir_all(directory);
        made.map_err(|error| {
            let directory = directory.display();
            Failure::failed(format!("cannot make `{directory}`: {}", reason(&error)))
        })?;
        let (flags, mode) = (MsFlags::MS_NOSUID | MsFlags::MS_NODEV, Some("mode=0700"));
        mount(Some("lvs-lab"), *directory, Some("tmpfs"), flags, mode).map_err(failed)?;
    }
    Ok(())
}
