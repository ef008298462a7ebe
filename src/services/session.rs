//! What a connection's own thread knows about its client, and nobody else needs.

use super::clients::{Client, flags};
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
    }

    /// Ends the connection once the replies so far are written.
    pub fn close(&mut self) {
        self.closing = true;
        self.client.set(flags::CLOSING, true);
    }
}
