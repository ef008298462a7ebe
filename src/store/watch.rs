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
    keys: Mutex<HashMap<Box<[u8]>, Vec<Watcher>>>,
    /// How many keys are in the map, read without the lock.
    watched: AtomicUsize,
}

/// One client that watches a key.
struct Watcher {
    flag: Flag,
    /// Whether the key was there when the watch began. One that was not may still have an entry,
    /// whose time had come: that this goes is no change.
    was_there: bool,
}

impl Watchers {
    /// Watches `name`. The caller holds the shard's lock, so that no change slips past.
    pub fn add(&self, name: &[u8], flag: &Flag, was_there: bool) {
        let mut keys = self.keys.lock();
        let watcher = Watcher { flag: Arc::clone(flag), was_there };
        keys.entry(name.into()).or_default().push(watcher);
        self.watched.store(keys.len(), Ordering::Relaxed);
    }

    /// Ends a watch.
    pub fn remove(&self, name: &[u8], flag: &Flag) {
        let mut keys = self.keys.lock();
        if let Some(watchers) = keys.get_mut(name) {
            watchers.retain(|other| !Arc::ptr_eq(&other.flag, flag));
            if watchers.is_empty() {
                keys.remove(name);
            }
        }
        self.watched.store(keys.len(), Ordering::Relaxed);
    }

    /// `name` was changed, or went since its time had come.
    pub fn touch(&self, name: &[u8], has_expired: bool) {
        if self.watched.load(Ordering::Relaxed) == 0 {
            return;
        }
        if let Some(watchers) = self.keys.lock().get(name) {
            let concerned = watchers.iter().filter(|watcher| watcher.was_there || !has_expired);
            concerned.for_each(|watcher| watcher.flag.store(true, Ordering::Release));
        }
    }

    /// Keys that `changed` says are touched by flushing or swapping a whole shard.
    pub fn touch_where(&self, changed: impl Fn(&[u8]) -> bool) {
        if self.watched.load(Ordering::Relaxed) == 0 {
            return;
        }
        for (name, watchers) in self.keys.lock().iter() {
            if changed(name) {
                watchers.iter().for_each(|watcher| watcher.flag.store(true, Ordering::Release));
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
        watchers.add(b"k", &a, true);
        watchers.add(b"other", &b, false);
        watchers.touch(b"k", false);
        watchers.touch(b"other", true);
        assert!(a.load(Ordering::Acquire) && !b.load(Ordering::Acquire));
        watchers.remove(b"k", &a);
        assert_eq!(watchers.watched(), 1);
    }
}
