//! MEMORY STATS.

use super::figures::{Database, Figures, excess, ratio};
use super::{REPORT_TIPS, subcommand};
use crate::commands::prelude::*;

pub const STATS: Command = subcommand("stats", 2, stats)
    .locks(Locks::WALK_ALL)
    .summary("Returns details about memory usage.")
    .tips(REPORT_TIPS);

fn stats(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let figures = Figures::take(ctx);
    let map = reply.defer();
    let mut pairs = Pairs { reply, count: 0 };
    totals(&figures, &mut pairs);
    figures.databases.iter().for_each(|database| pairs.database(database));
    dataset(&figures, &mut pairs);
    allocator(&figures, &mut pairs);
    let count = pairs.count;
    reply.end_map(map, count);
    Ok(())
}

fn totals(figures: &Figures, pairs: &mut Pairs<'_, '_>) {
    pairs.bytes("peak.allocated", figures.peak);
    pairs.bytes("total.allocated", figures.used());
    pairs.bytes("startup.allocated", figures.startup);
    pairs.bytes("replication.backlog", 0);
    pairs.bytes("clients.slaves", 0);
    pairs.bytes("clients.normal", figures.clients);
    pairs.bytes("cluster.links", 0);
    pairs.bytes("aof.buffer", 0);
    pairs.bytes("lua.caches", 0);
    pairs.bytes("functions.caches", 0);
}

fn dataset(figures: &Figures, pairs: &mut Pairs<'_, '_>) {
    let (keys, tables) =
        (figures.keys() as u64, figures.databases.iter().map(|db| db.tables).sum());
    pairs.bytes("overhead.db.hashtable.lut", tables);
    pairs.bytes("overhead.db.hashtable.rehashing", 0);
    pairs.bytes("overhead.total", figures.overhead());
    pairs.bytes("db.dict.rehashing.count", 0);
    pairs.bytes("keys.count", keys);
    pairs.bytes("keys.bytes-per-key", figures.net().checked_div(keys).unwrap_or(0));
    pairs.bytes("dataset.bytes", figures.dataset());
    pairs.double("dataset.percentage", figures.dataset_percent());
    pairs.double("peak.percentage", 100.0 * ratio(figures.used(), figures.peak));
}

fn allocator(figures: &Figures, pairs: &mut Pairs<'_, '_>) {
    let allocator = &figures.allocator;
    pairs.bytes("allocator.allocated", allocator.allocated);
    pairs.bytes("allocator.active", allocator.active);
    pairs.bytes("allocator.resident", allocator.resident);
    pairs.bytes("allocator.muzzy", allocator.muzzy);
    for (name, part, whole) in [
        ("allocator-fragmentation", allocator.active, allocator.allocated),
        ("allocator-rss", allocator.resident, allocator.active),
        ("rss-overhead", figures.rss, allocator.resident),
    ] {
        pairs.double(&format!("{name}.ratio"), ratio(part, whole));
        pairs.int(&format!("{name}.bytes"), excess(part, whole));
    }
    pairs.double("fragmentation", ratio(figures.rss, figures.used()));
    pairs.int("fragmentation.bytes", excess(figures.rss, figures.used()));
}

/// The pairs of a map, counted as they are written.
struct Pairs<'r, 'o> {
    reply: &'r mut Reply<'o>,
    count: usize,
}

impl Pairs<'_, '_> {
    fn name(&mut self, name: &str) {
        self.count += 1;
        self.reply.bulk(name);
    }

    fn bytes(&mut self, name: &str, bytes: u64) {
        self.int(name, i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    fn int(&mut self, name: &str, value: i64) {
        self.name(name);
        self.reply.int(value);
    }

    fn double(&mut self, name: &str, value: f64) {
        self.name(name);
        self.reply.double(value);
    }

    fn database(&mut self, database: &Database) {
        self.name(&format!("db.{}", database.db));
        self.reply.map(2);
        for (name, bytes) in [
            ("overhead.hashtable.main", database.tables),
            ("overhead.hashtable.expires", database.deadlines),
        ] {
            self.reply.bulk(name);
            self.reply.int(bytes as i64);
        }
    }
}
