//! The command line as redis-server takes it: an optional configuration file, then every
//! parameter as a flag. Flags become lines that follow those of the file, so that the later of
//! two wins.

use super::error::FileError;
use super::file::{self, Startup};
use super::quote::quoted;
use crate::protocol::split::split_args;
use std::ffi::OsString;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// Reads the configuration that `args` (without the program's name) give:
///
/// - a first argument that does not begin with `-` is the configuration file;
/// - `-`, as the first or the last argument, reads more lines from `stdin`;
/// - `--name` begins a parameter, and the arguments up to the next such are its values. The
///   first value may itself begin with `--`;
/// - `"--name value"` is both in one argument;
/// - `--save` without a value stands for `--save ""`.
pub fn from_args(
    args: impl IntoIterator<Item = OsString>,
    stdin: &mut dyn Read,
) -> Result<Startup, FileError> {
    let mut args: Vec<OsString> = args.into_iter().collect();
    let is_file = |arg: &OsString| !arg.as_bytes().starts_with(b"-");
    let file = args.first().is_some_and(is_file).then(|| PathBuf::from(args.remove(0)));
    let mut text = Vec::new();
    if let Some(file) = &file {
        text = file::read(file)?;
        end_line(&mut text);
    }
    let args: Vec<&[u8]> = args.iter().map(|arg| arg.as_bytes()).collect();
    if reads_stdin(&args, file.is_some()) {
        let unreadable = |error| FileError::Unreadable { path: "-".into(), error };
        stdin.read_to_end(&mut text).map_err(unreadable)?;
        end_line(&mut text);
    }
    // An empty line between, as in Redis, so that line numbers in errors agree.
    text.push(b'\n');
    text.extend(lines_of_flags(&args, file.is_some()));
    let mut startup = file::load(&text)?;
    startup.config.file = file.map(|file| std::path::absolute(&file).unwrap_or(file));
    Ok(startup)
}

/// Ends the last line where a newline is missing.
fn end_line(text: &mut Vec<u8>) {
    if text.last().is_some_and(|byte| *byte != b'\n') {
        text.push(b'\n');
    }
}

/// Whether the argument at `index` asks for the standard input rather than being a value.
fn is_stdin(args: &[&[u8]], index: usize, has_file: bool) -> bool {
    let is_first = index == 0 && !has_file;
    args[index] == b"-" && (is_first || index + 1 == args.len())
}

fn reads_stdin(args: &[&[u8]], has_file: bool) -> bool {
    (0..args.len()).any(|index| is_stdin(args, index, has_file))
}

/// The flags as lines of a configuration file.
fn lines_of_flags(args: &[&[u8]], has_file: bool) -> Vec<u8> {
    let mut lines = Vec::new();
    // Whether the name before has its first value, so that another name may begin.
    let mut has_value = true;
    for (index, arg) in args.iter().enumerate() {
        if is_stdin(args, index, has_file) {
            continue;
        }
        let name = arg.strip_prefix(b"--").filter(|_| has_value);
        let Some(name) = name else {
            lines.extend(quoted(arg).into_bytes());
            lines.push(b' ');
            has_value = true;
            continue;
        };
        end_line(&mut lines);
        lines.extend(name);
        lines.push(b' ');
        has_value = split_args(arg).is_none_or(|words| words.len() != 1);
        let next = args.get(index + 1);
        let next_is_value = next.is_some_and(|next| !next.starts_with(b"--"));
        if !has_value && name.eq_ignore_ascii_case(b"save") && !next_is_value {
            lines.extend(b"\"\"");
            has_value = true;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(args: &[&str], stdin: &str) -> Result<Startup, String> {
        let args = args.iter().map(OsString::from);
        from_args(args, &mut stdin.as_bytes()).map_err(|error| error.to_string())
    }

    /// The value of `name` after a start with these arguments, or the error's last two lines.
    fn check(args: &[&str], name: &str) -> String {
        check_stdin(args, "", name)
    }

    fn check_stdin(args: &[&str], stdin: &str, name: &str) -> String {
        match start(args, stdin) {
            Ok(startup) => {
                let value = startup.config.lookup(&[name.as_bytes()]).remove(0).1;
                String::from_utf8(value).unwrap()
            }
            Err(text) => {
                let lines: Vec<&str> = text.lines().collect();
                lines[lines.len() - 2..].join("\n")
            }
        }
    }

    #[test]
    fn flags_are_parameters() {
        assert_eq!(check(&[], "port"), "6379");
        assert_eq!(check(&["--port", "7000"], "port"), "7000");
        assert_eq!(check(&["--maxclients 30"], "maxclients"), "30");
        assert_eq!(check(&["--HZ", "20", "--hz", "30"], "hz"), "30");
        assert_eq!(check(&["--lua-time-limit", "7"], "busy-reply-threshold"), "7");
        assert_eq!(check(&["--requirepass", "", "--hz", "20"], "hz"), "20");
        assert_eq!(check(&["--syslog-ident", "a\"b"], "syslog-ident"), "a\"b");
        assert_eq!(check(&["--proc-title-template", "--x"], "proc-title-template"), "--x");
    }

    #[test]
    fn values_follow_their_flag() {
        assert_eq!(check(&["--replicaof", "h 7"], "replicaof"), "h 7");
        assert_eq!(check(&["--replicaof", "h", "7", "--hz", "5"], "slaveof"), "h 7");
        assert_eq!(check(&["--bind", "127.0.0.1", "-::1", "--hz", "5"], "bind"), "127.0.0.1 -::1");
        assert_eq!(
            check(&["--replicaof", "a b c"], ""),
            ">>> 'replicaof \"a b c\"'\nwrong number of arguments"
        );
    }

    #[test]
    fn save_without_a_value_is_empty() {
        assert_eq!(check(&["--save"], "save"), "");
        assert_eq!(check(&["--save", "--port", "7000"], "save"), "");
        assert_eq!(check(&["--save", "--port", "7000"], "port"), "7000");
        assert_eq!(check(&["--save", "", "--port", "7000"], "port"), "7000");
        assert_eq!(check(&["--save", "60", "1", "--save", "30 2"], "save"), "60 1 30 2");
        assert_eq!(check(&["--save", "60", "1", "--save", ""], "save"), "");
    }

    #[test]
    fn errors_quote_the_flag() {
        let bad = "Bad directive or wrong number of arguments";
        assert_eq!(check(&["--foo", "bar"], ""), format!(">>> 'foo \"bar\"'\n{bad}"));
        let wrong = "wrong number of arguments";
        assert_eq!(
            check(&["--maxclients", "--port", "7533"], ""),
            format!(">>> 'maxclients \"--port\" \"7533\"'\n{wrong}")
        );
        let text = start(&["--hz", "1", "--maxclients", "30 "], "").err().unwrap();
        assert!(text.contains("at line 3\n>>> 'maxclients \"30 \"'\n"), "{text}");
    }

    #[test]
    fn lines_from_stdin() {
        assert_eq!(check_stdin(&["-"], "hz 20", "hz"), "20");
        assert_eq!(check_stdin(&["-", "--hz", "30"], "hz 20\ntimeout 3", "hz"), "30");
        assert_eq!(check_stdin(&["--hz", "30", "-"], "timeout 3", "timeout"), "3");
    }

    #[test]
    fn flags_follow_the_file() {
        let path = std::env::temp_dir().join(format!("skein-start-{}.conf", std::process::id()));
        std::fs::write(&path, "hz 20\ntimeout 3").unwrap();
        let name = path.to_str().unwrap();
        assert_eq!(check(&[name], "hz"), "20");
        assert_eq!(check(&[name, "--hz", "30"], "hz"), "30");
        assert_eq!(check_stdin(&[name, "-"], "hz 40", "hz"), "40");
        assert_eq!(start(&[name], "").ok().unwrap().config.file(), Some(path.as_path()));
        let text = start(&[name, "--foo"], "").err().unwrap();
        assert!(text.contains("at line 4\n>>> 'foo'\n"), "{text}");
        std::fs::remove_file(path).unwrap();
    }
}
