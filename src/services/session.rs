//! What a connection's own thread knows about its client, and nobody else needs.

use super::clients::{Client, flags};
use super::pubsub::Subscriptions;
use super::transaction::{Queue, Watches};
use crate::store::Keyspace;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What CLIENT REPLY asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyMode {
    /// Every reply is sent.
    On,
    /// No reply is sent.
    Off,
    /// CLIENT REPLY SKIP was just read: the next command's reply is the one left out.
    SkipNext,
    /// This command's reply is left out.
    Skip,
}

/// One client's state.
pub struct Session {
    /// What the other threads see.
    pub client: Arc<Client>,
    /// The selected database.
    pub db: u16,
    /// Whether it speaks RESP3.
    pub resp3: bool,
    /// Whether it may do more than authenticate.
    pub authenticated: bool,
    /// Whether its replies are sent.
    pub reply_mode: ReplyMode,
    /// What it queued since MULTI.
    pub queue: Option<Box<Queue>>,
    /// The keys it watches.
    pub watches: Watches,
    /// What it is subscribed to.
    pub subscriptions: Subscriptions,
    /// The reply that is being written holds pushes, which are sent whatever CLIENT REPLY says.
    pub reply_has_pushes: bool,
    /// How far the log has to reach before what has been answered may leave.
    pub logged_to: u64,
    /// The connection ends after this reply.
    pub closing: bool,
}

impl Session {
    /// The session of a client that has just connected.
    pub fn new(client: Arc<Client>, authenticated: bool) -> Session {
        Session {
            client,
            db: 0,
            resp3: false,
            authenticated,
            reply_mode: ReplyMode::On,
            queue: None,
            watches: Watches::default(),
            subscriptions: Subscriptions::default(),
            reply_has_pushes: false,
            logged_to: 0,
            closing: false,
        }
    }

    /// Selects a database.
    pub fn select(&mut self, db: u16) {
        self.db = db;
        self.client.db.store(db, Ordering::Relaxed);
    }

    /// Chooses the protocol version.
    pub fn set_resp3(&mut self, resp3: bool) {
        self.resp3 = resp3;
        self.client.set(flags::RESP3, resp3);
        if let Some(outbox) = self.client.outbox() {
            outbox.set_resp3(resp3);
        }
    }

    /// Whether it may do nothing but listen to its subscriptions: in RESP2 messages look like
    /// replies.
    pub fn only_listens(&self) -> bool {
        !self.resp3 && !self.subscriptions.is_empty()
    }

    /// Begins a transaction.
    pub fn begin_transaction(&mut self) {
        self.queue = Some(Box::default());
        self.client.queued.store(0, Ordering::Relaxed);
        self.client.queued_bytes.store(0, Ordering::Relaxed);
        self.client.set(flags::MULTI, true);
    }

    /// Ends the transaction before it runs or is thrown away, and all watches with it.
    pub fn end_transaction(&mut self, keyspace: &Keyspace) -> Option<Box<Queue>> {
        self.client.set(flags::MULTI, false);
        self.unwatch(keyspace);
        self.queue.take()
    }

    /// Watches nothing any more.
    pub fn unwatch(&mut self, keyspace: &Keyspace) {
        if !self.watches.is_empty() {
            self.watches.clear(keyspace);
            self.client.watched.store(0, Ordering::Relaxed);
        }
    }

    /// A command was refused: if it was to be queued, its transaction cannot run.
    pub fn fail_transaction(&mut self) {
        if let Some(queue) = &mut self.queue {
            queue.failed = true;
        }
    }

    /// Ends the connection once the replies so far are written.
    pub fn close(&mut self) {
        self.closing = true;
        self.client.set(flags::CLOSING, true);
    }
}
