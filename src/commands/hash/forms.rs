//! The forms in which changes of fields are logged that depend on the time: until when fields live,
//! not for how long. None is logged where no field has changed.

use crate::commands::prelude::*;

/// The fields live until then, Unix time in milliseconds; if that has passed, they are gone.
pub fn log_deadline(ctx: &mut Ctx<'_>, key: Key<'_>, at_ms: i64, fields: &[&[u8]]) {
    if at_ms <= ctx.horizon_ms() {
        return log_deleted(ctx, key, fields);
    }
    let mut digits = itoa::Buffer::new();
    log_counted(ctx, &[b"HPEXPIREAT", key.name, digits.format(at_ms).as_bytes()], fields, 1);
}

/// The fields live for ever.
pub fn log_persisted(ctx: &mut Ctx<'_>, key: Key<'_>, fields: &[&[u8]]) {
    log_counted(ctx, &[b"HPERSIST", key.name], fields, 1);
}

/// The fields are gone.
pub fn log_deleted(ctx: &mut Ctx<'_>, key: Key<'_>, fields: &[&[u8]]) {
    if ctx.is_logged() && !fields.is_empty() {
        let argv: Vec<&[u8]> =
            [b"HDEL", key.name].into_iter().chain(fields.iter().copied()).collect();
        ctx.log_as(&argv);
    }
}

/// The fields have these values, and live until then.
pub fn log_set_until(ctx: &mut Ctx<'_>, key: Key<'_>, at_ms: i64, fields: &[&[u8]]) {
    let mut digits = itoa::Buffer::new();
    let head = [b"HSETEX", key.name, b"PXAT", digits.format(at_ms).as_bytes()];
    log_counted(ctx, &head, fields, 2);
}

/// A command that names its fields behind `FIELDS`, each with `width` arguments.
fn log_counted(ctx: &mut Ctx<'_>, head: &[&[u8]], fields: &[&[u8]], width: usize) {
    if !ctx.is_logged() || fields.is_empty() {
        return;
    }
    let mut digits = itoa::Buffer::new();
    let count: &[u8] = digits.format(fields.len() / width).as_bytes();
    let fields = fields.iter().copied();
    let argv: Vec<&[u8]> = head.iter().copied().chain([b"FIELDS", count]).chain(fields).collect();
    ctx.log_as(&argv);
}
