//! Code 128 (ISO/IEC 15417), code set B.

/// Widths of bars and spaces in turn, per value from 0 to 105.
const SIGNS: &str = "\
    212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 \
    113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 \
    212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 \
    113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 \
    314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 \
    241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 \
    214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214 \
    211232";
const STOP: &str = "2331112";
const START_B: u32 = 104;

/// Widths in modules, bars and spaces in turn, beginning and ending with a bar, without the quiet zone. Printable ASCII
/// only; `None` for anything else.
pub fn widths(text: &str) -> Option<Vec<u8>> {
    let values: Vec<u32> =
        text.bytes().map(|b| matches!(b, 32..=126).then(|| u32::from(b) - 32)).collect::<Option<_>>()?;
    let check = values.iter().zip(1..).map(|(value, place)| value * place).sum::<u32>();
    let check = (START_B + check) % 103;
    let sign = |value: u32| SIGNS.split_ascii_whitespace().nth(value as usize).expect("a value below 106");
    let signs = [START_B].into_iter().chain(values).chain([check]).map(sign).chain([STOP]);
    Some(signs.flat_map(|sign| sign.bytes().map(|digit| digit - b'0')).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_is_eleven_modules_and_no_two_are_alike() {
        let mut signs: Vec<&str> = SIGNS.split_ascii_whitespace().collect();
        assert_eq!(signs.len(), 106);
        assert!(signs.iter().all(|s| s.len() == 6 && s.bytes().map(|b| b - b'0').sum::<u8>() == 11));
        signs.sort();
        signs.dedup();
        assert_eq!(signs.len(), 106);
    }

    #[test]
    fn the_check_sign_is_right() {
        // The example of the standard's descriptions: check value 54 in set A, so 55 in B.
        let widths = widths("PJJ123C").unwrap();
        let check = &widths[8 * 6..9 * 6];
        let value = SIGNS.split_ascii_whitespace().position(|s| s.bytes().map(|b| b - b'0').eq(check.iter().copied()));
        assert_eq!(value, Some(55));
        assert_eq!(super::widths("hồ sơ"), None);
    }
}
