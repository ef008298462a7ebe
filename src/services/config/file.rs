//! Configuration files: lines of a name and its arguments, with quotes, comments and
//! includes. Flags at startup become such lines too.

use super::error::{FileError, Line};
use super::params::{self, Found};
use super::{Config, include};
use crate::protocol::split::split_args;
use std::path::Path;

/// What a configuration says: the values of parameters, and the directives that are none.
pub struct Startup {
    /// The values.
    pub config: Config,
    /// `user` lines: the name and the rules of one user each.
    pub users: Vec<Directive>,
    /// `rename-command` lines: a command and its new name, empty to remove it.
    pub renamed_commands: Vec<Directive>,
}

/// A directive that only the server can carry out. When it cannot, `line.error(…)` says where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// Where it stands.
    pub line: Line,
    /// The words after its name.
    pub args: Vec<Vec<u8>>,
}

const BAD_DIRECTIVE: &str = "Bad directive or wrong number of arguments";

/// How deep files may include each other. A file that includes itself would never end.
const MAX_INCLUDE_DEPTH: usize = 16;

/// Reads the lines of `text`.
pub(super) fn load(text: &[u8]) -> Result<Startup, FileError> {
    let startup =
        Startup { config: Config::new(), users: Vec::new(), renamed_commands: Vec::new() };
    let mut loader = Loader { startup, has_save: false, include_depth: 0 };
    loader.text(text)?;
    let config = &loader.startup.config;
    if config.get(params::CLUSTER_ENABLED) && config.get(params::REPLICAOF).0.is_some() {
        let complaint = "replicaof directive not allowed in cluster mode";
        return Err(FileError::Whole(complaint.into()));
    }
    Ok(loader.startup)
}

struct Loader {
    startup: Startup,
    /// A `save` line was read: it replaced the default, and further ones add to it.
    has_save: bool,
    include_depth: usize,
}

impl Loader {
    fn text(&mut self, text: &[u8]) -> Result<(), FileError> {
        for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let text = line.trim_ascii();
            if !text.is_empty() && !text.starts_with(b"#") {
                self.line(Line { number: index + 1, text: text.to_vec() })?;
            }
        }
        Ok(())
    }

    fn line(&mut self, line: Line) -> Result<(), FileError> {
        let Some(mut args) = split_args(&line.text) else {
            return Err(line.error("Unbalanced quotes in configuration line"));
        };
        if args.is_empty() {
            return Ok(());
        }
        let name = args.remove(0).to_ascii_lowercase();
        if let Some(found) = params::find(&name) {
            return self.set(found, &line, &args);
        }
        match (name.as_slice(), args.len()) {
            (b"include", 1) => self.include(&line, &args[0]),
            (b"user", 1..) => {
                self.startup.users.push(Directive { line, args });
                Ok(())
            }
            (b"rename-command", 2) => {
                self.startup.renamed_commands.push(Directive { line, args });
                Ok(())
            }
            (b"loadmodule", 1..) => Err(line.error("Modules are not supported")),
            (b"sentinel", 1..) => Err(line.error("sentinel directive while not in sentinel mode")),
            (retired, 1) if params::RETIRED.iter().any(|name| name.as_bytes() == retired) => Ok(()),
            _ => Err(line.error(BAD_DIRECTIVE)),
        }
    }

    fn set(&mut self, found: Found, line: &Line, args: &[Vec<u8>]) -> Result<(), FileError> {
        let mut words: Vec<&[u8]> = args.iter().map(Vec::as_slice).collect();
        // A list may come as one argument: `save "60 1"`, as flags at startup have it.
        if let ([list], true) = (args, found.row.takes_many_args()) {
            words = list.split(|byte| *byte == b' ').collect();
        }
        let slot = &self.startup.config.slots[found.index];
        let current = slot.get();
        let earlier;
        if found.index == params::SAVE.index() {
            let adds = self.has_save && words != [b""];
            earlier = if adds { current.text().to_vec() } else { Vec::new() };
            let points = earlier.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
            words = points.chain(words).collect();
            self.has_save = true;
        }
        let value = found.row.parse(&words, &current);
        slot.set(&value.map_err(|complaint| line.error(complaint))?);
        Ok(())
    }

    /// Reads the files that `pattern` names, each from its first line on. A pattern with
    /// wildcards may name none.
    fn include(&mut self, line: &Line, pattern: &[u8]) -> Result<(), FileError> {
        if self.include_depth == MAX_INCLUDE_DEPTH {
            return Err(line.error("Too many levels of include"));
        }
        let directory = self.startup.config.get(params::DIR).0;
        self.include_depth += 1;
        for path in include::expand(&directory, pattern) {
            let text = read(&path)?;
            self.text(&text)?;
        }
        self.include_depth -= 1;
        Ok(())
    }
}

/// The bytes of a configuration file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    std::fs::read(path).map_err(|error| FileError::Unreadable { path: path.into(), error })
}

/// The names that only files have, and that CONFIG REWRITE leaves as they are.
pub(super) const FILE_ONLY: [&str; 4] = ["include", "loadmodule", "rename-command", "user"];

#[cfg(test)]
mod tests {
    use super::*;

    fn get(startup: &Startup, name: &str) -> String {
        let answer = startup.config.lookup(&[name.as_bytes()]);
        String::from_utf8(answer[0].1.clone()).unwrap()
    }

    /// The values of `names` after these lines, or the error's text without its first line.
    fn check(text: &str, names: &[&str]) -> String {
        match load(text.as_bytes()) {
            Ok(startup) => {
                let values: Vec<String> = names.iter().map(|name| get(&startup, name)).collect();
                values.join("|")
            }
            Err(error) => {
                let text = error.to_string();
                let (head, rest) = text.trim_start().split_once('\n').unwrap();
                assert!(head.starts_with("*** FATAL CONFIG FILE ERROR (Redis "), "{head}");
                rest.into()
            }
        }
    }

    fn at(number: usize, line: &str, complaint: &str) -> String {
        format!("Reading the configuration file, at line {number}\n>>> '{line}'\n{complaint}")
    }

    #[test]
    fn comments_quotes_and_case() {
        let text = "# a comment\n\n  PORT 7000\r\nrequirepass \"a \\\"b\\x41\"\nmasterauth 'c d'\n";
        assert_eq!(check(text, &["port", "requirepass", "masterauth"]), "7000|a \"bA|c d");
        assert_eq!(check("hash-max-ziplist-entries 7", &["hash-max-listpack-entries"]), "7");
        assert_eq!(check("maxmemory 1gb\nmaxmemory 2gb", &["maxmemory"]), "2147483648");
    }

    #[test]
    fn save_lines_add_up() {
        assert_eq!(check("", &["save"]), "3600 1 300 100 60 10000");
        assert_eq!(check("save 60 1\nsave 30 2", &["save"]), "60 1 30 2");
        assert_eq!(check("save \"60 1\"\nsave \"30 2 10 3\"", &["save"]), "60 1 30 2 10 3");
        assert_eq!(check("save 60 1\nsave \"\"\nsave 5 5", &["save"]), "5 5");
        assert_eq!(check("save \"\"", &["save"]), "");
        assert_eq!(check("save", &["save"]), "");
    }

    #[test]
    fn lists_come_as_one_argument_or_several() {
        let text = "replicaof \"h 1\"\nbind 127.0.0.1 -::1\noom-score-adj-values '1 2 3'";
        let names = ["replicaof", "bind", "oom-score-adj-values"];
        assert_eq!(check(text, &names), "h 1|127.0.0.1 -::1|1 2 3");
        let text =
            "client-output-buffer-limit normal 1 2 3\nclient-output-buffer-limit pubsub 4 5 6";
        let limits = "normal 1 2 3 slave 268435456 67108864 60 pubsub 4 5 6";
        assert_eq!(check(text, &["client-output-buffer-limit"]), limits);
    }

    #[test]
    fn errors_name_the_line() {
        assert_eq!(check("hz 1\nfoo bar", &[]), at(2, "foo bar", BAD_DIRECTIVE));
        for (line, complaint) in [
            ("maxclients \"10", "Unbalanced quotes in configuration line"),
            ("maxclients abc", "argument couldn't be parsed into an integer"),
            ("port 1 # comment", "wrong number of arguments"),
            ("port", "wrong number of arguments"),
            ("save 1", "Invalid save parameters"),
            ("replicaof a", "wrong number of arguments"),
            ("rename-command get", BAD_DIRECTIVE),
            ("lua-replicate-commands yes 2", BAD_DIRECTIVE),
            ("sentinel monitor a b", "sentinel directive while not in sentinel mode"),
            ("dir /nonexistent/x", "No such file or directory"),
        ] {
            assert_eq!(check(line, &[]), at(1, line, complaint));
        }
        assert_eq!(
            check("cluster-enabled yes\nreplicaof 1 2", &[]),
            "replicaof directive not allowed in cluster mode"
        );
    }

    #[test]
    fn directives_wait_for_the_server() {
        let text = "user bob on >p\nlist-max-ziplist-value 3\nrename-command get \"\"";
        let startup = load(text.as_bytes()).ok().unwrap();
        assert_eq!(startup.users[0].args, [&b"bob"[..], b"on", b">p"]);
        assert_eq!(startup.renamed_commands[0].args, [&b"get"[..], b""]);
        assert_eq!(startup.renamed_commands[0].line.number, 3);
    }

    #[test]
    fn included_files() {
        let directory = std::env::temp_dir().join(format!("skein-include-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let write = |name: &str, text: &str| std::fs::write(directory.join(name), text).unwrap();
        write("b.conf", "hz 20\ntimeout 2");
        write("a.conf", "timeout 1");
        write("self.inc", "include self.inc");
        write("bad.inc", "hz 1\nport x");
        let check = |text: &str, names: &[&str]| {
            check(&format!("dir {}\n{text}", directory.display()), names)
        };
        assert_eq!(check("include *.conf", &["hz", "timeout"]), "20|2");
        assert_eq!(check("include ?/*.conf\nhz 5", &["hz"]), "5");
        let complaint = at(1, "include self.inc", "Too many levels of include");
        assert_eq!(check("include self.inc", &[]), complaint);
        let complaint = "argument couldn't be parsed into an integer";
        assert_eq!(check("include bad.inc", &[]), at(2, "port x", complaint));
        let missing = load(b"include /nonexistent.conf").err().unwrap().to_string();
        assert_eq!(
            missing,
            "Fatal error, can't open config file '/nonexistent.conf': No such file or directory"
        );
        std::fs::remove_dir_all(directory).unwrap();
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_loaded_or_refused(
            text in "((port|save|user|bind|dir|[a-z]{1,3})( [\"'0-9a-z\\\\]{0,4}){0,3}\n?){0,4}",
        ) {
            if let Err(error) = load(text.as_bytes()) {
                assert!(matches!(error, FileError::Line { .. } | FileError::Whole(_)));
            }
        }
    }
}
