//! CLIENT PAUSE: until its end, all commands or only writes wait at the door.

use parking_lot::{Condvar, Mutex};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PauseMode {
    /// Commands that may write.
    Write,
    /// Every command.
    All,
}

/// The pause that is on, if one is.
#[derive(Default)]
pub struct Pause {
    /// Unix time in milliseconds; in the past when no pause is on. Read without the lock.
    until_ms: AtomicI64,
    mode: Mutex<Option<PauseMode>>,
    over: Condvar,
}

impl Pause {
    /// Begins a pause. A longer or stricter one that is on stays as it is.
    pub fn begin(&self, mode: PauseMode, until_ms: i64, now_ms: i64) {
        let mut current = self.mode.lock();
        let running = self.until_ms.load(Ordering::Acquire);
        let is_on = running > now_ms;
        *current = Some(if is_on { current.map_or(mode, |on| on.max(mode)) } else { mode });
        self.until_ms
            .store(if is_on { running.max(until_ms) } else { until_ms }, Ordering::Release);
    }

    /// Ends it.
    pub fn end(&self) {
        let mut current = self.mode.lock();
        *current = None;
        self.until_ms.store(0, Ordering::Release);
        self.over.notify_all();
    }

    /// Whether a pause may be on: one load on the way of every command.
    pub fn is_on(&self, now_ms: i64) -> bool {
        self.until_ms.load(Ordering::Relaxed) > now_ms
    }

    /// Waits until a command that writes (or any) may go on; `gone` says that its client left.
    pub fn wait(&self, writes: bool, now_ms: impl Fn() -> i64, gone: impl Fn() -> bool) {
        let mut current = self.mode.lock();
        loop {
            let left_ms = self.until_ms.load(Ordering::Acquire) - now_ms();
            let holds = match *current {
                Some(PauseMode::All) => true,
                Some(PauseMode::Write) => writes,
                None => false,
            };
            if left_ms <= 0 || !holds || gone() {
                return;
            }
            let left = Duration::from_millis(left_ms as u64).min(Duration::from_millis(100));
            self.over.wait_for(&mut current, left);
        }
    }

    /// What is paused and for how many more milliseconds, for INFO.
    pub fn status(&self, now_ms: i64) -> Option<(PauseMode, i64)> {
        let left_ms = self.until_ms.load(Ordering::Acquire) - now_ms;
        let mode = (*self.mode.lock())?;
        (left_ms > 0).then_some((mode, left_ms))
    }
}
