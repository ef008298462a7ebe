//! The text of INFO as it grows: titles, and one `field:value` a line.

use std::fmt::{Arguments, Display, Write};

/// The text.
#[derive(Default)]
pub struct Page {
    text: String,
}

impl Page {
    /// Begins a section, an empty line after the one before.
    pub fn section(&mut self, title: &str) {
        if !self.text.is_empty() {
            self.text.push_str("\r\n");
        }
        self.line(format_args!("# {title}"));
    }

    /// One field.
    pub fn field(&mut self, name: &str, value: impl Display) {
        self.line(format_args!("{name}:{value}"));
    }

    /// Fields of things this server never does, or does not do yet: they are zero.
    pub fn zeros(&mut self, names: &[&str]) {
        names.iter().for_each(|name| self.field(name, 0));
    }

    /// A number of bytes, and the same for people in a field of its own.
    pub fn bytes(&mut self, name: &str, bytes: u64) {
        self.field(name, bytes);
        self.line(format_args!("{name}_human:{}", human(bytes)));
    }

    /// A ratio with two decimals.
    pub fn ratio(&mut self, name: &str, ratio: f64) {
        self.line(format_args!("{name}:{ratio:.2}"));
    }

    /// A share in percent with two decimals.
    pub fn percent(&mut self, name: &str, percent: f64) {
        self.line(format_args!("{name}:{percent:.2}%"));
    }

    /// Any line.
    pub fn line(&mut self, line: Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = write!(self.text, "{line}\r\n");
    }

    /// The whole text.
    pub fn finish(self) -> String {
        self.text
    }
}

/// Bytes in the largest unit that they fill, with two decimals: `1.38M`.
pub fn human(bytes: u64) -> String {
    const UNITS: [char; 6] = ['K', 'M', 'G', 'T', 'P', 'E'];
    if bytes < 1024 {
        return format!("{bytes}B");
    }
    let power = (bytes.ilog2() / 10) as usize;
    format!("{:.2}{}", bytes as f64 / 1024f64.powi(power as i32), UNITS[power - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_for_people() {
        let cases = [
            (0, "0B"),
            (1023, "1023B"),
            (1024, "1.00K"),
            (1445288, "1.38M"),
            (25276502016, "23.54G"),
        ];
        for (bytes, text) in cases {
            assert_eq!(human(bytes), text);
        }
        assert_eq!(human(u64::MAX), "16.00E");
    }

    #[test]
    fn sections_are_apart() {
        let mut page = Page::default();
        page.section("A");
        page.bytes("x", 2048);
        page.section("B");
        page.section("C");
        page.percent("y", 99.5);
        assert_eq!(
            page.finish(),
            "# A\r\nx:2048\r\nx_human:2.00K\r\n\r\n# B\r\n\r\n# C\r\ny:99.50%\r\n"
        );
    }
}
