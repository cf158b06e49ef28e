use crate::kernel::Cause;
use nix::errno::Errno;

/// Counts calls of one kind, and fails one of them.
#[derive(Debug, Default)]
pub(super) struct Fault {
    calls: usize,
    fails: Option<usize>,
}

impl Fault {
    /// The call of this number, counted from 1, will fail.
    pub(super) fn at(&mut self, call: usize) {
        self.fails = Some(call);
    }

    /// Counts a call, and fails it if it was chosen.
    pub(super) fn call(&mut self) -> Result<(), Cause> {
        self.calls += 1;
        if self.fails == Some(self.calls) {
            return Err(refuse("fault", Errno::EIO));
        }
        Ok(())
    }
}

/// What the kernel answers to a call or message.
pub(super) fn refuse(call: &'static str, errno: Errno) -> Cause {
    Cause::Errno { call, errno }
}

/// Adds an item that must not be there yet.
pub(super) fn add<T: PartialEq>(
    list: &mut Vec<T>,
    item: T,
    call: &'static str,
) -> Result<(), Cause> {
    if list.contains(&item) {
        return Err(refuse(call, Errno::EEXIST));
    }
    list.push(item);
    Ok(())
}
