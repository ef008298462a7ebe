//! MEMORY DOCTOR: what the figures would worry an administrator about. The thresholds are
//! Redis's.

use super::figures::{Figures, excess, ratio};
use super::{REPORT_TIPS, subcommand};
use crate::commands::prelude::*;

pub const DOCTOR: Command = subcommand("doctor", 2, doctor)
    .locks(Locks::WALK_ALL)
    .summary("Outputs a memory problems report.")
    .tips(REPORT_TIPS);

/// Below this, ratios say nothing.
const LEAST_BYTES: u64 = 5 << 20;
/// Excesses below this are no problem, whatever the ratio.
const HARMLESS_BYTES: i64 = 10 << 20;
/// The bytes of a client from which on clients are large.
const LARGE_CLIENT_BYTES: u64 = 200 << 10;

fn doctor(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let figures = Figures::take(ctx);
    reply.verbatim("txt", diagnose(&figures, ctx.engine.clients.len() as u64));
    Ok(())
}

/// One paragraph for each problem.
fn diagnose(figures: &Figures, clients: u64) -> String {
    if figures.used() < LEAST_BYTES {
        return "There is too little data in this server to judge its use of memory.\n".to_owned();
    }
    let allocator = &figures.allocator;
    let is_excessive = |part, whole, most_ratio| {
        ratio(part, whole) > most_ratio && excess(part, whole) > HARMLESS_BYTES
    };
    let problems = [
        (
            ratio(figures.peak, figures.used()) > 1.5,
            "Peak: the server once used more than half as much memory again as now. The allocator \
             may keep part of that, so a high fragmentation ratio is no cause for concern; MEMORY \
             PURGE gives unused pages back.",
        ),
        (
            is_excessive(figures.rss, figures.used(), 1.4),
            "Fragmentation: the process takes over 1.4 times the memory that it uses.",
        ),
        (
            is_excessive(allocator.active, allocator.allocated, 1.1),
            "Allocator fragmentation: pages are filled only in part, since values were deleted \
             between others that stayed. Saving and restarting undoes it.",
        ),
        (
            is_excessive(allocator.resident, allocator.active, 1.1),
            "Allocator overhead: the allocator holds pages that are in no use. It gives them back \
             in time, or at once by MEMORY PURGE.",
        ),
        (
            is_excessive(figures.rss, allocator.resident, 1.1),
            "Process overhead: memory beside the allocator's, such as stacks and code, is large.",
        ),
        (
            figures.clients.checked_div(clients).unwrap_or(0) > LARGE_CLIENT_BYTES,
            "Clients: their buffers are large on average. Some send or ask for much at once, or \
             read their replies too slowly; CLIENT LIST shows which.",
        ),
    ];
    let text: String = problems
        .into_iter()
        .filter(|(is_so, _)| *is_so)
        .map(|(_, paragraph)| format!("* {paragraph}\n\n"))
        .collect();
    if text.is_empty() {
        "There is nothing wrong with this server's memory.\n".to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::memory::MemoryFigures;

    #[test]
    fn problems_are_named() {
        let mut figures = Figures {
            allocator: MemoryFigures {
                allocated: 100 << 20,
                active: 101 << 20,
                resident: 105 << 20,
                ..MemoryFigures::default()
            },
            peak: 100 << 20,
            startup: 1 << 20,
            rss: 106 << 20,
            clients: 1000,
            databases: Vec::new(),
        };
        assert!(diagnose(&figures, 1).starts_with("There is nothing wrong"));
        figures.peak = 200 << 20;
        figures.clients = 1 << 20;
        let text = diagnose(&figures, 1);
        assert!(text.starts_with("* Peak") && text.contains("\n\n* Clients"), "{text}");
        figures.allocator.allocated = 1 << 20;
        assert!(diagnose(&figures, 1).starts_with("There is too little data"));
    }
}
