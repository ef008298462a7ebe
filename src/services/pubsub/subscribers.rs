//! The subscribers of one channel or pattern.

use super::encoded::Encoded;
use crate::services::clients::Client;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Subscribers by their ids.
#[derive(Default)]
pub struct Subscribers {
    clients: BTreeMap<u64, Arc<Client>>,
    /// Held while a message is handed out, so that all subscribers see two messages in the
    /// same order. A single one needs no such care.
    in_order: Mutex<()>,
}

impl Subscribers {
    /// Adds one.
    pub fn add(&mut self, client: Arc<Client>) {
        self.clients.insert(client.id, client);
    }

    /// Removes one. Returns whether any is left.
    pub fn remove(&mut self, client: u64) -> bool {
        self.clients.remove(&client);
        !self.clients.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.clients.len()
    }

    /// Sends a message to each. Returns how many there are.
    pub fn send(&self, message: &Encoded<'_>) -> usize {
        let _in_order = (self.len() > 1).then(|| self.in_order.lock());
        self.clients.values().for_each(|client| client.push(|resp3| message.form(resp3)));
        self.len()
    }
}
