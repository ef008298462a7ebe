//! The outbox of a client that gets pushes: messages that other threads have for it, and whose
//! turn it is to write to its socket. A turn is the right to write; what is written in one turn
//! is never mixed with another's. Turns are taken by
//! - whoever added messages, once it holds no locks any more: it sends what the socket takes
//!   without waiting ([`delivery`]);
//! - a writer thread, which exists only while the client lags behind ([`writer`]);
//! - the client's own connection thread, for replies.
//!
//! So nobody waits for a client but its own threads, and a client that keeps up costs no thread.
//!
//! While the connection's thread serves requests the outbox is *corked*: messages that arrive
//! stay behind the replies of that batch, so that SUBSCRIBE's confirmation comes before its first
//! message. What was there before the cork goes out before the replies.

pub mod delivery;
#[cfg(test)]
mod tests;
mod writer;

use super::stats::Stats;
use parking_lot::{Condvar, Mutex};
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// One encoded message, shared by all who receive it.
pub type Message = Arc<Vec<u8>>;

/// The most messages, and about the most bytes, that are written at once.
const BATCH_MESSAGES: usize = 256;
const BATCH_BYTES: usize = 256 * 1024;

/// An empty queue gives back more room than this many messages need.
const KEPT_MESSAGES: usize = 256;

/// A client's outbox.
pub struct Outbox {
    state: Mutex<State>,
    /// Wakes the writer thread: there is something to write, or never will be.
    due: Condvar,
    /// Wakes the connection's thread: the socket is its to write to.
    free: Condvar,
    stats: Arc<Stats>,
}

struct State {
    messages: VecDeque<Message>,
    /// How many of them, from the front, may be written now.
    ready: usize,
    /// Bytes of messages, those that are being written included.
    bytes: u64,
    /// Messages, those that are being written included.
    count: usize,
    /// Messages have to wait for the connection's thread.
    corked: bool,
    /// Somebody has the turn.
    busy: bool,
    /// Some thread has it on its list of deliveries.
    listed: bool,
    /// The client lags: the writer thread takes whatever is ready.
    lags: bool,
    /// A turn that is handed over to the writer thread: its messages, and how many bytes of them
    /// are sent already.
    handed_over: Option<(Vec<Message>, usize)>,
    /// The writer thread is there, at work or not.
    has_thread: bool,
    /// Which protocol version messages have to be in.
    resp3: bool,
    /// Nothing is to be written any more.
    closed: bool,
}

/// What a new message leads to.
pub(super) struct Added {
    /// Bytes that wait now.
    pub waiting_bytes: u64,
    /// The caller has to see to it that the outbox is delivered.
    pub is_due: bool,
}

impl Outbox {
    /// An empty one, corked: a client gets its outbox in the midst of a request.
    pub(super) fn new(resp3: bool, stats: Arc<Stats>) -> Outbox {
        let state = State {
            messages: VecDeque::new(),
            ready: 0,
            bytes: 0,
            count: 0,
            corked: true,
            busy: false,
            listed: false,
            lags: false,
            handed_over: None,
            has_thread: false,
            resp3,
            closed: false,
        };
        Outbox { state: Mutex::new(state), due: Condvar::new(), free: Condvar::new(), stats }
    }

    /// Adds a message, whose form is asked for in RESP3 or not, if there is such a form.
    pub(super) fn add(&self, form: impl FnOnce(bool) -> Option<Message>) -> Added {
        let mut state = self.state.lock();
        let form = if state.closed { None } else { form(state.resp3) };
        let Some(message) = form else { return Added { waiting_bytes: 0, is_due: false } };
        state.bytes += cost(&message);
        state.count += 1;
        state.messages.push_back(message);
        let is_due = !state.corked && {
            state.ready += 1;
            self.is_due(&mut state)
        };
        Added { waiting_bytes: state.bytes, is_due }
    }

    /// Keeps messages that come from now on back.
    pub fn cork(&self) {
        self.state.lock().corked = true;
    }

    /// Lets all messages go. Returns whether the caller has to see to it that they are delivered.
    pub(super) fn uncork(&self) -> bool {
        let mut state = self.state.lock();
        state.corked = false;
        state.ready = state.messages.len();
        self.is_due(&mut state)
    }

    /// Whether what is ready needs somebody to deliver it. If so, the caller is the one.
    fn is_due(&self, state: &mut State) -> bool {
        if state.ready == 0 || state.busy {
            return false;
        }
        if state.lags {
            self.due.notify_one();
            return false;
        }
        !std::mem::replace(&mut state.listed, true)
    }

    /// Takes the messages that the cork keeps back: the caller writes them.
    pub fn take_corked(&self) -> Vec<Message> {
        let mut state = self.state.lock();
        let ready = state.ready;
        let corked: Vec<Message> = state.messages.drain(ready..).collect();
        state.forget(&corked);
        corked
    }

    /// Messages that come from now on have to be in this version of the protocol.
    pub fn set_resp3(&self, resp3: bool) {
        self.state.lock().resp3 = resp3;
    }

    /// Gives the turn to the client's own thread, which has corked the outbox. Fails once the
    /// outbox is closed.
    pub fn turn(&self) -> io::Result<Turn<'_>> {
        let mut state = self.state.lock();
        while !state.closed && (state.busy || (state.lags && state.ready > 0)) {
            self.free.wait(&mut state);
        }
        if state.closed {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        state.busy = true;
        let ready = std::mem::take(&mut state.ready);
        let before = state.messages.drain(..ready).collect();
        Ok(Turn { outbox: self, before })
    }

    /// Nothing is written any more, and whoever waits for a turn gives up. What waits stays
    /// counted.
    pub fn close(&self) {
        self.state.lock().closed = true;
        self.due.notify_all();
        self.free.notify_all();
    }

    /// How many messages wait, and their bytes.
    pub fn waiting(&self) -> (usize, u64) {
        let state = self.state.lock();
        (state.count, state.bytes)
    }

    /// A turn for whoever delivers, unless somebody else has it, or nothing is ready.
    fn try_begin(&self, batch: &mut Vec<Message>) -> bool {
        let mut state = self.state.lock();
        state.listed = false;
        if state.closed || state.busy || state.lags || state.ready == 0 {
            return false;
        }
        state.begin(batch);
        true
    }

    /// From now on the writer thread delivers, until it has caught up. It goes on with the
    /// caller's turn, in which `sent` bytes of `batch` are sent already; an empty batch is no
    /// turn. Returns whether the thread has to be started.
    fn hand_over(&self, batch: Vec<Message>, sent: usize) -> bool {
        let mut state = self.state.lock();
        state.lags = true;
        state.listed = false;
        if !batch.is_empty() {
            state.handed_over = Some((batch, sent));
        }
        self.due.notify_one();
        !std::mem::replace(&mut state.has_thread, true)
    }

    /// The writer thread's next turn: messages, and how many bytes of them are sent already.
    /// `None`: there was nothing to do for so long that the thread may end, or never will be.
    fn next_turn(&self, longest: Duration) -> Option<(Vec<Message>, usize)> {
        let mut state = self.state.lock();
        let mut timed_out = false;
        while !state.closed {
            if let Some(handed_over) = state.handed_over.take() {
                return Some(handed_over);
            }
            if state.lags && !state.busy && state.ready > 0 {
                let mut batch = Vec::new();
                state.begin(&mut batch);
                return Some((batch, 0));
            }
            // Caught up: until the socket is full again, who has messages sends them.
            state.lags &= state.ready > 0;
            if timed_out && !state.lags {
                break;
            }
            timed_out = self.due.wait_for(&mut state, longest).timed_out();
        }
        state.has_thread = false;
        None
    }

    /// Ends a turn in which this was written.
    fn end(&self, written: &[Message]) {
        let mut state = self.state.lock();
        state.forget(written);
        state.busy = false;
        if state.lags && state.ready > 0 {
            self.due.notify_one();
        }
        self.free.notify_one();
    }
}

impl State {
    /// Begins a turn: moves messages that are ready into `batch`, which is empty.
    fn begin(&mut self, batch: &mut Vec<Message>) {
        self.busy = true;
        let mut bytes = 0;
        while self.ready > 0 && batch.len() < BATCH_MESSAGES && bytes < BATCH_BYTES {
            let Some(message) = self.messages.pop_front() else { break };
            self.ready -= 1;
            bytes += message.len();
            batch.push(message);
        }
        if self.messages.is_empty() && self.messages.capacity() > KEPT_MESSAGES {
            self.messages = VecDeque::new();
        }
    }

    /// They do not wait any more.
    fn forget(&mut self, messages: &[Message]) {
        self.bytes -= messages.iter().map(cost).sum::<u64>();
        self.count -= messages.len();
    }
}

/// What a message counts: its bytes, and its place in the queue.
fn cost(message: &Message) -> u64 {
    (message.len() + size_of::<Message>()) as u64
}

/// The connection thread's right to write to the socket, until it is dropped.
pub struct Turn<'a> {
    outbox: &'a Outbox,
    /// What has to be written first.
    pub before: Vec<Message>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.outbox.end(&self.before);
    }
}
