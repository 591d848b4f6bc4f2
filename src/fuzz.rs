//! How much the property tests try: a second or two each, and as many times more as FUZZ_TIMES says.
//!
//! `FUZZ_TIMES=100 cargo test fuzz` runs for minutes. A failure prints the smallest input that shows it.

use proptest::test_runner::Config;

/// A run of `cases` inputs, times FUZZ_TIMES.
pub(crate) fn cases(cases: u32) -> Config {
    let times = std::env::var("FUZZ_TIMES").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    Config { cases: cases * times, failure_persistence: None, max_shrink_iters: 2000, ..Config::default() }
}
