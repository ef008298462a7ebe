//! `replicaof`: the primary that this server replicates.

use super::{Complaint, RewriteLine, Special, parse_integer, words};

/// The primary's address; `None` where this server is a primary itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Primary(pub Option<(String, u16)>);

impl Special for Primary {
    const DEFAULT: &'static str = "";

    fn parse(args: &[&[u8]], _: &Self) -> Result<Self, Complaint> {
        let [host, port] = args else { return Err("wrong number of arguments".into()) };
        if host.eq_ignore_ascii_case(b"no") && port.eq_ignore_ascii_case(b"one") {
            return Ok(Primary(None));
        }
        let port = parse_integer::<u16>(port).ok_or("Invalid master port")?;
        Ok(Primary(Some((String::from_utf8_lossy(host).into_owned(), port))))
    }

    fn from_text(text: &[u8]) -> Self {
        Self::parse(&words(text), &Primary::default()).unwrap_or_default()
    }

    fn to_text(&self) -> Vec<u8> {
        match &self.0 {
            Some((host, port)) => format!("{host} {port}").into_bytes(),
            None => Vec::new(),
        }
    }

    fn to_lines(&self) -> Vec<RewriteLine> {
        let line = |(host, port): &(String, u16)| format!("{host} {port}");
        self.0.iter().map(|at| RewriteLine { value: line(at), force: true }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::set;
    use super::*;

    #[test]
    fn host_and_port() {
        assert_eq!(set::<Primary>("", "localhost 6379"), "localhost 6379");
        assert_eq!(set::<Primary>("a 1", "NO one"), "");
        assert_eq!(set::<Primary>("", "a"), "wrong number of arguments");
        assert_eq!(set::<Primary>("", "a 99999999"), "Invalid master port");
    }
}
