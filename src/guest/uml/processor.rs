use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::{Pid, getpid};

/// Keeps the calling process, and the kernel that it becomes, on one of the processors that it may
/// use. Several guests are spread by their process numbers.
///
/// User-Mode Linux has one processor, but hands it to and fro between host processes at each system
/// call. Waking one on an idle processor of a virtual machine costs several times the call itself.
pub fn settle() -> nix::Result<()> {
    let this = Pid::from_raw(0);
    let allowed = sched_getaffinity(this)?;
    let may = |cpu: &usize| allowed.is_set(*cpu).unwrap_or(false);
    let count = (0..CpuSet::count()).filter(may).count().max(1);
    let turn = usize::try_from(getpid().as_raw()).unwrap_or(0) % count;
    let Some(chosen) = (0..CpuSet::count()).filter(may).nth(turn) else { return Ok(()) };
    let mut one = CpuSet::new();
    one.set(chosen)?;
    sched_setaffinity(this, &one)
}
