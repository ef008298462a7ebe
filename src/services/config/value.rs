//! Values of parameters: reading what a user wrote against the row, and printing it as CONFIG
//! GET shows it.

use super::param::{Kind, Param, Text, Unit};
use super::special::Complaint;
use super::units::parse_bytes;
use crate::util::number::parse_i64;

/// The value of any parameter. Flags are 0 and 1; choices are their number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Of a flag, an integer or a choice.
    Number(i64),
    /// Of a text, or of a parameter with its own syntax.
    Text(Text),
}

impl Value {
    /// The number; 0 for a text.
    pub(super) fn number(&self) -> i64 {
        match self {
            Value::Number(number) => *number,
            Value::Text(_) => 0,
        }
    }

    /// The text; empty for a number.
    pub(super) fn text(&self) -> &[u8] {
        match self {
            Value::Number(_) => b"",
            Value::Text(text) => text,
        }
    }
}

impl Param {
    /// The value at first.
    pub fn default_value(&self) -> Value {
        match &self.kind {
            Kind::Flag { default } => Value::Number(i64::from(*default)),
            Kind::Int { default, .. } | Kind::Choice { default, .. } => Value::Number(*default),
            Kind::Text { default, .. } | Kind::Special { default, .. } => {
                Value::Text(default.as_bytes().into())
            }
        }
    }

    /// Reads a new value, given the one it replaces. More than one argument is for those that
    /// `takes_many_args`.
    pub fn parse(&self, args: &[&[u8]], current: &Value) -> Result<Value, Complaint> {
        if let Kind::Special { fns, .. } = &self.kind {
            return Ok(Value::Text((fns.canonical)(args, current.text())?.into()));
        }
        let [arg] = args else { return Err("wrong number of arguments".into()) };
        match &self.kind {
            Kind::Flag { .. } => parse_flag(arg),
            Kind::Int { .. } => self.parse_int(arg),
            Kind::Choice { names, .. } => parse_choice(arg, names),
            Kind::Text { check, .. } => {
                check.map_or(Ok(()), |check| check(arg))?;
                Ok(Value::Text((*arg).into()))
            }
            Kind::Special { .. } => Err("wrong number of arguments".into()),
        }
    }

    fn parse_int(&self, arg: &[u8]) -> Result<Value, Complaint> {
        let Kind::Int { min, max, clamp, unit, .. } = self.kind else {
            return Err("argument couldn't be parsed into an integer".into());
        };
        let number = parse_in_unit(arg, unit)?;
        if !(i128::from(min)..=i128::from(max)).contains(&number) {
            return Err(out_of_range(number, min, max, unit));
        }
        // In the range of two 64-bit numbers.
        Ok(Value::Number((number as i64).clamp(clamp.0, clamp.1)))
    }

    /// The value as CONFIG GET shows it.
    pub fn print(&self, value: &Value) -> Vec<u8> {
        let number = value.number();
        match &self.kind {
            Kind::Flag { .. } => if number != 0 { "yes" } else { "no" }.into(),
            Kind::Choice { names, .. } => {
                let name = names.iter().find(|(_, known)| *known == number);
                name.map_or("unknown", |(name, _)| *name).into()
            }
            Kind::Int { unit: Unit::Octal, .. } => format!("{number:o}").into_bytes(),
            Kind::Int { unit: Unit::BytesOrPercent, .. } if number < 0 => {
                format!("{}%", number.unsigned_abs()).into_bytes()
            }
            Kind::Int { .. } => number.to_string().into_bytes(),
            Kind::Text { .. } | Kind::Special { .. } => value.text().to_vec(),
        }
    }
}

fn parse_flag(arg: &[u8]) -> Result<Value, Complaint> {
    match arg.to_ascii_lowercase().as_slice() {
        b"yes" => Ok(Value::Number(1)),
        b"no" => Ok(Value::Number(0)),
        _ => Err("argument must be 'yes' or 'no'".into()),
    }
}

fn parse_choice(arg: &[u8], names: &[(&str, i64)]) -> Result<Value, Complaint> {
    let named = names.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(arg));
    named.map(|(_, number)| Value::Number(*number)).ok_or_else(|| {
        let names: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
        format!("argument(s) must be one of the following: {}", names.join(", ")).into()
    })
}

/// Wider than any parameter, so that what is out of range is told from what is no number.
fn parse_in_unit(arg: &[u8], unit: Unit) -> Result<i128, Complaint> {
    let (number, complaint) = match unit {
        Unit::Plain => {
            let number = parse_i64(arg).map(i128::from);
            (number, "argument couldn't be parsed into an integer")
        }
        Unit::Bytes => (parse_bytes(arg).map(i128::from), "argument must be a memory value"),
        Unit::BytesOrPercent => {
            let number = parse_bytes(arg).map(i128::from).or_else(|| parse_percent(arg));
            (number, "argument must be a memory or percent value")
        }
        Unit::Octal => {
            let digits = std::str::from_utf8(arg).ok();
            let number = digits.and_then(|digits| i64::from_str_radix(digits, 8).ok());
            (number.map(i128::from), "argument couldn't be parsed as an octal number")
        }
    };
    number.ok_or(complaint.into())
}

/// `N%` as -N.
fn parse_percent(arg: &[u8]) -> Option<i128> {
    let percent = parse_i64(arg.strip_suffix(b"%")?).filter(|percent| *percent >= 0)?;
    Some(-i128::from(percent))
}

fn out_of_range(number: i128, min: i64, max: i64, unit: Unit) -> Complaint {
    match unit {
        Unit::BytesOrPercent if number < 0 => {
            format!("percentage argument must be less or equal to {}", min.unsigned_abs())
        }
        Unit::Octal => format!("argument must be between {min:o} and {max:o} inclusive"),
        _ => format!("argument must be between {min} and {max} inclusive"),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::super::params;
    use super::*;
    use proptest::prelude::*;

    /// What becomes of `arg` for the parameter `name`: the printed value, or the complaint.
    fn check(name: &str, arg: &str) -> String {
        let row = params::find(name.as_bytes()).unwrap().row;
        match row.parse(&[arg.as_bytes()], &row.default_value()) {
            Ok(value) => String::from_utf8(row.print(&value)).unwrap(),
            Err(complaint) => complaint.into_owned(),
        }
    }

    #[test]
    fn flags_and_choices() {
        assert_eq!(check("appendonly", "YES"), "yes");
        assert_eq!(check("appendonly", "maybe"), "argument must be 'yes' or 'no'");
        assert_eq!(check("loglevel", "NOTICE"), "notice");
        assert_eq!(check("oom-score-adj", "relative"), "yes");
        assert_eq!(
            check("appendfsync", "foo"),
            "argument(s) must be one of the following: everysec, always, no"
        );
    }

    #[test]
    fn integers() {
        assert_eq!(check("timeout", "10"), "10");
        for bad in ["abc", "1.5", "0x10", "+10", "010", "", " 1"] {
            assert_eq!(check("timeout", bad), "argument couldn't be parsed into an integer");
        }
        assert_eq!(check("maxclients", "0"), "argument must be between 1 and 4294967295 inclusive");
        assert_eq!(check("hz", "0"), "1");
        assert_eq!(check("hz", "1000"), "500");
        assert_eq!(check("repl-backlog-size", "1"), "16384");
        assert_eq!(
            check("repl-backlog-size", "0"),
            "argument must be between 1 and 9223372036854775807 inclusive"
        );
    }

    #[test]
    fn sizes_and_percentages() {
        assert_eq!(check("maxmemory", "1gb"), "1073741824");
        assert_eq!(check("maxmemory", "10%"), "argument must be a memory value");
        assert_eq!(check("maxmemory-clients", "50%"), "50%");
        assert_eq!(check("maxmemory-clients", "1mb"), "1048576");
        assert_eq!(
            check("maxmemory-clients", "150%"),
            "percentage argument must be less or equal to 100"
        );
        for bad in ["-5", "-5%", "5%x", "%"] {
            let complaint = "argument must be a memory or percent value";
            assert_eq!(check("maxmemory-clients", bad), complaint, "{bad}");
        }
        assert_eq!(
            check("proto-max-bulk-len", "9223372036854775808"),
            "argument must be between 1048576 and 9223372036854775807 inclusive"
        );
    }

    #[test]
    fn octal() {
        assert_eq!(check("unixsocketperm", "700"), "700");
        assert_eq!(
            check("unixsocketperm", "999"),
            "argument couldn't be parsed as an octal number"
        );
        assert_eq!(check("unixsocketperm", "1000"), "argument must be between 0 and 777 inclusive");
    }

    /// Words that come near to what some parameter takes.
    fn any_value() -> impl Strategy<Value = Vec<u8>> {
        let plausible = "(yes|no|save|now|normal|replica|KEA|-?[0-9]{1,20}(%|kb|GB)?|[ .{}])*";
        prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..20),
            plausible.prop_map(String::into_bytes)
        ]
    }

    proptest! {
        /// What is taken is printed so that it is taken again, with the same meaning.
        #[test]
        fn printed_values_are_values(arg in any_value()) {
            for row in params::TABLE.iter() {
                let split = |text: &[u8]| -> Vec<Vec<u8>> {
                    match row.takes_many_args() {
                        true => text.split(|byte| *byte == b' ').map(<[u8]>::to_vec).collect(),
                        false => vec![text.to_vec()],
                    }
                };
                let parse = |text: &[u8], old: &Value| {
                    let words = split(text);
                    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
                    row.parse(&words, old)
                };
                let Ok(value) = parse(&arg, &row.default_value()) else { continue };
                let printed = row.print(&value);
                if row.name == "replicaof" && printed.is_empty() {
                    continue;
                }
                prop_assert_eq!(parse(&printed, &value), Ok(value), "{}", row.name);
            }
        }
    }
}
