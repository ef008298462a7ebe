//! WAITAOF: until what a client has written is on the disk.

use crate::commands::prelude::*;
use crate::engine::blocking::timeout_milliseconds;
use crate::engine::ctx::Turn;
use crate::services::config::params;
use crate::services::outbox::delivery;
use crate::util::clock;
use std::time::Duration;

/// How often one who waits looks whether its client is still there.
const LOOK_EVERY: Duration = Duration::from_millis(100);

pub const WAITAOF: Command = Command::new("waitaof", 4, waitaof)
    .flags(Flags::BLOCKING)
    .acl(Acl::CONNECTION)
    .group("generic")
    .since("7.2.0")
    .complexity("O(1)")
    .syntax("numlocal numreplicas timeout")
    .summary(
        "Blocks until all of the preceding write commands sent by the connection are written to \
         the append-only file of the master and/or replicas.",
    )
    .tips(&["request_policy:all_shards", "response_policy:agg_min"]);

/// Answers how many disks have it: this server's, and those of replicas.
fn waitaof(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let locals = args.int()?;
    if !(0..=1).contains(&locals) {
        return Err(Error::not_within(0, 1));
    }
    let replicas = args.nonnegative()?;
    let until_ms = timeout_milliseconds(&mut args, ctx.now_ms())?;
    if locals > 0 && !ctx.engine.config.get(params::APPENDONLY) {
        return Err(Error::msg(
            "WAITAOF cannot be used when numlocal is set but appendonly is disabled.",
        ));
    }
    let goal = Goal { local: locals > 0, replicas };
    let mut is_synced = goal.is_synced(ctx, Duration::ZERO);
    if ctx.turn == Turn::First && !goal.is_reached(is_synced) {
        is_synced = wait(ctx, &goal, until_ms, reply.is_empty());
    }
    reply.array(2);
    reply.int(i64::from(is_synced));
    reply.int(0);
    Ok(())
}

/// What a client waits for.
struct Goal {
    local: bool,
    replicas: usize,
}

impl Goal {
    /// Whether this server's disk has all that the client has written, after waiting for that.
    fn is_synced(&self, ctx: &Ctx<'_>, longest: Duration) -> bool {
        ctx.engine.aof.is_on() && ctx.engine.aof.log().wait_synced(ctx.session.logged_to, longest)
    }

    fn is_reached(&self, is_synced: bool) -> bool {
        (is_synced || !self.local) && self.replicas == 0
    }
}

/// Waits until the goal is reached, the time is over or the client has left. Returns whether the
/// disk has it all by then.
fn wait(ctx: &Ctx<'_>, goal: &Goal, until_ms: Option<i64>, replies_are_sent: bool) -> bool {
    let client = &ctx.session.client;
    client.begin_wait(replies_are_sent);
    delivery::deliver();
    let is_synced = loop {
        let left_ms = until_ms.map_or(i64::MAX, |until_ms| until_ms - clock::now_ms());
        let left = Duration::from_millis(u64::try_from(left_ms).unwrap_or(0)).min(LOOK_EVERY);
        let is_synced = goal.is_synced(ctx, left);
        let is_gone =
            client.is_killed() || ctx.engine.shutdown.is_ending() || client.stream.peer_has_left();
        if goal.is_reached(is_synced) || left_ms <= 0 || is_gone {
            break is_synced;
        }
        if is_synced {
            // Only replicas are missing, and nothing tells of them.
            std::thread::sleep(left);
        }
    };
    client.end_wait();
    is_synced
}
