//! Redis as a sequential machine, for the few commands that the linearizability test uses: what
//! each asks, and what it answers in a given state.

/// Keys that operations work on.
pub const KEYS: usize = 4;

/// What every key holds.
pub type State = [Option<i64>; KEYS];

/// One command.
#[derive(Clone, Debug)]
pub enum Command {
    Get(usize),
    Set(usize, i64),
    Add(usize, i64),
    Delete(usize),
    Exists(usize, usize),
    Rename(usize, usize),
    /// MGET of all keys.
    ReadAll,
    /// MSET of all keys.
    SetAll(i64),
}

fn name(key: usize) -> String {
    format!("key:{key}")
}

impl Command {
    /// The command as a client sends it.
    pub fn request(&self) -> Vec<String> {
        let words = |verb: &str, rest: &[String]| [&[verb.to_owned()], rest].concat();
        match *self {
            Command::Get(key) => words("GET", &[name(key)]),
            Command::Set(key, value) => words("SET", &[name(key), value.to_string()]),
            Command::Add(key, amount) => words("INCRBY", &[name(key), amount.to_string()]),
            Command::Delete(key) => words("DEL", &[name(key)]),
            Command::Exists(a, b) => words("EXISTS", &[name(a), name(b)]),
            Command::Rename(from, to) => words("RENAME", &[name(from), name(to)]),
            Command::ReadAll => words("MGET", &(0..KEYS).map(name).collect::<Vec<_>>()),
            Command::SetAll(value) => {
                let pairs = (0..KEYS).flat_map(|key| [name(key), value.to_string()]);
                words("MSET", &pairs.collect::<Vec<_>>())
            }
        }
    }

    /// Runs it. The reply is in the notation of the conversations.
    pub fn run(&self, state: &mut State) -> String {
        let bulk = |value: Option<i64>| value.map_or("(nil)".to_owned(), |n| format!("\"{n}\""));
        match *self {
            Command::Get(key) => bulk(state[key]),
            Command::Set(key, value) => {
                state[key] = Some(value);
                "+OK".to_owned()
            }
            Command::Add(key, amount) => {
                let sum = state[key].unwrap_or(0) + amount;
                state[key] = Some(sum);
                format!(":{sum}")
            }
            Command::Delete(key) => format!(":{}", i64::from(state[key].take().is_some())),
            Command::Exists(a, b) => {
                format!(":{}", [a, b].iter().filter(|key| state[**key].is_some()).count())
            }
            Command::Rename(from, to) => match state[from] {
                None => "-ERR no such key".to_owned(),
                Some(value) => {
                    state[from] = None;
                    state[to] = Some(value);
                    "+OK".to_owned()
                }
            },
            Command::ReadAll => format!("[{}]", state.map(bulk).join(", ")),
            Command::SetAll(value) => {
                *state = [Some(value); KEYS];
                "+OK".to_owned()
            }
        }
    }
}
