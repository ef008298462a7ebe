//! ROLE.

use crate::commands::prelude::*;

pub const ROLE: Command = Command::new("role", 1, role)
    .flags(NOSCRIPT.or(LOADING).or(STALE).or(FAST))
    .acl(Acl::ADMIN.or(Acl::DANGEROUS))
    .group("server")
    .since("2.8.12")
    .complexity("O(1)")
    .summary("Returns the replication role.");

/// A primary: its replication offset, and its replicas. This server has none yet, and has
/// propagated nothing.
fn role(_: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.array(3);
    reply.bulk("master");
    reply.int(0);
    reply.array(0);
    Ok(())
}
