//! Client-side caching: who is told when a key changes that it may have in a cache of its own.
//!
//! In the usual mode the server remembers which keys a client has read, and tells it once when
//! one of them changes; in broadcasting mode it remembers nothing but prefixes, and tells of
//! every change ([`prefixes`]). Modes are flags of the [`Client`].
//!
//! **A key is remembered, and its change told, only by who holds the lock of the key's shard.** A
//! reader is in the table before the next writer looks there. What it is told waits in its outbox
//! behind the reply it is getting, so that no client keeps a value that is not the server's.
//! Nothing here waits for a socket or takes a lock of the keyspace.

mod keys;
mod message;
mod prefixes;

pub use prefixes::Changed;

use super::clients::{Client, Clients, flags};
use keys::{Ids, Keys};
use message::{Invalidation, redirection_broken};
use parking_lot::{Mutex, RwLock};
use prefixes::Prefixes;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A reader that adds a key to a full table takes out up to so many others.
const BITE: usize = 4;

/// Who tracks what.
#[derive(Default)]
pub struct Tracking {
    /// Everyone with tracking switched on.
    clients: RwLock<BTreeMap<u64, Arc<Client>>>,
    /// How many they are: none is the usual case, which costs a writer one load.
    count: AtomicUsize,
    keys: Keys,
    prefixes: Prefixes,
    /// Held by who switches tracking on or off.
    switch: Mutex<()>,
}

/// How a client wants to track.
pub struct Options<'a> {
    /// Bits of [`flags::TRACKING_MODES`].
    pub modes: u32,
    /// The client that invalidations go to; 0 is itself.
    pub redirect: u64,
    /// In broadcasting mode, further prefixes to listen to; none is all names.
    pub prefixes: &'a [&'a [u8]],
}

impl Tracking {
    /// Whether anybody tracks anything.
    pub fn is_on(&self) -> bool {
        self.count.load(Ordering::Acquire) > 0
    }

    /// Switches tracking on, or changes how the client tracks.
    pub fn switch_on(&self, client: &Arc<Client>, options: &Options<'_>) {
        let _switch = self.switch.lock();
        client.set(flags::TRACKING_MODES | flags::TRACKING_BROKEN, false);
        client.set(flags::TRACKING | options.modes, true);
        client.redirect.store(options.redirect, Ordering::Relaxed);
        let mut clients = self.clients.write();
        clients.insert(client.id, Arc::clone(client));
        self.count.store(clients.len(), Ordering::Release);
        drop(clients);
        if client.has(flags::TRACKING_BCAST) {
            let prefixes = if options.prefixes.is_empty() { &[&b""[..]] } else { options.prefixes };
            prefixes.iter().for_each(|prefix| self.prefixes.add(prefix, client));
        }
    }

    /// Switches tracking off, if it is on: the client has left, or has no cache any more.
    pub fn switch_off(&self, client: &Client) {
        if !client.has(flags::TRACKING) {
            return;
        }
        let _switch = self.switch.lock();
        if client.has(flags::TRACKING_BCAST) {
            self.prefixes.remove(client.id);
        }
        client.set(flags::TRACKING_ALL, false);
        client.redirect.store(0, Ordering::Relaxed);
        let mut clients = self.clients.write();
        clients.remove(&client.id);
        let left = clients.len();
        self.count.store(left, Ordering::Release);
        drop(clients);
        if left == 0 {
            // From now on no writer would take them out.
            self.keys.clear();
        }
    }

    /// A client has the key with this name and hash in its cache from now on. While there are
    /// more than `most` keys in all caches (0 is no limit), others have to go.
    pub fn remember(
        &self,
        client: &Client,
        (hash, name): (u64, &[u8]),
        most: usize,
        everyone: &Clients,
    ) {
        let weed = |ids: &mut Ids| {
            let clients = self.clients.read();
            ids.retain(|id| clients.contains_key(id));
        };
        if self.keys.add(hash, name, client.id, weed) {
            self.limit(most, BITE, everyone);
        }
    }

    /// Has up to `bite` keys, chosen by chance, leave the caches while these hold more than `most`
    /// (0 is no limit).
    pub fn limit(&self, most: usize, bite: usize, everyone: &Clients) {
        for _ in 0..bite {
            if most == 0 || self.keys.len() <= most {
                return;
            }
            let Some((name, ids)) = self.keys.take_any() else { return };
            self.tell(&ids, &name, None, everyone);
        }
    }

    /// A key has changed: who has it in a cache is told, and forgotten. Not told is the client
    /// that changed it, `by`, if it asked for that by NOLOOP.
    pub fn invalidate(&self, (hash, name): (u64, &[u8]), by: Option<u64>, everyone: &Clients) {
        if let Some(ids) = self.keys.take(hash, name) {
            self.tell(&ids, name, by, everyone);
        }
    }

    fn tell(&self, ids: &Ids, name: &[u8], by: Option<u64>, everyone: &Clients) {
        let names = [name];
        let message = Invalidation::of(&names);
        let clients = self.clients.read();
        for client in ids.iter().filter_map(|id| clients.get(id)) {
            let hears_anyway = client.has(flags::TRACKING_BCAST);
            if !hears_anyway && !is_own(client, by) {
                send(client, &message, everyone);
            }
        }
    }

    /// Keys have changed in one transaction, by the client `by`: who listens to their prefixes
    /// is told, once for each prefix.
    pub fn broadcast<'a>(
        &self,
        changed: impl Iterator<Item = (&'a [u8], bool)>,
        by: u64,
        everyone: &Clients,
    ) {
        if self.prefixes.count() == 0 {
            return;
        }
        let mut names = Changed::new();
        changed.for_each(|(name, by_time)| *names.entry(name).or_default() |= by_time);
        self.prefixes.for_each_touched(&names, |listeners, names| {
            let all: Vec<&[u8]> = names.iter().map(|(name, _)| *name).collect();
            let message = Invalidation::of(&all);
            for client in listeners.values() {
                if !is_own(client, Some(by)) {
                    send(client, &message, everyone);
                    continue;
                }
                let by_time = names.iter().filter(|(_, by_time)| *by_time);
                let by_time: Vec<&[u8]> = by_time.map(|(name, _)| *name).collect();
                if !by_time.is_empty() {
                    send(client, &Invalidation::of(&by_time), everyone);
                }
            }
        });
    }

    /// Any key may have changed: all caches are to be emptied.
    pub fn invalidate_all(&self, everyone: &Clients) {
        self.keys.clear();
        let message = Invalidation::of_all();
        self.clients.read().values().for_each(|client| send(client, &message, everyone));
    }

    /// The prefixes that a client listens to.
    pub fn prefixes_of(&self, client: &Client) -> Vec<Box<[u8]>> {
        self.prefixes.of_client(client.id)
    }

    /// How many clients track.
    pub fn clients(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// How many keys are in somebody's cache.
    pub fn keys(&self) -> usize {
        self.keys.len()
    }

    /// In how many caches they are, summed up over the keys.
    pub fn items(&self) -> usize {
        self.keys.items()
    }

    /// How many prefixes somebody listens to.
    pub fn prefixes(&self) -> usize {
        self.prefixes.count()
    }
}

/// Whether the client changed the key itself, and does not want to hear of that.
fn is_own(client: &Client, by: Option<u64>) -> bool {
    by == Some(client.id) && client.has(flags::TRACKING_NOLOOP)
}

/// Sends a client an invalidation, or sends it where the client wants it. In RESP2 only one who
/// is subscribed to something can take it.
fn send(client: &Arc<Client>, message: &Invalidation<'_>, everyone: &Clients) {
    let redirect = client.redirect.load(Ordering::Relaxed);
    if redirect == 0 {
        return client.push_if(|resp3| resp3.then(|| message.form(true)));
    }
    let Some(target) = everyone.get(redirect) else {
        client.set(flags::TRACKING_BROKEN, true);
        return client.push_if(|resp3| resp3.then(|| redirection_broken(redirect)));
    };
    target.push_if(|resp3| {
        let can_take = resp3 || target.has(flags::PUBSUB);
        can_take.then(|| message.form(resp3))
    });
}
