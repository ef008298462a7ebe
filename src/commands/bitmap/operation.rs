//! BITOP: bitwise operations between strings.

use crate::commands::prelude::*;
use crate::store::Entry;
use crate::types::bits::combine::{Operation, combine};
use std::borrow::Cow;
use std::sync::Arc;

pub const BITOP: Command = Command::new("bitop", -4, bitop)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::BITMAP)
    .keys(&[
        KeySpec::one(2, access::OW | access::UPDATE),
        KeySpec::range(3, -1, 1, access::RO | access::ACCESS),
    ])
    .group("bitmap")
    .since("2.6.0")
    .complexity("O(N)")
    .syntax("<AND|OR|XOR|NOT|DIFF|DIFF1|ANDOR|ONE> destkey key [key ...]")
    .summary("Performs bitwise operations on multiple strings, and stores the result.");

fn bitop(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let operation = operation(&mut args)?;
    let destination = args.key()?;
    let result = {
        let sources = sources(ctx, args)?;
        let sources: Vec<&[u8]> = sources.iter().map(|source| &**source).collect();
        combine(operation, &sources).map_err(|_| Error::msg("insufficient memory"))?
    };
    let len = result.len();
    if len == 0 {
        ctx.txn.remove(destination, Event::DEL);
    } else {
        let result = Arc::new(result);
        ctx.txn.set_string(destination, NewStr::made(&result), Expiry::Clear, Event::string("set"));
    }
    reply.count(len);
    Ok(())
}

/// The operation, if it takes as many sources as there are.
fn operation(args: &mut Args<'_>) -> Result<Operation> {
    let word = args.keyword();
    let sources = args.remaining().saturating_sub(1);
    let operation = match word.as_str() {
        "and" => Operation::And,
        "or" => Operation::Or,
        "xor" => Operation::Xor,
        "not" => Operation::Not,
        "diff" => Operation::Diff,
        "diff1" => Operation::Diff1,
        "andor" => Operation::AndOr,
        "one" => Operation::One,
        _ => return Err(Error::Syntax),
    };
    match operation {
        Operation::Not if sources != 1 => {
            Err(Error::msg("BITOP NOT must be called with a single source key."))
        }
        Operation::Diff | Operation::Diff1 | Operation::AndOr if sources < 2 => {
            let name = word.as_str().to_uppercase();
            Err(Error::msg(format!("BITOP {name} must be called with at least two source keys.")))
        }
        _ => Ok(operation),
    }
}

/// The strings at the keys that are left; a missing one is empty.
fn sources<'t>(ctx: &'t mut Ctx<'_>, args: Args<'_>) -> Result<Vec<Cow<'t, [u8]>>> {
    // Looking a key up counts it, for which the transaction is borrowed alone.
    let mut keys = args;
    while !keys.is_empty() {
        ctx.txn.string(keys.key()?)?;
    }
    let (mut keys, mut sources) = (args, Vec::new());
    while !keys.is_empty() {
        let string = ctx.txn.peek(keys.key()?).and_then(Entry::as_str);
        sources.push(string.map_or(Cow::default(), Str::bytes));
    }
    Ok(sources)
}
