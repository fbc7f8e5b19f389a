//! A record that the system wrote, searched for what the plan says it holds.
//!
//! A text of the plan is found when every day in it stands in the document, however it is written, when every vaccine group
//! that it names stands there by one of the group's names or products, and every other word that says something. Words are
//! looked for one by one, because a name may be turned around.

use super::beside::{self, Beside};
use super::codes::{groups_in, names_of_group, plain};
use super::context::{FileText, ProofContext};
use super::day::{read_day, spellings};
use super::rows::Rows;
use crate::result::{Answers, Assertion, EvidenceFile, Outcome};
use jiff::civil::Date;
use std::collections::BTreeSet;
use titer_finding::Phi;
use titer_plan::model::{Action, ProofKind, Step, Text};

/// A text as it is searched.
pub(super) struct Searched {
    // small letters, one blank between words, marks kept
    text: String,
    // letters and digits with one blank between them and at both ends
    words: String,
    // no blanks at all
    squeezed: String,
}

impl Searched {
    pub(super) fn new(text: &str) -> Self {
        let mut clean = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '\u{fb00}' => clean.push_str("ff"),
                '\u{fb01}' => clean.push_str("fi"),
                '\u{fb02}' => clean.push_str("fl"),
                '\u{fb03}' => clean.push_str("ffi"),
                '\u{fb04}' => clean.push_str("ffl"),
                '\u{ad}' | '\u{200b}' | '\u{feff}' => {}
                '\u{2010}'..='\u{2015}' | '\u{2212}' => clean.push('-'),
                '\u{2018}' | '\u{2019}' => clean.push('\''),
                c if c.is_whitespace() => {
                    if !clean.ends_with(' ') {
                        clean.push(' ');
                    }
                }
                c => clean.extend(c.to_lowercase()),
            }
        }
        Self {
            words: format!(" {} ", plain(&clean)),
            squeezed: clean.replace(' ', ""),
            text: clean,
        }
    }

    fn word(&self, word: &str) -> bool {
        self.words.contains(&format!(" {} ", plain(word)))
    }

    pub(super) fn day(&self, day: Date) -> bool {
        let spelled = spellings(day);
        if spelled.iter().any(|s| stands_alone(&self.text, s)) {
            return true;
        }
        // the pieces of a line of a PDF may lie apart; only spellings that cannot be a part of another one count then
        spelled
            .iter()
            .filter(|s| s.len() >= 10)
            .map(|s| s.replace(' ', ""))
            .filter(|s| !s.starts_with(|c: char| c.is_ascii_digit()) || s.len() >= 10)
            .any(|s| self.squeezed.contains(&s))
    }

    fn group(&self, group: &str) -> bool {
        self.names(group, &names_of_group(group))
    }

    /// Whether a vaccine group is named, by itself or by one of these names.
    pub(super) fn names(&self, group: &str, names: &[String]) -> bool {
        groups_in(&self.text).contains(group) || names.iter().any(|n| self.word(n))
    }

    /// This text and another one after it.
    pub(super) fn joined(&self, next: &Searched) -> Searched {
        Searched::new(&format!("{} {}", self.text, next.text))
    }

    fn holds(&self, needle: &Needle) -> bool {
        match needle {
            Needle::Day(day) => self.day(*day),
            Needle::Group(group) => self.group(group),
            Needle::Word(word) => self.word(word),
        }
    }
}

// no digit before or after, so that 1/2/2026 is not found in 11/2/2026
fn stands_alone(text: &str, what: &str) -> bool {
    text.match_indices(what).any(|(at, _)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let after = text.get(at + what.len()..).and_then(|t| t.chars().next());
        let free = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_digit());
        free(before) && free(after)
    })
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Needle {
    Day(Date),
    Group(&'static str),
    Word(String),
}

impl Needle {
    fn words(&self) -> String {
        match self {
            Needle::Day(day) => titer_plan::dates::words(*day),
            Needle::Group(group) => (*group).to_owned(),
            Needle::Word(word) => format!("`{word}`"),
        }
    }
}

/// Words that say what the rest of a text is, and need not stand in the document.
const JOINING: [&str; 62] = [
    "a",
    "all",
    "an",
    "and",
    "are",
    "as",
    "at",
    "been",
    "birth",
    "birthdate",
    "born",
    "by",
    "date",
    "dates",
    "day",
    "days",
    "dob",
    "dose",
    "doses",
    "each",
    "every",
    "first",
    "for",
    "from",
    "full",
    "given",
    "has",
    "have",
    "her",
    "his",
    "history",
    "immunization",
    "immunizations",
    "in",
    "is",
    "it",
    "its",
    "last",
    "name",
    "names",
    "of",
    "on",
    "or",
    "patient",
    "patients",
    "record",
    "s",
    "series",
    "shown",
    "that",
    "the",
    "their",
    "to",
    "vaccination",
    "vaccinations",
    "vaccine",
    "vaccines",
    "was",
    "were",
    "which",
    "with",
    "administered",
];

fn needles(ctx: &ProofContext<'_>, text: &str) -> Vec<Needle> {
    let mut found: Vec<Needle> = Vec::new();
    let mut rest = String::new();
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        if looks_like_day(bare)
            && let Some(day) = read_day(bare)
        {
            found.push(Needle::Day(day));
            rest.push_str(" ; ");
            continue;
        }
        // 12 March 2026, as the plan's own format writes it
        if bare.len() <= 2
            && bare.bytes().all(|b| b.is_ascii_digit())
            && let Some(month) = words.peek().copied()
        {
            let mut ahead = words.clone();
            ahead.next();
            let year = ahead.next().unwrap_or_default();
            let year = year.trim_matches(|c: char| !c.is_alphanumeric());
            if let Some(day) = read_day(&format!("{bare} {month} {year}")) {
                found.push(Needle::Day(day));
                words.next();
                words.next();
                rest.push_str(" ; ");
                continue;
            }
        }
        rest.push_str(word);
        rest.push(' ');
    }
    for segment in rest.split([',', ';', ':', '(', ')', '\n']) {
        let groups = groups_in(segment);
        if !groups.is_empty() {
            found.extend(groups.into_iter().map(Needle::Group));
            continue;
        }
        found.extend(
            plain(segment)
                .split(' ')
                .filter(|w| !w.is_empty() && !JOINING.contains(w))
                .map(|w| Needle::Word(w.to_owned())),
        );
    }
    if found.is_empty() {
        found = of_patient(ctx, &plain(text));
    }
    found
}

fn looks_like_day(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    (word.len() == 8 && digits == 8) || (digits >= 4 && word.contains(['-', '/', '.']))
}

// "the patient's name and date of birth", said without the values
fn of_patient(ctx: &ProofContext<'_>, text: &str) -> Vec<Needle> {
    let Some(patient) = ctx
        .scope
        .bindings()
        .patient
        .as_ref()
        .and_then(|p| ctx.plan.data.patients.get(&p.value))
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let has = |word: &str| text.split(' ').any(|w| w == word);
    if has("name") || has("names") {
        let parts = [Some(&patient.name.family), patient.name.given.as_ref()];
        for part in parts.into_iter().flatten() {
            found.extend(
                plain(&ctx.text(part))
                    .split(' ')
                    .filter(|w| !w.is_empty())
                    .map(|w| Needle::Word(w.to_owned())),
            );
        }
    }
    if has("birth") || has("born") || has("dob") || has("birthdate") {
        found.extend(read_day(&ctx.text(&patient.birth_date)).map(Needle::Day));
    }
    found
}

fn search(
    rows: &mut Rows,
    ctx: &ProofContext<'_>,
    contains: &[Text],
    leaves_out: &[Text],
    document: &str,
) {
    let lines = beside::Rows::new(document);
    let document = Searched::new(document);
    for text in contains {
        let text = ctx.text(text);
        let needles = needles(ctx, &text);
        if needles.is_empty() {
            rows.add(format!("it holds: {text}"), Outcome::Inconclusive)
                .because = Some("the plan says it in words that cannot be searched for".to_owned());
            continue;
        }
        let lost: Vec<String> = needles
            .iter()
            .filter(|n| !document.holds(n))
            .map(Needle::words)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let row = rows.check(format!("it holds: {text}"), lost.is_empty());
        row.expected = Some(text);
        if !lost.is_empty() {
            row.because = Some(format!("not found: {}", lost.join(", ")));
            continue;
        }
        let (place, because) = side_by_side(&lines, &needles);
        if place != Beside::Yes {
            row.outcome = match place {
                Beside::Others => Outcome::NotMet,
                _ => Outcome::Inconclusive,
            };
            row.because = because;
        }
    }
    for text in leaves_out {
        let text = ctx.text(text);
        let needles = needles(ctx, &text);
        let there = !needles.is_empty() && needles.iter().all(|n| document.holds(n));
        rows.check(format!("it does not hold: {text}"), !there);
    }
}

// a day has to stand beside the vaccine that the same text names: where it does not, or cannot be told, and why
fn side_by_side(lines: &beside::Rows, needles: &[Needle]) -> (Beside, Option<String>) {
    let groups: Vec<&str> = needles
        .iter()
        .filter_map(|n| match n {
            Needle::Group(group) => Some(*group),
            _ => None,
        })
        .collect();
    let days = needles.iter().filter_map(|n| match n {
        Needle::Day(day) => Some(*day),
        _ => None,
    });
    let mut worst = (Beside::Yes, None);
    for day in days {
        let place = groups.iter().map(|g| lines.beside(g, day)).min();
        let words = titer_plan::dates::words(day);
        let of = groups.join(" and ");
        let because = match place {
            None | Some(Beside::Yes) => continue,
            Some(Beside::Others) => {
                format!("{words} stands beside another vaccine, and not beside {of}")
            }
            Some(Beside::Unknown) => format!(
                "{words} and {of} are found, and where they stand does not tell that they belong together"
            ),
        };
        // what is wrong goes before what cannot be told
        if worst.0 != Beside::Others {
            worst = (place.unwrap_or(Beside::Unknown), Some(because));
        }
    }
    worst
}

/// What answers say that the document holds.
pub(super) fn text(
    rows: &mut Rows,
    ctx: &ProofContext<'_>,
    contains: &[Text],
    leaves_out: &[Text],
    answers: &Answers,
) {
    if let Some(text) = &answers.text {
        search(rows, ctx, contains, leaves_out, text.reveal());
    }
}

/// Whether the documents of a step are searched.
pub(crate) fn wants_documents(step: &Step) -> bool {
    match step.action() {
        Some(Action::Document(_)) => true,
        Some(Action::PatientAccess(_)) => step.proofs.contains(&ProofKind::Document),
        _ => false,
    }
}

/// The texts of files of evidence; pictures have none and are left out, so that they are looked at
/// by eye; what a FHIR interface told is compared as data.
pub(crate) fn texts(
    files: &[EvidenceFile],
    blob: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Vec<FileText> {
    files
        .iter()
        .filter(|f| {
            let kind = f.media_type.as_str();
            let looked_at = ["image/", "video/", "audio/"];
            !looked_at.iter().any(|p| kind.starts_with(p)) && !kind.contains("json")
        })
        .map(|f| FileText {
            name: f.name.clone(),
            text: super::pdf::text_of(&f.sha256, f.size, blob),
        })
        .collect()
}

/// The documents that were supplied with the step, together: assertions, and the names of the files that were searched.
/// `None` when the step wants no document or none of them has text.
pub(super) fn by_files(
    ctx: &ProofContext<'_>,
    step: &Step,
) -> Option<(Vec<Assertion>, Vec<String>)> {
    if !wants_documents(step) {
        return None;
    }
    let (contains, leaves_out): (&[Text], &[Text]) = match step.action()? {
        Action::Document(d) => (&d.contains, &d.leaves_out),
        Action::PatientAccess(p) => (&p.contains, &[]),
        _ => return None,
    };
    let readable: Vec<(&str, &Phi)> = ctx
        .files
        .iter()
        .filter_map(|f| Some((f.name.as_str(), f.text.as_ref().ok()?)))
        .collect();
    if readable.is_empty() {
        return None;
    }
    let all = readable
        .iter()
        .map(|(_, t)| t.reveal())
        .collect::<Vec<_>>()
        .join("\n");
    let mut rows = Rows::default();
    search(&mut rows, ctx, contains, leaves_out, &all);
    let names = readable.iter().map(|(n, _)| (*n).to_owned()).collect();
    Some((rows.list, names))
}
