//! Finding a byte that stands at every few bytes, as delimiters do: eight bytes at a time.

const ONES: u64 = 0x0101_0101_0101_0101;
const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;

/// Appends where `wanted` stands in `bytes`, counted from `from`. Offsets of a message, so less than 4 GiB of it.
pub fn positions(bytes: &[u8], wanted: u8, from: u32, out: &mut Vec<u32>) {
    let pattern = u64::from(wanted) * ONES;
    let mut take = |word: [u8; 8], at: u32, seen: u32| {
        let different = u64::from_le_bytes(word) ^ pattern;
        // the highest bit of every byte that is zero, and of no other
        let mut equal = !(((different & LOW) + LOW) | different | LOW) >> seen << seen;
        while equal != 0 {
            out.push(at + equal.trailing_zeros() / 8);
            equal &= equal - 1;
        }
    };
    let (words, rest) = bytes.as_chunks::<8>();
    let mut at = from;
    for word in words {
        take(*word, at, 0);
        at += 8;
    }
    if rest.is_empty() {
        return;
    }
    match bytes.last_chunk::<8>() {
        // some of the last eight were seen before
        Some(last) => {
            let seen = 8 - rest.len() as u32;
            take(*last, at - seen, seen * 8);
        }
        None => {
            for (n, b) in rest.iter().enumerate() {
                if *b == wanted {
                    out.push(at + n as u32);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::positions;
    use proptest::prelude::*;

    fn found(bytes: &[u8], wanted: u8) -> Vec<u32> {
        let mut out = Vec::new();
        positions(bytes, wanted, 7, &mut out);
        out
    }

    #[test]
    fn neighbours_of_the_byte_are_not_taken_for_it() {
        let text = b"|}|{\x00\xff|\xfc~|||";
        assert_eq!(found(text, b'|'), [7, 9, 13, 16, 17, 18]);
        assert_eq!(found(b"", b'|'), [0u32; 0]);
    }

    proptest! {
        #[test]
        fn every_place_is_found(bytes in prop::collection::vec(prop_oneof![any::<u8>(), 120u8..130, Just(0)], 0..80), wanted in prop_oneof![any::<u8>(), 120u8..130, Just(0)]) {
            let slow: Vec<u32> = (7..).zip(&bytes).filter(|(_, b)| **b == wanted).map(|(n, _)| n).collect();
            prop_assert_eq!(found(&bytes, wanted), slow);
        }
    }
}
