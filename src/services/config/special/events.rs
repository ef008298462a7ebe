//! `notify-keyspace-events`: which changes of keys are published, and on which channels.

use super::{Complaint, RewriteLine, Special};
use std::ops::BitOr;

/// A set of event classes and channels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Events(u32);

impl Events {
    /// `K`: published on `__keyspace@<db>__:<key>`.
    pub const KEYSPACE: Events = Events(1);
    /// `E`: published on `__keyevent@<db>__:<event>`.
    pub const KEYEVENT: Events = Events(1 << 1);
    /// `g`: commands of no type: DEL, EXPIRE, RENAME and their like.
    pub const GENERIC: Events = Events(1 << 2);
    /// `$`: string commands.
    pub const STRING: Events = Events(1 << 3);
    /// `l`: list commands.
    pub const LIST: Events = Events(1 << 4);
    /// `s`: set commands.
    pub const SET: Events = Events(1 << 5);
    /// `h`: hash commands.
    pub const HASH: Events = Events(1 << 6);
    /// `z`: sorted set commands.
    pub const SORTED_SET: Events = Events(1 << 7);
    /// `x`: a key expired.
    pub const EXPIRED: Events = Events(1 << 8);
    /// `e`: a key was evicted.
    pub const EVICTED: Events = Events(1 << 9);
    /// `t`: stream commands.
    pub const STREAM: Events = Events(1 << 10);
    /// `m`: a key was asked for that is not there. Not in `A`.
    pub const KEY_MISS: Events = Events(1 << 11);
    /// `d`: events of modules.
    pub const MODULE: Events = Events(1 << 13);
    /// `n`: a key was created. Not in `A`.
    pub const NEW: Events = Events(1 << 14);
    /// `o`: a key's value was overwritten. Not in `A`.
    pub const OVERWRITTEN: Events = Events(1 << 15);
    /// `c`: a key's type changed. Not in `A`.
    pub const TYPE_CHANGED: Events = Events(1 << 16);

    /// `A`: every class that is not said to be left out.
    pub const ALL: Events = Events(0b10_0111_1111_1100);

    /// Whether all of `classes` are in this set.
    pub const fn contains(self, classes: Events) -> bool {
        self.0 & classes.0 == classes.0
    }

    /// The set as one number, for an atomic.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The set of `bits()`.
    pub const fn from_bits(bits: u32) -> Events {
        Events(bits)
    }
}

impl BitOr for Events {
    type Output = Events;

    fn bitor(self, other: Events) -> Events {
        Events(self.0 | other.0)
    }
}

/// The letters of the classes in `A`, in the order they are printed.
const CLASSES: [(u8, Events); 10] = [
    (b'g', Events::GENERIC),
    (b'$', Events::STRING),
    (b'l', Events::LIST),
    (b's', Events::SET),
    (b'h', Events::HASH),
    (b'z', Events::SORTED_SET),
    (b'x', Events::EXPIRED),
    (b'e', Events::EVICTED),
    (b't', Events::STREAM),
    (b'd', Events::MODULE),
];

/// The other letters, printed after those of the classes.
const OTHERS: [(u8, Events); 6] = [
    (b'K', Events::KEYSPACE),
    (b'E', Events::KEYEVENT),
    (b'm', Events::KEY_MISS),
    (b'n', Events::NEW),
    (b'o', Events::OVERWRITTEN),
    (b'c', Events::TYPE_CHANGED),
];

impl Special for Events {
    const DEFAULT: &'static str = "";
    const MANY_ARGS: bool = false;

    fn parse(args: &[&[u8]], _: &Self) -> Result<Self, Complaint> {
        let [letters] = args else { return Err("wrong number of arguments".into()) };
        let mut events = Events::default();
        for letter in *letters {
            let known = CLASSES.iter().chain(&OTHERS).find(|(known, _)| known == letter);
            events = events
                | match known {
                    Some((_, class)) => *class,
                    None if *letter == b'A' => Events::ALL,
                    None => {
                        let text = "Invalid event class character. Use 'Ag$lshzxeKEtmdnoc'.";
                        return Err(text.into());
                    }
                };
        }
        Ok(events)
    }

    fn from_text(text: &[u8]) -> Self {
        Self::parse(&[text], &Events::default()).unwrap_or_default()
    }

    fn to_text(&self) -> Vec<u8> {
        let mut text = Vec::new();
        let mut print = |letters: &[(u8, Events)]| {
            let present = letters.iter().filter(|(_, class)| self.contains(*class));
            text.extend(present.map(|(letter, _)| *letter));
        };
        match self.contains(Events::ALL) {
            true => print(&[(b'A', Events::ALL)]),
            false => print(&CLASSES),
        }
        print(&OTHERS);
        text
    }

    fn to_lines(&self) -> Vec<RewriteLine> {
        let text = String::from_utf8_lossy(&self.to_text()).into_owned();
        vec![RewriteLine { value: format!("\"{text}\""), force: !text.is_empty() }]
    }
}

#[cfg(test)]
mod tests {
    use super::super::set;
    use super::*;

    #[test]
    fn letters_are_put_in_order() {
        for (given, printed) in [
            ("", ""),
            ("KEA", "AKE"),
            ("KE$", "$KE"),
            ("Kgxe", "gxeK"),
            ("g$lshzxetd", "A"),
            ("KEAmt", "AKEm"),
            ("Knd", "dKn"),
            ("oKc", "Koc"),
        ] {
            assert_eq!(set::<Events>("", given), printed, "{given}");
        }
    }

    #[test]
    fn unknown_letters_are_refused() {
        assert!(set::<Events>("", "abc").starts_with("Invalid event class character."));
        assert!(set::<Events>("", "K E").starts_with("Invalid event class character."));
    }
}
