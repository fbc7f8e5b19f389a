//! Short names of observations.
//!
//! A title that is a sentence gets words of our own, found by the key of the title, so that a change of the title shows.

use super::key_number;
use super::xml::words;

/// Keys of long titles and the names that stand for them.
const NAMES: &str = include_str!("words.tsv");

/// The longest name that is taken from a title, in characters.
const LONGEST: usize = 56;

/// The beginning of titles about a reaction to an antigen's vaccine.
const REACTION: &str = "Severe allergic reaction after previous dose of ";

/// The name for a title.
pub(super) fn name(title: &str) -> String {
    let wanted = format!("{:08x}", key_number(title));
    let known = NAMES.lines().filter_map(|l| l.split_once('\t'));
    if let Some((_, name)) = known.clone().find(|(key, _)| *key == wanted) {
        return name.to_owned();
    }
    let plain = plain(title);
    let plain = match plain.strip_prefix(REACTION) {
        Some(rest) => format!(
            "Severe reaction to a dose: {}",
            rest.trim_end_matches(" vaccine")
        ),
        None => plain,
    };
    shortened(&plain)
}

/// The first line without what stands in brackets.
fn plain(title: &str) -> String {
    let mut depth = 0_u32;
    let mut text = String::new();
    for c in title.trim().lines().next().unwrap_or_default().chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '"' => text.push('\''),
            _ if depth == 0 => text.push(c),
            _ => {}
        }
    }
    words(&text)
}

/// Cut at a word, when it is too long.
fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let cut: String = text.chars().take(LONGEST).collect();
    let cut = cut
        .rsplit_once(' ')
        .map_or(cut.as_str(), |(before, _)| before);
    format!("{cut}…")
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn names_are_short_and_in_one_line() {
        assert_eq!(name("Pregnant"), "Pregnant");
        assert_eq!(
            name("Severe Combined  Immunodeficiency [SCID]"),
            "Severe Combined Immunodeficiency"
        );
        assert_eq!(
            name("Severe allergic reaction after previous dose of RSV vaccine"),
            "Severe reaction to a dose: RSV"
        );
        assert_eq!(
            name("A condition with a title that goes on for longer than anybody reads"),
            "A condition with a title that goes on for longer than…"
        );
        assert_eq!(name("First line (with a remark)\n1) second"), "First line");
    }
}
