//! Watched keys of one shard: WATCH leaves a flag here, and the commit of a change to the
//! key raises it. A shard that nobody watches costs a commit one relaxed load.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Raised when a watched key was touched: the next EXEC of its client fails.
pub type Flag = Arc<AtomicBool>;

/// Who watches which keys of a shard.
#[derive(Default)]
pub struct Watchers {
    keys: Mutex<HashMap<Box<[u8]>, Vec<Flag>>>,
    /// How many keys are in the map, read without the lock.
    watched: AtomicUsize,
}

impl Watchers {
    /// Watches `name`. The caller holds the shard's lock, so that no change slips past.
    pub fn add(&self, name: &[u8], flag: &Flag) {
        let mut keys = self.keys.lock();
        keys.entry(name.into()).or_default().push(Arc::clone(flag));
        self.watched.store(keys.len(), Ordering::Relaxed);
    }

    /// Ends a watch.
    pub fn remove(&self, name: &[u8], flag: &Flag) {
        let mut keys = self.keys.lock();
        if let Some(flags) = keys.get_mut(name) {
            flags.retain(|other| !Arc::ptr_eq(other, flag));
            if flags.is_empty() {
                keys.remove(name);
            }
        }
        self.watched.store(keys.len(), Ordering::Relaxed);
    }

    /// `name` was changed.
    pub fn touch(&self, name: &[u8]) {
        if self.watched.load(Ordering::Relaxed) == 0 {
            return;
        }
        if let Some(flags) = self.keys.lock().get(name) {
            flags.iter().for_each(|flag| flag.store(true, Ordering::Release));
        }
    }

    /// Keys that `changed` says are touched by flushing or swapping a whole shard.
    pub fn touch_where(&self, changed: impl Fn(&[u8]) -> bool) {
        if self.watched.load(Ordering::Relaxed) == 0 {
            return;
        }
        for (name, flags) in self.keys.lock().iter() {
            if changed(name) {
                flags.iter().for_each(|flag| flag.store(true, Ordering::Release));
            }
        }
    }

    /// How many keys are watched.
    pub fn watched(&self) -> usize {
        self.watched.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_raises_the_flags_of_its_key_only() {
        let watchers = Watchers::default();
        let (a, b) = (Flag::default(), Flag::default());
        watchers.add(b"k", &a);
        watchers.add(b"other", &b);
        watchers.touch(b"k");
        assert!(a.load(Ordering::Acquire) && !b.load(Ordering::Acquire));
        watchers.remove(b"k", &a);
        assert_eq!(watchers.watched(), 1);
    }
}
