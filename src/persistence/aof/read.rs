//! Reading an append-only file back: commands as clients send them, and lines of annotation
//! (`#TS:1700000000`) between them. A crash cuts a file anywhere; so each prefix of a good file
//! ends well or is [`Reason::Truncated`], and everything else is [`Reason::Format`].
//!
//! Source of the format: `loadSingleAppendOnlyFile` in `src/aof.c` of Redis 7.0, and its
//! `redis-check-aof`, which is stricter about line ends: so is this.
//!
//! Commands are parsed in place, several at a time. Memory grows by what has been read, never by
//! what a length announces.

use crate::protocol::Arg;
use crate::util::number;
use std::borrow::Cow;
use std::fmt;
use std::io::{self, Read};
use std::ops::Range;

/// The most commands parsed before the first of them is run.
pub const BATCH: usize = 16;
/// Bytes asked of the file at once.
const READ_BYTES: usize = 256 * 1024;
/// The longest line, annotations included, in bytes (`AOF_ANNOTATION_LINE_MAX_LEN`).
const LINE_MAX: usize = 1024;

/// What comes next in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The end, right behind a whole record.
    End,
    /// A line of annotation: see [`Reader::annotation`].
    Annotation,
    /// So many commands, at least one: see [`Reader::args`].
    Commands(usize),
}

/// Reading stopped: what is wrong, and where.
#[derive(Debug)]
pub struct ReadError {
    /// Where the record begins that cannot be read: the file is good up to here.
    pub record_offset_bytes: u64,
    /// Where in it the fault was seen.
    pub offset_bytes: u64,
    /// What is wrong.
    pub reason: Reason,
}

/// What is wrong with a file.
#[derive(Debug)]
pub enum Reason {
    /// It ends in the middle of a record.
    Truncated,
    /// It does not have the form of an append-only file.
    Format(Cow<'static, str>),
    /// Reading failed.
    Io(io::Error),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:8x}: {}", self.offset_bytes, self.reason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Truncated => f.write_str("Unexpected end of the file"),
            Reason::Format(what) => f.write_str(what),
            Reason::Io(error) => write!(f, "Can't read the file: {error}"),
        }
    }
}

impl std::error::Error for ReadError {}

/// An append-only file, or the part of one behind an RDB preamble.
pub struct Reader<R> {
    input: R,
    /// What has been read, from the batch that is there now on.
    window: Vec<u8>,
    /// Where in the file the window begins.
    window_offset_bytes: u64,
    /// Where in the window the record begins that comes behind the batch.
    next: usize,
    /// What is known of that record.
    progress: Progress,
    /// The commands of the batch: where each lies in the window, and its arguments in `args`.
    commands: Vec<Command>,
    /// Where arguments lie, from their command's beginning on.
    args: Vec<Range<usize>>,
}

struct Command {
    bytes: Range<usize>,
    args: Range<usize>,
}

/// How far a command has been parsed that is not there whole.
#[derive(Default)]
struct Progress {
    /// Bytes of it that are done with.
    at: usize,
    /// Arguments to come; `None` before the first line was read.
    left: Option<u64>,
    /// The length of the argument that begins at `at`, once it is known.
    len: Option<usize>,
}

/// What parsing the next record came to.
enum Parsed {
    /// It is not there whole: so many bytes are missing at least.
    Missing(usize),
    /// An annotation of so many bytes, its line's end included.
    Annotation(usize),
    /// A command of so many bytes.
    Command(usize),
}

/// A fault, so many bytes behind the record's beginning.
type Fault = (usize, Cow<'static, str>);

impl<R: Read> Reader<R> {
    /// Reads `input`, the rest of a file from `offset_bytes` on.
    pub fn new(input: R, offset_bytes: u64) -> Reader<R> {
        Reader {
            input,
            window: Vec::new(),
            window_offset_bytes: offset_bytes,
            next: 0,
            progress: Progress::default(),
            commands: Vec::new(),
            args: Vec::new(),
        }
    }

    /// Goes on behind what the last call found. Records before a fault are found before it.
    ///
    /// # Errors
    /// What keeps the next record from being read.
    pub fn advance(&mut self) -> Result<Found, ReadError> {
        self.commands.clear();
        self.args.clear();
        loop {
            match self.parse() {
                Ok(Parsed::Command(len)) => self.push(len),
                // Whatever it is, it comes behind the commands that are there.
                _ if !self.commands.is_empty() => {
                    self.forget_progress();
                    return Ok(Found::Commands(self.commands.len()));
                }
                Ok(Parsed::Annotation(len)) => {
                    self.push(len);
                    return Ok(Found::Annotation);
                }
                Ok(Parsed::Missing(bytes)) => {
                    if self.read(bytes)? > 0 {
                        continue;
                    }
                    if self.window.is_empty() {
                        return Ok(Found::End);
                    }
                    return Err(self.error(self.window.len(), Reason::Truncated));
                }
                Err((at, what)) => return Err(self.error(at, Reason::Format(what))),
            }
            if self.commands.len() == BATCH {
                return Ok(Found::Commands(BATCH));
            }
        }
    }

    /// The arguments of the `index`-th command that was found, its name first.
    pub fn args(&self, index: usize) -> impl Iterator<Item = Arg<'_>> {
        let command = self.commands.get(index);
        let bytes = command.map_or(&[][..], |command| &self.window[command.bytes.clone()]);
        let args = command.map_or(&[][..], |command| &self.args[command.args.clone()]);
        args.iter().map(move |arg| Arg::Slice(&bytes[arg.clone()]))
    }

    /// The annotation that was found, without its `#` and its line's end.
    pub fn annotation(&self) -> &[u8] {
        let Some(line) = self.commands.first() else { return &[] };
        let line = &self.window[line.bytes.clone()];
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        line.strip_prefix(b"#").unwrap_or(line)
    }

    /// Where the `index`-th command begins, or what was found as a whole ends if there is none.
    pub fn offset_of(&self, index: usize) -> u64 {
        let at = self.commands.get(index).map_or(self.next, |command| command.bytes.start);
        self.window_offset_bytes + at as u64
    }

    /// Where what was found ends: the file is good up to here.
    pub fn offset_bytes(&self) -> u64 {
        self.window_offset_bytes + self.next as u64
    }

    fn push(&mut self, len: usize) {
        let first = self.commands.last().map_or(0, |last| last.args.end);
        let bytes = self.next..self.next + len;
        self.commands.push(Command { bytes, args: first..self.args.len() });
        self.next += len;
        self.progress = Progress::default();
    }

    /// The next record is not needed yet: it is parsed anew when it is.
    fn forget_progress(&mut self) {
        let kept = self.commands.last().map_or(0, |last| last.args.end);
        self.args.truncate(kept);
        self.progress = Progress::default();
    }

    /// Drops what was found before and reads on, `missing` bytes or more if the file has them.
    /// Returns how many came.
    fn read(&mut self, missing: usize) -> Result<usize, ReadError> {
        self.window.drain(..self.next);
        self.window_offset_bytes += self.next as u64;
        self.next = 0;
        // A length may lie: no more is asked for than has come already, however much it says.
        let bytes = missing.min(self.window.len()).max(READ_BYTES);
        self.window.reserve(bytes);
        let read = (&mut self.input).take(bytes as u64).read_to_end(&mut self.window);
        read.map_err(|error| self.error(self.window.len(), Reason::Io(error)))
    }

    fn error(&self, at: usize, reason: Reason) -> ReadError {
        let record_offset_bytes = self.offset_bytes();
        ReadError { record_offset_bytes, offset_bytes: record_offset_bytes + at as u64, reason }
    }

    /// Goes on with the next record as far as the window has it.
    fn parse(&mut self) -> Result<Parsed, Fault> {
        let record = &self.window[self.next..];
        let progress = &mut self.progress;
        if progress.left.is_none() {
            match record.first() {
                None => return Ok(Parsed::Missing(1)),
                Some(b'#') => {
                    let end = line_end(record, 0)?;
                    return Ok(end.map_or(Parsed::Missing(1), Parsed::Annotation));
                }
                Some(_) => {}
            }
            let Some((count, end)) = header(record, 0, b'*')? else {
                return Ok(Parsed::Missing(1));
            };
            if count == 0 {
                return Err((0, "Expected at least one argument".into()));
            }
            (progress.left, progress.at) = (Some(count), end);
        }
        while let Some(left @ 1..) = progress.left {
            let len = match progress.len {
                Some(len) => len,
                None => {
                    let Some((len, end)) = header(record, progress.at, b'$')? else {
                        return Ok(Parsed::Missing(1));
                    };
                    let len = usize::try_from(len).unwrap_or(usize::MAX);
                    progress.at = end;
                    *progress.len.insert(len)
                }
            };
            // The argument and its line's end.
            let there = record.len() - progress.at;
            let needed = len.saturating_add(2);
            if there < needed {
                return Ok(Parsed::Missing(needed - there));
            }
            let end = progress.at + len;
            if record[end..end + 2] != *b"\r\n" {
                let what =
                    format!("Expected \\r\\n, got: {:02x}{:02x}", record[end], record[end + 1]);
                return Err((end, what.into()));
            }
            self.args.push(progress.at..end);
            *progress = Progress { at: end + 2, left: Some(left - 1), len: None };
        }
        Ok(Parsed::Command(progress.at))
    }
}

/// A line such as `*3\r\n` that begins at `at`: its number, and where the line behind it begins.
/// `None` where its end has not been read.
fn header(record: &[u8], at: usize, prefix: u8) -> Result<Option<(u64, usize)>, Fault> {
    let Some(first) = record.get(at) else { return Ok(None) };
    if *first != prefix {
        let (prefix, first) = (char::from(prefix), first.escape_ascii());
        return Err((at, format!("Expected prefix '{prefix}', got: '{first}'").into()));
    }
    let Some(end) = line_end(record, at)? else { return Ok(None) };
    let digits = &record[at + 1..end - 1];
    let digits = digits.strip_suffix(b"\r").unwrap_or(digits);
    let number = number::parse_i64(digits).and_then(|number| u64::try_from(number).ok());
    let Some(number) = number else {
        return Err((at, format!("Invalid number: '{}'", digits.escape_ascii()).into()));
    };
    Ok(Some((number, end)))
}

/// Where the line that begins at `at` ends, its newline included. `None` where that has not been
/// read.
fn line_end(record: &[u8], at: usize) -> Result<Option<usize>, Fault> {
    let rest = &record[at..];
    let end = memchr::memchr(b'\n', &rest[..rest.len().min(LINE_MAX)]);
    if end.is_none() && rest.len() >= LINE_MAX {
        return Err((at, "The line is too long".into()));
    }
    Ok(end.map(|end| at + end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &[u8] = b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n#TS:1700000000\r\n\
        *3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n*1\r\n$5\r\nMULTI\r\n\
        *2\r\n$4\r\nINCR\r\n$1\r\n\n\r\n*1\r\n$4\r\nEXEC\r\n";

    /// A file that is read a few bytes at a time.
    struct Dripping<'a>(&'a [u8], usize);

    impl Read for Dripping<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let most = buf.len().min(self.1);
            self.0.read(&mut buf[..most])
        }
    }

    /// All records as text, those of one command with spaces between; and how it ended.
    fn read_all(input: impl Read) -> (Vec<String>, Result<u64, ReadError>) {
        let mut reader = Reader::new(input, 0);
        let mut records = Vec::new();
        loop {
            match reader.advance() {
                Ok(Found::End) => return (records, Ok(reader.offset_bytes())),
                Ok(Found::Annotation) => {
                    records.push(format!("#{}", reader.annotation().escape_ascii()));
                }
                Ok(Found::Commands(count)) => records.extend((0..count).map(|index| {
                    let args = reader.args(index).map(|arg| arg.escape_ascii().to_string());
                    args.collect::<Vec<_>>().join(" ")
                })),
                Err(error) => return (records, Err(error)),
            }
        }
    }

    fn fault(bytes: &[u8]) -> String {
        read_all(bytes).1.expect_err("a fault").to_string()
    }

    #[test]
    fn records_come_in_order_however_they_arrive() {
        let records = ["SELECT 0", "#TS:1700000000", "SET k ", "MULTI", "INCR \\n", "EXEC"];
        for step in [1, 2, 3, 7, 1000] {
            let (read, end) = read_all(Dripping(GOOD, step));
            assert_eq!(read, records);
            assert_eq!(end.expect("a good file"), GOOD.len() as u64);
        }
    }

    #[test]
    fn every_prefix_is_whole_or_cut_behind_its_last_whole_record() {
        let mut ends = vec![0];
        let mut reader = Reader::new(GOOD, 0);
        while let Ok(found @ (Found::Annotation | Found::Commands(_))) = reader.advance() {
            let count = if let Found::Commands(count) = found { count } else { 1 };
            ends.extend((1..=count).map(|index| reader.offset_of(index)));
        }
        assert_eq!(ends.len(), 7);
        for cut in 0..=GOOD.len() as u64 {
            let whole = ends.iter().rev().find(|end| **end <= cut).copied();
            match read_all(&GOOD[..cut as usize]).1 {
                Ok(end) => assert_eq!((end, Some(end)), (cut, whole)),
                Err(error) => {
                    assert!(matches!(error.reason, Reason::Truncated), "{cut}: {error}");
                    assert_eq!(Some(error.record_offset_bytes), whole, "{cut}");
                    assert_eq!(error.offset_bytes, cut);
                }
            }
        }
    }

    #[test]
    fn many_and_large_commands() {
        let mut file = Vec::new();
        for size in (0..100).map(|step| step * step * step) {
            file.extend(format!("*2\r\n$4\r\nECHO\r\n${size}\r\n").into_bytes());
            file.resize(file.len() + size, b'\n');
            file.extend(b"\r\n");
        }
        let (records, end) = read_all(Dripping(&file, 10_000));
        assert_eq!(end.expect("a good file"), file.len() as u64);
        assert_eq!(records.len(), 100);
        assert_eq!(records[99].len(), "ECHO ".len() + 2 * 99 * 99 * 99);
    }

    #[test]
    fn lines_may_end_without_a_carriage_return() {
        let (records, end) = read_all(&b"*2\n$4\nECHO\r\n$2\nhi\r\n"[..]);
        assert_eq!((records, end.expect("a good file")), (vec!["ECHO hi".to_owned()], 19));
    }

    #[test]
    fn bad_bytes_are_named_where_they_are() {
        let at = |offset: usize, what: &str| format!("0x{offset:8x}: {what}");
        assert_eq!(fault(b"\0\0\0"), at(0, "Expected prefix '*', got: '\\x00'"));
        assert_eq!(fault(b"*1\r\n$4\r\nPING\r\nrubbish"), at(14, "Expected prefix '*', got: 'r'"));
        assert_eq!(fault(b"*2\r\n$4\r\nPING\r\n*1"), at(14, "Expected prefix '$', got: '*'"));
        assert_eq!(fault(b"*1\r\n$3\r\nPING\r\n"), at(11, "Expected \\r\\n, got: 470d"));
        assert_eq!(fault(b"*0\r\n"), at(0, "Expected at least one argument"));
        assert_eq!(fault(b"*-1\r\n"), at(0, "Invalid number: '-1'"));
        assert_eq!(fault(b"*1\r\n$x\r\n"), at(4, "Invalid number: 'x'"));
        assert_eq!(fault(&[b'*'; LINE_MAX]), at(0, "The line is too long"));
        assert_eq!(fault(&[b'#'; LINE_MAX + 9]), at(0, "The line is too long"));
    }

    #[test]
    fn lengths_that_lie_take_no_memory() {
        for lie in ["*2147483647\r\n$1\r\nx\r\n", "*1\r\n$9223372036854775807\r\nx"] {
            let mut reader = Reader::new(lie.as_bytes(), 0);
            let error = reader.advance().expect_err("it ends too early");
            assert!(matches!(error.reason, Reason::Truncated));
            assert_eq!(error.record_offset_bytes, 0);
            assert!(reader.window.capacity() <= 2 * READ_BYTES + lie.len());
        }
    }

    proptest::proptest! {
        #[test]
        fn rubbish_never_panics(bytes: Vec<u8>, good in 0..GOOD.len()) {
            let _ = read_all(&bytes[..]);
            let (records, _) = read_all([&GOOD[..good], &bytes].concat().as_slice());
            proptest::prop_assert!(good < 23 || records[0] == "SELECT 0");
        }
    }
}
