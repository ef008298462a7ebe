//! What a change of a parameter brings about in the running server.

use super::Engine;
use crate::services::config::{Effect, choices::LogLevel, choices::MaxmemoryPolicy, params};
use crate::services::log::Level;
use anyhow::{Context, Result};

/// Brings the configuration's effects about at startup.
pub fn apply_all(engine: &Engine) -> Result<()> {
    let file = engine.config.string(params::LOGFILE);
    engine.log.set_file(&file).with_context(|| format!("Can't open the log file: {file}"))?;
    for effect in [Effect::LogLevel, Effect::MaxMemory] {
        apply(engine, effect).map_err(anyhow::Error::msg)?;
    }
    Ok(())
}

/// Brings one effect about.
pub fn apply(engine: &Engine, effect: Effect) -> Result<(), String> {
    let config = &engine.config;
    match effect {
        Effect::LogLevel => engine.log.set_level(match config.get(params::LOGLEVEL) {
            LogLevel::Debug => Level::Debug,
            LogLevel::Verbose => Level::Verbose,
            LogLevel::Notice => Level::Notice,
            LogLevel::Warning => Level::Warning,
        }),
        Effect::MaxMemory => {
            let lfu = matches!(
                config.get(params::MAXMEMORY_POLICY),
                MaxmemoryPolicy::AllkeysLfu | MaxmemoryPolicy::VolatileLfu
            );
            let factor = |id| u32::try_from(config.get(id)).unwrap_or(u32::MAX);
            engine.keyspace.access.configure(
                lfu,
                factor(params::LFU_LOG_FACTOR),
                factor(params::LFU_DECAY_TIME),
            );
        }
        _ => {}
    }
    Ok(())
}
