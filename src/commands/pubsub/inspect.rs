//! PUBSUB: who listens.

use crate::commands::prelude::*;
use crate::services::pubsub::Kind;

pub const PUBSUB: Command = Command::container("pubsub", -2)
    .group("pubsub")
    .since("2.8.0")
    .complexity("Depends on subcommand.")
    .summary("A container for Pub/Sub commands.")
    .subcommands(&[&CHANNELS, &HELP, &NUMPAT, &NUMSUB, &SHARDCHANNELS, &SHARDNUMSUB]);

/// A subcommand that works in every state of the server.
const fn subcommand(
    name: &'static str,
    arity: i32,
    handler: crate::engine::command::Handler,
) -> Command {
    Command::new(name, arity, handler)
        .flags(Flags::PUBSUB.or(LOADING).or(STALE))
        .group("pubsub")
        .since("2.8.0")
}

const CHANNELS: Command = subcommand("channels", -2, channels)
    .complexity(
        "O(N) where N is the number of active channels, and assuming constant time pattern \
         matching (relatively short channels and patterns)",
    )
    .syntax("[pattern]")
    .summary("Returns the active channels.");

fn channels(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    list(ctx, Kind::Channel, args, reply)
}

const SHARDCHANNELS: Command = subcommand("shardchannels", -2, shard_channels)
    .since("7.0.0")
    .complexity(
        "O(N) where N is the number of active shard channels, and assuming constant time pattern \
         matching (relatively short shard channels).",
    )
    .syntax("[pattern]")
    .summary("Returns the active shard channels.");

fn shard_channels(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    list(ctx, Kind::ShardChannel, args, reply)
}

fn list(ctx: &Ctx<'_>, kind: Kind, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    if args.remaining() > 1 {
        let given = args.argv().get(1).map_or(&b""[..], |arg| arg.bytes());
        return Err(Error::msg(format!(
            "unknown subcommand or wrong number of arguments for '{}'. Try PUBSUB HELP.",
            String::from_utf8_lossy(given)
        )));
    }
    let pattern = args.next();
    let channels = ctx.engine.pubsub.channels(kind, pattern.as_deref());
    reply.strings(channels.iter());
    Ok(())
}

const NUMSUB: Command = subcommand("numsub", -2, numsub)
    .complexity("O(N) for the NUMSUB subcommand, where N is the number of requested channels")
    .syntax("[channel [channel ...]]")
    .summary("Returns a count of subscribers to channels.");

fn numsub(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    count(ctx, Kind::Channel, args, reply)
}

const SHARDNUMSUB: Command = subcommand("shardnumsub", -2, shard_numsub)
    .since("7.0.0")
    .complexity(
        "O(N) for the SHARDNUMSUB subcommand, where N is the number of requested shard channels",
    )
    .syntax("[shardchannel [shardchannel ...]]")
    .summary("Returns the count of subscribers of shard channels.");

fn shard_numsub(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    count(ctx, Kind::ShardChannel, args, reply)
}

fn count(ctx: &Ctx<'_>, kind: Kind, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.array(args.remaining() * 2);
    for channel in args {
        reply.bulk(&*channel);
        reply.count(ctx.engine.pubsub.subscribers(kind, &channel));
    }
    Ok(())
}

const NUMPAT: Command = subcommand("numpat", 2, numpat)
    .complexity("O(1)")
    .summary("Returns a count of unique pattern subscriptions.");

fn numpat(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.count(ctx.engine.pubsub.count(Kind::Pattern));
    Ok(())
}

const HELP: Command = subcommand("help", 2, help)
    .flags(LOADING.or(STALE))
    .since("6.2.0")
    .complexity("O(1)")
    .summary("Returns helpful text about the different subcommands.");

fn help(_: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.help(
        "PUBSUB",
        &[
            "CHANNELS [<pattern>]",
            "    Return the currently active channels matching a <pattern> (default: '*').",
            "NUMPAT",
            "    Return number of subscriptions to patterns.",
            "NUMSUB [<channel> ...]",
            "    Return the number of subscribers for the specified channels, excluding",
            "    pattern subscriptions(default: no channels).",
            "SHARDCHANNELS [<pattern>]",
            "    Return the currently active shard level channels matching a <pattern> (default: '*').",
            "SHARDNUMSUB [<shardchannel> ...]",
            "    Return the number of subscribers for the specified shard level channel(s)",
        ],
    );
    Ok(())
}
