//! The decimal digits of a double, by Grisu2 (Florian Loitsch, "Printing Floating-Point
//! Numbers Quickly and Accurately with Integers", 2010), in the variant of Redis's `fpconv`.
//!
//! The digits always read back as the same double, and nearly always are the fewest that do.
//! Where they are not (1e23 becomes 9.999999999999999e22), Redis's are not either: that is
//! why no exact algorithm stands here. Where point and exponent go is not decided here.

/// Digits and a power of ten: `digits` × 10^`exponent`.
pub(super) struct Decimal {
    bytes: [u8; MAX_DIGITS],
    len: usize,
    pub(super) exponent: i32,
}

/// More digits than Grisu2 makes for any double.
const MAX_DIGITS: usize = 20;

/// Digits that read back as `value`, which is finite and greater than zero.
pub(super) fn shortest(value: f64) -> Decimal {
    let (value, lower, upper) = boundaries(value);
    let (power, decimal_exponent) = cached_power(upper.exponent);
    let (value, lower, upper) = (value.times(power), lower.times(power), upper.times(power));
    // A product is off by at most one in its last place; staying that far inside is safe.
    let digits = Interval {
        upper: upper.fraction - 1,
        width: (upper.fraction - 1) - (lower.fraction + 1),
        from_value: (upper.fraction - 1) - value.fraction,
        point: upper.exponent.unsigned_abs(),
    };
    digits.generate(-decimal_exponent)
}

impl Decimal {
    /// One to [`MAX_DIGITS`] ASCII digits, the first of them not `0`.
    pub(super) fn digits(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// Adds a digit, except zeros in front.
    fn push(&mut self, digit: u64) {
        if digit != 0 || self.len != 0 {
            self.bytes[self.len] = b'0' + digit as u8;
            self.len += 1;
        }
    }
}

/// A number with more precision than a double: `fraction` × 2^`exponent`.
#[derive(Clone, Copy)]
struct Extended {
    fraction: u64,
    exponent: i32,
}

impl Extended {
    /// The same number with the top bit of the fraction set.
    fn normalized(self) -> Self {
        let shift = self.fraction.leading_zeros();
        Extended { fraction: self.fraction << shift, exponent: self.exponent - shift as i32 }
    }

    /// The upper half of the product, rounded.
    fn times(self, other: Self) -> Self {
        // The two cross products and the carry of the low one, as `fpconv` sums them: the low
        // half of the low product never takes part, so this is not quite a rounded product.
        let low = |bits: u64| bits & 0xffff_ffff;
        let high = |bits: u64| bits >> 32;
        let cross = high(self.fraction) * low(other.fraction);
        let other_cross = low(self.fraction) * high(other.fraction);
        let middle = low(cross)
            + low(other_cross)
            + high(low(self.fraction) * low(other.fraction))
            + (1 << 31);
        Extended {
            fraction: high(self.fraction) * high(other.fraction)
                + high(cross)
                + high(other_cross)
                + high(middle),
            exponent: self.exponent + other.exponent + 64,
        }
    }
}

/// `value`, and the middles between it and its neighbours: what lies between them reads back
/// as `value`. All three have the same exponent.
fn boundaries(value: f64) -> (Extended, Extended, Extended) {
    const FRACTION_BITS: u32 = f64::MANTISSA_DIGITS - 1;
    const HIDDEN_BIT: u64 = 1 << FRACTION_BITS;
    let bits = value.to_bits();
    let (fraction, biased) = (bits & (HIDDEN_BIT - 1), (bits >> FRACTION_BITS) as i32);
    let (fraction, biased) =
        if biased == 0 { (fraction, 1) } else { (fraction | HIDDEN_BIT, biased) };
    let exponent = biased - 1075;

    let upper = Extended { fraction: (fraction << 1) + 1, exponent: exponent - 1 }.normalized();
    // Below a power of two doubles are twice as dense.
    let shift = if fraction == HIDDEN_BIT { 2 } else { 1 };
    let lower = Extended { fraction: (fraction << shift) - 1, exponent: exponent - shift };
    let lower = Extended {
        fraction: lower.fraction << (lower.exponent - upper.exponent),
        exponent: upper.exponent,
    };
    (Extended { fraction, exponent }.normalized(), lower, upper)
}

/// The doubles that read back as the same, scaled so that the point is inside 64 bits.
struct Interval {
    /// The upper end, as a fixed point number.
    upper: u64,
    /// From the upper end to the lower.
    width: u64,
    /// From the upper end to the double itself.
    from_value: u64,
    /// Bits behind the point: 32 to 60.
    point: u32,
}

impl Interval {
    /// Takes digits off the upper end until what is left is within the width.
    fn generate(mut self, mut exponent: i32) -> Decimal {
        let mut decimal = Decimal { bytes: [0; MAX_DIGITS], len: 0, exponent: 0 };
        let one = 1u64 << self.point;
        let mut whole = self.upper >> self.point;
        let mut rest = self.upper & (one - 1);

        for power in (0..10).rev() {
            let unit = 10u64.pow(power);
            decimal.push(whole / unit);
            whole %= unit;
            let left = (whole << self.point) + rest;
            if left <= self.width {
                decimal.exponent = exponent + power as i32;
                self.round(&mut decimal, left, unit << self.point);
                return decimal;
            }
        }
        loop {
            rest *= 10;
            self.width *= 10;
            self.from_value *= 10;
            exponent -= 1;
            decimal.push(rest >> self.point);
            rest &= one - 1;
            if rest < self.width {
                decimal.exponent = exponent;
                self.round(&mut decimal, rest, one);
                return decimal;
            }
        }
    }

    /// Lowers the last digit, worth `unit`, while that brings the digits nearer to the double
    /// and keeps them in the interval. `left` is what the digits are below the upper end.
    fn round(&self, decimal: &mut Decimal, mut left: u64, unit: u64) {
        let target = self.from_value;
        while left < target
            && self.width - left >= unit
            && (left + unit < target || target - left > left + unit - target)
        {
            decimal.bytes[decimal.len - 1] -= 1;
            left += unit;
        }
    }
}

/// A power of ten that brings a number of that binary exponent to one of -60 to -32, and its
/// decimal exponent.
fn cached_power(exponent: i32) -> (Extended, i32) {
    const LOG10_OF_2: f64 = std::f64::consts::LOG10_2;
    let fits = |index: usize| exponent + power_of_ten(index).exponent + 64;
    let guess = (-f64::from(exponent + POWERS_OF_TEN.len() as i32) * LOG10_OF_2) as i32;
    let mut index = ((guess - FIRST_POWER) / POWER_STEP) as usize;
    // The guess is at most one off. Where two powers would do, Redis takes the first it meets.
    while fits(index) < -60 {
        index += 1;
    }
    while fits(index) > -32 {
        index -= 1;
    }
    (power_of_ten(index), FIRST_POWER + index as i32 * POWER_STEP)
}

fn power_of_ten(index: usize) -> Extended {
    let power = FIRST_POWER + index as i32 * POWER_STEP;
    Extended { fraction: POWERS_OF_TEN[index], exponent: floor_log2_of_power(power) - 63 }
}

/// ⌊log2(10^`power`)⌋, for powers as small as those of the table.
fn floor_log2_of_power(power: i32) -> i32 {
    (power * 217_706) >> 16
}

const FIRST_POWER: i32 = -348;
const POWER_STEP: i32 = 8;

/// 10^-348, 10^-340, … 10^340: the upper 64 bits of each, rounded to nearest.
#[rustfmt::skip]
const POWERS_OF_TEN: [u64; 87] = [
    0xfa8f_d5a0_081c_0288, 0xbaae_e17f_a23e_bf76, 0x8b16_fb20_3055_ac76, 0xcf42_894a_5dce_35ea,
    0x9a6b_b0aa_5565_3b2d, 0xe61a_cf03_3d1a_45df, 0xab70_fe17_c79a_c6ca, 0xff77_b1fc_bebc_dc4f,
    0xbe56_91ef_416b_d60c, 0x8dd0_1fad_907f_fc3c, 0xd351_5c28_3155_9a83, 0x9d71_ac8f_ada6_c9b5,
    0xea9c_2277_23ee_8bcb, 0xaecc_4991_4078_536d, 0x823c_1279_5db6_ce57, 0xc210_9436_4dfb_5637,
    0x9096_ea6f_3848_984f, 0xd774_85cb_2582_3ac7, 0xa086_cfcd_97bf_97f4, 0xef34_0a98_172a_ace5,
    0xb238_67fb_2a35_b28e, 0x84c8_d4df_d2c6_3f3b, 0xc5dd_4427_1ad3_cdba, 0x936b_9fce_bb25_c996,
    0xdbac_6c24_7d62_a584, 0xa3ab_6658_0d5f_daf6, 0xf3e2_f893_dec3_f126, 0xb5b5_ada8_aaff_80b8,
    0x8762_5f05_6c7c_4a8b, 0xc9bc_ff60_34c1_3053, 0x964e_858c_91ba_2655, 0xdff9_7724_7029_7ebd,
    0xa6df_bd9f_b8e5_b88f, 0xf8a9_5fcf_8874_7d94, 0xb944_7093_8fa8_9bcf, 0x8a08_f0f8_bf0f_156b,
    0xcdb0_2555_6531_31b6, 0x993f_e2c6_d07b_7fac, 0xe45c_10c4_2a2b_3b06, 0xaa24_2499_6973_92d3,
    0xfd87_b5f2_8300_ca0e, 0xbce5_0864_9211_1aeb, 0x8cbc_cc09_6f50_88cc, 0xd1b7_1758_e219_652c,
    0x9c40_0000_0000_0000, 0xe8d4_a510_0000_0000, 0xad78_ebc5_ac62_0000, 0x813f_3978_f894_0984,
    0xc097_ce7b_c907_15b3, 0x8f7e_32ce_7bea_5c70, 0xd5d2_38a4_abe9_8068, 0x9f4f_2726_179a_2245,
    0xed63_a231_d4c4_fb27, 0xb0de_6538_8cc8_ada8, 0x83c7_088e_1aab_65db, 0xc45d_1df9_4271_1d9a,
    0x924d_692c_a61b_e758, 0xda01_ee64_1a70_8dea, 0xa26d_a399_9aef_774a, 0xf209_787b_b47d_6b85,
    0xb454_e4a1_79dd_1877, 0x865b_8692_5b9b_c5c2, 0xc835_53c5_c896_5d3d, 0x952a_b45c_fa97_a0b3,
    0xde46_9fbd_99a0_5fe3, 0xa59b_c234_db39_8c25, 0xf6c6_9a72_a398_9f5c, 0xb7dc_bf53_54e9_bece,
    0x88fc_f317_f222_41e2, 0xcc20_ce9b_d35c_78a5, 0x9816_5af3_7b21_53df, 0xe2a0_b5dc_971f_303a,
    0xa8d9_d153_5ce3_b396, 0xfb9b_7cd9_a4a7_443c, 0xbb76_4c4c_a7a4_4410, 0x8bab_8eef_b640_9c1a,
    0xd01f_ef10_a657_842c, 0x9b10_a4e5_e991_3129, 0xe710_9bfb_a19c_0c9d, 0xac28_20d9_623b_f429,
    0x8044_4b5e_7aa7_cf85, 0xbf21_e440_03ac_dd2d, 0x8e67_9c2f_5e44_ff8f, 0xd433_179d_9c8c_b841,
    0x9e19_db92_b4e3_1ba9, 0xeb96_bf6e_badf_77d9, 0xaf87_023b_9bf0_ee6b,
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(value: f64) -> String {
        let decimal = shortest(value);
        format!("{}e{}", String::from_utf8_lossy(decimal.digits()), decimal.exponent)
    }

    #[test]
    fn powers_are_the_rounded_ones() {
        // Exact up to 10^27, whose odd part still fits 64 bits.
        for (index, exact) in (0..).zip(POWERS_OF_TEN).skip(44).take(3) {
            let power = FIRST_POWER + index * POWER_STEP;
            let value = 10u128.pow(power as u32);
            assert_eq!(u128::from(exact), value << value.leading_zeros() >> 64, "{power}");
        }
        for (index, fraction) in POWERS_OF_TEN.into_iter().enumerate() {
            let power = FIRST_POWER + index as i32 * POWER_STEP;
            assert!(fraction >> 63 == 1, "{power}");
            if let Ok(value @ f64::MIN_POSITIVE..=f64::MAX) = format!("1e{power}").parse::<f64>() {
                let top = (fraction >> 11) as f64;
                let nearest = value.to_bits() & ((1 << 52) - 1) | 1 << 52;
                assert!((top - nearest as f64).abs() <= 1.0, "{power}");
                assert_eq!(floor_log2_of_power(power), (value.to_bits() >> 52) as i32 - 1023);
            }
        }
    }

    #[test]
    fn digits_are_those_redis_finds() {
        assert_eq!(text(0.1), "1e-1");
        assert_eq!(text(1e23), "9999999999999999e7");
        assert_eq!(text(5e-324), "5e-324");
        assert_eq!(text(f64::MAX), "17976931348623157e292");
        assert_eq!(text(f64::MIN_POSITIVE), "22250738585072014e-324");
        assert_eq!(text(9_007_199_254_740_993.0), "9007199254740992e0");
    }

    proptest! {
        #[test]
        fn digits_read_back(bits in any::<u64>()) {
            let value = f64::from_bits(bits & !(1 << 63));
            prop_assume!(value.is_finite() && value > 0.0);
            prop_assert_eq!(text(value).parse::<f64>(), Ok(value));
        }
    }
}
