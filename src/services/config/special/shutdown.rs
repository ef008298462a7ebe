//! `shutdown-on-sigterm` and `shutdown-on-sigint`: how a signal shuts the server down.

use super::{Complaint, Special, join, words};

/// The options of SHUTDOWN that a signal brings; none of them is the default behaviour: save
/// where there are save points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShutdownFlags {
    /// Take a snapshot though there are no save points.
    pub save: bool,
    /// Take no snapshot though there are save points.
    pub nosave: bool,
    /// Do not wait for replicas that lag behind.
    pub now: bool,
    /// Go on where an error would make a shutdown fail.
    pub force: bool,
}

impl Special for ShutdownFlags {
    const DEFAULT: &'static str = "default";

    fn parse(args: &[&[u8]], _: &Self) -> Result<Self, Complaint> {
        const NAMES: &str = "default, save, nosave, now, force";
        let mut flags = ShutdownFlags::default();
        for word in args {
            match word.to_ascii_lowercase().as_slice() {
                b"default" => {}
                b"save" => flags.save = true,
                b"nosave" => flags.nosave = true,
                b"now" => flags.now = true,
                b"force" => flags.force = true,
                _ => {
                    let complaint = format!("argument(s) must be one of the following: {NAMES}");
                    return Err(complaint.into());
                }
            }
        }
        if flags.save && flags.nosave {
            let complaint = "shutdown options SAVE and NOSAVE can't be used simultaneously";
            return Err(complaint.into());
        }
        Ok(flags)
    }

    fn from_text(text: &[u8]) -> Self {
        Self::parse(&words(text), &ShutdownFlags::default()).unwrap_or_default()
    }

    fn to_text(&self) -> Vec<u8> {
        if *self == ShutdownFlags::default() {
            return b"default".to_vec();
        }
        let ShutdownFlags { save, nosave, now, force } = *self;
        let named = [(save, "save"), (nosave, "nosave"), (now, "now"), (force, "force")];
        join(named.into_iter().filter(|(on, _)| *on).map(|(_, name)| name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::set;
    use super::*;

    #[test]
    fn words_in_redis_order() {
        assert_eq!(set::<ShutdownFlags>("", "now save"), "save now");
        assert_eq!(set::<ShutdownFlags>("save", "DEFAULT"), "default");
        assert_eq!(set::<ShutdownFlags>("", "default now"), "now");
    }

    #[test]
    fn complaints() {
        assert_eq!(
            set::<ShutdownFlags>("", "foo"),
            "argument(s) must be one of the following: default, save, nosave, now, force"
        );
        assert!(set::<ShutdownFlags>("", "").starts_with("argument(s) must be"));
        assert!(set::<ShutdownFlags>("", "nosave save").ends_with("used simultaneously"));
    }
}
