//! Looking codes up by their bytes.

use super::profile::{Code, Quick};
use crate::model::CodeUsage;
use std::collections::HashMap;

// longest code that fits into a key, beside its length
const SHORT: usize = 15;

// a short value as two numbers
type Key = (u64, u64);

/// The first code of a table with a value, and whether it is enough to know that one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// Index of the code.
    pub(crate) code: u32,
    /// It is the only code with this value, and required.
    pub(crate) only: bool,
}

/// Finds codes by their value: short ones as numbers in a table with open addresses, long ones by a hash.
#[derive(Debug, Default)]
pub(crate) struct Lookup {
    // as many as a power of two, at least a third of them free; a key of zero is a free place
    slots: Vec<(Key, Entry)>,
    long: HashMap<Box<[u8]>, Entry, Quick>,
}

impl Lookup {
    /// Of codes sorted by value; `skip` says which are no codes.
    pub(crate) fn new(codes: &[Code], skip: impl Fn(usize) -> bool) -> Lookup {
        let size = (codes.len() * 3 / 2 + 1).next_power_of_two();
        let free = Entry {
            code: 0,
            only: false,
        };
        let mut lookup = Lookup {
            slots: vec![((0, 0), free); size],
            long: HashMap::default(),
        };
        for (i, code) in codes.iter().enumerate() {
            if skip(i) || lookup.get(code.value.as_bytes()).is_some() {
                continue;
            }
            let next = codes.get(i + 1);
            let entry = Entry {
                code: i as u32,
                only: code.usage == CodeUsage::Required
                    && next.is_none_or(|n| n.value != code.value),
            };
            match key(code.value.as_bytes()) {
                Some(key) => lookup.put(key, entry),
                None => {
                    lookup.long.insert(code.value.as_bytes().into(), entry);
                }
            }
        }
        lookup
    }

    fn put(&mut self, key: Key, entry: Entry) {
        let mut at = place(key);
        loop {
            at &= self.slots.len() - 1;
            match self.slots.get_mut(at) {
                Some(slot) if slot.0 == (0, 0) => {
                    *slot = (key, entry);
                    return;
                }
                Some(_) => at += 1,
                None => return,
            }
        }
    }

    /// The first code with a value.
    pub(crate) fn get(&self, value: &[u8]) -> Option<Entry> {
        let Some(key) = key(value) else {
            return self.long.get(value).copied();
        };
        let last = self.slots.len().wrapping_sub(1);
        let mut at = place(key);
        loop {
            at &= last;
            match self.slots.get(at) {
                Some((found, entry)) if *found == key => return Some(*entry),
                Some(((0, 0), _)) | None => return None,
                Some(_) => at += 1,
            }
        }
    }
}

// the bytes of a short value as numbers that no other value has; never zeros
fn key(value: &[u8]) -> Option<Key> {
    if value.len() > SHORT {
        return None;
    }
    let number = |bytes: &[u8]| {
        let mut number = 0;
        for b in bytes {
            number = number << 8 | u64::from(*b);
        }
        number
    };
    let length = value.len() as u64 + 1;
    Some(match value.split_at_checked(8) {
        None => (number(value), length),
        Some((head, tail)) => (number(head), number(tail) << 8 | length),
    })
}

// codes of a profile are nobody's choice who could make them collide
fn place(key: Key) -> usize {
    let mixed = (key.0 ^ key.1.rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 40) as usize
}

#[cfg(test)]
mod tests {
    use super::Lookup;
    use crate::engine::profile::Code;
    use crate::model::CodeUsage;

    fn code(value: &str, usage: CodeUsage) -> Code {
        Code {
            value: value.into(),
            system: None,
            usage,
        }
    }

    #[test]
    fn every_code_is_found_and_nothing_else() {
        let mut values: Vec<String> = (0..3000).map(|n| format!("{n:03}")).collect();
        values.extend(["", "a code of more than fifteen bytes", "58160-0883-41"].map(String::from));
        values.sort();
        let codes: Vec<Code> = values
            .iter()
            .map(|v| code(v, CodeUsage::Required))
            .collect();
        let lookup = Lookup::new(&codes, |_| false);
        for (i, value) in values.iter().enumerate() {
            let entry = lookup.get(value.as_bytes()).unwrap();
            assert_eq!((entry.code, entry.only), (i as u32, true), "{value}");
        }
        for other in [
            &b"\0"[..],
            b"01",
            b"0010",
            b"\x001",
            b"another code of more than fifteen",
        ] {
            assert!(lookup.get(other).is_none(), "{other:?}");
        }
        assert!(Lookup::default().get(b"01").is_none());
    }

    #[test]
    fn a_value_that_stands_twice_or_is_only_permitted_is_not_enough() {
        let codes = [
            code("A", CodeUsage::Required),
            code("A", CodeUsage::Required),
            code("B", CodeUsage::Permitted),
            code("C", CodeUsage::Required),
        ];
        let lookup = Lookup::new(&codes, |i| i == 3);
        let only = |value: &[u8]| lookup.get(value).map(|e| (e.code, e.only));
        assert_eq!(only(b"A"), Some((0, false)));
        assert_eq!(only(b"B"), Some((2, false)));
        assert_eq!(only(b"C"), None);
    }
}
