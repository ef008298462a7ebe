//! The parameters with a syntax of their own. Each is a type that reads its words and prints
//! itself as CONFIG GET shows it. The configuration keeps that printed text; a reader gets the
//! type back.

mod addresses;
mod directory;
mod events;
mod oom_scores;
mod output_limits;
mod percentiles;
mod primary;
mod save;
mod shutdown;

pub use addresses::Addresses;
pub use directory::Directory;
pub use events::Events;
pub use oom_scores::OomScores;
pub use output_limits::{OutputLimit, OutputLimits};
pub use percentiles::Percentiles;
pub use primary::Primary;
pub use save::{SavePoint, SavePoints};
pub use shutdown::ShutdownFlags;

use std::borrow::Cow;

/// What is wrong with a value: the text after `CONFIG SET failed (…) - `.
pub type Complaint = Cow<'static, str>;

/// A line CONFIG REWRITE is to write.
#[derive(Debug, PartialEq, Eq)]
pub struct RewriteLine {
    /// The words after the name.
    pub value: String,
    /// Write it even where the file had no line for it: it differs from the default.
    pub force: bool,
}

/// A value with its own syntax.
pub trait Special: Sized + 'static {
    /// The value at first, as printed.
    const DEFAULT: &'static str;
    /// Whether it is a list of words: CONFIG SET then takes them in one argument, apart by
    /// single spaces, and a file in one or several.
    const MANY_ARGS: bool = true;

    /// Reads the words of a new value, given the one it replaces.
    fn parse(args: &[&[u8]], current: &Self) -> Result<Self, Complaint>;

    /// Reads the printed form.
    fn from_text(text: &[u8]) -> Self;

    /// The form CONFIG GET shows.
    fn to_text(&self) -> Vec<u8>;

    /// The lines of a configuration file that bring this value back. No line removes those
    /// that were there.
    fn to_lines(&self) -> Vec<RewriteLine> {
        let text = String::from_utf8_lossy(&self.to_text()).into_owned();
        let force = text != Self::DEFAULT;
        vec![RewriteLine { value: if text.is_empty() { "\"\"".into() } else { text }, force }]
    }
}

/// From the words of a new value and the text of the old one to the text of the new one.
pub type Canonical = fn(&[&[u8]], &[u8]) -> Result<Vec<u8>, Complaint>;

/// The functions of one `Special`, for a table row.
#[derive(Clone, Copy)]
pub struct SpecialFns {
    /// See [`Special::MANY_ARGS`].
    pub many_args: bool,
    /// Checks a new value and makes it the text to keep.
    pub canonical: Canonical,
    /// From a text to the lines of a configuration file.
    pub lines: fn(&[u8]) -> Vec<RewriteLine>,
}

impl SpecialFns {
    /// The functions of `T`.
    pub(super) const fn of<T: Special>() -> SpecialFns {
        SpecialFns {
            many_args: T::MANY_ARGS,
            canonical: canonical::<T>,
            lines: |text| T::from_text(text).to_lines(),
        }
    }
}

fn canonical<T: Special>(args: &[&[u8]], current: &[u8]) -> Result<Vec<u8>, Complaint> {
    Ok(T::parse(args, &T::from_text(current))?.to_text())
}

/// The words of a printed value.
fn words(text: &[u8]) -> Vec<&[u8]> {
    text.split(|byte| *byte == b' ').filter(|word| !word.is_empty()).collect()
}

/// `args` with the single empty argument, which stands for an empty list, taken away.
fn non_empty<'a, 'b>(args: &'a [&'b [u8]]) -> &'a [&'b [u8]] {
    if args.len() == 1 && args[0].is_empty() { &[] } else { args }
}

/// A decimal integer as C's `strtol` takes it: a sign may lead.
fn parse_integer<T: std::str::FromStr>(word: &[u8]) -> Option<T> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

/// Puts a single space between the printed `parts`.
fn join(parts: impl IntoIterator<Item = String>) -> Vec<u8> {
    parts.into_iter().collect::<Vec<_>>().join(" ").into_bytes()
}

/// What CONFIG SET makes of `value`, for the tests of this folder: the text, or the complaint.
#[cfg(test)]
fn set<T: Special>(current: &str, value: &str) -> String {
    let args: Vec<&[u8]> = if value.is_empty() {
        vec![b""]
    } else if T::MANY_ARGS {
        value.split(' ').map(str::as_bytes).collect()
    } else {
        vec![value.as_bytes()]
    };
    match canonical::<T>(&args, current.as_bytes()) {
        Ok(text) => String::from_utf8_lossy(&text).into_owned(),
        Err(complaint) => complaint.into_owned(),
    }
}
