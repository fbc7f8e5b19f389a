//! Bytes to text. CDC's files are UTF-16 here, Windows-1252 there, and both UTF-8 and Windows-1252 inside one file.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The text, and the name of the character set.
pub(super) fn decode(bytes: &[u8]) -> (String, &'static str) {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let (text, _) =
            encoding.decode_without_bom_handling(bytes.get(length..).unwrap_or_default());
        return (text.into_owned(), encoding.name());
    }
    // without a mark, every second byte of Latin text in UTF-16 is 0
    if let [a, b, c, d, ..] = bytes {
        let encoding = match (*a == 0, *b == 0, *c == 0, *d == 0) {
            (false, true, false, true) => Some(UTF_16LE),
            (true, false, true, false) => Some(UTF_16BE),
            _ => None,
        };
        if let Some(encoding) = encoding {
            let (text, _) = encoding.decode_without_bom_handling(bytes);
            return (text.into_owned(), encoding.name());
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (text.to_owned(), UTF_8.name());
    }
    let mut mixed = false;
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 16);
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        match std::str::from_utf8(line) {
            Ok(line) => {
                mixed |= !line.is_ascii();
                text.push_str(line);
            }
            Err(_) => text.push_str(&WINDOWS_1252.decode_without_bom_handling(line).0),
        }
    }
    let name = if mixed {
        "windows-1252 and UTF-8"
    } else {
        WINDOWS_1252.name()
    };
    (text, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_of_a_line_gives_the_same_text() {
        let want = "Laboratoires Pasteur \u{ae} \u{2013} M\u{e9}rieux\n";
        let (sixteen, _, _) = WINDOWS_1252.encode(want);
        let utf16: Vec<u8> = want.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut marked = vec![0xff, 0xfe];
        marked.extend(&utf16);
        let mut mixed = want.as_bytes().to_vec();
        mixed.extend(sixteen.iter());
        for (bytes, times, name) in [
            (want.as_bytes(), 1, "UTF-8"),
            (&sixteen, 1, "windows-1252"),
            (&utf16, 1, "UTF-16LE"),
            (&marked, 1, "UTF-16LE"),
            (&mixed, 2, "windows-1252 and UTF-8"),
        ] {
            assert_eq!(decode(bytes), (want.repeat(times), name));
        }
    }
}
