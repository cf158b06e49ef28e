use crate::lab::VrrpVersion;
use std::time::Duration;

/// How long after becoming master the VIPs are announced once more (keepalived's
/// garp_master_delay).
pub(super) const SECOND_ANNOUNCEMENT: Duration = Duration::from_secs(5);

/// How much longer a backup waits the lower its priority: parts of a second in version 2 (RFC 3768
/// section 6.1), of the master's interval in version 3 (RFC 5798 section 6.1).
pub(super) fn skew(version: VrrpVersion, priority: u8, interval: Duration) -> Duration {
    let whole = match version {
        VrrpVersion::V2 => Duration::from_secs(1),
        VrrpVersion::V3 => interval,
    };
    whole * (256 - u32::from(priority)) / 256
}

/// How long a backup waits for an advert before it becomes master.
pub(super) fn master_down(version: VrrpVersion, priority: u8, interval: Duration) -> Duration {
    3 * interval + skew(version, priority, interval)
}

/// When a backup that hears nothing looks at the clock: the next advert should have been there.
pub(super) fn first_look(interval: Duration) -> Duration {
    interval * 3 / 2
}

/// Whether one that wakes so late was kept from running, and not only from running at once.
pub(super) fn has_stood_still(late: Duration, interval: Duration) -> bool {
    late > interval / 2
}

/// How long a master that may have stood still too has for its next advert. The lower the priority
/// the longer, as ever.
pub(super) fn extra_time(version: VrrpVersion, priority: u8, interval: Duration) -> Duration {
    interval + skew(version, priority, interval)
}
