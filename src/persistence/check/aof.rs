//! Looking through one file of commands of an append-only file.

use crate::persistence::aof::read::{Found, ReadError, Reader, Reason};
use crate::util::number;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};

/// The longest name of a command that is counted on its own, in bytes.
const NAME_MAX: usize = 64;

/// What a file has, as far as it can be read.
#[derive(Debug, Default)]
pub struct Findings {
    /// Where the last whole command or transaction ends.
    pub good_bytes: u64,
    /// The number of the line that begins there, counted from 1.
    pub good_line: u64,
    /// Commands up to there.
    pub commands: u64,
    /// What is wrong behind it, if anything.
    pub fault: Option<String>,
    /// Where the first note of a time behind the one asked for stands.
    pub later_from: Option<u64>,
    /// The first and the last note of a time, Unix time in seconds.
    pub times_s: Option<(i64, i64)>,
    /// How many times each command stands there, by its name in upper case.
    pub names: BTreeMap<String, u64>,
}

/// Reads commands to the end of the file, or to the first note of a time later than `until_s`.
///
/// # Errors
/// The file cannot be read. A bad one is no error, but what this is for.
pub fn check(mut reader: Reader<impl Read>, until_s: Option<i64>) -> io::Result<Findings> {
    let mut findings =
        Findings { good_bytes: reader.offset_bytes(), good_line: 1, ..Findings::default() };
    let mut walk = Walk { line: 1, ..Walk::default() };
    loop {
        match reader.advance() {
            Ok(Found::End) => break,
            Ok(Found::Annotation) => {
                walk.line += 1;
                let time_s = reader.annotation().strip_prefix(b"TS:").and_then(number::parse_i64);
                let Some(time_s) = time_s else { continue };
                if until_s.is_some_and(|until_s| time_s > until_s) {
                    findings.later_from = Some(reader.offset_of(0));
                    break;
                }
                let first_s = findings.times_s.map_or(time_s, |(first_s, _)| first_s);
                findings.times_s = Some((first_s, time_s));
                walk.end_record(&mut findings, reader.offset_bytes());
            }
            Ok(Found::Commands(count)) => {
                for index in 0..count {
                    let fault = walk.command(reader.args(index));
                    if fault.is_some() {
                        findings.fault = fault;
                        return Ok(findings);
                    }
                    walk.end_record(&mut findings, reader.offset_of(index + 1));
                }
            }
            Err(ReadError { reason: Reason::Io(error), .. }) => return Err(error),
            Err(error) => {
                findings.fault = Some(error.to_string());
                return Ok(findings);
            }
        }
    }
    if walk.is_in_transaction {
        findings.fault = Some("Reached EOF before reading EXEC for MULTI".to_owned());
    }
    Ok(findings)
}

/// Tells what was found in a file of `file_bytes`.
pub fn tell(
    findings: &Findings,
    name: &str,
    file_bytes: u64,
    out: &mut impl Write,
) -> io::Result<()> {
    if let Some(fault) = &findings.fault {
        writeln!(out, "{fault}")?;
    }
    let Findings { good_bytes, good_line, commands, .. } = findings;
    let left = file_bytes.saturating_sub(*good_bytes);
    writeln!(
        out,
        "AOF analyzed: filename={name}, size={file_bytes}, ok_up_to={good_bytes}, \
         ok_up_to_line={good_line}, diff={left}"
    )?;
    let percent = *good_bytes as f64 / file_bytes.max(1) as f64 * 100.0;
    writeln!(out, "[info] {commands} commands in {good_bytes} bytes ({percent:.2}% of the file)")?;
    let names: Vec<String> =
        findings.names.iter().map(|(name, count)| format!("{name} {count}")).collect();
    if !names.is_empty() {
        writeln!(out, "[info] {}", names.join(", "))?;
    }
    if let Some((first_s, last_s)) = findings.times_s {
        writeln!(out, "[info] written from {first_s} to {last_s}, Unix time in seconds")?;
    }
    Ok(())
}

/// The way through a file.
#[derive(Default)]
struct Walk {
    line: u64,
    is_in_transaction: bool,
    /// Names of the commands since the last good place.
    names: Vec<String>,
}

impl Walk {
    /// Takes a command. Returns what is wrong with it at its place.
    fn command<'a>(
        &mut self,
        mut args: impl Iterator<Item = crate::protocol::Arg<'a>>,
    ) -> Option<String> {
        let name = args.next().map_or_else(Vec::new, |name| name.to_ascii_uppercase());
        self.line += 3 + 2 * args.count() as u64;
        match (&*name, self.is_in_transaction) {
            (b"MULTI", true) => return Some("Unexpected MULTI".to_owned()),
            (b"EXEC", false) => return Some("Unexpected EXEC".to_owned()),
            (b"MULTI", false) => self.is_in_transaction = true,
            (b"EXEC", true) => self.is_in_transaction = false,
            _ => {}
        }
        let name = name.get(..NAME_MAX).unwrap_or(&name);
        self.names.push(name.escape_ascii().to_string());
        None
    }

    /// A record ends at `offset_bytes`: unless a transaction goes on, all is good up to there.
    fn end_record(&mut self, findings: &mut Findings, offset_bytes: u64) {
        if self.is_in_transaction {
            return;
        }
        findings.good_bytes = offset_bytes;
        findings.good_line = self.line;
        findings.commands += self.names.len() as u64;
        for name in self.names.drain(..) {
            *findings.names.entry(name).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[u8] = b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n#TS:100\r\n*1\r\n$5\r\nMULTI\r\n\
        *2\r\n$4\r\nincr\r\n$1\r\nk\r\n*1\r\n$4\r\nEXEC\r\n#TS:200\r\n\
        *2\r\n$3\r\nDEL\r\n$1\r\nk\r\n";

    fn found(file: &[u8], until_s: Option<i64>) -> Findings {
        check(Reader::new(file, 0), until_s).expect("memory can be read")
    }

    #[test]
    fn commands_are_counted_by_name() {
        let findings = found(FILE, None);
        assert_eq!((findings.good_bytes, findings.good_line), (FILE.len() as u64, 24));
        assert_eq!((findings.commands, findings.times_s), (5, Some((100, 200))));
        assert_eq!(findings.names["INCR"], 1);
        let mut out = Vec::new();
        tell(&findings, "f", FILE.len() as u64, &mut out).expect("memory takes everything");
        let text = String::from_utf8(out).expect("text");
        assert!(text.contains("[info] DEL 1, EXEC 1, INCR 1, MULTI 1, SELECT 1"), "{text}");
        assert!(text.contains("ok_up_to=111, ok_up_to_line=24, diff=0"), "{text}");
    }

    #[test]
    fn a_transaction_is_good_as_a_whole_or_not_at_all() {
        for cut in 32..82 {
            let findings = found(&FILE[..cut], None);
            assert_eq!((findings.good_bytes, findings.commands), (32, 1), "{cut}");
            assert_eq!(findings.fault.is_none(), cut == 32, "{cut}");
        }
        let fault = found(b"*1\r\n$4\r\nEXEC\r\n", None).fault;
        assert_eq!(fault.as_deref(), Some("Unexpected EXEC"));
    }

    #[test]
    fn a_time_is_found_where_it_is_noted() {
        assert_eq!(found(FILE, Some(200)).later_from, None);
        assert_eq!(found(FILE, Some(199)).later_from, Some(82));
        assert_eq!(found(FILE, Some(99)).later_from, Some(23));
    }
}
