//! INFO commandstats, errorstats and latencystats: what was called, and how it went.

use super::page::Page;
use crate::commands::prelude::*;
use crate::services::config::params;
use crate::services::config::special::Percentiles;
use crate::services::histogram::Distribution;
use std::fmt::Write;

pub fn commandstats(ctx: &Ctx<'_>, page: &mut Page) {
    for row in ctx.engine.table.rows() {
        let figures = ctx.engine.stats.command(row.index);
        if figures.calls + figures.rejected + figures.failed == 0 {
            continue;
        }
        page.line(format_args!(
            "cmdstat_{}:calls={},usec={},usec_per_call={:.2},rejected_calls={},failed_calls={}",
            row.full_name,
            figures.calls,
            figures.usec,
            figures.usec as f64 / figures.calls.max(1) as f64,
            figures.rejected,
            figures.failed
        ));
    }
}

pub fn errorstats(ctx: &Ctx<'_>, page: &mut Page) {
    for (code, count) in ctx.engine.stats.errors() {
        page.line(format_args!("errorstat_{code}:count={count}"));
    }
}

pub fn latencystats(ctx: &Ctx<'_>, page: &mut Page) {
    let config = &ctx.engine.config;
    if !config.get(params::LATENCY_TRACKING) {
        return;
    }
    let percentiles = config.get(params::LATENCY_TRACKING_INFO_PERCENTILES);
    for row in ctx.engine.table.rows() {
        if let Some(latencies) = ctx.engine.stats.latencies(row.index) {
            let values = describe(&latencies, &percentiles);
            page.line(format_args!("latency_percentiles_usec_{}:{values}", row.full_name));
        }
    }
}

/// `p50=1.003,p99.9=2.007`, in microseconds.
fn describe(latencies: &Distribution, percentiles: &Percentiles) -> String {
    let mut text = String::new();
    for percent in &percentiles.0 {
        let comma = if text.is_empty() { "" } else { "," };
        // Writing to a string cannot fail.
        let _ = write!(text, "{comma}p{percent}={:.3}", latencies.percentile_us(*percent));
    }
    text
}
