//! Looks at a VXU with today's date in hand: the findings of the IIS's own rules.

use crate::rules::Own;
use crate::shape::{Shape, is_required};
use crate::vaccine;
use crate::values;
use jiff::{ToSpan, Zoned};
use titer_finding::{Finding, Location, Phi};
use titer_hl7::time::{Precision, Ts};
use titer_hl7::{Element, Message, Path, Segment};

/// A finding at a field.
pub(crate) fn at_field(
    message: &Message<'_>,
    own: Own,
    segment: &Segment<'_>,
    nth: u32,
    field: u32,
    show: bool,
) -> Finding {
    let element: Option<Element<'_>> = segment.field(field).map(|f| *f);
    let span = element.map_or_else(|| segment.span(), |e| e.span());
    let (line, column) = message.position(span.start);
    let index = if nth > 1 {
        format!("[{nth}]")
    } else {
        String::new()
    };
    let mut finding = own.finding(Location {
        path: format!("{}{index}-{field}", segment.name()),
        line,
        column,
        start: u64::from(span.start),
        end: u64::from(span.end),
    });
    if show && let Some(element) = element {
        finding.value = Some(Phi::new(element.text()));
    }
    finding
}

/// Required fields that hold nothing but HL7 null, in any message.
pub(crate) fn nulls(message: &Message<'_>, shape: &Shape<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for placed in shape.segments() {
        let segment = &placed.segment;
        for field in segment.fields() {
            let null = !field.is_empty() && field.repetitions().all(|r| r.is_null());
            if null && is_required(segment, field.number()) {
                findings.push(at_field(
                    message,
                    Own::RequiredNull,
                    segment,
                    placed.nth,
                    field.number(),
                    false,
                ));
            }
        }
    }
    findings
}

/// What a VXU says that cannot be so.
pub(crate) fn check(
    message: &Message<'_>,
    shape: &Shape<'_>,
    now: &Zoned,
    skew_minutes: i64,
) -> Vec<Finding> {
    let mut findings = nulls(message, shape);
    let today = Ts::from_zoned(now).truncated(Precision::Day);
    if let Some(msh) = shape.first("MSH", None)
        && let Ok(sent) = Ts::parse(msh.segment.text(7, 1).trim())
        && let Some(sent) = sent.timestamp(now.offset())
        && sent > now.timestamp() + skew_minutes.minutes()
    {
        findings.push(at_field(
            message,
            Own::SentInFuture,
            &msh.segment,
            1,
            7,
            false,
        ));
    }
    let mut born = None;
    if let Some(pid) = shape.first("PID", None) {
        let segment = &pid.segment;
        born = Ts::parse(segment.text(7, 1).trim()).ok();
        if born.is_some_and(|b| b.truncated(Precision::Day).is_after(&today)) {
            findings.push(at_field(message, Own::BornInFuture, segment, 1, 7, false));
            // nothing can be said against a date that is wrong itself
            born = None;
        }
        if let (Some(born), Ok(died)) = (born, Ts::parse(segment.text(29, 1).trim()))
            && day(died).is_before(&day(born))
        {
            findings.push(at_field(
                message,
                Own::DeathBeforeBirth,
                segment,
                1,
                29,
                false,
            ));
        }
    }
    for placed in shape.segments() {
        let segment = &placed.segment;
        if segment.name() != "RXA" {
            continue;
        }
        if let Ok(given) = Ts::parse(segment.text(3, 1).trim()) {
            if day(given).is_after(&today) {
                findings.push(at_field(
                    message,
                    Own::DoseInFuture,
                    segment,
                    placed.nth,
                    3,
                    false,
                ));
            } else if born.is_some_and(|b| day(given).is_before(&day(b))) {
                findings.push(at_field(
                    message,
                    Own::DoseBeforeBirth,
                    segment,
                    placed.nth,
                    3,
                    false,
                ));
            }
        }
        let said = values::coded(segment, 5);
        if !said.is_empty() && vaccine::resolve(&said).is_none() {
            let own = Own::NoVaccine;
            findings.push(at_field(message, own, segment, placed.nth, 5, false));
        }
    }
    findings
}

fn day(ts: Ts) -> Ts {
    ts.truncated(Precision::Day)
}

/// The path of a finding, when it has one that can be read.
pub(crate) fn path(finding: &Finding) -> Option<Path> {
    finding.location.path.parse().ok()
}
