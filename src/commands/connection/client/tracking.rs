//! CLIENT TRACKING, CACHING, TRACKINGINFO, GETREDIR: what the client keeps in a cache of its own.

use super::subcommand;
use crate::commands::prelude::*;
use crate::engine::ctx::Turn;
use crate::services::clients::{Client, flags};
use crate::services::tracking::Options;
use std::sync::atomic::Ordering;

pub const TRACKING: Command = subcommand("tracking", -3, tracking)
    .since("6.0.0")
    .complexity("O(1). Some options may introduce additional complexity.")
    .syntax(
        "<ON|OFF> [REDIRECT client-id] [PREFIX prefix [PREFIX prefix ...]] [BCAST] [OPTIN] \
         [OPTOUT] [NOLOOP]",
    )
    .summary("Controls server-assisted client-side caching for the connection.");

fn tracking(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let what = args.keyword();
    let (mut modes, mut redirect, mut prefixes) = (0, 0, Vec::new());
    while !args.is_empty() {
        let word = args.keyword();
        match word.as_str() {
            "redirect" if !args.is_empty() => {
                if redirect != 0 {
                    let text = "A client can only redirect to a single other client";
                    return Err(Error::msg(text));
                }
                redirect = connected_client(ctx, args.int()?)?;
            }
            "prefix" if !args.is_empty() => prefixes.push(args.bytes()?),
            "bcast" => modes |= flags::TRACKING_BCAST,
            "optin" => modes |= flags::TRACKING_OPTIN,
            "optout" => modes |= flags::TRACKING_OPTOUT,
            "noloop" => modes |= flags::TRACKING_NOLOOP,
            _ => return Err(Error::Syntax),
        }
    }
    let client = &ctx.session.client;
    match what.as_str() {
        "on" => {
            let options = Options { modes, redirect, prefixes: &prefixes };
            check_modes(client, &options)?;
            check_prefixes(ctx, &options)?;
            ctx.engine.tracking.switch_on(client, &options);
        }
        "off" => ctx.engine.tracking.switch_off(client),
        _ => return Err(Error::Syntax),
    }
    reply.ok();
    Ok(())
}

fn connected_client(ctx: &Ctx<'_>, id: i64) -> Result<u64> {
    let client = u64::try_from(id).ok().and_then(|id| ctx.engine.clients.get(id));
    let client = client.ok_or(Error::msg("The client ID you want redirect to does not exist"))?;
    Ok(client.id)
}

/// Modes that exclude each other, and what cannot change while tracking is on.
fn check_modes(client: &Client, options: &Options<'_>) -> Result {
    let wants = |mode: u32| options.modes & mode != 0;
    let (bcast, optin, optout) =
        (wants(flags::TRACKING_BCAST), wants(flags::TRACKING_OPTIN), wants(flags::TRACKING_OPTOUT));
    let complaint = if !bcast && !options.prefixes.is_empty() {
        "PREFIX option requires BCAST mode to be enabled"
    } else if client.has(flags::TRACKING) && bcast != client.has(flags::TRACKING_BCAST) {
        "You can't switch BCAST mode on/off before disabling tracking for this client, and then \
         re-enabling it with a different mode."
    } else if bcast && (optin || optout) {
        "OPTIN and OPTOUT are not compatible with BCAST"
    } else if optin && optout {
        "You can't specify both OPTIN mode and OPTOUT mode"
    } else if optin && client.has(flags::TRACKING_OPTOUT)
        || optout && client.has(flags::TRACKING_OPTIN)
    {
        "You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then \
         re-enabling it with a different mode."
    } else {
        return Ok(());
    };
    Err(Error::msg(complaint))
}

/// Two prefixes one of which begins with the other would tell of a key twice.
fn check_prefixes(ctx: &Ctx<'_>, options: &Options<'_>) -> Result {
    let existing = ctx.engine.tracking.prefixes_of(&ctx.session.client);
    for (index, prefix) in options.prefixes.iter().enumerate() {
        let overlaps = |other: &[u8]| prefix.starts_with(other) || other.starts_with(prefix);
        if let Some(other) = existing.iter().find(|other| overlaps(other)) {
            return Err(overlap(prefix, "an existing", other));
        }
        let later = &options.prefixes[index + 1..];
        if let Some(other) = later.iter().find(|other| overlaps(other)) {
            return Err(overlap(prefix, "another provided", other));
        }
    }
    Ok(())
}

fn overlap(prefix: &[u8], which: &str, other: &[u8]) -> Error {
    let (prefix, other) = (String::from_utf8_lossy(prefix), String::from_utf8_lossy(other));
    Error::msg(format!(
        "Prefix '{prefix}' overlaps with {which} prefix '{other}'. Prefixes for a single client \
         must not overlap."
    ))
}

pub const CACHING: Command = subcommand("caching", 3, caching)
    .flags(NOSCRIPT.or(LOADING).or(STALE).or(Flags::ALLOW_BUSY))
    .since("6.0.0")
    .syntax("<YES|NO>")
    .summary("Instructs the server whether to track the keys in the next request.");

fn caching(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let client = &ctx.session.client;
    if !client.has(flags::TRACKING) {
        return Err(Error::msg(
            "CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or \
             OPTOUT mode enabled",
        ));
    }
    let (mode, complaint) = match args.keyword().as_str() {
        "yes" => (
            flags::TRACKING_OPTIN,
            "CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.",
        ),
        "no" => (
            flags::TRACKING_OPTOUT,
            "CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.",
        ),
        _ => return Err(Error::Syntax),
    };
    if !client.has(mode) {
        return Err(Error::msg(complaint));
    }
    client.set(flags::CACHING, true);
    // Within a transaction it holds to its end.
    client.set(flags::CACHING_USED, ctx.turn == Turn::Only);
    reply.ok();
    Ok(())
}

pub const TRACKINGINFO: Command = subcommand("trackinginfo", 2, trackinginfo)
    .since("6.2.0")
    .summary("Returns information about server-assisted client-side caching for the connection.");

fn trackinginfo(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let client = &ctx.session.client;
    let optin = client.has(flags::TRACKING_OPTIN);
    let caching = client.has(flags::CACHING);
    let words = [
        (client.has(flags::TRACKING), "on"),
        (!client.has(flags::TRACKING), "off"),
        (client.has(flags::TRACKING_BCAST), "bcast"),
        (optin, "optin"),
        (optin && caching, "caching-yes"),
        (client.has(flags::TRACKING_OPTOUT), "optout"),
        (!optin && caching, "caching-no"),
        (client.has(flags::TRACKING_NOLOOP), "noloop"),
        (client.has(flags::TRACKING_BROKEN), "broken_redirect"),
    ];
    let words: Vec<&str> =
        words.iter().filter(|(applies, _)| *applies).map(|(_, word)| *word).collect();
    reply.map(3);
    reply.bulk("flags");
    reply.set(words.len());
    words.iter().for_each(|word| reply.bulk(word));
    reply.bulk("redirect");
    reply.int(redirection(client));
    reply.bulk("prefixes");
    reply.strings(ctx.engine.tracking.prefixes_of(client).iter());
    Ok(())
}

pub const GETREDIR: Command = subcommand("getredir", 2, getredir)
    .flags(NOSCRIPT.or(LOADING).or(STALE).or(Flags::ALLOW_BUSY))
    .since("6.0.0")
    .summary(
        "Returns the client ID to which the connection's tracking notifications are redirected.",
    );

fn getredir(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.int(redirection(&ctx.session.client));
    Ok(())
}

/// The id of the client that invalidations go to; 0 is this one, -1 says that it tracks nothing.
pub fn redirection(client: &Client) -> i64 {
    if !client.has(flags::TRACKING) {
        return -1;
    }
    client.redirect.load(Ordering::Relaxed) as i64
}
