//! Groups, cases and steps for the page.

use super::anchors::{Anchors, Kind};
use super::messages::{MessageView, NoteView, message_view, place};
use crate::answer::case_why;
use crate::words;
use serde::Serialize;
use std::collections::BTreeSet;
use titer_finding::Phi;
use titer_runner::result::{
    Assertion, Case, Direction, Exchange, Group, KnownFailure, Outcome, Part, Standing, Step,
    StepKind, Unexpected,
};

#[derive(Debug, Serialize)]
pub(crate) struct GroupView {
    id: String,
    title: String,
    standing: &'static str,
    word: &'static str,
    cases: Vec<CaseView>,
}

#[derive(Debug, Serialize)]
struct CaseView {
    anchor: Option<String>,
    name: String,
    title: String,
    standing: &'static str,
    word: &'static str,
    /// Class names of the standings inside, for the filter.
    has: String,
    open: bool,
    note: String,
    why: Option<String>,
    known: Option<KnownView>,
    steps: Vec<StepView>,
}

#[derive(Debug, Serialize)]
pub(crate) struct KnownView {
    pub(crate) reason: String,
    pub(crate) pattern: String,
    pub(crate) reference: Option<String>,
}

#[derive(Debug, Serialize)]
struct StepView {
    anchor: Option<String>,
    name: String,
    title: String,
    standing: &'static str,
    word: &'static str,
    kind: &'static str,
    judged: &'static str,
    timing: Option<String>,
    requirements: Vec<String>,
    capabilities: Vec<String>,
    because: Option<String>,
    known: Option<KnownView>,
    assertions: Vec<AssertionView>,
    met: usize,
    checklist: Vec<CheckView>,
    attestations: Vec<AttestationView>,
    waivers: Vec<WaiverView>,
    comment: Option<String>,
    findings: Vec<NoteView>,
    exchanges: Vec<ExchangeView>,
    messages: Vec<MessageView>,
    files: Vec<FileView>,
}

#[derive(Debug, Serialize)]
struct AssertionView {
    outcome: &'static str,
    /// The mark beside it: a standing's symbol.
    symbol: &'static str,
    what: String,
    at: Option<String>,
    message: Option<String>,
    compare: bool,
    expected: Option<String>,
    found: Option<String>,
    because: Option<String>,
}

#[derive(Debug, Serialize)]
struct CheckView {
    text: String,
    word: &'static str,
    symbol: &'static str,
    comment: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct AttestationView {
    pub(crate) statement: String,
    pub(crate) by: String,
    pub(crate) date: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct WaiverView {
    pub(crate) what: String,
    pub(crate) reason: String,
    pub(crate) by: String,
}

#[derive(Debug, Serialize)]
struct FileView {
    title: String,
    name: String,
    about: String,
}

#[derive(Debug, Serialize)]
struct ExchangeView {
    anchor: Option<String>,
    words: String,
    bad: bool,
    error: Option<String>,
    wires: Vec<WireView>,
}

#[derive(Debug, Serialize)]
struct WireView {
    title: &'static str,
    size: String,
    text: String,
}

pub(crate) fn group_view(group: &Group, anchors: &mut Anchors) -> GroupView {
    GroupView {
        id: words::visible(&group.id),
        title: words::visible(&group.title),
        standing: group.standing.id(),
        word: group.standing.words(),
        cases: group.cases.iter().map(|c| case_view(c, anchors)).collect(),
    }
}

fn case_view(case: &Case, anchors: &mut Anchors) -> CaseView {
    let inside: BTreeSet<Standing> = case.steps.iter().map(|s| s.standing).collect();
    let has: Vec<String> = inside
        .iter()
        .chain(std::iter::once(&case.standing))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|s| format!("has-{}", s.id()))
        .collect();
    CaseView {
        anchor: anchors.claim(Kind::Case, &case.path),
        name: words::visible(case.name()),
        title: words::visible(&case.title),
        standing: case.standing.id(),
        word: case.standing.words(),
        has: has.join(" "),
        open: case.standing.fails_the_run() || inside.iter().any(|s| s.fails_the_run()),
        note: note(case),
        why: case_why(case),
        known: case.known.as_ref().map(known_view),
        steps: case.steps.iter().map(|s| step_view(s, anchors)).collect(),
    }
}

fn note(case: &Case) -> String {
    let took: u64 = case.steps.iter().filter_map(|s| s.took_ms).sum();
    let steps = words::count(case.steps.len() as u64, "step", "steps");
    if case.steps.iter().any(|s| s.took_ms.is_some()) {
        format!("{steps}, {}", words::duration(took))
    } else {
        steps
    }
}

pub(crate) fn known_view(known: &KnownFailure) -> KnownView {
    KnownView {
        reason: words::visible(&known.reason),
        pattern: words::visible(&known.pattern),
        reference: known.reference.as_deref().map(words::visible),
    }
}

fn step_view(step: &Step, anchors: &mut Anchors) -> StepView {
    let timing = match (step.started_ms, step.took_ms) {
        (Some(at), Some(took)) => Some(format!(
            "took {}, {} into the run",
            words::duration(took),
            words::duration(at)
        )),
        (None, Some(took)) => Some(format!("took {}", words::duration(took))),
        _ => None,
    };
    let anchor = anchors.claim(Kind::Step, &step.path);
    let messages = step
        .messages
        .iter()
        .map(|m| message_view(m, step, anchors))
        .collect();
    let mut assertions: Vec<&Assertion> = step.assertions.iter().collect();
    assertions.sort_by_key(|a| a.outcome);
    StepView {
        anchor,
        name: words::visible(step.name()),
        title: words::visible(&step.title),
        standing: step.standing.id(),
        word: step.standing.words(),
        kind: step.kind.words(),
        judged: step.judged.words(),
        timing,
        requirements: step
            .requirements
            .iter()
            .map(|r| words::visible(r))
            .collect(),
        capabilities: step
            .capabilities
            .iter()
            .map(|c| words::visible(c))
            .collect(),
        because: words::reason(step),
        known: step.known.as_ref().map(known_view),
        met: step
            .assertions
            .iter()
            .filter(|a| a.outcome == Outcome::Met)
            .count(),
        assertions: assertions
            .iter()
            .map(|a| assertion_view(a, anchors))
            .collect(),
        checklist: step
            .checklist
            .iter()
            .map(|c| {
                let (word, symbol) = match c.seen {
                    Some(true) => ("seen", "passed"),
                    Some(false) => ("not seen", "failed"),
                    None => ("not looked at yet", "pending"),
                };
                CheckView {
                    text: words::visible(&c.words(false)),
                    word,
                    symbol,
                    comment: c.comment.as_deref().map(words::visible),
                }
            })
            .collect(),
        attestations: step.attestations.iter().map(attestation_view).collect(),
        waivers: step.waivers.iter().map(waiver_view).collect(),
        comment: step.comment.as_deref().map(words::visible),
        findings: step
            .findings
            .iter()
            .map(|f| NoteView::of_finding(f, None, None))
            .collect(),
        exchanges: step
            .exchanges
            .iter()
            .map(|x| exchange_view(x, anchors))
            .collect(),
        messages,
        files: step
            .files
            .iter()
            .map(|f| FileView {
                title: words::visible(&f.title),
                name: words::visible(&f.name),
                about: format!("{}, {}", words::visible(&f.media_type), words::size(f.size)),
            })
            .collect(),
    }
}

/// A message that belonged to no open step.
#[derive(Debug, Serialize)]
pub(crate) struct UnexpectedView {
    because: String,
    exchanges: Vec<ExchangeView>,
    messages: Vec<MessageView>,
}

pub(crate) fn unexpected_view(unexpected: &Unexpected, anchors: &mut Anchors) -> UnexpectedView {
    // nothing was judged by it, so there is no step whose assertions could be marked
    let nothing = Step::new("", "", StepKind::SutMessage);
    UnexpectedView {
        because: words::visible(&unexpected.because),
        exchanges: unexpected
            .exchanges
            .iter()
            .map(|x| exchange_view(x, anchors))
            .collect(),
        messages: unexpected
            .messages
            .iter()
            .map(|m| message_view(m, &nothing, anchors))
            .collect(),
    }
}

pub(crate) fn attestation_view(a: &titer_runner::result::Attestation) -> AttestationView {
    AttestationView {
        statement: words::visible(&a.statement),
        by: match &a.role {
            Some(role) => format!("{}, {}", words::visible(&a.name), words::visible(role)),
            None => words::visible(&a.name),
        },
        date: iso_in_words(&a.date),
    }
}

pub(crate) fn waiver_view(w: &titer_runner::result::Waiver) -> WaiverView {
    let by = [
        w.by.as_deref().map(words::visible),
        w.date.as_deref().map(iso_in_words),
    ];
    WaiverView {
        what: words::visible(&w.what),
        reason: words::visible(&w.reason),
        by: by.into_iter().flatten().collect::<Vec<_>>().join(", "),
    }
}

/// An ISO date in words; anything else as it is.
fn iso_in_words(text: &str) -> String {
    text.parse()
        .map_or_else(|_| words::visible(text), words::date)
}

fn assertion_view(a: &Assertion, anchors: &Anchors) -> AssertionView {
    AssertionView {
        outcome: words::outcome(a.outcome),
        symbol: match a.outcome {
            Outcome::Error => "error",
            Outcome::NotMet => "failed",
            Outcome::Inconclusive => "inconclusive",
            Outcome::Allowed => "passed-with-exception",
            Outcome::Met => "passed",
        },
        what: words::visible(&a.what),
        at: a.at.as_deref().map(words::visible),
        message: a
            .message
            .as_deref()
            .and_then(|m| anchors.get(Kind::Message, m)),
        compare: a.expected.is_some() || a.found.is_some(),
        expected: a.expected.as_deref().map(words::visible),
        found: match (&a.found, a.expected.is_some()) {
            (Some(found), _) if found.reveal().is_empty() => Some("an empty value".to_owned()),
            (Some(found), _) => Some(words::visible(found.reveal())),
            (None, true) if a.outcome != Outcome::Met => Some("nothing".to_owned()),
            (None, _) => None,
        },
        because: a.because_text(false).map(|b| words::visible(&b)),
    }
}

fn exchange_view(x: &Exchange, anchors: &mut Anchors) -> ExchangeView {
    let direction = match x.direction {
        Direction::ToSystem => "to the system",
        Direction::FromSystem => "from the system",
    };
    let status = match (x.status, &x.response) {
        (Some(status), _) => format!("HTTP {status}"),
        (None, Some(_)) => "answered".to_owned(),
        (None, None) => "no answer".to_owned(),
    };
    let sizes = match &x.response {
        Some(response) => format!(
            "{} sent, {} back",
            words::size(x.request.size),
            words::size(response.size)
        ),
        None => format!("{} sent", words::size(x.request.size)),
    };
    let wire = |title, part: &Part| {
        part.wire.as_ref().map(|body| WireView {
            title,
            size: words::size(part.size),
            text: wire_text(&body.text),
        })
    };
    let request = wire("Request on the wire", &x.request);
    let response = x
        .response
        .as_ref()
        .and_then(|r| wire("Response on the wire", r));
    ExchangeView {
        anchor: anchors.claim(Kind::Exchange, &x.id),
        words: format!(
            "{} {direction}, {}, {status}, {}, {sizes}",
            words::visible(&x.operation),
            words::visible(&x.transport),
            words::duration(x.took_ms)
        ),
        bad: x.error.is_some() || x.response.is_none(),
        error: x.error.as_deref().map(words::visible),
        wires: request.into_iter().chain(response).collect(),
    }
}

/// Wire text with its lines kept and every other control character made visible.
fn wire_text(text: &Phi) -> String {
    let text = text.reveal().replace("\r\n", "\n");
    let lines: Vec<String> = text.split('\n').map(words::visible).collect();
    lines.join("\n")
}

/// Whether an assertion is marked in this message: it is not plainly met and has a place there.
pub(crate) fn marked_in<'s>(
    step: &'s Step,
    message: &'s str,
) -> impl Iterator<Item = &'s Assertion> {
    step.assertions.iter().filter(move |a| {
        a.outcome != Outcome::Met
            && a.message.as_deref() == Some(message)
            && a.location.as_ref().is_some_and(|l| place(l).is_some())
    })
}
