//! What a plan says of a bundle's folders in words: names, titles, instructions, profiles.

use super::expect::literal;
use super::files::{Folder, Meta};
use super::message::{Found, profile_of_id};
use super::report::{Note, Weight};
use super::story::Story;
use super::yaml::Y;

/// A name that a plan can have: small letters, digits and hyphens.
pub(super) fn slug(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => out.push(c),
            _ if out.is_empty() || out.ends_with('-') => {}
            _ => out.push('-'),
        }
    }
    let cut: String = out.trim_end_matches('-').chars().take(60).collect();
    let cut = cut.trim_end_matches('-');
    if cut.is_empty() {
        "imported".to_owned()
    } else {
        cut.to_owned()
    }
}

/// One line, as a text of a plan.
pub(super) fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    literal(&words.join(" "))
}

/// Instructions, what passes, and what a person looks at.
pub(super) fn words(kind: &str, meta: &Meta, story: &Story, entries: &mut Vec<(String, Y)>) {
    let mut told: Vec<String> = Vec::new();
    told.extend((!meta.description.is_empty()).then(|| line(&meta.description)));
    told.extend(story.told.iter().map(|t| line(t)));
    told.dedup();
    let criteria: Vec<String> = story.criteria.iter().map(|t| line(t)).collect();
    if kind == "inspect" {
        let see = match (criteria.first(), told.first()) {
            (Some(_), _) => criteria.clone(),
            (None, Some(first)) => vec![first.clone()],
            (None, None) => vec![short(&meta.name, "what the step is about")],
        };
        let items = see.into_iter().map(|t| Y::map([("see", Y::Text(t))]));
        entries.push(("checklist".to_owned(), Y::List(items.collect())));
    }
    if !told.is_empty() {
        entries.insert(2, ("instructions".to_owned(), Y::texts(told)));
    }
    if !criteria.is_empty() {
        entries.push(("pass".to_owned(), Y::texts(criteria)));
    }
}

/// The profile of a message: what it says itself, else what the step says.
pub(super) fn profile(
    found: &Found,
    meta: &Meta,
    folder: &Folder,
    notes: &mut Vec<Note>,
) -> Option<&'static str> {
    let bound = meta.message_id.as_deref().and_then(profile_of_id);
    match (found.named.then_some(found.profile).flatten(), bound) {
        (Some(own), Some(bound)) if own != bound => {
            let text = format!("the step binds the message to {bound}, and it is a {own}");
            notes.push(Note::new(
                Weight::Mended,
                text,
                &folder.file("TestStep.json"),
            ));
            Some(own)
        }
        (Some(own), _) => Some(own),
        (None, Some(bound)) => Some(bound),
        (None, None) => {
            let text = "neither the message nor the step names a profile that ships, so conformity is not judged";
            notes.push(Note::new(Weight::Remark, text, &folder.file("Message.txt")));
            None
        }
    }
}

/// One line, as it stands.
pub(super) fn plain(text: &str, or: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() {
        or.to_owned()
    } else {
        words.join(" ")
    }
}

/// A title: one line, and not a whole paragraph.
pub(super) fn short(text: &str, or: &str) -> String {
    let text = plain(text, or);
    let cut: String = text.chars().take(200).collect();
    literal(&cut)
}

/// The version that a name tells: `CDC Test Plan v7.0` is 7.0.
pub(super) fn version(name: &str) -> String {
    name.split_whitespace()
        .rev()
        .find_map(|w| {
            let digits = w.trim_start_matches(['v', 'V']);
            let good = digits.contains('.')
                && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
                && digits.starts_with(|c: char| c.is_ascii_digit())
                && digits.ends_with(|c: char| c.is_ascii_digit());
            good.then(|| digits.to_owned())
        })
        .unwrap_or_else(|| "1".to_owned())
}

/// Places of the message whose value the data give.
pub(super) fn fixed_places(expect: &[Y]) -> Vec<String> {
    let mut out = Vec::new();
    for e in expect {
        let Y::Map(entries) = e else { continue };
        for (key, value) in entries {
            match (key.as_str(), value) {
                ("fixed" | "listed", Y::Map(places)) => {
                    out.extend(places.iter().map(|(p, _)| p.clone()));
                }
                ("at", Y::Text(place)) => out.push(place.clone()),
                _ => {}
            }
        }
    }
    out
}
