//! HOTKEYS: which keys cost the most time and network bytes while a session runs.

use crate::commands::prelude::*;
use crate::engine::command::Handler;
use crate::services::hotkeys::{Options, Report};
use crate::util::clock;
use std::ops::RangeInclusive;
use std::sync::Arc;

pub const HOTKEYS: Command = Command::container("hotkeys", -2)
    .group("server")
    .since("8.6.0")
    .complexity("Depends on subcommand.")
    .summary("A container for hotkeys tracking commands.")
    .subcommands(&[&GET, &HELP, &RESET, &START, &STOP]);

const fn subcommand(name: &'static str, arity: i32, handler: Handler) -> Command {
    Command::new(name, arity, handler)
        .flags(ADMIN.or(NOSCRIPT))
        .group("server")
        .since("8.6.0")
        .complexity("O(1)")
}

const START: Command = subcommand("start", -2, start)
    .syntax(
        "METRICS count [CPU] [NET] [COUNT k] [DURATION seconds] [SAMPLE ratio] \
         [SLOTS count slot [slot ...]]",
    )
    .summary("Starts hotkeys tracking.")
    .tips(&["request_policy:special"]);

const RUNS_ALREADY: &str = "hotkey tracking session already in progress";

fn start(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (hotkeys, now_ms) = (&ctx.engine.hotkeys, clock::now_ms());
    hotkeys.end_if_due(now_ms);
    if hotkeys.are_tracked() {
        return Err(Error::msg(RUNS_ALREADY));
    }
    let options = parse(&mut args)?;
    if !hotkeys.start(options, now_ms) {
        return Err(Error::msg(RUNS_ALREADY));
    }
    reply.ok();
    Ok(())
}

fn parse(args: &mut Args<'_>) -> Result<Options> {
    if args.remaining() < 2 || !args.word("metrics") {
        return Err(Error::msg("METRICS parameter is required"));
    }
    let (cpu, net) = parse_metrics(args)?;
    let mut options = Options { cpu, net, count: 10, duration_ms: None, sample_ratio: 1 };
    while args.remaining() > 1 {
        match args.keyword().as_str() {
            "count" => options.count = within(args, 1..=64, "COUNT must be between 1 and 64")?,
            "duration" => {
                const WRONG: &str = "DURATION must be between 1 and 1000000";
                options.duration_ms = Some(within::<i64>(args, 1..=1_000_000, WRONG)? * 1000);
            }
            "sample" => {
                const MOST: i64 = i32::MAX as i64;
                options.sample_ratio = within(args, 1..=MOST, "SAMPLE ratio must be positive")?;
            }
            "slots" => {
                return Err(Error::msg("SLOTS parameter cannot be used in non-cluster mode"));
            }
            _ => return Err(Error::Syntax),
        }
    }
    if args.is_empty() { Ok(options) } else { Err(Error::Syntax) }
}

/// Which metrics are asked for: time, bytes. Others may be named: a later version may know them.
fn parse_metrics(args: &mut Args<'_>) -> Result<(bool, bool)> {
    let count: usize = within(args, 1..=2, "METRICS count must be > 0 and <= 2")?;
    if args.remaining() < count {
        return Err(Error::msg("METRICS count does not match number of metric types provided"));
    }
    let (mut cpu, mut net) = (false, false);
    for _ in 0..count {
        let word = args.keyword();
        let (metric, name) = match word.as_str() {
            "cpu" => (&mut cpu, "CPU"),
            "net" => (&mut net, "NET"),
            _ => continue,
        };
        if std::mem::replace(metric, true) {
            return Err(Error::msg(format!("METRICS {name} defined more than once!")));
        }
    }
    match cpu || net {
        true => Ok((cpu, net)),
        false => Err(Error::msg("METRICS no valid metrics passed. Supported: CPU|NET")),
    }
}

/// A number within bounds, or the complaint.
fn within<T: TryFrom<i64>>(
    args: &mut Args<'_>,
    bounds: RangeInclusive<i64>,
    complaint: &'static str,
) -> Result<T> {
    let number = args.int().ok().filter(|number| bounds.contains(number));
    number.and_then(|number| T::try_from(number).ok()).ok_or(Error::msg(complaint))
}

const STOP: Command = subcommand("stop", 2, stop)
    .summary("Stops hotkeys tracking.")
    .tips(&["request_policy:special"]);

fn stop(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let now_ms = clock::now_ms();
    ctx.engine.hotkeys.end_if_due(now_ms);
    match ctx.engine.hotkeys.stop(now_ms) {
        true => reply.ok(),
        false => reply.null(),
    }
    Ok(())
}

const RESET: Command = subcommand("reset", 2, reset)
    .summary("Release the resources used for hotkey tracking.")
    .tips(&["request_policy:special"]);

fn reset(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    ctx.engine.hotkeys.end_if_due(clock::now_ms());
    if !ctx.engine.hotkeys.reset() {
        return Err(Error::msg("hotkey tracking session in progress, stop tracking first"));
    }
    reply.ok();
    Ok(())
}

const GET: Command = subcommand("get", 2, get)
    .complexity("O(K) where K is the number of hotkeys returned.")
    .summary("Returns lists of top K hotkeys depending on metrics chosen in HOTKEYS START command.")
    .tips(&["request_policy:special"]);

/// An array of one map, so that the answers of several nodes can be put together.
fn get(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let Some(report) = ctx.engine.hotkeys.report(clock::now_ms()) else {
        reply.null();
        return Ok(());
    };
    let Options { cpu, net, .. } = report.options;
    reply.array(1);
    reply.map(7 + if cpu { 3 } else { 0 } + if net { 2 } else { 0 });
    reply_session(&report, reply);
    if cpu {
        field("total-cpu-time-user-ms", millis(report.cpu_times.user_s), reply);
        field("total-cpu-time-sys-ms", millis(report.cpu_times.system_s), reply);
    }
    if net {
        field("total-net-bytes", int(report.sampled_bytes), reply);
    }
    if cpu {
        reply_keys("by-cpu-time-us", &report.by_cpu, reply);
    }
    if net {
        reply_keys("by-net-bytes", &report.by_net, reply);
    }
    Ok(())
}

/// What is told of every session.
fn reply_session(report: &Report, reply: &mut Reply<'_>) {
    const LAST_SLOT: i64 = 16383;
    field("tracking-active", report.is_active.into(), reply);
    field("sample-ratio", int(report.options.sample_ratio), reply);
    reply.bulk("selected-slots");
    reply.array(1);
    reply.array(2);
    reply.int(0);
    reply.int(LAST_SLOT);
    field("all-commands-all-slots-us", int(report.all_calls.took_us), reply);
    field("net-bytes-all-commands-all-slots", int(report.all_calls.bytes), reply);
    field("collection-start-time-unix-ms", report.began_ms, reply);
    field("collection-duration-ms", report.lasted_ms, reply);
}

fn field(name: &str, value: i64, reply: &mut Reply<'_>) {
    reply.bulk(name);
    reply.int(value);
}

fn reply_keys(name: &str, keys: &[(Arc<[u8]>, u64)], reply: &mut Reply<'_>) {
    reply.bulk(name);
    reply.array(2 * keys.len());
    for (key, amount) in keys {
        reply.bulk(key);
        reply.int(int(*amount));
    }
}

fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn millis(seconds: f64) -> i64 {
    (seconds * 1000.0).round() as i64
}

const HELP: Command = subcommand("help", 2, help)
    .flags(LOADING.or(STALE))
    .summary("Returns helpful text about the different subcommands.");

fn help(_: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.help(
        "HOTKEYS",
        &[
            "START METRICS <count> [CPU] [NET] [COUNT <k>] [DURATION <seconds>] [SAMPLE <ratio>]",
            "    Look for the <k> keys (default: 10) that cost the most processor time (CPU) or",
            "    network bytes (NET), for some seconds or until stopped, in one of <ratio> calls",
            "    (default: 1, every call).",
            "STOP",
            "    Stop looking. What was found stays.",
            "GET",
            "    Return what was found.",
            "RESET",
            "    Forget what was found.",
        ],
    );
    Ok(())
}
