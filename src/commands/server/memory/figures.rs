//! Where memory went, as INFO memory, MEMORY STATS and MEMORY DOCTOR tell: what the allocator
//! says, divided into the data set and everything else.

use crate::commands::prelude::*;
use crate::services::{memory, process};
use crate::store::SHARDS;
use crate::store::usage::table_bytes;
use std::sync::atomic::Ordering::Relaxed;

/// Everything at one moment, in bytes.
pub struct Figures {
    /// The allocator's view.
    pub allocator: memory::MemoryFigures,
    /// The most that was ever in use.
    pub peak: u64,
    /// In use before the data set was loaded.
    pub startup: u64,
    /// The process in physical memory.
    pub rss: u64,
    /// Clients: their buffers, and what is known about them.
    pub clients: u64,
    /// Databases that have keys.
    pub databases: Vec<Database>,
}

/// What one database costs beside its keys and values.
pub struct Database {
    /// Its number.
    pub db: u16,
    /// Its keys.
    pub keys: usize,
    /// Bytes of the hash tables.
    pub tables: u64,
    /// Bytes of the heaps of deadlines.
    pub deadlines: u64,
}

impl Figures {
    /// The figures as of now. Each shard is locked for a moment, one after the other.
    pub fn take(ctx: &Ctx<'_>) -> Figures {
        let (stats, clients) = (&ctx.engine.stats, ctx.engine.clients.all());
        let databases = ctx.engine.keyspace.databases();
        let allocator = memory::figures();
        let peak = stats.peak_memory_bytes.fetch_max(allocator.allocated, Relaxed);
        Figures {
            allocator,
            peak: peak.max(allocator.allocated),
            startup: stats.startup_memory_bytes.load(Relaxed),
            rss: process::resident_bytes(),
            clients: clients.iter().map(|client| client.memory_bytes()).sum(),
            databases: (0..databases).filter_map(|db| Database::of(ctx, db)).collect(),
        }
    }

    /// Bytes in use.
    pub fn used(&self) -> u64 {
        self.allocator.allocated
    }

    /// Bytes in use that are not keys or values.
    pub fn overhead(&self) -> u64 {
        let databases: u64 = self.databases.iter().map(|db| db.tables + db.deadlines).sum();
        self.startup + self.clients + databases
    }

    /// Bytes of keys and values.
    pub fn dataset(&self) -> u64 {
        self.used().saturating_sub(self.overhead())
    }

    /// Bytes in use beyond those at the start.
    pub fn net(&self) -> u64 {
        self.used().saturating_sub(self.startup)
    }

    /// The data set's share of those, in percent.
    pub fn dataset_percent(&self) -> f64 {
        100.0 * ratio(self.dataset(), self.net()).min(1.0)
    }

    /// Keys of all databases.
    pub fn keys(&self) -> usize {
        self.databases.iter().map(|db| db.keys).sum()
    }
}

impl Database {
    fn of(ctx: &Ctx<'_>, db: u16) -> Option<Database> {
        let database = ctx.engine.keyspace.database(db);
        let mut sum = Database { db, keys: 0, tables: 0, deadlines: 0 };
        for shard in 0..SHARDS {
            let table = ctx.txn.table(db, shard);
            sum.keys += table.len();
            sum.tables += table_bytes(&table) as u64;
            sum.deadlines += database.shard(shard).deadlines.allocated_bytes() as u64;
        }
        (sum.keys > 0).then_some(sum)
    }
}

/// How many times `part` is `whole`; 0 where there is no whole.
pub fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// How much larger `part` is than `whole`, in bytes; it may be smaller.
pub fn excess(part: u64, whole: u64) -> i64 {
    part as i64 - whole as i64
}
