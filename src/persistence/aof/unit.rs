//! What one step of the server's work adds to the log: the commands that bring about elsewhere,
//! or after a restart, what it brought about here. A command, a transaction or a bite of the
//! reaper is one unit: a file has it whole, or not at all.

use crate::util::number;
use smallvec::SmallVec;

/// Commands as RESP has them, each with the database it belongs to.
#[derive(Default)]
pub struct Unit {
    bytes: Vec<u8>,
    /// Where each command ends, and its database.
    commands: SmallVec<[(usize, u16); 1]>,
}

impl Unit {
    /// Whether there is nothing to log.
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    /// Whether it needs MULTI and EXEC around it.
    pub fn is_several(&self) -> bool {
        self.commands.len() > 1
    }

    /// Bytes of all commands.
    pub fn len_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Adds a command.
    pub fn push<A: AsRef<[u8]>>(&mut self, db: u16, argv: impl ExactSizeIterator<Item = A>) {
        encode(&mut self.bytes, argv);
        self.commands.push((self.bytes.len(), db));
    }

    /// Adds the commands of another unit behind its own.
    pub fn append(&mut self, other: &Unit) {
        let began = self.bytes.len();
        self.bytes.extend_from_slice(&other.bytes);
        self.commands.extend(other.commands.iter().map(|(ends, db)| (began + ends, *db)));
    }

    /// Forgets all commands, and keeps the memory for the next.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.commands.clear();
    }

    /// The commands in order: the database of each and its bytes.
    pub fn commands(&self) -> impl Iterator<Item = (u16, &[u8])> {
        let mut began = 0;
        self.commands.iter().map(move |(ends, db)| {
            let command = self.bytes.get(began..*ends).unwrap_or_default();
            began = *ends;
            (*db, command)
        })
    }
}

/// Writes a command as clients send it: an array of bulk strings.
pub fn encode<A: AsRef<[u8]>>(into: &mut Vec<u8>, argv: impl ExactSizeIterator<Item = A>) {
    put_header(into, b'*', argv.len());
    for arg in argv {
        let arg = arg.as_ref();
        put_header(into, b'$', arg.len());
        into.extend_from_slice(arg);
        into.extend_from_slice(b"\r\n");
    }
}

fn put_header(into: &mut Vec<u8>, kind: u8, count: usize) {
    into.push(kind);
    number::write_i64(into, count as i64);
    into.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_come_back_as_they_went_in() {
        let mut unit = Unit::default();
        assert!(unit.is_empty());
        unit.push(0, ["SET", "k", ""].iter());
        assert!(!unit.is_several());
        unit.push(3, [b"DEL".as_slice(), b"\r\n"].iter());
        assert!(unit.is_several());
        let commands: Vec<(u16, Vec<u8>)> =
            unit.commands().map(|(db, bytes)| (db, bytes.to_vec())).collect();
        assert_eq!(commands[0], (0, b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n".to_vec()));
        assert_eq!(commands[1], (3, b"*2\r\n$3\r\nDEL\r\n$2\r\n\r\n\r\n".to_vec()));
        unit.clear();
        assert!(unit.is_empty() && unit.commands().next().is_none());
    }
}
