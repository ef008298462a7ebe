//! `dir`: the working directory, where snapshots, append-only files and logs with relative
//! names live.

use super::super::error::os_text;
use super::{Complaint, RewriteLine, Special};
use crate::services::config::quote::quoted;
use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

/// An absolute path without links. It names an existing directory when it is set; entering it
/// is the server's task (`Effect::Dir`), for the process has but one working directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory(pub PathBuf);

impl Special for Directory {
    /// Stands for the directory the server is started in.
    const DEFAULT: &'static str = "";
    const MANY_ARGS: bool = false;

    /// A relative path starts at the current value, as it would after entering that.
    fn parse(args: &[&[u8]], current: &Self) -> Result<Self, Complaint> {
        let [path] = args else { return Err("wrong number of arguments".into()) };
        // The final dot makes the system refuse what is not a directory.
        let path = current.0.join(OsStr::from_bytes(path)).join(".");
        path.canonicalize().map(Directory).map_err(|error| os_text(&error).into())
    }

    fn from_text(text: &[u8]) -> Self {
        if text.is_empty() {
            return Directory(std::env::current_dir().unwrap_or_default());
        }
        Directory(PathBuf::from(OsStr::from_bytes(text)))
    }

    fn to_text(&self) -> Vec<u8> {
        self.0.clone().into_os_string().into_vec()
    }

    /// Always written, and absolute, so that the next start finds the same files.
    fn to_lines(&self) -> Vec<RewriteLine> {
        vec![RewriteLine { value: quoted(&self.to_text()), force: true }]
    }
}

#[cfg(test)]
mod tests {
    use super::super::set;
    use super::*;

    #[test]
    fn paths_become_absolute() {
        assert_eq!(set::<Directory>("/", "."), "/");
        assert_eq!(set::<Directory>("/usr", "../usr/./bin/.."), "/usr");
        assert_eq!(set::<Directory>("/", "/nonexistent/x"), "No such file or directory");
        assert_eq!(set::<Directory>("/", "/dev/null"), "Not a directory");
    }
}
