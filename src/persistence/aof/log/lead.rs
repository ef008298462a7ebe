//! Leading: one thread writes for everybody, until it hands over.

use super::sink::Sink;
use super::trouble::Trouble;
use super::waiting::{Goal, Verdict, Waiter};
use super::{Log, State};
use crate::util::thread::waiting_for_device;
use parking_lot::MutexGuard;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

impl Log {
    /// Takes the lead if it is free and something is to be written for `offset`, all being well.
    /// True when [`Log::lead`] must follow.
    pub(super) fn try_lead(&self, offset: u64) -> bool {
        let mut state = self.state.lock();
        let is_wanted = !state.pending.is_empty() && !self.is_reached(Goal::Settled, offset);
        let lead = is_wanted && state.trouble.is_none() && state.is_lead_free();
        state.led |= lead;
        lead
    }

    /// As [`Log::try_lead`], after a failure: to see whether it is over.
    pub(super) fn try_lead_again(&self) -> bool {
        let mut state = self.state.lock();
        let lead = state.trouble.is_some() && state.is_lead_free();
        state.led |= lead;
        lead
    }

    /// Waits for `offset`, unless it is there or hopeless, or nobody leads: then the caller does.
    pub(super) fn wait_or_lead(&self, offset: u64) -> Verdict {
        let waiter = {
            let mut state = self.state.lock();
            if self.is_reached(Goal::Settled, offset) {
                return Verdict::Reached;
            }
            if state.trouble.is_some() {
                return Verdict::Failed;
            }
            if state.is_lead_free() {
                state.led = true;
                return Verdict::Lead;
            }
            let waiter = Waiter::this_thread(Goal::Settled, offset);
            state.waiting.push(Arc::clone(&waiter));
            waiter
        };
        waiter.wait()
    }

    /// Takes the lead, after whoever has it, also where a cut keeps others from it.
    pub(super) fn take_lead(&self) -> MutexGuard<'_, Sink> {
        let waiter = {
            let mut state = self.state.lock();
            if state.led {
                let waiter = Waiter::this_thread(Goal::Settled, 0);
                state.successors.push(Arc::clone(&waiter));
                Some(waiter)
            } else {
                state.led = true;
                None
            }
        };
        if let Some(waiter) = waiter {
            waiter.wait();
        }
        self.sink.lock()
    }

    /// One round: writes what is pending, syncs if each write is, and hands over.
    pub(super) fn lead(&self) {
        let mut sink = self.sink.lock();
        let syncs = self.syncs_each_write();
        if syncs {
            self.gather();
        }
        let outcome = self.write_pending(&mut sink).and_then(|()| match syncs {
            true => self.sync_written(&sink),
            false => Ok(()),
        });
        self.hand_over(sink, outcome);
    }

    /// Those whom the last sync served are mostly back soon with something new: the next is to
    /// serve all of them, not the quickest few. Waits for them no longer than a sync takes.
    fn gather(&self) {
        let longest = Duration::from_nanos(self.sync_took_ns.load(Ordering::Relaxed));
        let began = Instant::now();
        while self.state.lock().lacks_some() && began.elapsed() < longest {
            thread::yield_now();
        }
    }

    /// Writes what an earlier round left, and what came since: up to the cut, if there is one.
    pub(super) fn write_pending(&self, sink: &mut Sink) -> Result<(), Trouble> {
        self.watch_slow_sync();
        let count = |bytes| _ = self.written.fetch_add(bytes as u64, Ordering::Release);
        sink.write(count).map_err(Trouble::writing)?;
        self.state.lock().take_pending(sink.empty_buffer());
        sink.write(count).map_err(Trouble::writing)
    }

    /// Syncs what is written and not synced. After a sync that failed another might succeed,
    /// and must not be believed: then nothing is done.
    pub(super) fn sync_written(&self, sink: &Sink) -> Result<(), Trouble> {
        let written = self.written_offset();
        if written <= self.synced_offset() || self.needs_rewrite() {
            return Ok(());
        }
        let Some(file) = sink.file() else { return Ok(()) };
        let began = Instant::now();
        waiting_for_device(|| file.sync()).map_err(Trouble::syncing)?;
        self.sync_took_ns.store(began.elapsed().as_nanos() as u64, Ordering::Relaxed);
        self.synced.fetch_max(written, Ordering::Release);
        Ok(())
    }

    /// Ends a round: the lead goes to one that waits, or is free, and all wake up who have no
    /// more to wait for.
    pub(super) fn hand_over(&self, sink: MutexGuard<'_, Sink>, outcome: Result<(), Trouble>) {
        drop(sink);
        let done = {
            let mut state = self.state.lock();
            self.note(&mut state, outcome);
            let done = self.take_done(&mut state);
            state.served = done.len() + 1;
            let next = state.take_next();
            state.led = next.is_some();
            // First, so that it writes while the others wake up.
            if let Some(next) = next {
                next.tell(Verdict::Lead);
            }
            done
        };
        wake(done);
    }

    /// Ends what was done without the lead.
    pub(super) fn note_and_wake(&self, outcome: Result<(), Trouble>) {
        let done = {
            let mut state = self.state.lock();
            if let Err(trouble) = outcome {
                self.note(&mut state, Err(trouble));
            }
            self.take_done(&mut state)
        };
        wake(done);
    }

    /// Takes from those who wait all who need not any more.
    fn take_done(&self, state: &mut State) -> Vec<(Arc<Waiter>, Verdict)> {
        let has_failed = state.trouble.is_some();
        let mut done = Vec::new();
        state.waiting.retain(|waiter| {
            let verdict = match waiter.goal {
                goal if self.is_reached(goal, waiter.offset) => Verdict::Reached,
                Goal::Settled if has_failed => Verdict::Failed,
                // A rewrite may yet bring it to the disk.
                Goal::Settled | Goal::Synced => return true,
            };
            done.push((Arc::clone(waiter), verdict));
            false
        });
        done
    }

    /// Notes how a round went.
    fn note(&self, state: &mut State, outcome: Result<(), Trouble>) {
        let is_damaged = state.trouble.as_ref().is_some_and(|trouble| trouble.is_sync);
        let Err(trouble) = outcome else {
            // What only a rewrite heals is not healed by a write that succeeds.
            if !is_damaged {
                self.forget_trouble(state);
            }
            return;
        };
        if state.trouble.as_ref() != Some(&trouble) {
            self.tell(trouble.sentence());
        }
        state.file.is_damaged |= trouble.is_sync;
        if trouble.is_sync || !is_damaged {
            state.trouble = Some(trouble);
        }
        self.failed.store(true, Ordering::Relaxed);
    }

    /// All is well again, if it was not.
    pub(super) fn forget_trouble(&self, state: &mut State) {
        if state.trouble.take().is_some() {
            self.failed.store(false, Ordering::Relaxed);
            self.tell("AOF write error looks solved. The server can write again.".to_owned());
        }
    }
}

impl State {
    /// Whether a thread may lead that has no special task.
    fn is_lead_free(&self) -> bool {
        !self.led && self.cut_at.is_none()
    }

    /// Whether fewer wait, with the one that leads, than the last round has served.
    fn lacks_some(&self) -> bool {
        self.waiting.len() + 1 < self.served
    }

    /// Moves what may be written now into an empty buffer.
    fn take_pending(&mut self, into: &mut Vec<u8>) {
        let Some(cut_at) = self.cut_at else {
            std::mem::swap(&mut self.pending, into);
            return;
        };
        // What is pending ends at `appended`, and what is behind the cut stays.
        let behind = usize::try_from(self.appended - cut_at).unwrap_or(usize::MAX);
        let before = self.pending.len().saturating_sub(behind);
        into.extend(self.pending.drain(..before));
    }

    /// Who leads next: whoever has a task, else the one that has waited longest for its reply.
    fn take_next(&mut self) -> Option<Arc<Waiter>> {
        if !self.successors.is_empty() {
            return Some(self.successors.remove(0));
        }
        if self.cut_at.is_some() {
            return None;
        }
        let next = self.waiting.iter().position(|waiter| waiter.goal == Goal::Settled)?;
        Some(self.waiting.remove(next))
    }
}

fn wake(done: Vec<(Arc<Waiter>, Verdict)>) {
    for (waiter, verdict) in done {
        waiter.tell(verdict);
    }
}
