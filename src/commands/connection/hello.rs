//! HELLO: the handshake that chooses the protocol version.

use super::auth::log_in;
use super::client::set_name;
use crate::commands::prelude::*;
use crate::commands::pubsub::deliver_waiting;
use crate::services::config::REDIS_VERSION;

pub const HELLO: Command = Command::new("hello", -1, hello)
    .flags(NOSCRIPT.or(LOADING).or(STALE).or(FAST).or(NO_AUTH).or(Flags::ALLOW_BUSY))
    .acl(Acl::CONNECTION)
    .group("connection")
    .since("6.0.0")
    .complexity("O(1)")
    .secrets(secrets)
    .syntax("[protover [AUTH username password] [SETNAME clientname]]")
    .summary("Handshakes with the Redis server.");

const UNAUTHENTICATED: &str = "NOAUTH HELLO must be called with the client already authenticated, \
    otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client \
    and select the RESP protocol version at the same time";

/// User and password behind AUTH.
fn secrets(argv: &[Arg<'_>], hide: &mut dyn FnMut(usize)) {
    let mut at = 1;
    while at < argv.len() {
        if argv[at].eq_ignore_ascii_case(b"auth") {
            (at + 1..at + 3).for_each(&mut *hide);
            at += 2;
        } else if argv[at].eq_ignore_ascii_case(b"setname") {
            at += 1;
        }
        at += 1;
    }
}

fn hello(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let mut version = if ctx.session.resp3 { 3 } else { 2 };
    if !args.is_empty() {
        let unreadable = || Error::msg("Protocol version is not an integer or out of range");
        version = args.int().map_err(|_| unreadable())?;
        if !(2..=3).contains(&version) {
            return Err(Error::coded("NOPROTO unsupported protocol version"));
        }
    }
    let (mut credentials, mut name) = (None, None);
    while !args.is_empty() {
        match args.peek() {
            Some(word) if word.eq_ignore_ascii_case(b"auth") && args.remaining() > 2 => {
                args.bytes()?;
                credentials = Some((args.bytes()?, args.bytes()?));
            }
            Some(word) if word.eq_ignore_ascii_case(b"setname") && args.remaining() > 1 => {
                args.bytes()?;
                name = Some(args.bytes()?);
            }
            word => {
                let word = String::from_utf8_lossy(word.unwrap_or_default()).into_owned();
                return Err(Error::msg(format!("Syntax error in HELLO option '{word}'")));
            }
        }
    }
    if let Some((user, password)) = credentials {
        log_in(ctx, user, password)?;
    }
    if !ctx.session.authenticated {
        return Err(Error::coded(UNAUTHENTICATED));
    }
    if let Some(name) = name {
        set_name(ctx, name)?;
    }
    // What was published before is still in the old version.
    deliver_waiting(ctx, reply);
    ctx.session.set_resp3(version == 3);
    if version == 3 {
        // Another client may have its invalidations sent here, at any time.
        ctx.session.client.open_outbox(&ctx.engine.stats);
    }
    reply.set_resp3(version == 3);
    reply.map(7);
    reply.bulk("server");
    reply.bulk("redis");
    reply.bulk("version");
    reply.bulk(REDIS_VERSION);
    reply.bulk("proto");
    reply.int(version);
    reply.bulk("id");
    reply.int(ctx.session.client.id as i64);
    reply.bulk("mode");
    reply.bulk("standalone");
    reply.bulk("role");
    reply.bulk("master");
    reply.bulk("modules");
    reply.array(0);
    Ok(())
}
