//! The access clock: 24 bits in each entry that tell how long ago, or how often, a key was
//! used. Under an LRU policy it counts seconds; under LFU it is Redis's pair of a minute
//! (16 bits) and a logarithmic counter (8 bits) that decays.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

const CLOCK_BITS: u32 = 24;
const CLOCK_MASK: u32 = (1 << CLOCK_BITS) - 1;
/// A new key's frequency: high enough that it is not the first to go.
const LFU_INITIAL: u32 = 5;

/// How accesses are recorded: set from `maxmemory-policy`, `lfu-log-factor`, `lfu-decay-time`.
pub struct AccessPolicy {
    lfu: AtomicBool,
    log_factor: AtomicU32,
    decay_minutes: AtomicU32,
}

impl Default for AccessPolicy {
    fn default() -> Self {
        AccessPolicy {
            lfu: AtomicBool::new(false),
            log_factor: AtomicU32::new(10),
            decay_minutes: AtomicU32::new(1),
        }
    }
}

impl AccessPolicy {
    /// Takes over the configuration's values.
    pub fn configure(&self, lfu: bool, log_factor: u32, decay_minutes: u32) {
        self.lfu.store(lfu, Ordering::Relaxed);
        self.log_factor.store(log_factor, Ordering::Relaxed);
        self.decay_minutes.store(decay_minutes, Ordering::Relaxed);
    }

    /// Whether frequencies are recorded instead of times.
    pub fn is_lfu(&self) -> bool {
        self.lfu.load(Ordering::Relaxed)
    }

    /// The clock of a key that is made now.
    pub fn fresh(&self, now_ms: i64) -> u32 {
        if self.is_lfu() { minutes(now_ms) << 8 | LFU_INITIAL } else { seconds(now_ms) }
    }

    /// The clock of a key that is used now.
    pub fn touched(&self, clock: u32, now_ms: i64) -> u32 {
        if !self.is_lfu() {
            return seconds(now_ms);
        }
        let counter = self.frequency(clock, now_ms);
        minutes(now_ms) << 8 | self.incremented(counter, fastrand(clock, now_ms))
    }

    /// Seconds since the last use.
    pub fn idle_seconds(&self, clock: u32, now_ms: i64) -> u32 {
        seconds(now_ms).wrapping_sub(clock) & CLOCK_MASK
    }

    /// The frequency counter after the decay that is due.
    pub fn frequency(&self, clock: u32, now_ms: i64) -> u32 {
        let decay = self.decay_minutes.load(Ordering::Relaxed);
        let elapsed = minutes(now_ms).wrapping_sub(clock >> 8) & 0xffff;
        let periods = elapsed.checked_div(decay).unwrap_or(0);
        (clock & 0xff).saturating_sub(periods)
    }

    /// The clock of a key last used `idle_seconds` ago (RESTORE's and RDB's IDLE).
    pub fn from_idle(&self, idle_seconds: u64, now_ms: i64) -> u32 {
        seconds(now_ms).wrapping_sub(u32::try_from(idle_seconds).unwrap_or(u32::MAX)) & CLOCK_MASK
    }

    /// The clock of a key with this frequency (RESTORE's and RDB's FREQ).
    pub fn from_frequency(&self, frequency: u8, now_ms: i64) -> u32 {
        minutes(now_ms) << 8 | u32::from(frequency)
    }

    /// Morris's counter: the higher it is, the rarer it goes up.
    fn incremented(&self, counter: u32, random: f64) -> u32 {
        let factor = f64::from(self.log_factor.load(Ordering::Relaxed));
        let base = f64::from(counter.saturating_sub(LFU_INITIAL));
        let goes_up = counter < 255 && random < 1.0 / (base * factor + 1.0);
        counter + u32::from(goes_up)
    }
}

fn seconds(now_ms: i64) -> u32 {
    (now_ms / 1000) as u32 & CLOCK_MASK
}

fn minutes(now_ms: i64) -> u32 {
    (now_ms / 60_000) as u32 & 0xffff
}

/// A number in 0..1 from what is at hand; statistics need no better source here.
fn fastrand(clock: u32, now_ms: i64) -> f64 {
    thread_local! {
        static STATE: std::cell::Cell<u64> = const { std::cell::Cell::new(0x9e37_79b9_7f4a_7c15) };
    }
    STATE.with(|state| {
        let mut x = state.get() ^ (u64::from(clock) << 32) ^ now_ms as u64 | 1;
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        state.set(x);
        (x >> 11) as f64 / (1u64 << 53) as f64
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_time_counts_seconds_and_survives_the_wrap() {
        let policy = AccessPolicy::default();
        let wrap_ms = i64::from(CLOCK_MASK) * 1000;
        let clock = policy.fresh(wrap_ms - 5_000);
        assert_eq!(policy.idle_seconds(clock, wrap_ms + 6_000), 11);
        let clock = policy.from_idle(100, wrap_ms);
        assert_eq!(policy.idle_seconds(clock, wrap_ms), 100);
    }

    #[test]
    fn frequency_rises_slowly_and_decays_by_the_minute() {
        let policy = AccessPolicy::default();
        policy.configure(true, 10, 1);
        let mut clock = policy.fresh(0);
        for _ in 0..1000 {
            clock = policy.touched(clock, 0);
        }
        let busy = policy.frequency(clock, 0);
        assert!((10..60).contains(&busy), "{busy}");
        assert_eq!(policy.frequency(clock, 3 * 60_000), busy - 3);
    }
}
