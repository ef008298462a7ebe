//! From file to file: where the log begins, goes on in the next file, and ends.
//!
//! **No byte gets into a file before all that is before it is durable, and the manifest names the
//! file.** So whatever a crash leaves, only the last file of the set can be cut short.

use super::sink::Sink;
use super::trouble::Trouble;
use super::{FileState, Log};
use crate::persistence::disk::DiskFile;
use parking_lot::MutexGuard;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The next file could not be made part of the set as it should.
pub struct CommitError {
    /// Whether it is part of it all the same, as far as the running system sees.
    pub is_next: bool,
    /// What failed.
    pub error: io::Error,
}

impl Log {
    /// Begins to log, into a file that has `had_bytes`.
    pub(in super::super) fn start(&self, file: Arc<dyn DiskFile>, had_bytes: u64) {
        let mut sink = self.take_lead();
        sink.replace(Some(file));
        {
            let mut state = self.state.lock();
            state.framing = Default::default();
            state.file = FileState { had_bytes, from: state.appended, is_damaged: false };
            self.on.store(true, Ordering::Relaxed);
        }
        self.hand_over(sink, Ok(()));
    }

    /// The next file begins here: who appends after this appends to it, and a log that was off
    /// is on. In memory, under the locks of all shards. [`Log::switch`] or [`Log::resume`] must
    /// follow soon, since nothing is written until then. Returns the offset.
    pub(in super::super) fn cut(&self) -> u64 {
        let mut state = self.state.lock();
        state.framing = Default::default();
        state.cut_at = Some(state.appended);
        self.on.store(true, Ordering::Relaxed);
        state.appended
    }

    /// Brings what was appended before the cut to the disk, has `commit` make the next file part
    /// of the set, and goes on there. Where that fails all goes on in the file there was.
    pub(in super::super) fn switch(
        &self,
        next: Arc<dyn DiskFile>,
        commit: impl FnOnce() -> Result<(), CommitError>,
    ) -> io::Result<()> {
        let mut sink = self.take_lead();
        let drained = self.write_pending(&mut sink).and_then(|()| self.sync_written(&sink));
        if let Err(trouble) = drained {
            let error = trouble.to_error();
            self.end_cut(sink, false, Err(trouble));
            return Err(error);
        }
        let Err(CommitError { is_next, error }) = commit() else {
            sink.replace(Some(next));
            self.end_cut(sink, true, Ok(()));
            return Ok(());
        };
        if !is_next {
            self.end_cut(sink, false, Ok(()));
            return Err(error);
        }
        // The file is there until the power goes: that nothing is lost then, no sync can promise.
        let trouble = Trouble::syncing(io::Error::new(error.kind(), error.to_string()));
        sink.replace(Some(next));
        self.end_cut(sink, true, Err(trouble));
        Err(error)
    }

    /// There is no next file after all: everything goes on in the one there is.
    pub(in super::super) fn resume(&self) {
        let sink = self.take_lead();
        self.end_cut(sink, false, Ok(()));
    }

    /// A rewrite has all that was before the current file: what was wrong with that is of no
    /// matter any more.
    pub(in super::super) fn heal(&self) {
        let mut sink = self.take_lead();
        let outcome = self.write_pending(&mut sink);
        let is_damaged = self.state.lock().file.is_damaged;
        let written = self.written_offset();
        let synced = match sink.file() {
            Some(file) if outcome.is_ok() && !is_damaged => file.sync().map_err(Trouble::syncing),
            _ => outcome,
        };
        if synced.is_ok() && !is_damaged {
            self.synced.fetch_max(written, Ordering::Release);
            self.forget_trouble(&mut self.state.lock());
        }
        self.hand_over(sink, synced);
    }

    /// What is in the file may not be there after a loss of power, whatever is synced: the
    /// manifest that names it is not durable.
    pub(in super::super) fn distrust(&self, error: io::Error) {
        self.note_and_wake(Err(Trouble::syncing(error)));
    }

    /// Writes and syncs everything, and goes on.
    pub fn flush(&self) -> io::Result<()> {
        let mut sink = self.take_lead();
        let outcome = self.write_pending(&mut sink).and_then(|()| self.sync_written(&sink));
        let answer = outcome.as_ref().copied().map_err(Trouble::to_error);
        self.hand_over(sink, outcome);
        answer
    }

    /// Ends the log: writes and syncs what is there, and lets the file go. What cannot be
    /// written is lost, with the error.
    pub(in super::super) fn stop(&self) -> io::Result<()> {
        {
            // Under the lock, so that whoever appends did it before, or does not.
            let _state = self.state.lock();
            self.on.store(false, Ordering::Relaxed);
        }
        let outcome = self.flush();
        let mut sink = self.take_lead();
        sink.replace(None);
        {
            let mut state = self.state.lock();
            state.pending = Vec::new();
            state.cut_at = None;
            state.trouble = None;
            state.file = FileState { from: state.appended, ..FileState::default() };
            self.failed.store(false, Ordering::Relaxed);
            self.written.store(state.appended, Ordering::Release);
            self.synced.store(state.appended, Ordering::Release);
        }
        self.hand_over(sink, Ok(()));
        outcome
    }

    /// Others may lead again, in the next file or in the one there was.
    fn end_cut(&self, sink: MutexGuard<'_, Sink>, is_next: bool, outcome: Result<(), Trouble>) {
        {
            let mut state = self.state.lock();
            let cut_at = state.cut_at.take();
            if let Some(from) = cut_at.filter(|_| is_next) {
                state.file = FileState { from, ..FileState::default() };
            }
        }
        self.hand_over(sink, outcome);
    }
}
