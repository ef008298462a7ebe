//! The dispatch of one command: look it up, check that it may run now, lock its keys, run
//! it, commit what it changed. A client that has to wait for a key waits here.

use super::Engine;
use super::blocking::{self, Waiter, conclude};
use super::command::{Command, Flags, Locks};
use super::ctx::{Asked, Ctx, Turn};
use super::misconf;
use super::observe::{self, Ran};
use super::panics;
use super::table::Row;
use super::{tracking, transaction};
use crate::protocol::args::KeySlot;
use crate::protocol::{Arg, Args, Error, Reply, Result};
use crate::services::clients::flags as client_flags;
use crate::services::config::params;
use crate::services::monitors::Source;
use crate::services::outbox::delivery;
use crate::services::session::Session;
use crate::store::Txn;
use crate::util::clock;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// One request on its way: the command it asks for, its arguments, and which are keys.
pub struct Call<'a> {
    /// The command, or why there is none.
    pub row: Result<&'a Row>,
    /// The arguments, the command's name first.
    pub argv: &'a [Arg<'a>],
    /// The keys among them, in ascending order.
    pub keys: &'a [KeySlot],
}

impl Call<'_> {
    /// Whether the client may have to wait for this call's end: by the command's nature, or
    /// since a pause is on. Replies that are due should leave before.
    pub fn may_wait(&self, engine: &Engine, now_us: i64) -> bool {
        let may_wait = |flags: Flags| flags.has(Flags::WAITS) || flags.has(Flags::BLOCKING);
        let waits = self.row.as_ref().is_ok_and(|row| may_wait(row.command.flags));
        waits || engine.pause.is_on(now_us / 1000)
    }
}

/// Runs a call for a client and writes its reply. `began_us` is the time at which it begins,
/// Unix time in microseconds; returned is the time at which it ended.
pub fn dispatch(
    engine: &Engine,
    session: &mut Session,
    call: &Call<'_>,
    reply: &mut Reply<'_>,
    began_us: i64,
) -> i64 {
    tracking::begin_request(session, call);
    let reply_began = reply.len();
    let row = match &call.row {
        Ok(row) => *row,
        Err(error) => {
            session.fail_transaction();
            refuse(engine, reply, error);
            return began_us;
        }
    };
    let flags = flags_with_queue(engine, session, row.command);
    session.client.last_command.store(row.index as u32 + 1, Ordering::Relaxed);
    let mut allowed = may_run(engine, session, row, flags, call.argv);
    let is_queued = session.queue.is_some() && !flags.has(Flags::AT_ONCE);
    if is_queued && allowed.is_ok() {
        allowed = transaction::enqueue(session, row, call, reply);
    }
    if let Err(error) = allowed {
        engine.stats.stripe(session.client.id).rejected(row.index);
        let error = abort_transaction(engine, session, row.command, error);
        refuse(engine, reply, &error);
        return began_us;
    }
    if is_queued {
        return began_us;
    }
    let is_first = reply.is_empty();
    let Some(began_us) = wait_for_pause(engine, session, flags, is_first, began_us) else {
        session.close();
        return clock::now_us();
    };
    let outcome = run(engine, session, row, flags, call, reply, began_us / 1000);
    let mut ended_us = clock::now_us();
    // How long a client waits is not how long its command took.
    let took_us = ended_us.saturating_sub(began_us).max(0) as u64;
    let result = match outcome {
        Outcome::Done(result) => result.map(|()| true),
        Outcome::Waits(waiter) => {
            let result = blocking::park(engine, session, &waiter, reply);
            ended_us = clock::now_us();
            result
        }
    };
    let failed = !matches!(result, Ok(true));
    if let Err(error) = result {
        reply.truncate(reply_began);
        refuse(engine, reply, &error);
    }
    let reply_bytes = reply.len() - reply_began;
    let ran = Ran { row, argv: call.argv, keys: call.keys, took_us, failed, reply_bytes };
    observe::record(engine, &session.client, &ran);
    ended_us
}

fn refuse(engine: &Engine, reply: &mut Reply<'_>, error: &Error) {
    engine.stats.error(&error.code());
    reply.error(error);
}

/// Whether the command may run at all, now, for this client.
fn may_run(
    engine: &Engine,
    session: &Session,
    row: &Row,
    flags: Flags,
    argv: &[Arg<'_>],
) -> Result {
    let command = row.command;
    if !command.accepts(argv.len()) || command.handler.is_none() {
        return Err(Error::Arity(row.full_name.clone()));
    }
    if !session.authenticated && !flags.has(Flags::NO_AUTH) {
        return Err(Error::NoAuth);
    }
    if let Some(parameter) = command.protected_by
        && !engine.config.get(parameter).allows(session.client.stream.is_local())
    {
        return Err(protected(command));
    }
    if flags.has(Flags::DENYOOM) && is_out_of_memory(engine) {
        return Err(Error::OutOfMemory);
    }
    misconf::check(engine, command, flags)?;
    let uses_keys =
        flags.has(Flags::READONLY) || flags.has(Flags::WRITE) || flags.has(Flags::MAY_REPLICATE);
    if uses_keys && session.client.has(client_flags::MONITOR) {
        // To Redis whoever watches is a replica of a kind.
        return Err(Error::msg("Replica can't interact with the keyspace"));
    }
    if !flags.has(Flags::SUBSCRIBER) && session.only_listens() {
        return Err(only_listens(row));
    }
    if engine.persistence.loading.is_on() && !flags.has(Flags::LOADING) {
        return Err(Error::Loading);
    }
    Ok(())
}

/// RESP2 cannot tell messages from replies: a subscriber may only ask for more or fewer of them.
fn only_listens(row: &Row) -> Error {
    Error::msg(format!(
        "Can't execute '{}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are \
         allowed in this context",
        row.full_name
    ))
}

/// The command's flags, and where it is EXEC those of everything it would run.
fn flags_with_queue(engine: &Engine, session: &Session, command: &Command) -> Flags {
    match (&command.locks, &session.queue) {
        (Locks::Queue, Some(queue)) => command.flags | transaction::queued_flags(engine, queue),
        _ => command.flags,
    }
}

/// A command was refused that was to be queued, or it is EXEC itself: the transaction cannot
/// run, and EXEC's client is told why.
fn abort_transaction(
    engine: &Engine,
    session: &mut Session,
    command: &Command,
    error: Error,
) -> Error {
    session.fail_transaction();
    if !matches!(command.locks, Locks::Queue) {
        return error;
    }
    session.end_transaction(&engine.keyspace);
    let text = error.to_string();
    let text = text.strip_prefix("ERR ").unwrap_or(&text);
    Error::coded(format!("EXECABORT Transaction discarded because of: {text}"))
}

/// Whether more memory is in use than `maxmemory` allows.
fn is_out_of_memory(engine: &Engine) -> bool {
    let most = engine.config.get(params::MAXMEMORY);
    most > 0 && engine.memory.used_bytes() > most as u64
}

fn protected(command: &Command) -> Error {
    let (shown, parameter) =
        (command.name.to_uppercase(), format!("enable-{}-command", command.name));
    Error::msg(format!(
        "{shown} command not allowed. If the {parameter} option is set to \"local\", you can run it \
         from a local connection, otherwise you need to set this option in the configuration file, \
         and then restart the server."
    ))
}

/// Waits at the door while CLIENT PAUSE is on. Returns when the command begins: never, if its
/// client leaves, or the server ends, before the pause does.
fn wait_for_pause(
    engine: &Engine,
    session: &Session,
    flags: Flags,
    replies_are_sent: bool,
    began_us: i64,
) -> Option<i64> {
    if !engine.pause.is_on(began_us / 1000) {
        return Some(began_us);
    }
    let writes = flags.has(Flags::WRITE) || flags.has(Flags::MAY_REPLICATE);
    let client = &session.client;
    client.begin_wait(replies_are_sent);
    delivery::deliver();
    let waited = engine.pause.wait(writes, clock::now_ms, || {
        client.is_killed() || engine.shutdown.is_ending() || client.stream.peer_has_left()
    });
    client.end_wait();
    waited.then(clock::now_us)
}

/// What a call came to.
enum Outcome {
    /// It ran.
    Done(Result),
    /// Its client is to wait.
    Waits(Arc<Waiter>),
}

/// Locks, runs and commits.
fn run(
    engine: &Engine,
    session: &mut Session,
    row: &Row,
    flags: Flags,
    call: &Call<'_>,
    reply: &mut Reply<'_>,
    now_ms: i64,
) -> Outcome {
    let Some(handler) = row.command.handler else { return Outcome::Done(Ok(())) };
    let mut txn = lock(engine, session, row.command, call, now_ms);
    txn.set_touches(!session.client.has(client_flags::NO_TOUCH));
    let first = 1 + usize::from(row.is_subcommand);
    let db = session.db;
    let args = Args::new(call.argv, first, call.keys, db);
    let client_id = session.client.id;
    let mut ctx = Ctx::new(engine, session, row, txn, Turn::First);
    let (log, name) = (&engine.log, &*row.full_name);
    let result = if flags.has(Flags::WRITE) {
        panics::stop_on_panic(log, name, || handler(&mut ctx, args, reply))
    } else {
        panics::contain(log, name, || handler(&mut ctx, args, reply)).unwrap_or_else(|| {
            ctx.session.close();
            Err(Error::msg(format!("internal error in '{name}' command")))
        })
    };
    ctx.propagation.record(&mut ctx.txn, db, call.argv);
    tracking::remember(&mut ctx, call.argv, call.keys);
    let source = Source::Client(&ctx.session.client);
    observe::show(engine, source, ctx.session.db, row.command, call.argv);
    let asked = std::mem::replace(&mut ctx.asked, Asked::Nothing);
    let outcome = match (result, asked) {
        (Ok(()), Asked::ToWait(wait)) => {
            match blocking::join(engine, ctx.session, call, row.index, wait) {
                Ok(waiter) => Outcome::Waits(waiter),
                Err(error) => Outcome::Done(Err(error)),
            }
        }
        (result, _) => Outcome::Done(result),
    };
    let Ctx { session, txn, propagation, .. } = ctx;
    let logged_to =
        panics::stop_on_panic(log, name, || conclude(engine, client_id, txn, propagation));
    session.logged_to = session.logged_to.max(logged_to);
    outcome
}

/// Locks what a command's keys need, and where it is EXEC those of everything that is queued.
pub(super) fn lock<'a>(
    engine: &'a Engine,
    session: &Session,
    command: &Command,
    call: &Call<'_>,
    now_ms: i64,
) -> Txn<'a> {
    let (keyspace, db) = (&engine.keyspace, session.db);
    let mode = command.flags.mode();
    match command.locks {
        Locks::Keys => {
            Txn::lock(keyspace, mode, call.keys.iter().map(|slot| (db, slot.hash)), now_ms)
        }
        Locks::KeysAlsoIn(other) => {
            let other = other(call.argv).filter(|db| *db < keyspace.databases()).unwrap_or(db);
            let both = call.keys.iter().flat_map(|slot| [(db, slot.hash), (other, slot.hash)]);
            Txn::lock(keyspace, mode, both, now_ms)
        }
        Locks::Databases(which) => {
            let mut dbs = which(call.argv, db, keyspace.databases());
            dbs.retain(|db| *db < keyspace.databases());
            let keys = call.keys.iter().map(|slot| (db, slot.hash));
            Txn::lock_keys_and_databases(keyspace, mode, keys, &dbs, now_ms)
        }
        Locks::Walk(_) => Txn::lock(keyspace, mode, std::iter::empty(), now_ms),
        Locks::Queue => transaction::lock(engine, session, now_ms),
    }
}
