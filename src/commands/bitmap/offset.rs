//! Where a bit is, as an argument says it.

use crate::commands::prelude::*;
use crate::services::config::params;
use crate::util::number;

/// The next argument as a bit's offset. It must lie in the longest string there may be.
pub fn bit_offset(ctx: &Ctx<'_>, args: &mut Args<'_>) -> Result<usize> {
    within_bounds(ctx, number::parse_i64(args.bytes()?))
}

/// As [`bit_offset`]; after a `#` the offset counts fields of `width` bits.
pub fn field_offset(ctx: &Ctx<'_>, args: &mut Args<'_>, width: usize) -> Result<usize> {
    let Some(index) = args.peek().and_then(|arg| arg.strip_prefix(b"#")) else {
        return bit_offset(ctx, args);
    };
    args.arg()?;
    let index = number::parse_i64(index);
    within_bounds(ctx, index.and_then(|index| index.checked_mul(width as i64)))
}

fn within_bounds(ctx: &Ctx<'_>, offset: Option<i64>) -> Result<usize> {
    let most = ctx.engine.config.size(params::PROTO_MAX_BULK_LEN);
    offset
        .and_then(|offset| usize::try_from(offset).ok())
        .filter(|offset| offset / 8 < most)
        .ok_or(Error::msg("bit offset is not an integer or out of range"))
}
