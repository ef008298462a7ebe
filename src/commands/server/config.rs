//! CONFIG: the parameters while the server runs, and the statistics' return to zero.

use crate::commands::prelude::*;
use crate::engine::command::Handler;
use crate::engine::effects;
use crate::services::config::{Caller, Config};

pub const CONFIG: Command = Command::container("config", -2)
    .group("server")
    .since("2.0.0")
    .complexity("Depends on subcommand.")
    .summary("A container for server configuration commands.")
    .subcommands(&[&GET, &HELP, &RESETSTAT, &REWRITE, &SET]);

const fn subcommand(name: &'static str, arity: i32, handler: Handler) -> Command {
    Command::new(name, arity, handler)
        .flags(ADMIN.or(NOSCRIPT).or(LOADING).or(STALE))
        .group("server")
        .since("2.0.0")
        .complexity("O(1)")
}

const GET: Command = subcommand("get", -3, get)
    .complexity("O(N) when N is the number of configuration parameters provided")
    .syntax("parameter [parameter ...]")
    .summary("Returns the effective values of configuration parameters.");

fn get(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let patterns: Vec<&[u8]> = args.map(Arg::bytes).collect();
    let pairs = ctx.engine.config.lookup(&patterns);
    reply.map(pairs.len());
    for (name, value) in pairs {
        reply.bulk(name);
        reply.bulk(value);
    }
    Ok(())
}

const SET: Command = subcommand("set", -4, set)
    .complexity("O(N) when N is the number of configuration parameters provided")
    .syntax("parameter value [parameter value ...]")
    .secrets(secrets)
    .summary("Sets configuration parameters in-flight.")
    .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]);

/// The values of passwords.
fn secrets(argv: &[Arg<'_>], hide: &mut dyn FnMut(usize)) {
    let is_secret = |at: &usize| argv.get(at - 1).is_some_and(|name| Config::is_sensitive(name));
    (3..argv.len()).step_by(2).filter(is_secret).for_each(hide);
}

fn set(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let mut pairs = Vec::with_capacity(args.remaining() / 2);
    while !args.is_empty() {
        pairs.push((args.bytes()?, args.bytes()?));
    }
    let engine = ctx.engine;
    let caller = Caller {
        is_local: ctx.session.client.stream.is_local(),
        is_loading: engine.persistence.loading.is_on(),
    };
    engine.config.set(&pairs, caller, &mut |effect| effects::apply(engine, effect))?;
    reply.ok();
    Ok(())
}

const RESETSTAT: Command = subcommand("resetstat", 2, resetstat)
    .summary("Resets the server's statistics.")
    .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]);

fn resetstat(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    ctx.engine.stats.reset();
    ctx.engine.keyspace.reclaimer.reset_stats();
    ctx.engine.saving.change_figures(|figures| {
        (figures.saves, figures.rewrites) = (0, 0);
        (figures.cuts, figures.last_cut_us) = (0, 0);
    });
    reply.ok();
    Ok(())
}

const REWRITE: Command = subcommand("rewrite", 2, rewrite)
    .since("2.8.0")
    .summary("Persists the effective configuration to file.")
    .tips(&["request_policy:all_nodes", "response_policy:all_succeeded"]);

fn rewrite(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let log = &ctx.engine.log;
    // No users but the default one, which `requirepass` describes.
    if let Err(error) = ctx.engine.config.rewrite(&[]) {
        log.warning(format!("CONFIG REWRITE failed: {error}"));
        return Err(error);
    }
    log.notice("CONFIG REWRITE executed with success.");
    reply.ok();
    Ok(())
}

const HELP: Command = subcommand("help", 2, help)
    .flags(LOADING.or(STALE))
    .since("5.0.0")
    .summary("Returns helpful text about the different subcommands.");

fn help(_: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.help(
        "CONFIG",
        &[
            "GET <pattern>",
            "    Return parameters matching the glob-like <pattern> and their values.",
            "SET <directive> <value>",
            "    Set the configuration <directive> to <value>.",
            "RESETSTAT",
            "    Reset statistics reported by the INFO command.",
            "REWRITE",
            "    Rewrite the configuration file.",
        ],
    );
    Ok(())
}
