//! How units become the bytes of a file: SELECT wherever the database changes, MULTI and EXEC
//! around several commands, and from time to time a line that tells the time.

use crate::persistence::aof::unit::{Unit, encode};
use crate::util::number;

/// What the reader of a file knows at its end. A file begins with the default.
#[derive(Default)]
pub struct Framing {
    /// The database that is selected.
    database: Option<u16>,
    /// The time of the last annotation, Unix time in seconds.
    annotated_s: Option<i64>,
}

impl Framing {
    /// Appends a unit. With a time, in Unix seconds, a line that tells it comes first, where the
    /// last one told another.
    pub fn put(&mut self, unit: &Unit, now_s: Option<i64>, into: &mut Vec<u8>) {
        if let Some(now_s) = now_s
            && self.annotated_s != Some(now_s)
        {
            self.annotated_s = Some(now_s);
            into.extend_from_slice(b"#TS:");
            number::write_i64(into, now_s);
            into.extend_from_slice(b"\r\n");
        }
        let several = unit.is_several();
        for (i, (database, command)) in unit.commands().enumerate() {
            // Before MULTI, as Redis has it for the first command.
            self.select(database, into);
            if several && i == 0 {
                encode(into, ["MULTI"].iter());
            }
            into.extend_from_slice(command);
        }
        if several {
            encode(into, ["EXEC"].iter());
        }
    }

    fn select(&mut self, database: u16, into: &mut Vec<u8>) {
        if self.database != Some(database) {
            self.database = Some(database);
            encode(into, ["SELECT", itoa::Buffer::new().format(database)].iter());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(commands: &[(u16, &str)]) -> Unit {
        let mut unit = Unit::default();
        for (database, command) in commands {
            unit.push(*database, command.split(' ').collect::<Vec<_>>().iter());
        }
        unit
    }

    /// The arguments that are in a file, with `;` between commands.
    fn words(bytes: &[u8]) -> String {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let mut words = String::new();
        for line in text.split("\r\n") {
            match line.as_bytes().first() {
                Some(b'*') => words.push(';'),
                Some(b'$') | None => {}
                _ => words.extend([" ", line]),
            }
        }
        words
    }

    #[test]
    fn databases_are_selected_and_units_kept_together() {
        let (mut framing, mut bytes) = (Framing::default(), Vec::new());
        framing.put(&unit(&[(0, "SET a 1")]), None, &mut bytes);
        assert_eq!(
            bytes,
            b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n"
        );
        bytes.clear();
        framing.put(&unit(&[(0, "DEL a")]), None, &mut bytes);
        framing.put(&unit(&[(2, "DEL b"), (2, "DEL c"), (3, "DEL d")]), None, &mut bytes);
        framing.put(&unit(&[(3, "DEL e")]), None, &mut bytes);
        assert_eq!(
            words(&bytes),
            "; DEL a; SELECT 2; MULTI; DEL b; DEL c; SELECT 3; DEL d; EXEC; DEL e"
        );
    }

    #[test]
    fn the_time_is_told_once_a_second() {
        let (mut framing, mut bytes) = (Framing::default(), Vec::new());
        for now_s in [7, 7, 8] {
            framing.put(&unit(&[(0, "DEL a")]), Some(now_s), &mut bytes);
        }
        assert_eq!(words(&bytes), " #TS:7; SELECT 0; DEL a; DEL a #TS:8; DEL a");
    }
}
