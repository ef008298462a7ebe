//! SUBSCRIBE, PSUBSCRIBE, SSUBSCRIBE. Each channel or pattern is confirmed by a push of its own.

use crate::commands::prelude::*;
use crate::services::config::params;
use crate::services::pubsub::Kind;

pub const SUBSCRIBE: Command = Command::new("subscribe", -2, subscribe)
    .flags(Flags::PUBSUB.or(NOSCRIPT).or(LOADING).or(STALE).or(Flags::SUBSCRIBER))
    .group("pubsub")
    .since("2.0.0")
    .complexity("O(N) where N is the number of channels to subscribe to.")
    .syntax("channel [channel ...]")
    .summary("Listens for messages published to channels.");

fn subscribe(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    subscribe_to(ctx, Kind::Channel, args, reply)
}

pub const PSUBSCRIBE: Command = Command::new("psubscribe", -2, psubscribe)
    .flags(Flags::PUBSUB.or(NOSCRIPT).or(LOADING).or(STALE).or(Flags::SUBSCRIBER))
    .group("pubsub")
    .since("2.0.0")
    .complexity("O(N) where N is the number of patterns to subscribe to.")
    .syntax("pattern [pattern ...]")
    .summary("Listens for messages published to channels that match one or more patterns.");

fn psubscribe(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    subscribe_to(ctx, Kind::Pattern, args, reply)
}

pub const SSUBSCRIBE: Command = Command::new("ssubscribe", -2, ssubscribe)
    .flags(Flags::PUBSUB.or(NOSCRIPT).or(LOADING).or(STALE).or(Flags::SUBSCRIBER))
    .keys(&[KeySpec::range(1, -1, 1, access::NOT_KEY)])
    .group("pubsub")
    .since("7.0.0")
    .complexity("O(N) where N is the number of shard channels to subscribe to.")
    .syntax("shardchannel [shardchannel ...]")
    .summary("Listens for messages published to shard channels.");

fn ssubscribe(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    subscribe_to(ctx, Kind::ShardChannel, args, reply)
}

fn subscribe_to(ctx: &mut Ctx<'_>, kind: Kind, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (engine, session) = (ctx.engine, &mut *ctx.session);
    session.client.open_outbox(&engine.stats);
    session.reply_has_pushes = true;
    for name in args {
        engine.pubsub.subscribe(session, kind, &name);
        let confirms = match kind {
            Kind::Channel => "subscribe",
            Kind::Pattern => "psubscribe",
            Kind::ShardChannel => "ssubscribe",
        };
        reply.push(3);
        reply.bulk(confirms);
        reply.bulk(&*name);
        reply.count(session.subscriptions.count(kind));
    }
    session.client.limit_output(&engine.config.get(params::CLIENT_OUTPUT_BUFFER_LIMIT));
    Ok(())
}
