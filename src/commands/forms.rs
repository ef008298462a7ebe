//! The forms in which commands are logged whose outcome depends on when they run ([`Ctx::log_as`]),
//! as far as several families share them. Where a log is replayed time stands still: what a
//! command found to be the case, and how long that is to last, is said outright.

use super::prelude::*;

/// The key is gone.
pub fn log_del(ctx: &mut Ctx<'_>, key: Key<'_>) {
    ctx.log_as(&[b"DEL", key.name]);
}

/// The key lives until then, Unix time in milliseconds.
pub fn log_deadline(ctx: &mut Ctx<'_>, key: Key<'_>, at_ms: i64) {
    ctx.log_as(&[b"PEXPIREAT", key.name, itoa::Buffer::new().format(at_ms).as_bytes()]);
}
