//! What a jurisdiction's overlays, or a newer book, accept although a table of the profile does not hold it.

use super::{Context, day};
use crate::detection::{Detection, What};
use crate::validator::Validator;
use titer_codes::{Origin, Status, System};
use titer_hl7::Message;

/// Whether an overlay or another book than the one that ships accepts the code that this detection is about.
pub fn accepts(
    context: &Context<'_>,
    validator: &Validator,
    detection: &Detection,
    message: &Message<'_>,
) -> bool {
    let own = !std::ptr::eq(context.layers.book(), titer_codes::book());
    if !own && !context.layers.has_overlays() || detection.place.what != What::Segment {
        return false;
    }
    let sets = validator.tables_of(detection);
    if sets.is_empty() {
        return false;
    }
    let Some((code, system)) = coded(detection, message) else {
        return false;
    };
    let Some(on) = message
        .segment("MSH", 1)
        .and_then(|m| day(m.field(7)?.raw()))
        .or(context.as_of)
    else {
        return false;
    };
    let by_system = system.is_some_and(|system| {
        let answer = context.layers.status(system, &code, on);
        match answer.origin {
            Origin::Overlay(_) => answer.status == Status::Valid,
            // the profiles' tables are those of the book that ships
            Origin::Book => own && answer.status.is_known(),
        }
    });
    by_system || sets.iter().any(|set| context.layers.adds(set, &code, on))
}

// the code of the element that the detection is about, and its code system where it has one
fn coded(detection: &Detection, message: &Message<'_>) -> Option<(String, Option<System>)> {
    let place = &detection.place;
    let name = std::str::from_utf8(&place.name).ok()?;
    let segment = message.segment(name, place.nth)?;
    let repetition = segment
        .field(u32::from(place.field))?
        .repetition(place.repetition.max(1))?;
    let first = if place.component > 3 { 4 } else { 1 };
    let code = repetition.component(first)?;
    let system = repetition
        .component(first + 2)
        .and_then(|c| System::named(c.text().trim()));
    (!code.is_empty()).then(|| (code.text().into_owned(), system))
}
