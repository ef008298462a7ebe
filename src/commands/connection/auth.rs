//! AUTH, and what HELLO shares with it.

use crate::commands::prelude::*;
use crate::services::config::params;

pub const AUTH: Command = Command::new("auth", -2, auth)
    .flags(NOSCRIPT.or(LOADING).or(STALE).or(FAST).or(NO_AUTH).or(Flags::ALLOW_BUSY))
    .acl(Acl::CONNECTION)
    .group("connection")
    .since("1.0.0")
    .complexity("O(N) where N is the number of passwords defined for the user")
    .syntax("[username] password")
    .secrets(|argv, hide| (1..argv.len()).for_each(hide))
    .summary("Authenticates the connection.");

fn auth(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    match args.remaining() {
        1 => {
            if ctx.engine.config.get(params::REQUIREPASS).is_empty() {
                return Err(Error::msg(
                    "AUTH <password> called without any password configured for the default user. \
                     Are you sure your configuration is correct?",
                ));
            }
            log_in(ctx, DEFAULT_USER, args.bytes()?)?;
        }
        2 => log_in(ctx, args.bytes()?, args.bytes()?)?,
        _ => return Err(Error::Syntax),
    }
    reply.ok();
    Ok(())
}

/// The one user there is.
pub const DEFAULT_USER: &[u8] = b"default";

/// Authenticates the client as `user`, or fails and changes nothing.
pub fn log_in(ctx: &mut Ctx<'_>, user: &[u8], password: &[u8]) -> Result {
    let expected = ctx.engine.config.get(params::REQUIREPASS);
    let right = expected.is_empty() || same_in_constant_time(&expected, password);
    if user != DEFAULT_USER || !right {
        return Err(Error::WrongPass);
    }
    ctx.session.authenticated = true;
    ctx.session.client.labels.lock().user = user.to_vec();
    Ok(())
}

/// Compares without telling by its duration where the first difference is.
fn same_in_constant_time(a: &[u8], b: &[u8]) -> bool {
    let differences = a.iter().zip(b).fold(0, |acc, (x, y)| acc | (x ^ y));
    std::hint::black_box(differences) == 0 && a.len() == b.len()
}
