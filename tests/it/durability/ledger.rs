//! What one client writes, step by step, and what the server must hold of it after a crash.
//!
//! Every step changes keys of this client alone, on one connection. So whatever a server finds
//! in its files is right only if it is what the first so many of the steps leave: none missing
//! in between, no half of a transaction. How many of the steps it must be, the acknowledgements say.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::time::Instant;

use crate::harness::{Client, Random, Reply, encode};

/// Strings of one client that come and go.
const STRINGS: usize = 12;
/// Steps in one write, at most.
const LONGEST_PIPELINE: usize = 16;
/// The database in which the second key of a pair lives.
const OTHER_DATABASE: &str = "9";

/// Counted by all clients, each time together with a key of the client's own.
pub const SHARED_COUNTER: &str = "shared";

/// One thing to do: a command, or a transaction, which is done whole or not at all.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A counter that only grows.
    Count,
    Push(u64),
    Pop,
    Set(usize, u64),
    Delete(usize),
    /// Two keys of two databases, which are equal at any time.
    SetPair(u64),
    /// The counter of all clients, and with it one's own part in it.
    CountTogether,
}

impl Step {
    fn requests(self, client: usize) -> Vec<Vec<String>> {
        let request = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let transaction = |requests: &[Vec<String>]| {
            let (multi, exec) = (request(&["MULTI"]), request(&["EXEC"]));
            [&[multi], requests, &[exec]].concat()
        };
        let key = |name: &str| format!("{client}:{name}");
        let text = |number: u64| number.to_string();
        match self {
            Step::Count => vec![request(&["INCR", &key("counter")])],
            Step::Push(n) => vec![request(&["RPUSH", &key("list"), &text(n)])],
            Step::Pop => vec![request(&["LPOP", &key("list")])],
            Step::Set(slot, n) => vec![request(&["SET", &string_key(client, slot), &text(n)])],
            Step::Delete(slot) => vec![request(&["DEL", &string_key(client, slot)])],
            Step::SetPair(n) => transaction(&[
                request(&["SET", &key("pair"), &text(n)]),
                request(&["SELECT", OTHER_DATABASE]),
                request(&["SET", &key("pair"), &text(n)]),
                request(&["SELECT", "0"]),
            ]),
            Step::CountTogether => {
                transaction(&[request(&["INCR", SHARED_COUNTER]), request(&["INCR", &key("part")])])
            }
        }
    }
}

fn string_key(client: usize, slot: usize) -> String {
    format!("{client}:string:{slot}")
}

/// What the client's keys hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    counter: u64,
    list: VecDeque<u64>,
    strings: BTreeMap<usize, u64>,
    pair: u64,
    /// How often the client has counted the counter of all.
    pub part: u64,
}

impl State {
    fn apply(&mut self, step: Step) {
        match step {
            Step::Count => self.counter += 1,
            Step::Push(n) => self.list.push_back(n),
            Step::Pop => drop(self.list.pop_front()),
            Step::Set(slot, n) => drop(self.strings.insert(slot, n)),
            Step::Delete(slot) => drop(self.strings.remove(&slot)),
            Step::SetPair(n) => self.pair = n,
            Step::CountTogether => self.part += 1,
        }
    }

    /// Asks a server for it; panics where a transaction was torn.
    #[track_caller]
    pub fn read(connection: &mut Client, client: usize) -> State {
        let strings = (0..STRINGS).filter_map(|slot| {
            let value = connection.cmd(&["GET", &string_key(client, slot)]);
            (!value.is_nil()).then(|| (slot, number(&value)))
        });
        let strings = strings.collect();
        let mut get =
            |name: &str| number(&connection.cmd(&["GET", format!("{client}:{name}").as_str()]));
        let (counter, pair, part) = (get("counter"), get("pair"), get("part"));
        let list = connection.cmd(&["LRANGE", &format!("{client}:list"), "0", "-1"]);
        let list = list.items().iter().map(number).collect();
        connection.check(&format!("SELECT {OTHER_DATABASE}"), "+OK");
        let other = number(&connection.cmd(&["GET", &format!("{client}:pair")]));
        connection.check("SELECT 0", "+OK");
        assert_eq!(pair, other, "client {client}: half of a transaction is there");
        State { counter, list, strings, pair, part }
    }
}

/// A key that is not there counts as 0, which no step writes.
fn number(reply: &Reply) -> u64 {
    match reply.is_nil() {
        true => 0,
        false => reply.text().parse().expect("a number that this client wrote"),
    }
}

/// One client's book of what it has sent and what was acknowledged.
pub struct Ledger {
    client: usize,
    random: Random,
    /// What the server held when it was looked at last.
    known: State,
    /// What was sent since then.
    steps: Vec<Step>,
    /// When the reply to each of the steps came, as far as replies came.
    acknowledged: Vec<Instant>,
    /// What the server holds once all steps are done.
    latest: State,
    /// Written next: no value is written twice, also after a crash.
    next: u64,
}

impl Ledger {
    pub fn new(client: usize, seed: u64) -> Ledger {
        Ledger {
            client,
            random: Random::seeded(seed ^ (client as u64) << 32),
            known: State::default(),
            steps: Vec::new(),
            acknowledged: Vec::new(),
            latest: State::default(),
            next: 1,
        }
    }

    /// Writes, sometimes one step at a time and sometimes many, until the connection ends.
    pub fn write_until_the_end(&mut self, port: u16) {
        let Ok(mut connection) = Client::try_connect(port) else { return };
        loop {
            let count = match self.random.one_in(2) {
                true => 1,
                false => 1 + self.random.below(LONGEST_PIPELINE),
            };
            if self.write(&mut connection, count).is_err() {
                return;
            }
        }
    }

    /// Sends so many steps at once, and waits for their replies.
    pub fn write(&mut self, connection: &mut Client, count: usize) -> io::Result<()> {
        let steps: Vec<Step> = (0..count).map(|_| self.draw()).collect();
        let requests: Vec<_> = steps.iter().map(|step| step.requests(self.client)).collect();
        let bytes: Vec<u8> = requests.iter().flatten().flat_map(|args| encode(args)).collect();
        connection.try_send(&bytes)?;
        for requests in &requests {
            for request in requests {
                let reply = connection.try_recv()?;
                assert!(!reply.is_error(), "{}: {reply}", request.join(" "));
            }
            self.acknowledged.push(Instant::now());
        }
        Ok(())
    }

    /// Chooses the next step, which is in the book before it is sent.
    fn draw(&mut self) -> Step {
        let (n, slot) = (self.next, self.random.below(STRINGS));
        self.next += 1;
        let step = match self.random.below(7) {
            0 => Step::Count,
            1 if self.latest.list.len() > 20 => Step::Pop,
            1 => Step::Push(n),
            2 if !self.latest.list.is_empty() => Step::Pop,
            2 | 3 => Step::Set(slot, n),
            4 if self.latest.strings.contains_key(&slot) => Step::Delete(slot),
            4 => Step::Set(slot, n),
            5 => Step::SetPair(n),
            _ => Step::CountTogether,
        };
        self.latest.apply(step);
        self.steps.push(step);
        step
    }

    /// How many steps were acknowledged by a moment.
    pub fn acknowledged_by(&self, moment: Instant) -> usize {
        self.acknowledged.partition_point(|at| *at <= moment)
    }

    pub fn acknowledged(&self) -> usize {
        self.acknowledged.len()
    }

    /// The state that the first so many steps leave.
    pub fn state_after(&self, steps: usize) -> State {
        let mut state = self.known.clone();
        self.steps[..steps].iter().for_each(|step| state.apply(*step));
        state
    }

    /// Takes what a server holds after its restart, and begins a new page with it. Gives how many
    /// of the acknowledged steps are lost; panics where it is not what the first so many of the
    /// steps leave, or fewer than were promised.
    #[track_caller]
    pub fn settle(&mut self, found: State, promised: usize) -> usize {
        // Backwards: where the last steps cancel each other out, the most is meant.
        let kept = (0..=self.steps.len()).rev().find(|count| self.state_after(*count) == found);
        let Some(kept) = kept else {
            let wanted = self.state_after(promised);
            panic!(
                "client {}: no beginning of its {} steps leaves what is there\nthere is {found:?}\n\
                 promised {wanted:?}\nsteps since {:?}",
                self.client,
                self.steps.len(),
                &self.steps[promised..]
            );
        };
        let acknowledged = self.acknowledged.len();
        assert!(
            kept >= promised,
            "client {}: {kept} of {} steps are there, {acknowledged} were acknowledged, {promised} \
             promised; the first that is missing is {:?}",
            self.client,
            self.steps.len(),
            self.steps[kept]
        );
        self.known = found;
        self.latest = self.known.clone();
        self.steps.clear();
        self.acknowledged.clear();
        acknowledged.saturating_sub(kept)
    }
}
