//! CLIENT KILL, in its old form by address and its new form by filters.

use super::list::ClientKind;
use super::subcommand;
use crate::commands::connection::auth::DEFAULT_USER;
use crate::commands::prelude::*;
use crate::services::clients::Client;
use crate::util::{clock, number};

pub const KILL: Command = subcommand("kill", -3, kill)
    .flags(ADMIN.or(NOSCRIPT).or(LOADING).or(STALE))
    .since("2.4.0")
    .complexity("O(N) where N is the number of client connections")
    .syntax(
        "<ip:port|<[ID client-id]|[TYPE <NORMAL|MASTER|SLAVE|REPLICA|PUBSUB>]|[USER username]|\
         [ADDR ip:port]|[LADDR ip:port]|[SKIPME <YES|NO>]|[MAXAGE maxage] [[ID client-id]|\
         [TYPE <NORMAL|MASTER|SLAVE|REPLICA|PUBSUB>]|[USER username]|[ADDR ip:port]|\
         [LADDR ip:port]|[SKIPME <YES|NO>]|[MAXAGE maxage] ...]>>",
    )
    .summary("Terminates open connections.");

fn kill(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    if args.remaining() == 1 {
        let addr = args.bytes()?;
        let filter = Filter { addr: Some(addr), skip_me: false, ..Filter::default() };
        if kill_matching(ctx, &filter) == 0 {
            return Err(Error::msg("No such client"));
        }
        reply.ok();
        return Ok(());
    }
    let filter = Filter::parse(args)?;
    let killed = kill_matching(ctx, &filter);
    reply.count(killed);
    Ok(())
}

/// Ends every client the filter chooses. The caller's own connection ends after its reply.
fn kill_matching(ctx: &mut Ctx<'_>, filter: &Filter<'_>) -> usize {
    let (me, now_ms) = (ctx.session.client.id, clock::now_ms());
    let mut killed = 0;
    for client in ctx.engine.clients.all() {
        let is_me = client.id == me;
        // One that was killed is as good as gone, though its thread may not know yet.
        let is_gone = client.is_killed() || (is_me && filter.skip_me);
        if is_gone || !filter.matches(&client, now_ms) {
            continue;
        }
        killed += 1;
        if is_me {
            ctx.session.close();
        } else {
            client.kill();
        }
    }
    killed
}

/// Which clients to end: all conditions must hold.
struct Filter<'a> {
    id: Option<u64>,
    kind: Option<ClientKind>,
    user: Option<&'a [u8]>,
    addr: Option<&'a [u8]>,
    laddr: Option<&'a [u8]>,
    max_age_s: Option<i64>,
    skip_me: bool,
}

impl Default for Filter<'_> {
    fn default() -> Self {
        Filter {
            id: None,
            kind: None,
            user: None,
            addr: None,
            laddr: None,
            max_age_s: None,
            skip_me: true,
        }
    }
}

impl<'a> Filter<'a> {
    fn parse(mut args: Args<'a>) -> Result<Filter<'a>> {
        let mut filter = Filter::default();
        while !args.is_empty() {
            let word = args.keyword();
            if args.is_empty() {
                return Err(Error::Syntax);
            }
            let value = args.bytes()?;
            match word.as_str() {
                "id" => filter.id = Some(client_id(value)?),
                "type" => filter.kind = Some(ClientKind::parse(value)?),
                "user" => filter.user = Some(existing_user(value)?),
                "addr" => filter.addr = Some(value),
                "laddr" => filter.laddr = Some(value),
                "maxage" => filter.max_age_s = Some(max_age(value)?),
                "skipme" if value.eq_ignore_ascii_case(b"yes") => filter.skip_me = true,
                "skipme" if value.eq_ignore_ascii_case(b"no") => filter.skip_me = false,
                _ => return Err(Error::Syntax),
            }
        }
        Ok(filter)
    }

    fn matches(&self, client: &Client, now_ms: i64) -> bool {
        let age_s = (now_ms - client.connected_ms) / 1000;
        self.id.is_none_or(|id| id == client.id)
            && self.kind.is_none_or(|kind| kind.is(client))
            && self.user.is_none_or(|user| user == client.labels.lock().user)
            && self.addr.is_none_or(|addr| addr == client.addr.as_bytes())
            && self.laddr.is_none_or(|laddr| laddr == client.laddr.as_bytes())
            && self.max_age_s.is_none_or(|most| age_s >= most)
    }
}

fn client_id(value: &[u8]) -> Result<u64> {
    number::parse_i64(value)
        .and_then(|id| u64::try_from(id).ok())
        .filter(|id| *id > 0)
        .ok_or(Error::msg("client-id should be greater than 0"))
}

fn max_age(value: &[u8]) -> Result<i64> {
    let age_s =
        number::parse_i64(value).ok_or(Error::msg("maxage is not an integer or out of range"))?;
    if age_s <= 0 {
        return Err(Error::msg("maxage should be greater than 0"));
    }
    Ok(age_s)
}

fn existing_user(name: &[u8]) -> Result<&[u8]> {
    if name != DEFAULT_USER {
        let name = String::from_utf8_lossy(name).into_owned();
        return Err(Error::msg(format!("No such user '{name}'")));
    }
    Ok(name)
}
