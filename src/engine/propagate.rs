//! What a command's changes look like to the log: by default the request as it came, else what
//! its handler says. What expired meanwhile comes before, as DEL and HDEL, since nothing expires
//! where a log is replayed.
//!
//! The commit appends it while the guards are still held: conflicting commands are ordered by the
//! locks they share, so the log's order is one in which they could have run one by one.

use super::Engine;
use super::ctx::Ctx;
use crate::persistence::aof::unit::Unit;
use crate::protocol::Arg;
use crate::store::txn::Change;
use crate::store::{Event, Txn};

/// What a transaction adds to the log.
#[derive(Default)]
pub struct Propagation {
    /// Whether changes are logged at all.
    is_on: bool,
    /// The commands so far.
    unit: Unit,
    /// What the handler of the current command says, if it says anything.
    forms: Option<Unit>,
}

impl Propagation {
    /// Of a transaction that begins now.
    pub fn begin(engine: &Engine) -> Propagation {
        Propagation { is_on: engine.aof.is_on(), ..Propagation::default() }
    }

    /// Nothing is logged, whatever happens: what runs comes from a log.
    pub fn off() -> Propagation {
        Propagation::default()
    }

    /// Whether changes are logged at all.
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// Has this logged for the current command, in the database `db`, instead of the request as
    /// it came. More calls add more commands.
    pub fn log_as(&mut self, db: u16, argv: &[&[u8]]) {
        if self.is_on {
            self.forms.get_or_insert_default().push(db, argv.iter());
        }
    }

    /// Takes down what the command that just ran has changed. `argv` is its request.
    pub fn record(&mut self, txn: &mut Txn<'_>, db: u16, argv: &[Arg<'_>]) {
        if !self.is_on {
            return;
        }
        let forms = self.forms.take();
        let has_changed = self.record_expired(txn);
        match forms {
            Some(forms) if self.unit.is_empty() => self.unit = forms,
            Some(forms) => self.unit.append(&forms),
            None if has_changed => self.unit.push(db, argv.iter()),
            None => {}
        }
    }

    /// Takes down what has expired since the last command. Returns whether anything changed
    /// by other means than time.
    fn record_expired(&mut self, txn: &mut Txn<'_>) -> bool {
        let (changes, whole_changes) = txn.unlogged_changes();
        let mut has_changed = whole_changes > 0;
        for change in changes {
            has_changed |= !change.by_time && !change.event.is_notice();
            if change.by_time {
                push_expired(&mut self.unit, change);
            }
        }
        has_changed
    }

    /// Appends everything to the log, under the guards of what it changed. Returns the offset
    /// behind it, or 0 if there was nothing.
    pub fn append(mut self, engine: &Engine, txn: &mut Txn<'_>) -> u64 {
        if !self.is_on {
            return 0;
        }
        self.record_expired(txn);
        self.flush(engine)
    }

    /// Appends what there is so far, and goes on.
    pub fn flush(&mut self, engine: &Engine) -> u64 {
        if self.unit.is_empty() {
            return 0;
        }
        let offset = engine.aof.append(&self.unit);
        self.unit.clear();
        offset
    }
}

/// The command that does what time did.
fn push_expired(unit: &mut Unit, change: &Change) {
    if change.fields.is_empty() {
        // Fields without names went with their key, whose own change follows.
        if change.event != Event::FIELDS_EXPIRED {
            unit.push(change.db, [b"DEL".as_slice(), &change.name].iter());
        }
        return;
    }
    let head = [b"HDEL".as_slice(), &change.name];
    let argv: Vec<&[u8]> =
        head.into_iter().chain(change.fields.iter().map(Vec::as_slice)).collect();
    unit.push(change.db, argv.iter());
}

impl Ctx<'_> {
    /// Whether changes are logged: if not, a handler need not say how.
    pub fn is_logged(&self) -> bool {
        self.propagation.is_on()
    }

    /// As [`Propagation::log_as`], in the client's database.
    pub fn log_as(&mut self, argv: &[&[u8]]) {
        self.propagation.log_as(self.session.db, argv);
    }
}
