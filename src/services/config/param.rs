//! What a parameter is: one row of the table, and the typed id that reads it. A row says the
//! name, the alias, the kind with its range and default, who may change it, and what a change
//! does. Nothing here holds a current value.

use super::special::{Special, SpecialFns};
use std::marker::PhantomData;
use std::ops::RangeInclusive;

/// Names one parameter and says what reading it gives: `config.get(params::PORT)` is an `i64`.
pub struct Id<T> {
    index: u16,
    kind: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// The row's place in the table.
    pub(super) const fn index(self) -> usize {
        self.index as usize
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

/// One row of the table.
#[derive(Clone, Copy)]
pub struct Param {
    /// The name CONFIG GET and configuration files know it by.
    pub name: &'static str,
    /// An older name that works everywhere the name does.
    pub alias: Option<&'static str>,
    /// What values it takes, and which one it has at first.
    pub kind: Kind,
    /// What a change brings about.
    pub effect: Effect,
    /// One or more sentences: what the value means.
    pub doc: &'static str,
    flags: u8,
}

const IMMUTABLE: u8 = 1;
const PROTECTED: u8 = 1 << 1;
const HIDDEN: u8 = 1 << 2;
const SENSITIVE: u8 = 1 << 3;
const DENIED_WHILE_LOADING: u8 = 1 << 4;

impl Param {
    /// Only a configuration file or a flag at startup can set it.
    pub fn is_immutable(&self) -> bool {
        self.flags & IMMUTABLE != 0
    }

    /// CONFIG SET reaches it only where `enable-protected-configs` allows.
    pub fn is_protected(&self) -> bool {
        self.flags & PROTECTED != 0
    }

    /// CONFIG GET answers it by its full name only, not to a pattern.
    pub fn is_hidden(&self) -> bool {
        self.flags & HIDDEN != 0
    }

    /// Its value must not appear in logs, MONITOR or the slow log.
    pub fn is_sensitive(&self) -> bool {
        self.flags & SENSITIVE != 0
    }

    /// CONFIG SET refuses it while a data set is being loaded.
    pub fn is_denied_while_loading(&self) -> bool {
        self.flags & DENIED_WHILE_LOADING != 0
    }

    /// Whether its value is a list of words, which CONFIG SET takes as one argument.
    pub fn takes_many_args(&self) -> bool {
        matches!(&self.kind, Kind::Special { fns, .. } if fns.many_args)
    }
}

/// The kinds of values, each with its default.
#[derive(Clone, Copy)]
pub enum Kind {
    /// `yes` or `no`.
    Flag {
        /// The value at first.
        default: bool,
    },
    /// An integer from `min` to `max`.
    Int {
        /// The value at first.
        default: i64,
        /// The smallest value taken; with `Unit::BytesOrPercent`, minus the largest percentage.
        min: i64,
        /// The largest value taken.
        max: i64,
        /// Values taken but outside of these bounds are moved to the nearer one.
        clamp: (i64, i64),
        /// How it is written and read.
        unit: Unit,
    },
    /// One of some words.
    Choice {
        /// The value at first.
        default: i64,
        /// Every word with its value; the first word of a value is the one printed.
        names: &'static [(&'static str, i64)],
    },
    /// Any bytes that pass the check.
    Text {
        /// The value at first.
        default: &'static str,
        /// Empty means "not set": CONFIG REWRITE then leaves the line out.
        empty_is_unset: bool,
        /// Says what is wrong with a value.
        check: Option<Check>,
    },
    /// A value with a syntax of its own, kept as the text CONFIG GET prints.
    Special {
        /// The value at first.
        default: &'static str,
        /// Its syntax.
        fns: SpecialFns,
    },
}

/// Says what is wrong with a free text.
pub type Check = fn(&[u8]) -> Result<(), &'static str>;

/// How an integer is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Decimal digits.
    Plain,
    /// Bytes: `1000`, `1k` (1000), `1kb` (1024), up to `gb`.
    Bytes,
    /// Bytes, or `N%`, which is kept as -N.
    BytesOrPercent,
    /// Octal digits, as file modes have them.
    Octal,
}

/// What a change brings about, beside the new value being read from then on. The server matches
/// on it: the configuration itself does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Nothing to do: the value is read afresh at its next use.
    NextUse,
    /// Nothing depends on it here: taken and listed so that Redis's files and clients work.
    Ignored,
    /// Listen on the new addresses and port.
    Listen,
    /// Check the number against the limit of open files.
    MaxClients,
    /// Evict until memory is below the new limit.
    MaxMemory,
    /// Hand the new thresholds of compact encodings to the writers.
    Encodings,
    /// Start or stop the append-only file.
    AppendOnly,
    /// Log by the new rules from now on.
    AofSettings,
    /// Delete the history files of the append-only file, unless that is now forbidden.
    AofHistory,
    /// Take over the new conditions for automatic snapshots.
    SavePoints,
    /// Resize the replication backlog.
    ReplBacklog,
    /// Count anew the replicas that are near enough for `min-replicas-to-write`.
    GoodReplicas,
    /// Give the default user the new password.
    Password,
    /// Change the working directory.
    Dir,
    /// Tell the kernel the new out-of-memory score.
    OomScore,
    /// Log from the new level on.
    LogLevel,
    /// Publish the new classes of keyspace events.
    Notify,
    /// Hold clients to the new limits of their output buffers.
    OutputLimits,
    /// Run the periodic work at the new rate.
    Hz,
    /// Show the new process title.
    ProcTitle,
    /// Sort by the new locale.
    Locale,
    /// Announce the new address or name to the cluster.
    ClusterAnnounce,
}

/// A row in the making: the id's type comes from `T`, so that a getter of another type does
/// not compile.
pub(super) struct Row<T> {
    param: Param,
    kind: PhantomData<fn() -> T>,
}

impl<T> Row<T> {
    const fn new(name: &'static str, kind: Kind) -> Row<T> {
        let param = Param { name, alias: None, kind, effect: Effect::NextUse, doc: "", flags: 0 };
        Row { param, kind: PhantomData }
    }

    pub(super) const fn id(&self, index: u16) -> Id<T> {
        Id { index, kind: PhantomData }
    }

    pub(super) const fn describe(&self, doc: &'static str) -> Param {
        let mut param = self.param;
        param.doc = doc;
        param
    }

    pub(super) const fn alias(mut self, alias: &'static str) -> Row<T> {
        self.param.alias = Some(alias);
        self
    }

    pub(super) const fn effect(mut self, effect: Effect) -> Row<T> {
        self.param.effect = effect;
        self
    }

    pub(super) const fn ignored(self) -> Row<T> {
        self.effect(Effect::Ignored)
    }

    const fn flag(mut self, flag: u8) -> Row<T> {
        self.param.flags |= flag;
        self
    }

    pub(super) const fn immutable(self) -> Row<T> {
        self.flag(IMMUTABLE)
    }

    pub(super) const fn protected(self) -> Row<T> {
        self.flag(PROTECTED)
    }

    pub(super) const fn hidden(self) -> Row<T> {
        self.flag(HIDDEN)
    }

    pub(super) const fn sensitive(self) -> Row<T> {
        self.flag(SENSITIVE)
    }

    pub(super) const fn denied_while_loading(self) -> Row<T> {
        self.flag(DENIED_WHILE_LOADING)
    }
}

/// A row of the kind `yes` or `no`.
pub(super) const fn flag(name: &'static str, default: bool) -> Row<bool> {
    Row::new(name, Kind::Flag { default })
}

/// A row of decimal integers.
pub(super) const fn int(name: &'static str, default: i64, range: RangeInclusive<i64>) -> Row<i64> {
    number(name, default, range, Unit::Plain)
}

/// A row of sizes in bytes.
pub(super) const fn bytes(
    name: &'static str,
    default: i64,
    range: RangeInclusive<i64>,
) -> Row<i64> {
    number(name, default, range, Unit::Bytes)
}

/// A row of integers written in `unit`.
pub(super) const fn number(
    name: &'static str,
    default: i64,
    range: RangeInclusive<i64>,
    unit: Unit,
) -> Row<i64> {
    let clamp = (i64::MIN, i64::MAX);
    Row::new(name, Kind::Int { default, min: *range.start(), max: *range.end(), clamp, unit })
}

impl Row<i64> {
    /// Values in the range but outside of these bounds are moved to the nearer one.
    pub(super) const fn clamped(mut self, low: i64, high: i64) -> Row<i64> {
        if let Kind::Int { clamp, .. } = &mut self.param.kind {
            *clamp = (low, high);
        }
        self
    }
}

/// What a text parameter reads as: bytes, since paths and passwords need not be UTF-8.
pub type Text = std::sync::Arc<[u8]>;

/// A row of free text, for which the empty text is a value like any other.
pub(super) const fn text(name: &'static str, default: &'static str) -> Row<Text> {
    Row::new(name, Kind::Text { default, empty_is_unset: false, check: None })
}

/// A row of free text that is not set at first, nor when set to the empty text.
pub(super) const fn optional_text(name: &'static str) -> Row<Text> {
    Row::new(name, Kind::Text { default: "", empty_is_unset: true, check: None })
}

impl Row<Text> {
    pub(super) const fn checked(mut self, by: Check) -> Self {
        if let Kind::Text { check, .. } = &mut self.param.kind {
            *check = Some(by);
        }
        self
    }
}

/// A set of words, each standing for one variant of an enum. Made by `choices!`.
pub trait Choice: Copy + 'static {
    /// Every word with its variant's number, in the order Redis lists them.
    const NAMES: &'static [(&'static str, i64)];
    /// The number of the default variant.
    const DEFAULT: i64;
    /// The variant of a number; the default for numbers that are none.
    fn from_number(number: i64) -> Self;
}

/// A row of the words of `T`.
pub(super) const fn choice<T: Choice>(name: &'static str) -> Row<T> {
    Row::new(name, Kind::Choice { default: T::DEFAULT, names: T::NAMES })
}

/// A row with the syntax of `T`.
pub(super) const fn special<T: Special>(name: &'static str) -> Row<T> {
    Row::new(name, Kind::Special { default: T::DEFAULT, fns: SpecialFns::of::<T>() })
}

/// Declares a group of rows: for each a typed id under the given name, and `ROWS`, the rows
/// in the order of their ids. Ids continue those of the group before.
macro_rules! params {
    (after $base:expr; $( $(#[doc = $doc:literal])+ $id:ident: $kind:ty = $row:expr; )+) => {
        /// The place of each row in this group.
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Position { $($id),+ }

        const BASE: u16 = $base;
        /// One past the last id of this group.
        pub(super) const END: u16 = BASE + ROWS.len() as u16;

        $(
            $(#[doc = $doc])+
            pub const $id: $crate::services::config::Id<$kind> =
                $row.id(BASE + Position::$id as u16);
        )+

        /// This group's rows.
        pub(super) const ROWS: &[$crate::services::config::Param] =
            &[$( $row.describe(concat!($($doc),+).trim_ascii()) ),+];
    };
}
pub(super) use params;
