//! The end of a transaction: its changes are committed, those who wait for the keys it changed
//! are served, and its guards go. A waiter's request is run by the thread that made the change,
//! under the guards it already holds, so that what was pushed belongs to the waiter before
//! anybody else can see it, and before the pusher has its reply.
//!
//! A waiter that needs a shard which is not held (BLMOVE's destination) cannot be served like
//! that. Then the queue is promised: nobody may take the key's elements ahead of it until this
//! thread comes back, holding all that the first in the queue needs.

use super::super::Engine;
use super::super::commit::commit;
use super::super::ctx::{Asked, Ctx, Turn};
use super::super::propagate::Propagation;
use super::super::{panics, tracking};
use super::queues::QueueKey;
use super::waiter::{State, Waiter};
use crate::protocol::{Args, Reply};
use crate::services::stats::Stripe;
use crate::store::Txn;
use crate::store::txn::Mode;
use crate::util::clock;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Commits a transaction's changes, which the client with the id `by` made (0 is the server
/// itself): logs them, serves who waited for them, and ends it. Returns how far the log has to
/// reach before the client may hear of them.
pub fn conclude(engine: &Engine, by: u64, mut txn: Txn<'_>, propagation: Propagation) -> u64 {
    let stripe = engine.stats.stripe(by);
    let mut ready = VecDeque::new();
    let logged_to = propagation.append(engine, &mut txn);
    commit(engine, by, &mut txn, &mut ready);
    match ready.is_empty() {
        true => end(stripe, txn),
        false => serve_all(engine, stripe, txn, ready),
    }
    logged_to
}

/// Serves the queues of a waiter's keys though none has changed, with all that it needs locked:
/// it is time for it.
pub fn retry(engine: &Engine, stripe: &Stripe, waiter: &Waiter) {
    let keys = |hashes: &[u64]| hashes.iter().map(|hash| (waiter.db, *hash)).collect::<Vec<_>>();
    let ready = VecDeque::from(keys(&waiter.wait.keys));
    let all = ready.iter().copied().chain(keys(&waiter.others));
    let txn = Txn::lock(&engine.keyspace, Mode::Write, all, clock::now_ms());
    serve_all(engine, stripe, txn, ready);
}

/// Serves queues until nobody is left for whom there is something, and ends the transaction.
fn serve_all(engine: &Engine, stripe: &Stripe, txn: Txn<'_>, ready: VecDeque<QueueKey>) {
    let mut promises = serve(engine, stripe, txn, ready);
    while let Some((key, waiter)) = promises.pop_front() {
        let keys = waiter.others.iter().map(|hash| (waiter.db, *hash)).chain([key]);
        let txn = Txn::lock(&engine.keyspace, Mode::Write, keys, clock::now_ms());
        engine.waiting.promise(key, false);
        promises.extend(serve(engine, stripe, txn, VecDeque::from([key])));
    }
}

/// Queues to come back to, each with the waiter whose keys have to be locked then.
type Promises = VecDeque<(QueueKey, Arc<Waiter>)>;

/// Serves the queues of `ready`, and of the keys that become ready by it.
fn serve(
    engine: &Engine,
    stripe: &Stripe,
    txn: Txn<'_>,
    mut ready: VecDeque<QueueKey>,
) -> Promises {
    let mut promises = Promises::new();
    // Those who waited for some of the keys may have left meanwhile.
    let Some(first) = ready.iter().find_map(|key| engine.waiting.next(*key, None, false)) else {
        end(stripe, txn);
        return promises;
    };
    let row = &engine.table.rows()[first.row];
    let mut session = first.session();
    let mut ctx = Ctx::new(engine, &mut session, row, txn, Turn::OnBehalf);
    while let Some(key) = ready.pop_front() {
        let mut served = None;
        while let Some(waiter) = next(engine, &ctx.txn, key, served) {
            let holds = |hash: &u64| ctx.txn.holds(waiter.db, *hash);
            if !waiter.others.iter().all(holds) {
                engine.waiting.promise(key, true);
                promises.push_back((key, waiter));
                break;
            }
            served = Some(waiter.ticket);
            run(&mut ctx, &waiter);
            commit(engine, waiter.client.id, &mut ctx.txn, &mut ready);
        }
    }
    end(stripe, ctx.txn);
    promises
}

/// Lets go of the guards.
fn end(stripe: &Stripe, txn: Txn<'_>) {
    let (hits, misses) = txn.lookups();
    if hits > 0 {
        stripe.hits.fetch_add(u64::from(hits), Ordering::Relaxed);
    }
    if misses > 0 {
        stripe.misses.fetch_add(u64::from(misses), Ordering::Relaxed);
    }
    txn.finish();
}

/// The next waiter behind the one with the ticket `after` for whom `key` may have something.
fn next(
    engine: &Engine,
    txn: &Txn<'_>,
    key: QueueKey,
    mut after: Option<u64>,
) -> Option<Arc<Waiter>> {
    loop {
        let kind = txn.kind_by_hash(key.0, key.1);
        let waiter = engine.waiting.next(key, after, kind.is_none())?;
        if waiter.wait.even_if_gone || kind == Some(waiter.wait.kind) {
            return Some(waiter);
        }
        after = Some(waiter.ticket);
    }
}

/// Runs a waiter's request. Its wait goes on if its handler asks for that.
fn run(ctx: &mut Ctx<'_>, waiter: &Waiter) {
    let mut state = waiter.state();
    if !matches!(*state, State::Waiting) {
        return;
    }
    let engine = ctx.engine;
    ctx.row = &engine.table.rows()[waiter.row];
    let Some(handler) = ctx.row.command.handler else { return };
    *ctx.session = waiter.session();
    ctx.asked = Asked::Nothing;
    let argv = waiter.request().argv();
    let first = 1 + usize::from(ctx.row.is_subcommand);
    let args = Args::new(&argv, first, waiter.request().keys(), waiter.db);
    let mut output = Vec::new();
    let mut reply = Reply::new(&mut output, ctx.session.resp3);
    let name = &*ctx.row.full_name;
    let result = panics::stop_on_panic(&engine.log, name, || handler(ctx, args, &mut reply));
    ctx.propagation.record(&mut ctx.txn, waiter.db, &argv);
    let logged_to = ctx.propagation.flush(engine);
    if let Asked::ToWait(wait) = &ctx.asked {
        waiter.run_again_at(wait.again_ms);
        return;
    }
    if let Err(error) = &result {
        reply.truncate(0);
        reply.error(error);
        engine.stats.error(&error.code());
    }
    // Its own thread will write the reply: what it is told of from now on comes behind that.
    if let Some(outbox) = waiter.client.outbox() {
        outbox.cork();
    }
    tracking::remember(ctx, &argv, waiter.request().keys());
    *state = State::Served { output, failed: result.is_err(), logged_to };
    waiter.ring();
}
