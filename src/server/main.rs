//! From the command line to a server that is ready, and to its end.

use super::listen::Listener;
use super::stop::Signals;
use super::thread::spawn_service;
use super::{aof, check, housekeeping, listen, load, reaper, saver, stop};
use crate::commands;
use crate::engine::blocking::Queues;
use crate::engine::loading::UnderWay;
use crate::engine::saving::Saving;
use crate::engine::shutdown::Door;
use crate::engine::{DebugSwitches, Engine, Identity, Persistence, Table, effects};
use crate::services::clients::Clients;
use crate::services::commandlog::CommandLog;
use crate::services::config::{self, Startup, params};
use crate::services::hotkeys::HotKeys;
use crate::services::latency::LatencyMonitor;
use crate::services::log::Log;
use crate::services::memory;
use crate::services::memory::MemoryGauge;
use crate::services::monitors::Monitors;
use crate::services::pause::Pause;
use crate::services::pubsub::PubSub;
use crate::services::stats::Stats;
use crate::services::tracking::Tracking;
use crate::store::Keyspace;
use crate::util::{clock, random};
use anyhow::{Context, Result};
use argh::FromArgs;
use std::ffi::OsString;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::Scope;

/// A Redis server: one blocking thread per connection over a sharded keyspace.
///
/// Every configuration parameter is a flag, as with redis-server:
/// skein [/path/to/redis.conf] [--port 6379] [--dir D] [--save ""] [--name value ...]
///
/// skein check rdb FILE and skein check aof FILE look through files instead.
#[derive(FromArgs)]
struct Cli {
    /// print the version and exit
    #[argh(switch, short = 'v')]
    version: bool,
    /// read the configuration that the other arguments give, say what is wrong with it, and exit
    #[argh(switch)]
    check_config: bool,
}

/// Runs the server that the process's arguments ask for.
pub fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    if let Some(check) = check_args(&args) {
        return check::main(&check);
    }
    let (own, rest) = split_own_flags(args);
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    let cli = match Cli::from_args(&["skein"], &own) {
        Ok(cli) => cli,
        Err(exit) => {
            print!("{}", exit.output);
            return if exit.status.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
    };
    if cli.version {
        println!("{}", version_line());
        return ExitCode::SUCCESS;
    }
    let startup = match config::from_args(rest, &mut io::stdin()) {
        Ok(startup) => startup,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    if cli.check_config {
        println!("The configuration is good.");
        return ExitCode::SUCCESS;
    }
    match run(startup) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// What comes behind `check`, if that is what is asked for. A configuration file may have that name.
fn check_args(args: &[OsString]) -> Option<Vec<String>> {
    let (first, rest) = args.split_first()?;
    let is_tool =
        rest.first().is_none_or(|what| ["rdb", "aof", "--help"].iter().any(|own| what == own));
    let text = |arg: &OsString| arg.to_string_lossy().into_owned();
    (first == "check" && is_tool).then(|| rest.iter().map(text).collect())
}

/// What `--version` prints.
fn version_line() -> String {
    format!(
        "skein server v={} redis_version={} malloc=jemalloc bits={}",
        env!("CARGO_PKG_VERSION"),
        config::REDIS_VERSION,
        usize::BITS
    )
}

/// Takes skein's own flags out; everything else belongs to the parameter table.
fn split_own_flags(args: Vec<OsString>) -> (Vec<String>, Vec<OsString>) {
    let is_own = |arg: &OsString| {
        ["--help", "-h", "help", "--version", "-v", "--check-config"].iter().any(|own| arg == own)
    };
    let first_only = args.len() == 1;
    let (own, rest): (Vec<_>, Vec<_>) =
        args.into_iter().partition(|arg| is_own(arg) && (first_only || arg != "help"));
    let own = own.into_iter().map(|arg| match arg.to_str() {
        Some("-h") => "--help".to_owned(),
        _ => arg.to_string_lossy().into_owned(),
    });
    (own.collect(), rest)
}

/// Runs until the server is asked to end. What went wrong has been logged.
fn run(startup: Startup) -> Result<()> {
    let engine = build(startup, Table::new(commands::families()));
    let log = &engine.log;
    let outcome = serve(&engine);
    if let Err(error) = &outcome {
        log.warning(format!("{error:#}"));
    }
    outcome
}

/// Puts the parts together. Nothing runs yet.
pub(super) fn build(startup: Startup, table: Table) -> Engine {
    let config = startup.config;
    let databases = u16::try_from(config.get(params::DATABASES)).unwrap_or(u16::MAX);
    let stats = Stats::new(table.rows().len());
    let aof = aof::new(&config);
    let identity = Identity {
        run_id: random::hex(40),
        replication_id: parking_lot::Mutex::new(random::hex(40)),
        started_ms: clock::now_ms(),
        executable: std::env::current_exe()
            .map_or_else(|_| String::new(), |path| path.display().to_string()),
        config_file: config.file().map_or_else(String::new, |path| path.display().to_string()),
        port: u16::try_from(config.get(params::PORT)).unwrap_or(0),
    };
    Engine {
        keyspace: Keyspace::new(databases),
        config,
        clients: Clients::default(),
        pubsub: PubSub::default(),
        tracking: Tracking::default(),
        stats: Arc::new(stats),
        table,
        monitors: Monitors::default(),
        commandlog: CommandLog::default(),
        latency: LatencyMonitor::default(),
        hotkeys: HotKeys::default(),
        memory: MemoryGauge::default(),
        log: Log::default(),
        waiting: Queues::default(),
        pause: Pause::default(),
        identity,
        aof,
        persistence: Persistence::default(),
        saving: Saving::new(clock::now_ms() / 1000),
        shutdown: Door::default(),
        debug: DebugSwitches::default(),
    }
}

fn serve(engine: &Engine) -> Result<()> {
    let config = &engine.config;
    effects::apply_all(engine)?;
    let log = &engine.log;
    log.notice("oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo");
    log.notice(format!(
        "skein version={}, Redis version={}, bits={}, pid={}, just started",
        env!("CARGO_PKG_VERSION"),
        config::REDIS_VERSION,
        usize::BITS,
        std::process::id()
    ));
    match config.file() {
        Some(_) => log.notice("Configuration loaded"),
        None => log.warning(
            "Warning: no config file specified, using the default config. In order to specify a \
             config file use skein /path/to/redis.conf",
        ),
    }
    let dir = config.get(params::DIR).0;
    std::env::set_current_dir(&dir)
        .with_context(|| format!("Can't chdir to '{}'", dir.display()))?;
    housekeeping::make_room_for_clients(engine);
    let signals = Signals::install()?;
    let listeners = listen::open(engine)?;
    let _pid_file = housekeeping::PidFile::write(engine);
    log.notice(format!("Running mode=standalone, port={}.", engine.identity.port));
    log.notice(format!("PID: {}", std::process::id()));
    log.notice("Server initialized");
    engine.stats.startup_memory_bytes.store(memory::used_bytes(), Ordering::Relaxed);
    let under_way = engine.persistence.loading.begin(clock::now_ms());
    let running = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let started = start_threads(engine, scope, &listeners, &running).and_then(|()| {
            spawn_service(scope, log, "loader", || load(engine, under_way, &signals, &listeners))
        });
        if let Err(error) = started {
            give_up(engine, &format!("Can't start the server's threads: {error}"));
        }
        stop::wait_and_end(engine, &signals, &listeners, &running)
    })
}

/// Loads what the last run left. Whoever connects meanwhile is told to come back later.
fn load(engine: &Engine, under_way: UnderWay<'_>, signals: &Signals, listeners: &[Listener]) {
    if let Err(error) = load::at_start(engine).and_then(|()| aof::open(engine)) {
        give_up(engine, &format!("{error:#}"));
    }
    signals.loaded();
    for listener in listeners {
        engine.log.notice(format!("Ready to accept connections {}", listener.kind_name()));
    }
    drop(under_way);
}

/// Ends the process: it cannot become the server it should be. Its other threads would not end
/// by themselves.
fn give_up(engine: &Engine, why: &str) -> ! {
    engine.log.warning(why);
    housekeeping::remove_files(engine);
    std::process::exit(1);
}

/// Starts what works beside the clients' threads, and at last what lets clients in.
fn start_threads<'scope>(
    engine: &'scope Engine,
    scope: &'scope Scope<'scope, '_>,
    listeners: &'scope [Listener],
    running: &'scope AtomicUsize,
) -> io::Result<()> {
    let log = &engine.log;
    spawn_service(scope, log, "reaper", || reaper::run(engine))?;
    spawn_service(scope, log, "reclaimer", || {
        stop::until_ending(engine, |engine| engine.keyspace.reclaimer.free_next());
    })?;
    spawn_service(scope, log, "aof", || aof::run(engine))?;
    spawn_service(scope, log, "housekeeping", || housekeeping::run(engine))?;
    spawn_service(scope, log, "saver", || saver::run(engine))?;
    for listener in listeners {
        spawn_service(scope, log, listener.thread_name(), move || {
            listen::accept_loop(engine, listener, scope, running);
        })?;
    }
    Ok(())
}
