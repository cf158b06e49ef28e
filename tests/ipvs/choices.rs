//! What the kernel's schedulers choose, connection by connection, beside what the oracle says.
//!
//! Each case is drawn from its seed: see [`crate::case`] for what there is, and [`crate::play`] for
//! what is done with it. With `IPVS_CHOICES_SECONDS` it goes on for longer, and
//! `IPVS_CHOICES_SEED` begins with another seed.

use crate::case::Case;
use crate::farm::Farm;
use crate::play::Verdict;
use crate::trials;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

trials![the_kernel_chooses_as_the_oracle_says];

async fn the_kernel_chooses_as_the_oracle_says() {
    let (mut farm, begun) = (Farm::new().await, Instant::now());
    let (limit, mut seed) = (setting("IPVS_CHOICES_SECONDS", 60), setting("IPVS_CHOICES_SEED", 1));
    let (mut cases, mut doubtful, mut traits) = (0, 0, BTreeMap::new());
    while begun.elapsed() < Duration::from_secs(limit) {
        let case = Case::draw(seed, cases);
        for word in case.traits() {
            *traits.entry(word).or_insert(0) += 1;
        }
        match case.play(&mut farm).await {
            Verdict::Same => {}
            Verdict::Unpredictable => doubtful += 1,
            Verdict::Different(story) => panic!("IPVS_CHOICES_SEED={seed}: {story}"),
        }
        (seed, cases) = (seed + 1, cases + 1);
    }
    assert!(cases > doubtful * 2, "of {cases} cases {doubtful} could not be predicted");
    println!("{cases} cases, {doubtful} of them up to what nobody can predict; {traits:?}");
}

fn setting(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().expect("it is a number"))
}
