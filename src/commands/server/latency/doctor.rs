//! LATENCY DOCTOR: the samples summed up for people, and what to do about them.

use super::{REPORT_TIPS, subcommand};
use crate::commands::prelude::*;
use crate::services::config::params;
use crate::services::latency::{Series, event};
use std::fmt::Write;

pub const DOCTOR: Command = subcommand("doctor", 2, doctor)
    .summary("Returns a human-readable latency analysis report.")
    .tips(REPORT_TIPS);

fn doctor(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let config = &ctx.engine.config;
    let threshold_ms = config.get(params::LATENCY_MONITOR_THRESHOLD);
    let events = ctx.engine.latency.all();
    let is_logged = config.get(params::SLOWLOG_LOG_SLOWER_THAN) >= 0;
    reply.verbatim("txt", report(&events, threshold_ms, is_logged));
    Ok(())
}

/// The report. `is_logged` is whether the slow log is kept.
fn report(events: &[(&str, Series)], threshold_ms: i64, is_logged: bool) -> String {
    if threshold_ms == 0 && events.is_empty() {
        return "Latency is not monitored. CONFIG SET latency-monitor-threshold <milliseconds> \
                has everything noted that takes at least so long.\n"
            .to_owned();
    }
    if events.is_empty() {
        return format!("Nothing has taken {threshold_ms} ms or longer so far.\n");
    }
    let mut text = "These events took longer than they should:\n\n".to_owned();
    for (number, (name, series)) in events.iter().enumerate() {
        let figures = Figures::of(series);
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{}. {name}: {} latency spikes (average {}ms, mean deviation {}ms, period {:.2} sec). \
             Worst all time event {}ms.",
            number + 1,
            series.samples.len(),
            figures.average_ms,
            figures.deviation_ms,
            figures.period_s,
            series.worst_ms
        );
    }
    text.push_str("\nWhat may help:\n\n");
    for line in advice(events, threshold_ms, is_logged) {
        let _ = writeln!(text, "- {line}");
    }
    text
}

fn advice(
    events: &[(&str, Series)],
    threshold_ms: i64,
    is_logged: bool,
) -> impl Iterator<Item = &'static str> {
    let has = |name: &str| events.iter().any(|(event, _)| *event == name);
    let commands = has(event::COMMAND) || has(event::FAST_COMMAND);
    [
        (
            commands && is_logged,
            "SLOWLOG GET shows which commands were slow, and with which arguments.",
        ),
        (
            commands && !is_logged,
            "The slow log is off. CONFIG SET slowlog-log-slower-than <microseconds> has it tell \
             which commands are slow.",
        ),
        (
            has(event::COMMAND),
            "Commands that look at every element take as long as their values are large. SCAN and \
             its kin do the same in small steps, and many small values in place of a large one \
             keep each command short.",
        ),
        (
            has(event::FAST_COMMAND),
            "Commands that are fast by nature were slow: they waited for a long command on the \
             same keys, or the machine had no core or no memory left for them.",
        ),
        (
            has(event::EXPIRE_CYCLE),
            "Many keys expire at the same moment. Deadlines that differ by a little chance spread \
             the work.",
        ),
        (
            threshold_ms == 0,
            "Monitoring is off by now: these are old events. LATENCY RESET forgets them.",
        ),
    ]
    .into_iter()
    .filter_map(|(is_so, line)| is_so.then_some(line))
}

/// A series in three numbers.
struct Figures {
    average_ms: u64,
    /// The average distance from the average.
    deviation_ms: u64,
    /// From one sample to the next, on average.
    period_s: f64,
}

impl Figures {
    fn of(series: &Series) -> Figures {
        let count = series.samples.len().max(1) as u64;
        let took = || series.samples.iter().map(|sample| sample.took_ms);
        let average_ms = took().sum::<u64>() / count;
        let deviation_ms = took().map(|ms| ms.abs_diff(average_ms)).sum::<u64>() / count;
        let ends = (series.samples.front(), series.samples.back());
        let span_s = ends.0.zip(ends.1).map_or(0, |(first, last)| last.at_s - first.at_s);
        let period_s = span_s as f64 / (count - 1).max(1) as f64;
        Figures { average_ms, deviation_ms, period_s }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::latency::Sample;

    fn series(samples: &[(i64, u64)]) -> Series {
        let sample = |(at_s, took_ms): &(i64, u64)| Sample { at_s: *at_s, took_ms: *took_ms };
        Series { samples: samples.iter().map(sample).collect(), worst_ms: 50 }
    }

    #[test]
    fn events_are_summed_up_and_advised_on() {
        let events = [(event::COMMAND, series(&[(0, 23), (1, 50), (3, 12)]))];
        let text = report(&events, 10, true);
        let line = "1. command: 3 latency spikes (average 28ms, mean deviation 14ms, period 1.50 \
                    sec). Worst all time event 50ms.\n";
        assert!(text.contains(line), "{text}");
        assert!(text.contains("- SLOWLOG GET") && !text.contains("Monitoring is off"), "{text}");
        assert!(report(&events, 0, false).contains("- The slow log is off"));
    }

    #[test]
    fn without_events_there_is_nothing_to_say() {
        assert!(report(&[], 0, true).starts_with("Latency is not monitored."));
        assert_eq!(report(&[], 5, true), "Nothing has taken 5 ms or longer so far.\n");
    }
}
