//! The disk as persistence sees it: a handful of calls, each of which may fail. Behind them is
//! the operating system, or in tests a disk that fails when it is told to.
//!
//! Paths are relative to the working directory, which is the server's `dir`.

#[cfg(test)]
pub mod faulty;

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

/// What persistence asks of a file system.
pub trait Disk: Send + Sync {
    /// Opens a file for writing.
    fn open(&self, path: &Path, how: Open) -> io::Result<Arc<dyn DiskFile>>;

    /// All bytes of a small file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Bytes a file has.
    fn len(&self, path: &Path) -> io::Result<u64>;

    /// The names of what is in a folder, in no order.
    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>>;

    /// Makes a folder, unless it is there.
    fn create_folder(&self, path: &Path) -> io::Result<()>;

    /// Gives a file another name, in the place of one that has it. Durable once the folder is
    /// synced.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes durable which files a folder has. The empty path is the working directory.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;

    /// Whether there is a file with this name.
    fn is_file(&self, path: &Path) -> bool {
        self.len(path).is_ok()
    }
}

/// An open file. Its calls may come from several threads, so that one can sync it while
/// another writes.
pub trait DiskFile: Send + Sync {
    /// Writes at the end, possibly less than all, and answers how many bytes.
    fn write(&self, bytes: &[u8]) -> io::Result<usize>;

    /// Makes durable what was written, and what is needed to read it back. After an error
    /// nobody knows what the disk has: the kernel may have dropped the pages that it could not
    /// write, and the next call may succeed all the same.
    fn sync(&self) -> io::Result<()>;

    /// Cuts the file off behind this many bytes.
    fn truncate(&self, len: u64) -> io::Result<()>;
}

/// How to open a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// To write behind what it has; made where it is not there.
    Append,
    /// To write it anew, without what it has.
    Truncate,
}

/// Writes to a file through `std::io::Write`. Flushing does nothing: see [`DiskFile::sync`].
pub struct DiskWriter(pub Arc<dyn DiskFile>);

impl Write for DiskWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The operating system's file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn open(&self, path: &Path, how: Open) -> io::Result<Arc<dyn DiskFile>> {
        let mut options = OpenOptions::new();
        // Both append, so that a truncated file goes on where its new end is.
        options.append(true).create(true);
        let file = options.open(path)?;
        if how == Open::Truncate {
            file.set_len(0)?;
        }
        Ok(Arc::new(file))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn len(&self, path: &Path) -> io::Result<u64> {
        let metadata = fs::metadata(path)?;
        match metadata.is_file() {
            true => Ok(metadata.len()),
            false => Err(io::Error::other("not a regular file")),
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        fs::read_dir(or_here(folder))?.map(|entry| Ok(entry?.file_name())).collect()
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        match fs::create_dir(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
            outcome => outcome,
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        File::open(or_here(path))?.sync_all()
    }
}

impl DiskFile for File {
    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut file = self;
        Write::write(&mut file, bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }

    fn truncate(&self, len: u64) -> io::Result<()> {
        self.set_len(len)
    }
}

/// A relative path's parent may be empty, which no system call takes for a folder.
fn or_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_renamed_and_removed() {
        let folder = std::env::temp_dir().join(format!("skein-disk-{}", std::process::id()));
        let (disk, a, b) = (RealDisk, folder.join("a"), folder.join("b"));
        disk.create_folder(&folder).unwrap();
        disk.create_folder(&folder).unwrap();
        let mut writer = DiskWriter(disk.open(&a, Open::Append).unwrap());
        writer.write_all(b"one two").unwrap();
        writer.0.sync().unwrap();
        writer.0.truncate(4).unwrap();
        disk.open(&a, Open::Append).unwrap().write(b"three").unwrap();
        disk.rename(&a, &b).unwrap();
        disk.sync_folder(&folder).unwrap();
        assert_eq!(disk.read(&b).unwrap(), b"one three");
        assert!(!disk.is_file(&a) && !disk.is_file(&folder));
        assert_eq!(disk.list(&folder).unwrap(), ["b"]);
        disk.open(&b, Open::Truncate).unwrap();
        assert_eq!(disk.len(&b).unwrap(), 0);
        assert!(disk.create_folder(&b).is_err());
        disk.remove(&b).unwrap();
        fs::remove_dir(&folder).unwrap();
    }
}
