//! The orderly end: no new clients, replies flushed, save points honoured.

use super::listen::Listener;
use super::save;
use crate::engine::Engine;
use crate::engine::saving::Work;
use crate::engine::shutdown::Request;
use crate::persistence::disk::RealDisk;
use crate::services::config::params;
use crate::services::config::special::ShutdownFlags;
use crate::store::Txn;
use anyhow::{Context, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGPIPE, SIGTERM};
use signal_hook::flag;
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How often the main thread looks for signals.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long clients may take to get the replies that are already written.
const DRAIN: Duration = Duration::from_secs(2);
/// When none of them left for so long, none will.
const STALLED: Duration = Duration::from_millis(300);

/// The signals that end the server, as flags that their handlers raise.
pub struct Signals {
    term: Arc<AtomicBool>,
    int: Arc<AtomicBool>,
    /// A shutdown by SIGINT is under way: the next one ends the process at once.
    int_again: Arc<AtomicBool>,
    /// The data set is being loaded: there is nothing to save yet, any signal ends the process.
    loading: Arc<AtomicBool>,
}

impl Signals {
    /// Installs the handlers.
    pub fn install() -> Result<Signals> {
        let signals = Signals {
            term: Arc::default(),
            int: Arc::default(),
            int_again: Arc::default(),
            loading: Arc::new(AtomicBool::new(true)),
        };
        for (signal, name) in [(SIGTERM, "SIGTERM"), (SIGINT, "SIGINT")] {
            flag::register_conditional_shutdown(signal, 0, Arc::clone(&signals.loading))
                .context(name)?;
        }
        flag::register_conditional_shutdown(SIGINT, 1, Arc::clone(&signals.int_again))
            .context("SIGINT")?;
        flag::register(SIGTERM, Arc::clone(&signals.term)).context("SIGTERM")?;
        flag::register(SIGINT, Arc::clone(&signals.int)).context("SIGINT")?;
        // Raising a flag that nobody reads is how a signal is ignored.
        let ignored = Arc::new(AtomicBool::new(false));
        flag::register(SIGHUP, Arc::clone(&ignored)).context("SIGHUP")?;
        flag::register(SIGPIPE, ignored).context("SIGPIPE")?;
        Ok(signals)
    }

    /// The data set is there: from now on the end is an orderly one.
    pub fn loaded(&self) {
        self.loading.store(false, Ordering::Release);
    }

    /// What a signal that came asks for, as `shutdown-on-sigterm` and `-sigint` say.
    fn request(&self, engine: &Engine) -> Option<Request> {
        let (signal, options) = if self.term.swap(false, Ordering::AcqRel) {
            ("SIGTERM", engine.config.get(params::SHUTDOWN_ON_SIGTERM))
        } else if self.int.swap(false, Ordering::AcqRel) {
            self.int_again.store(true, Ordering::Release);
            ("SIGINT", engine.config.get(params::SHUTDOWN_ON_SIGINT))
        } else {
            return None;
        };
        let save = (options.save || options.nosave).then_some(options.save);
        let ShutdownFlags { now, force, .. } = options;
        Some(Request { save, now, force, signal: Some(signal) })
    }

    /// The server goes on: a SIGINT asks anew.
    fn refused(&self) {
        self.int_again.store(false, Ordering::Release);
    }
}

/// Repeats `work` until the server ends.
pub fn until_ending(engine: &Engine, work: impl Fn(&Engine)) {
    while !engine.shutdown.is_ending() {
        work(engine);
    }
}

/// Waits until somebody asks for the end, and brings it about: the process exits here.
pub fn wait_and_end(
    engine: &Engine,
    signals: &Signals,
    listeners: &[Listener],
    running: &AtomicUsize,
) -> ! {
    loop {
        if let Some(request) = signals.request(engine) {
            engine.shutdown.knock(request);
        }
        let Some(request) = engine.shutdown.wait(LOOK_EVERY) else { continue };
        match request.signal {
            Some(signal) => engine.log.warning(format!("Received {signal} scheduling shutdown...")),
            None => engine.log.warning("User requested shutdown..."),
        }
        end_saving(engine);
        // Held until the process ends: a write that came after the save would be answered,
        // and lost.
        let frozen = wants_save(engine, &request).then(|| save::freeze(engine));
        if let Some(frozen) = &frozen
            && save_on_the_way_out(engine, frozen).is_err()
        {
            engine.log.warning("Error trying to save the DB, can't exit.");
            if !request.force {
                engine.saving.open();
                engine.shutdown.refuse();
                signals.refused();
                continue;
            }
        }
        end(engine, listeners, running);
    }
}

/// Ends a save that is under way: there will be a better one, or none is wanted.
fn end_saving(engine: &Engine) {
    let log = &engine.log;
    // In the words that whoever reads Redis's logs looks for.
    match engine.saving.running().map(|running| running.work) {
        Some(Work::Background) => log.warning("There is a child saving an .rdb. Killing it!"),
        Some(Work::Rewrite) => log.warning("There is a child rewriting the AOF. Killing it!"),
        _ => {}
    }
    engine.saving.close();
}

/// Whether the data set is to be saved before the end.
fn wants_save(engine: &Engine, request: &Request) -> bool {
    request.save.unwrap_or(!engine.config.get(params::SAVE).0.is_empty())
}

fn save_on_the_way_out(engine: &Engine, frozen: &Txn<'_>) -> Result<(), String> {
    engine.log.notice("Saving the final RDB snapshot before exiting.");
    save::frozen(engine, &RealDisk, frozen)
}

/// Lets clients go, removes what must not stay behind, and exits.
fn end(engine: &Engine, listeners: &[Listener], running: &AtomicUsize) -> ! {
    engine.shutdown.begin_end();
    listeners.iter().for_each(Listener::close);
    for client in engine.clients.all() {
        // Requests that have arrived are served and answered; then the input ends.
        client.stream.shutdown(Shutdown::Read);
    }
    let began = Instant::now();
    let mut left = (running.load(Ordering::Acquire), began);
    // Threads that asked for the end wait for it and are not waited for; nor are, for long,
    // writers that the save holds up, and clients that do not take their replies.
    while left.0 > engine.shutdown.waiting()
        && began.elapsed() < DRAIN
        && left.1.elapsed() < STALLED
    {
        std::thread::sleep(Duration::from_millis(5));
        let now = running.load(Ordering::Acquire);
        if now != left.0 {
            left = (now, Instant::now());
        }
    }
    super::aof::flush(engine);
    super::housekeeping::remove_files(engine);
    engine.log.warning("Redis is now ready to exit, bye bye...");
    std::process::exit(0);
}
