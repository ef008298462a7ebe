//! PFDEBUG: how a HyperLogLog is kept.

use super::stored::{self, corrupted};
use crate::commands::prelude::*;
use crate::types::hyperloglog::{Encoding, HyperLogLog, Opcode, Registers};
use std::fmt::Write;

pub const PFDEBUG: Command = Command::new("pfdebug", 3, pfdebug)
    .flags(WRITE.or(DENYOOM).or(ADMIN))
    .acl(Acl::HYPERLOGLOG)
    .keys(&[KeySpec::one(2, access::RW | access::ACCESS)])
    .group("hyperloglog")
    .since("2.8.9")
    .complexity("N/A")
    .syntax("subcommand key")
    .summary("Internal commands for debugging HyperLogLog values.")
    .internal();

/// Becoming dense is a change that reaches replicas, but no subscriber.
fn pfdebug(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let given = args.arg()?;
    let key = args.key()?;
    let change = stored::read(ctx.txn.peek(key), |hll| {
        let hll = hll.ok_or(Error::msg("The specified key does not exist"))?;
        let is_sparse = hll.encoding() == Encoding::Sparse;
        match given.to_ascii_lowercase().as_slice() {
            b"getreg" => reply_registers(&hll.to_registers().map_err(corrupted)?, reply),
            b"decode" => {
                reply.bulk(runs(hll).ok_or(Error::msg("HLL encoding is not sparse"))?);
                return Ok(None);
            }
            b"encoding" => {
                reply.simple(if is_sparse { "sparse" } else { "dense" });
                return Ok(None);
            }
            b"todense" => reply.int(i64::from(is_sparse)),
            _ => {
                let given = String::from_utf8_lossy(&given);
                return Err(Error::msg(format!("Unknown PFDEBUG subcommand '{given}'")));
            }
        }
        is_sparse.then(|| hll.to_dense().map_err(corrupted)).transpose()
    })?;
    if let Some(dense) = change {
        stored::store(ctx, key, &dense, Event::SILENT);
    }
    Ok(())
}

fn reply_registers(registers: &Registers, reply: &mut Reply<'_>) {
    reply.array(registers.len());
    for register in registers {
        reply.int(i64::from(*register));
    }
}

/// The runs of the sparse encoding: `z` and `Z` for zeros, `v` with value and length.
fn runs(hll: HyperLogLog<'_>) -> Option<String> {
    let mut text = String::new();
    let is_sparse = hll.for_each_run(|opcode| {
        let _ = match opcode {
            Opcode::Zero { run } => write!(text, "z:{run} "),
            Opcode::XZero { run } => write!(text, "Z:{run} "),
            Opcode::Value { value, run } => write!(text, "v:{value},{run} "),
        };
    });
    text.pop();
    is_sparse.then_some(text)
}
