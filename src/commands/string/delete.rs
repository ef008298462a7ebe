//! DELEX, DELIFEQ: deleting a key only if it holds what the client expects, as one does with
//! a lock.

use super::condition::Condition;
use crate::commands::forms::log_del;
use crate::commands::prelude::*;
use crate::types::Type;

pub const DELEX: Command = Command::new("delex", -2, delex)
    .flags(WRITE.or(FAST))
    .acl(Acl::STRING)
    .keys(&[KeySpec::one(1, access::RW | access::DELETE | access::VARIABLE_FLAGS)])
    .key_access(key_access)
    .group("string")
    .since("8.4.0")
    .complexity(
        "O(1) for IFEQ/IFNE, O(N) for IFDEQ/IFDNE where N is the length of the string value.",
    )
    .syntax("key [IFEQ ifeq-value|IFNE ifne-value|IFDEQ ifdeq-digest|IFDNE ifdne-digest]")
    .summary("Conditionally removes the specified key based on value or digest comparison.");

/// Only a condition makes it look at the value.
fn key_access(argv: &[Arg<'_>]) -> u16 {
    let conditional = argv.len() > 2;
    access::DELETE | if conditional { access::RW } else { access::RM }
}

/// The faults of a condition are looked for in the order Redis finds them: where there is no
/// key, there is nothing to complain about.
fn delex(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let holds = match (args.remaining(), ctx.txn.get(key)) {
        (0, _) => true,
        (2, None) => false,
        (2, Some(entry)) if entry.kind() != Type::String => {
            return Err(Error::msg("Key should be of string type if conditions are specified"));
        }
        (2, Some(entry)) => {
            let condition = Condition::on_value(args.keyword().as_str(), &mut args)?;
            let unknown = || Error::msg("Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE");
            condition.ok_or_else(unknown)?.holds(Some(entry))?
        }
        _ => return Err(Error::Arity(ctx.row.full_name.clone())),
    };
    delete_if(ctx, key, holds, reply);
    Ok(())
}

/// Valkey's, since its version 9.0.
pub const DELIFEQ: Command = Command::new("delifeq", 3, delifeq)
    .flags(WRITE.or(FAST))
    .acl(Acl::STRING)
    .keys(&[KeySpec::one(1, access::RM | access::DELETE)])
    .group("string")
    .since("9.0.0")
    .complexity("O(1)")
    .syntax("key value")
    .summary("Delete key if value matches string.");

fn delifeq(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let holds = Condition::Equal(args.bytes()?).holds(ctx.txn.peek(key))?;
    delete_if(ctx, key, holds, reply);
    Ok(())
}

/// Deletes the key where the condition holds, and answers whether it did. To the log it is gone:
/// not every server that reads one knows conditions.
fn delete_if(ctx: &mut Ctx<'_>, key: Key<'_>, holds: bool, reply: &mut Reply<'_>) {
    let removed = holds && ctx.txn.remove(key, Event::DEL);
    if removed {
        log_del(ctx, key);
    }
    reply.int(i64::from(removed));
}
