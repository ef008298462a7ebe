//! Random commands from templates: few keys, so that commands meet, and arguments that are
//! mostly valid. One command in ten is spoilt on purpose.

use std::collections::HashMap;

use crate::harness::{A_LIST, Random};

use super::families::Family;

/// Draws commands; the same seed and families give the same ones.
pub struct Generator {
    random: Random,
    templates: Vec<&'static str>,
    /// What the families' own words in angle brackets may become.
    words: HashMap<&'static str, &'static [&'static str]>,
}

/// Arguments that break something somewhere. None has a zero byte, at which Redis ends the text
/// of an error that quotes its argument. None is a hexadecimal number, which newer versions no
/// longer take for a score.
const ODD: &[&str] = &[
    "",
    " ",
    "0",
    "-0",
    "-1",
    "+1",
    "01",
    "1 ",
    " 1",
    "1e3",
    "1.5",
    "nan",
    "-inf",
    "x",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "18446744073709551616",
    "99999999999999999999999",
    "NX",
    "XX",
    "GET",
    "EX",
    "DB",
    "REPLACE",
    "\u{1}",
    "é",
];

impl Generator {
    pub fn new(seed: u64, families: &[&Family]) -> Generator {
        let templates = families.iter().flat_map(|family| family.templates.iter().copied());
        let words = families.iter().flat_map(|family| family.words.iter().copied());
        Generator {
            random: Random::seeded(seed),
            templates: templates.collect(),
            words: words.collect(),
        }
    }

    pub fn command(&mut self) -> Vec<Vec<u8>> {
        let template = self.random.pick(&self.templates).to_owned();
        let mut args: Vec<Vec<u8>> = template.split(' ').map(|word| self.fill(word)).collect();
        // A time to live that overflows makes Redis restore a key that is gone already, and a
        // timeout that is a number may be a long one. Ranges by name are defined only where all
        // scores are equal. The least integer is a count to LREM and LPOS of 7.0,
        // and a fault later. What is wrong with a field's deadline Valkey and Redis 8 see
        // differently.
        let fragile = args[0] == b"RESTORE"
            || ["<timeout", "<deadline-field>", "<even-key>", "LREM", "LPOS"]
                .iter()
                .any(|word| template.contains(word));
        if !fragile && self.random.one_in(10) {
            self.spoil(&mut args);
        }
        if args[0] == b"BITFIELD" {
            // In a narrow field Redis takes the least integer for one that is too large.
            args.retain(|arg| arg != b"-9223372036854775808");
        }
        args
    }

    /// A command that leaves a key one millisecond to live: the last before a pause.
    pub fn short_lived(&mut self) -> Vec<Vec<u8>> {
        let template =
            self.random.pick(&["SET <key> v PX 1", "PEXPIRE <key> 1", "GETEX <key> PX 1"]);
        template.split(' ').map(|word| self.fill(word)).collect()
    }

    fn spoil(&mut self, args: &mut Vec<Vec<u8>>) {
        let at = 1 + self.random.below(args.len());
        match self.random.below(4) {
            0 => args.truncate(at),
            1 => args.push(self.random.pick(ODD).into()),
            2 if at < args.len() => args[at] = self.random.pick(ODD).into(),
            2 => {}
            _ => args.insert(at, self.random.pick(ODD).into()),
        }
    }

    fn fill(&mut self, word: &str) -> Vec<u8> {
        let random = &mut self.random;
        let text: &str = match word {
            "<key>" => return format!("key:{}", random.below(12)).into_bytes(),
            "<value>" => return self.value(),
            "<list-dump>" => return A_LIST.to_vec(),
            "<database>" => random.pick(&["0", "0", "1", "2", "16", "-1"]),
            "<number>" => random.pick(&[
                "0",
                "1",
                "-1",
                "5",
                "10",
                "-3",
                "100",
                "12345678901",
                "9223372036854775807",
                "-9223372036854775808",
                "9223372036854775800",
            ]),
            "<float>" => random.pick(&[
                "0",
                "1",
                "-1",
                "0.1",
                "0.2",
                "-0.5",
                "1.5e3",
                "3.0",
                "1e-5",
                "1e17",
                "123.456",
                "0.000001",
                "-1e300",
                "1e308",
                "5e-324",
                "100000000000000000000",
            ]),
            // Far away or at once: what is due in the middle of a batch is a race.
            "<seconds>" => random.pick(&["100", "1000", "100000", "0", "-1", "9223372036854775"]),
            "<milliseconds>" => random.pick(&["100000", "1000000", "0", "-1"]),
            "<unix-seconds>" => random.pick(&["33177117420", "43177117420", "1", "0", "-1"]),
            "<unix-milliseconds>" => random.pick(&["33177117420000", "33177117420123", "1", "-5"]),
            // In seconds: too short to be noticed, or wrong.
            "<timeout>" => random.pick(&["0.001", "0.001", "0.0005", "-1", "soon"]),
            "<timeout-ms>" => random.pick(&["1", "1", "2", "-1", "soon"]),
            "<index>" => {
                random.pick(&["0", "-1", "1", "3", "-3", "5", "-100", "100", "9223372036854775807"])
            }
            "<offset>" => random.pick(&["0", "1", "3", "10", "100", "-1", "536870912"]),
            // GT and LT go with absolute times only: two servers read their clocks apart.
            "<nx-or-xx>" => random.pick(&["NX", "XX", "nx"]),
            "<condition>" => random.pick(&["NX", "XX", "GT", "LT", "nx", "gt"]),
            "<word>" => random.pick(&[
                "NX", "XX", "GET", "KEEPTTL", "EX", "PX", "EXAT", "PERSIST", "100000", "what",
            ]),
            "<glob>" => random.pick(&[
                "*",
                "key:1*",
                "key:[0-3]",
                "k?y:*",
                "key:[^1]",
                "nothing",
                "",
                "\\k*",
            ]),
            "<type>" => random.pick(&["string", "list", "STRING", "hash", "stream"]),
            other => match self.words.get(other) {
                Some(choices) => random.pick(choices),
                None => other,
            },
        };
        text.as_bytes().to_vec()
    }

    fn value(&mut self) -> Vec<u8> {
        match self.random.below(8) {
            0 => self.random.bytes(60),
            1 => self.random.bytes(300),
            2 => Vec::new(),
            3 => format!("{}", self.random.next() as i64).into_bytes(),
            4 => format!("{}", self.random.below(100)).into_bytes(),
            5 => format!("{}.{}", self.random.below(100), self.random.below(100)).into_bytes(),
            _ => self.random.pick(&["value", "another value", "ohmytext", "mynewtext"]).into(),
        }
    }
}
