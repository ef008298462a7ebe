//! The files that an `include` names.

use crate::util::glob;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// The paths that `pattern` stands for, a relative one starting at `directory`. Without
/// wildcards that is one path, there or not; with wildcards it is the existing ones, in
/// alphabetical order. A wildcard does not match the dot of a hidden file.
pub fn expand(directory: &Path, pattern: &[u8]) -> Vec<PathBuf> {
    let pattern = Path::new(OsStr::from_bytes(pattern));
    if !has_wildcard(pattern.as_os_str()) {
        return vec![directory.join(pattern)];
    }
    let mut paths = vec![directory.to_path_buf()];
    for component in pattern.components() {
        paths = match component {
            Component::Normal(name) if has_wildcard(name) => {
                paths.iter().flat_map(|path| matching_entries(path, name)).collect()
            }
            component => paths.iter().map(|path| path.join(component)).collect(),
        };
    }
    paths.retain(|path| path.exists());
    paths
}

fn has_wildcard(name: &OsStr) -> bool {
    name.as_bytes().iter().any(|byte| matches!(byte, b'*' | b'?' | b'['))
}

/// The entries of `directory` whose name matches; none where it cannot be read.
fn matching_entries(directory: &Path, pattern: &OsStr) -> Vec<PathBuf> {
    let Ok(entries) = directory.read_dir() else { return Vec::new() };
    let shows_hidden = pattern.as_bytes().starts_with(b".");
    let names = entries.filter_map(|entry| Some(entry.ok()?.file_name()));
    let matching = names.filter(|name| {
        let name = name.as_bytes();
        (shows_hidden || !name.starts_with(b".")) && glob::matches(pattern.as_bytes(), name)
    });
    let mut paths: Vec<PathBuf> = matching.map(|name| directory.join(name)).collect();
    paths.sort();
    paths
}
