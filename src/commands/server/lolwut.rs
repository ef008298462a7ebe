//! LOLWUT: a skein of one thread, never twice the same, and the version.

use crate::commands::prelude::*;
use crate::services::config::REDIS_VERSION;
use crate::util::random;
use std::f64::consts::TAU;

pub const LOLWUT: Command = Command::new("lolwut", -1, lolwut)
    .flags(READONLY.or(FAST))
    .group("server")
    .since("5.0.0")
    .complexity("O(1)")
    .syntax("[VERSION version] [columns [rows]]")
    .summary("Displays computer art and the Redis version");

/// The size of the drawing in characters when none is asked for, and at most.
const COLUMNS: (usize, usize) = (60, 200);
const ROWS: (usize, usize) = (16, 100);

fn lolwut(_: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    if args.remaining() > 1 && args.word("version") {
        // Every version draws the same thing here.
        args.int()?;
    }
    let mut size = |(usual, most): (usize, usize)| match args.is_empty() {
        true => Ok(usual),
        false => args.int().map(|asked| asked.clamp(1, most as i64) as usize),
    };
    let (columns, rows) = (size(COLUMNS)?, size(ROWS)?);
    // Neighbouring numbers have no common divisor: the thread crosses itself at every turn.
    let turns = 2 + random::below(7);
    let (across, down) =
        if random::below(2) == 0 { (turns, turns + 1) } else { (turns + 1, turns) };
    let phase = random::below(360) as f64 / 360.0 * TAU;
    let mut canvas = Canvas::new(columns, rows);
    canvas.wind(across as f64, down as f64, phase);
    let text = format!(
        "{}\nOne thread, wound {across} times across and {down} times down. Redis ver. {REDIS_VERSION}\n",
        canvas.to_text()
    );
    reply.verbatim("txt", text);
    Ok(())
}

/// Dots, two across and four down to a character of braille.
struct Canvas {
    columns: usize,
    rows: usize,
    cells: Vec<u8>,
}

impl Canvas {
    fn new(columns: usize, rows: usize) -> Canvas {
        Canvas { columns, rows, cells: vec![0; columns * rows] }
    }

    /// Draws a Lissajous curve over the whole canvas, in steps shorter than a dot.
    fn wind(&mut self, across: f64, down: f64, phase: f64) {
        let (width, height) = (self.columns * 2, self.rows * 4);
        let steps = (across + down) as usize * (width + height) * 2;
        for step in 0..steps {
            let t = step as f64 / steps as f64 * TAU;
            let place = |angle: f64, size: usize| {
                ((angle.sin() + 1.0) / 2.0 * (size - 1) as f64).round() as usize
            };
            self.dot(place(across * t + phase, width), place(down * t, height));
        }
    }

    fn dot(&mut self, x: usize, y: usize) {
        /// The bit of each dot in a braille character, row by row.
        const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
        let cell = y / 4 * self.columns + x / 2;
        if let Some(cell) = self.cells.get_mut(cell) {
            *cell |= BITS[y % 4][x % 2];
        }
    }

    fn to_text(&self) -> String {
        /// The braille character without dots; the bits of the others follow it.
        const BLANK: u32 = 0x2800;
        let mut text = String::with_capacity(self.cells.len() * 3 + self.rows);
        for row in self.cells.chunks(self.columns) {
            text.extend(row.iter().filter_map(|bits| char::from_u32(BLANK + u32::from(*bits))));
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_fill_their_character() {
        let mut canvas = Canvas::new(2, 1);
        (0..4).for_each(|y| (0..2).for_each(|x| canvas.dot(x, y)));
        canvas.dot(2, 3);
        canvas.dot(4, 9);
        assert_eq!(canvas.to_text(), "⣿⡀\n");
    }

    #[test]
    fn a_curve_reaches_every_side() {
        let mut canvas = Canvas::new(20, 10);
        canvas.wind(3.0, 2.0, 1.0);
        let lines: Vec<Vec<char>> = canvas.to_text().lines().map(|l| l.chars().collect()).collect();
        assert!(lines.len() == 10 && lines.iter().all(|line| line.len() == 20));
        let drawn = |c: &char| *c != '\u{2800}';
        assert!(lines[0].iter().any(drawn) && lines[9].iter().any(drawn));
        assert!(
            lines.iter().any(|line| drawn(&line[0])) && lines.iter().any(|line| drawn(&line[19]))
        );
        Canvas::new(1, 1).wind(2.0, 9.0, 0.0);
    }
}
