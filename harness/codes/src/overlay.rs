//! Overlays: what a jurisdiction accepts and adds, as YAML over the book.
//!
//! ```yaml
//! name: Example State
//! source: HL7 guide of the state's IIS, version 3
//! accept:
//!   - {system: NDC, code: 49281-0425-50, until: 2026-08-31, because: the last lots are still given}
//! add:
//!   - {set: HL70064_IZ, system: HL70064, code: XX01, name: State fund}
//!   - {set: HL70064_IZ, system: HL70064, prefix: XX, characters: 2, name: the state's own codes}
//! only:
//!   - {system: NDC, codes: [49281-0425-50, 49281-0643-15]}
//! ```
//!
//! `accept` makes a code valid that the book calls something else; `add` puts codes into a value set; `only` refuses the other
//! codes of a system. Every answer says where it comes from, and what contradicts the book or another overlay is reported.

use crate::book::Book;
use crate::ndc::{Ndc, Read};
use crate::status::Status;
use crate::system::System;
use crate::view::SetCode;
use jiff::civil::Date;
use serde::Deserialize;
use serde_saphyr::Spanned;
use titer_finding::{Diagnostic, read_yaml};

/// What a jurisdiction accepts and adds.
#[derive(Debug)]
pub struct Overlay {
    file: String,
    text: String,
    written: Written,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    name: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    accept: Vec<Accept>,
    #[serde(default)]
    add: Vec<Add>,
    #[serde(default)]
    only: Vec<Only>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Accept {
    system: Spanned<String>,
    code: Spanned<String>,
    #[serde(default)]
    from: Option<Spanned<String>>,
    #[serde(default)]
    until: Option<Spanned<String>>,
    #[serde(default)]
    because: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Add {
    set: Spanned<String>,
    system: Spanned<String>,
    #[serde(default)]
    code: Option<Spanned<String>>,
    #[serde(default)]
    prefix: Option<Spanned<String>>,
    #[serde(default)]
    characters: Option<Spanned<u8>>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    from: Option<Spanned<String>>,
    #[serde(default)]
    until: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Only {
    system: Spanned<String>,
    codes: Vec<Spanned<String>>,
}

fn day(text: Option<&Spanned<String>>) -> Option<Date> {
    text.and_then(|t| t.value.parse().ok())
}

fn within(on: Date, from: Option<&Spanned<String>>, until: Option<&Spanned<String>>) -> bool {
    day(from).is_none_or(|from| on >= from) && day(until).is_none_or(|until| on <= until)
}

/// Whether two spellings mean the same code of a system.
fn same(system: Option<System>, one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    system == Some(System::Ndc)
        && matches!((Ndc::read(one), Ndc::read(other)), (Some(Read::One(a, _)), Some(Read::One(b, _))) if a == b)
}

fn same_system(one: &str, other: System) -> bool {
    System::named(one).map_or(one == other.name(), |s| s == other)
}

impl Add {
    /// Whether the entry means this code.
    fn means(&self, code: &str) -> bool {
        if let Some(own) = &self.code {
            return own.value == code;
        }
        let prefix = self.prefix.as_ref().map_or("", |p| p.value.as_str());
        let characters = self.characters.as_ref().map_or(0, |c| usize::from(c.value));
        code.strip_prefix(prefix).is_some_and(|rest| {
            rest.len() == characters && rest.bytes().all(|b| b.is_ascii_alphanumeric())
        })
    }

    fn shown(&self) -> String {
        match (&self.code, &self.prefix) {
            (Some(code), _) => code.value.clone(),
            (None, Some(prefix)) => {
                let count = self.characters.as_ref().map_or(0, |c| usize::from(c.value));
                format!("{}{}", prefix.value, "?".repeat(count))
            }
            (None, None) => String::new(),
        }
    }
}

impl Overlay {
    /// Reads an overlay; everything that is wrong with it is told with its place.
    pub fn read(file: &str, text: &str) -> Result<Overlay, Vec<Diagnostic>> {
        let written: Written = read_yaml(file, text).map_err(|d| vec![*d])?;
        let overlay = Overlay {
            file: file.to_owned(),
            text: text.to_owned(),
            written,
        };
        let wrong = overlay.mistakes();
        if wrong.is_empty() {
            Ok(overlay)
        } else {
            Err(wrong)
        }
    }

    /// The name of the jurisdiction.
    pub fn name(&self) -> &str {
        &self.written.name
    }

    /// Where its codes come from.
    pub fn source(&self) -> &str {
        &self.written.source
    }

    fn at<T>(&self, message: String, place: &Spanned<T>) -> Diagnostic {
        Diagnostic::new(message).at_location(&self.file, &self.text, place.referenced)
    }

    fn mistakes(&self) -> Vec<Diagnostic> {
        let mut wrong = Vec::new();
        let written = &self.written;
        let accepts = written.accept.iter().map(|a| (&a.from, &a.until));
        let adds = written.add.iter().map(|a| (&a.from, &a.until));
        for (from, until) in accepts.chain(adds) {
            for date in [from, until].into_iter().flatten() {
                if date.value.parse::<Date>().is_err() {
                    wrong.push(self.at(
                        format!("`{}` is no date such as 2025-11-19", date.value),
                        date,
                    ));
                }
            }
            if let (Some(first), Some(last), Some(place)) =
                (day(from.as_ref()), day(until.as_ref()), until)
                && last < first
            {
                wrong.push(self.at("the last day is before the first".to_owned(), place));
            }
        }
        for accept in &written.accept {
            self.known_system(&accept.system, &mut wrong);
        }
        for only in &written.only {
            self.known_system(&only.system, &mut wrong);
        }
        for add in &written.add {
            match (&add.code, &add.prefix, &add.characters) {
                (Some(_), None, None) => {}
                (None, Some(_), Some(count)) if (1..=20).contains(&count.value) => {}
                (None, Some(_), Some(count)) => {
                    wrong.push(self.at("expected 1 to 20 characters".to_owned(), count));
                }
                _ => wrong.push(self.at(
                    "either `code`, or `prefix` and `characters`, is expected".to_owned(),
                    &add.set,
                )),
            }
        }
        wrong
    }

    fn known_system(&self, system: &Spanned<String>, wrong: &mut Vec<Diagnostic>) {
        if System::named(&system.value).is_none() {
            let known = [
                "CVX",
                "MVX",
                "NDC",
                "CPT",
                "CDCREC",
                "LN",
                "SCT",
                "NCIT",
                "UCUM",
                "CDCPHINVS",
            ];
            wrong.push(
                self.at(
                    format!("`{}` is no code system of the book", system.value),
                    system,
                )
                .did_you_mean(&system.value, known),
            );
        }
    }
}

/// Where an answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin<'l> {
    /// The book.
    Book,
    /// The overlay of this name.
    Overlay(&'l str),
}

/// What a code is, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer<'l> {
    /// What it is.
    pub status: Status<'l>,
    /// Who says so.
    pub origin: Origin<'l>,
    /// Whether the jurisdiction takes only a list of codes on which this one does not stand.
    pub refused: bool,
    /// Why, in the overlay's words; empty when it gives none.
    pub because: &'l str,
}

/// A code of a value set, and who put it there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerCode<'l> {
    /// The code; `?` stands for a letter or digit where many codes are meant.
    pub code: String,
    /// The code system.
    pub system: &'l str,
    /// The name.
    pub name: &'l str,
    /// A regular expression for the whole value, where the code stands for many.
    pub pattern: Option<String>,
    /// Who put it there.
    pub origin: Origin<'l>,
}

/// A book with overlays over it; a later one counts before an earlier one.
#[derive(Clone, Copy, Debug)]
pub struct Layers<'l> {
    book: &'l Book,
    overlays: &'l [Overlay],
}

impl<'l> Layers<'l> {
    /// The book with these overlays.
    pub fn new(book: &'l Book, overlays: &'l [Overlay]) -> Self {
        Self { book, overlays }
    }

    /// The book below.
    pub fn book(self) -> &'l Book {
        self.book
    }

    /// Whether there is any overlay.
    pub fn has_overlays(self) -> bool {
        !self.overlays.is_empty()
    }

    /// Whether an overlay puts `code` into the value set on the day `on`.
    pub fn adds(self, set: &str, code: &str, on: Date) -> bool {
        self.overlays.iter().any(|overlay| {
            overlay.written.add.iter().any(|add| {
                add.set.value == set
                    && add.means(code)
                    && within(on, add.from.as_ref(), add.until.as_ref())
            })
        })
    }

    /// What `code` of `system` is on the day `on`, and who says so.
    pub fn status(self, system: System, code: &str, on: Date) -> Answer<'l> {
        let refused = self.refuses(system, code);
        let answer = |status, origin, because| Answer {
            status,
            origin,
            refused,
            because,
        };
        for overlay in self.overlays.iter().rev() {
            for accept in &overlay.written.accept {
                if same_system(&accept.system.value, system)
                    && same(Some(system), &accept.code.value, code)
                    && within(on, accept.from.as_ref(), accept.until.as_ref())
                {
                    return answer(
                        Status::Valid,
                        Origin::Overlay(&overlay.written.name),
                        accept.because.as_str(),
                    );
                }
            }
            for add in &overlay.written.add {
                if same_system(&add.system.value, system)
                    && add.means(code)
                    && within(on, add.from.as_ref(), add.until.as_ref())
                {
                    return answer(Status::Valid, Origin::Overlay(&overlay.written.name), "");
                }
            }
        }
        answer(self.book.status(system, code, on), Origin::Book, "")
    }

    fn refuses(self, system: System, code: &str) -> bool {
        let lists = self
            .overlays
            .iter()
            .flat_map(|o| &o.written.only)
            .filter(|only| same_system(&only.system.value, system));
        let mut any = false;
        for list in lists {
            if list
                .codes
                .iter()
                .any(|c| same(Some(system), &c.value, code))
            {
                return false;
            }
            any = true;
        }
        any
    }

    /// The codes of a value set: the book's, then what overlays add on the day `on`.
    pub fn set_codes(self, set: &str, on: Date) -> Vec<LayerCode<'l>> {
        let own = self
            .book
            .set(set)
            .into_iter()
            .flat_map(crate::CodeSet::codes);
        let mut codes: Vec<LayerCode<'l>> = own
            .map(|c: SetCode<'l>| LayerCode {
                code: c.code().to_owned(),
                system: c.system(),
                name: c.name(),
                pattern: c.pattern().map(str::to_owned),
                origin: Origin::Book,
            })
            .collect();
        for overlay in self.overlays {
            for add in &overlay.written.add {
                if add.set.value != set || !within(on, add.from.as_ref(), add.until.as_ref()) {
                    continue;
                }
                let pattern = add.prefix.as_ref().map(|prefix| {
                    let count = add.characters.as_ref().map_or(0, |c| c.value);
                    let literal: String = prefix
                        .value
                        .chars()
                        .flat_map(|c| {
                            (!c.is_alphanumeric())
                                .then_some('\\')
                                .into_iter()
                                .chain([c])
                        })
                        .collect();
                    format!("{literal}[A-Za-z0-9]{{{count}}}")
                });
                codes.push(LayerCode {
                    code: add.shown(),
                    system: &add.system.value,
                    name: &add.name,
                    pattern,
                    origin: Origin::Overlay(&overlay.written.name),
                });
            }
        }
        codes
    }

    /// What contradicts: an overlay and the book, two overlays, an overlay and itself. Nothing here stops the layers from working.
    pub fn conflicts(self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (nth, overlay) in self.overlays.iter().enumerate() {
            self.against_book(overlay, &mut found);
            for other in self.overlays.iter().take(nth) {
                for add in &overlay.written.add {
                    for before in &other.written.add {
                        let (Some(code), Some(old)) = (&add.code, &before.code) else {
                            continue;
                        };
                        if add.set.value == before.set.value
                            && code.value == old.value
                            && add.name != before.name
                        {
                            found.push(overlay.at(
                                format!(
                                    "`{}` is `{}` here and `{}` in the overlay {}",
                                    code.value, add.name, before.name, other.written.name
                                ),
                                code,
                            ));
                        }
                    }
                }
            }
        }
        found
    }

    fn against_book(self, overlay: &Overlay, found: &mut Vec<Diagnostic>) {
        for add in &overlay.written.add {
            let Some(set) = self.book.set(&add.set.value) else {
                let known = self.book.sets().map(crate::CodeSet::id);
                found.push(
                    overlay
                        .at(
                            format!("the book has no value set `{}`", add.set.value),
                            &add.set,
                        )
                        .did_you_mean(&add.set.value, known),
                );
                continue;
            };
            let own = set.codes().find(|c| {
                same_system(
                    c.system(),
                    System::named(&add.system.value).unwrap_or(System::Cvx),
                ) && add.means(c.code())
            });
            if let Some(own) = own {
                let place = add
                    .code
                    .as_ref()
                    .or(add.prefix.as_ref())
                    .unwrap_or(&add.set);
                found.push(overlay.at(
                    format!(
                        "`{}` stands in {} of the book already, as `{}`",
                        own.code(),
                        set.id(),
                        own.name()
                    ),
                    place,
                ));
            }
        }
        for accept in &overlay.written.accept {
            let Some(system) = System::named(&accept.system.value) else {
                continue;
            };
            let on = day(accept.until.as_ref()).unwrap_or(self.book.retrieved());
            match self.book.status(system, &accept.code.value, on) {
                Status::Valid => found.push(overlay.at(
                    format!(
                        "`{}` is valid by the book: nothing to accept",
                        accept.code.value
                    ),
                    &accept.code,
                )),
                Status::Unknown => found.push(overlay.at(
                    format!(
                        "`{}` cannot be a code of {}, as far as the book knows its form",
                        accept.code.value, accept.system.value
                    ),
                    &accept.code,
                )),
                _ => {}
            }
            if self.refuses(system, &accept.code.value) {
                found.push(overlay.at(
                    format!(
                        "`{}` is accepted, and it is missing on the list of the only codes of {}",
                        accept.code.value, accept.system.value
                    ),
                    &accept.code,
                ));
            }
        }
        for only in &overlay.written.only {
            let Some(system) = System::named(&only.system.value) else {
                continue;
            };
            for code in &only.codes {
                let on = self.book.retrieved();
                if !self.status(system, &code.value, on).status.is_known() {
                    found.push(overlay.at(
                        format!(
                            "the book does not know `{}` of {}",
                            code.value, only.system.value
                        ),
                        code,
                    ));
                }
            }
        }
    }
}
