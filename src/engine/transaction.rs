//! MULTI to EXEC: queueing instead of running, what EXEC has to lock, and running the queue in
//! one `Txn`.

use super::Engine;
use super::command::{Flags, Locks};
use super::ctx::{Ctx, Turn};
use super::dispatch::Call;
use super::observe::{self, Ran};
use super::table::Row;
use super::tracking;
use crate::protocol::{Args, Error, Reply, Request, Result};
use crate::services::monitors::Source;
use crate::services::session::Session;
use crate::services::transaction::Queue;
use crate::store::Txn;
use crate::store::txn::Mode;
use crate::util::clock;
use smallvec::SmallVec;
use std::sync::atomic::Ordering;

/// Puts a call at the end of the queue.
pub fn enqueue(session: &mut Session, row: &Row, call: &Call<'_>, reply: &mut Reply<'_>) -> Result {
    let Some(queue) = &mut session.queue else { return Ok(()) };
    if row.command.flags.has(Flags::NO_MULTI) {
        return Err(Error::msg("Command not allowed inside a transaction"));
    }
    queue.push(row.index, Request::new(call.argv, call.keys));
    session.client.queued.store(queue.requests.len() as u32, Ordering::Relaxed);
    session.client.queued_bytes.store(queue.bytes as u64, Ordering::Relaxed);
    reply.simple("QUEUED");
    Ok(())
}

/// The flags of everything in the queue.
pub fn queued_flags(engine: &Engine, queue: &Queue) -> Flags {
    let rows = queue.requests.iter().map(|(row, _)| &engine.table.rows()[*row]);
    rows.fold(Flags::NONE, |all, row| all | row.command.flags)
}

/// Locks everything that the queue's commands and the watched keys need, once and together.
/// Other shards stay free.
pub fn lock<'a>(engine: &'a Engine, session: &Session, now_ms: i64) -> Txn<'a> {
    let keyspace = &engine.keyspace;
    let Some(queue) = session.queue.as_deref().filter(|queue| !queue.failed) else {
        return Txn::lock(keyspace, Mode::Read, std::iter::empty(), now_ms);
    };
    let mode = queued_flags(engine, queue).mode();
    let mut keys: Vec<(u16, u64)> = session.watches.places().collect();
    let mut dbs: SmallVec<[u16; 2]> = SmallVec::new();
    let mut db = session.db;
    for (row, request) in &queue.requests {
        let command = engine.table.rows()[*row].command;
        let argv = request.argv();
        let hashes = || request.keys().iter().map(|slot| slot.hash);
        match command.locks {
            Locks::Keys | Locks::Queue => keys.extend(hashes().map(|hash| (db, hash))),
            Locks::KeysAlsoIn(other) => {
                let other = other(&argv).filter(|db| *db < keyspace.databases()).unwrap_or(db);
                keys.extend(hashes().flat_map(|hash| [(db, hash), (other, hash)]));
            }
            Locks::Databases(which) | Locks::Walk(which) => {
                keys.extend(hashes().map(|hash| (db, hash)));
                dbs.extend(which(&argv, db, keyspace.databases()));
            }
        }
        if let Some(selects) = command.selects {
            db = selects(&argv).filter(|db| *db < keyspace.databases()).unwrap_or(db);
        }
    }
    dbs.retain(|db| *db < keyspace.databases());
    Txn::lock_keys_and_databases(keyspace, mode, keys.into_iter(), &dbs, now_ms)
}

/// Runs the queue: a reply for each of its commands, errors among them. An error does not keep
/// the others from running.
pub fn run(ctx: &mut Ctx<'_>, queue: &Queue, reply: &mut Reply<'_>) {
    let (row, turn) = (ctx.row, ctx.turn);
    ctx.turn = Turn::Only;
    let mut began_us = clock::now_us();
    reply.array(queue.requests.len());
    for (index, request) in &queue.requests {
        ctx.row = &ctx.engine.table.rows()[*index];
        began_us = run_one(ctx, request, reply, began_us);
    }
    (ctx.row, ctx.turn) = (row, turn);
}

/// Returns the time at which it ended, in microseconds.
fn run_one(ctx: &mut Ctx<'_>, request: &Request, reply: &mut Reply<'_>, began_us: i64) -> i64 {
    let reply_began = reply.len();
    let Some(handler) = ctx.row.command.handler else { return began_us };
    let argv = request.argv();
    let first = 1 + usize::from(ctx.row.is_subcommand);
    let db = ctx.session.db;
    let result = handler(ctx, Args::new(&argv, first, request.keys(), db), reply);
    // The database as it was: the handler may have chosen another.
    ctx.propagation.record(&mut ctx.txn, db, &argv);
    tracking::remember(ctx, &argv, request.keys());
    let (engine, row, client) = (ctx.engine, ctx.row, &ctx.session.client);
    observe::show(engine, Source::Client(client), ctx.session.db, row.command, &argv);
    let ended_us = clock::now_us();
    let took_us = ended_us.saturating_sub(began_us).max(0) as u64;
    let failed = result.is_err();
    if let Err(error) = result {
        reply.truncate(reply_began);
        engine.stats.error(&error.code());
        reply.error(&error);
    }
    let reply_bytes = reply.len() - reply_began;
    let ran = Ran { row, argv: &argv, keys: request.keys(), took_us, failed, reply_bytes };
    observe::record(engine, client, &ran);
    ended_us
}
