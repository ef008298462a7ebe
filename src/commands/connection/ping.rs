//! PING, ECHO.

use crate::commands::prelude::*;

pub const PING: Command = Command::new("ping", -1, ping)
    .flags(FAST.or(Flags::SUBSCRIBER))
    .acl(Acl::CONNECTION)
    .group("connection")
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("[message]")
    .summary("Returns the server's liveliness response.")
    .tips(&["request_policy:all_shards", "response_policy:all_succeeded"]);

fn ping(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    if args.remaining() > 1 {
        return Err(Error::Arity(ctx.row.full_name.clone()));
    }
    if ctx.session.only_listens() {
        // In the form of a message, so that clients that expect nothing else can read it.
        reply.array(2);
        reply.bulk("pong");
        reply.bulk(args.next().as_deref().unwrap_or_default());
        return Ok(());
    }
    match args.next() {
        Some(message) => reply.bulk(&*message),
        None => reply.simple("PONG"),
    }
    Ok(())
}

pub const ECHO: Command = Command::new("echo", 2, echo)
    .flags(FAST.or(LOADING).or(STALE))
    .acl(Acl::CONNECTION)
    .group("connection")
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("message")
    .summary("Returns the given string.");

fn echo(_: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.bulk(args.bytes()?);
    Ok(())
}
