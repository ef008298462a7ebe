//! INFO: what the server tells about itself, in sections of `field:value` lines. Names,
//! order and format are Redis 7.4's, since tools read them. What this server does not have
//! is zero.

mod calls;
mod clients;
mod data;
mod memory;
mod page;
mod replication;
mod server;
mod stats;

use crate::commands::prelude::*;
use page::Page;

pub const INFO: Command = Command::new("info", -1, info)
    .locks(Locks::WALK_ALL)
    .flags(LOADING.or(STALE))
    .acl(Acl::DANGEROUS)
    .group("server")
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("[section [section ...]]")
    .summary("Returns information and statistics about the server.")
    .tips(&["nondeterministic_output", "request_policy:all_shards", "response_policy:special"]);

/// One section.
struct Section {
    /// Its title; in any case, it is also the name to ask for it by.
    title: &'static str,
    /// Whether it is shown when no section is asked for.
    by_default: bool,
    /// Writes what stands below the title.
    write: fn(&Ctx<'_>, &mut Page),
}

impl Section {
    const fn new(title: &'static str, write: fn(&Ctx<'_>, &mut Page)) -> Section {
        Section { title, by_default: true, write }
    }

    const fn on_demand(self) -> Section {
        Section { by_default: false, ..self }
    }
}

/// All sections, in the order in which they are shown whatever order they are asked for in.
const SECTIONS: [Section; 14] = [
    Section::new("Server", server::server),
    Section::new("Clients", clients::clients),
    Section::new("Memory", memory::memory),
    Section::new("Persistence", data::persistence),
    Section::new("Threads", clients::threads),
    Section::new("Stats", stats::stats),
    Section::new("Replication", replication::replication),
    Section::new("CPU", server::cpu),
    Section::new("Modules", |_, _| {}),
    Section::new("Commandstats", calls::commandstats).on_demand(),
    Section::new("Errorstats", calls::errorstats),
    Section::new("Latencystats", calls::latencystats).on_demand(),
    Section::new("Cluster", replication::cluster),
    Section::new("Keyspace", data::keyspace),
];

fn info(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let mut page = Page::default();
    for section in SECTIONS.iter().filter(|section| is_wanted(section, args)) {
        page.section(section.title);
        (section.write)(ctx, &mut page);
    }
    reply.verbatim("txt", page.finish());
    Ok(())
}

fn is_wanted(section: &Section, mut asked: Args<'_>) -> bool {
    if asked.is_empty() {
        return section.by_default;
    }
    asked.any(|name| {
        let is = |word: &str| name.eq_ignore_ascii_case(word.as_bytes());
        is("all") || is("everything") || is("default") && section.by_default || is(section.title)
    })
}
