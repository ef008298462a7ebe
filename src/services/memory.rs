//! What the allocator says about memory, and what it can be asked to do.

use crate::util::clock;
use std::io;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use tikv_jemalloc_ctl::stats_print::{Options, stats_print};
use tikv_jemalloc_ctl::{Access, AsName, arenas, epoch, stats, version};

/// The allocator's figures, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct MemoryFigures {
    /// Asked for by the server.
    pub allocated: u64,
    /// In pages that hold allocations.
    pub active: u64,
    /// In physical memory, the allocator's own data included.
    pub resident: u64,
    /// Kept mapped for later.
    pub retained: u64,
    /// Given back to the kernel, which has not taken it yet.
    pub muzzy: u64,
}

/// Bytes in use.
pub fn used_bytes() -> u64 {
    figures().allocated
}

/// Bytes in use, for those who ask with every command: asking the allocator costs
/// microseconds, so its answer is kept for a millisecond.
#[derive(Default)]
pub struct MemoryGauge {
    used_bytes: AtomicU64,
    read_at_us: AtomicI64,
}

impl MemoryGauge {
    /// Bytes in use, at most [`FRESH_US`] ago.
    pub fn used_bytes(&self) -> u64 {
        let (now_us, read_at_us) = (clock::now_us(), self.read_at_us.load(Relaxed));
        if !(0..FRESH_US).contains(&(now_us - read_at_us)) {
            self.read_at_us.store(now_us, Relaxed);
            self.used_bytes.store(used_bytes(), Relaxed);
        }
        self.used_bytes.load(Relaxed)
    }
}

/// How long the gauge believes its last reading, in microseconds.
const FRESH_US: i64 = 1000;

/// All figures, as of now.
pub fn figures() -> MemoryFigures {
    // Without a fresh epoch the figures are those of the last one: old, but not wrong.
    let _ = epoch::advance();
    MemoryFigures {
        allocated: or_zero(stats::allocated::read()),
        active: or_zero(stats::active::read()),
        resident: or_zero(stats::resident::read()),
        retained: or_zero(stats::retained::read()),
        muzzy: or_zero(ALL_MUZZY_PAGES.name().read()) * or_zero(PAGE_BYTES.name().read()),
    }
}

/// The muzzy pages of all arenas: 4096 is jemalloc's number for all of them.
const ALL_MUZZY_PAGES: &[u8] = b"stats.arenas.4096.pmuzzy\0";
/// Bytes of a page.
const PAGE_BYTES: &[u8] = b"arenas.page\0";

/// A figure that this allocator does not keep is zero.
fn or_zero(figure: Result<usize, tikv_jemalloc_ctl::Error>) -> u64 {
    figure.map_or(0, |figure| figure as u64)
}

/// The allocator with its version, as INFO shows it: `jemalloc-5.3.0`.
pub fn allocator_name() -> String {
    let full = version::read().unwrap_or("0.0.0");
    let release = full.split('-').next().unwrap_or(full);
    format!("jemalloc-{release}")
}

/// Gives unused pages back to the kernel: an arena whose pages may stay unused for no time
/// at all lets go of them at once; then it gets its own time again.
pub fn purge() {
    let arenas = arenas::narenas::read().unwrap_or(0);
    for arena in 0..arenas {
        for kind in ["dirty", "muzzy"] {
            let name = format!("arena.{arena}.{kind}_decay_ms\0");
            let decay: Result<isize, _> = name.name().update(0);
            // An arena that no thread has used yet has no decay, nor anything to give back.
            let _ = decay.and_then(|decay_ms| name.name().write(decay_ms));
        }
    }
}

/// The allocator's own report, as text.
pub fn report() -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    stats_print(&mut text, Options::default())?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_allocator_names_itself() {
        assert!(allocator_name().starts_with("jemalloc-5."));
        purge();
        assert!(report().is_ok_and(|text| text.starts_with(b"___ Begin jemalloc statistics ___")));
    }
}
