//! A disk in memory that fails when it is told to, and forgets at a crash what nobody had made
//! durable.

use super::{Disk, DiskFile, Open};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Every call fails.
    Broken,
    /// Writes take half of what they are given, then none: the disk is full. All that takes
    /// no space goes on.
    Full,
    /// Syncing fails and loses what it should have kept; all else goes on.
    Sync,
}

/// What a crash takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crash {
    /// The process is killed: the kernel still has every byte.
    Process,
    /// Power is cut: only what was synced is left, and of every file this many bytes in
    /// a hundred of the rest.
    Power {
        /// From 0 to 100.
        percent_kept: usize,
    },
}

/// The disk. Clones are the same disk.
#[derive(Clone, Default)]
pub struct FaultyDisk(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    files: Names,
    /// What the folders have on the platter.
    durable: Names,
    /// Calls until the fault shows.
    plan: Option<(usize, Fault)>,
    calls: usize,
    syncs: usize,
    slow_sync: Duration,
}

type Names = BTreeMap<PathBuf, Arc<Inode>>;

#[derive(Default)]
struct Inode(Mutex<Content>);

#[derive(Clone, Default)]
struct Content {
    bytes: Vec<u8>,
    synced: usize,
    /// A sync has failed: what was not durable then never will be.
    damaged: bool,
}

impl FaultyDisk {
    /// The fault shows at the call after `calls` more, and stays until [`FaultyDisk::heal`].
    pub fn fail_after(&self, calls: usize, fault: Fault) {
        self.0.lock().plan = Some((calls, fault));
    }

    /// All goes well from now on.
    pub fn heal(&self) {
        self.0.lock().plan = None;
    }

    /// Every sync of a file takes this long.
    pub fn slow_down(&self, each_sync: Duration) {
        self.0.lock().slow_sync = each_sync;
    }

    /// Calls so far.
    pub fn calls(&self) -> usize {
        self.0.lock().calls
    }

    /// Syncs of files so far.
    pub fn syncs(&self) -> usize {
        self.0.lock().syncs
    }

    /// The disk as the next process finds it. This one is no longer of use.
    pub fn after(&self, crash: Crash) -> FaultyDisk {
        let state = self.0.lock();
        let names = match crash {
            Crash::Process => &state.files,
            Crash::Power { .. } => &state.durable,
        };
        let survivors = names.iter().map(|(path, inode)| {
            let mut content = inode.0.lock().clone();
            if let Crash::Power { percent_kept } = crash {
                let unsynced = content.bytes.len() - content.synced;
                content.bytes.truncate(content.synced + unsynced * percent_kept / 100);
            }
            content.synced = content.bytes.len();
            content.damaged = false;
            (path.clone(), Arc::new(Inode(Mutex::new(content))))
        });
        let files: Names = survivors.collect();
        let state = State { durable: files.clone(), files, ..State::default() };
        FaultyDisk(Arc::new(Mutex::new(state)))
    }

    /// Puts a file there, durable.
    pub fn put(&self, path: &str, bytes: &[u8]) {
        let content = Content { bytes: bytes.to_vec(), synced: bytes.len(), damaged: false };
        let inode = Arc::new(Inode(Mutex::new(content)));
        let mut state = self.0.lock();
        state.files.insert(path.into(), Arc::clone(&inode));
        state.durable.insert(path.into(), inode);
    }

    /// A file's text; the empty one where there is no file.
    pub fn text(&self, path: &str) -> String {
        let state = self.0.lock();
        let bytes = state.files.get(Path::new(path)).map(|inode| inode.0.lock().bytes.clone());
        String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
    }

    /// All files.
    pub fn paths(&self) -> Vec<String> {
        self.0.lock().files.keys().map(|path| path.display().to_string()).collect()
    }

    /// Counts a call, and tells what is wrong with it.
    fn fault(&self) -> Option<Fault> {
        let mut state = self.0.lock();
        state.calls += 1;
        let (calls, fault) = state.plan.as_mut()?;
        match calls.checked_sub(1) {
            Some(left) => {
                *calls = left;
                None
            }
            None => Some(*fault),
        }
    }

    /// Counts a call that fails only where everything does.
    fn call(&self) -> io::Result<()> {
        match self.fault() {
            Some(Fault::Broken) => Err(broken()),
            _ => Ok(()),
        }
    }

    fn inode(&self, path: &Path) -> io::Result<Arc<Inode>> {
        self.0.lock().files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

fn broken() -> io::Error {
    io::Error::other("injected")
}

impl Disk for FaultyDisk {
    fn open(&self, path: &Path, how: Open) -> io::Result<Arc<dyn DiskFile>> {
        self.call()?;
        let inode = Arc::clone(self.0.lock().files.entry(path.into()).or_default());
        if how == Open::Truncate {
            *inode.0.lock() = Content::default();
        }
        Ok(Arc::new(FaultyFile { disk: self.clone(), inode }))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.call()?;
        Ok(self.inode(path)?.0.lock().bytes.clone())
    }

    fn len(&self, path: &Path) -> io::Result<u64> {
        self.call()?;
        Ok(self.inode(path)?.0.lock().bytes.len() as u64)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        self.call()?;
        let state = self.0.lock();
        let inside = state.files.keys().filter(|path| path.parent() == Some(folder));
        Ok(inside.filter_map(|path| path.file_name()).map(OsString::from).collect())
    }

    fn create_folder(&self, _path: &Path) -> io::Result<()> {
        self.call()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call()?;
        let mut state = self.0.lock();
        let inode = state.files.remove(from).ok_or(io::ErrorKind::NotFound)?;
        state.files.insert(to.into(), inode);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.call()?;
        let removed = self.0.lock().files.remove(path);
        removed.map(|_| ()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        if matches!(self.fault(), Some(Fault::Broken | Fault::Sync)) {
            return Err(broken());
        }
        let State { files, durable, .. } = &mut *self.0.lock();
        durable.retain(|path, _| path.parent() != Some(folder));
        let inside = files.iter().filter(|(path, _)| path.parent() == Some(folder));
        durable.extend(inside.map(|(path, inode)| (path.clone(), Arc::clone(inode))));
        Ok(())
    }
}

struct FaultyFile {
    disk: FaultyDisk,
    inode: Arc<Inode>,
}

impl DiskFile for FaultyFile {
    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        let taken = match self.disk.fault() {
            Some(Fault::Broken) => return Err(broken()),
            Some(Fault::Full) if bytes.len() < 2 => return Err(io::ErrorKind::StorageFull.into()),
            Some(Fault::Full) => bytes.len() / 2,
            _ => bytes.len(),
        };
        self.inode.0.lock().bytes.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn sync(&self) -> io::Result<()> {
        let fault = self.disk.fault();
        // What is written while this goes on is not part of it.
        let len = self.inode.0.lock().bytes.len();
        let slow_sync = {
            let mut state = self.disk.0.lock();
            state.syncs += 1;
            state.slow_sync
        };
        std::thread::sleep(slow_sync);
        let mut content = self.inode.0.lock();
        if matches!(fault, Some(Fault::Broken | Fault::Sync)) {
            content.damaged = true;
            return Err(broken());
        }
        if !content.damaged {
            content.synced = content.synced.max(len).min(content.bytes.len());
        }
        Ok(())
    }

    fn truncate(&self, len: u64) -> io::Result<()> {
        self.disk.call()?;
        let mut content = self.inode.0.lock();
        content.bytes.truncate(usize::try_from(len).unwrap_or(usize::MAX));
        content.synced = content.synced.min(content.bytes.len());
        Ok(())
    }
}
