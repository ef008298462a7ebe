//! What the files of the append-only file are called, and in which folder they lie: Redis 7's
//! names, which tools look for.

use std::path::{Path, PathBuf};

/// The configured names, from which those of all files follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    folder: PathBuf,
    file: String,
}

/// In which form a base is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BaseForm {
    /// A snapshot: `aof-use-rdb-preamble yes`.
    Rdb,
    /// Commands.
    Aof,
}

impl Names {
    /// From `appenddirname` and `appendfilename`.
    pub fn new(folder: &str, file: &str) -> Self {
        Names { folder: folder.into(), file: file.to_owned() }
    }

    /// The folder of all files, in the working directory.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path of a file of the set.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.join(name)
    }

    /// The path of the manifest.
    pub fn manifest(&self) -> PathBuf {
        self.path(format!("{}.manifest", self.file))
    }

    /// The path of the manifest while it is written.
    pub(super) fn temp_manifest(&self) -> PathBuf {
        self.path(format!("temp-{}.manifest", self.file))
    }

    /// `appendfilename` itself: before Redis 7 the append-only file was this one in the
    /// working directory.
    pub fn single_file(&self) -> &str {
        &self.file
    }

    pub(super) fn base(&self, seq: u64, form: BaseForm) -> PathBuf {
        let extension = match form {
            BaseForm::Rdb => "rdb",
            BaseForm::Aof => "aof",
        };
        format!("{}.{seq}.base.{extension}", self.file).into()
    }

    pub(super) fn incr(&self, seq: u64) -> PathBuf {
        format!("{}.{seq}.incr.aof", self.file).into()
    }

    /// The path of a file for changes that belongs to no set yet.
    pub(super) fn temp_incr(&self) -> PathBuf {
        self.path(format!("temp-{}.incr", self.file))
    }
}
