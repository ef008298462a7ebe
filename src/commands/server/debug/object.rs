//! DEBUG OBJECT, LISTPACK: how a value is kept.

use super::{Reads, Subcommand, key};
use crate::commands::prelude::*;
use crate::persistence::rdb::serialized_len;
use crate::services::config::params;
use crate::store::View;
use crate::types::list::List;
use crate::types::listpack::Listpack;
use std::fmt::Write;

pub const OBJECT: Subcommand = Subcommand::new("object", 1..=2, object).reads(Reads::Selected);

fn object(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = key(ctx, &mut args)?;
    let fast = args.word("fast");
    args.finish()?;
    let config = &ctx.engine.config;
    let entry = ctx.txn.peek(key).ok_or(Error::NoSuchKey)?;
    let mut line = format!("Value at:{entry:p} refcount:1 encoding:{}", entry.encoding());
    if !fast {
        let compress = config.get(params::RDBCOMPRESSION);
        let bytes = entry.with_value(|value| serialized_len(value, compress));
        append(&mut line, format_args!(" serializedlength:{bytes}"));
    }
    let clock = entry.access();
    let idle_s = ctx.engine.keyspace.access.idle_seconds(clock, ctx.now_ms());
    append(&mut line, format_args!(" lru:{clock} lru_seconds_idle:{idle_s}"));
    if let View::List(list) = entry.value()
        && list.as_listpack().is_none()
    {
        let node_size = config.get(params::LIST_MAX_LISTPACK_SIZE);
        let compressed = config.get(params::LIST_COMPRESS_DEPTH) != 0;
        append_nodes(&mut line, list, node_size, compressed);
    }
    reply.simple(&line);
    Ok(())
}

/// What there is to say about the nodes of a quicklist.
fn append_nodes(line: &mut String, list: &List, node_size: i64, compressed: bool) {
    let nodes = list.stored_nodes();
    let count = nodes.len();
    let bytes: usize = nodes.map(|node| node.raw_len.unwrap_or(node.bytes.len())).sum();
    let average = list.len() as f64 / count.max(1) as f64;
    let compressed = u8::from(compressed);
    append(
        line,
        format_args!(
            " ql_nodes:{count} ql_avg_node:{average:.2} ql_listpack_max:{node_size} \
             ql_compressed:{compressed} ql_uncompressed_size:{bytes}"
        ),
    );
}

fn append(line: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = line.write_fmt(text);
}

pub const LISTPACK: Subcommand =
    Subcommand::new("listpack", 1..=1, listpack).reads(Reads::Selected);

fn listpack(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = key(ctx, &mut args)?;
    let entry = ctx.txn.peek(key).ok_or(Error::NoSuchKey)?;
    let listpack = match entry.value() {
        View::List(list) => list.as_listpack(),
        View::Set(set) => set.as_listpack(),
        View::SortedSet(zset) => zset.as_listpack(),
        View::Hash(hash) => hash.as_listpack().or(hash.as_listpack_ex()),
        View::String(_) | View::Stream(_) => None,
    };
    let listpack = listpack.ok_or_else(|| Error::msg("Not a listpack encoded object."))?;
    ctx.engine.log.notice(describe(listpack));
    // The log is what the server prints there.
    reply.simple("Listpack structure printed on stdout");
    Ok(())
}

/// A listpack's size and elements, a line each.
fn describe(listpack: &Listpack) -> String {
    let (bytes, elements) = (listpack.byte_len(), listpack.len());
    let mut text = format!("Listpack: {bytes} bytes, {elements} elements");
    for (index, element) in listpack.iter().enumerate() {
        let element = element.to_bytes();
        append(&mut text, format_args!("\n{index}: {}", element.escape_ascii()));
    }
    text
}
