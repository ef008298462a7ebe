//! BITFIELD, BITFIELD_RO: a string as an array of integers of any width.

use super::offset::field_offset;
use crate::commands::prelude::*;
use crate::types::bits;
use crate::types::bits::field::{Overflow, Width};
use crate::util::number;

pub const BITFIELD: Command = Command::new("bitfield", -2, bitfield)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::BITMAP)
    .keys(&[KeySpec::one(1, access::RW | access::ACCESS | access::UPDATE | access::VARIABLE_FLAGS)
        .notes("This command allows both access and modification of the key")])
    .key_access(key_access)
    .group("bitmap")
    .since("3.2.0")
    .complexity("O(1) for each subcommand specified")
    .syntax(
        "key [GET encoding offset|[OVERFLOW <WRAP|SAT|FAIL>] \
         <SET encoding offset value|INCRBY encoding offset increment> \
         [GET encoding offset|[OVERFLOW <WRAP|SAT|FAIL>] \
         <SET encoding offset value|INCRBY encoding offset increment> ...]]",
    )
    .summary("Performs arbitrary bitfield integer operations on strings.");

/// As long as it only gets, it only reads.
fn key_access(argv: &[Arg<'_>]) -> u16 {
    const READS: u16 = access::RO | access::ACCESS;
    const WRITES: u16 = access::RW | access::ACCESS | access::UPDATE;
    let mut rest = argv.get(2..).unwrap_or_default();
    loop {
        let is = |word: &str| rest[0].eq_ignore_ascii_case(word.as_bytes());
        let words = match rest {
            [] => return READS,
            _ if is("get") => 3,
            _ if is("overflow") => 2,
            _ => return WRITES,
        };
        rest = rest.get(words..).unwrap_or_default();
    }
}

fn bitfield(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let operations = Operation::parse_all(ctx, args)?;
    let written = operations.iter().filter(|operation| operation.writes());
    match written.map(Operation::end).max() {
        None => read(ctx, key, &operations, reply),
        Some(end) => write(ctx, key, &operations, end, reply),
    }
}

pub const BITFIELD_RO: Command = Command::new("bitfield_ro", -2, bitfield_ro)
    .flags(READONLY.or(FAST))
    .acl(Acl::BITMAP)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("bitmap")
    .since("6.0.0")
    .complexity("O(1) for each subcommand specified")
    .syntax("key [GET encoding offset [GET encoding offset ...]]")
    .summary("Performs arbitrary read-only bitfield integer operations on strings.");

fn bitfield_ro(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let operations = Operation::parse_all(ctx, args)?;
    if operations.iter().any(Operation::writes) {
        return Err(Error::msg("BITFIELD_RO only supports the GET subcommand"));
    }
    read(ctx, key, &operations, reply)
}

/// What is done with one field.
#[derive(Clone, Copy)]
enum Verb {
    Get,
    Set(i64),
    Add(i64),
}

struct Operation {
    verb: Verb,
    width: Width,
    offset: usize,
    overflow: Overflow,
}

impl Operation {
    fn parse_all(ctx: &Ctx<'_>, mut args: Args<'_>) -> Result<Vec<Operation>> {
        let (mut operations, mut overflow) = (Vec::new(), Overflow::Wrap);
        while !args.is_empty() {
            match (args.keyword().as_str(), args.remaining()) {
                ("get", 2..) => {
                    operations.push(Operation::parse(ctx, &mut args, overflow, None)?);
                }
                ("set", 3..) => {
                    operations.push(Operation::parse(ctx, &mut args, overflow, Some(Verb::Set))?);
                }
                ("incrby", 3..) => {
                    operations.push(Operation::parse(ctx, &mut args, overflow, Some(Verb::Add))?);
                }
                ("overflow", 1..) => overflow = parse_overflow(&mut args)?,
                _ => return Err(Error::Syntax),
            }
        }
        Ok(operations)
    }

    /// Width and offset, and the number of a verb that takes one.
    fn parse(
        ctx: &Ctx<'_>,
        args: &mut Args<'_>,
        overflow: Overflow,
        verb: Option<fn(i64) -> Verb>,
    ) -> Result<Operation> {
        let width = parse_width(args)?;
        let offset = field_offset(ctx, args, width.bits())?;
        let verb = match verb {
            None => Verb::Get,
            Some(verb) => verb(args.int()?),
        };
        Ok(Operation { verb, width, offset, overflow })
    }

    fn writes(&self) -> bool {
        !matches!(self.verb, Verb::Get)
    }

    /// The offset of the last bit of its field.
    fn end(&self) -> usize {
        self.offset + self.width.bits() - 1
    }

    /// What the field gets and what is answered, both for its value now; none where the field
    /// is too narrow and stays as it is.
    fn outcome(&self, old: i64) -> Option<(i64, i64)> {
        let (value, answers_old) = match self.verb {
            Verb::Get => return Some((old, old)),
            // Without a sign a negative number is one that is too large.
            Verb::Set(value) if !self.width.is_signed() => (i128::from(value as u64), true),
            Verb::Set(value) => (i128::from(value), true),
            Verb::Add(more) => (i128::from(old) + i128::from(more), false),
        };
        let new = self.width.fit(value, self.overflow)?;
        Some((new, if answers_old { old } else { new }))
    }
}

/// `i` or `u`, and how many bits.
fn parse_width(args: &mut Args<'_>) -> Result<Width> {
    let width = match args.bytes()? {
        [b'i', bits @ ..] => number::parse_i64(bits).and_then(|bits| Width::new(true, bits)),
        [b'u', bits @ ..] => number::parse_i64(bits).and_then(|bits| Width::new(false, bits)),
        _ => None,
    };
    width.ok_or(Error::msg(
        "Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but \
         i64 is.",
    ))
}

fn parse_overflow(args: &mut Args<'_>) -> Result<Overflow> {
    match args.keyword().as_str() {
        "wrap" => Ok(Overflow::Wrap),
        "sat" => Ok(Overflow::Saturate),
        "fail" => Ok(Overflow::Fail),
        _ => Err(Error::msg("Invalid OVERFLOW type specified")),
    }
}

fn read(
    ctx: &mut Ctx<'_>,
    key: Key<'_>,
    operations: &[Operation],
    reply: &mut Reply<'_>,
) -> Result {
    let value = ctx.txn.string(key)?;
    let mut answer = |bytes: &[u8]| {
        reply.array(operations.len());
        for operation in operations {
            reply.int(operation.width.get(bytes, operation.offset));
        }
    };
    match value {
        Some(value) => value.with(answer),
        None => answer(b""),
    }
    Ok(())
}

/// `end` is the offset of the last bit that may be written.
fn write(
    ctx: &mut Ctx<'_>,
    key: Key<'_>,
    operations: &[Operation],
    end: usize,
    reply: &mut Reply<'_>,
) -> Result {
    let len = bits::len_to_hold(end);
    ctx.txn.update_string(key, len, Event::string("setbit"), |bytes| {
        let mut changed = false;
        reply.array(operations.len());
        for operation in operations {
            let old = operation.width.get(bytes, operation.offset);
            let Some((new, answer)) = operation.outcome(old) else {
                reply.null();
                continue;
            };
            if new != old {
                operation.width.set(bytes, operation.offset, new);
                changed = true;
            }
            reply.int(answer);
        }
        ((), changed)
    })
}
