//! The dispatch of one command: look it up, check that it may run now, lock its keys, run
//! it, commit what it changed.

use super::command::{Command, Flags, Locks};
use super::commit::commit;
use super::ctx::Ctx;
use super::table::Row;
use super::Engine;
use crate::protocol::args::KeySlot;
use crate::protocol::{Arg, Args, Error, Reply, Result};
use crate::services::clients::flags;
use crate::services::session::Session;
use crate::store::Txn;
use crate::store::txn::Mode;
use crate::util::clock;
use smallvec::SmallVec;
use std::sync::atomic::Ordering;

/// Keys of one call, in ascending order of their places among the arguments.
type Keys = SmallVec<[KeySlot; 4]>;

/// Runs the request `argv` for a client and writes its reply. `began_us` is the time at
/// which it begins, Unix time in microseconds; returned is the time at which it ended.
pub fn dispatch(
    engine: &Engine,
    session: &mut Session,
    argv: &[Arg<'_>],
    reply: &mut Reply<'_>,
    began_us: i64,
) -> i64 {
    let reply_began = reply.len();
    let stripe = engine.stats.stripe(session.client.id);
    let row = match engine.table.find(argv) {
        Ok(row) => row,
        Err(error) => {
            refuse(engine, reply, &error);
            return began_us;
        }
    };
    let client = &session.client;
    client.last_command.store(row.index as u32 + 1, Ordering::Relaxed);
    if let Err(error) = may_run(engine, session, row, argv) {
        stripe.rejected(row.index);
        refuse(engine, reply, &error);
        return began_us;
    }
    let began_us = wait_for_pause(engine, session, row.command, began_us);
    let result = run(engine, session, row, argv, reply, began_us / 1000);
    let ended_us = clock::now_us();
    let failed = result.is_err();
    if let Err(error) = result {
        reply.truncate(reply_began);
        refuse(engine, reply, &error);
    }
    stripe.called(row.index, ended_us.saturating_sub(began_us).max(0) as u64, failed);
    ended_us
}

fn refuse(engine: &Engine, reply: &mut Reply<'_>, error: &Error) {
    engine.stats.error(&error.code());
    reply.error(error);
}

/// Whether the command may run at all, now, for this client.
fn may_run(engine: &Engine, session: &Session, row: &Row, argv: &[Arg<'_>]) -> Result {
    let command = row.command;
    if !command.accepts(argv.len()) || command.handler.is_none() {
        return Err(Error::Arity(row.full_name.clone()));
    }
    if !session.authenticated && !command.flags.has(Flags::NO_AUTH) {
        return Err(Error::NoAuth);
    }
    if engine.persistence.loading.load(Ordering::Relaxed) && !command.flags.has(Flags::LOADING) {
        return Err(Error::Loading);
    }
    Ok(())
}

/// Waits at the door while CLIENT PAUSE is on. Returns when the command begins.
fn wait_for_pause(engine: &Engine, session: &Session, command: &Command, began_us: i64) -> i64 {
    if !engine.pause.is_on(began_us / 1000) || command.name == "client" || is_connection_only(command) {
        return began_us;
    }
    let writes = command.flags.has(Flags::WRITE) || command.flags.has(Flags::MAY_REPLICATE);
    session.client.set(flags::BLOCKED, true);
    engine.pause.wait(writes, clock::now_ms, || {
        session.client.is_killed() || engine.shutdown.is_ending()
    });
    session.client.set(flags::BLOCKED, false);
    clock::now_us()
}

/// Commands that manage the pause itself must get through it.
fn is_connection_only(command: &Command) -> bool {
    matches!(command.name, "pause" | "unpause" | "kill" | "list" | "id" | "shutdown")
}

/// Locks, runs and commits.
fn run(
    engine: &Engine,
    session: &mut Session,
    row: &Row,
    argv: &[Arg<'_>],
    reply: &mut Reply<'_>,
    now_ms: i64,
) -> Result {
    let Some(handler) = row.command.handler else { return Ok(()) };
    let keys = keys_of(engine, row.command, argv);
    let mut txn = lock(engine, session.db, row.command, argv, &keys, now_ms);
    txn.set_touches(!session.client.has(flags::NO_TOUCH));
    let first = 1 + usize::from(row.is_subcommand);
    let args = Args::new(argv, first, &keys, session.db);
    let client_id = session.client.id;
    let mut ctx = Ctx { engine, session, row, txn };
    let result = handler(&mut ctx, args, reply);
    let txn = ctx.txn;
    commit(engine, &txn);
    let (hits, misses) = txn.lookups();
    if hits + misses > 0 {
        let stripe = engine.stats.stripe(client_id);
        stripe.hits.fetch_add(u64::from(hits), Ordering::Relaxed);
        stripe.misses.fetch_add(u64::from(misses), Ordering::Relaxed);
    }
    txn.finish();
    result
}

/// The keys among the arguments, by the command's specifications. Where the arguments
/// contradict them there are none: the handler finds the same fault and says so.
fn keys_of(engine: &Engine, command: &Command, argv: &[Arg<'_>]) -> Keys {
    let mut keys = Keys::new();
    for spec in command.keys {
        let consistent = spec.positions(argv, |index| {
            let hash = engine.keyspace.hash(&argv[index]);
            keys.push(KeySlot { index: index as u32, hash });
        });
        if !consistent {
            keys.clear();
            break;
        }
    }
    if command.keys.len() > 1 {
        keys.sort_unstable_by_key(|slot| slot.index);
        keys.dedup_by_key(|slot| slot.index);
    }
    keys
}

fn lock<'a>(
    engine: &'a Engine,
    db: u16,
    command: &Command,
    argv: &[Arg<'_>],
    keys: &Keys,
    now_ms: i64,
) -> Txn<'a> {
    let keyspace = &engine.keyspace;
    let mode = if command.flags.has(Flags::WRITE) { Mode::Write } else { Mode::Read };
    match command.locks {
        Locks::Keys => Txn::lock(keyspace, mode, keys.iter().map(|slot| (db, slot.hash)), now_ms),
        Locks::KeysAlsoIn(other) => {
            let other = other(argv).filter(|db| *db < keyspace.databases()).unwrap_or(db);
            let both = keys.iter().flat_map(|slot| [(db, slot.hash), (other, slot.hash)]);
            Txn::lock(keyspace, mode, both, now_ms)
        }
        Locks::Databases(which) => {
            let mut dbs = which(argv, db, keyspace.databases());
            dbs.retain(|db| *db < keyspace.databases());
            dbs.sort_unstable();
            dbs.dedup();
            Txn::lock_all(keyspace, mode, dbs.into_iter(), now_ms)
        }
    }
}
