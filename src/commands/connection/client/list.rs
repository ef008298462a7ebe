//! CLIENT LIST, CLIENT INFO.

use super::subcommand;
use super::tracking::redirection;
use crate::commands::prelude::*;
use crate::engine::Engine;
use crate::services::clients::{Client, flags};
use crate::services::outbox::Outbox;
use crate::services::pubsub::Kind;
use crate::util::{clock, number};
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

pub const INFO: Command = subcommand("info", 2, info)
    .since("6.2.0")
    .summary("Returns information about the connection.")
    .tips(&["nondeterministic_output"]);

fn info(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.verbatim("txt", describe(ctx.engine, &ctx.session.client));
    Ok(())
}

pub const LIST: Command = subcommand("list", -2, list)
    .flags(ADMIN.or(NOSCRIPT).or(LOADING).or(STALE))
    .since("2.4.0")
    .complexity("O(N) where N is the number of client connections")
    .syntax("[TYPE <NORMAL|MASTER|REPLICA|PUBSUB>] [ID client-id [client-id ...]]")
    .summary("Lists open connections.")
    .tips(&["nondeterministic_output"]);

fn list(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let clients = if args.is_empty() {
        ctx.engine.clients.all()
    } else if args.word("type") && args.remaining() == 1 {
        let kind = ClientKind::parse(args.bytes()?)?;
        let all = ctx.engine.clients.all();
        all.into_iter().filter(|client| kind.is(client)).collect()
    } else if args.word("id") && !args.is_empty() {
        listed(ctx.engine, args)?
    } else {
        return Err(Error::Syntax);
    };
    let lines: String = clients.iter().map(|client| describe(ctx.engine, client)).collect();
    reply.verbatim("txt", lines);
    Ok(())
}

fn listed(engine: &Engine, args: Args<'_>) -> Result<Vec<Arc<Client>>> {
    let mut clients = Vec::new();
    for arg in args {
        let id = number::parse_i64(&arg).ok_or(Error::msg("Invalid client ID"))?;
        let client = u64::try_from(id).ok().and_then(|id| engine.clients.get(id));
        clients.extend(client);
    }
    Ok(clients)
}

/// The classes of clients that LIST and KILL choose by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKind {
    /// Sends commands and gets replies.
    Normal,
    /// Our primary, whose stream we apply.
    Primary,
    /// A replica of ours.
    Replica,
    /// Subscribed to a channel.
    PubSub,
}

impl ClientKind {
    /// The kind of a name in any case.
    pub fn parse(name: &[u8]) -> Result<ClientKind> {
        let name = String::from_utf8_lossy(name);
        match name.to_ascii_lowercase().as_str() {
            "normal" => Ok(ClientKind::Normal),
            "master" => Ok(ClientKind::Primary),
            "replica" | "slave" => Ok(ClientKind::Replica),
            "pubsub" => Ok(ClientKind::PubSub),
            _ => Err(Error::msg(format!("Unknown client type '{name}'"))),
        }
    }

    /// Whether `client` is of this kind.
    pub fn is(self, client: &Client) -> bool {
        match self {
            ClientKind::Normal => !client.has(flags::PUBSUB),
            ClientKind::PubSub => client.has(flags::PUBSUB),
            ClientKind::Primary | ClientKind::Replica => false,
        }
    }
}

/// One client's line, with the fields and the order of Redis.
pub fn describe(engine: &Engine, client: &Client) -> String {
    let now_ms = clock::now_ms();
    let labels = client.labels.lock().clone();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (query, allocated) =
        (client.query_bytes.load(Relaxed), client.query_allocated_bytes.load(Relaxed));
    let output = client.output_bytes.load(Relaxed);
    let command = (client.last_command.load(Relaxed) as usize)
        .checked_sub(1)
        .and_then(|index| engine.table.rows().get(index))
        .map_or("NULL", |row| &row.full_name);
    let in_multi = client.has(flags::MULTI).then(|| client.queued.load(Relaxed));
    let (messages, messages_bytes) = client.outbox().map_or((0, 0), Outbox::waiting);
    let subscribed = |kind: Kind| client.subscriptions[kind as usize].load(Relaxed);
    let mut line = String::with_capacity(400);
    // Writing to a string cannot fail.
    let _ = writeln!(
        line,
        "id={} addr={} laddr={} fd={} name={} age={} idle={} flags={} db={} sub={} psub={} ssub={} \
         multi={} watch={} qbuf={query} qbuf-free={} argv-mem=0 multi-mem={} rbs=0 rbp=0 obl={output} \
         oll={} omem={} tot-mem={} events=r cmd={command} user={} redir={} resp={} lib-name={} \
         lib-ver={} tot-net-in={} tot-net-out={} tot-cmds={}",
        client.id,
        client.addr,
        client.laddr,
        client.stream.fd(),
        text(&labels.name),
        (now_ms - client.connected_ms).max(0) / 1000,
        (now_ms - client.last_active_ms.load(Relaxed)).max(0) / 1000,
        letters(client),
        client.db.load(Relaxed),
        subscribed(Kind::Channel),
        subscribed(Kind::Pattern),
        subscribed(Kind::ShardChannel),
        in_multi.map_or(-1, i64::from),
        client.watched.load(Relaxed),
        allocated.saturating_sub(query),
        in_multi.map_or(0, |_| client.queued_bytes.load(Relaxed)),
        messages,
        messages_bytes,
        client.memory_bytes(),
        text(&labels.user),
        redirection(client),
        if client.has(flags::RESP3) { 3 } else { 2 },
        text(&labels.lib_name),
        text(&labels.lib_ver),
        client.bytes_in.load(Relaxed),
        client.bytes_out.load(Relaxed),
        client.commands.load(Relaxed),
    );
    line
}

/// The flags as letters; `N` for none.
fn letters(client: &Client) -> String {
    let known = [
        (flags::MONITOR, 'O'),
        (flags::PUBSUB, 'P'),
        (flags::MULTI, 'x'),
        (flags::BLOCKED, 'b'),
        (flags::TRACKING, 't'),
        (flags::TRACKING_BROKEN, 'R'),
        (flags::TRACKING_BCAST, 'B'),
        (flags::CLOSING, 'c'),
        (flags::OVERFLOWED, 'A'),
        (flags::UNIX_SOCKET, 'U'),
        (flags::NO_EVICT, 'e'),
        (flags::NO_TOUCH, 'T'),
    ];
    let letters: String =
        known.iter().filter(|(bit, _)| client.has(*bit)).map(|(_, letter)| letter).collect();
    if letters.is_empty() { "N".to_owned() } else { letters }
}
