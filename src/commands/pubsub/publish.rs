//! PUBLISH, SPUBLISH.

use crate::commands::prelude::*;

pub const PUBLISH: Command = Command::new("publish", 3, publish)
    .flags(Flags::PUBSUB.or(LOADING).or(STALE).or(FAST).or(Flags::MAY_REPLICATE))
    .group("pubsub")
    .since("2.0.0")
    .complexity(
        "O(N+M) where N is the number of clients subscribed to the receiving channel and M is \
         the total number of subscribed patterns (by any client).",
    )
    .syntax("channel message")
    .summary("Posts a message to a channel.");

fn publish(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (channel, message) = (args.bytes()?, args.bytes()?);
    reply.count(ctx.engine.pubsub.publish(channel, message));
    Ok(())
}

pub const SPUBLISH: Command = Command::new("spublish", 3, spublish)
    .flags(Flags::PUBSUB.or(LOADING).or(STALE).or(FAST).or(Flags::MAY_REPLICATE))
    .keys(&[KeySpec::one(1, access::NOT_KEY)])
    .group("pubsub")
    .since("7.0.0")
    .complexity("O(N) where N is the number of clients subscribed to the receiving shard channel.")
    .syntax("shardchannel message")
    .summary("Posts a message to a shard channel.");

fn spublish(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (channel, message) = (args.bytes()?, args.bytes()?);
    reply.count(ctx.engine.pubsub.publish_to_shard(channel, message));
    Ok(())
}
