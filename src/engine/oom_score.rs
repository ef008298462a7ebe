//! `oom-score-adj`: how readily the kernel ends this process when memory runs out. The score
//! at the start is remembered: the relative mode adds to it, and "no" returns to it.

use super::Engine;
use crate::services::config::choices::OomScoreAdj;
use crate::services::config::params;
use crate::services::process::{oom_score, set_oom_score};
use std::sync::OnceLock;

/// Tells the kernel the score that the configuration asks for.
pub fn adjust(engine: &Engine) -> Result<(), String> {
    static AT_START: OnceLock<i32> = OnceLock::new();
    let at_start = *AT_START.get_or_init(oom_score);
    let own = engine.config.get(params::OOM_SCORE_ADJ_VALUES).primary;
    let wanted = match engine.config.get(params::OOM_SCORE_ADJ) {
        OomScoreAdj::No => at_start,
        OomScoreAdj::Relative => at_start.saturating_add(own),
        OomScoreAdj::Absolute => own,
    }
    .clamp(-1000, 1000);
    if wanted == oom_score() {
        return Ok(());
    }
    set_oom_score(wanted).map_err(|error| {
        engine.log.warning(format!("Unable to write oom_score_adj: {error}"));
        "Failed to apply new oom_score_adj configuration, check server logs.".to_owned()
    })
}
