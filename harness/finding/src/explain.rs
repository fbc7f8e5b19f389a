//! A rule's page, as `titer explain` prints it.

use crate::catalogue::{Catalogue, Rule};
use crate::diagnostic::Diagnostic;
use crate::words;
use std::fmt::Write;

/// Columns that prose is wrapped to.
const MEASURE: usize = 78;

/// The rule's page: what it is, what and why, an example that fires it and one that does not, the repair, the source.
pub fn explain(rule: &Rule) -> String {
    let mut page = format!("{}: {}\n", rule.id, rule.title);
    let _ = writeln!(
        page,
        "{}, {}; {} can usually fix it",
        rule.severity.word(),
        rule.category.word(),
        rule.fixer.words()
    );
    let _ = write!(page, "\n{}", wrapped(&rule.explanation, ""));
    let (fires, silent) = differing(&rule.fires, &rule.silent);
    if !fires.is_empty() {
        let _ = write!(page, "\nThis fires it:\n\n{}", indented(&fires));
    }
    if !silent.is_empty() {
        let _ = write!(page, "\nThis does not:\n\n{}", indented(&silent));
    }
    if !rule.repair.is_empty() {
        let _ = write!(
            page,
            "\nHow to put it right:\n\n{}",
            wrapped(&rule.repair, "  ")
        );
    }
    if !rule.source.is_empty() {
        let _ = write!(
            page,
            "\n{}",
            wrapped(&format!("Source: {}", rule.source), "")
        );
    }
    page
}

impl Catalogue {
    /// What to say about an id that no rule has.
    pub fn unknown(&self, id: &str) -> Diagnostic {
        let near = self.near(id);
        let diagnostic = Diagnostic::new(format!("no rule is called `{id}`"));
        match near.as_slice() {
            [] => diagnostic.with_help("`titer explain --list` shows every rule"),
            [one] => diagnostic.with_help(format!("did you mean `{one}`?")),
            _ => diagnostic.with_help(format!("near are {}", words::list(near))),
        }
    }
}

/// The lines of two messages; of messages with as many lines only those that differ.
fn differing<'a>(fires: &'a str, silent: &'a str) -> (Vec<&'a str>, Vec<&'a str>) {
    let lines = |text: &'a str| -> Vec<&'a str> {
        text.split(['\r', '\n']).filter(|l| !l.is_empty()).collect()
    };
    let (a, b) = (lines(fires), lines(silent));
    if a.len() != b.len() || a == b {
        return (a, b);
    }
    a.into_iter().zip(b).filter(|(x, y)| x != y).unzip()
}

fn indented(lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        let _ = writeln!(text, "  {}", crate::screen::one_line(line));
    }
    text
}

fn wrapped(text: &str, indent: &str) -> String {
    let mut page = String::new();
    for paragraph in text.split("\n\n") {
        if !page.is_empty() {
            page.push('\n');
        }
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let width = line.chars().count() + word.chars().count() + 1 + indent.len();
            if !line.is_empty() && width > MEASURE {
                let _ = writeln!(page, "{indent}{line}");
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        let _ = writeln!(page, "{indent}{line}");
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Category, Fixer, Severity};

    fn rule(id: &str) -> Rule {
        Rule {
            id: id.to_owned(),
            title: "a dose says whether it was completed".to_owned(),
            severity: Severity::Error,
            category: Category::CodeSet,
            fixer: Fixer::SenderSoftware,
            explanation: "RXA-20 tells a registry whether a dose was given, refused, given in part or not given. A \
                          registry that cannot read it has to guess, and a refused dose that counts as given hides \
                          that somebody is not protected."
                .to_owned(),
            repair: "Send `CP` for a dose that was given, and `RE`, `NA` or `PA` for one that was not.".to_owned(),
            source: "HL7 table 0322".to_owned(),
            fires: "MSH|^~\\&|\rRXA|0|1|20260312||08|0.5||||||||||||||||CX".to_owned(),
            silent: "MSH|^~\\&|\rRXA|0|1|20260312||08|0.5||||||||||||||||CP".to_owned(),
        }
    }

    #[test]
    fn a_rule_has_a_page() {
        insta::assert_snapshot!(explain(&rule("IZ-RXA-20-01")));
    }

    #[test]
    fn an_unknown_rule_names_its_neighbours() {
        let mut catalogue = Catalogue::default();
        catalogue
            .add(["IZ-22", "IZ-23", "HL7-USAGE"].map(rule))
            .expect("each once");
        insta::assert_snapshot!(catalogue.unknown("iz-2").render(false));
        insta::assert_snapshot!(catalogue.unknown("something").render(false));
    }

    #[test]
    fn a_second_rule_with_an_id_is_handed_back() {
        let mut catalogue = Catalogue::default();
        let back = catalogue.add([rule("A"), rule("A")]).expect_err("twice");
        assert_eq!(back.id, "A");
    }
}
