//! What is lost when something is wrong: the guide's table of consequences (section 3.3.2.1), computed on the message.
//!
//! A bad value makes its field empty. An empty required field makes its segment empty; an empty RXA or ORC makes its order
//! group empty; an empty MSH or PID loses the message. Each cause gives one ERR row, and each loss beyond the field itself one
//! more that states the consequence.

use crate::content;
use crate::row::{ApplicationCode, ErrorCode, Place, Row};
use crate::rules::Own;
use crate::shape::{self, Placed, Shape};
use crate::values;
use std::collections::{BTreeMap, BTreeSet};
use titer_finding::{Category, Finding, Fixer, MASK, Policy, Setting, Severity};
use titer_hl7::Segment;
use titer_registry::value::Composite;

/// What of a message is as if it were not there.
#[derive(Debug, Default)]
pub(crate) struct Lost {
    // line, field, repetition; repetition 0 is the whole field
    fields: BTreeSet<(u32, u32, u32)>,
    // line, field, repetition, component (0 is the whole repetition): values without parts that hold a separator, which are
    // read as the text that was meant
    plain: BTreeSet<(u32, u32, u32, u32)>,
    segments: BTreeSet<u32>,
    groups: BTreeSet<usize>,
    /// The message as a whole.
    pub message: bool,
}

impl Lost {
    pub(crate) fn has_segment(&self, segment: &Segment<'_>) -> bool {
        self.segments.contains(&segment.number())
    }

    pub(crate) fn has_group(&self, group: usize) -> bool {
        self.groups.contains(&group)
    }

    fn has_field(&self, line: u32, field: u32, repetition: u32) -> bool {
        self.fields.contains(&(line, field, 0)) || self.fields.contains(&(line, field, repetition))
    }

    /// The repetitions of a field that are left; those that are empty or null are left out.
    pub(crate) fn composites(&self, segment: &Segment<'_>, field: u32) -> Vec<Composite> {
        let line = segment.number();
        let Some(field_at) = segment.field(field) else {
            return Vec::new();
        };
        field_at
            .repetitions()
            .zip(1u32..)
            .filter(|(r, n)| !r.is_empty() && !r.is_null() && !self.has_field(line, field, *n))
            .map(|(r, n)| {
                if self.plain.contains(&(line, field, n, 0)) {
                    return Composite::of([r.text().into_owned()]);
                }
                Composite::new(
                    r.components()
                        .zip(1u32..)
                        .map(|(c, m)| {
                            if self.plain.contains(&(line, field, n, m)) {
                                vec![c.text().into_owned()]
                            } else {
                                values::subcomponents_of(&c)
                            }
                        })
                        .collect(),
                )
            })
            .filter(|c| !c.is_empty())
            .collect()
    }

    /// Whether HL7 null stands in the field.
    pub(crate) fn is_deleted(&self, segment: &Segment<'_>, field: u32) -> bool {
        segment.field(field).is_some_and(|f| f.is_null())
            && !self.has_field(segment.number(), field, 1)
    }
}

/// What a finding does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Effect {
    /// Nothing is said.
    Silent,
    /// The value is kept.
    Keep,
    /// The value is dropped where the record can do without it.
    Spare,
    /// The value is dropped with everything that follows.
    Drop,
}

struct Cause<'f> {
    finding: &'f Finding,
    effect: Effect,
    severity: Severity,
    place: Place,
    // line of the segment, when it is in the message
    line: Option<u32>,
}

/// The outcome.
#[derive(Debug, Default)]
pub(crate) struct Cascade {
    pub lost: Lost,
    pub rows: Vec<Row>,
}

/// What kind of message it is: a record (VXU) is nothing without its patient, a query (QBP) without its QPD.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    Record,
    Query,
}

impl Of {
    fn core(self) -> &'static str {
        match self {
            Of::Record => "PID",
            Of::Query => "QPD",
        }
    }

    fn end(self) -> &'static str {
        match self {
            Of::Record => "the message is rejected and nothing was stored",
            Of::Query => "the query is not answered",
        }
    }
}

/// Computes what is lost, and the rows that say so, not yet sorted.
pub(crate) fn run(
    of: Of,
    shape: &Shape<'_>,
    findings: &[Finding],
    policy: &Policy,
    profile: Option<&str>,
) -> Cascade {
    let mut causes: Vec<Cause<'_>> = findings
        .iter()
        .filter_map(|f| cause(shape, f, policy, profile))
        .collect();
    one_each(&mut causes);

    let mut cascade = Cascade::default();
    for c in &causes {
        if let Some(line) = c.line
            && c.finding.category == Category::Escape
            && c.effect == Effect::Keep
        {
            let p = &c.place;
            cascade
                .lost
                .plain
                .insert((line, p.field, p.repetition.max(1), p.component));
        }
        let (Some(line), true) = (c.line, c.effect >= Effect::Spare && c.place.field > 0) else {
            continue;
        };
        let spared = c.effect == Effect::Spare
            && shape.on_line(line).is_some_and(|p| {
                shape::is_vital(p.segment.name()) && shape::is_required(&p.segment, c.place.field)
            });
        if !spared {
            let at = (line, c.place.field, c.place.repetition);
            cascade.lost.fields.insert(at);
        }
    }
    // a segment is lost with a required field, or when it stands where it does not belong
    let mut segments: BTreeMap<u32, Effect> = BTreeMap::new();
    for c in &causes {
        let Some(placed) = c.line.and_then(|line| shape.on_line(line)) else {
            continue;
        };
        let lost = if c.place.field == 0 {
            c.finding.category == Category::Structure && c.effect >= Effect::Spare
        } else {
            c.effect >= Effect::Spare
                && shape::is_required(&placed.segment, c.place.field)
                && cascade
                    .lost
                    .composites(&placed.segment, c.place.field)
                    .is_empty()
                && !(c.effect == Effect::Spare && shape::is_vital(placed.segment.name()))
        };
        if lost {
            let effect = segments.entry(placed.segment.number()).or_insert(c.effect);
            *effect = (*effect).max(c.effect);
        }
    }
    cascade.lost.segments.extend(segments.keys());

    let ends = endings(of, shape, &segments, &mut cascade.lost);
    let mut rows: Vec<(Option<u32>, Row)> = causes
        .into_iter()
        .map(|c| (c.line, c.row(shape, &segments, &cascade.lost)))
        .collect();
    // each end stands after the last of its causes
    for end in ends {
        let at = rows
            .iter()
            .rposition(|(line, _)| line.is_some_and(|l| end.lines.contains(&l)));
        let at = at.map_or(rows.len(), |at| at + 1);
        rows.insert(at, (end.lines.first().copied(), end.row));
    }
    cascade.rows = rows.into_iter().map(|(_, row)| row).collect();
    cascade
}

fn cause<'f>(
    shape: &Shape<'_>,
    finding: &'f Finding,
    policy: &Policy,
    profile: Option<&str>,
) -> Option<Cause<'f>> {
    let path = content::path(finding);
    let placed = match &path {
        Some(path) => shape.at(path),
        None => shape.on_line(finding.location.line),
    };
    let setting = policy.setting(&finding.rule, &finding.location.path, profile);
    let name = path.as_ref().map_or("", |p| p.segment());
    let (effect, severity) = effect(
        finding,
        setting,
        name,
        path.and_then(|p| p.field()).is_some(),
    );
    if effect == Effect::Silent {
        return None;
    }
    let place = match (&path, placed) {
        (Some(p), placed) => Place {
            segment: p.segment().to_owned(),
            nth: placed.map_or_else(|| p.segment_index().unwrap_or(1), |p| p.nth),
            field: p.field().unwrap_or(0),
            repetition: p.repetition().unwrap_or(0),
            component: p.component().unwrap_or(0),
            subcomponent: p.subcomponent().unwrap_or(0),
        },
        (None, Some(p)) => Place::segment(p.segment.name(), p.nth),
        (None, None) => Place::default(),
    };
    Some(Cause {
        finding,
        effect,
        severity,
        place,
        line: placed.map(|p| p.segment.number()),
    })
}

// what a finding does, and how bad its row is at least
fn effect(
    finding: &Finding,
    setting: Option<Setting>,
    name: &str,
    in_field: bool,
) -> (Effect, Severity) {
    match setting {
        Some(Setting::Off) => return (Effect::Silent, Severity::Info),
        Some(Setting::Info) => return (Effect::Keep, Severity::Info),
        Some(Setting::Warning) => return (Effect::Spare, Severity::Warning),
        Some(Setting::Error) => return (Effect::Drop, Severity::Error),
        None => {}
    }
    match (finding.category, finding.severity) {
        // more than is known is ignored, and what is sent when known may be unknown
        (Category::Extra | Category::Profile, _)
        | (Category::Usage | Category::Predicate, Severity::Warning)
        | (_, Severity::Info) => (Effect::Silent, Severity::Info),
        // segments that are not known are ignored
        (Category::Structure, Severity::Error) if !shape::is_known(name) => {
            (Effect::Silent, Severity::Info)
        }
        (Category::Structure, Severity::Error) => (Effect::Drop, Severity::Error),
        (Category::Quality, Severity::Warning) => (Effect::Keep, Severity::Warning),
        (_, Severity::Warning) => (Effect::Keep, Severity::Info),
        // what stands beside the value is read as far as it can be
        (Category::Syntax | Category::Escape | Category::Cardinality, Severity::Error) => {
            (Effect::Keep, Severity::Warning)
        }
        (_, Severity::Error) if in_field => (Effect::Drop, Severity::Warning),
        // without these segments something is lost for certain
        (Category::Usage, Severity::Error) if shape::is_vital(name) => {
            (Effect::Keep, Severity::Error)
        }
        (_, Severity::Error) => (Effect::Keep, Severity::Warning),
    }
}

// of several findings about one repetition of a field the worst speaks, of equals the first
fn one_each(causes: &mut Vec<Cause<'_>>) {
    let mut best: BTreeMap<(Option<u32>, String, u32, u32, u32), usize> = BTreeMap::new();
    let mut drop = BTreeSet::new();
    for (i, c) in causes.iter().enumerate() {
        if c.place.field == 0 {
            continue;
        }
        let key = (
            c.line,
            c.place.segment.clone(),
            c.place.nth,
            c.place.field,
            c.place.repetition.max(1),
        );
        match best.get(&key).copied() {
            None => {
                best.insert(key, i);
            }
            Some(other) => {
                let before = causes.get(other).map(|o| (o.effect, o.severity));
                if Some((c.effect, c.severity)) > before {
                    drop.insert(other);
                    best.insert(key, i);
                } else {
                    drop.insert(i);
                }
            }
        }
    }
    let mut i = 0;
    causes.retain(|_| {
        i += 1;
        !drop.contains(&(i - 1))
    });
}

/// A row that states what is lost beyond a field, and the lines that it ends.
struct End {
    lines: BTreeSet<u32>,
    row: Row,
}

// what is lost beyond fields
fn endings(
    of: Of,
    shape: &Shape<'_>,
    segments: &BTreeMap<u32, Effect>,
    lost: &mut Lost,
) -> Vec<End> {
    let end = |lines: &[u32], place, severity, text: String| End {
        lines: lines.iter().copied().collect(),
        row: Row {
            place: Some(place),
            code: ErrorCode::Sequence,
            severity,
            application: None,
            text,
        },
    };
    let gone = |p: &Placed<'_>| segments.contains_key(&p.segment.number());
    let mut message = Vec::new();
    for name in ["MSH", of.core()] {
        let text = match shape.first(name, None) {
            None => format!("the {name} segment is missing: {}", of.end()),
            Some(p) if gone(p) => format!(
                "a required field of {name} is empty or not accepted: {}",
                of.end()
            ),
            Some(_) => continue,
        };
        // it ends all chains, so it stands after all of them
        message.push(end(&[], Place::segment(name, 1), Severity::Error, text));
    }
    lost.message = !message.is_empty();
    let mut ends = Vec::new();
    let mut ended = BTreeSet::new();
    for group in 0..shape.groups() {
        let orc = shape.first("ORC", Some(group));
        let nth = orc.map_or(1, |p| p.nth);
        let (at, place, text) = match (orc, shape.first("RXA", Some(group))) {
            (_, None) => (
                orc,
                Place::segment("ORC", nth),
                "the order group has no RXA segment: the group is not stored".to_owned(),
            ),
            (_, Some(p)) if gone(p) => (
                Some(p),
                Place::segment("RXA", p.nth),
                "a required field of RXA is empty or not accepted: this dose and its order group are not stored"
                    .to_owned(),
            ),
            (Some(orc), Some(p)) if gone(orc) => (
                Some(orc),
                Place::segment("ORC", nth),
                format!(
                    "a required field of ORC is empty or not accepted: the dose of RXA {} and its order group are not stored",
                    p.nth
                ),
            ),
            _ => continue,
        };
        lost.groups.insert(group);
        for p in shape.segments().iter().filter(|p| p.group == Some(group)) {
            ended.insert(p.segment.number());
        }
        let line = at.map(|p| p.segment.number());
        ends.push(end(line.as_slice(), place, Severity::Error, text));
    }
    for p in shape.segments() {
        let (line, name) = (p.segment.number(), p.segment.name());
        let place = || Place::segment(name, p.nth);
        if name == "RXA" && p.group.is_none() {
            lost.segments.insert(line);
            let text = "no ORC segment stands before this RXA: the dose is not stored";
            ends.push(end(&[line], place(), Severity::Error, text.to_owned()));
        } else if let Some(effect) = segments.get(&line)
            && !ended.contains(&line)
            && !shape::is_vital(name)
        {
            let severity = match effect {
                Effect::Drop => Severity::Error,
                _ => Severity::Warning,
            };
            let text =
                format!("this {name} segment is ignored; the rest of the message is processed");
            ends.push(end(&[line], place(), severity, text));
        }
    }
    // with the message everything else is lost, which need not be said
    if lost.message { message } else { ends }
}

impl Cause<'_> {
    fn row(&self, shape: &Shape<'_>, segments: &BTreeMap<u32, Effect>, lost: &Lost) -> Row {
        let placed = self.line.and_then(|line| shape.on_line(line));
        let takes_segment = placed.is_some_and(|p| {
            segments.contains_key(&p.segment.number())
                && (self.place.field == 0 || shape::is_required(&p.segment, self.place.field))
        });
        let severity = if takes_segment && self.effect == Effect::Drop {
            Severity::Error
        } else if takes_segment {
            self.severity.max(Severity::Warning)
        } else {
            self.severity
        };
        let (code, application) = self.codes(placed);
        let mut text = words(self.finding);
        let dropped = self.line.is_some_and(|line| {
            self.place.field > 0
                && self.effect >= Effect::Spare
                && lost.has_field(line, self.place.field, self.place.repetition.max(1))
        });
        let there = placed.is_some_and(|p| shape::has_value(&p.segment, self.place.field));
        if dropped && there && !takes_segment {
            text.push_str("; the value is ignored");
        }
        let place = if self.place.segment.is_empty() {
            None
        } else {
            Some(self.place.clone())
        };
        Row {
            place,
            code,
            severity,
            application,
            text,
        }
    }

    fn codes(&self, placed: Option<&Placed<'_>>) -> (ErrorCode, Option<ApplicationCode>) {
        use ApplicationCode as A;
        use ErrorCode as E;
        if let Some(own) = Own::of(&self.finding.rule) {
            return match own {
                Own::BornInFuture
                | Own::SentInFuture
                | Own::DoseInFuture
                | Own::DoseBeforeBirth
                | Own::DeathBeforeBirth => (E::Application, Some(A::IllogicalDate)),
                Own::NoVaccine => (E::Table, Some(A::TableValue)),
                Own::QueryNeeds | Own::RequiredNull => (E::Required, None),
                _ => (E::Application, Some(A::IllogicalValue)),
            };
        }
        let missing = placed.is_none_or(|p| {
            self.place.field > 0 && !shape::has_value(&p.segment, self.place.field)
        });
        let is_date = shape::is_date(&self.place.segment, self.place.field);
        match self.finding.category {
            Category::CodeSet => (E::Table, Some(A::TableValue)),
            // statements that a value is of a table
            Category::Constraint
                if matches!(self.finding.rule.as_str(), "IZ-35" | "IZ-36" | "IZ-37") =>
            {
                (E::Table, Some(A::TableValue))
            }
            Category::Structure | Category::Syntax => (E::Sequence, None),
            Category::Constraint if matches!(self.finding.rule.as_str(), "IZ-23" | "IZ-24") => {
                (E::Required, Some(A::MissingObservation))
            }
            Category::Constraint | Category::Format if is_date => {
                (E::DataType, Some(A::InvalidDate))
            }
            Category::Constraint if missing => (E::Required, None),
            Category::Constraint => (E::Application, Some(A::InvalidValue)),
            Category::Usage | Category::Predicate | Category::Cardinality
                if missing && self.place.field == 0 =>
            {
                (E::Sequence, None)
            }
            Category::Usage | Category::Predicate | Category::Cardinality if missing => {
                (E::Required, None)
            }
            // every value is well formed, and together they do not make sense
            Category::Quality if self.finding.fixer != Fixer::Receiver => {
                (E::Application, Some(A::IllogicalValue))
            }
            // a part of the field is missing, or it should not be there
            _ => (E::DataType, Some(A::InvalidValue)),
        }
    }
}

/// What a finding says, with codes shown and everything that may identify a person not.
pub(crate) fn words(finding: &Finding) -> String {
    let own_value = Own::of(&finding.rule).is_some();
    let about_codes = finding.category == Category::CodeSet || finding.rule.starts_with("CODE-");
    let shown = about_codes || own_value;
    finding.text(!shown).replace(MASK, "(not shown)")
}
