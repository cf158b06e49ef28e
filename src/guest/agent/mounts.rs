use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::unistd::{chdir, pivot_root};
use std::fs::create_dir_all;
use std::io;

/// Where the new root is put together, before it becomes the root.
const STAGE: &str = "/tmp";

/// Puts a writable layer in memory over the host's files and makes it the root, so that nothing
/// done in the guest reaches the host. The host's own mounts, as its /tmp, show through.
pub fn root() -> io::Result<()> {
    memory(STAGE, "mode=0755")?;
    for name in ["upper", "work", "root"] {
        create_dir_all(format!("{STAGE}/{name}"))?;
    }
    let layers = format!("lowerdir=/,upperdir={STAGE}/upper,workdir={STAGE}/work");
    let target = format!("{STAGE}/root");
    mount(Some("lab"), target.as_str(), Some("overlay"), MsFlags::empty(), Some(layers.as_str()))?;
    chdir(target.as_str())?;
    // The old root goes on top of the new one, and is taken off again: pivot_root(2), "Notes".
    pivot_root(".", ".")?;
    umount2(".", MntFlags::MNT_DETACH)?;
    Ok(chdir("/")?)
}

/// Mounts what every Linux program expects.
pub fn system() -> io::Result<()> {
    kernel("proc", "/proc")?;
    kernel("sysfs", "/sys")?;
    kernel("devtmpfs", "/dev")?;
    create_dir_all("/dev/pts")?;
    kernel("devpts", "/dev/pts")?;
    create_dir_all("/dev/shm")?;
    memory("/dev/shm", "mode=1777")?;
    memory("/run", "mode=0755")?;
    ["/run/netns", "/run/lock"].iter().try_for_each(create_dir_all)
}

fn kernel(kind: &str, target: &str) -> io::Result<()> {
    let options = (kind == "devpts").then_some("ptmxmode=0666,mode=0620");
    mount(Some(kind), target, Some(kind), MsFlags::empty(), options)
        .map_err(|errno| named(errno, kind, target))
}

fn memory(target: &str, options: &str) -> io::Result<()> {
    mount(Some("tmpfs"), target, Some("tmpfs"), MsFlags::empty(), Some(options))
        .map_err(|errno| named(errno, "tmpfs", target))
}

fn named(errno: nix::Error, kind: &str, target: &str) -> io::Error {
    io::Error::new(io::Error::from(errno).kind(), format!("{kind} on {target}: {errno}"))
}
