//! `client-output-buffer-limit`: when a client that reads too slowly is dropped.

use super::super::units::{format_bytes, parse_bytes};
use super::{Complaint, RewriteLine, Special, join, non_empty, parse_integer, words};

/// The limits of one class of clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutputLimit {
    /// Bytes at which the client is dropped at once; 0 is no limit.
    pub hard_bytes: u64,
    /// Bytes above which it may not stay for `soft_seconds`; 0 is no limit.
    pub soft_bytes: u64,
    /// Seconds above `soft_bytes` after which it is dropped.
    pub soft_seconds: u32,
}

/// The limits of all classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputLimits {
    /// Ordinary clients, MONITOR among them.
    pub normal: OutputLimit,
    /// Replicas.
    pub replica: OutputLimit,
    /// Clients subscribed to at least one channel or pattern.
    pub pubsub: OutputLimit,
}

const DEFAULT: OutputLimits = OutputLimits {
    normal: OutputLimit { hard_bytes: 0, soft_bytes: 0, soft_seconds: 0 },
    replica: OutputLimit { hard_bytes: 256 << 20, soft_bytes: 64 << 20, soft_seconds: 60 },
    pubsub: OutputLimit { hard_bytes: 32 << 20, soft_bytes: 8 << 20, soft_seconds: 60 },
};

impl OutputLimits {
    fn class_mut(&mut self, name: &[u8]) -> Option<&mut OutputLimit> {
        match name.to_ascii_lowercase().as_slice() {
            b"normal" => Some(&mut self.normal),
            b"slave" | b"replica" => Some(&mut self.replica),
            b"pubsub" => Some(&mut self.pubsub),
            _ => None,
        }
    }
}

impl Special for OutputLimits {
    const DEFAULT: &'static str =
        "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60";

    /// Classes that are not named keep their limits.
    fn parse(args: &[&[u8]], current: &Self) -> Result<Self, Complaint> {
        let (classes, rest) = non_empty(args).as_chunks::<4>();
        if !rest.is_empty() {
            return Err("Wrong number of arguments in buffer limit configuration.".into());
        }
        let mut limits = *current;
        for [class, hard, soft, seconds] in classes {
            let class = limits
                .class_mut(class)
                .ok_or("Invalid client class specified in buffer limit configuration.")?;
            *class = parse_limit(hard, soft, seconds).ok_or(
                "Error in hard, soft or soft_seconds setting in buffer limit configuration.",
            )?;
        }
        Ok(limits)
    }

    fn from_text(text: &[u8]) -> Self {
        Self::parse(&words(text), &DEFAULT).unwrap_or(DEFAULT)
    }

    fn to_text(&self) -> Vec<u8> {
        let classes = [("normal", self.normal), ("slave", self.replica), ("pubsub", self.pubsub)];
        join(classes.map(|(name, limit)| {
            let OutputLimit { hard_bytes, soft_bytes, soft_seconds } = limit;
            format!("{name} {hard_bytes} {soft_bytes} {soft_seconds}")
        }))
    }

    fn to_lines(&self) -> Vec<RewriteLine> {
        let line = |name, limit: OutputLimit, default| {
            let (hard, soft) = (format_bytes(limit.hard_bytes), format_bytes(limit.soft_bytes));
            let value = format!("{name} {hard} {soft} {}", limit.soft_seconds);
            RewriteLine { value, force: limit != default }
        };
        vec![
            line("normal", self.normal, DEFAULT.normal),
            line("replica", self.replica, DEFAULT.replica),
            line("pubsub", self.pubsub, DEFAULT.pubsub),
        ]
    }
}

fn parse_limit(hard: &[u8], soft: &[u8], seconds: &[u8]) -> Option<OutputLimit> {
    let soft_seconds = parse_integer::<u32>(seconds).filter(|secs| *secs <= i32::MAX as u32)?;
    Some(OutputLimit {
        hard_bytes: parse_bytes(hard)?,
        soft_bytes: parse_bytes(soft)?,
        soft_seconds,
    })
}

#[cfg(test)]
mod tests {
    use super::super::set;
    use super::*;

    #[test]
    fn the_default_is_its_text() {
        assert_eq!(DEFAULT.to_text(), OutputLimits::DEFAULT.as_bytes());
        assert_eq!(OutputLimits::from_text(OutputLimits::DEFAULT.as_bytes()), DEFAULT);
    }

    #[test]
    fn named_classes_change_and_others_stay() {
        assert_eq!(
            set::<OutputLimits>(OutputLimits::DEFAULT, "normal 1mb 2 3 REPLICA 4 5kb 6"),
            "normal 1048576 2 3 slave 4 5120 6 pubsub 33554432 8388608 60"
        );
        assert_eq!(set::<OutputLimits>(OutputLimits::DEFAULT, ""), OutputLimits::DEFAULT);
    }

    #[test]
    fn complaints() {
        let complaint = |value| set::<OutputLimits>(OutputLimits::DEFAULT, value);
        assert!(complaint("normal 1 2").starts_with("Wrong number of arguments"));
        assert!(complaint("master 1 2 3").starts_with("Invalid client class"));
        for bad in ["normal x 2 3", "normal 1 2 -3", "normal 1 2 3000000000"] {
            assert!(complaint(bad).starts_with("Error in hard, soft"), "{bad}");
        }
    }
}
