//! `save`: after how many seconds and changes a snapshot is taken by itself.

use super::{Complaint, RewriteLine, Special, join, non_empty, parse_integer, words};

/// One condition: at least `changes` since the last snapshot, which is `seconds` old or older.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SavePoint {
    /// Seconds since the last snapshot; at least 1.
    pub seconds: u64,
    /// Changes since the last snapshot.
    pub changes: u64,
}

/// All conditions; any of them that holds starts a snapshot. None means never.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavePoints(pub Vec<SavePoint>);

const INVALID: &str = "Invalid save parameters";

impl Special for SavePoints {
    const DEFAULT: &'static str = "3600 1 300 100 60 10000";

    fn parse(args: &[&[u8]], _: &Self) -> Result<Self, Complaint> {
        let (pairs, rest) = non_empty(args).as_chunks::<2>();
        if !rest.is_empty() {
            return Err(INVALID.into());
        }
        let points = pairs.iter().map(|[seconds, changes]| {
            let seconds = parse_integer::<u32>(seconds).filter(|seconds| *seconds > 0)?;
            let changes = parse_integer::<u32>(changes)?;
            Some(SavePoint { seconds: seconds.into(), changes: changes.into() })
        });
        points.collect::<Option<Vec<_>>>().map(SavePoints).ok_or(INVALID.into())
    }

    fn from_text(text: &[u8]) -> Self {
        Self::parse(&words(text), &SavePoints::default()).unwrap_or_default()
    }

    fn to_text(&self) -> Vec<u8> {
        join(self.0.iter().map(|point| format!("{} {}", point.seconds, point.changes)))
    }

    /// Always written: without a line the defaults would come back.
    fn to_lines(&self) -> Vec<RewriteLine> {
        if self.0.is_empty() {
            return vec![RewriteLine { value: "\"\"".into(), force: true }];
        }
        let line = |point: &SavePoint| format!("{} {}", point.seconds, point.changes);
        self.0.iter().map(|point| RewriteLine { value: line(point), force: true }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::set;
    use super::*;

    #[test]
    fn pairs_of_seconds_and_changes() {
        assert_eq!(set::<SavePoints>("", "60 1"), "60 1");
        assert_eq!(set::<SavePoints>("9 9", "60 1 60 2"), "60 1 60 2");
        assert_eq!(set::<SavePoints>("60 1", ""), "");
        for bad in ["900 1 300", "0 1", "1 -1", "a b", "60  1", "1 99999999999"] {
            assert_eq!(set::<SavePoints>("", bad), INVALID, "{bad}");
        }
    }
}
