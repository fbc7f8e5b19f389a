//! Rules about the order of things: set ids, counters, and the observations of one order that hang together.

use super::compare;
use super::element::{At, Level, View};
use super::eval::Outcome;
use super::found::{Found, look};
use crate::dialect::Difference;
use crate::expr::{Path, Step};

// the value must be the number of the context among its siblings
pub(super) fn set_id(view: &View<'_>, path: &Path, context: &At) -> Outcome {
    let (mut last, mut count) = (None, 0);
    if view
        .values(context, &path.steps, &mut |at| {
            count += 1;
            last = Some(at);
        })
        .is_err()
    {
        return Outcome::Unclear;
    }
    let Some(at) = last.filter(|_| count == 1) else {
        return Outcome::Unclear;
    };
    let instance = match context.level {
        Level::Group | Level::Segment => view.node(context).map_or(1, |n| n.instance),
        Level::Field => context.repetition,
        Level::Component | Level::Subcomponent => 1,
    };
    if compare::integer(view.raw(&at)) == Some(instance) {
        Outcome::Pass(Some(at))
    } else {
        Outcome::Fail(Some(at))
    }
}

// the values count from 1, over all parents together or in each of them anew
pub(super) fn sequence(view: &View<'_>, parent: &Path, element: &Path, context: &At) -> Outcome {
    let (mut running, mut through, mut anew) = (0, None, None);
    let mut unreachable = false;
    let walked = view.select(context, &parent.steps, &mut |p| {
        let mut own = 0;
        let inner = view.values(&p, &element.steps, &mut |at| {
            running += 1;
            own += 1;
            let value = compare::integer(view.raw(&at));
            if value != Some(running) {
                through.get_or_insert(at);
            }
            let first = anew.is_none() || !view.dialect.has(Difference::FirstBreak);
            if value != Some(own) && first {
                anew = Some(at);
            }
        });
        unreachable |= inner.is_err();
    });
    match (walked, unreachable, through, anew) {
        (Err(_), ..) | (_, true, ..) => Outcome::Unclear,
        (.., Some(_), Some(at)) => Outcome::Fail(Some(at)),
        _ => Outcome::Pass(None),
    }
}

// more sets of observations than this in one order are not looked at
const SETS: usize = 64;
const BAR_CODE: &[u8] = b"69764-9";
const PRESENTED: &[u8] = b"29769-7";
const PUBLISHED: &[u8] = b"29768-9";
const VACCINE_TYPE: &[u8] = b"30956-7";

// Observations of one order hang together by OBX-4. Each such set that speaks of an information statement says
// everything about it: bar code and date presented, or publication date, date presented and vaccine type.
pub(super) fn statements_complete(view: &View<'_>, order: &At) -> Outcome {
    let observations = [
        Step {
            position: 5,
            instance: None,
        },
        Step {
            position: 1,
            instance: Some(1),
        },
    ];
    let value = |obx: &At, steps: &[Step]| match look(view, obx.node, steps) {
        Some(Found::Plain(raw, _)) => Some(view.span_of(raw)),
        Some(Found::Absent) => None,
        _ => {
            let at = view.value(obx, steps).ok().flatten();
            at.map(|at| (at.start, at.end))
        }
    };
    let at = |position, instance| Step { position, instance };
    let sub_id = [at(4, Some(1))];
    let identifier = [at(3, Some(1)), at(1, Some(1))];
    // the sets met so far: where OBX-4 stands, and how often the codes that matter stand in it
    let mut sets = [(0u32, 0u32, [false; 5]); SETS];
    let (mut count, mut used, mut overflow) = (0u32, 0usize, false);
    let walked = view.select(order, &observations, &mut |obx| {
        count += 1;
        let own = value(&obx, &sub_id);
        let Some(own) = own else {
            return;
        };
        let code = value(&obx, &identifier).map(|(start, end)| view.bytes(start, end));
        let index = match code {
            Some(BAR_CODE) => 0,
            Some(PRESENTED) => 1,
            Some(PUBLISHED) => 2,
            Some(VACCINE_TYPE) => 3,
            _ => 4,
        };
        let name = view.bytes(own.0, own.1);
        let known = sets
            .iter()
            .take(used)
            .position(|(start, end, _)| view.bytes(*start, *end) == name);
        let at = known.unwrap_or(used);
        match sets.get_mut(at) {
            Some(set) => {
                (set.0, set.1) = own;
                if let Some(seen) = set.2.get_mut(index) {
                    *seen = true;
                }
                used = used.max(at + 1);
            }
            None => overflow = true,
        }
    });
    let complete = sets.iter().take(used).all(|(_, _, seen)| {
        matches!(
            seen,
            [true, true, false, false, false]
                | [false, true, true, true, false]
                | [false, false, false, false, _]
        )
    });
    if overflow {
        return Outcome::Unclear;
    }
    match walked {
        Err(_) => Outcome::Unclear,
        Ok(()) if count >= 2 && complete => Outcome::Pass(None),
        Ok(()) => Outcome::Fail(Some(*order)),
    }
}
