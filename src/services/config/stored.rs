//! Where current values live, and how each type is read out of its place without a lock on
//! the way of numbers.

use super::choices::*;
use super::param::{Choice, Param, Text};
use super::special::*;
use super::value::Value;
use parking_lot::RwLock;
use std::sync::atomic::{AtomicI64, Ordering};

/// The place of one parameter's current value.
pub struct Slot(Place);

enum Place {
    Number(AtomicI64),
    Text(RwLock<Text>),
}

impl Slot {
    /// A place that holds the row's default.
    pub(super) fn new(row: &Param) -> Slot {
        Slot(match row.default_value() {
            Value::Number(number) => Place::Number(number.into()),
            Value::Text(text) => Place::Text(text.into()),
        })
    }

    pub(super) fn get(&self) -> Value {
        match &self.0 {
            Place::Number(number) => Value::Number(number.load(Ordering::Relaxed)),
            Place::Text(text) => Value::Text(text.read().clone()),
        }
    }

    /// Puts `value` in place. The table gives one kind of value to a place for all time.
    pub(super) fn set(&self, value: &Value) {
        match (&self.0, value) {
            (Place::Number(place), Value::Number(number)) => {
                place.store(*number, Ordering::Relaxed);
            }
            (Place::Text(place), Value::Text(text)) => *place.write() = text.clone(),
            _ => debug_assert!(false, "a value of another kind"),
        }
    }

    fn number(&self) -> i64 {
        match &self.0 {
            Place::Number(number) => number.load(Ordering::Relaxed),
            Place::Text(_) => 0,
        }
    }

    fn text(&self) -> Text {
        match &self.0 {
            Place::Number(_) => Text::default(),
            Place::Text(text) => text.read().clone(),
        }
    }
}

/// A type that parameters are read and recorded as.
pub trait Stored: Sized {
    /// Reads the current value.
    fn read(slot: &Slot) -> Self;
    /// The value to store.
    fn to_value(&self) -> Value;
}

impl Stored for i64 {
    fn read(slot: &Slot) -> Self {
        slot.number()
    }

    fn to_value(&self) -> Value {
        Value::Number(*self)
    }
}

impl Stored for bool {
    fn read(slot: &Slot) -> Self {
        slot.number() != 0
    }

    fn to_value(&self) -> Value {
        Value::Number(i64::from(*self))
    }
}

impl Stored for Text {
    fn read(slot: &Slot) -> Self {
        slot.text()
    }

    fn to_value(&self) -> Value {
        Value::Text(self.clone())
    }
}

macro_rules! stored_choices {
    ($($choice:ty),+ $(,)?) => { $(
        impl Stored for $choice {
            fn read(slot: &Slot) -> Self {
                Self::from_number(slot.number())
            }

            fn to_value(&self) -> Value {
                Value::Number(*self as i64)
            }
        }
    )+ };
}

stored_choices! {
    AclPubsubDefault, AppendFsync, EndpointType, LogLevel, MaxmemoryPolicy, OomScoreAdj,
    PropagationErrorBehavior, ProtectedAction, ReplDisklessLoad, SanitizeDumpPayload,
    Supervised, SyslogFacility, TlsAuthClients, TlsAuthClientsUser,
}

macro_rules! stored_specials {
    ($($special:ty),+ $(,)?) => { $(
        impl Stored for $special {
            fn read(slot: &Slot) -> Self {
                Self::from_text(&slot.text())
            }

            fn to_value(&self) -> Value {
                Value::Text(self.to_text().into())
            }
        }
    )+ };
}

stored_specials! {
    Addresses, Directory, Events, OomScores, OutputLimits, Percentiles, Primary, SavePoints,
    ShutdownFlags,
}
