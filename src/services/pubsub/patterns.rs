//! Patterns and their subscribers. Every publisher has to try every pattern, so there is one
//! lock, which publishers share, and which nobody takes while there is no pattern.

use super::encoded::Encoded;
use super::subscribers::Subscribers;
use crate::services::clients::Client;
use crate::util::glob;
use parking_lot::RwLock;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// All patterns that have subscribers.
#[derive(Default)]
pub struct Patterns {
    patterns: RwLock<BTreeMap<Arc<[u8]>, Subscribers>>,
    count: AtomicUsize,
}

impl Patterns {
    /// Adds a subscriber.
    pub fn add(&self, pattern: Arc<[u8]>, client: Arc<Client>) {
        let mut patterns = self.patterns.write();
        patterns.entry(pattern).or_default().add(client);
        self.count.store(patterns.len(), Ordering::Release);
    }

    /// Removes a subscriber. When this returns, nobody is sending it anything.
    pub fn remove(&self, pattern: &[u8], client: u64) {
        let mut patterns = self.patterns.write();
        if patterns.get_mut(pattern).is_some_and(|subscribers| !subscribers.remove(client)) {
            patterns.remove(pattern);
        }
        self.count.store(patterns.len(), Ordering::Release);
    }

    /// Sends a message to the subscribers of every pattern that matches the channel's name: to
    /// those of two patterns, twice. Returns how many times it was sent.
    pub fn publish(&self, channel: &[u8], message: &[u8]) -> usize {
        if self.count() == 0 {
            return 0;
        }
        let patterns = self.patterns.read();
        let matching = patterns.iter().filter(|(pattern, _)| glob::matches(pattern, channel));
        let send = |(pattern, subscribers): (&Arc<[u8]>, &Subscribers)| {
            subscribers.send(&Encoded::new(&[b"pmessage", pattern, channel, message]))
        };
        matching.map(send).sum()
    }

    /// How many patterns there are.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }
}
