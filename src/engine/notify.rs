//! Keyspace notifications: what happens to keys, published on two channels for each event. The
//! commit calls this, and nothing else does.

use super::Engine;
use crate::services::config::params;
use crate::services::config::special::Events;
use crate::store::Class;
use crate::store::txn::Change;
use std::sync::atomic::Ordering;

/// Publishes a change, if somebody may want to hear of it.
pub fn publish(engine: &Engine, wanted: Events, change: &Change) {
    if !change.event.class.is_in(Class(wanted.bits())) {
        return;
    }
    let name = change.event.name.as_bytes();
    if wanted.contains(Events::KEYSPACE) {
        let channel = channel("keyspace", change.db, &change.name);
        engine.pubsub.publish(&channel, name);
    }
    if wanted.contains(Events::KEYEVENT) {
        let channel = channel("keyevent", change.db, name);
        engine.pubsub.publish(&channel, &change.name);
    }
}

/// What `notify-keyspace-events` asks for. Every write wants to know: it is one load.
pub fn wanted(engine: &Engine) -> Events {
    Events::from_bits(engine.keyspace.wanted_events.load(Ordering::Relaxed))
}

/// `notify-keyspace-events` was set: from now on that is wanted.
pub fn apply(engine: &Engine) {
    let events = engine.config.get(params::NOTIFY_KEYSPACE_EVENTS);
    engine.keyspace.wanted_events.store(events.bits(), Ordering::Relaxed);
}

fn channel(kind: &str, db: u16, rest: &[u8]) -> Vec<u8> {
    [format!("__{kind}@{db}__:").as_bytes(), rest].concat()
}
