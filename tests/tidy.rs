//! Holds the house in order: reads the source as text and checks what the compiler does not.
//! Each rule stands as one function over one file, with a test that it catches a violation.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders of `src/`, from left to right: each uses only folders of the groups left of it.
const GROUPS: &[&[&str]] = &[
    &["util", "protocol", "types"],
    &["store"],
    &["services"],
    &["persistence", "replication"],
    &["engine"],
    &["scripting"],
    &["commands"],
    &["server"],
];

/// The two uses within a group that are allowed.
const ALLOWED_IN_GROUP: &[(&str, &str)] = &[("protocol", "util"), ("types", "util")];

/// The files that may hold `unsafe`, each use with its `// SAFETY:`.
const UNSAFE_FILES: &[&str] = &[
    // The allocator's settings: a symbol it looks for.
    "src/main.rs",
    // An entry is one allocation with a layout of its own.
    "src/store/entry/block.rs",
    // Prefetch instructions.
    "src/store/prefetch.rs",
    // Iteration over a table's buckets.
    "src/store/scan.rs",
    // An entry that is read without its shard's lock.
    "src/store/snapshot/pins.rs",
    // One pointer wide: byte strings, listpacks and intsets, members of sorted sets.
    "src/types/compact.rs",
    "src/types/listpack/buffer.rs",
    "src/types/zset/member.rs",
    // Scheduling policy of a thread: a system call.
    "src/util/thread.rs",
];

/// Longer files hold more than one idea.
const LONGEST_FILE_LINES: usize = 600;

/// Promises that do not land, spelt in two halves so that this file does not break its own rule.
const UNFINISHED: &[&str] =
    &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("to", "do!"), concat!("db", "g!(")];

#[test]
fn folders_use_only_folders_to_their_left() {
    assert_none(source_files("src"), foreign_uses);
}

#[test]
fn every_file_says_what_lives_in_it() {
    assert_none(all_files(), missing_header);
}

#[test]
fn no_file_is_too_long() {
    assert_none(all_files(), too_long);
}

#[test]
fn nothing_is_left_unfinished() {
    assert_none(all_files(), unfinished);
}

#[test]
fn unsafe_stays_in_its_files_and_gives_its_reasons() {
    assert_none(source_files("src"), unexplained_unsafe);
    for name in UNSAFE_FILES {
        let text = fs::read_to_string(root().join(name)).unwrap_or_default();
        let holds_some = words(&code_only(&text)).any(|(_, word)| word == "unsafe");
        assert!(holds_some, "{name} has no `unsafe`: strike it from UNSAFE_FILES");
    }
}

/// One source file: its path from the repository's root, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// `src/store/txn/mod.rs` is in `store`; files directly in `src/` are in no folder.
    fn folder(&self) -> Option<&str> {
        let (folder, _) = self.path.strip_prefix("src/")?.split_once('/')?;
        Some(folder)
    }

    /// How many `super` lead from this file's module to the crate's root.
    fn depth(&self) -> usize {
        let inner = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let module = inner.strip_suffix("/mod.rs").or(inner.strip_suffix(".rs")).unwrap_or(inner);
        module.split('/').count()
    }
}

// ---- the rules: each gives the violations of one file, as `line: what` ----

fn foreign_uses(file: &Source) -> Vec<String> {
    let Some(folder) = file.folder() else { return Vec::new() };
    let code = code_only(&file.text);
    let uses = top_level_uses(&code, file.depth());
    let foreign = uses.into_iter().filter(|(_, used)| !may_use(folder, used));
    foreign.map(|(at, used)| format!("{}: {folder} uses {used}", line_of(&code, at))).collect()
}

fn missing_header(file: &Source) -> Vec<String> {
    match file.text.starts_with("//! ") {
        true => Vec::new(),
        false => vec!["1: the file does not begin with `//!` and what lives in it".to_owned()],
    }
}

fn too_long(file: &Source) -> Vec<String> {
    match file.text.lines().count() {
        lines if lines > LONGEST_FILE_LINES => vec![format!("{lines}: lines are too many")],
        _ => Vec::new(),
    }
}

fn unfinished(file: &Source) -> Vec<String> {
    let mark = |line: &str| UNFINISHED.iter().copied().find(|mark| line.contains(mark));
    let lines = file.text.lines().enumerate();
    lines.filter_map(|(i, line)| Some(format!("{}: {}", i + 1, mark(line)?))).collect()
}

fn unexplained_unsafe(file: &Source) -> Vec<String> {
    let code = code_only(&file.text);
    let lines: Vec<&str> = file.text.lines().collect();
    let listed = UNSAFE_FILES.contains(&file.path.as_str());
    let mut violations = Vec::new();
    for (at, _) in words(&code).filter(|(_, word)| *word == "unsafe") {
        let line = line_of(&code, at);
        if !listed {
            violations.push(format!("{line}: `unsafe` in a file that is not in UNSAFE_FILES"));
        }
        // The reason stands in the comment directly above, at most a paragraph long.
        let above = &lines[line.saturating_sub(10)..line];
        if !above.iter().any(|line| line.contains("SAFETY:") || line.contains("# Safety")) {
            violations.push(format!("{line}: `unsafe` without its `// SAFETY:`"));
        }
    }
    violations
}

fn may_use(folder: &str, used: &str) -> bool {
    let rank = |name| GROUPS.iter().position(|group| group.contains(&name));
    match (rank(folder), rank(used)) {
        _ if folder == used => true,
        // Not a folder of the house: an item of the crate's root, such as a macro.
        (Some(_), None) => true,
        (Some(own), Some(other)) => other < own || ALLOWED_IN_GROUP.contains(&(folder, used)),
        (None, _) => panic!("src/{folder} has no place in GROUPS"),
    }
}

// ---- reading Rust just well enough ----

/// The first path segment behind each `crate::` and behind each chain of `super::` that reaches
/// the crate's root, with its offset; groups (`crate::{a, b::c}`) are opened.
fn top_level_uses(code: &str, file_depth: usize) -> Vec<(usize, String)> {
    let mut uses = Vec::new();
    let mut supers = 0;
    let mut chain_end = 0;
    for (at, word) in words(code) {
        let end = at + word.len();
        if !code[end..].starts_with("::") {
            continue;
        }
        supers = match word {
            "super" if at == chain_end => supers + 1,
            "super" => 1,
            _ => 0,
        };
        chain_end = end + 2;
        let at_root = match word {
            "crate" => true,
            "super" => supers == file_depth + inline_modules(&code[..at]),
            _ => false,
        };
        if at_root {
            let names = first_segments(&code[chain_end..]);
            uses.extend(names.into_iter().map(|name| (at, name)));
        }
    }
    uses
}

/// `a::b` gives a; `{a::b, c}` gives a and c.
fn first_segments(path: &str) -> Vec<String> {
    let Some(group) = path.trim_start().strip_prefix('{') else {
        return words(path).next().map(|(_, word)| word.to_owned()).into_iter().collect();
    };
    let mut names = Vec::new();
    let mut depth = 0;
    let mut item_start = 0;
    for (i, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.extend(words(&group[item_start..i]).next().map(|(_, word)| word.to_owned()));
                item_start = i + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    names
}

/// How many `mod name {` are open at the end of `code`.
fn inline_modules(code: &str) -> usize {
    let mut open: Vec<bool> = Vec::new();
    let mut last_words = ["", ""];
    let mut words = words(code).peekable();
    for (i, c) in code.char_indices() {
        while let Some((_, word)) = words.next_if(|(at, _)| *at <= i) {
            last_words = [last_words[1], word];
        }
        match c {
            '{' => open.push(last_words[0] == "mod"),
            '}' => drop(open.pop()),
            _ => {}
        }
        if c == '{' || c == '}' || c == ';' {
            last_words = ["", ""];
        }
    }
    open.into_iter().filter(|is_module| *is_module).count()
}

/// The identifiers and keywords of `code`, with their offsets.
fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + code[rest..].find(is_word)?;
        let end = code[start..].find(|c| !is_word(c)).map_or(code.len(), |i| start + i);
        rest = end;
        Some((start, &code[start..end]))
    })
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The text with comments, strings and characters blanked, every line kept in its place.
fn code_only(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => block_comment(rest),
            '"' => string(rest),
            'r' if !ends_in_word(&code) => raw_string(rest).unwrap_or(0),
            '\'' => character(rest).unwrap_or(0),
            _ => 0,
        };
        match length {
            0 => {
                code.push(c);
                rest = &rest[c.len_utf8()..];
            }
            _ => {
                code.extend(rest[..length].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
                rest = &rest[length..];
            }
        }
    }
    code
}

fn ends_in_word(code: &str) -> bool {
    // `br"…"` is a raw string as well; any other word before the r is an identifier.
    let mut tail = code.chars().rev();
    match tail.next() {
        Some('b') => tail.next().is_some_and(|c| c.is_alphanumeric() || c == '_'),
        Some(c) => c.is_alphanumeric() || c == '_',
        None => false,
    }
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    for (i, _) in text.char_indices() {
        if text[i..].starts_with("/*") {
            depth += 1;
        } else if text[i..].starts_with("*/") {
            depth -= 1;
            if depth == 0 {
                return i + 2;
            }
        }
    }
    text.len()
}

fn string(text: &str) -> usize {
    let mut escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return i + 1,
            _ => {}
        }
    }
    text.len()
}

fn raw_string(text: &str) -> Option<usize> {
    let hashes = text[1..].find(|c| c != '#')?;
    let body = text[1 + hashes..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = body.find(&close).map_or(body.len(), |i| i + close.len());
    Some(text.len() - body.len() + end)
}

/// A character literal; None for a lifetime.
fn character(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().skip(1);
    let (_, first) = chars.next()?;
    if first == '\\' {
        chars.next();
        return chars.find(|(_, c)| *c == '\'').map(|(i, _)| i + 1);
    }
    chars.next().filter(|(_, c)| *c == '\'').map(|(i, _)| i + 1)
}

// ---- the files ----

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn all_files() -> Vec<Source> {
    let mut files = source_files("src");
    files.extend(source_files("tests"));
    files
}

fn source_files(folder: &str) -> Vec<Source> {
    let mut files = Vec::new();
    collect(&root().join(folder), &mut files);
    files
}

fn collect(folder: &Path, files: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source file is UTF-8");
            let path = path.strip_prefix(root()).expect("it lies under the root");
            files.push(Source { path: path.to_string_lossy().into_owned(), text });
        }
    }
}

fn assert_none(files: Vec<Source>, rule: fn(&Source) -> Vec<String>) {
    let mut violations: Vec<String> = Vec::new();
    for file in &files {
        violations.extend(rule(file).iter().map(|what| format!("{}:{what}", file.path)));
    }
    violations.sort();
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

mod catches {
    //! Each rule, shown a violation.

    use super::*;

    fn file(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    fn uses(path: &str, text: &str) -> Vec<String> {
        foreign_uses(&file(path, text))
    }

    #[test]
    fn a_use_to_the_right() {
        assert_eq!(uses("src/store/db.rs", "\nuse crate::engine::Ctx;"), ["2: store uses engine"]);
        assert!(uses("src/engine/db.rs", "use crate::store::Txn;").is_empty());
        assert!(uses("src/main.rs", "use crate::server::run;").is_empty());
    }

    #[test]
    fn a_use_in_a_group_or_in_a_body() {
        let text = "use crate::{util::glob, server::{a, b}, services};";
        assert_eq!(
            uses("src/store/a.rs", text),
            ["1: store uses server", "1: store uses services"]
        );
        let text = "fn f() { let x = crate::commands::LIST; }";
        assert_eq!(uses("src/store/a.rs", text), ["1: store uses commands"]);
    }

    #[test]
    fn a_use_within_a_group() {
        assert!(uses("src/types/a.rs", "use crate::util::glob;").is_empty());
        assert_eq!(uses("src/util/a.rs", "use crate::types::List;").len(), 1);
        assert_eq!(uses("src/protocol/a.rs", "use crate::types::List;").len(), 1);
        assert_eq!(uses("src/replication/a.rs", "use crate::persistence::Rdb;").len(), 1);
    }

    #[test]
    fn a_chain_of_supers_that_leaves_the_folder() {
        let two = "use super::super::server::run;";
        assert_eq!(uses("src/store/db.rs", two), ["1: store uses server"]);
        assert!(uses("src/store/db/shard.rs", two).is_empty());
        assert_eq!(uses("src/store/mod.rs", "use super::server::run;").len(), 1);
        let inline = "mod tests { use super::super::super::server::run; }";
        assert_eq!(uses("src/store/db.rs", inline).len(), 1);
        assert!(uses("src/store/db.rs", "mod tests { use super::super::server; }").is_empty());
    }

    #[test]
    fn no_use_in_comments_and_strings() {
        let text = "// crate::server::run\nconst A: &str = \"crate::server\"; /* crate::server */\n\
                    const B: &[u8] = br#\"crate::server \"quoted\" \"#; const C: char = '\"';";
        assert!(uses("src/store/db.rs", text).is_empty());
        let after = "const C: char = '\\''; fn f<'a>() { crate::server::run() }";
        assert_eq!(uses("src/store/db.rs", after).len(), 1);
    }

    #[test]
    fn a_file_without_its_header() {
        assert_eq!(missing_header(&file("src/a.rs", "use std::fs;\n")).len(), 1);
        assert_eq!(missing_header(&file("src/a.rs", "// A comment.\n")).len(), 1);
        assert!(missing_header(&file("src/a.rs", "//! What lives here.\n")).is_empty());
    }

    #[test]
    fn a_file_that_is_too_long() {
        assert_eq!(too_long(&file("src/a.rs", &"\n".repeat(601))).len(), 1);
        assert!(too_long(&file("src/a.rs", &"\n".repeat(600))).is_empty());
    }

    #[test]
    fn a_promise() {
        for mark in UNFINISHED {
            assert_eq!(unfinished(&file("src/a.rs", &format!("\n{mark}\n"))).len(), 1);
        }
    }

    #[test]
    fn unsafe_code() {
        let text = "fn f() { unsafe { g() } }";
        assert_eq!(unexplained_unsafe(&file("src/a.rs", text)).len(), 2);
        assert!(
            unexplained_unsafe(&file("src/a.rs", "#![deny(unsafe_code)] // unsafe")).is_empty()
        );
    }
}
