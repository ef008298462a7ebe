//! Rewriting the append-only file: a base that says in the fewest words what the files so far
//! say, and a new file for what happens meanwhile. Turning the log on is the same, but that
//! there was no file before.
//!
//! ```text
//! let mut rewrite = aof.prepare_rewrite(form, log)?;   // the next file is made
//! //  all shards locked:  rewrite.cut();               // in memory: the next file begins here
//! rewrite.switch()?;                                   // the manifest names it, and it is written
//! //  the snapshot of the cut is written to rewrite.temp_base()
//! rewrite.finish(keep_history, log)?;                  // the base is named, the rest is history
//! ```
//!
//! At every step a crash leaves a set of files that says all. Dropping a rewrite gives it up:
//! what was logged stays where it is, and nothing is worse than before.

use super::log::CommitError;
use super::manifest::{Manifest, explain};
use super::{Aof, BaseForm};
use crate::persistence::disk::{DiskFile, Open};
use crate::services::log::Log as ServerLog;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A rewrite under way.
pub struct Rewrite<'a> {
    aof: &'a Aof,
    form: BaseForm,
    /// The file of what is logged from the cut on, and its path.
    next: Arc<dyn DiskFile>,
    next_path: PathBuf,
    temp_base: PathBuf,
    /// The set with the next file in it, which goes on from the one before; none where the log
    /// was off: then the next file belongs to no set until there is a base.
    continued: Option<Manifest>,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Prepared,
    Cut,
    /// The log goes on in the next file.
    Switched,
    /// There is nothing left to give up.
    Finished,
}

impl Aof {
    /// Prepares a rewrite, of which there is one at a time; with the log off, this is the way to
    /// turn it on.
    pub fn prepare_rewrite(&self, form: BaseForm, log: &ServerLog) -> io::Result<Rewrite<'_>> {
        if self.rewriting.swap(true, Ordering::Acquire) {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        self.begin_rewrite(form, log)
            .inspect_err(|_| self.rewriting.store(false, Ordering::Release))
    }

    fn begin_rewrite(&self, form: BaseForm, log: &ServerLog) -> io::Result<Rewrite<'_>> {
        self.create_folder()?;
        let (continued, next_path) = if self.is_on() {
            let mut manifest = self.set.lock().manifest.clone();
            let part = manifest.add_incr(&self.names);
            (Some(manifest), self.names.path(part.name))
        } else {
            // What an earlier process has logged becomes history.
            self.set.lock().manifest = Manifest::load(&*self.disk, &self.names)?;
            (None, self.names.temp_incr())
        };
        let next = self
            .disk
            .open(&next_path, Open::Truncate)
            .map_err(|error| explain(error, cannot_open(&next_path)))?;
        let kind = if continued.is_some() { "file" } else { "temp file" };
        let name = next_path.file_name().unwrap_or_default().display();
        log.notice(format!("Creating AOF incr {kind} {name} on background rewrite"));
        let temp_base = format!("temp-rewriteaof-bg-{}.aof", std::process::id()).into();
        let stage = Stage::Prepared;
        Ok(Rewrite { aof: self, form, next, next_path, temp_base, continued, stage })
    }

    /// Deletes what rewrites have replaced.
    pub fn delete_history(&self, log: &ServerLog) {
        let _change = self.changing.lock();
        let mut manifest = self.set.lock().manifest.clone();
        if manifest.history.is_empty() {
            return;
        }
        manifest.history.retain(|part| {
            let name = part.name.display();
            log.notice(format!("Removing the history file {name} in the background"));
            let removed = self.disk.remove(&self.names.path(&part.name));
            removed.is_err_and(|error| error.kind() != io::ErrorKind::NotFound)
        });
        // If this fails, the file names some that are gone: nobody reads those.
        if let Err(error) = manifest.persist(&*self.disk, &self.names) {
            log.warning(error.to_string());
        }
        self.set.lock().manifest = manifest;
    }
}

impl Rewrite<'_> {
    /// The path at which the base is to be written. [`Rewrite::finish`] syncs it.
    pub fn temp_base(&self) -> &Path {
        &self.temp_base
    }

    /// Which form the base is to have.
    pub fn form(&self) -> BaseForm {
        self.form
    }

    /// Under the locks of all shards, in memory: what is logged from here on comes behind the
    /// snapshot. [`Rewrite::switch`] must follow as soon as the locks are gone, since nothing
    /// settles until then. Returns the log's offset.
    pub fn cut(&mut self) -> u64 {
        self.stage = Stage::Cut;
        self.aof.log.cut()
    }

    /// Brings all that was logged before the cut to the disk, and lets the log go on in the next
    /// file. An error ends the rewrite.
    pub fn switch(&mut self) -> io::Result<()> {
        let aof = self.aof;
        let continued = self.continued.clone();
        let outcome = aof.log.switch(Arc::clone(&self.next), || {
            let Some(manifest) = continued else { return Ok(()) };
            let _change = aof.changing.lock();
            let persisted = manifest.persist(&*aof.disk, &aof.names);
            let is_next = persisted.as_ref().map_or_else(|error| error.replaced, |()| true);
            if is_next {
                let ended_bytes = aof.log.figures().file_bytes;
                let mut set = aof.set.lock();
                set.manifest = manifest;
                set.other_bytes += ended_bytes;
                self.stage = Stage::Switched;
            }
            persisted.map_err(|error| CommitError { is_next, error: error.into() })
        });
        if outcome.is_ok() {
            self.stage = Stage::Switched;
        } else if self.stage == Stage::Cut && self.continued.is_some() {
            // The log went on in the file there was.
            self.stage = Stage::Prepared;
        }
        outcome
    }

    /// The base is whole: makes it part of the set, in the place of all that was before the cut;
    /// that is deleted then, unless it is to be kept. An error leaves the set as it was.
    pub fn finish(mut self, keep_history: bool, log: &ServerLog) -> io::Result<()> {
        self.install(log)?;
        self.stage = Stage::Finished;
        self.aof.log.heal();
        if !keep_history {
            self.aof.delete_history(log);
        }
        log.notice("Background AOF rewrite finished successfully");
        Ok(())
    }

    fn install(&mut self, log: &ServerLog) -> io::Result<()> {
        let Aof { disk, names, .. } = self.aof;
        let _change = self.aof.changing.lock();
        let mut manifest = self.aof.set.lock().manifest.clone();
        let part = manifest.add_base(names, self.form);
        let base = names.path(&part.name);
        disk.open(&self.temp_base, Open::Append).and_then(|file| file.sync())?;
        disk.rename(&self.temp_base, &base).map_err(|error| {
            let (from, to) = (self.temp_base.display(), base.display());
            let what = "Error trying to rename the temporary AOF base file";
            explain(error, format!("{what} {from} into {to}"))
        })?;
        log.notice(format!(
            "Successfully renamed the temporary AOF base file {} into {}",
            self.temp_base.display(),
            part.name.display()
        ));
        let installed = self.install_next(&mut manifest).and_then(|()| {
            manifest.persist(&**disk, names).or_else(|error| match error.replaced {
                true => {
                    // Power may bring back the set before: this one is not safe yet.
                    self.aof.log.distrust(error.error);
                    Ok(())
                }
                false => Err(error.into()),
            })
        });
        if let Err(error) = installed {
            // No set has it, and the next rewrite makes one of the same name.
            let _ = disk.remove(&base);
            return Err(error);
        }
        let base_bytes = disk.len(&base).unwrap_or(0);
        let file_bytes = self.aof.log.figures().file_bytes;
        let mut set = self.aof.set.lock();
        set.manifest = manifest;
        set.other_bytes = base_bytes;
        set.base_bytes = base_bytes + file_bytes;
        Ok(())
    }

    /// What the next file is in the set that begins with the base.
    fn install_next(&mut self, manifest: &mut Manifest) -> io::Result<()> {
        if self.continued.is_some() {
            manifest.retire_incrs();
            return Ok(());
        }
        let names = &self.aof.names;
        let path = names.path(manifest.add_incr(names).name);
        manifest.retire_incrs();
        self.aof.disk.rename(&self.next_path, &path).map_err(|error| {
            let (from, to) = (self.next_path.display(), path.display());
            explain(
                error,
                format!("Error trying to rename the temporary AOF incr file {from} into {to}"),
            )
        })?;
        self.next_path = path;
        Ok(())
    }
}

impl Drop for Rewrite<'_> {
    fn drop(&mut self) {
        let Aof { disk, log, rewriting, .. } = self.aof;
        let was_on = self.continued.is_some();
        match self.stage {
            Stage::Cut if was_on => log.resume(),
            // It was to be turned on, and is not: what it held, it owes nobody.
            Stage::Cut | Stage::Switched if !was_on => _ = log.stop(),
            _ => {}
        }
        let is_in_use = match self.stage {
            Stage::Prepared | Stage::Cut => false,
            Stage::Switched => was_on,
            Stage::Finished => true,
        };
        if !is_in_use {
            let _ = disk.remove(&self.next_path);
        }
        if self.stage != Stage::Finished {
            // It may not have been written yet.
            let _ = disk.remove(&self.temp_base);
        }
        rewriting.store(false, Ordering::Release);
    }
}

/// What failed, when a file of the log cannot be opened.
pub(super) fn cannot_open(path: &Path) -> String {
    format!("Can't open the append-only file {}", path.display())
}
