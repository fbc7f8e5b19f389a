//! Words that are near to a word.

/// The word of `known` that was probably meant by `written`, when one is near enough.
///
/// Near is at most two letters away (one for words of up to four letters), in any case of letters.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    let limit = if written.chars().count() <= 4 { 1 } else { 2 };
    known
        .into_iter()
        .map(|word| {
            (
                strsim::damerau_levenshtein(&written, &word.to_lowercase()),
                word,
            )
        })
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, word)| word)
}

/// Words in backquotes, joined as a sentence joins them: `` `a`, `b` and `c` ``.
pub fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = words.into_iter().map(|w| format!("`{w}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_found_and_another_word_is_not() {
        let known = ["steps", "title", "groups"];
        assert_eq!(nearest("stesp", known), Some("steps"));
        assert_eq!(nearest("Titel", known), Some("title"));
        assert_eq!(nearest("capability", known), None);
    }

    #[test]
    fn lists_read_as_sentences() {
        assert_eq!(list([]), "");
        assert_eq!(list(["a"]), "`a`");
        assert_eq!(list(["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
