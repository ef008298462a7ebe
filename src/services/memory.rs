//! What the allocator says about memory.

use tikv_jemalloc_ctl::{epoch, stats};

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
}

/// Bytes in use.
pub fn used_bytes() -> u64 {
    figures().allocated
}

/// All figures, as of now.
pub fn figures() -> MemoryFigures {
    // Without a fresh epoch the figures are those of the last one: old, but not wrong.
    let _ = epoch::advance();
    let read = |figure: Result<usize, _>| figure.map_or(0, |bytes| bytes as u64);
    let _: fn(Result<usize, tikv_jemalloc_ctl::Error>) -> u64 = read;
    MemoryFigures {
        allocated: read(stats::allocated::read()),
        active: read(stats::active::read()),
        resident: read(stats::resident::read()),
        retained: read(stats::retained::read()),
    }
}
