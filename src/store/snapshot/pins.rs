//! Entries that are being encoded without their shard's lock. Until that has ended nobody changes
//! them or frees them: whoever is about to asks here first, under the lock of the shard.
#![allow(unsafe_code)]

use super::super::entry::{Alias, Entry};
use parking_lot::{Condvar, Mutex};
use std::collections::HashSet;
use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Where the pinned entries lie. Tables move only the pointers to them.
#[derive(Default)]
pub struct Pins {
    /// How many there are: nearly always none, and nobody has to look.
    count: AtomicUsize,
    addresses: Mutex<HashSet<usize>>,
    released: Condvar,
}

/// One entry, pinned for as long as this lives.
pub struct Pin<'p> {
    entry: Alias,
    pins: &'p Pins,
}

impl Pins {
    /// Pins an entry whose shard the caller has locked exclusively, and which is not pinned.
    pub fn pin(&self, entry: &Entry) -> Pin<'_> {
        let is_new = self.addresses.lock().insert(address(entry));
        debug_assert!(is_new, "an entry pinned twice");
        self.count.fetch_add(1, Ordering::Relaxed);
        // SAFETY: whoever is about to change or free an entry holds its shard, and asks first
        // whether it is pinned: `Snapshots::before_change` waits, `keep_if_pinned` and `detach`
        // keep the entry. Nobody else holds the shard now.
        let entry = unsafe { entry.alias() };
        Pin { entry, pins: self }
    }

    /// Whether an entry is pinned, whose shard the caller has locked.
    pub fn holds(&self, entry: &Entry) -> bool {
        // Acquires what the pin's end released: its reads of the entry lie before the caller's
        // changes of it.
        self.count.load(Ordering::Acquire) > 0 && self.addresses.lock().contains(&address(entry))
    }

    /// Waits until the entry at this address is not pinned.
    pub fn wait(&self, address: usize) {
        let mut addresses = self.addresses.lock();
        while addresses.contains(&address) {
            self.released.wait(&mut addresses);
        }
    }

    /// Waits until none is pinned of those that are now.
    pub fn settle(&self) {
        let mut addresses = self.addresses.lock();
        let mut now = addresses.clone();
        loop {
            now.retain(|address| addresses.contains(address));
            if now.is_empty() {
                return;
            }
            self.released.wait(&mut addresses);
        }
    }
}

/// What an entry is known by while it is pinned.
pub fn address(entry: &Entry) -> usize {
    entry.address() as usize
}

impl Deref for Pin<'_> {
    type Target = Entry;

    fn deref(&self) -> &Entry {
        &self.entry
    }
}

impl Drop for Pin<'_> {
    fn drop(&mut self) {
        self.pins.addresses.lock().remove(&address(&self.entry));
        self.pins.count.fetch_sub(1, Ordering::Release);
        self.pins.released.notify_all();
    }
}
