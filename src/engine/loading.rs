//! Whether a data set is being loaded, and how far that has come. While it is, most commands are
//! refused, nothing expires and nothing is saved.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed};

/// The loading of files, as everyone sees it.
#[derive(Default)]
pub struct Loading {
    is_on: AtomicBool,
    began_ms: AtomicI64,
    total_bytes: AtomicU64,
    loaded_bytes: AtomicU64,
}

/// How far a load has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// When it began, Unix time in seconds.
    pub began_s: i64,
    /// Bytes of all files together.
    pub total_bytes: u64,
    /// Bytes that are read.
    pub loaded_bytes: u64,
    /// The part that is read, in percent.
    pub percent: f64,
    /// How many seconds the rest will take, if it goes on like that.
    pub eta_s: u64,
}

impl Loading {
    /// Files are being loaded until what is returned is dropped.
    pub fn begin(&self, now_ms: i64) -> UnderWay<'_> {
        self.total_bytes.store(0, Relaxed);
        self.loaded_bytes.store(0, Relaxed);
        self.began_ms.store(now_ms, Relaxed);
        self.is_on.store(true, Relaxed);
        UnderWay(self)
    }

    /// All files together have so many bytes.
    pub fn expect(&self, total_bytes: u64) {
        self.total_bytes.store(total_bytes, Relaxed);
    }

    /// Whether anything is being loaded.
    pub fn is_on(&self) -> bool {
        self.is_on.load(Relaxed)
    }

    /// So many more bytes are read.
    pub fn advance(&self, bytes: u64) {
        self.loaded_bytes.fetch_add(bytes, Relaxed);
    }

    /// How far it has come at `now_ms`.
    pub fn progress(&self, now_ms: i64) -> Progress {
        let (began_ms, total_bytes) = (self.began_ms.load(Relaxed), self.total_bytes.load(Relaxed));
        // A file may grow while it is read.
        let loaded_bytes = self.loaded_bytes.load(Relaxed).min(total_bytes);
        let percent = loaded_bytes as f64 / total_bytes.max(1) as f64 * 100.0;
        let elapsed_s = (now_ms - began_ms).max(0) as f64 / 1000.0;
        let eta_s = match loaded_bytes {
            0 => 1.0,
            _ => elapsed_s * (total_bytes - loaded_bytes) as f64 / loaded_bytes as f64,
        };
        Progress {
            began_s: began_ms / 1000,
            total_bytes,
            loaded_bytes,
            percent,
            eta_s: eta_s as u64,
        }
    }
}

/// A load that is under way: dropped, it is over.
pub struct UnderWay<'a>(&'a Loading);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.is_on.store(false, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_by_bytes_and_time() {
        let loading = Loading::default();
        assert!(!loading.is_on());
        let under_way = loading.begin(10_000);
        loading.expect(4_000);
        assert!(loading.is_on());
        assert_eq!((loading.progress(10_000).percent, loading.progress(10_000).eta_s), (0.0, 1));
        loading.advance(1_000);
        let progress = loading.progress(12_000);
        assert_eq!((progress.began_s, progress.percent, progress.eta_s), (10, 25.0, 6));
        loading.advance(9_000);
        assert_eq!(loading.progress(13_000).loaded_bytes, 4_000);
        drop(under_way);
        assert!(!loading.is_on());
    }
}
