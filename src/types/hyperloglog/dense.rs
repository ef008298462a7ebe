//! The dense encoding: six bits for each register, the first register in the lowest bits of the
//! first byte. Eight registers fill six bytes, which are taken apart as one number.

use super::{Observation, REGISTERS, Registers};

/// Bits of a register.
const BITS: usize = 6;
/// Bytes of all registers.
pub const LEN: usize = REGISTERS * BITS / 8;
/// The highest value of a register.
pub const MAX_VALUE: u8 = (1 << BITS) - 1;

/// Registers that are taken apart together, and the bytes they are kept in.
const GROUP: usize = 8;
const GROUP_BYTES: usize = GROUP * BITS / 8;

/// One register's value.
pub fn get(dense: &[u8; LEN], index: usize) -> u8 {
    spread(groups(dense)[index / GROUP])[index % GROUP]
}

/// Sets one register.
pub fn set(dense: &mut [u8; LEN], index: usize, value: u8) {
    let (groups, _) = dense.as_chunks_mut::<GROUP_BYTES>();
    let group = &mut groups[index / GROUP];
    let mut registers = spread(*group);
    registers[index % GROUP] = value;
    *group = gather(registers);
}

/// Raises the register that was observed. Returns whether it was lower.
pub fn raise(dense: &mut [u8; LEN], observed: Observation) -> bool {
    let lower = get(dense, observed.index) < observed.rank;
    if lower {
        set(dense, observed.index, observed.rank);
    }
    lower
}

/// Raises every register to what it is here.
pub fn merge(dense: &[u8; LEN], into: &mut Registers) {
    let (eights, _) = into.as_chunks_mut::<GROUP>();
    for (group, eight) in groups(dense).iter().zip(eights) {
        *eight = greater(spread(*group), *eight);
    }
}

/// Sets every register.
pub fn pack(registers: &Registers, dense: &mut [u8; LEN]) {
    let (eights, _) = registers.as_chunks::<GROUP>();
    let (groups, _) = dense.as_chunks_mut::<GROUP_BYTES>();
    for (group, eight) in groups.iter_mut().zip(eights) {
        *group = gather(*eight);
    }
}

fn groups(dense: &[u8; LEN]) -> &[[u8; GROUP_BYTES]] {
    dense.as_chunks().0
}

/// Eight values of six bits in a byte each: the number is halved three times, and the upper
/// halves move away from the lower ones.
fn spread(group: [u8; GROUP_BYTES]) -> [u8; GROUP] {
    let [a, b, c, d, e, f] = group;
    let x = u64::from_le_bytes([a, b, c, d, e, f, 0, 0]);
    let x = x & 0x0000_0000_00ff_ffff | (x & 0x0000_ffff_ff00_0000) << 8;
    let x = x & 0x0000_0fff_0000_0fff | (x & 0x00ff_f000_00ff_f000) << 4;
    let x = x & 0x003f_003f_003f_003f | (x & 0x0fc0_0fc0_0fc0_0fc0) << 2;
    x.to_le_bytes()
}

/// The greater one of each pair of bytes, none of which has its highest bit set: it takes part in
/// the subtraction, and stays where nothing had to be borrowed.
fn greater(a: [u8; GROUP], b: [u8; GROUP]) -> [u8; GROUP] {
    const HIGHEST: u64 = 0x8080_8080_8080_8080;
    let (a, b) = (u64::from_le_bytes(a), u64::from_le_bytes(b));
    let not_less = ((a | HIGHEST) - b) & HIGHEST;
    let mask = not_less - (not_less >> 7);
    (a & mask | b & !mask).to_le_bytes()
}

/// The way back; of each value its lowest six bits count.
fn gather(registers: [u8; GROUP]) -> [u8; GROUP_BYTES] {
    let x = u64::from_le_bytes(registers);
    let x = x & 0x003f_003f_003f_003f | (x & 0x3f00_3f00_3f00_3f00) >> 2;
    let x = x & 0x0000_0fff_0000_0fff | (x & 0x0fff_0000_0fff_0000) >> 4;
    let x = x & 0x0000_0000_00ff_ffff | (x & 0x00ff_ffff_0000_0000) >> 8;
    let [a, b, c, d, e, f, ..] = x.to_le_bytes();
    [a, b, c, d, e, f]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn registers_do_not_touch_each_other(
            changes in prop::collection::vec((0..REGISTERS, 0..=MAX_VALUE), 0..50),
        ) {
            let mut dense = [0; LEN];
            let mut model = [0; REGISTERS];
            for (index, value) in changes {
                set(&mut dense, index, value);
                model[index] = value;
            }
            let mut merged = [0; REGISTERS];
            merge(&dense, &mut merged);
            prop_assert!(merged == model);
            prop_assert!((0..REGISTERS).all(|index| get(&dense, index) == model[index]));
            let mut packed = [0xff; LEN];
            pack(&model, &mut packed);
            prop_assert!(packed == dense);
        }
    }

    #[test]
    fn the_first_register_is_in_the_lowest_bits() {
        let mut dense = [0; LEN];
        set(&mut dense, 0, 0b10_0001);
        set(&mut dense, 1, 0b11_0011);
        set(&mut dense, REGISTERS - 1, MAX_VALUE);
        assert_eq!((dense[0], dense[1], dense[LEN - 1]), (0b1110_0001, 0b1100, 0b1111_1100));
    }
}
