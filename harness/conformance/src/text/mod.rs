//! Detections in words: made only when somebody looks.

mod codes;
mod message;
pub(crate) mod names;
mod phrase;
mod rare;
mod suggest;
pub(crate) mod words;

pub(crate) use codes::table_label;
pub use phrase::Phrase;

/// `a`, `a or b`, `a, b or c`.
pub(crate) fn listed(words: &[String], word: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} {word} {last}", init.join(", ")),
    }
}
