//! Channels and their subscribers, in places with a lock each, so that publishers to different
//! channels do not meet. Publishers share a place's lock; only who subscribes needs it alone.

use super::encoded::Encoded;
use super::subscribers::Subscribers;
use crate::services::clients::Client;
use crate::util::glob;
use ahash::RandomState;
use crossbeam::utils::CachePadded;
use parking_lot::RwLock;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many places there are.
const PLACES: usize = 64;

type Place = RwLock<HashMap<Arc<[u8]>, Subscribers, RandomState>>;

/// All channels that have subscribers.
pub struct Channels {
    places: Box<[CachePadded<Place>]>,
    hasher: RandomState,
    /// How many there are: none is the usual case, which costs a publisher next to nothing.
    count: AtomicUsize,
}

impl Default for Channels {
    fn default() -> Self {
        let place = |_| CachePadded::new(Place::default());
        Channels {
            places: (0..PLACES).map(place).collect(),
            hasher: RandomState::new(),
            count: AtomicUsize::new(0),
        }
    }
}

impl Channels {
    fn place(&self, channel: &[u8]) -> &Place {
        &self.places[self.hasher.hash_one(channel) as usize % PLACES]
    }

    /// Adds a subscriber.
    pub fn add(&self, channel: Arc<[u8]>, client: Arc<Client>) {
        let mut place = self.place(&channel).write();
        let subscribers = place.entry(channel).or_insert_with(|| {
            self.count.fetch_add(1, Ordering::Release);
            Subscribers::default()
        });
        subscribers.add(client);
    }

    /// Removes a subscriber. When this returns, nobody is sending it anything.
    pub fn remove(&self, channel: &[u8], client: u64) {
        let mut place = self.place(channel).write();
        if place.get_mut(channel).is_some_and(|subscribers| !subscribers.remove(client)) {
            place.remove(channel);
            self.count.fetch_sub(1, Ordering::Release);
        }
    }

    /// Sends a message to a channel's subscribers. Returns how many there are.
    pub fn publish(&self, channel: &[u8], message: &Encoded<'_>) -> usize {
        if self.count() == 0 {
            return 0;
        }
        let place = self.place(channel).read();
        place.get(channel).map_or(0, |subscribers| subscribers.send(message))
    }

    /// How many channels there are.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    /// How many subscribers a channel has.
    pub fn subscribers(&self, channel: &[u8]) -> usize {
        self.place(channel).read().get(channel).map_or(0, Subscribers::len)
    }

    /// The names that match `pattern`; all without.
    pub fn matching(&self, pattern: Option<&[u8]>) -> Vec<Arc<[u8]>> {
        let is_wanted =
            |name: &&Arc<[u8]>| pattern.is_none_or(|pattern| glob::matches(pattern, name));
        let mut names = Vec::new();
        for place in &self.places {
            names.extend(place.read().keys().filter(is_wanted).cloned());
        }
        names
    }
}
