//! `latency-tracking-info-percentiles`: the percentiles of each command's latency that INFO
//! shows.

use super::{Complaint, RewriteLine, Special, join, non_empty, words};
use crate::util::number::parse_f64;

/// Percentiles from 0 to 100, to a millionth.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Percentiles(pub Vec<f64>);

impl Special for Percentiles {
    const DEFAULT: &'static str = "50 99 99.9";

    fn parse(args: &[&[u8]], _: &Self) -> Result<Self, Complaint> {
        let mut percentiles = Vec::new();
        for word in non_empty(args) {
            let value =
                parse_f64(word).ok_or("Invalid latency-tracking-info-percentiles parameters")?;
            if !(0.0..=100.0).contains(&value) {
                let range = "parameters should sit between [0.0,100.0]";
                return Err(format!("latency-tracking-info-percentiles {range}").into());
            }
            percentiles.push(value);
        }
        Ok(Percentiles(percentiles))
    }

    fn from_text(text: &[u8]) -> Self {
        Self::parse(&words(text), &Percentiles::default()).unwrap_or_default()
    }

    fn to_text(&self) -> Vec<u8> {
        join(self.0.iter().map(|percentile| {
            let text = format!("{percentile:.6}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }))
    }

    /// Always written, as Redis does.
    fn to_lines(&self) -> Vec<RewriteLine> {
        let text = String::from_utf8_lossy(&self.to_text()).into_owned();
        let value = if text.is_empty() { "\"\"".into() } else { text };
        vec![RewriteLine { value, force: true }]
    }
}

#[cfg(test)]
mod tests {
    use super::super::set;
    use super::*;

    #[test]
    fn numbers_are_printed_short() {
        assert_eq!(set::<Percentiles>("", "50.5 100.0 99.990 1e1"), "50.5 100 99.99 10");
        assert_eq!(set::<Percentiles>("", "99.9999999 0.00000001"), "100 0");
        assert_eq!(set::<Percentiles>("50", ""), "");
    }

    #[test]
    fn complaints() {
        assert!(set::<Percentiles>("", "101").ends_with("[0.0,100.0]"));
        assert!(set::<Percentiles>("", "-1").ends_with("[0.0,100.0]"));
        for bad in ["50 a", "50  99", "nan"] {
            assert!(set::<Percentiles>("", bad).starts_with("Invalid latency"), "{bad}");
        }
    }
}
