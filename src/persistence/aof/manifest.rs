//! The manifest: which files make up the append-only file, and in which order they are read.
//! A text file of one line for each:
//!
//! ```text
//! file appendonly.aof.2.base.rdb seq 2 type b
//! file appendonly.aof.1.incr.aof seq 1 type h
//! file appendonly.aof.2.incr.aof seq 2 type i
//! ```
//!
//! The format is that of Redis 7.0; keys that later versions add are read over, as Redis does.
//! It is only ever replaced as a whole, by renaming, so that a crash leaves the old or the new.

use super::names::{BaseForm, Names};
use crate::persistence::disk::{Disk, DiskWriter, Open};
use crate::protocol::split::split_args;
use crate::services::config::quoted;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// The longest line, its end included.
const LINE_BYTES_MAX: usize = 1024;

/// The files of an append-only file. Empty, it describes one that was never begun.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// What was there at some point in time, as a snapshot or as commands.
    pub base: Option<Part>,
    /// What changed since then, in the order in which to read them.
    pub incrs: Vec<Part>,
    /// What a rewrite replaced: to be deleted.
    pub history: Vec<Part>,
    /// The numbers of the last base and of the last incremental file; names follow from them,
    /// and are not used twice.
    base_seq: u64,
    incr_seq: u64,
}

/// A file of the set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name in `appenddirname`.
    pub name: PathBuf,
    /// Its number, greater than those of its predecessors.
    pub seq: u64,
}

/// Why a manifest cannot be read, in Redis's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestError {
    /// The line's number from 1 on and its text, where one is to blame.
    pub line: Option<(usize, String)>,
    /// What is wrong.
    pub reason: &'static str,
}

/// A manifest could not be made durable.
#[derive(Debug)]
pub struct PersistError {
    /// Whether the new one is in its place all the same: the running system sees it, and
    /// only after a loss of power the old one may be back.
    pub replaced: bool,
    /// What failed, in Redis's words.
    pub error: io::Error,
}

impl Manifest {
    /// Reads a manifest's text.
    pub fn parse(text: &[u8]) -> Result<Manifest, ManifestError> {
        if text.is_empty() {
            return Err(ManifestError { line: None, reason: "Found an empty AOF manifest" });
        }
        let mut manifest = Manifest::default();
        for (i, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
            if line.starts_with(b"#") {
                continue;
            }
            if !line.ends_with(b"\n") || line.len() > LINE_BYTES_MAX {
                let reason = "The AOF manifest file contains too long line";
                return Err(ManifestError { line: None, reason });
            }
            let line = line.trim_ascii();
            manifest.take_line(line).map_err(|reason| ManifestError {
                line: Some((i + 1, String::from_utf8_lossy(line).into_owned())),
                reason,
            })?;
        }
        Ok(manifest)
    }

    /// Its text.
    pub fn format(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for part in self.base.iter() {
            part.format(b'b', &mut text);
        }
        for part in &self.history {
            part.format(b'h', &mut text);
        }
        for part in &self.incrs {
            part.format(b'i', &mut text);
        }
        text
    }

    /// Reads the manifest of an append-only file: an empty one where there is none. A file that
    /// makes no sense is an error of the kind `InvalidData`, with a [`ManifestError`] inside.
    pub fn load(disk: &dyn Disk, names: &Names) -> io::Result<Manifest> {
        let path = names.manifest();
        let text = match disk.read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Manifest::default()),
            Err(error) => {
                let what = "Fatal error: can't open the AOF manifest file";
                return Err(explain(error, format!("{what} {} for reading", path.display())));
            }
        };
        Self::parse(&text).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    /// Puts it in the place of the one before, and returns once no crash can bring that back.
    pub fn persist(&self, disk: &dyn Disk, names: &Names) -> Result<(), PersistError> {
        let (temporary, path) = (names.temp_manifest(), names.manifest());
        let not_replaced = |error| PersistError { replaced: false, error };
        let written = self.write_to(disk, &temporary).map_err(|error| {
            let what = "Error trying to write the temporary AOF manifest file";
            explain(error, format!("{what} {}", temporary.display()))
        });
        let renamed = written.and_then(|()| {
            disk.rename(&temporary, &path).map_err(|error| {
                let what = "Error trying to rename the temporary AOF manifest file";
                explain(error, format!("{what} {} into {}", temporary.display(), path.display()))
            })
        });
        if let Err(error) = renamed {
            // It may not even have been made.
            let _ = disk.remove(&temporary);
            return Err(not_replaced(error));
        }
        disk.sync_folder(names.folder()).map_err(|error| {
            let what = format!("Fail to fsync AOF directory {}", names.folder().display());
            PersistError { replaced: true, error: explain(error, what) }
        })
    }

    fn write_to(&self, disk: &dyn Disk, path: &Path) -> io::Result<()> {
        let mut writer = DiskWriter(disk.open(path, Open::Truncate)?);
        writer.write_all(&self.format())?;
        writer.0.sync()
    }

    fn take_line(&mut self, line: &[u8]) -> Result<(), &'static str> {
        const INVALID: &str = "Invalid AOF manifest file format";
        let words = split_args(line).filter(|words| words.len() >= 6).ok_or(INVALID)?;
        let (mut name, mut seq, mut kind) = (None, 0, None);
        let (pairs, []) = words.as_chunks::<2>() else { return Err(INVALID) };
        for [key, value] in pairs {
            match key.to_ascii_lowercase().as_slice() {
                b"file" if value.contains(&b'/') || value.contains(&b'\\') => {
                    return Err("File can't be a path, just a filename");
                }
                b"file" => name = Some(PathBuf::from(OsString::from_vec(value.clone()))),
                b"seq" => seq = leading_integer(value),
                b"type" => kind = value.first(),
                _ => {}
            }
        }
        let (Some(name), Some(kind), true) = (name, kind, seq != 0) else { return Err(INVALID) };
        let unsigned = u64::try_from(seq);
        let part = Part { name, seq: unsigned.unwrap_or_default() };
        match kind {
            b'b' if self.base.is_some() => Err("Found duplicate base file information"),
            b'b' => {
                self.base_seq = part.seq;
                self.base = Some(part);
                Ok(())
            }
            b'h' => {
                self.history.push(part);
                Ok(())
            }
            b'i' if part.seq <= self.incr_seq => Err("Found a non-monotonic sequence number"),
            b'i' => {
                self.incr_seq = part.seq;
                self.incrs.push(part);
                Ok(())
            }
            _ => Err("Unknown AOF file type"),
        }
    }
}

/// How the set changes.
impl Manifest {
    /// Whether it describes an append-only file that was never begun.
    pub fn is_empty(&self) -> bool {
        self.base.is_none() && self.incrs.is_empty()
    }

    /// The files to load, in order.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.base.iter().chain(&self.incrs)
    }

    /// Gives it a base of which all is new: the one before becomes history.
    pub(super) fn add_base(&mut self, names: &Names, form: BaseForm) -> Part {
        self.base_seq = self.base_seq.saturating_add(1);
        let part = Part { name: names.base(self.base_seq, form), seq: self.base_seq };
        self.history.extend(self.base.replace(part.clone()));
        part
    }

    /// Gives it a file for the changes from now on.
    pub(super) fn add_incr(&mut self, names: &Names) -> Part {
        self.incr_seq = self.incr_seq.saturating_add(1);
        let part = Part { name: names.incr(self.incr_seq), seq: self.incr_seq };
        self.incrs.push(part.clone());
        part
    }

    /// A base has everything up to the last incremental file: the others become history.
    pub(super) fn retire_incrs(&mut self) {
        if let Some(current) = self.incrs.pop() {
            self.history.append(&mut self.incrs);
            self.incrs.push(current);
        }
    }

    /// A set of one base that is an append-only file of before Redis 7, under the name it has.
    pub(super) fn of_single_file(names: &Names) -> Self {
        let base = Part { name: names.single_file().into(), seq: 1 };
        Manifest { base: Some(base), base_seq: 1, ..Manifest::default() }
    }
}

impl Part {
    fn format(&self, kind: u8, text: &mut Vec<u8>) {
        let name = self.name.as_os_str().as_bytes();
        let plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\');
        text.extend_from_slice(b"file ");
        match !name.is_empty() && name.iter().all(plain) {
            true => text.extend_from_slice(name),
            false => text.extend_from_slice(quoted(name).as_bytes()),
        }
        text.extend_from_slice(format!(" seq {} type {}\n", self.seq, kind as char).as_bytes());
    }
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((number, text)) = &self.line {
            writeln!(f, "Reading the manifest file, at line {number}")?;
            writeln!(f, ">>> '{text}'")?;
        }
        f.write_str(self.reason)
    }
}

impl std::error::Error for ManifestError {}

impl fmt::Display for PersistError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl From<PersistError> for io::Error {
    fn from(error: PersistError) -> io::Error {
        error.error
    }
}

/// The error with what was tried before it.
pub(super) fn explain(error: io::Error, what: impl fmt::Display) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}

/// The integer a text begins with, as C's `atoll` reads it: 0 where there is none.
fn leading_integer(text: &[u8]) -> i64 {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let value =
        digits.iter().take_while(|byte| byte.is_ascii_digit()).fold(0i64, |value, digit| {
            value.saturating_mul(10).saturating_add(i64::from(digit - b'0'))
        });
    if negative { -value } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::persistence::disk::faulty::{Crash, Fault, FaultyDisk};

    fn reason(text: &str) -> (Option<usize>, &'static str) {
        let error = Manifest::parse(text.as_bytes()).unwrap_err();
        (error.line.map(|(number, _)| number), error.reason)
    }

    /// A file as Redis 7.0 writes it.
    const WRITTEN: &str = "file appendonly.aof.2.base.rdb seq 2 type b\n\
                           file appendonly.aof.1.incr.aof seq 1 type h\n\
                           file appendonly.aof.2.incr.aof seq 2 type i\n\
                           file appendonly.aof.3.incr.aof seq 3 type i\n";

    #[test]
    fn what_redis_writes_comes_back_byte_by_byte() {
        let manifest = Manifest::parse(WRITTEN.as_bytes()).unwrap();
        assert_eq!(manifest.base.as_ref().map(|base| base.seq), Some(2));
        assert_eq!((manifest.history.len(), manifest.incrs.len()), (1, 2));
        let names: Vec<_> = manifest.parts().map(|part| part.name.display().to_string()).collect();
        assert_eq!(names[0], "appendonly.aof.2.base.rdb");
        assert_eq!(names[2], "appendonly.aof.3.incr.aof");
        assert_eq!(String::from_utf8(manifest.format()).unwrap(), WRITTEN);
    }

    #[test]
    fn quoted_names_other_keys_and_comments_are_read() {
        let text = b"#c\n FILE \"a \\x00\xffb\" Type base sEq 7x startoffset 5 \n\
                     file c type i seq 3 endoffset 9\n#the end";
        let manifest = Manifest::parse(text).unwrap();
        let base = manifest.base.clone().unwrap();
        assert_eq!((base.name.as_os_str().as_bytes(), base.seq), (&b"a \0\xffb"[..], 7));
        assert_eq!(manifest.incrs[0].seq, 3);
        let text = String::from_utf8(manifest.format()).unwrap();
        assert_eq!(text, "file \"a \\x00\\xffb\" seq 7 type b\nfile c seq 3 type i\n");
        assert_eq!(Manifest::parse(text.as_bytes()).unwrap(), manifest);
    }

    #[test]
    fn nonsense_is_refused_with_the_words_of_redis() {
        let invalid = "Invalid AOF manifest file format";
        for (text, expected) in [
            ("", (None, "Found an empty AOF manifest")),
            ("file a seq 1 type b", (None, "The AOF manifest file contains too long line")),
            ("\n", (Some(1), invalid)),
            ("file a seq 1\n", (Some(1), invalid)),
            ("file a seq 1 type b extra\n", (Some(1), invalid)),
            ("file a seq 0 type b\n", (Some(1), invalid)),
            ("file a seq 1 type \"\"\n", (Some(1), invalid)),
            ("file \"a seq 1 type b\n", (Some(1), invalid)),
            ("seq 1 type b a b\n", (Some(1), invalid)),
            ("file a/b seq 1 type b\n", (Some(1), "File can't be a path, just a filename")),
            ("file a seq 1 type x\n", (Some(1), "Unknown AOF file type")),
            ("file a seq -1 type i\n", (Some(1), "Found a non-monotonic sequence number")),
            (
                "file a seq 1 type b\nfile b seq 2 type b\n",
                (Some(2), "Found duplicate base file information"),
            ),
            (
                "file a seq 2 type i\n#\nfile b seq 2 type i\n",
                (Some(3), "Found a non-monotonic sequence number"),
            ),
        ] {
            assert_eq!(reason(text), expected, "{text:?}");
        }
        let long = format!("file {} seq 1 type b\n", "a".repeat(LINE_BYTES_MAX));
        assert_eq!(reason(&long).1, "The AOF manifest file contains too long line");
        let error = Manifest::parse(b"file a seq 1\n").unwrap_err().to_string();
        assert!(error.starts_with("Reading the manifest file, at line 1\n>>> 'file a seq 1'\n"));
    }

    #[test]
    fn a_crash_while_it_is_replaced_leaves_the_old_or_the_new() {
        let names = Names::new("d", "a");
        let old = Manifest::of_single_file(&names);
        let mut new = old.clone();
        new.add_base(&names, BaseForm::Rdb);
        new.add_incr(&names);
        for fault in [Fault::Broken, Fault::Full, Fault::Sync] {
            for calls in 0..12 {
                let disk = FaultyDisk::default();
                old.persist(&disk, &names).unwrap();
                disk.fail_after(calls, fault);
                let outcome = new.persist(&disk, &names);
                for crash in [Crash::Process, Crash::Power { percent_kept: 50 }] {
                    let found = Manifest::load(&disk.after(crash), &names).unwrap();
                    match &outcome {
                        Ok(()) => assert_eq!(found, new),
                        Err(error) if !error.replaced => assert_eq!(found, old),
                        Err(_) if crash == Crash::Process => assert_eq!(found, new),
                        Err(_) => assert!(found == old || found == new),
                    }
                }
            }
        }
    }
}
