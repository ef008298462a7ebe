//! The append-only file at the server's start: which files there are, and with which the log goes
//! on. Redis's rules, and its sentences.

use super::manifest::{Manifest, explain};
use super::rewrite::cannot_open;
use super::{Aof, BaseForm};
use crate::persistence::disk::{DiskWriter, Open};
use crate::services::log::Log as ServerLog;
use rustix::process::{Pid, test_kill_process};
use std::io::{self, Write};
use std::path::Path;

impl Aof {
    /// Which files there are to load: none where the append-only file was never begun. An
    /// `appendfilename` in the working directory, from before Redis 7, is moved into the folder
    /// as the base of a new set.
    pub fn find(&self, log: &ServerLog) -> io::Result<Manifest> {
        let mut manifest = Manifest::load(&*self.disk, &self.names)?;
        if self.is_old_style(&manifest) {
            manifest = self.migrate(log)?;
        }
        self.set.lock().manifest = manifest.clone();
        Ok(manifest)
    }

    /// Begins to log, behind what [`Aof::find`] found and the caller has loaded. Where there was
    /// nothing, `write_base` writes the first base. Errors are for the end of the process.
    pub fn open(
        &self,
        form: BaseForm,
        write_base: impl FnOnce(&mut dyn Write) -> io::Result<()>,
        log: &ServerLog,
    ) -> io::Result<()> {
        let (disk, names) = (&self.disk, &self.names);
        self.create_folder()?;
        self.remove_temporaries();
        let found = self.set.lock().manifest.clone();
        let mut manifest = found.clone();
        if manifest.is_empty() {
            let name = manifest.add_base(names, form).name;
            let path = names.path(&name);
            let mut writer = disk.open(&path, Open::Truncate).map(DiskWriter).map_err(|error| {
                explain(error, format!("Can't open the AOF base file {}", path.display()))
            })?;
            write_base(&mut writer).and_then(|()| writer.0.sync()).map_err(|error| {
                explain(error, format!("Error writing the AOF base file {}", path.display()))
            })?;
            log.notice(format!("Creating AOF base file {} on server start", name.display()));
        }
        let (verb, current) = match manifest.incrs.last() {
            Some(last) => ("Opening", last.clone()),
            None => ("Creating", manifest.add_incr(names)),
        };
        let path = names.path(&current.name);
        let file =
            disk.open(&path, Open::Append).map_err(|error| explain(error, cannot_open(&path)))?;
        if manifest != found {
            manifest.persist(&**disk, names)?;
        }
        self.note_sizes(&manifest);
        self.log.start(file, disk.len(&path)?);
        self.set.lock().manifest = manifest;
        log.notice(format!("{verb} AOF incr file {} on server start", current.name.display()));
        Ok(())
    }

    /// Makes the folder, durably.
    pub(super) fn create_folder(&self) -> io::Result<()> {
        let folder = self.names.folder();
        let created = self.disk.create_folder(folder);
        created.and_then(|()| self.disk.sync_folder(Path::new(""))).map_err(|error| {
            let what = "Can't open or create append-only dir";
            explain(error, format!("{what} {}", folder.display()))
        })
    }

    /// Whether the append-only file is one of before Redis 7, or was about to be migrated when
    /// a crash came.
    fn is_old_style(&self, manifest: &Manifest) -> bool {
        let single = self.names.single_file();
        let is_half_migrated = manifest.incrs.is_empty()
            && manifest.base.as_ref().is_some_and(|base| base.name == Path::new(single))
            && !self.disk.is_file(&self.names.path(single));
        (manifest.is_empty() || is_half_migrated) && self.disk.is_file(Path::new(single))
    }

    /// The manifest comes first: with it and the file where it was, the next start goes on here.
    fn migrate(&self, log: &ServerLog) -> io::Result<Manifest> {
        let (disk, names) = (&self.disk, &self.names);
        self.create_folder()?;
        let manifest = Manifest::of_single_file(names);
        manifest.persist(&**disk, names)?;
        let (single, folder) = (names.single_file(), names.folder().display());
        disk.rename(Path::new(single), &names.path(single))
            .and_then(|()| disk.sync_folder(names.folder()))
            .and_then(|()| disk.sync_folder(Path::new("")))
            .map_err(|error| {
                let what = "Error trying to move the old AOF file";
                explain(error, format!("{what} {single} into dir {folder}"))
            })?;
        log.notice(format!(
            "Successfully migrated an old-style AOF configuration ({single}) into the AOF \
             directory ({folder})."
        ));
        Ok(manifest)
    }

    fn note_sizes(&self, manifest: &Manifest) {
        let bytes = |name: &Path| self.disk.len(&self.names.path(name)).unwrap_or(0);
        let total: u64 = manifest.parts().map(|part| bytes(&part.name)).sum();
        let current = manifest.incrs.last().map_or(0, |last| bytes(&last.name));
        let mut set = self.set.lock();
        set.other_bytes = total - current;
        set.base_bytes = total;
    }

    /// Removes what rewrites left behind that a crash ended.
    fn remove_temporaries(&self) {
        // Where this fails some space stays taken, no more.
        let _ = self.disk.remove(&self.names.temp_incr());
        for name in self.disk.list(Path::new("")).unwrap_or_default() {
            let pid = name.to_str().and_then(|name| {
                let pid = name.strip_prefix("temp-rewriteaof-")?.strip_suffix(".aof")?;
                pid.strip_prefix("bg-").unwrap_or(pid).parse().ok()
            });
            if pid.is_some_and(|pid| !is_another_process(pid)) {
                let _ = self.disk.remove(Path::new(&name));
            }
        }
    }
}

/// Whether there is such a process beside this one: another server may use the same directory.
fn is_another_process(pid: i32) -> bool {
    let is_alive = |pid| test_kill_process(pid) != Err(rustix::io::Errno::SRCH);
    pid != std::process::id().cast_signed() && Pid::from_raw(pid).is_some_and(is_alive)
}
