//! Running what a log says: commands that have happened once already. Nothing refuses them, no
//! matter what the server's state and configuration say of clients; nothing is counted, shown to
//! monitors or logged again; nobody waits. And time stands still: what expired, and when, is in
//! the log.
//!
//! A transaction is run when its EXEC comes. One that ends before it has not happened.

use super::Engine;
use super::blocking::conclude;
use super::command::{Command, Flags, Locks};
use super::ctx::{Ctx, Turn};
use super::dispatch::{self, Call};
use super::panics;
use super::propagate::Propagation;
use super::table::Row;
use super::transaction;
use crate::protocol::{Args, Error, Reply};
use crate::services::clients::Client;
use crate::services::session::Session;
use crate::services::stream::Stream;
use crate::store::Txn;
use crate::util::clock;
use std::io;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

/// Why a log cannot be replayed any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stuck {
    /// There is no such command.
    UnknownCommand,
    /// There is no such database: what follows would end up in another.
    NoDatabase,
}

/// Whoever runs the commands of a log.
pub struct Replay<'a> {
    engine: &'a Engine,
    session: Session,
    /// The replies, which nobody reads.
    output: Vec<u8>,
}

impl<'a> Replay<'a> {
    /// Begins in database 0. What runs has a session as every client, whose socket has nobody at
    /// its other end.
    ///
    /// # Errors
    /// The system grants no socket.
    pub fn begin(engine: &'a Engine) -> io::Result<Replay<'a>> {
        let (socket, _) = UnixStream::pair()?;
        let stream = Arc::new(Stream::Unix(socket));
        let client = Arc::new(Client::new(0, stream, "", clock::now_ms()));
        let session = Session::new(client, true);
        Ok(Replay { engine, session, output: Vec::new() })
    }

    /// The selected database.
    pub fn db(&self) -> u16 {
        self.session.db
    }

    /// Whether a transaction has begun and not ended.
    pub fn is_in_transaction(&self) -> bool {
        self.session.queue.is_some()
    }

    /// Runs a command. `now_ms` is the time that relative deadlines count from, which Redis does
    /// not write to logs, but others may have.
    ///
    /// # Errors
    /// See [`Stuck`]. That a command itself fails, which it did not when it happened first, is for
    /// the server's log: the others run all the same.
    pub fn run(&mut self, call: &Call<'_>, now_ms: i64) -> std::result::Result<(), Stuck> {
        let Ok(row) = &call.row else { return Err(Stuck::UnknownCommand) };
        self.output.clear();
        let failures = match row.command.accepts(call.argv.len()) {
            false => vec![Failure { row, error: Error::Arity(row.full_name.clone()) }],
            true if !has_effect(row.command) => Vec::new(),
            true if self.is_in_transaction() && !row.command.flags.has(Flags::AT_ONCE) => {
                let mut reply = Reply::new(&mut self.output, false);
                let queued = transaction::enqueue(&mut self.session, row, call, &mut reply);
                queued.err().map(|error| Failure { row, error }).into_iter().collect()
            }
            true => self.execute(row, call, now_ms),
        };
        failures.iter().for_each(|failure| self.complain(failure));
        match failures.iter().any(|failure| failure.row.command.selects.is_some()) {
            true => Err(Stuck::NoDatabase),
            false => Ok(()),
        }
    }

    fn execute<'r>(&mut self, row: &'r Row, call: &Call<'_>, now_ms: i64) -> Vec<Failure<'r>>
    where
        'a: 'r,
    {
        let (engine, name) = (self.engine, &*row.full_name);
        let has_queue = self.is_in_transaction();
        let mut txn = dispatch::lock(engine, &self.session, row.command, call, now_ms);
        txn.stop_time();
        let mut ctx = Ctx::new(engine, &mut self.session, row, txn, Turn::Only);
        ctx.propagation = Propagation::off();
        let mut reply = Reply::new(&mut self.output, false);
        let mut failures = Vec::new();
        panics::stop_on_panic(&engine.log, name, || match row.command.locks {
            Locks::Queue if has_queue => run_queue(engine, &mut ctx, &mut reply, &mut failures),
            _ => run_one(row, &mut ctx, call, &mut reply, &mut failures),
        });
        let txn: Txn<'_> = ctx.txn;
        panics::stop_on_panic(&engine.log, name, || conclude(engine, 0, txn, Propagation::off()));
        failures
    }

    /// An error says that the log, or this server, is not what it should be.
    fn complain(&self, failure: &Failure<'_>) {
        self.engine.log.warning(format!(
            "== CRITICAL == This server is sending an error to its AOF-loading-client: '{}' after \
             processing the command '{}'",
            failure.error, failure.row.full_name
        ));
    }
}

/// Whether a command belongs into a log. Whatever else is found there (GET, but also SHUTDOWN or
/// DEBUG SLEEP) changed nothing when it happened first: it is passed over.
fn has_effect(command: &Command) -> bool {
    let flags = command.flags;
    let changes = flags.has(Flags::WRITE) || flags.has(Flags::MAY_REPLICATE);
    changes || flags.has(Flags::AT_ONCE) || command.selects.is_some()
}

/// A command that did not work.
struct Failure<'r> {
    row: &'r Row,
    error: Error,
}

fn run_one<'r>(
    row: &'r Row,
    ctx: &mut Ctx<'_>,
    call: &Call<'_>,
    reply: &mut Reply<'_>,
    failures: &mut Vec<Failure<'r>>,
) {
    let Some(handler) = row.command.handler else { return };
    let first = 1 + usize::from(row.is_subcommand);
    let args = Args::new(call.argv, first, call.keys, ctx.session.db);
    if let Err(error) = handler(ctx, args, reply) {
        failures.push(Failure { row, error });
    }
}

/// EXEC. (Without a queue it is a command like others, and fails.)
fn run_queue<'r>(
    engine: &'r Engine,
    ctx: &mut Ctx<'_>,
    reply: &mut Reply<'_>,
    failures: &mut Vec<Failure<'r>>,
) {
    let Some(queue) = ctx.session.end_transaction(&engine.keyspace) else { return };
    for (index, request) in &queue.requests {
        let Some(row) = engine.table.rows().get(*index) else { continue };
        let argv = request.argv();
        let call = Call { row: Ok(row), argv: &argv, keys: request.keys() };
        run_one(row, ctx, &call, reply, failures);
    }
}
