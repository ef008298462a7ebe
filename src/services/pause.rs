//! CLIENT PAUSE: until its end, all commands or only writes wait at the door.

use parking_lot::{Condvar, Mutex};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// How often those who wait look whether their client has left.
const LOOK_EVERY: Duration = Duration::from_millis(100);

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

    /// Waits until a command that writes (or any) may go on. `false` means that it may not:
    /// `gone` said that its client has left.
    pub fn wait(&self, writes: bool, now_ms: impl Fn() -> i64, gone: impl Fn() -> bool) -> bool {
        let mut current = self.mode.lock();
        loop {
            let left_ms = self.until_ms.load(Ordering::Acquire) - now_ms();
            let holds = match *current {
                Some(PauseMode::All) => true,
                Some(PauseMode::Write) => writes,
                None => false,
            };
            if left_ms <= 0 || !holds {
                return true;
            }
            if gone() {
                return false;
            }
            let left = Duration::from_millis(left_ms as u64).min(LOOK_EVERY);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_go_on_and_who_may_not() {
        let pause = Pause::default();
        pause.begin(PauseMode::Write, 1000, 0);
        assert!(pause.is_on(999) && !pause.is_on(1000));
        assert!(pause.wait(false, || 0, || true), "readers go on");
        assert!(!pause.wait(true, || 0, || true), "a write whose client left never runs");
        assert!(pause.wait(true, || 1000, || true), "the pause is over");
        pause.begin(PauseMode::All, 500, 0);
        assert_eq!(pause.status(0), Some((PauseMode::All, 1000)), "the stricter, the longer");
        assert!(!pause.wait(false, || 0, || true));
    }

    #[test]
    fn those_who_wait_go_on_when_it_ends() {
        let pause = Pause::default();
        pause.begin(PauseMode::All, i64::MAX, 0);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| pause.wait(false, || 0, || false));
            std::thread::sleep(Duration::from_millis(5));
            assert!(!waiting.is_finished());
            pause.end();
            assert!(waiting.join().expect("no panic"));
        });
    }
}
