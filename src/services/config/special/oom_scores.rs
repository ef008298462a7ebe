//! `oom-score-adj-values`: the kernel's out-of-memory scores for the process in its roles.

use super::{Complaint, Special, join, parse_integer, words};

/// Scores from -2000 to 2000; with the relative mode they are added to the score at startup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OomScores {
    /// While the server is a primary.
    pub primary: i32,
    /// While it is a replica.
    pub replica: i32,
    /// For a process that saves in the background.
    pub background: i32,
}

const DEFAULT: OomScores = OomScores { primary: 0, replica: 200, background: 800 };

impl Special for OomScores {
    const DEFAULT: &'static str = "0 200 800";

    fn parse(args: &[&[u8]], _: &Self) -> Result<Self, Complaint> {
        let [primary, replica, background] = args else {
            return Err("wrong number of arguments".into());
        };
        let score = |word: &[u8]| {
            let range = "elements must be between -2000 and 2000.";
            parse_integer::<i32>(word)
                .filter(|score| (-2000..=2000).contains(score))
                .ok_or_else(|| format!("Invalid oom-score-adj-values, {range}"))
        };
        Ok(OomScores {
            primary: score(primary)?,
            replica: score(replica)?,
            background: score(background)?,
        })
    }

    fn from_text(text: &[u8]) -> Self {
        Self::parse(&words(text), &DEFAULT).unwrap_or(DEFAULT)
    }

    fn to_text(&self) -> Vec<u8> {
        join([self.primary, self.replica, self.background].map(|score| score.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::set;
    use super::*;

    #[test]
    fn three_scores() {
        assert_eq!(set::<OomScores>("", "3 2 -1"), "3 2 -1");
        assert_eq!(set::<OomScores>("", "1 2"), "wrong number of arguments");
        for bad in ["a 2 1", "1 2 3000"] {
            assert!(set::<OomScores>("", bad).starts_with("Invalid oom-score-adj-values,"));
        }
    }
}
