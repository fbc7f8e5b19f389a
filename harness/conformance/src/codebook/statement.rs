//! Vaccine information statements and vaccine types in the observations under a dose.

use super::dose::{self, Dose};
use super::say::{At, Speaker, triplets};
use super::{Claimed, date};
use titer_codes::{Status, System};
use titer_hl7::Segment;

/// LOINC code of the observation that names a statement's edition by its encoded string.
const DOCUMENT: &str = "69764-9";
/// LOINC code of the observation that names a vaccine type by CVX.
const VACCINE_TYPE: &str = "30956-7";

/// Looks at OBX-5 where OBX-3 asks for one of both.
pub(super) fn look(
    speaker: &mut Speaker<'_, '_>,
    obx: Segment<'_>,
    nth: u32,
    dose: Option<&Dose<'_>>,
) {
    let Some(asked) = obx.field(3).and_then(|f| f.repetition(1)) else {
        return;
    };
    let asked = asked.component(1);
    let is = |code: &str| asked.is_some_and(|a| a.raw() == code.as_bytes());
    let (statement, vaccine_type) = (is(DOCUMENT), is(VACCINE_TYPE));
    if !statement && !vaccine_type {
        return;
    }
    let given = dose.and_then(|d| d.given);
    let Some(on) = speaker.as_of(given.or_else(|| date(obx, 14))) else {
        return;
    };
    let Some(triplet) = obx
        .field(5)
        .and_then(|f| f.repetition(1))
        .and_then(|coded| triplets(coded).next())
    else {
        return;
    };
    let at: At = ("OBX", nth, 5, 1, triplet.first);
    if vaccine_type {
        // the type alone, which may be a group or an old product: only what the book cannot know is said
        if matches!(
            speaker
                .context
                .layers
                .status(System::Cvx, &triplet.code, on)
                .status,
            Status::UnknownWellFormed
        ) {
            dose::vaccine(speaker, &triplet, at, on, false);
            speaker.claim(at, Claimed::Statement);
        }
        return;
    }
    let book = speaker.context.layers.book();
    match speaker
        .context
        .layers
        .status(System::Vis, &triplet.code, on)
        .status
    {
        Status::UnknownWellFormed => {
            let published = book.published();
            speaker.say(
                "CODE-NEWER",
                at,
                &triplet.at,
                format!("the statement `{{value}}` is not in the book of codes, which is of {published} and may be older than the edition"),
                Some("look the edition up at CDC; when it is there, bring the book up to date with `titer codes import`".to_owned()),
            );
            speaker.claim(at, Claimed::Statement);
        }
        Status::NotYetValid(edition) => speaker.say(
            "CODE-NOT-YET-VALID",
            at,
            &triplet.at,
            format!("the statement `{{value}}` is the edition of {edition}; the dose is of {on}"),
            Some("check which edition was handed out, and the date of the dose".to_owned()),
        ),
        Status::InactiveSince(since) => speaker.say(
            "CODE-VIS-EDITION",
            at,
            &triplet.at,
            format!("another edition of the statement `{{value}}` was to be given since {since}; the dose is of {on}"),
            Some("print the current edition; CDC's page of statements lists it".to_owned()),
        ),
        _ => {}
    }
    let (Some(vis), Some(cvx)) = (book.vis(&triplet.code), dose.and_then(|d| d.cvx.as_deref()))
    else {
        return;
    };
    // CDC's table has no line for some statements, and a vaccine that it does not list has none to compare with
    if !vis.cvxs().any(|c| c == cvx)
        && vis.cvxs().next().is_some()
        && book.cvx(cvx).is_some_and(|c| c.vis().next().is_some())
    {
        speaker.say(
            "CODE-VIS-VACCINE",
            at,
            &triplet.at,
            "the statement `{value}` is not one for the vaccine of this dose".to_owned(),
            Some("check which statement the sending system has for this vaccine".to_owned()),
        );
    }
}
