//! Messages as other systems might write them: the same seed gives the same messages.
//!
//! Every message is one that other readers accept: its delimiters are five different printable characters, MSH-3 is
//! valued, its lines are segments with at least one field, parted by carriage returns, and it does not end in a blank.
//! Within these bounds anything goes: own delimiters, fields at every depth, empty ones at the end, escape sequences, lone
//! escape characters, letters of other languages.

use crate::numbers::Numbers;

/// A message, and whether every escape character in it belongs to a sequence that each reader decodes.
pub(crate) struct Made {
    pub(crate) text: String,
    pub(crate) decodable: bool,
}

const NAMES: [&str; 14] = [
    "PID", "PD1", "NK1", "PV1", "ORC", "RXA", "RXR", "OBX", "NTE", "ERR", "QPD", "IN1", "ZXY",
    "ZV9",
];
// field, component, repetition, escape, subcomponent
const DELIMITERS: [&str; 4] = ["|^~\\&", "#^~\\&", "|:*\\!", "$%;!+"];
const WORDS: [&str; 18] = [
    "Okonkwo",
    "08",
    "20260312",
    "CVX",
    "mL",
    "0.5",
    "Hep B, adolescent",
    "\"\"",
    "A1234567",
    "612",
    "é",
    "Łukasz",
    "中文",
    "x y",
    " ",
    "-",
    "(1)",
    "@home",
];

/// A message.
pub(crate) fn message(n: &mut Numbers) -> Made {
    let delimiters: Vec<char> = if n.below(8) == 0 {
        n.one_of(&DELIMITERS).chars().collect()
    } else {
        DELIMITERS[0].chars().collect()
    };
    let mut made = Made {
        text: format!("MSH{}", delimiters.iter().collect::<String>()),
        decodable: true,
    };
    made.text.push(delimiters[0]);
    made.text.push_str("EHR");
    // not as far as MSH-18, which names a character set
    for _ in 0..=n.below(12) {
        made.text.push(delimiters[0]);
        field(n, &mut made, &delimiters);
    }
    for _ in 0..n.below(12) {
        made.text.push('\r');
        made.text.push_str(n.one_of(&NAMES));
        for _ in 0..=n.below(20) {
            made.text.push(delimiters[0]);
            field(n, &mut made, &delimiters);
        }
    }
    if made.text.ends_with(char::is_whitespace) {
        made.text.push('.');
    }
    made
}

fn field(n: &mut Numbers, made: &mut Made, delimiters: &[char]) {
    match n.below(10) {
        0..4 => {}
        4..7 => value(n, made, delimiters),
        _ => part(n, made, delimiters, 0),
    }
}

// repetitions, in them components, in them subcomponents
fn part(n: &mut Numbers, made: &mut Made, delimiters: &[char], depth: usize) {
    let Some(separator) = [2, 1, 4].get(depth).map(|at| delimiters[*at]) else {
        value(n, made, delimiters);
        return;
    };
    let count = if n.below(3) == 0 { 1 + n.below(4) } else { 1 };
    for index in 0..count {
        if index > 0 {
            made.text.push(separator);
        }
        if n.below(4) > 0 {
            part(n, made, delimiters, depth + 1);
        }
    }
}

fn value(n: &mut Numbers, made: &mut Made, delimiters: &[char]) {
    for _ in 0..=n.below(3) {
        match n.below(24) {
            0..3 => {
                let escape = delimiters[3];
                let letter = n.one_of(&['F', 'S', 'T', 'R', 'E']);
                made.text.extend([escape, letter, escape]);
            }
            3 if n.below(12) == 0 => {
                made.decodable = false;
                made.text.push(delimiters[3]);
            }
            _ => {
                let word = n.one_of(&WORDS);
                let plain = |c: &char| !delimiters.contains(c);
                made.text.extend(word.chars().filter(plain));
            }
        }
    }
}
