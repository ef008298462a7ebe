//! UNSUBSCRIBE, PUNSUBSCRIBE, SUNSUBSCRIBE: of what is named, or else of all there is. Messages
//! that came before go out before the confirmation; after it, there are none.

use crate::commands::prelude::*;
use crate::engine::ctx::Turn;
use crate::services::config::params;
use crate::services::pubsub::Kind;

pub const UNSUBSCRIBE: Command = Command::new("unsubscribe", -1, unsubscribe)
    .flags(Flags::PUBSUB.or(NOSCRIPT).or(LOADING).or(STALE).or(Flags::SUBSCRIBER))
    .group("pubsub")
    .since("2.0.0")
    .complexity("O(N) where N is the number of channels to unsubscribe.")
    .syntax("[channel [channel ...]]")
    .summary("Stops listening to messages posted to channels.");

fn unsubscribe(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    unsubscribe_from(ctx, Kind::Channel, args, reply)
}

pub const PUNSUBSCRIBE: Command = Command::new("punsubscribe", -1, punsubscribe)
    .flags(Flags::PUBSUB.or(NOSCRIPT).or(LOADING).or(STALE).or(Flags::SUBSCRIBER))
    .group("pubsub")
    .since("2.0.0")
    .complexity("O(N) where N is the number of patterns to unsubscribe.")
    .syntax("[pattern [pattern ...]]")
    .summary("Stops listening to messages published to channels that match one or more patterns.");

fn punsubscribe(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    unsubscribe_from(ctx, Kind::Pattern, args, reply)
}

pub const SUNSUBSCRIBE: Command = Command::new("sunsubscribe", -1, sunsubscribe)
    .flags(Flags::PUBSUB.or(NOSCRIPT).or(LOADING).or(STALE).or(Flags::SUBSCRIBER))
    .keys(&[KeySpec::range(1, -1, 1, access::NOT_KEY)])
    .group("pubsub")
    .since("7.0.0")
    .complexity("O(N) where N is the number of shard channels to unsubscribe.")
    .syntax("[shardchannel [shardchannel ...]]")
    .summary("Stops listening to messages posted to shard channels.");

fn sunsubscribe(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    unsubscribe_from(ctx, Kind::ShardChannel, args, reply)
}

fn unsubscribe_from(
    ctx: &mut Ctx<'_>,
    kind: Kind,
    args: Args<'_>,
    reply: &mut Reply<'_>,
) -> Result {
    let (engine, session) = (ctx.engine, &mut *ctx.session);
    session.reply_has_pushes = true;
    let mut confirm = |name: Option<&[u8]>, count: usize| {
        reply.push(3);
        reply.bulk(match kind {
            Kind::Channel => "unsubscribe",
            Kind::Pattern => "punsubscribe",
            Kind::ShardChannel => "sunsubscribe",
        });
        reply.bulk_or_null(name);
        reply.count(count);
    };
    if args.is_empty() && session.subscriptions.names(kind).is_empty() {
        confirm(None, session.subscriptions.count(kind));
    } else if args.is_empty() {
        for name in session.subscriptions.names(kind).clone() {
            engine.pubsub.unsubscribe(session, kind, &name);
            confirm(Some(&name), session.subscriptions.count(kind));
        }
    } else {
        for name in args {
            engine.pubsub.unsubscribe(session, kind, &name);
            confirm(Some(&name), session.subscriptions.count(kind));
        }
    }
    session.client.limit_output(&engine.config.get(params::CLIENT_OUTPUT_BUFFER_LIMIT));
    deliver_waiting(ctx, reply);
    Ok(())
}

/// Ends all subscriptions without a confirmation.
pub fn unsubscribe_all(ctx: &mut Ctx<'_>, reply: &mut Reply<'_>) {
    ctx.engine.pubsub.leave(ctx.session);
    let limits = ctx.engine.config.get(params::CLIENT_OUTPUT_BUFFER_LIMIT);
    ctx.session.client.limit_output(&limits);
    deliver_waiting(ctx, reply);
}

/// Puts messages that wait for the end of this batch of requests before the reply that is being
/// written: what it says (a subscription is over, the protocol's version changes) must not come
/// before them.
pub fn deliver_waiting(ctx: &mut Ctx<'_>, reply: &mut Reply<'_>) {
    let session = &mut *ctx.session;
    let Some(outbox) = session.client.outbox() else { return };
    if ctx.turn == Turn::Only && !session.resp3 {
        // A message before EXEC's reply would be taken for it. Its subscription began in this
        // very transaction: it comes behind, unless by then the client listens no more.
        if session.subscriptions.is_empty() {
            outbox.take_corked();
        }
        return;
    }
    let messages = outbox.take_corked();
    if !messages.is_empty() {
        let bytes: Vec<u8> = messages.iter().flat_map(|message| message.iter().copied()).collect();
        reply.put_before(&bytes);
        session.reply_has_pushes = true;
    }
}
