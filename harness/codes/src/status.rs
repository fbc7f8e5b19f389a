//! What a code is on a day.

use crate::book::Book;
use crate::schema::Kind;
use crate::system::System;
use crate::vis::VisString;
use crate::{Ndc, Shape};
use jiff::civil::Date;

/// What a code is on a day. The day is that of the message or of the dose, as the question is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status<'b> {
    /// The code may be used.
    Valid,
    /// For doses of the past of which the exact product is not known; never for a dose that somebody gives.
    HistoricalOnly,
    /// A product that is not used in the United States; right for doses given elsewhere.
    NonUs,
    /// A code that stands for nothing in particular: CVX 998 (nothing was given) and 999 (not known).
    Placeholder,
    /// Retired; the day is the first on which it was.
    InactiveSince(Date),
    /// The code is for what comes later; the day is the first on which it is valid.
    NotYetValid(Date),
    /// Reserved or withdrawn before anything was given.
    NeverActive,
    /// The last package of the product had expired; the day is the last on which one had not.
    ExpiredProduct(Date),
    /// Written for something that has another code now.
    Deprecated {
        /// That code, where there is exactly one.
        replacement: Option<&'b str>,
    },
    /// Not in the book, and well formed: the book may be older than the code. See [`Book::retrieved`].
    UnknownWellFormed,
    /// Not in the book, and it cannot be a code of the system.
    Unknown,
}

impl Status<'_> {
    /// Whether the book has the code.
    pub fn is_known(self) -> bool {
        !matches!(self, Status::Unknown | Status::UnknownWellFormed)
    }

    /// One word, for machines; the same for every date.
    pub fn word(self) -> &'static str {
        match self {
            Status::Valid => "valid",
            Status::HistoricalOnly => "historical-only",
            Status::NonUs => "non-us",
            Status::Placeholder => "placeholder",
            Status::InactiveSince(_) => "inactive",
            Status::NotYetValid(_) => "not-yet-valid",
            Status::NeverActive => "never-active",
            Status::ExpiredProduct(_) => "expired",
            Status::Deprecated { .. } => "deprecated",
            Status::UnknownWellFormed => "unknown-well-formed",
            Status::Unknown => "unknown",
        }
    }

    /// The date that belongs to it.
    pub fn date(self) -> Option<Date> {
        match self {
            Status::InactiveSince(date)
            | Status::NotYetValid(date)
            | Status::ExpiredProduct(date) => Some(date),
            _ => None,
        }
    }
}

impl std::fmt::Display for Status<'_> {
    /// A few words for people, such as `inactive since 2010-05-28`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Status::Valid => f.write_str("valid"),
            Status::HistoricalOnly => f.write_str("for the past only, the product is not told"),
            Status::NonUs => f.write_str("not used in the United States"),
            Status::Placeholder => f.write_str("a placeholder, no vaccine"),
            Status::InactiveSince(date) => write!(f, "inactive since {date}"),
            Status::NotYetValid(date) => write!(f, "not valid before {date}"),
            Status::NeverActive => f.write_str("never active"),
            Status::ExpiredProduct(date) => write!(f, "the last package expired on {date}"),
            Status::Deprecated {
                replacement: Some(code),
            } => write!(f, "deprecated, now {code}"),
            Status::Deprecated { replacement: None } => f.write_str("deprecated"),
            Status::UnknownWellFormed => f.write_str("unknown, well formed"),
            Status::Unknown => f.write_str("unknown"),
        }
    }
}

impl Book {
    /// What `code` of `system` is on the day `on`.
    pub fn status(&self, system: System, code: &str, on: Date) -> Status<'_> {
        match system {
            System::Cvx => self.cvx_status(code, on),
            System::Mvx => self.mvx_status(code, on),
            System::Ndc => self.ndc_status(code, on),
            System::Cpt => self.cpt_status(code, on),
            System::Vis => self.vis_status(code, on),
            _ => self.concept_status(system, code),
        }
    }

    fn cvx_status(&self, code: &str, on: Date) -> Status<'_> {
        let Some(cvx) = self.cvx(code) else {
            let digits = !code.is_empty() && code.bytes().all(|b| b.is_ascii_digit());
            if !digits {
                return Status::Unknown;
            }
            return match self.cvx_alias(code) {
                Some(cvx) => Status::Deprecated {
                    replacement: Some(cvx.code()),
                },
                None if code.len() <= 3 && code.bytes().any(|b| b != b'0') => {
                    Status::UnknownWellFormed
                }
                None => Status::Unknown,
            };
        };
        if cvx.has_flag("placeholder") {
            return Status::Placeholder;
        }
        if cvx.has_flag("do-not-use") {
            return match cvx.replaced_by() {
                "" => Status::NeverActive,
                one => Status::Deprecated {
                    replacement: (!one.contains(' ')).then_some(one),
                },
            };
        }
        match cvx.published_status() {
            "never-active" | "pending" => return Status::NeverActive,
            "non-us" => return Status::NonUs,
            "inactive" if cvx.has_flag("unspecified") || cvx.has_flag("historical-only") => {
                return Status::HistoricalOnly;
            }
            "inactive" => {
                if let Some(since) = cvx.inactive_since()
                    && on >= since
                {
                    return Status::InactiveSince(since);
                }
            }
            _ => {}
        }
        match cvx.valid_from() {
            Some(from) if on < from => Status::NotYetValid(from),
            _ => Status::Valid,
        }
    }

    fn mvx_status(&self, code: &str, on: Date) -> Status<'_> {
        match self.mvx(code) {
            Some(mvx) => match mvx.inactive_since() {
                Some(since) if on >= since => Status::InactiveSince(since),
                _ => Status::Valid,
            },
            None if (2..=3).contains(&code.len())
                && code.bytes().all(|b| b.is_ascii_uppercase()) =>
            {
                Status::UnknownWellFormed
            }
            None => Status::Unknown,
        }
    }

    fn ndc_status(&self, code: &str, on: Date) -> Status<'_> {
        if let Some(ndc) = self.ndc(code) {
            return ndc.status(on);
        }
        let (candidates, count) = match Ndc::read(code) {
            Some(crate::NdcRead::One(ndc, _)) => ([ndc; 3], 1),
            Some(crate::NdcRead::Ten(all)) => (all, 3),
            None => return Status::Unknown,
        };
        let field = [
            "VACCINATION_NDC_CODE_UNIT_OF_USE",
            "VACCINATION_NDC_CODE_UNIT_OF_SALE",
        ];
        for ndc in candidates.iter().take(count) {
            let Some(eleven) = ndc.eleven() else { continue };
            let known = |set: &str| {
                self.table(Kind::Field, set)
                    .is_some_and(|t| t.find(eleven.as_str()).is_some())
            };
            if field.iter().any(|set| known(set)) {
                return Status::Valid;
            }
            let short = ndc.write(Shape::Product3, true);
            let spellings = [Some(eleven.as_str()), short.as_deref()];
            if spellings
                .into_iter()
                .flatten()
                .any(|s| self.concepts("NDC", s).next().is_some())
            {
                return Status::Deprecated { replacement: None };
            }
        }
        Status::UnknownWellFormed
    }

    fn cpt_status(&self, code: &str, on: Date) -> Status<'_> {
        let mut rows = self.cpt(code).peekable();
        if rows.peek().is_none() {
            let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
            let formed = code.len() == 5
                && code.get(..4).is_some_and(digits)
                && code
                    .bytes()
                    .last()
                    .is_some_and(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
            return if formed {
                Status::UnknownWellFormed
            } else {
                Status::Unknown
            };
        }
        match rows.filter_map(crate::Cpt::valid_from).min() {
            Some(from) if on < from => Status::NotYetValid(from),
            _ => Status::Valid,
        }
    }

    fn vis_status(&self, code: &str, on: Date) -> Status<'_> {
        let Some(vis) = self.vis(code) else {
            return match VisString::read(code) {
                Some(_) => Status::UnknownWellFormed,
                None => Status::Unknown,
            };
        };
        if let Some(edition) = vis.edition()
            && on < edition
        {
            return Status::NotYetValid(edition);
        }
        match vis.inactive_since() {
            Some(since) if on >= since => Status::InactiveSince(since),
            _ => Status::Valid,
        }
    }

    fn concept_status(&self, system: System, code: &str) -> Status<'_> {
        let mut excluded = false;
        let name = system.name();
        for (_, row) in self.concepts(&name, code) {
            if row.cell(3) != "E" {
                return Status::Valid;
            }
            excluded = true;
        }
        let mut replaced = self
            .equivalents(&name, code)
            .filter(|e| e.relation() == "replaced");
        if let Some(first) = replaced.next() {
            return Status::Deprecated {
                replacement: replaced.next().is_none().then_some(first.to_code()),
            };
        }
        if excluded {
            return Status::Deprecated { replacement: None };
        }
        // written with the name of another system that has the very same code
        if self
            .equivalents_to(&name, code)
            .any(|e| e.relation() == "same")
        {
            return Status::Valid;
        }
        // one library of the guide names the table of versions by its number alone
        if let System::Hl7(number) = system
            && self
                .concepts(&format!("{number:04}"), code)
                .next()
                .is_some()
        {
            return Status::Valid;
        }
        // the guide has six races; CDC has hundreds, of which systems in the field use some
        let race = matches!(system, System::CdcRec | System::Hl7(5));
        let seen = |list: &str| self.table(Kind::Field, list)?.all(code).next();
        if race && seen("PATIENT_RACE").is_some_and(|r| r.cell(2) == "valid") {
            return Status::Valid;
        }
        if well_formed(system, code) {
            return Status::UnknownWellFormed;
        }
        Status::Unknown
    }
}

/// Whether a code that the guide does not name can be one of a system that has far more than the guide uses.
fn well_formed(system: System, code: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let checked = |most: usize| {
        code.split_once('-').is_some_and(|(number, check)| {
            digits(number)
                && number.len() <= most
                && check.len() == 1
                && check.bytes().next() == luhn(number)
        })
    };
    match system {
        System::CdcRec | System::Hl7(5 | 189) => checked(4) && code.len() == 6,
        // the answers of LOINC have a check digit of another kind
        System::Loinc | System::Nip(3) => {
            let answer = code.strip_prefix("LA").and_then(|a| a.split_once('-'));
            checked(7) || answer.is_some_and(|(a, b)| digits(a) && digits(b) && b.len() == 1)
        }
        System::Snomed => digits(code) && (6..=18).contains(&code.len()),
        System::Ncit => code.strip_prefix('C').is_some_and(digits),
        _ => false,
    }
}

/// The check digit of CDCREC and LOINC, as a letter: Luhn's.
fn luhn(number: &str) -> Option<u8> {
    let mut sum = 0;
    for (nth, c) in number.chars().rev().enumerate() {
        let digit = c.to_digit(10)? * if nth % 2 == 0 { 2 } else { 1 };
        sum += digit / 10 + digit % 10;
    }
    let check = (10 - sum % 10) % 10;
    u8::try_from(check).ok().map(|c| b'0' + c)
}
