//! The log, in Redis's format: `PID:ROLE DATE MARK text`, one write for each line, to
//! standard output or `logfile`.

use parking_lot::Mutex;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};

/// How important a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// `.`
    Debug = 0,
    /// `-`
    Verbose = 1,
    /// `*`
    Notice = 2,
    /// `#`
    Warning = 3,
}

impl Level {
    fn mark(self) -> char {
        match self {
            Level::Debug => '.',
            Level::Verbose => '-',
            Level::Notice => '*',
            Level::Warning => '#',
        }
    }
}

/// Where lines go, and which.
pub struct Log {
    level: AtomicU8,
    /// The file, or standard output.
    file: Mutex<Option<File>>,
}

impl Default for Log {
    fn default() -> Self {
        Log { level: AtomicU8::new(Level::Notice as u8), file: Mutex::new(None) }
    }
}

impl Log {
    /// Lines below `level` are left out.
    pub fn set_level(&self, level: Level) {
        self.level.store(level as u8, Ordering::Relaxed);
    }

    /// Appends to the file at `path`; an empty path is standard output.
    pub fn set_file(&self, path: &str) -> io::Result<()> {
        let file = if path.is_empty() {
            None
        } else {
            Some(OpenOptions::new().create(true).append(true).open(Path::new(path))?)
        };
        *self.file.lock() = file;
        Ok(())
    }

    /// A line of the level `notice`.
    pub fn notice(&self, text: impl AsRef<str>) {
        self.write(Level::Notice, text.as_ref());
    }

    /// A line of the level `warning`.
    pub fn warning(&self, text: impl AsRef<str>) {
        self.write(Level::Warning, text.as_ref());
    }

    /// A line of the level `verbose`.
    pub fn verbose(&self, text: impl AsRef<str>) {
        self.write(Level::Verbose, text.as_ref());
    }

    /// A line of the level `debug`.
    pub fn debug(&self, text: impl AsRef<str>) {
        self.write(Level::Debug, text.as_ref());
    }

    /// Writes one line. A log that cannot be written must not stop the server.
    pub fn write(&self, level: Level, text: &str) {
        if (level as u8) < self.level.load(Ordering::Relaxed) {
            return;
        }
        let now = chrono::Local::now().format("%d %b %Y %H:%M:%S%.3f");
        let line = format!("{}:M {now} {} {text}\n", std::process::id(), level.mark());
        let _ = match &mut *self.file.lock() {
            Some(file) => file.write_all(line.as_bytes()),
            None => {
                io::stdout().lock().write_all(line.as_bytes()).and_then(|()| io::stdout().flush())
            }
        };
    }
}
