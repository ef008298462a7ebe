//! What time it is. Clients and files speak of the wall clock, which may jump; whoever
//! measures how long something took asks the monotonic one.

use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime};

/// Milliseconds since the Unix epoch.
pub fn now_ms() -> i64 {
    now_us().div_euclid(1000)
}

/// Microseconds since the Unix epoch; negative before it.
pub fn now_us() -> i64 {
    let now = SystemTime::now();
    match now.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => whole_us(since) as i64,
        Err(before) => -(whole_us(before.duration()) as i64),
    }
}

/// Milliseconds since the process first asked; never goes back.
pub fn mono_ms() -> u64 {
    mono_us() / 1000
}

/// Microseconds since the process first asked; never goes back.
pub fn mono_us() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    whole_us(START.elapsed())
}

/// 63 bits of microseconds are 292,000 years.
fn whole_us(duration: Duration) -> u64 {
    duration.as_micros() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_agree_with_themselves() {
        let (wall_us, wall_ms) = (now_us(), now_ms());
        assert!(wall_us / 1000 <= wall_ms && wall_us > 1_700_000_000_000_000);
        let (mono_us, mono_ms) = (mono_us(), mono_ms());
        assert!(mono_us / 1000 <= mono_ms);
        assert!(mono_us <= super::mono_us());
    }
}
