//! Integers of 1 to 64 bits at any bit offset of a string.

/// How an integer is kept in bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Width {
    signed: bool,
    bits: u32,
}

/// What happens to a value that a field is too narrow for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// Its lowest bits are kept.
    Wrap,
    /// The nearest value that fits is taken.
    Saturate,
    /// The field stays as it is.
    Fail,
}

impl Width {
    /// A width by its sign and number of bits: up to 64 with a sign, up to 63 without, so that
    /// every value is an `i64`.
    pub fn new(signed: bool, bits: i64) -> Option<Width> {
        let most = if signed { 64 } else { 63 };
        let bits = u32::try_from(bits).ok().filter(|bits| (1..=most).contains(bits))?;
        Some(Width { signed, bits })
    }

    /// How many bits a field has.
    pub fn bits(self) -> usize {
        self.bits as usize
    }

    /// Whether values may be negative.
    pub fn is_signed(self) -> bool {
        self.signed
    }

    /// The value of the field at `offset`. Bits behind the last byte are zero.
    pub fn get(self, bytes: &[u8], offset: usize) -> i64 {
        let window = Window::around(self, offset);
        let raw = (window.read(bytes) >> window.behind) & self.mask();
        let raw = raw as u64;
        // The field's highest bit moves to the top, and is spread on the way back.
        let unused = 64 - self.bits;
        if self.signed { (raw << unused) as i64 >> unused } else { raw as i64 }
    }

    /// Changes the field at `offset`; of `value` its lowest bits are kept. Bits behind the last
    /// byte stay zero.
    pub fn set(self, bytes: &mut [u8], offset: usize, value: i64) {
        let window = Window::around(self, offset);
        let raw = value as u128 & self.mask();
        let kept = window.read(bytes) & !(self.mask() << window.behind);
        window.write(bytes, kept | raw << window.behind);
    }

    /// The value that a field gets for `value`, none where it is too large and overflow is to fail.
    pub fn fit(self, value: i128, overflow: Overflow) -> Option<i64> {
        let (least, most) = if self.signed {
            (-(1i128 << (self.bits - 1)), (1i128 << (self.bits - 1)) - 1)
        } else {
            (0, (1i128 << self.bits) - 1)
        };
        match overflow {
            _ if (least..=most).contains(&value) => Some(value as i64),
            Overflow::Wrap => {
                Some(self.get(&((value as u128) << (128 - self.bits)).to_be_bytes(), 0))
            }
            Overflow::Saturate => Some(value.clamp(least, most) as i64),
            Overflow::Fail => None,
        }
    }

    fn mask(self) -> u128 {
        (1 << self.bits) - 1
    }
}

/// The bytes that a field lies in: nine at most, which are read as one number.
struct Window {
    first: usize,
    len: usize,
    /// Bits of the last byte behind the field.
    behind: usize,
}

impl Window {
    fn around(width: Width, offset: usize) -> Window {
        let (first, before) = (offset / 8, offset % 8);
        let len = (before + width.bits()).div_ceil(8);
        Window { first, len, behind: len * 8 - before - width.bits() }
    }

    fn read(&self, bytes: &[u8]) -> u128 {
        let bytes = bytes.get(self.first..).unwrap_or_default();
        (0..self.len).fold(0, |number, index| {
            number << 8 | u128::from(bytes.get(index).copied().unwrap_or(0))
        })
    }

    fn write(&self, bytes: &mut [u8], number: u128) {
        let bytes = bytes.get_mut(self.first..).unwrap_or_default();
        let text = number.to_be_bytes();
        for (byte, new) in bytes.iter_mut().zip(&text[text.len() - self.len..]) {
            *byte = *new;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::bits;
    use proptest::prelude::*;

    fn width(signed: bool, bits: i64) -> Width {
        Width::new(signed, bits).expect("a width in these tests exists")
    }

    #[test]
    fn widths_have_bounds() {
        for (signed, bits, there) in [
            (true, 64, true),
            (true, 65, false),
            (false, 63, true),
            (false, 64, false),
            (true, 1, true),
            (true, 0, false),
            (false, -1, false),
            (true, i64::MAX, false),
        ] {
            assert_eq!(Width::new(signed, bits).is_some(), there, "{signed} {bits}");
        }
    }

    #[test]
    fn what_does_not_fit_overflows() {
        for (signed, bits, value, wrapped, saturated) in [
            (false, 8, 256, 0, 255),
            (false, 8, -1, 255, 0),
            (false, 63, 1 << 63, 0, i64::MAX),
            (true, 8, 128, -128, 127),
            (true, 8, -129, 127, -128),
            (true, 1, 1, -1, 0),
            (true, 64, 1 << 63, i64::MIN, i64::MAX),
            (true, 64, 2 * i128::from(i64::MIN), 0, i64::MIN),
            (false, 2, 7, 3, 3),
        ] {
            let width = width(signed, bits);
            assert_eq!(width.fit(value, Overflow::Wrap), Some(wrapped), "{width:?} {value}");
            assert_eq!(width.fit(value, Overflow::Saturate), Some(saturated), "{width:?} {value}");
            assert_eq!(width.fit(value, Overflow::Fail), None, "{width:?} {value}");
        }
        assert_eq!(width(true, 8).fit(-128, Overflow::Fail), Some(-128));
        assert_eq!(width(true, 64).fit(i64::MIN.into(), Overflow::Fail), Some(i64::MIN));
    }

    proptest! {
        #[test]
        fn as_bit_by_bit(
            mut bytes in prop::collection::vec(any::<u8>(), 0..24),
            offset in 0..200usize,
            (signed, bits) in (any::<bool>(), 1..=63i64),
            value in any::<i64>(),
        ) {
            let width = width(signed, bits);
            let mut expected = bytes.clone();
            for index in 0..width.bits() {
                let bit = value >> (width.bits() - 1 - index) & 1 == 1;
                bits::set(&mut expected, offset + index, bit);
            }
            let there = offset + width.bits() <= bytes.len() * 8;
            width.set(&mut bytes, offset, value);
            prop_assert_eq!(&bytes, &expected);
            if there {
                let kept = width.fit(value.into(), Overflow::Wrap);
                prop_assert_eq!(Some(width.get(&bytes, offset)), kept);
            }
            let ones = (0..width.bits()).filter(|index| bits::get(&bytes, offset + index)).count();
            let seen = width.get(&bytes, offset) as u64 & (u64::MAX >> (64 - bits));
            prop_assert_eq!(seen.count_ones() as usize, ones);
        }
    }
}
