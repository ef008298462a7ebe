//! LMOVE, RPOPLPUSH, and BLMOVE, BRPOPLPUSH, which wait for something to take: an element goes
//! from one list to another, or from one end of a list to the other.

use super::ends::{end, end_name, pop_event, push_event};
use crate::commands::prelude::*;
use crate::engine::blocking::timeout_seconds;
use crate::types::Type;
use crate::types::list::{End, List};
use smallvec::SmallVec;

/// What all four do to their keys.
const KEYS: &[KeySpec] = &[
    KeySpec::one(1, access::RW | access::ACCESS | access::DELETE),
    KeySpec::one(2, access::RW | access::INSERT),
];

pub const LMOVE: Command = Command::new("lmove", 5, lmove)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::LIST)
    .keys(KEYS)
    .group("list")
    .since("6.2.0")
    .complexity("O(1)")
    .syntax("source destination <LEFT|RIGHT> <LEFT|RIGHT>")
    .summary(
        "Returns an element after popping it from one list and pushing it to another. Deletes \
         the list if the last element was moved.",
    );

fn lmove(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (source, destination) = (args.key()?, args.key()?);
    let (from, to) = (end(&mut args)?, end(&mut args)?);
    Transfer { source, from, destination, to }.run_or_null(ctx, reply)
}

pub const RPOPLPUSH: Command = Command::new("rpoplpush", 3, rpoplpush)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::LIST)
    .keys(KEYS)
    .group("list")
    .since("1.2.0")
    .complexity("O(1)")
    .syntax("source destination")
    .summary(
        "Returns the last element of a list after removing and pushing it to another list. \
         Deletes the list if the last element was popped.",
    )
    .deprecated("6.2.0", "`LMOVE` with the `RIGHT` and `LEFT` arguments");

fn rpoplpush(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (source, destination) = (args.key()?, args.key()?);
    Transfer { source, from: End::Back, destination, to: End::Front }.run_or_null(ctx, reply)
}

pub const BLMOVE: Command = Command::new("blmove", 6, blmove)
    .flags(WRITE.or(DENYOOM).or(BLOCKING))
    .acl(Acl::LIST)
    .keys(KEYS)
    .group("list")
    .since("6.2.0")
    .complexity("O(1)")
    .syntax("source destination <LEFT|RIGHT> <LEFT|RIGHT> timeout")
    .summary(
        "Pops an element from a list, pushes it to another list and returns it. Blocks until an \
         element is available otherwise. Deletes the list if the last element was moved.",
    );

fn blmove(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (source, destination) = (args.key()?, args.key()?);
    let (from, to) = (end(&mut args)?, end(&mut args)?);
    let until_ms = timeout_seconds(&mut args, ctx.now_ms())?;
    Transfer { source, from, destination, to }.run_or_wait(ctx, until_ms, reply)
}

pub const BRPOPLPUSH: Command = Command::new("brpoplpush", 4, brpoplpush)
    .flags(WRITE.or(DENYOOM).or(BLOCKING))
    .acl(Acl::LIST)
    .keys(KEYS)
    .group("list")
    .since("2.2.0")
    .complexity("O(1)")
    .syntax("source destination timeout")
    .summary(
        "Pops an element from a list, pushes it to another list and returns it. Blocks until an \
         element is available otherwise. Deletes the list if the last element was popped.",
    )
    .deprecated("6.2.0", "`BLMOVE` with the `RIGHT` and `LEFT` arguments");

fn brpoplpush(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (source, destination) = (args.key()?, args.key()?);
    let until_ms = timeout_seconds(&mut args, ctx.now_ms())?;
    let transfer = Transfer { source, from: End::Back, destination, to: End::Front };
    transfer.run_or_wait(ctx, until_ms, reply)
}

/// An element's way.
struct Transfer<'a> {
    source: Key<'a>,
    from: End,
    destination: Key<'a>,
    to: End,
}

impl Transfer<'_> {
    fn run_or_null(self, ctx: &mut Ctx<'_>, reply: &mut Reply<'_>) -> Result {
        if !self.run(ctx, reply)? {
            reply.null();
        }
        Ok(())
    }

    fn run_or_wait(
        self,
        ctx: &mut Ctx<'_>,
        until_ms: Option<i64>,
        reply: &mut Reply<'_>,
    ) -> Result {
        if ctx.may_take(self.source) && self.run(ctx, reply)? {
            let (source, destination) = (self.source.name, self.destination.name);
            ctx.log_as(&[b"LMOVE", source, destination, end_name(self.from), end_name(self.to)]);
            return Ok(());
        }
        let block = Block::until_filled(Type::List, [self.source], until_ms, InVain::Null);
        ctx.block(block, reply)
    }

    /// Moves one element, and answers with it. False, and no answer, if there is none.
    fn run(&self, ctx: &mut Ctx<'_>, reply: &mut Reply<'_>) -> Result<bool> {
        let (limits, from, to) = (ctx.limits(), self.from, self.to);
        // A write that finds nothing is no miss.
        let Some(entry) = ctx.txn.peek(self.source) else { return Ok(false) };
        let list = entry.get::<List>().ok_or(Error::WrongType)?;
        let mut element = SmallVec::<[u8; 128]>::new();
        list.from_end(from, 1).for_each(|outermost| {
            element.extend_from_slice(outermost.text(&mut itoa::Buffer::new()));
        });
        if ctx.txn.peek(self.destination).is_some_and(|entry| entry.kind() != Type::List) {
            return Err(Error::WrongType);
        }
        // As in Redis the element arrives before it leaves, to those who watch events.
        let same = self.source.name == self.destination.name;
        ctx.txn.update(self.destination, true, |list: &mut List| {
            if same {
                list.rotate(from, to, &limits);
            } else {
                list.push(to, &element, &limits);
            }
            ((), Some(push_event(to)))
        })?;
        ctx.txn.update(self.source, false, |list: &mut List| {
            if !same {
                list.drop_elements(from, 1, &limits);
            }
            ((), Some(pop_event(from)))
        })?;
        reply.bulk(&element);
        Ok(true)
    }
}
