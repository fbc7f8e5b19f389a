//! How the book's findings are said: the facts of each rule, and where a finding stands.

use super::{Claim, Claimed, Context, Seen};
use crate::text::names::{in_brackets, number};
use jiff::civil::Date;
use std::borrow::Cow;
use titer_codes::System;
use titer_finding::{Category, Finding, Fixer, Location, Phi, Severity};
use titer_hl7::{Element, Message, Repetition};

/// A segment by name and number, a field, a repetition, a component; zero stands for "not that deep".
pub(super) type At = (&'static str, u32, u16, u32, u16);

const BOOK: &str = "CDC's code sets, as of the book's date";
const RACE: &str = "HL7 v2.5.1 IG for Immunization Messaging 1.5, PID-10, value set CDCREC";
const ETHNICITY: &str = "HL7 v2.5.1 IG for Immunization Messaging 1.5, PID-22, value set CDCREC";

// the facts of a rule; its words are in `rules/codes.yaml`, and a test holds both together
fn facts(rule: &str) -> (Severity, Category, Fixer, &'static str) {
    use Category::{CodeSet, Quality};
    use Fixer::{SenderSoftware, SenderStaff};
    use Severity::{Error, Info, Warning};
    match rule {
        "CODE-BOOK-OLD" => (Info, CodeSet, Fixer::Receiver, BOOK),
        "CODE-NOT-ACCEPTED" => (
            Error,
            CodeSet,
            SenderSoftware,
            "the jurisdiction's list of codes",
        ),
        "CODE-NEWER" => (Warning, Quality, Fixer::Receiver, BOOK),
        "CODE-MAKER" | "CODE-MAKER-INACTIVE" | "CODE-VIS-VACCINE" => {
            (Info, CodeSet, SenderSoftware, BOOK)
        }
        "CODE-VIS-EDITION" => (Info, CodeSet, SenderStaff, BOOK),
        "CODE-VACCINE-CONFLICT" => (Warning, Quality, SenderSoftware, BOOK),
        "CODE-UNSPECIFIED" | "CODE-NON-US" | "CODE-PRODUCT-EXPIRED" => {
            (Warning, CodeSet, SenderStaff, BOOK)
        }
        "RACE-MISSING" => (Info, Category::Usage, SenderStaff, RACE),
        "ETHNICITY-MISSING" => (Info, Category::Usage, SenderStaff, ETHNICITY),
        "RACE-UNKNOWN" => (Error, CodeSet, SenderStaff, RACE),
        "ETHNICITY-UNKNOWN" => (Error, CodeSet, SenderStaff, ETHNICITY),
        "RACE-LEGACY" | "RACE-SYSTEM" => (Error, CodeSet, SenderSoftware, RACE),
        "ETHNICITY-LEGACY" | "ETHNICITY-SYSTEM" => (Error, CodeSet, SenderSoftware, ETHNICITY),
        _ => (Warning, CodeSet, SenderSoftware, BOOK),
    }
}

/// What is being looked at, and what was said so far.
pub(super) struct Speaker<'m, 'c> {
    pub(super) message: &'c Message<'m>,
    pub(super) context: &'c Context<'c>,
    pub(super) seen: Seen,
    /// The day of MSH-7.
    pub(super) sent: Option<Date>,
    /// What is below is counted and not put into words.
    pub(super) least: Severity,
}

impl Speaker<'_, '_> {
    /// The day as of which a code is judged that has `own` as its date.
    pub(super) fn as_of(&self, own: Option<Date>) -> Option<Date> {
        own.or(self.sent).or(self.context.as_of)
    }

    /// Adds a finding. The text may have the placeholder `{value}`.
    pub(super) fn say(
        &mut self,
        rule: &'static str,
        at: At,
        element: &Element<'_>,
        text: String,
        help: Option<String>,
    ) {
        let (severity, category, fixer, source) = facts(rule);
        if severity < self.least {
            if let Some(count) = self.seen.lower.get_mut(severity as usize) {
                *count += 1;
            }
            return;
        }
        let span = element.span();
        let (line, column) = self.message.position(span.start);
        let location = Location {
            path: path(at),
            line,
            column,
            start: u64::from(span.start),
            end: u64::from(span.end),
        };
        let mut finding = Finding::new(rule, severity, category, fixer, location, text);
        // a finding about what is missing, or about the book, is about no value
        if !element.is_empty() && !rule.ends_with("-MISSING") && rule != "CODE-BOOK-OLD" {
            finding.value = Some(Phi::new(element.text()));
        }
        finding.help = help;
        finding.source = Some(source.to_owned());
        self.seen.findings.push(finding);
    }

    /// Has what the table says about this field go unsaid.
    pub(super) fn claim(&mut self, at: At, on: Claimed) {
        let mut name = [0; 3];
        for (to, from) in name.iter_mut().zip(at.0.bytes()) {
            *to = from;
        }
        self.seen.claims.push(Claim {
            name,
            nth: at.1,
            field: at.2,
            repetition: at.3,
            on,
        });
    }
}

fn path((name, nth, field, repetition, component): At) -> String {
    let mut out = String::with_capacity(16);
    out.push_str(name);
    in_brackets(&mut out, nth);
    out.push('-');
    number(&mut out, field.into());
    if repetition > 0 {
        in_brackets(&mut out, repetition);
    }
    if component > 0 {
        out.push('.');
        number(&mut out, component.into());
    }
    out
}

/// A code and its code system: one of the two triplets of a coded element.
pub(super) struct Triplet<'m> {
    /// Its first component: 1 or 4.
    pub(super) first: u16,
    /// The code's element.
    pub(super) at: Element<'m>,
    /// The code.
    pub(super) code: Cow<'m, str>,
    /// The code system's name as it stands.
    pub(super) named: Cow<'m, str>,
    /// The code system, when the book knows it by that name.
    pub(super) system: Option<System>,
}

/// The triplets of a coded element that have a code.
pub(super) fn triplets(coded: Repetition<'_>) -> impl Iterator<Item = Triplet<'_>> {
    [1_u16, 4].into_iter().filter_map(move |first| {
        let at = coded.component(u32::from(first))?;
        if at.is_empty() {
            return None;
        }
        let named = coded
            .component(u32::from(first) + 2)
            .map_or(Cow::Borrowed(""), |c| c.text());
        Some(Triplet {
            first,
            at: *at,
            code: at.text(),
            system: System::named(named.trim()),
            named,
        })
    })
}
