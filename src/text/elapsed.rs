use std::time::Duration;

/// A length of time in words, with at most three digits before each unit: `850 µs`, `1.2 ms`,
/// `300 ms`, `2.5 s`, `2 min 5 s`.
pub fn elapsed(time: Duration) -> String {
    let micros = time.as_micros();
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => scaled(micros, 1_000, "ms"),
        1_000_000..60_000_000 => scaled(micros, 1_000_000, "s"),
        _ => minutes(time.as_secs()),
    }
}

// One digit behind the point below ten, where it is not zero.
fn scaled(micros: u128, unit: u128, name: &str) -> String {
    let (whole, tenth) = (micros / unit, micros % unit * 10 / unit);
    if whole < 10 && tenth > 0 {
        format!("{whole}.{tenth} {name}")
    } else {
        format!("{whole} {name}")
    }
}

fn minutes(seconds: u64) -> String {
    match (seconds / 60, seconds % 60) {
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_the_unit_that_fits() {
        let of = |micros| elapsed(Duration::from_micros(micros));
        assert_eq!(of(0), "0 µs");
        assert_eq!(of(999), "999 µs");
        assert_eq!(of(1_250), "1.2 ms");
        assert_eq!(of(2_000), "2 ms");
        assert_eq!(of(300_900), "300 ms");
        assert_eq!(of(2_500_000), "2.5 s");
        assert_eq!(of(125_000_000), "2 min 5 s");
        assert_eq!(of(180_000_000), "3 min");
    }
}
