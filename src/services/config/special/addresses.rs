//! `bind`: the addresses to listen on.

use super::{Complaint, Special, join, non_empty, words};

/// Addresses to listen on. One that begins with `-` may be missing on this host; `*` stands
/// for all of IPv4, `::*` for all of IPv6. None at all listens on no TCP port.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses(pub Vec<String>);

/// The most addresses that Redis takes.
const MAX: usize = 16;

impl Special for Addresses {
    const DEFAULT: &'static str = "127.0.0.1 -::1";

    fn parse(args: &[&[u8]], _: &Self) -> Result<Self, Complaint> {
        if args.len() > MAX {
            return Err("Too many bind addresses specified.".into());
        }
        let text = |word: &&[u8]| String::from_utf8_lossy(word).into_owned();
        Ok(Addresses(non_empty(args).iter().map(text).collect()))
    }

    fn from_text(text: &[u8]) -> Self {
        Self::parse(&words(text), &Addresses::default()).unwrap_or_default()
    }

    fn to_text(&self) -> Vec<u8> {
        join(self.0.iter().cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::super::set;
    use super::*;

    #[test]
    fn a_list_of_addresses() {
        assert_eq!(set::<Addresses>("", "127.0.0.1 -::1"), "127.0.0.1 -::1");
        assert_eq!(set::<Addresses>("*", ""), "");
        let seventeen = ["1"; 17].join(" ");
        assert_eq!(set::<Addresses>("", &seventeen), "Too many bind addresses specified.");
    }
}
