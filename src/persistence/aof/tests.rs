//! The whole set of files, on a disk that fails at every call in turn, and after every crash.

use super::unit::encode;
use super::*;
use crate::persistence::disk::faulty::{Crash, Fault, FaultyDisk};
use crate::persistence::disk::{DiskWriter, Open};
use crate::services::config::choices::AppendFsync;
use std::io::Write;
use std::path::Path;

const CRASHES: [Crash; 4] = [
    Crash::Process,
    Crash::Power { percent_kept: 0 },
    Crash::Power { percent_kept: 60 },
    Crash::Power { percent_kept: 100 },
];

/// What ran on a server, a unit each.
#[derive(Default)]
struct History {
    all: Vec<String>,
    /// Of these somebody was told, and was promised that they outlive a crash.
    promised: Vec<String>,
}

impl History {
    /// Runs one more, and does not wait for the log.
    fn run(&mut self, aof: &Aof) -> u64 {
        let name = format!("u{}", self.all.len());
        let mut unit = Unit::default();
        unit.push(0, [&name].iter());
        self.all.push(name);
        aof.append(&unit)
    }

    /// Runs one more, and tells somebody.
    fn run_and_tell(&mut self, aof: &Aof) {
        let settled = aof.settle(self.run(aof)).is_ok();
        // Without a manifest the log is being turned on: nothing is promised yet.
        let is_on = aof.is_on() && !aof.set.lock().manifest.is_empty();
        if settled && is_on && aof.log().failure().is_none() {
            self.promised.extend(self.all.last().cloned());
        }
    }

    /// Whether this is what a server may come back with: some of what ran, in order from the
    /// first on, and all that was promised.
    fn allows(&self, loaded: &[String]) -> bool {
        self.all.starts_with(loaded) && self.promised.iter().all(|unit| loaded.contains(unit))
    }
}

fn quiet() -> ServerLog {
    let log = ServerLog::default();
    log.set_file("/dev/null").unwrap();
    log
}

fn aof_on(disk: &FaultyDisk, policy: AppendFsync) -> Aof {
    let aof = Aof::new(Arc::new(disk.clone()), Names::new("d", "a.aof"));
    aof.log().set_policy(policy);
    aof
}

fn open(aof: &Aof) -> io::Result<()> {
    aof.find(&quiet())?;
    aof.open(BaseForm::Aof, |_| Ok(()), &quiet())
}

/// A whole rewrite, or turning the log on, with something going on at each step.
fn rewrite(disk: &FaultyDisk, aof: &Aof, history: &mut History) -> io::Result<()> {
    let log = quiet();
    let mut rewrite = aof.prepare_rewrite(BaseForm::Aof, &log)?;
    history.run_and_tell(aof);
    rewrite.cut();
    let at_cut = history.all.clone();
    history.run(aof);
    rewrite.switch()?;
    history.run_and_tell(aof);
    let mut writer = DiskWriter(disk.open(rewrite.temp_base(), Open::Truncate)?);
    let mut bytes = Vec::new();
    for name in &at_cut {
        encode(&mut bytes, [name].iter());
    }
    writer.write_all(&bytes)?;
    history.run_and_tell(aof);
    rewrite.finish(false, &log)
}

/// What a server finds that starts on this disk. Only the last file may be cut short.
fn load(disk: &FaultyDisk) -> Vec<String> {
    let aof = aof_on(disk, AppendFsync::Always);
    let manifest = aof.find(&quiet()).unwrap();
    let mut units = Vec::new();
    let parts: Vec<_> = manifest.parts().collect();
    for (i, part) in parts.iter().enumerate() {
        let path = aof.names().path(&part.name);
        let text = String::from_utf8(disk.read(&path).unwrap()).unwrap();
        let is_whole = read_units(&text, &mut units);
        assert!(is_whole || i + 1 == parts.len(), "{path:?} is cut short");
    }
    units
}

/// Reads commands of one word, leaving out SELECT. False when the last one is cut short.
fn read_units(text: &str, units: &mut Vec<String>) -> bool {
    let mut lines = text.split_inclusive('\n');
    while let Some(header) = lines.next() {
        let words = if header == "*2\r\n" { 2 } else { 1 };
        let body: Vec<&str> = lines.by_ref().take(words * 2).collect();
        if !header.ends_with('\n') || body.len() < words * 2 || !body[words * 2 - 1].ends_with('\n')
        {
            return false;
        }
        if words == 1 {
            units.push(body[1].trim_end().to_owned());
        }
    }
    true
}

#[test]
fn the_first_start_leaves_what_redis_leaves() {
    let disk = FaultyDisk::default();
    let aof = aof_on(&disk, AppendFsync::EverySec);
    assert!(aof.find(&quiet()).unwrap().is_empty() && !aof.is_on());
    aof.open(BaseForm::Rdb, |base| base.write_all(b"REDIS"), &quiet()).unwrap();
    assert_eq!(
        disk.text("d/a.aof.manifest"),
        "file a.aof.1.base.rdb seq 1 type b\nfile a.aof.1.incr.aof seq 1 type i\n"
    );
    assert_eq!(disk.paths(), ["d/a.aof.1.base.rdb", "d/a.aof.1.incr.aof", "d/a.aof.manifest"]);
    assert!(aof.is_on());
    let figures = aof.figures();
    assert_eq!((figures.current_bytes, figures.base_bytes), (5, 5));
}

#[test]
fn the_next_start_goes_on_in_the_last_file() {
    let disk = FaultyDisk::default();
    disk.put("d/a.aof.manifest", b"file a.aof.7.incr.aof seq 7 type i\nfile x seq 9 type i\n");
    disk.put("d/a.aof.7.incr.aof", b"seven");
    disk.put("d/x", b"nine");
    disk.put("temp-rewriteaof-bg-2147483647.aof", b"");
    disk.put("temp-rewriteaof-x.aof", b"");
    disk.put("d/temp-a.aof.incr", b"");
    let aof = aof_on(&disk, AppendFsync::Always);
    open(&aof).unwrap();
    assert_eq!((aof.figures().current_bytes, aof.figures().base_bytes), (9, 9));
    History::default().run_and_tell(&aof);
    assert!(disk.text("d/x").starts_with("nine*2"));
    assert_eq!(aof.figures().current_bytes, 5 + disk.text("d/x").len() as u64);
    let paths = ["d/a.aof.7.incr.aof", "d/a.aof.manifest", "d/x", "temp-rewriteaof-x.aof"];
    assert_eq!(disk.paths(), paths);
    rewrite(&disk, &aof, &mut History::default()).unwrap();
    let manifest = "file a.aof.1.base.aof seq 1 type b\nfile a.aof.10.incr.aof seq 10 type i\n";
    assert_eq!(disk.text("d/a.aof.manifest"), manifest);
}

#[test]
fn a_single_file_of_before_redis_7_becomes_the_base() {
    let mut calls = 0;
    loop {
        let disk = FaultyDisk::default();
        disk.put("a.aof", b"*1\r\n$2\r\nu0\r\n");
        disk.fail_after(calls, Fault::Broken);
        let outcome = open(&aof_on(&disk, AppendFsync::Always));
        for crash in CRASHES {
            let disk = disk.after(crash);
            assert_eq!(load(&disk), ["u0"], "{calls} {crash:?}");
        }
        if outcome.is_ok() && disk.calls() <= calls {
            assert!(!disk.is_file(Path::new("a.aof")));
            break;
        }
        calls += 1;
    }
    assert!(calls > 10);
}

/// Every call fails in turn, at the start and through a rewrite, and the server crashes in
/// every way: what was promised is there, in order and once. And when the disk works again, so
/// does the server.
#[test]
fn no_failure_and_no_crash_loses_what_was_promised() {
    for policy in [AppendFsync::Always, AppendFsync::EverySec] {
        for fault in [Fault::Broken, Fault::Full, Fault::Sync] {
            let mut calls = 0;
            while goes_through_failure(policy, fault, calls) {
                calls += 1;
            }
            assert!(calls > 20, "{calls}");
        }
    }
}

/// Returns whether the failure came before the end.
fn goes_through_failure(policy: AppendFsync, fault: Fault, calls: usize) -> bool {
    let what = format!("{policy:?} {fault:?} after {calls}");
    let disk = FaultyDisk::default();
    let aof = aof_on(&disk, policy);
    let mut history = History::default();
    open(&aof).unwrap();
    history.run_and_tell(&aof);
    let began = disk.calls();
    disk.fail_after(calls, fault);
    let outcome = rewrite(&disk, &aof, &mut history);
    history.run_and_tell(&aof);
    let came = disk.calls() - began > calls;
    assert!(came || outcome.is_ok(), "{what}: {outcome:?}");
    check_crashes(&disk, &history, policy, &what);

    disk.heal();
    aof.log().tick(&quiet());
    history.run_and_tell(&aof);
    if aof.log().needs_rewrite() {
        rewrite(&disk, &aof, &mut history).unwrap();
    }
    assert_eq!(aof.log().failure(), None, "{what}");
    let promised = history.promised.len();
    history.run_and_tell(&aof);
    assert_eq!(history.promised.len(), promised + 1, "{what}");
    check_crashes(&disk, &history, policy, &what);
    // Nobody was told of some of them, and they are there all the same.
    assert_eq!(load(&disk.after(Crash::Process)), history.all, "{what}");
    came
}

fn check_crashes(disk: &FaultyDisk, history: &History, policy: AppendFsync, what: &str) {
    for crash in CRASHES {
        let after = disk.after(crash);
        let loaded = load(&after);
        if crash == Crash::Process || policy == AppendFsync::Always {
            assert!(history.allows(&loaded), "{what}, {crash:?}: {loaded:?}");
        }
        assert!(history.all.starts_with(&loaded), "{what}, {crash:?}: {loaded:?}");
    }
}

#[test]
fn it_is_turned_off_and_on_again() {
    for calls in 0..60 {
        let disk = FaultyDisk::default();
        let aof = aof_on(&disk, AppendFsync::Always);
        let mut history = History::default();
        disk.fail_after(calls, Fault::Broken);
        let turned_on = rewrite(&disk, &aof, &mut history);
        assert_eq!(turned_on.is_ok(), aof.is_on(), "{calls}");
        disk.heal();
        if turned_on.is_err() {
            assert!(load(&disk.after(Crash::Process)).is_empty());
            rewrite(&disk, &aof, &mut history).unwrap();
        } else if aof.log().needs_rewrite() {
            rewrite(&disk, &aof, &mut history).unwrap();
        }
        aof.log().tick(&quiet());
        history.run_and_tell(&aof);
        assert_eq!(load(&disk.after(Crash::Power { percent_kept: 0 })), history.all, "{calls}");
        aof.stop(&quiet());
        let logged = history.all.clone();
        history.run_and_tell(&aof);
        assert_eq!(load(&disk.after(Crash::Power { percent_kept: 0 })), logged);
        assert_eq!(aof.figures(), Figures::default());
        rewrite(&disk, &aof, &mut history).unwrap();
        assert_eq!(load(&disk.after(Crash::Power { percent_kept: 0 })), history.all);
        assert_eq!(disk.paths().len(), 3, "{:?}", disk.paths());
    }
}

#[test]
fn a_rewrite_that_is_dropped_leaves_no_trace() {
    let disk = FaultyDisk::default();
    let aof = aof_on(&disk, AppendFsync::Always);
    open(&aof).unwrap();
    let mut history = History::default();
    for steps in 0..3 {
        let paths = disk.paths().len();
        let mut rewrite = aof.prepare_rewrite(BaseForm::Rdb, &quiet()).unwrap();
        assert!(aof.prepare_rewrite(BaseForm::Rdb, &quiet()).is_err());
        if steps > 0 {
            rewrite.cut();
            history.run(&aof);
        }
        if steps > 1 {
            rewrite.switch().unwrap();
        }
        drop(rewrite);
        history.run_and_tell(&aof);
        assert_eq!(load(&disk.after(Crash::Process)), history.all);
        // Once the log goes on in the next file, that stays.
        assert_eq!(disk.paths().len(), paths + usize::from(steps > 1));
    }
    assert!(!aof.is_rewriting());
}

#[test]
fn history_is_kept_where_that_is_asked_for() {
    let disk = FaultyDisk::default();
    let aof = aof_on(&disk, AppendFsync::No);
    open(&aof).unwrap();
    let mut rewrite = aof.prepare_rewrite(BaseForm::Rdb, &quiet()).unwrap();
    rewrite.cut();
    rewrite.switch().unwrap();
    disk.open(rewrite.temp_base(), Open::Truncate).unwrap();
    rewrite.finish(true, &quiet()).unwrap();
    assert_eq!(
        disk.text("d/a.aof.manifest"),
        "file a.aof.2.base.rdb seq 2 type b\nfile a.aof.1.base.aof seq 1 type h\n\
         file a.aof.1.incr.aof seq 1 type h\nfile a.aof.2.incr.aof seq 2 type i\n"
    );
    aof.delete_history(&quiet());
    let manifest = "file a.aof.2.base.rdb seq 2 type b\nfile a.aof.2.incr.aof seq 2 type i\n";
    assert_eq!(disk.text("d/a.aof.manifest"), manifest);
    assert_eq!(disk.paths().len(), 3);
}
