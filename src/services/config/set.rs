//! CONFIG SET: several parameters at once, all or none.

use super::params::{self, Found};
use super::{Config, Effect, Param, Value};
use crate::protocol::Error;
use std::borrow::Cow;

/// Who sets, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// Connected from this host.
    pub is_local: bool,
    /// A data set is being loaded.
    pub is_loading: bool,
}

/// One parameter about to change.
struct Change {
    found: Found,
    old: Value,
    new: Value,
}

impl Config {
    /// Sets every pair of name and value, or none of them. All values are checked first, then
    /// put in place, then each effect of those that changed is brought about once, by `apply`.
    /// When an effect fails the old values return, and the effects so far are brought about
    /// again. `apply` may read this configuration and record into it, but not set.
    ///
    /// Errors are Redis's, to the letter.
    pub fn set(
        &self,
        pairs: &[(&[u8], &[u8])],
        caller: Caller,
        apply: &mut dyn FnMut(Effect) -> Result<(), String>,
    ) -> Result<(), Error> {
        let rows = self.find_settable(pairs, caller)?;
        let _alone = self.changing.lock();
        let mut changes = Vec::with_capacity(rows.len());
        for (found, (_, value)) in rows.into_iter().zip(pairs) {
            let old = self.slots[found.index].get();
            let new = parse_argument(found.row, value, &old)
                .map_err(|complaint| refused(found.name, &complaint))?;
            changes.push(Change { found, old, new });
        }
        for change in &changes {
            self.slots[change.found.index].set(&change.new);
        }
        self.bring_about(&changes, apply)
    }

    /// Finds the rows, and refuses those that this caller may not set. An unknown name or a
    /// forbidden one is reported as the first such.
    fn find_settable(&self, pairs: &[(&[u8], &[u8])], caller: Caller) -> Result<Vec<Found>, Error> {
        let mut rows: Vec<Found> = Vec::with_capacity(pairs.len());
        for (asked, _) in pairs {
            let asked_text = String::from_utf8_lossy(asked);
            let Some(found) = params::find(asked) else {
                let text = "Unknown option or number of arguments for CONFIG SET";
                return Err(Error::msg(format!("{text} - '{asked_text}'")));
            };
            if found.row.is_immutable() {
                return Err(refused(&asked_text, "can't set immutable config"));
            }
            if found.row.is_protected() && !self.allows_protected(caller) {
                return Err(refused(&asked_text, "can't set protected config"));
            }
            if found.row.is_denied_while_loading() && caller.is_loading {
                return Err(Error::Loading);
            }
            if rows.iter().any(|earlier| earlier.name == found.name) {
                return Err(refused(&asked_text, "duplicate parameter"));
            }
            rows.push(found);
        }
        Ok(rows)
    }

    fn allows_protected(&self, caller: Caller) -> bool {
        self.get(params::ENABLE_PROTECTED_CONFIGS).allows(caller.is_local)
    }

    fn bring_about(
        &self,
        changes: &[Change],
        apply: &mut dyn FnMut(Effect) -> Result<(), String>,
    ) -> Result<(), Error> {
        let mut done: Vec<Effect> = Vec::new();
        for change in changes.iter().filter(|change| change.old != change.new) {
            let effect = change.found.row.effect;
            let is_idle = matches!(effect, Effect::NextUse | Effect::Ignored);
            if is_idle || done.contains(&effect) {
                continue;
            }
            done.push(effect);
            let Err(complaint) = apply(effect) else { continue };
            // Backwards, since an alias and its name may both have been set.
            for change in changes.iter().rev() {
                self.slots[change.found.index].set(&change.old);
            }
            for effect in done {
                // The old values worked before; if they fail now there is nothing better.
                let _ = apply(effect);
            }
            return Err(refused(change.found.name, &complaint));
        }
        Ok(())
    }
}

/// Reads the one argument that CONFIG SET has for a value. Lists are apart by single spaces.
fn parse_argument(row: &Param, value: &[u8], old: &Value) -> Result<Value, Cow<'static, str>> {
    if !row.takes_many_args() {
        return row.parse(&[value], old);
    }
    row.parse(&value.split(|byte| *byte == b' ').collect::<Vec<_>>(), old)
}

fn refused(name: &str, complaint: &str) -> Error {
    let failed = format!("CONFIG SET failed (possibly related to argument '{name}')");
    Error::msg(format!("{failed} - {complaint}"))
}

#[cfg(test)]
mod tests {
    use super::super::Stored;
    use super::*;
    use crate::services::config::choices::ProtectedAction;

    const CALLER: Caller = Caller { is_local: true, is_loading: false };

    /// CONFIG SET with these arguments and effects that all succeed: `OK`, or the error.
    fn set(config: &Config, args: &[&str]) -> String {
        set_with(config, args, CALLER, &mut |_| Ok(()))
    }

    fn set_with(
        config: &Config,
        args: &[&str],
        caller: Caller,
        apply: &mut dyn FnMut(Effect) -> Result<(), String>,
    ) -> String {
        let (pairs, _) = args.as_chunks::<2>();
        let pairs: Vec<(&[u8], &[u8])> =
            pairs.iter().map(|[name, value]| (name.as_bytes(), value.as_bytes())).collect();
        match config.set(&pairs, caller, apply) {
            Ok(()) => "OK".into(),
            Err(error) => error.to_string(),
        }
    }

    fn failed(name: &str, complaint: &str) -> String {
        let head = "ERR CONFIG SET failed (possibly related to argument";
        format!("{head} '{name}') - {complaint}")
    }

    #[test]
    fn several_at_once() {
        let config = Config::new();
        assert_eq!(set(&config, &["maxclients", "10", "maxmemory", "1kb"]), "OK");
        assert_eq!(config.get(params::MAXCLIENTS), 10);
        assert_eq!(config.get(params::MAXMEMORY), 1024);
        assert_eq!(set(&config, &["save", "60 1 30 2"]), "OK");
        assert_eq!(config.get(params::SAVE).0.len(), 2);
        assert_eq!(set(&config, &["save", ""]), "OK");
        assert_eq!(config.get(params::SAVE).0.len(), 0);
    }

    #[test]
    fn errors_are_redis_own() {
        let config = Config::new();
        assert_eq!(
            set(&config, &["databases", "3", "foo", "5"]),
            failed("databases", "can't set immutable config")
        );
        assert_eq!(
            set(&config, &["foo", "5", "databases", "3"]),
            "ERR Unknown option or number of arguments for CONFIG SET - 'foo'"
        );
        assert_eq!(
            set(&config, &["DATABASES", "4"]),
            failed("DATABASES", "can't set immutable config")
        );
        assert_eq!(
            set(&config, &["dbfilename", "x"]),
            failed("dbfilename", "can't set protected config")
        );
        assert_eq!(
            set(&config, &["maxclients", "4", "MAXCLIENTS", "5"]),
            failed("MAXCLIENTS", "duplicate parameter")
        );
        assert_eq!(
            set(&config, &["SLAVE-priority", "abc"]),
            failed("slave-priority", "argument couldn't be parsed into an integer")
        );
        assert_eq!(set(&config, &["save", "60  1"]), failed("save", "Invalid save parameters"));
    }

    #[test]
    fn nothing_changes_when_one_value_is_bad() {
        let config = Config::new();
        set(&config, &["maxclients", "10", "appendonly", "maybe"]);
        assert_eq!(config.get(params::MAXCLIENTS), 10000);
    }

    #[test]
    fn effects_come_once_and_only_for_changes() {
        let config = Config::new();
        let mut seen = Vec::new();
        let args = ["port", "7000", "bind", "*", "hz", "10", "timeout", "5", "loglevel", "debug"];
        let answer = set_with(&config, &args, CALLER, &mut |effect| {
            seen.push((effect, config.get(params::PORT)));
            Ok(())
        });
        assert_eq!(answer, "OK");
        assert_eq!(seen, [(Effect::Listen, 7000), (Effect::LogLevel, 7000)]);
    }

    #[test]
    fn a_failed_effect_takes_everything_back() {
        let config = Config::new();
        let mut seen = Vec::new();
        let args = ["hz", "20", "port", "1", "slave-priority", "1", "replica-priority", "2"];
        let answer = set_with(&config, &args, CALLER, &mut |effect| {
            seen.push((effect, config.get(params::HZ)));
            if effect == Effect::Listen && config.get(params::PORT) == 1 {
                return Err("Unable to listen on this port.".into());
            }
            Ok(())
        });
        assert_eq!(answer, failed("port", "Unable to listen on this port."));
        let effects =
            [(Effect::Hz, 20), (Effect::Listen, 20), (Effect::Hz, 10), (Effect::Listen, 10)];
        assert_eq!(seen, effects);
        assert_eq!(config.get(params::PORT), 6379);
        assert_eq!(config.get(params::REPLICA_PRIORITY), 100);
    }

    #[test]
    fn protected_and_loading() {
        let config = Config::new();
        config.record(params::ENABLE_PROTECTED_CONFIGS, ProtectedAction::Local);
        let remote = Caller { is_local: false, is_loading: false };
        let mut fine = |_| Ok(());
        assert_eq!(set(&config, &["dbfilename", "x.rdb"]), "OK");
        assert_eq!(
            set_with(&config, &["dbfilename", "y"], remote, &mut fine),
            failed("dbfilename", "can't set protected config")
        );
        let loading = Caller { is_local: true, is_loading: true };
        let answer = set_with(&config, &["appendonly", "yes"], loading, &mut fine);
        assert_eq!(answer, Error::Loading.to_string());
        assert_eq!(false.to_value(), Value::Number(0));
    }
}
