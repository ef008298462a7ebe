//! The log: what is appended to the file, in memory first, and how it gets to the disk.
//!
//! [`Log::append`] is called under the guards of the keys that changed, so it only copies bytes.
//! [`Log::settle`] is called before a reply leaves, and waits for the disk. Whoever comes there
//! first leads: it writes, and under `appendfsync always` syncs, what is there from everybody,
//! wakes those it served, and hands over to one that came meanwhile. So one sync serves all
//! threads that wait, and the more wait the more it serves.
//!
//! Every byte has an offset, counted from the start of the process and over all files. Three
//! offsets say how far the log has come, each at most the one before it: what is appended,
//! `written` (the kernel has it: it outlives the process) and `synced` (the disk has it).
//!
//! **When writing fails** the bytes stay, in order, and [`Log::tick`] tries again until the disk
//! takes them. **When syncing fails** nobody knows what the disk has: trying again may succeed and
//! mean nothing. Only a rewrite heals that ([`Log::needs_rewrite`]), since it writes everything
//! anew. Meanwhile no reply leaves under `always`; under the other policies, which never promised
//! more, those do that have been computed already, and new writes are refused by [`Log::failure`].

mod files;
mod framing;
mod lead;
mod sink;
mod sync;
#[cfg(test)]
mod tests;
mod trouble;
mod waiting;

use self::framing::Framing;
use self::sink::Sink;
use self::sync::Syncs;
use self::trouble::Trouble;
use self::waiting::{Goal, Verdict, Waiter};
use super::unit::Unit;
use crate::services::config::choices::AppendFsync;
use crate::services::log::Log as ServerLog;
use crate::util::clock;
use crossbeam::utils::Backoff;
use parking_lot::Mutex;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

pub(super) use self::files::CommitError;

/// The log's end. Off until a file is given to it.
#[derive(Default)]
pub struct Log {
    on: AtomicBool,
    state: Mutex<State>,
    /// Whoever leads has it. Locked before `state` where both are.
    sink: Mutex<Sink>,
    written: AtomicU64,
    synced: AtomicU64,
    /// How long the last sync took that somebody waited for.
    sync_took_ns: AtomicU64,
    /// What [`State::trouble`] says, for those who ask often.
    failed: AtomicBool,
    settings: Settings,
    syncs: Syncs,
    /// What happened, for the server's log.
    news: Mutex<Vec<String>>,
}

/// What is not in the file yet, and who waits for it.
#[derive(Default)]
struct State {
    /// The bytes that nobody has taken for writing.
    pending: Vec<u8>,
    framing: Framing,
    /// The offset behind `pending`.
    appended: u64,
    /// Where the next file begins: what is behind it, only [`Log::switch`] lets through.
    cut_at: Option<u64>,
    /// Some thread leads.
    led: bool,
    /// Threads that lead next, since they have more to do than to write.
    successors: Vec<Arc<Waiter>>,
    waiting: Vec<Arc<Waiter>>,
    /// How many the last round has served.
    served: usize,
    trouble: Option<Trouble>,
    file: FileState,
}

/// The current file.
#[derive(Default)]
struct FileState {
    /// Bytes it had at first.
    had_bytes: u64,
    /// The offset at which it goes on behind those.
    from: u64,
    /// A sync has failed since it is the current one.
    is_damaged: bool,
}

/// Configuration that the log asks for all the time.
struct Settings {
    policy: AtomicU8,
    /// `no-appendfsync-on-rewrite`, while there is one.
    hold_syncs: AtomicBool,
    timestamps: AtomicBool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            policy: AtomicU8::new(AppendFsync::EverySec as u8),
            hold_syncs: AtomicBool::new(false),
            timestamps: AtomicBool::new(false),
        }
    }
}

/// How the log is doing: what INFO persistence tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Bytes of the current file.
    pub file_bytes: u64,
    /// `aof_buffer_length`: bytes that are not in the file yet.
    pub buffer_bytes: u64,
    /// `aof_pending_bio_fsync`: whether a sync of `everysec` goes on.
    pub is_syncing: bool,
    /// `aof_delayed_fsync`: syncs so slow that writes went on beside them.
    pub delayed_syncs: u64,
}

/// The way of a unit.
impl Log {
    /// Whether units are logged. Ask while the shards of what changes are locked: it changes
    /// only under all locks.
    pub fn is_on(&self) -> bool {
        self.on.load(Ordering::Relaxed)
    }

    /// Appends a unit, in memory. Returns the offset behind it; 0, which has always settled, if
    /// there is nothing to log.
    pub fn append(&self, unit: &Unit) -> u64 {
        if unit.is_empty() || !self.is_on() {
            return 0;
        }
        let timestamps = self.settings.timestamps.load(Ordering::Relaxed);
        let mut state = self.state.lock();
        if !self.is_on() {
            return 0;
        }
        let State { pending, framing, appended, .. } = &mut *state;
        let before = pending.len();
        // Told under the lock, so that it never goes back within a file.
        let now_s = timestamps.then(|| clock::now_ms() / 1000);
        framing.put(unit, now_s, pending);
        *appended += (pending.len() - before) as u64;
        *appended
    }

    /// Returns when everything up to `offset` is as safe as `appendfsync` asks. An error under
    /// `always` says that it is not, and nobody may be told that it happened.
    pub fn settle(&self, offset: u64) -> io::Result<()> {
        // A write takes about as long as falling asleep and waking up.
        let backoff = Backoff::new();
        while !self.is_reached(Goal::Settled, offset) {
            if self.policy() != AppendFsync::Always && !backoff.is_completed() {
                if self.try_lead(offset) {
                    self.lead();
                } else {
                    backoff.snooze();
                }
                continue;
            }
            match self.wait_or_lead(offset) {
                Verdict::Lead => self.lead(),
                // The reply promises no more than that the command ran.
                Verdict::Failed if self.policy() != AppendFsync::Always => return Ok(()),
                Verdict::Failed => self.refuse()?,
                Verdict::Reached | Verdict::Waiting => return Ok(()),
            }
        }
        Ok(())
    }

    /// Waits until everything up to `offset` is on the disk, by whatever `appendfsync` makes of
    /// that, and tells whether it is.
    pub fn wait_synced(&self, offset: u64, longest: Duration) -> bool {
        let waiter = Waiter::this_thread(Goal::Synced, offset);
        {
            let mut state = self.state.lock();
            if self.is_reached(Goal::Synced, offset) {
                return true;
            }
            state.waiting.push(Arc::clone(&waiter));
        }
        // A deadline that no clock reaches is none, and a year is as good.
        let longest = longest.min(Duration::from_secs(365 * 24 * 3600));
        let verdict = waiter.wait_until(Instant::now() + longest);
        if verdict == Verdict::Waiting {
            self.state.lock().waiting.retain(|other| !Arc::ptr_eq(other, &waiter));
        }
        self.is_reached(Goal::Synced, offset)
    }
}

/// What others ask and set.
impl Log {
    /// The offset behind everything that is logged.
    pub fn appended_offset(&self) -> u64 {
        self.state.lock().appended
    }

    /// The offset behind everything that the kernel has.
    pub fn written_offset(&self) -> u64 {
        self.written.load(Ordering::Acquire)
    }

    /// The offset behind everything that the disk has.
    pub fn synced_offset(&self) -> u64 {
        self.synced.load(Ordering::Acquire)
    }

    /// Why writes must be refused, in the system's words (`No space left on device`); none while
    /// all is well.
    pub fn failure(&self) -> Option<String> {
        if !self.failed.load(Ordering::Relaxed) {
            return None;
        }
        self.state.lock().trouble.as_ref().map(|trouble| trouble.text.clone())
    }

    /// Whether nothing but a rewrite makes the log whole again: a sync has failed.
    pub fn needs_rewrite(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
            && self.state.lock().trouble.as_ref().is_some_and(|trouble| trouble.is_sync)
    }

    /// `appendfsync`.
    pub fn set_policy(&self, policy: AppendFsync) {
        self.settings.policy.store(policy as u8, Ordering::Relaxed);
    }

    /// Whether no sync takes place for now: a save goes on, and `no-appendfsync-on-rewrite` says
    /// that it needs the disk.
    pub fn hold_syncs(&self, hold: bool) {
        self.settings.hold_syncs.store(hold, Ordering::Relaxed);
    }

    /// `aof-timestamp-enabled`.
    pub fn set_timestamps(&self, on: bool) {
        self.settings.timestamps.store(on, Ordering::Relaxed);
    }

    /// How the log is doing.
    pub fn figures(&self) -> Figures {
        let state = self.state.lock();
        let written = self.written_offset();
        Figures {
            file_bytes: state.file.had_bytes + written.saturating_sub(state.file.from),
            buffer_bytes: state.appended.saturating_sub(written),
            is_syncing: self.syncs.is_one_going_on(),
            delayed_syncs: self.syncs.delayed(),
        }
    }

    /// What there is to do from time to time, some times a second: writes what nobody waits for,
    /// tries again what failed, syncs under `everysec`, and tells what happened.
    pub fn tick(&self, server_log: &ServerLog) {
        if self.try_lead(u64::MAX) || self.try_lead_again() {
            self.lead();
        }
        self.sync_if_due();
        let news = std::mem::take(&mut *self.news.lock());
        for text in news {
            server_log.warning(text);
        }
    }

    fn tell(&self, news: String) {
        self.news.lock().push(news);
    }

    /// Fails, unless the trouble is over.
    fn refuse(&self) -> io::Result<()> {
        self.state.lock().trouble.as_ref().map_or(Ok(()), |trouble| Err(trouble.to_error()))
    }

    fn policy(&self) -> AppendFsync {
        match self.settings.policy.load(Ordering::Relaxed) {
            policy if policy == AppendFsync::Always as u8 => AppendFsync::Always,
            policy if policy == AppendFsync::No as u8 => AppendFsync::No,
            _ => AppendFsync::EverySec,
        }
    }

    fn syncs_each_write(&self) -> bool {
        self.policy() == AppendFsync::Always && !self.settings.hold_syncs.load(Ordering::Relaxed)
    }

    fn is_reached(&self, goal: Goal, offset: u64) -> bool {
        match goal {
            Goal::Settled if !self.syncs_each_write() => self.written_offset() >= offset,
            Goal::Settled | Goal::Synced => self.synced_offset() >= offset,
        }
    }
}
