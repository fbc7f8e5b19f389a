//! Codes that can be checked without a list of them: LOINC and SNOMED CT.

use crate::dialect::{Difference, Reading};
use crate::expr::Notation;

/// Whether a value is written as such a code; `None` when the notation is not known.
pub(crate) fn written(notation: &Notation, value: &str, dialect: Reading) -> Option<bool> {
    Some(match notation {
        Notation::Loinc => loinc(value.as_bytes(), dialect),
        Notation::Snomed => snomed(value.as_bytes(), dialect),
        Notation::Other(_) => return None,
    })
}

// digits, a hyphen and a check digit (LOINC users' guide, appendix on the modulus 10 algorithm)
fn loinc(value: &[u8], dialect: Reading) -> bool {
    let [digits @ .., b'-', check] = value else {
        return false;
    };
    // numbers of six digits are in use
    let longest = if dialect.has(Difference::LongLoinc) {
        7
    } else {
        5
    };
    if digits.is_empty() || digits.len() > longest || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let digit = |b: &u8| u32::from(b - b'0');
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, b)| match digit(b) {
            // every second digit counts twice, and the digits of the double are added
            d if i % 2 == 0 => d * 2 / 10 + d * 2 % 10,
            d => d,
        })
        .sum();
    check.is_ascii_digit() && digit(check) == (10 - sum % 10) % 10
}

// 6 to 18 digits; the partition before the check digit says whether a namespace is inside (SNOMED CT TIG, SCTID)
fn snomed(value: &[u8], dialect: Reading) -> bool {
    if !(6..=18).contains(&value.len())
        || value.first() == Some(&b'0')
        || !value.iter().all(u8::is_ascii_digit)
    {
        return false;
    }
    let partition = match value {
        [.., a, b, _] => [*a, *b],
        _ => return false,
    };
    let long = match &partition {
        b"00" | b"01" | b"02" => false,
        b"10" | b"11" | b"12" => true,
        _ => return false,
    };
    (!long || value.len() >= 11) && (!dialect.has(Difference::SnomedCheckDigit) || verhoeff(value))
}

const TURN: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

// the check digit over the dihedral group of order 10: products and the powers of one permutation
fn verhoeff(digits: &[u8]) -> bool {
    let product = |a: u8, b: u8| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + (b - 5)) % 5 + 5,
        (false, true) => (a - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let turned = |digit: u8, times: usize| {
        (0..times % 8).fold(digit, |d, _| {
            TURN.get(usize::from(d)).copied().unwrap_or_default()
        })
    };
    digits
        .iter()
        .rev()
        .enumerate()
        .fold(0, |check, (i, b)| product(check, turned(b - b'0', i)))
        == 0
}

#[cfg(test)]
mod tests {
    use super::{loinc, snomed};
    use crate::dialect::{Difference, Reading};

    fn readings() -> (Reading, Reading) {
        (Reading::of(&Difference::ALL), Reading::of(&[]))
    }

    #[test]
    fn loinc_numbers_have_a_check_digit() {
        let (ours, theirs) = readings();
        for good in ["30956-7", "29768-9", "69764-9", "64994-7", "59784-9", "4-2"] {
            for dialect in [ours, theirs] {
                assert!(loinc(good.as_bytes(), dialect), "{good}");
            }
        }
        for bad in [
            "30956-8", "30956", "-7", "30956-", "3095a-7", "30956-77", "",
        ] {
            for dialect in [ours, theirs] {
                assert!(!loinc(bad.as_bytes(), dialect), "{bad}");
            }
        }
        assert!(loinc(b"100434-0", ours) && !loinc(b"100434-0", theirs));
    }

    #[test]
    fn snomed_codes_have_a_partition_and_a_check_digit() {
        let (ours, theirs) = readings();
        for good in ["73211009", "22298006", "371067004", "999000041000000102"] {
            assert!(snomed(good.as_bytes(), ours), "{good}");
            assert!(snomed(good.as_bytes(), theirs), "{good}");
        }
        for bad in [
            "73211",
            "03211009",
            "7321100a",
            "73211039",
            "1234567890123456789",
        ] {
            assert!(!snomed(bad.as_bytes(), ours), "{bad}");
            assert!(!snomed(bad.as_bytes(), theirs), "{bad}");
        }
        // the reference does not look at the check digit
        assert!(!snomed(b"73211008", ours) && snomed(b"73211008", theirs));
    }
}
