//! What a change of a parameter brings about in the running server. Most parameters are
//! read when they are used and need nothing here.

use super::Engine;
use super::{notify, oom_score};
use crate::services::config::choices::{LogLevel, MaxmemoryPolicy};
use crate::services::config::{Effect, params};
use crate::services::log::Level;
use crate::services::process::{RESERVED_FILES, raise_open_files};
use crate::util::clock;
use anyhow::{Context, Result};

/// Brings the configuration's effects about at startup.
pub fn apply_all(engine: &Engine) -> Result<()> {
    let file = engine.config.string(params::LOGFILE);
    engine.log.set_file(&file).with_context(|| format!("Can't open the log file: {file}"))?;
    for effect in [Effect::LogLevel, Effect::MaxMemory, Effect::Notify, Effect::AofSettings] {
        apply(engine, effect).map_err(anyhow::Error::msg)?;
    }
    // A score that the kernel does not allow is logged, and no reason not to start.
    let _ = apply(engine, Effect::OomScore);
    Ok(())
}

/// Brings one effect about. An error is what CONFIG SET answers with; then the parameter
/// gets its old value back.
pub fn apply(engine: &Engine, effect: Effect) -> Result<(), String> {
    match effect {
        Effect::LogLevel => set_log_level(engine),
        Effect::MaxMemory => set_access_policy(engine),
        Effect::MaxClients => return make_room_for_clients(engine),
        Effect::Dir => return change_directory(engine),
        Effect::OomScore => return oom_score::adjust(engine),
        Effect::OutputLimits => limit_output(engine),
        Effect::Notify => notify::apply(engine),
        Effect::AppendOnly => switch_log(engine),
        Effect::AofSettings => set_log(engine),
        Effect::AofHistory => delete_log_history(engine),
        Effect::Listen => return Err(LISTENS_FOR_GOOD.to_owned()),
        // Read when they are used: the thresholds of encodings by each write, the password by
        // each authentication, save points at the end of the process, `hz` at each turn.
        Effect::NextUse
        | Effect::Encodings
        | Effect::Password
        | Effect::SavePoints
        | Effect::Hz => {}
        // Nothing in this server depends on them.
        Effect::Ignored
        | Effect::ReplBacklog
        | Effect::GoodReplicas
        | Effect::ProcTitle
        | Effect::Locale
        | Effect::ClusterAnnounce => {}
    }
    Ok(())
}

const LISTENS_FOR_GOOD: &str = "this server listens where it was told to at its start; change \
    the configuration file and start it again";

/// The saver turns the append-only file on, by a snapshot and from its moment on. Off it goes at
/// once, or when the saver has given up the rewrite that is under way.
fn switch_log(engine: &Engine) {
    if engine.config.get(params::APPENDONLY) {
        // If one is under way that is to be given up, the saver begins another by itself.
        let _ = engine.saving.rewrite_in_background(clock::now_ms());
    } else if !engine.saving.cancel_rewrite() {
        engine.aof.stop(&engine.log);
    }
}

fn set_log(engine: &Engine) {
    let log = engine.aof.log();
    log.set_policy(engine.config.get(params::APPENDFSYNC));
    log.set_timestamps(engine.config.get(params::AOF_TIMESTAMP_ENABLED));
}

fn delete_log_history(engine: &Engine) {
    if !engine.config.get(params::AOF_DISABLE_AUTO_GC) {
        engine.aof.delete_history(&engine.log);
    }
}

fn limit_output(engine: &Engine) {
    let limits = engine.config.get(params::CLIENT_OUTPUT_BUFFER_LIMIT);
    engine.clients.all().iter().for_each(|client| client.limit_output(&limits));
}

fn set_log_level(engine: &Engine) {
    engine.log.set_level(match engine.config.get(params::LOGLEVEL) {
        LogLevel::Debug => Level::Debug,
        LogLevel::Verbose => Level::Verbose,
        LogLevel::Notice => Level::Notice,
        LogLevel::Warning => Level::Warning,
    });
}

/// How accesses to keys are recorded, for the choice of what to evict.
fn set_access_policy(engine: &Engine) {
    let config = &engine.config;
    let policy = config.get(params::MAXMEMORY_POLICY);
    let lfu = matches!(policy, MaxmemoryPolicy::AllkeysLfu | MaxmemoryPolicy::VolatileLfu);
    let factor = |id| u32::try_from(config.get(id)).unwrap_or(u32::MAX);
    let (log_factor, decay) = (factor(params::LFU_LOG_FACTOR), factor(params::LFU_DECAY_TIME));
    engine.keyspace.access.configure(lfu, log_factor, decay);
}

/// Every client is an open file: more of them than the system grants are refused.
fn make_room_for_clients(engine: &Engine) -> Result<(), String> {
    let clients = u64::try_from(engine.config.get(params::MAXCLIENTS)).unwrap_or(0);
    let wanted = clients.saturating_add(RESERVED_FILES);
    let files = raise_open_files(wanted);
    if files.now >= wanted {
        return Ok(());
    }
    let most = files.clients();
    Err(format!(
        "The operating system is not able to handle the specified number of clients, try with {most}"
    ))
}

fn change_directory(engine: &Engine) -> Result<(), String> {
    let path = engine.config.get(params::DIR).0;
    std::env::set_current_dir(&path).map_err(|error| error.to_string())
}
