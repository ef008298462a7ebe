//! How the server is asked to save: by BGSAVE, by DEBUG RELOAD. The saver's thread
//! (`server/saver`) does one thing after another; everyone else only knocks, and some wait for what
//! comes of it. What it did is told here too, to INFO and to those who must not write any more.

use crate::protocol::{Error, Result};
use crossbeam::channel::{Receiver, Sender, bounded};
use parking_lot::{Condvar, Mutex};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// What the saver does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// SAVE: a snapshot that its client waits for.
    Save,
    /// BGSAVE and save points: a snapshot that nobody waits for.
    Background,
    /// The append-only file is written anew.
    Rewrite,
    /// DEBUG RELOAD: a snapshot is written and read back.
    Reload(Reload),
    /// DEBUG LOADAOF: the append-only file is read in place of what is in memory.
    LoadAof,
}

/// How DEBUG RELOAD writes the snapshot and reads it back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reload {
    /// No snapshot is written: the one that is there is read.
    pub no_save: bool,
    /// What is in memory stays.
    pub no_flush: bool,
    /// A key that is in memory gives way to the snapshot's.
    pub merge: bool,
}

/// What becomes of a request to work in the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It is being done.
    Now,
    /// It will be done after what is being done now.
    Later,
}

/// What BGSAVE CANCEL has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// A snapshot that was being written.
    Running,
    /// One that was to be written.
    Scheduled,
}

/// What came of a piece of work; an error is for whoever reads the log.
pub type Outcome = std::result::Result<(), String>;

/// The saver's mailbox.
pub struct Saving {
    state: Mutex<State>,
    /// Something to do has come.
    bell: Condvar,
    /// Something has been done.
    rest: Condvar,
    /// What is being done is to end without a result.
    cancelled: AtomicBool,
    /// Whether the last snapshot in the background failed.
    failed: AtomicBool,
    figures: Mutex<Figures>,
}

#[derive(Default)]
struct State {
    /// What is being done, or was promised to be done at once.
    running: Option<Running>,
    waiting: VecDeque<Errand>,
    save_scheduled: bool,
    rewrite_scheduled: bool,
    /// The server is about to end: nothing is begun.
    is_closed: bool,
}

/// What the saver is doing, and since when, Unix time in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Running {
    pub work: Work,
    pub began_ms: i64,
}

/// A piece of work, and who wants to hear of it.
pub struct Errand {
    pub work: Work,
    /// Hears that the moment of the snapshot has passed.
    has_cut: Option<Sender<()>>,
    /// Hears what came of it.
    has_ended: Option<Sender<Outcome>>,
}

/// What the saver has done since the start, as INFO shows it.
#[derive(Clone, Debug)]
pub struct Figures {
    /// The last snapshot that worked, Unix time in seconds.
    pub last_save_s: i64,
    /// Snapshots for files that were begun.
    pub saves: u64,
    /// When the last one in the background began, Unix time in seconds.
    pub last_try_s: i64,
    /// How long it took; `None` before the first.
    pub last_save_took_s: Option<i64>,
    /// Bytes that writers handed over during the last one.
    pub last_save_handed_bytes: u64,
    /// Rewrites of the append-only file that were begun.
    pub rewrites: u64,
    /// How many of them failed since the last that worked.
    pub rewrite_failures: u64,
    /// How long the last one took.
    pub last_rewrite_took_s: Option<i64>,
    /// Bytes that writers handed over during the last one.
    pub last_rewrite_handed_bytes: u64,
    /// Moments at which everything was locked to take a snapshot.
    pub cuts: u64,
    /// How long the last of them was, in microseconds.
    pub last_cut_us: u64,
}

impl Saving {
    /// Nothing has been saved yet; what there is counts as saved at `now_s`, Unix time in seconds.
    pub fn new(now_s: i64) -> Saving {
        Saving {
            state: Mutex::default(),
            bell: Condvar::new(),
            rest: Condvar::new(),
            cancelled: AtomicBool::new(false),
            failed: AtomicBool::new(false),
            figures: Mutex::new(Figures {
                last_save_s: now_s,
                saves: 0,
                last_try_s: 0,
                last_save_took_s: None,
                last_save_handed_bytes: 0,
                rewrites: 0,
                rewrite_failures: 0,
                last_rewrite_took_s: None,
                last_rewrite_handed_bytes: 0,
                cuts: 0,
                last_cut_us: 0,
            }),
        }
    }

    /// Has a snapshot taken in the background. It shows what the client has done so far, and nothing
    /// that it does after this returned. No lock may be held.
    pub fn save_in_background(&self, now_ms: i64, schedule: bool) -> Result<Begun> {
        let mut state = self.state.lock();
        match state.running.map(|running| running.work) {
            None => {}
            Some(Work::Background | Work::Save) => return Err(Error::msg(SAVE_IN_PROGRESS)),
            Some(_) if schedule => {
                state.save_scheduled = true;
                return Ok(Begun::Later);
            }
            Some(_) => return Err(Error::msg(ANOTHER_IN_PROGRESS)),
        }
        let (cut, has_cut) = bounded(1);
        self.begin(&mut state, Work::Background, now_ms, Some(cut));
        drop(state);
        // An error is that there will be no cut.
        let _ = has_cut.recv();
        Ok(Begun::Now)
    }

    /// Has a snapshot taken when there is time.
    pub fn schedule_save(&self) -> Result<Begun> {
        let mut state = self.state.lock();
        if state.is_running(Work::Background) {
            return Err(Error::msg(SAVE_IN_PROGRESS));
        }
        state.save_scheduled = true;
        Ok(Begun::Later)
    }

    /// Has the append-only file written anew in the background.
    pub fn rewrite_in_background(&self, now_ms: i64) -> Result<Begun> {
        let mut state = self.state.lock();
        if state.running.is_some() {
            drop(state);
            return self.schedule_rewrite();
        }
        self.begin(&mut state, Work::Rewrite, now_ms, None);
        Ok(Begun::Now)
    }

    /// Has the append-only file written anew when there is time.
    pub fn schedule_rewrite(&self) -> Result<Begun> {
        let mut state = self.state.lock();
        if state.is_running(Work::Rewrite) {
            return Err(Error::msg(REWRITE_IN_PROGRESS));
        }
        state.rewrite_scheduled = true;
        Ok(Begun::Later)
    }

    /// Has something done and waits for what comes of it. No lock may be held.
    pub fn wait_for(&self, work: Work) -> Result<Outcome> {
        let mut state = self.state.lock();
        let running = state.running.map(|running| running.work);
        if work == Work::Save && running == Some(Work::Background) {
            return Err(Error::msg(SAVE_IN_PROGRESS));
        }
        let (ended, has_ended): (_, Receiver<Outcome>) = bounded(1);
        state.waiting.push_back(Errand { work, has_cut: None, has_ended: Some(ended) });
        drop(state);
        self.bell.notify_one();
        Ok(has_ended.recv().unwrap_or_else(|_| Err("the server ends".to_owned())))
    }

    /// Ends the snapshot that is taken in the background, or takes back that one is to be.
    pub fn cancel_background(&self) -> Option<Cancelled> {
        let mut state = self.state.lock();
        if state.is_running(Work::Background) {
            self.cancelled.store(true, Ordering::Relaxed);
            return Some(Cancelled::Running);
        }
        std::mem::take(&mut state.save_scheduled).then_some(Cancelled::Scheduled)
    }

    /// Ends the rewrite of the append-only file, or takes back that one is to be. Returns whether
    /// one was under way.
    pub fn cancel_rewrite(&self) -> bool {
        let mut state = self.state.lock();
        state.rewrite_scheduled = false;
        let is_running = state.is_running(Work::Rewrite);
        if is_running {
            self.cancelled.store(true, Ordering::Relaxed);
        }
        is_running
    }

    /// What is being done.
    pub fn running(&self) -> Option<Running> {
        self.state.lock().running
    }

    /// Whether the append-only file is to be written anew when there is time.
    pub fn is_rewrite_scheduled(&self) -> bool {
        self.state.lock().rewrite_scheduled
    }

    /// Whether the last snapshot in the background failed.
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// What has been done so far.
    pub fn figures(&self) -> Figures {
        self.figures.lock().clone()
    }

    /// CONFIG RESETSTAT and the saver change what has been done so far.
    pub fn change_figures(&self, change: impl FnOnce(&mut Figures)) {
        change(&mut self.figures.lock());
    }

    fn begin(&self, state: &mut State, work: Work, now_ms: i64, has_cut: Option<Sender<()>>) {
        state.running = Some(Running { work, began_ms: now_ms });
        self.cancelled.store(false, Ordering::Relaxed);
        state.waiting.push_front(Errand { work, has_cut, has_ended: None });
        self.bell.notify_one();
    }
}

/// The saver's side.
impl Saving {
    /// The next piece of work, waiting for it up to `longest`.
    pub fn next(&self, longest: Duration, now_ms: impl Fn() -> i64) -> Option<Errand> {
        let mut state = self.state.lock();
        if state.waiting.is_empty() || state.is_closed {
            self.bell.wait_for(&mut state, longest);
        }
        if state.is_closed {
            return None;
        }
        let errand = state.waiting.pop_front()?;
        if state.running.is_none() {
            self.cancelled.store(false, Ordering::Relaxed);
            state.running = Some(Running { work: errand.work, began_ms: now_ms() });
        }
        Some(errand)
    }

    /// Begins something in the background by itself, if there is nothing else to do.
    pub fn begin_by_itself(&self, work: Work, now_ms: i64) {
        let mut state = self.state.lock();
        if state.running.is_none() && state.waiting.is_empty() {
            self.begin(&mut state, work, now_ms, None);
        }
    }

    /// Begins what was scheduled: a rewrite, which goes first, or a snapshot, if that is allowed.
    /// Returns whether there was anything.
    pub fn begin_scheduled(&self, now_ms: i64, may_save: bool) -> bool {
        let mut state = self.state.lock();
        if state.running.is_some() {
            return false;
        }
        let work = if std::mem::take(&mut state.rewrite_scheduled) {
            Work::Rewrite
        } else if may_save && std::mem::take(&mut state.save_scheduled) {
            Work::Background
        } else {
            return false;
        };
        self.begin(&mut state, work, now_ms, None);
        true
    }

    /// Whether what is being done is to end without a result.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// A piece of work has come to its end.
    pub fn ended(&self, mut errand: Errand, outcome: Outcome) {
        self.state.lock().running = None;
        self.rest.notify_all();
        if let Some(has_ended) = errand.has_ended.take() {
            // Whoever stopped waiting need not know.
            let _ = has_ended.send(outcome);
        }
    }

    /// A snapshot in the background worked, or did not.
    pub fn set_failed(&self, failed: bool) {
        self.failed.store(failed, Ordering::Relaxed);
    }

    /// Ends what is being done, and begins nothing more: the server is about to end. Returns when
    /// the saver rests.
    pub fn close(&self) {
        let mut state = self.state.lock();
        state.is_closed = true;
        self.cancelled.store(true, Ordering::Relaxed);
        // What was only promised is not begun any more.
        while state.running.is_some() && !state.is_only_promised() {
            self.rest.wait(&mut state);
        }
        self.cancelled.store(false, Ordering::Relaxed);
    }

    /// The server goes on after all.
    pub fn open(&self) {
        self.state.lock().is_closed = false;
        self.bell.notify_one();
    }
}

impl State {
    fn is_running(&self, work: Work) -> bool {
        self.running.is_some_and(|running| running.work == work)
    }

    /// Whether the saver has not yet taken the errand that is said to be running.
    fn is_only_promised(&self) -> bool {
        let first = self.waiting.front();
        first.is_some_and(|errand| errand.has_ended.is_none())
    }
}

impl Errand {
    /// The moment of the snapshot has passed.
    pub fn has_cut(&mut self) {
        if let Some(has_cut) = self.has_cut.take() {
            let _ = has_cut.send(());
        }
    }
}

const SAVE_IN_PROGRESS: &str = "Background save already in progress";
const REWRITE_IN_PROGRESS: &str = "Background append only file rewriting already in progress";
const ANOTHER_IN_PROGRESS: &str = "Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in \
     order to schedule a BGSAVE whenever possible.";

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn one_thing_is_done_at_a_time() {
        let saving = Saving::new(0);
        assert_eq!(saving.rewrite_in_background(5), Ok(Begun::Now));
        let errand = saving.next(Duration::ZERO, || 0).expect("a rewrite");
        assert_eq!(saving.running(), Some(Running { work: Work::Rewrite, began_ms: 5 }));
        assert!(saving.save_in_background(6, false).is_err());
        assert_eq!(saving.save_in_background(6, true), Ok(Begun::Later));
        assert!(saving.rewrite_in_background(6).is_err());
        assert!(!saving.begin_scheduled(7, true));
        saving.ended(errand, Ok(()));
        assert!(!saving.begin_scheduled(7, false) && saving.begin_scheduled(7, true));
        assert_eq!(saving.running(), Some(Running { work: Work::Background, began_ms: 7 }));
        assert!(saving.save_in_background(8, true).is_err());
        assert!(saving.wait_for(Work::Save).is_err());
        assert_eq!(saving.rewrite_in_background(8), Ok(Begun::Later));
        assert_eq!(saving.cancel_background(), Some(Cancelled::Running));
        assert!(saving.is_cancelled());
    }

    #[test]
    fn who_waits_hears_what_came_of_it() {
        let saving = Saving::new(0);
        thread::scope(|scope| {
            let waiter = scope.spawn(|| saving.wait_for(Work::Save));
            let errand = loop {
                if let Some(errand) = saving.next(Duration::from_secs(1), || 3) {
                    break errand;
                }
            };
            assert_eq!(saving.running(), Some(Running { work: Work::Save, began_ms: 3 }));
            saving.ended(errand, Err("no space".to_owned()));
            assert_eq!(waiter.join().ok(), Some(Ok(Err("no space".to_owned()))));
            let waiter = scope.spawn(|| saving.save_in_background(0, false));
            let mut errand = loop {
                if let Some(errand) = saving.next(Duration::from_secs(1), || 3) {
                    break errand;
                }
            };
            assert!(!waiter.is_finished());
            errand.has_cut();
            assert_eq!(waiter.join().ok(), Some(Ok(Begun::Now)));
            saving.ended(errand, Ok(()));
        });
    }

    #[test]
    fn nothing_is_begun_once_the_server_is_about_to_end() {
        let saving = Saving::new(0);
        saving.begin_by_itself(Work::Background, 0);
        saving.close();
        assert!(saving.next(Duration::ZERO, || 0).is_none());
        saving.open();
        assert!(saving.next(Duration::ZERO, || 0).is_some());
    }
}
