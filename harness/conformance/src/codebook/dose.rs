//! The vaccine, the product and the maker of one dose.

use super::say::{At, Speaker, Triplet, triplets};
use super::{Claimed, date};
use jiff::civil::Date;
use std::borrow::Cow;
use titer_codes::{Answer, Status, System};
use titer_hl7::Segment;

/// What the statements under a dose need to know about it.
pub(super) struct Dose<'m> {
    /// RXA-3, to the day.
    pub(super) given: Option<Date>,
    /// The CVX code, when the field has one.
    pub(super) cvx: Option<Cow<'m, str>>,
}

/// Looks at RXA-5 and RXA-17.
pub(super) fn look<'m>(speaker: &mut Speaker<'m, '_>, rxa: Segment<'m>, nth: u32) -> Dose<'m> {
    let given = date(rxa, 3);
    let Some(on) = speaker.as_of(given) else {
        return Dose { given, cvx: None };
    };
    // a new record of a dose that was given; refusals and what is known from elsewhere are judged less strictly
    let administered =
        rxa.text(9, 1).trim() == "00" && matches!(rxa.text(20, 1).trim(), "CP" | "PA" | "");
    let mut cvx = None;
    let mut other = None;
    if let Some(coded) = rxa.field(5).and_then(|f| f.repetition(1)) {
        for triplet in triplets(coded) {
            let at: At = ("RXA", nth, 5, 1, triplet.first);
            match triplet.system {
                Some(System::Cvx) => {
                    vaccine(speaker, &triplet, at, on, administered);
                    cvx = cvx.or(Some(triplet.code));
                }
                Some(System::Ndc) => {
                    product(speaker, &triplet, at, on);
                    other = other.or(Some(triplet));
                }
                Some(System::Cpt) => other = other.or(Some(triplet)),
                _ => {}
            }
        }
    }
    if let (Some(cvx), Some(other)) = (&cvx, &other) {
        conflict(speaker, nth, cvx, other);
    }
    maker(speaker, rxa, nth, cvx.as_deref(), on, administered);
    Dose { given, cvx }
}

// the finding for what the book says about a code on a day; what needs a word about the field is said by the caller
fn status(
    speaker: &mut Speaker<'_, '_>,
    what: &str,
    status: Status<'_>,
    triplet: &Triplet<'_>,
    at: At,
    on: Date,
) {
    let replacement = |r: Option<&str>| r.map(|r| format!("the code in use now is {r}"));
    match status {
        Status::InactiveSince(since) => speaker.say(
            "CODE-INACTIVE",
            at,
            &triplet.at,
            format!("the {what} code `{{value}}` is not in use since {since}; the date here is {on}"),
            Some("check the date; for a dose of today correct the product's code in the sending system".to_owned()),
        ),
        Status::NotYetValid(from) => speaker.say(
            "CODE-NOT-YET-VALID",
            at,
            &triplet.at,
            format!("the {what} code `{{value}}` is valid from {from} on; the date here is {on}"),
            Some("check the date, and which product was given".to_owned()),
        ),
        Status::NeverActive => speaker.say(
            "CODE-NEVER-ACTIVE",
            at,
            &triplet.at,
            format!("the {what} code `{{value}}` was never in use"),
            Some("no dose can have been given of it; correct the product's code in the sending system".to_owned()),
        ),
        Status::Deprecated { replacement: code } => speaker.say(
            "CODE-DEPRECATED",
            at,
            &triplet.at,
            format!("the {what} code `{{value}}` was given up"),
            replacement(code),
        ),
        Status::ExpiredProduct(until) => speaker.say(
            "CODE-PRODUCT-EXPIRED",
            at,
            &triplet.at,
            format!("the last package with NDC `{{value}}` expired on {until}; the date here is {on}"),
            Some("check which package was taken; last season's vaccine must not be given".to_owned()),
        ),
        _ => {}
    }
}

fn newer(speaker: &mut Speaker<'_, '_>, what: &str, triplet: &Triplet<'_>, at: At) {
    let published = speaker.context.layers.book().published();
    speaker.say(
        "CODE-NEWER",
        at,
        &triplet.at,
        format!("{what} `{{value}}` is not in the book of codes, which is of {published} and may be older than the code"),
        Some("look the code up at CDC; when it is there, bring the book up to date with `titer codes import`".to_owned()),
    );
    if triplet.first == 1 {
        speaker.claim(at, Claimed::Code);
    }
}

// a jurisdiction's overlay may take the codes of a list only
fn refused(speaker: &mut Speaker<'_, '_>, answer: Answer<'_>, triplet: &Triplet<'_>, at: At) {
    if answer.refused {
        speaker.say(
            "CODE-NOT-ACCEPTED",
            at,
            &triplet.at,
            "the jurisdiction does not take the code `{value}`".to_owned(),
            Some("its overlay lists the codes that it takes; ask for the product to be added, or correct the code".to_owned()),
        );
    }
}

/// A CVX code anywhere: what the book says of it, and whether the table's finding is taken over.
pub(super) fn vaccine(
    speaker: &mut Speaker<'_, '_>,
    triplet: &Triplet<'_>,
    at: At,
    on: Date,
    administered: bool,
) {
    let book = speaker.context.layers.book();
    let answer = speaker
        .context
        .layers
        .status(System::Cvx, &triplet.code, on);
    refused(speaker, answer, triplet, at);
    match answer.status {
        Status::Valid => {}
        Status::UnknownWellFormed => newer(speaker, "the CVX code", triplet, at),
        Status::HistoricalOnly if administered => speaker.say(
            "CODE-UNSPECIFIED",
            at,
            &triplet.at,
            "the CVX code `{value}` does not tell the product, and the dose is reported as given here".to_owned(),
            Some("send the code of the product that was given; codes for an unknown product are for doses of the past".to_owned()),
        ),
        Status::Placeholder if administered => speaker.say(
            "CODE-PLACEHOLDER",
            at,
            &triplet.at,
            "the CVX code `{value}` stands for no vaccine, and the dose is reported as given".to_owned(),
            Some("send the code of the product that was given".to_owned()),
        ),
        Status::NonUs if administered => speaker.say(
            "CODE-NON-US",
            at,
            &triplet.at,
            "the CVX code `{value}` is of a product that is not used in the United States, and the dose is reported as given here".to_owned(),
            Some("check which product was given; for a dose given abroad send a historical record (RXA-9)".to_owned()),
        ),
        // a table of ours holds what is in the book, so an unknown code of the first triplet has its finding already
        _ if triplet.first == 1 && book.cvx(&triplet.code).is_none() => {}
        _ if book.cvx(&triplet.code).is_none() => speaker.say(
            "CODE-ALTERNATE",
            at,
            &triplet.at,
            "`{value}` is not a CVX code".to_owned(),
            alias(speaker.context.layers.book(), &triplet.code),
        ),
        other => status(speaker, "CVX", other, triplet, at, on),
    }
}

fn alias(book: &titer_codes::Book, code: &str) -> Option<String> {
    book.cvx_alias(code.trim()).map(|cvx| {
        format!(
            "did you mean `{}`? codes keep their leading zeros",
            cvx.code()
        )
    })
}

fn product(speaker: &mut Speaker<'_, '_>, triplet: &Triplet<'_>, at: At, on: Date) {
    let answer = speaker
        .context
        .layers
        .status(System::Ndc, &triplet.code, on);
    refused(speaker, answer, triplet, at);
    match answer.status {
        Status::UnknownWellFormed => newer(speaker, "NDC", triplet, at),
        Status::Unknown => {
            speaker.say(
                "CODE-NDC-FORM",
                at,
                &triplet.at,
                "`{value}` is not written as an NDC".to_owned(),
                Some("an NDC has 11 digits as 5-4-2, with hyphens or without, or the 10 digits of the package with hyphens".to_owned()),
            );
            if triplet.first == 1 {
                speaker.claim(at, Claimed::Code);
            }
        }
        other => status(speaker, "NDC", other, triplet, at, on),
    }
}

fn conflict(speaker: &mut Speaker<'_, '_>, nth: u32, cvx: &str, other: &Triplet<'_>) {
    let book = speaker.context.layers.book();
    if book.cvx(cvx).is_none() {
        return;
    }
    let (agrees, means) = match other.system {
        Some(System::Ndc) => match book.ndc(&other.code) {
            Some(entry) => (entry.has_cvx(cvx), entry.cvx()),
            None => return,
        },
        Some(System::Cpt) => {
            let mut all = book.cpt(&other.code).map(titer_codes::Cpt::cvx).peekable();
            match all.peek().copied() {
                Some(first) => (all.any(|c| c == cvx), first),
                None => return,
            }
        }
        _ => return,
    };
    if agrees {
        return;
    }
    let text =
        format!("`{{value}}` means CVX {means}, and the CVX code of the same dose is another one");
    speaker.say(
        "CODE-VACCINE-CONFLICT",
        ("RXA", nth, 5, 1, other.first),
        &other.at,
        text,
        Some(
            "one of the two codes is wrong: correct the product's entry in the sending system"
                .to_owned(),
        ),
    );
}

fn maker(
    speaker: &mut Speaker<'_, '_>,
    rxa: Segment<'_>,
    nth: u32,
    cvx: Option<&str>,
    on: Date,
    administered: bool,
) {
    let Some(coded) = rxa.field(17).and_then(|f| f.repetition(1)) else {
        return;
    };
    let Some(triplet) = triplets(coded).find(|t| t.system == Some(System::Mvx)) else {
        return;
    };
    let at: At = ("RXA", nth, 17, 1, triplet.first);
    let book = speaker.context.layers.book();
    let answer = speaker
        .context
        .layers
        .status(System::Mvx, &triplet.code, on);
    refused(speaker, answer, &triplet, at);
    match answer.status {
        Status::InactiveSince(since) if administered => {
            let now = book.mvx(&triplet.code).map_or("", |m| m.replaced_by());
            let help = (!now.is_empty()).then(|| format!("its products are those of {now} now"));
            let text =
                format!("the maker `{{value}}` is not active since {since}; the date here is {on}");
            speaker.say("CODE-MAKER-INACTIVE", at, &triplet.at, text, help);
        }
        Status::Valid if administered => {
            let Some(vaccine) = cvx.and_then(|c| book.cvx(c)) else {
                return;
            };
            let mut makers = vaccine.products().map(titer_codes::Product::mvx).peekable();
            if makers.peek().is_some() && !makers.any(|m| m == triplet.code) {
                speaker.say(
                    "CODE-MAKER",
                    at,
                    &triplet.at,
                    "the book knows no product of the maker `{value}` with the dose's CVX code"
                        .to_owned(),
                    Some("check the maker and the product against the package".to_owned()),
                );
            }
        }
        _ => {}
    }
}
