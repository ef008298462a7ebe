//! `skein check`: looks through files that may be broken, and mends what can be mended. Exit
//! status, words and questions are those of `redis-check-rdb` and `redis-check-aof`, so that
//! scripts made for them work.

use crate::persistence::aof::manifest::Manifest;
use crate::persistence::aof::read::Reader;
use crate::persistence::check;
use crate::util::clock;
use anyhow::{Context, Result, bail};
use argh::FromArgs;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Bytes read from a file at once.
const BUFFER_BYTES: usize = 256 * 1024;

/// Look through a file of a data set: what is in it, where it breaks, how much of it is good.
#[derive(FromArgs)]
struct Check {
    #[argh(subcommand)]
    what: What,
}

#[derive(FromArgs)]
#[argh(subcommand)]
enum What {
    Rdb(RdbFile),
    Aof(AofFiles),
}

/// Look through a snapshot.
#[derive(FromArgs)]
#[argh(subcommand, name = "rdb")]
struct RdbFile {
    /// the snapshot, such as dump.rdb
    #[argh(positional)]
    file: PathBuf,
}

/// Look through an append-only file, or through all files that a manifest names.
#[derive(FromArgs)]
#[argh(subcommand, name = "aof")]
struct AofFiles {
    /// the manifest, such as appendonlydir/appendonly.aof.manifest, or one of its files
    #[argh(positional)]
    file: PathBuf,
    /// cut a broken file off behind its last whole command or transaction
    #[argh(switch)]
    fix: bool,
    /// do not ask before that
    #[argh(switch)]
    yes: bool,
    /// cut off what was written after this time, Unix time in seconds
    #[argh(option)]
    truncate_to_timestamp: Option<i64>,
}

/// Runs `skein check` with the arguments behind it. The exit status is 0 if all is good, or has
/// been made good.
pub fn main(args: &[String]) -> ExitCode {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let check = match Check::from_args(&["skein check"], &args) {
        Ok(check) => check,
        Err(exit) => {
            print!("{}", exit.output);
            return if exit.status.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
    };
    let mut out = io::stdout().lock();
    let outcome = match check.what {
        What::Rdb(rdb) => check_rdb(&rdb.file, &mut out),
        What::Aof(aof) => aof.check(&mut out),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Looks through a snapshot. Returns whether it is good.
fn check_rdb(path: &Path, out: &mut impl Write) -> Result<bool> {
    let (input, file_bytes) = open(path)?;
    let name = path.display().to_string();
    let findings = check::rdb::check(input, &name, clock::now_ms(), out)?;
    let check::rdb::Findings { good_bytes, keys, is_good } = findings;
    let percent = good_bytes as f64 / file_bytes.max(1) as f64 * 100.0;
    writeln!(
        out,
        "[info] {good_bytes} of {file_bytes} bytes ({percent:.2}%) and {keys} keys are good"
    )?;
    Ok(is_good)
}

fn open(path: &Path) -> Result<(BufReader<File>, u64)> {
    let what = || format!("Cannot open file {}", path.display());
    let file = File::open(path).with_context(what)?;
    let metadata = file.metadata().with_context(what)?;
    if !metadata.is_file() {
        bail!("{}: it is not a regular file", what());
    }
    Ok((BufReader::with_capacity(BUFFER_BYTES, file), metadata.len()))
}

/// What the first bytes of a file say that it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Manifest,
    Rdb,
    Commands,
}

fn kind_of(input: &mut impl BufRead) -> io::Result<Kind> {
    let start = input.fill_buf()?;
    if start.starts_with(b"REDIS") || start.starts_with(b"VALKEY") {
        return Ok(Kind::Rdb);
    }
    // Comments may come before its first line; in a file of commands they are annotations.
    let first = start.split(|byte| *byte == b'\n').find(|line| !line.starts_with(b"#"));
    let is_manifest = first.is_some_and(|line| line.starts_with(b"file "));
    Ok(if is_manifest { Kind::Manifest } else { Kind::Commands })
}

impl AofFiles {
    /// Looks through a file or a set. Returns whether all is good in the end.
    fn check(&self, out: &mut impl Write) -> Result<bool> {
        let (mut input, _) = open(&self.file)?;
        if kind_of(&mut input)? == Kind::Manifest {
            return self.check_set(out);
        }
        writeln!(out, "Start checking Old-Style AOF")?;
        let name = self.file.display().to_string();
        let is_good = self.check_file(&self.file, &name, true, out)?;
        if is_good {
            writeln!(out, "AOF {name} is valid")?;
        }
        Ok(is_good)
    }

    /// Looks through all files that a manifest names, up to the first that is broken.
    fn check_set(&self, out: &mut impl Write) -> Result<bool> {
        let path = &self.file;
        let text =
            std::fs::read(path).with_context(|| format!("Cannot read {}", path.display()))?;
        let manifest = Manifest::parse(&text)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let count = manifest.parts().count();
        writeln!(out, "Start checking Multi Part AOF")?;
        if manifest.base.is_none() {
            writeln!(out, "The AOF has no BASE file")?;
        }
        for (index, part) in manifest.parts().enumerate() {
            let is_base = manifest.base.as_ref() == Some(part);
            let file = folder.join(&part.name);
            let name = part.name.display();
            let kind = if is_base { "BASE" } else { "INCR" };
            if is_base {
                let form = match kind_of(&mut open(&file)?.0)? {
                    Kind::Rdb => "RDB",
                    _ => "RESP",
                };
                writeln!(out, "Start to check BASE AOF ({form} format).")?;
            } else if index == usize::from(manifest.base.is_some()) {
                writeln!(out, "Start to check INCR files.")?;
            }
            if !self.check_file(&file, &name.to_string(), index + 1 == count, out)? {
                return Ok(false);
            }
            writeln!(out, "{kind} AOF {name} is valid")?;
        }
        writeln!(out, "All AOF files and manifest are valid")?;
        Ok(true)
    }

    /// Looks through one file, and mends it if that is asked for. Returns whether it is good then.
    fn check_file(
        &self,
        path: &Path,
        name: &str,
        is_last: bool,
        out: &mut impl Write,
    ) -> Result<bool> {
        let (mut input, file_bytes) = open(path)?;
        let mut offset_bytes = 0;
        if kind_of(&mut input)? == Kind::Rdb {
            let findings = check::rdb::check(&mut input, name, clock::now_ms(), out)?;
            if !findings.is_good {
                writeln!(out, "RDB preamble of AOF file is not sane, aborting.")?;
                return Ok(false);
            }
            writeln!(out, "RDB preamble is OK, proceeding with AOF tail...")?;
            offset_bytes = findings.good_bytes;
        }
        let reader = Reader::new(input, offset_bytes);
        let findings = check::aof::check(reader, self.truncate_to_timestamp)
            .with_context(|| format!("Cannot read {}", path.display()))?;
        check::aof::tell(&findings, name, file_bytes, out)?;
        if let Some(until_s) = self.truncate_to_timestamp
            && findings.fault.is_none()
        {
            let Some(later_from) = findings.later_from else {
                writeln!(out, "Truncate nothing in AOF {name} to timestamp {until_s}")?;
                return Ok(true);
            };
            return truncate_to_time(path, name, until_s, later_from, is_last, out);
        }
        if findings.good_bytes == file_bytes {
            return Ok(true);
        }
        if !self.fix {
            writeln!(out, "AOF {name} is not valid. Use the --fix option to try fixing it.")?;
            return Ok(false);
        }
        if !is_last {
            writeln!(
                out,
                "More files follow AOF {name}: what they change would be changed without what \
                 is cut off here."
            )?;
        }
        self.shrink(path, name, (file_bytes, findings.good_bytes), out)
    }

    /// Cuts a file off, if whoever asked for it still wants it.
    fn shrink(
        &self,
        path: &Path,
        name: &str,
        (from, to): (u64, u64),
        out: &mut impl Write,
    ) -> Result<bool> {
        let lost = from - to;
        writeln!(
            out,
            "This will shrink the AOF {name} from {from} bytes, with {lost} bytes, to {to} bytes"
        )?;
        if !self.yes && !is_confirmed(out)? {
            writeln!(out, "Aborting...")?;
            return Ok(false);
        }
        truncate(path, name, to)?;
        writeln!(out, "Successfully truncated AOF {name}")?;
        Ok(true)
    }
}

/// Cuts off what was written later than `until_s`, which begins at `later_from`.
fn truncate_to_time(
    path: &Path,
    name: &str,
    until_s: i64,
    later_from: u64,
    is_last: bool,
    out: &mut impl Write,
) -> Result<bool> {
    if later_from == 0 {
        writeln!(out, "AOF {name} has nothing before timestamp {until_s}, aborting...")?;
        return Ok(false);
    }
    if !is_last {
        writeln!(
            out,
            "Failed to truncate AOF {name} to timestamp {until_s} to offset {later_from} because \
             it is not the last file.\nIf you insist, please delete all files after this file \
             according to the manifest file and delete the corresponding records in manifest \
             file manually. Then re-run this tool."
        )?;
        return Ok(false);
    }
    truncate(path, name, later_from)?;
    writeln!(out, "Successfully truncated AOF {name} to timestamp {until_s}")?;
    Ok(true)
}

fn truncate(path: &Path, name: &str, len_bytes: u64) -> Result<()> {
    let shorten = || {
        let file = OpenOptions::new().write(true).open(path)?;
        file.set_len(len_bytes)?;
        file.sync_all()
    };
    shorten().with_context(|| format!("Failed to truncate AOF {name}"))
}

/// Asks on the terminal, or whatever the standard input is.
fn is_confirmed(out: &mut impl Write) -> io::Result<bool> {
    write!(out, "Continue? [y/N]: ")?;
    out.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.starts_with(['y', 'Y']))
}
