//! Publish and subscribe: who is subscribed to which channels, patterns and shard channels, and
//! how a message reaches them.
//!
//! A publisher adds its message to the receivers' outboxes under the lock of the channel's place:
//! once a subscription is removed, no message for it is on its way any more. Nothing here waits
//! for a socket or takes a lock of the keyspace, so that it may be called under either's.

mod channels;
mod encoded;
mod patterns;
mod subscribers;

use super::clients::{Client, flags};
use super::session::Session;
use channels::Channels;
use encoded::Encoded;
use patterns::Patterns;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What one can subscribe to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A channel, by its name.
    Channel,
    /// All channels whose names match a pattern.
    Pattern,
    /// A channel that belongs to a slot of the cluster, as a key does.
    ShardChannel,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 3] = [Kind::Channel, Kind::Pattern, Kind::ShardChannel];

    /// The subscriptions that the replies of SUBSCRIBE and its kin count together.
    fn counted_with(self) -> &'static [Kind] {
        match self {
            Kind::Channel | Kind::Pattern => &[Kind::Channel, Kind::Pattern],
            Kind::ShardChannel => &[Kind::ShardChannel],
        }
    }
}

/// What one client is subscribed to: names of each [`Kind`].
#[derive(Default)]
pub struct Subscriptions {
    names: [BTreeSet<Arc<[u8]>>; 3],
}

impl Subscriptions {
    /// The names of one kind.
    pub fn names(&self, kind: Kind) -> &BTreeSet<Arc<[u8]>> {
        &self.names[kind as usize]
    }

    /// How many there are, of this kind and those that are counted with it.
    pub fn count(&self, kind: Kind) -> usize {
        kind.counted_with().iter().map(|kind| self.names(*kind).len()).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.names.iter().all(BTreeSet::is_empty)
    }
}

/// All subscriptions of all clients.
#[derive(Default)]
pub struct PubSub {
    channels: Channels,
    patterns: Patterns,
    shard_channels: Channels,
}

impl PubSub {
    /// Subscribes a client that has an outbox. It may be subscribed already.
    pub fn subscribe(&self, session: &mut Session, kind: Kind, name: &[u8]) {
        let name: Arc<[u8]> = name.into();
        if !session.subscriptions.names[kind as usize].insert(Arc::clone(&name)) {
            return;
        }
        note_counts(session);
        let client = Arc::clone(&session.client);
        match kind {
            Kind::Channel => self.channels.add(name, client),
            Kind::Pattern => self.patterns.add(name, client),
            Kind::ShardChannel => self.shard_channels.add(name, client),
        }
    }

    /// Ends a subscription, if there is one. When this returns, no message for it follows.
    pub fn unsubscribe(&self, session: &mut Session, kind: Kind, name: &[u8]) {
        if session.subscriptions.names[kind as usize].remove(name) {
            self.remove(kind, name, session.client.id);
            note_counts(session);
        }
    }

    /// Ends all subscriptions of a client.
    pub fn leave(&self, session: &mut Session) {
        if session.subscriptions.is_empty() {
            return;
        }
        let left = std::mem::take(&mut session.subscriptions);
        for kind in Kind::ALL {
            left.names(kind).iter().for_each(|name| self.remove(kind, name, session.client.id));
        }
        note_counts(session);
    }

    fn remove(&self, kind: Kind, name: &[u8], client: u64) {
        match kind {
            Kind::Channel => self.channels.remove(name, client),
            Kind::Pattern => self.patterns.remove(name, client),
            Kind::ShardChannel => self.shard_channels.remove(name, client),
        }
    }

    /// Sends a message to the subscribers of a channel, and to those of every pattern that the
    /// channel's name matches. Returns how many times it was sent.
    pub fn publish(&self, channel: &[u8], message: &[u8]) -> usize {
        let parts: [&[u8]; 3] = [b"message", channel, message];
        let encoded = Encoded::new(&parts);
        self.channels.publish(channel, &encoded) + self.patterns.publish(channel, message)
    }

    /// Sends a message to the subscribers of a shard channel. Returns how many there are.
    pub fn publish_to_shard(&self, channel: &[u8], message: &[u8]) -> usize {
        let parts: [&[u8]; 3] = [b"smessage", channel, message];
        let encoded = Encoded::new(&parts);
        self.shard_channels.publish(channel, &encoded)
    }

    /// How many different names of this kind somebody is subscribed to.
    pub fn count(&self, kind: Kind) -> usize {
        match kind {
            Kind::Channel => self.channels.count(),
            Kind::Pattern => self.patterns.count(),
            Kind::ShardChannel => self.shard_channels.count(),
        }
    }

    /// Channels with subscribers, or shard channels, whose names match `pattern`; all without.
    pub fn channels(&self, kind: Kind, pattern: Option<&[u8]>) -> Vec<Arc<[u8]>> {
        self.of_kind(kind).map_or_else(Vec::new, |channels| channels.matching(pattern))
    }

    /// How many subscribers a channel has, or a shard channel; those of patterns not counted.
    pub fn subscribers(&self, kind: Kind, channel: &[u8]) -> usize {
        self.of_kind(kind).map_or(0, |channels| channels.subscribers(channel))
    }

    fn of_kind(&self, kind: Kind) -> Option<&Channels> {
        match kind {
            Kind::Channel => Some(&self.channels),
            Kind::ShardChannel => Some(&self.shard_channels),
            Kind::Pattern => None,
        }
    }
}

/// Tells the other threads what the client is subscribed to.
fn note_counts(session: &Session) {
    let client: &Client = &session.client;
    for kind in Kind::ALL {
        let count = session.subscriptions.names(kind).len() as u32;
        client.subscriptions[kind as usize].store(count, Ordering::Relaxed);
    }
    client.set(flags::PUBSUB, !session.subscriptions.is_empty());
}
