//! What a command is, the table of all commands, the dispatch of one, and the commit of its
//! effects. EXEC, scripts, replay and a replica's apply all come through here, so this
//! folder knows no command itself: the server hands it the table.

pub mod batch;
pub mod blocking;
pub mod command;
pub mod commit;
pub mod ctx;
pub mod dispatch;
pub mod effects;
pub mod keyspec;
pub mod loading;
mod misconf;
pub mod notify;
pub mod observe;
mod oom_score;
pub mod panics;
pub mod propagate;
pub mod replay;
pub mod saving;
pub mod shutdown;
pub mod syntax;
pub mod table;
pub mod tracking;
pub mod transaction;

pub use command::{Acl, Command, Flags, Locks};
pub use ctx::Ctx;
pub use keyspec::{KeySpec, access};
pub use table::Table;

use crate::persistence::aof::Aof;
use crate::services::clients::Clients;
use crate::services::commandlog::CommandLog;
use crate::services::config::Config;
use crate::services::hotkeys::HotKeys;
use crate::services::latency::LatencyMonitor;
use crate::services::log::Log;
use crate::services::memory::MemoryGauge;
use crate::services::monitors::Monitors;
use crate::services::pause::Pause;
use crate::services::pubsub::PubSub;
use crate::services::stats::Stats;
use crate::services::tracking::Tracking;
use crate::store::Keyspace;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};

/// The server's parts, as every thread shares them.
pub struct Engine {
    /// The keys.
    pub keyspace: Keyspace,
    /// Every parameter.
    pub config: Config,
    /// Everyone connected.
    pub clients: Clients,
    /// Who is subscribed to what.
    pub pubsub: PubSub,
    /// Who has which keys in a cache of its own.
    pub tracking: Tracking,
    /// Counters. Shared with threads that write to clients.
    pub stats: Arc<Stats>,
    /// Every command.
    pub table: Table,
    /// Clients that watch every command.
    pub monitors: Monitors,
    /// Calls that were slow or large.
    pub commandlog: CommandLog,
    /// Events that took long.
    pub latency: LatencyMonitor,
    /// The keys that cost the most.
    pub hotkeys: HotKeys,
    /// How much memory is in use.
    pub memory: MemoryGauge,
    /// The log.
    pub log: Log,
    /// Clients that wait for keys.
    pub waiting: blocking::Queues,
    /// CLIENT PAUSE.
    pub pause: Pause,
    /// What identifies this process to the world.
    pub identity: Identity,
    /// The append-only file.
    pub aof: Aof,
    /// The state of loading.
    pub persistence: Persistence,
    /// Asks the saver to save, and knows what it did.
    pub saving: saving::Saving,
    /// Asks the main thread to end the server.
    pub shutdown: shutdown::Door,
    /// What DEBUG changes, for tests.
    pub debug: DebugSwitches,
}

/// What DEBUG changes about a running server, for tests.
pub struct DebugSwitches {
    /// `SET-ACTIVE-EXPIRE 0` turns the reaper off.
    pub reaper_on: AtomicBool,
    /// `PAUSE-CRON 1` turns the periodic work off.
    pub housekeeping_on: AtomicBool,
    /// `SET-DISABLE-DENY-SCRIPTS 1`: scripts may call commands that are marked `noscript`.
    pub scripts_unrestricted: AtomicBool,
    /// `QUICKLIST-PACKED-THRESHOLD`: see [`crate::types::Limits::list_plain_bytes`].
    pub list_plain_bytes: AtomicUsize,
}

impl Default for DebugSwitches {
    fn default() -> Self {
        DebugSwitches {
            reaper_on: AtomicBool::new(true),
            housekeeping_on: AtomicBool::new(true),
            scripts_unrestricted: AtomicBool::new(false),
            list_plain_bytes: AtomicUsize::new(0),
        }
    }
}

/// What identifies a running server.
pub struct Identity {
    /// 40 random hexadecimal digits, new with every start.
    pub run_id: String,
    /// The replication history's name: 40 random hexadecimal digits.
    pub replication_id: parking_lot::Mutex<String>,
    /// When the process started, Unix time in milliseconds.
    pub started_ms: i64,
    /// The executable's path.
    pub executable: String,
    /// The configuration file's path; empty without one.
    pub config_file: String,
    /// The port that clients come in by.
    pub port: u16,
}

/// Loading, as INFO persistence tells.
#[derive(Default)]
pub struct Persistence {
    /// A file is being loaded: most commands are refused.
    pub loading: loading::Loading,
    /// Keys that the last load skipped since they had expired.
    pub load_expired: AtomicU64,
    /// Keys that the last load brought.
    pub load_keys: AtomicU64,
    /// Function libraries that came with the data set, kept for the next save.
    pub functions: parking_lot::Mutex<Vec<Vec<u8>>>,
}
