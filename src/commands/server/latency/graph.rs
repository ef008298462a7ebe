//! LATENCY GRAPH: the samples of an event drawn as columns of characters, the oldest first, with
//! each one's age written downwards below it.

use super::{REPORT_TIPS, subcommand};
use crate::commands::prelude::*;
use crate::services::latency::{Sample, Series};
use crate::util::clock;

pub const GRAPH: Command = subcommand("graph", 3, graph)
    .syntax("event")
    .summary("Returns a latency graph for an event.")
    .tips(REPORT_TIPS);

fn graph(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let event = args.bytes()?;
    let name = String::from_utf8_lossy(event);
    let Some(series) = ctx.engine.latency.series(event) else {
        return Err(Error::msg(format!("No samples available for event '{name}'")));
    };
    reply.verbatim("txt", draw(&name, &series, clock::now_ms() / 1000));
    Ok(())
}

/// Samples beside each other; the others follow below.
const COLUMNS: usize = 80;
/// Lines of a column.
const ROWS: usize = 4;
/// What the top of a column is drawn with: each fills a third more of its line.
const TOPS: [char; 3] = ['_', 'o', '#'];

fn draw(name: &str, series: &Series, now_s: i64) -> String {
    let samples: Vec<Sample> = series.samples.iter().copied().collect();
    let took = || samples.iter().map(|sample| sample.took_ms);
    let (low, high) = (took().min().unwrap_or(0), took().max().unwrap_or(0));
    let mut text = format!(
        "{name} - high {high} ms, low {low} ms (all time high {} ms)\n{}\n",
        series.worst_ms,
        "-".repeat(COLUMNS)
    );
    for part in samples.chunks(COLUMNS) {
        draw_part(part, low, high, now_s, &mut text);
    }
    text
}

fn draw_part(samples: &[Sample], low: u64, high: u64, now_s: i64, text: &mut String) {
    let steps = (ROWS * TOPS.len()) as u128;
    // The lowest is one step high, the highest all of them.
    let step = |sample: &Sample| {
        let share = u128::from(sample.took_ms - low) * steps / u128::from((high - low).max(1));
        share.min(steps - 1) as usize
    };
    for row in (0..ROWS).rev() {
        let below = row * TOPS.len();
        let character = |sample: &Sample| match step(sample).checked_sub(below) {
            None => ' ',
            Some(above) => TOPS.get(above).copied().unwrap_or('|'),
        };
        text.extend(samples.iter().map(character));
        text.push('\n');
    }
    text.extend(samples.iter().map(|_| ' '));
    text.push('\n');
    let ages: Vec<String> = samples.iter().map(|sample| age(now_s - sample.at_s)).collect();
    let longest = ages.iter().map(String::len).max().unwrap_or(0);
    for place in 0..longest {
        text.extend(ages.iter().map(|age| age.chars().nth(place).unwrap_or(' ')));
        text.push('\n');
    }
}

/// In the largest unit that it fills: `59s`, `2m`, `3h`, `4d`.
fn age(seconds: i64) -> String {
    match seconds.max(0) {
        seconds @ ..60 => format!("{seconds}s"),
        seconds @ ..3600 => format!("{}m", seconds / 60),
        seconds @ ..86400 => format!("{}h", seconds / 3600),
        seconds => format!("{}d", seconds / 86400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(samples: &[(i64, u64)]) -> Series {
        let sample = |(at_s, took_ms): &(i64, u64)| Sample { at_s: *at_s, took_ms: *took_ms };
        let worst_ms = samples.iter().map(|(_, took_ms)| *took_ms).max().unwrap_or(0);
        Series { samples: samples.iter().map(sample).collect(), worst_ms }
    }

    #[test]
    fn columns_stand_above_their_ages() {
        let rule = "-".repeat(80);
        let drawn = draw("command", &series(&[(0, 23), (1, 50), (3, 12)]), 3);
        let expected = " # \n | \n_| \n||_\n   \n320\nsss\n";
        assert_eq!(
            drawn,
            format!("command - high 50 ms, low 12 ms (all time high 50 ms)\n{rule}\n{expected}")
        );
        let drawn = draw("x", &series(&[(0, 7)]), 100 * 3600);
        assert!(drawn.ends_with("\n \n \n \n_\n \n4\nd\n"), "{drawn}");
    }

    #[test]
    fn many_samples_go_on_below() {
        let samples: Vec<(i64, u64)> = (0..160).map(|at| (at, u64::MAX - at as u64)).collect();
        let drawn = draw("x", &series(&samples), 0);
        assert_eq!(drawn.lines().count(), 2 + 2 * (ROWS + 1 + 2));
    }

    #[test]
    fn ages_are_short() {
        let ages = [-1, 59, 60, 3599, 3600, 86399, 86400].map(age);
        assert_eq!(ages, ["0s", "59s", "1m", "59m", "1h", "23h", "1d"]);
    }
}
