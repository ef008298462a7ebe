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
    /// The end has begun, and nothing stops it.
    ending: AtomicBool,
    /// Tells those who wait that the server goes on.
    waiting: Mutex<Vec<Sender<()>>>,
}

impl Default for Door {
    fn default() -> Self {
        let (sender, receiver) = bounded(16);
        Door { sender, receiver, ending: AtomicBool::new(false), waiting: Mutex::default() }
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
        let (goes_on, told) = bounded(1);
        self.waiting.lock().push(goes_on);
        self.knock(request);
        // Either the process ends while this waits, or the news arrives that it does not.
        let _ = told.recv();
    }

    /// The next request, waiting for it up to `longest`.
    pub fn wait(&self, longest: Duration) -> Option<Request> {
        self.receiver.recv_timeout(longest).ok()
    }

    /// Takes back every request that is not being carried out yet. Returns whether there was
    /// one.
    pub fn abort(&self) -> bool {
        let any = self.receiver.try_iter().count() > 0;
        if any {
            self.refuse();
        }
        any
    }

    /// The request could not be carried out: the server goes on.
    pub fn refuse(&self) {
        for waiting in self.waiting.lock().drain(..) {
            // Whoever stopped waiting need not know.
            let _ = waiting.send(());
        }
    }

    /// How many threads wait for what comes of their request.
    pub fn waiting(&self) -> usize {
        self.waiting.lock().len()
    }

    /// The end begins: threads finish what they do, and leave.
    pub fn begin_end(&self) {
        self.ending.store(true, Ordering::Release);
    }

    /// Whether the server is on its way out.
    pub fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn whoever_waits_hears_that_the_server_goes_on() {
        let door = Door::default();
        thread::scope(|scope| {
            scope.spawn(|| door.knock_and_wait(Request { now: true, ..Request::default() }));
            let request = door.wait(Duration::from_secs(60));
            assert_eq!(request, Some(Request { now: true, ..Request::default() }));
            assert!(!door.is_ending() && !door.abort());
            door.refuse();
        });
        assert_eq!(door.wait(Duration::ZERO), None);
        door.begin_end();
        assert!(door.is_ending());
    }

    #[test]
    fn a_request_that_still_waits_can_be_taken_back() {
        let door = Door::default();
        thread::scope(|scope| {
            scope.spawn(|| door.knock_and_wait(Request::default()));
            while !door.abort() {
                thread::yield_now();
            }
        });
        assert_eq!(door.wait(Duration::ZERO), None);
    }
}
