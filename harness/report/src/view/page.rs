//! The whole page.

use super::anchors::{Anchors, Kind};
use super::case::{
    AttestationView, GroupView, UnexpectedView, WaiverView, attestation_view, group_view,
    known_view, unexpected_view, waiver_view,
};
use super::pictures::{Matrix, StripCase, Timeline, matrix, short, strip, timeline};
use crate::answer::answer;
use crate::words;
use serde::Serialize;
use std::collections::BTreeMap;
use titer_runner::result::{RunResult, Standing, Step};

/// Everything that the page's template names.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    title: String,
    standing: &'static str,
    standing_word: &'static str,
    answer: String,
    lead: String,
    first: Option<FirstView>,
    plan_title: String,
    system: String,
    identity: Vec<Fact>,
    strip: Vec<StripCase>,
    counts: Vec<CountRow>,
    case_total: u64,
    step_total: u64,
    judged: String,
    groups: Vec<GroupView>,
    matrix: Matrix,
    timeline: Timeline,
    known: Vec<ApartView>,
    unmatched: Vec<String>,
    apart: Vec<ApartGroup>,
    unexpected: Vec<UnexpectedView>,
    attestations: Vec<Signed<AttestationView>>,
    waivers: Vec<Signed<WaiverView>>,
    modifications: Vec<String>,
    capabilities: Vec<CapabilityView>,
    evidence: Vec<EvidenceRow>,
    tool: String,
    masked: bool,
}

#[derive(Debug, Serialize)]
struct FirstView {
    anchor: Option<String>,
    path: String,
    title: String,
    standing: &'static str,
    word: &'static str,
    why: Option<String>,
}

#[derive(Debug, Serialize)]
struct Fact {
    name: &'static str,
    value: String,
    /// Long machine words (hashes, addresses) are set in a monospace face.
    code: bool,
}

#[derive(Debug, Serialize)]
struct CountRow {
    standing: &'static str,
    word: &'static str,
    cases: u64,
    steps: u64,
}

/// A case or step that is told in a list of its own.
#[derive(Debug, Serialize)]
struct ApartView {
    anchor: Option<String>,
    name: String,
    title: String,
    standing: &'static str,
    word: &'static str,
    why: String,
    reference: Option<String>,
}

#[derive(Debug, Serialize)]
struct ApartGroup {
    standing: &'static str,
    word: &'static str,
    reasons: Vec<Reason>,
}

/// Steps that are apart for the same reason.
#[derive(Debug, Serialize)]
struct Reason {
    why: String,
    steps: Vec<Link>,
}

#[derive(Debug, Serialize)]
struct Link {
    anchor: Option<String>,
    name: String,
}

#[derive(Debug, Serialize)]
struct Signed<T> {
    step: Link,
    what: T,
}

#[derive(Debug, Serialize)]
struct CapabilityView {
    id: String,
    title: String,
    counts: String,
    standing: &'static str,
    word: &'static str,
}

#[derive(Debug, Serialize)]
struct EvidenceRow {
    anchor: Option<String>,
    id: String,
    title: String,
    step: Link,
    sha256: String,
    chain: String,
}

pub(crate) fn page(result: &RunResult, masked: bool) -> Page {
    let mut anchors = Anchors::of(result);
    let answer = answer(result);
    let plan = format!("{} {}", result.plan.title, result.plan.version);
    let steps = &result.step_counts;
    let groups = result
        .groups
        .iter()
        .map(|g| group_view(g, &mut anchors))
        .collect();
    let unexpected = result
        .unexpected
        .iter()
        .map(|u| unexpected_view(u, &mut anchors))
        .collect();
    Page {
        title: format!(
            "{}: {}, {}",
            words::visible(&result.system.name),
            words::visible(&plan),
            result.standing.words()
        ),
        standing: result.standing.id(),
        standing_word: result.standing.words(),
        answer: answer.word.to_owned(),
        lead: answer.lead.clone(),
        first: answer.first.map(|f| FirstView {
            anchor: anchors
                .get(Kind::Step, &f.path)
                .or_else(|| anchors.get(Kind::Case, &f.path)),
            path: short(&f.path),
            title: words::visible(&f.title),
            standing: f.standing.id(),
            word: f.standing.words(),
            why: f.why,
        }),
        plan_title: words::visible(&plan),
        system: words::visible(&result.system.name),
        identity: identity(result),
        strip: strip(result, &anchors),
        counts: words::READING_ORDER
            .iter()
            .map(|s| CountRow {
                standing: s.id(),
                word: s.words(),
                cases: result.case_counts.get(*s),
                steps: steps.get(*s),
            })
            .filter(|row| row.cases + row.steps > 0)
            .collect(),
        case_total: result.case_counts.total,
        step_total: steps.total,
        judged: judged(result),
        matrix: matrix(result, &anchors),
        timeline: timeline(result, &anchors),
        known: known(result, &anchors),
        unmatched: result
            .unmatched_known_failures
            .iter()
            .map(|p| words::visible(p))
            .collect(),
        apart: apart(result, &anchors),
        unexpected,
        attestations: signed(result, &anchors, |s| {
            s.attestations.iter().map(attestation_view).collect()
        }),
        waivers: signed(result, &anchors, |s| {
            s.waivers.iter().map(waiver_view).collect()
        }),
        modifications: result
            .modifications
            .iter()
            .map(|m| words::visible(m))
            .collect(),
        capabilities: capabilities(result),
        evidence: result
            .evidence
            .iter()
            .map(|e| EvidenceRow {
                anchor: anchors.get(Kind::Message, &e.id),
                id: words::visible(&e.id),
                title: words::visible(&e.title),
                step: link(&e.step, &anchors),
                sha256: words::visible(&e.sha256),
                chain: words::visible(&e.chain),
            })
            .collect(),
        tool: words::visible(&words::tool(&result.tool)),
        masked,
        groups,
    }
}

fn link(path: &str, anchors: &Anchors) -> Link {
    Link {
        anchor: anchors.get(Kind::Step, path),
        name: short(path),
    }
}

fn identity(result: &RunResult) -> Vec<Fact> {
    let system = &result.system;
    let mut facts = Vec::new();
    let mut put = |name, value: Option<String>, code| {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            facts.push(Fact { name, value, code });
        }
    };
    let text = |t: &Option<String>| t.as_deref().map(words::visible);
    put(
        "System under test",
        Some(words::visible(&system.name)),
        false,
    );
    put("Its role", Some(system.role.words().to_owned()), false);
    put("About it", text(&system.about), false);
    put("Address", text(&system.address), true);
    put("Vendor", text(&system.vendor), false);
    put("Product", text(&system.product), false);
    put("Product version", text(&system.version), false);
    put("Tested by", text(&system.tester), false);
    put("Laboratory", text(&system.lab), false);
    let plan = &result.plan;
    put(
        "Plan",
        Some(words::visible(&format!("{} {}", plan.id, plan.version))),
        false,
    );
    put("Selected cases", text(&plan.selection), true);
    put("Began", Some(words::time(result.started)), false);
    put("Ended", Some(words::time(result.finished)), false);
    put("Dates count from", Some(words::date(result.as_of)), false);
    put("Seed", Some(result.seed.to_string()), false);
    put("Plan, SHA-256", Some(words::visible(&plan.sha256)), true);
    facts
}

fn judged(result: &RunResult) -> String {
    let mut by = BTreeMap::new();
    for step in result.steps() {
        *by.entry(step.judged).or_insert(0_u64) += 1;
    }
    let parts: Vec<String> = by
        .into_iter()
        .map(|(judged, n)| format!("{n} {}", judged.words()))
        .collect();
    let steps = &result.step_counts;
    let of = format!(
        "{} of {} are verdicts on the system",
        steps.judged,
        words::count(steps.total, "step", "steps")
    );
    if parts.is_empty() {
        format!("{of}.")
    } else {
        format!("{of}. How they came about: {}.", parts.join(", "))
    }
}

fn known(result: &RunResult, anchors: &Anchors) -> Vec<ApartView> {
    let mut known = Vec::new();
    for case in result.cases() {
        if let Some(k) = &case.known {
            let k = known_view(k);
            known.push(ApartView {
                anchor: anchors.get(Kind::Case, &case.path),
                name: words::visible(case.name()),
                title: words::visible(&case.title),
                standing: case.standing.id(),
                word: case.standing.words(),
                why: k.reason,
                reference: k.reference,
            });
        }
        for step in &case.steps {
            if let Some(k) = &step.known {
                let k = known_view(k);
                known.push(ApartView {
                    anchor: anchors.get(Kind::Step, &step.path),
                    name: short(&step.path),
                    title: words::visible(&step.title),
                    standing: step.standing.id(),
                    word: step.standing.words(),
                    why: k.reason,
                    reference: k.reference,
                });
            }
        }
    }
    known
}

fn apart(result: &RunResult, anchors: &Anchors) -> Vec<ApartGroup> {
    [
        Standing::Pending,
        Standing::Attested,
        Standing::NotEvaluated,
        Standing::NotApplicable,
    ]
    .into_iter()
    .filter_map(|standing| {
        let mut reasons: Vec<Reason> = Vec::new();
        for step in result.steps().filter(|s| s.standing == standing) {
            let why = words::why(step).unwrap_or_else(|| {
                match standing {
                    Standing::Pending => "nobody has done or attested it yet",
                    Standing::Attested => "declared by a person, not tested",
                    _ => "no reason is given",
                }
                .to_owned()
            });
            let link = link(&step.path, anchors);
            match reasons.iter_mut().find(|r| r.why == why) {
                Some(reason) => reason.steps.push(link),
                None => reasons.push(Reason {
                    why,
                    steps: vec![link],
                }),
            }
        }
        (!reasons.is_empty()).then(|| ApartGroup {
            standing: standing.id(),
            word: standing.words(),
            reasons,
        })
    })
    .collect()
}

fn signed<T>(
    result: &RunResult,
    anchors: &Anchors,
    of: impl Fn(&Step) -> Vec<T>,
) -> Vec<Signed<T>> {
    result
        .steps()
        .flat_map(|step| {
            of(step).into_iter().map(|what| Signed {
                step: link(&step.path, anchors),
                what,
            })
        })
        .collect()
}

fn capabilities(result: &RunResult) -> Vec<CapabilityView> {
    result
        .capabilities
        .iter()
        .map(|capability| {
            let steps = || {
                result
                    .steps()
                    .filter(|s| s.capabilities.contains(&capability.id))
                    .map(|s| s.standing)
            };
            let standing = steps().min();
            CapabilityView {
                id: words::visible(&capability.id),
                title: words::visible(&capability.title),
                counts: words::counts(&titer_runner::result::Counts::of(steps())),
                standing: standing.map_or("not-evaluated", Standing::id),
                word: standing.map_or("no step shows it", Standing::words),
            }
        })
        .collect()
}
