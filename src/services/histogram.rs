//! How long calls of one command took, in buckets that keep two significant digits from one
//! microsecond to one second. The scheme is HdrHistogram's: every power of two is divided
//! into equal steps, so that a bucket is never wider than a hundredth of what it holds.
//! Recording is two relaxed loads and one relaxed add; whole octaves are allocated when first
//! needed, since most commands stay in one or two.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Buckets of one octave.
const STEPS: usize = 128;
/// Octaves up to one second: the first is 0 to 127 microseconds, each further one doubles.
const OCTAVES: usize = 14;
/// Longer calls are counted as this long.
const LONGEST_US: u64 = 1_000_000;

/// The counters of one command in one stripe.
#[derive(Default)]
pub struct Histogram {
    octaves: [OnceLock<Box<[AtomicU64; STEPS]>>; OCTAVES],
}

impl Histogram {
    /// Counts a call that took `usec` microseconds.
    pub fn record(&self, usec: u64) {
        let (octave, step) = place(usec);
        let steps =
            self.octaves[octave].get_or_init(|| Box::new([const { AtomicU64::new(0) }; STEPS]));
        steps[step].fetch_add(1, Relaxed);
    }

    /// Forgets every call.
    pub fn reset(&self) {
        let counters = self.octaves.iter().filter_map(OnceLock::get).flat_map(|steps| steps.iter());
        counters.for_each(|counter| counter.store(0, Relaxed));
    }
}

/// The octave and the step in it that count `usec` microseconds.
fn place(usec: u64) -> (usize, usize) {
    let usec = usec.min(LONGEST_US) as usize;
    if usec < STEPS {
        return (0, usec);
    }
    let octave = (usec.ilog2() - STEPS.ilog2()) as usize + 1;
    (octave, (usec >> (octave - 1)) - STEPS)
}

/// The fewest microseconds that are counted in this place.
fn least_us(octave: usize, step: usize) -> u64 {
    match octave {
        0 => step as u64,
        _ => ((STEPS + step) << (octave - 1)) as u64,
    }
}

/// The most microseconds that are counted in this place.
fn most_us(octave: usize, step: usize) -> u64 {
    match octave {
        0 => step as u64,
        _ => (((STEPS + step + 1) << (octave - 1)) - 1) as u64,
    }
}

/// The calls of one command, added up over all stripes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Distribution {
    /// Calls by bucket, the quickest first; the bucket's place follows from the index.
    buckets: Vec<u64>,
    /// Calls in all.
    pub calls: u64,
}

impl Distribution {
    /// Adds one stripe's calls.
    pub fn add(&mut self, histogram: &Histogram) {
        self.buckets.resize(OCTAVES * STEPS, 0);
        let octaves = histogram.octaves.iter().enumerate();
        for (octave, steps) in octaves.filter_map(|(at, steps)| Some((at, steps.get()?))) {
            for (sum, counter) in self.buckets[octave * STEPS..].iter_mut().zip(steps.iter()) {
                let calls = counter.load(Relaxed);
                *sum += calls;
                self.calls += calls;
            }
        }
    }

    /// How many calls ended within 1, 2, 4 … microseconds, as far as each time makes a difference:
    /// pairs of the time, as Redis prints it, and the calls. Redis's times are upper ends of
    /// buckets of nanoseconds, 1024 and its doubles: 1, 2, 4, 8, 16, 33, 66, 132 …
    pub fn cumulative(&self) -> Vec<(u64, u64)> {
        let mut pairs = Vec::new();
        let (mut seen, mut next) = (0, 0);
        let mut end_ns: u64 = (1024 + 8) - 1;
        while seen < self.calls && next < self.buckets.len() {
            let before = seen;
            while next < self.buckets.len() && least_us(next / STEPS, next % STEPS) * 1000 <= end_ns
            {
                seen += self.buckets[next];
                next += 1;
            }
            if seen > before {
                pairs.push((end_ns / 1000, seen));
            }
            end_ns = end_ns * 2 + 1;
        }
        pairs
    }

    /// The microseconds within which `percent` percent of the calls ended, as Redis prints
    /// them: the upper end of a bucket of nanoseconds (1 becomes 1.003, 0 becomes 0.001).
    pub fn percentile_us(&self, percent: f64) -> f64 {
        let rank = ((percent / 100.0 * self.calls as f64 + 0.5) as u64).max(1);
        let mut seen = 0;
        let index = self.buckets.iter().position(|calls| {
            seen += calls;
            seen >= rank
        });
        let Some(index) = index else { return 0.0 };
        let ns = (most_us(index / STEPS, index % STEPS).min(LONGEST_US) * 1000).max(1);
        let width = 1 << ns.ilog2().saturating_sub(STEPS.ilog2());
        (ns / width * width + width - 1) as f64 / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_narrow_and_in_order() {
        let mut last = (0, 0);
        for usec in 0..LONGEST_US {
            let (octave, step) = place(usec);
            assert!((octave, step) >= last && octave < OCTAVES && step < STEPS, "{usec}");
            let most = most_us(octave, step);
            assert!(most >= usec && most - usec <= usec / 100, "{usec} in a bucket up to {most}");
            last = (octave, step);
        }
        assert_eq!(place(u64::MAX), place(LONGEST_US));
    }

    #[test]
    fn doubling_times_are_those_redis_prints() {
        let histogram = Histogram::default();
        let mut distribution = Distribution::default();
        assert_eq!(distribution.cumulative(), []);
        for usec in [0, 1, 2, 8, 33, 60, 66, 67, 300, 5_000_000] {
            histogram.record(usec);
        }
        distribution.add(&histogram);
        assert_eq!(
            distribution.cumulative(),
            [(1, 2), (2, 3), (8, 4), (33, 5), (66, 7), (132, 8), (528, 9), (1_082_130, 10)]
        );
    }

    #[test]
    fn percentiles_are_those_redis_prints() {
        let histogram = Histogram::default();
        let mut distribution = Distribution::default();
        for usec in [0, 1, 2, 4, 17, 67, 78, 94] {
            histogram.record(usec);
        }
        distribution.add(&histogram);
        assert_eq!(distribution.calls, 8);
        let printed: Vec<String> = (1..=8)
            .map(|n| format!("{:.3}", distribution.percentile_us(f64::from(n) * 12.5)))
            .collect();
        let expected = ["0.001", "1.003", "2.007", "4.015", "17.023", "67.071", "78.335", "94.207"];
        assert_eq!(printed, expected);
        histogram.reset();
        let mut none = Distribution::default();
        none.add(&histogram);
        assert_eq!((none.calls, none.percentile_us(50.0)), (0, 0.0));
    }
}
