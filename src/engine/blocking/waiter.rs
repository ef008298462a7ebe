//! One client that waits: its request, kept so that others can run it on its behalf, and how
//! its wait ends. Whoever ends it does so under the lock of its state, once; the client's own
//! thread sleeps on its socket and on the waiter's bell, so that it notices a disconnect.

use super::Wait;
use crate::engine::dispatch::Call;
use crate::protocol::Request;
use crate::services::bell::Bell;
use crate::services::clients::Client;
use crate::services::session::Session;
use parking_lot::{Mutex, MutexGuard};
use smallvec::SmallVec;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// For [`Waiter::is_due_again`]: at no time.
const NEVER_MS: i64 = i64::MAX;

/// A waiting client's request.
pub struct Waiter {
    /// Its place in every queue: ascending, never used again.
    pub ticket: u64,
    /// The client.
    pub client: Arc<Client>,
    /// The database of its keys.
    pub db: u16,
    /// The command's place in the table.
    pub row: usize,
    /// What it waits for.
    pub wait: Wait,
    /// Hashes of the other keys that its command works on, a destination's.
    pub others: SmallVec<[u64; 1]>,
    resp3: bool,
    request: Request,
    again_ms: AtomicI64,
    state: Mutex<State>,
    bell: Bell,
}

/// How a wait stands.
pub enum State {
    /// It goes on.
    Waiting,
    /// Somebody ran the request.
    Served {
        /// The reply.
        output: Vec<u8>,
        /// Whether it is an error.
        failed: bool,
        /// How far the log has to reach before the reply may leave.
        logged_to: u64,
    },
    /// CLIENT UNBLOCK ended it, as if in vain or with an error.
    Unblocked {
        /// With an error.
        by_error: bool,
    },
    /// The client's own thread gave it up.
    Over,
}

impl Waiter {
    /// The waiter for a call whose handler asked to wait. Fails when the system has no
    /// descriptor left for its bell.
    pub fn new(
        ticket: u64,
        session: &Session,
        call: &Call<'_>,
        row: usize,
        mut wait: Wait,
    ) -> io::Result<Waiter> {
        let mut request = Request::new(call.argv, call.keys);
        for (index, bytes) in wait.instead.drain(..) {
            request.replace(index, bytes);
        }
        let hashes = call.keys.iter().map(|slot| slot.hash);
        Ok(Waiter {
            ticket,
            client: Arc::clone(&session.client),
            db: session.db,
            row,
            others: hashes.filter(|hash| !wait.keys.contains(hash)).collect(),
            again_ms: AtomicI64::new(wait.again_ms.unwrap_or(NEVER_MS)),
            wait,
            resp3: session.resp3,
            request,
            state: Mutex::new(State::Waiting),
            bell: Bell::new()?,
        })
    }

    /// The session in which its request is run.
    pub fn session(&self) -> Session {
        let mut session = Session::new(Arc::clone(&self.client), true);
        session.db = self.db;
        session.resp3 = self.resp3;
        session
    }

    /// What it asked for.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Its state, which nobody else changes or looks at while the guard lives.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// Ends the wait, if it still goes on. Returns whether it did.
    pub fn end(&self, how: State) -> bool {
        let mut state = self.state.lock();
        let waited = matches!(*state, State::Waiting);
        if waited {
            *state = how;
            self.bell.ring();
        }
        waited
    }

    /// Wakes its thread.
    pub fn ring(&self) {
        self.bell.ring();
    }

    /// Its request was run, and asked to be run again at a time, or not.
    pub fn run_again_at(&self, again_ms: Option<i64>) {
        self.again_ms.store(again_ms.unwrap_or(NEVER_MS), Ordering::Relaxed);
    }

    /// Whether its request is to be run now though no key has changed.
    pub fn is_due_again(&self, now_ms: i64) -> bool {
        now_ms >= self.again_ms.load(Ordering::Relaxed)
    }

    /// Sleeps until the bell rings, the client leaves, or it is time to run the request again or
    /// to give it up. Returns whether the client is still there.
    pub fn sleep(&self) -> bool {
        let again_ms = self.again_ms.load(Ordering::Relaxed);
        let until_ms = self.wait.until_ms.unwrap_or(NEVER_MS).min(again_ms);
        let until_ms = Some(until_ms).filter(|until_ms| *until_ms < NEVER_MS);
        self.bell.sleep(&self.client.stream, until_ms) && !self.client.is_killed()
    }
}
