//! Threads that wait for the log: each parks on its own and is woken once, with what became of
//! it, so that one write that serves fifty of them wakes fifty and no more.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread::{self, Thread};
use std::time::Instant;

/// What a thread waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// That its bytes are as safe as `appendfsync` asks.
    Settled,
    /// That its bytes are on the disk, whatever `appendfsync` says: WAITAOF.
    Synced,
}

/// What a thread that waited is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Verdict {
    /// Nothing yet.
    Waiting = 0,
    /// What it waited for has come.
    Reached = 1,
    /// It cannot come: the log has failed.
    Failed = 2,
    /// It is this thread's turn to write for all.
    Lead = 3,
}

/// One thread that waits, for one offset.
pub struct Waiter {
    pub goal: Goal,
    pub offset: u64,
    verdict: AtomicU8,
    thread: Thread,
}

impl Waiter {
    /// The calling thread.
    pub fn this_thread(goal: Goal, offset: u64) -> Arc<Self> {
        let verdict = AtomicU8::new(Verdict::Waiting as u8);
        Arc::new(Waiter { goal, offset, verdict, thread: thread::current() })
    }

    /// Ends its wait.
    pub fn tell(&self, verdict: Verdict) {
        self.verdict.store(verdict as u8, Ordering::Release);
        self.thread.unpark();
    }

    /// Parks until it is told something.
    pub fn wait(&self) -> Verdict {
        loop {
            match self.verdict() {
                // Unparking is a hint that others may give as well.
                Verdict::Waiting => thread::park(),
                told => return told,
            }
        }
    }

    /// Parks until it is told something, or it is too late: [`Verdict::Waiting`].
    pub fn wait_until(&self, deadline: Instant) -> Verdict {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.verdict() {
                Verdict::Waiting if !left.is_zero() => thread::park_timeout(left),
                told => return told,
            }
        }
    }

    fn verdict(&self) -> Verdict {
        match self.verdict.load(Ordering::Acquire) {
            1 => Verdict::Reached,
            2 => Verdict::Failed,
            3 => Verdict::Lead,
            _ => Verdict::Waiting,
        }
    }
}
