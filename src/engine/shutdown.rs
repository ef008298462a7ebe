//! How the server is asked to end: by a signal, by SHUTDOWN. The main thread waits at this
//! door and does the ending; everyone else only knocks.

use crossbeam::channel::{Receiver, Sender, bounded};
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What the one who asks wants done on the way out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Save before: `Some(true)` always, `Some(false)` never, `None` if save points exist.
    pub save: Option<bool>,
    /// Do not wait for anyone.
    pub now: bool,
    /// End even if saving fails.
    pub force: bool,
    /// The signal that asked, in the log's words; none for a command.
    pub signal: Option<&'static str>,
}

/// The door between those who ask and the main thread.
pub struct Door {
    sender: Sender<Request>,
    receiver: Receiver<Request>,
    /// A request is being carried out.
    ending: AtomicBool,
    /// Answers the one who asked when it could not be done.
    refused: Mutex<Option<Sender<()>>>,
}

impl Default for Door {
    fn default() -> Self {
        let (sender, receiver) = bounded(16);
        Door { sender, receiver, ending: AtomicBool::new(false), refused: Mutex::new(None) }
    }
}

impl Door {
    /// Asks, without waiting for what comes of it.
    pub fn knock(&self, request: Request) {
        // Sixteen requests wait already: one more changes nothing.
        let _ = self.sender.try_send(request);
    }

    /// Asks and waits. Returns only when the server did not end.
    pub fn knock_and_wait(&self, request: Request) {
        let (refused, told) = bounded(1);
        *self.refused.lock() = Some(refused);
        self.knock(request);
        // Either the process ends while this waits, or the refusal arrives.
        let _ = told.recv();
    }

    /// The next request, waiting for it up to `longest`.
    pub fn wait(&self, longest: Duration) -> Option<Request> {
        let request = self.receiver.recv_timeout(longest).ok()?;
        self.ending.store(true, Ordering::Release);
        Some(request)
    }

    /// The request could not be carried out: the server goes on.
    pub fn refuse(&self) {
        self.ending.store(false, Ordering::Release);
        if let Some(waiting) = self.refused.lock().take() {
            let _ = waiting.send(());
        }
    }

    /// Whether the server is on its way out.
    pub fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Acquire)
    }
}
