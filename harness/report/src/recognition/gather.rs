//! The report's data from a result document.

use super::decide::decide;
use super::juror;
use super::model::{
    AttestationRow, CapabilityRow, ComponentRow, Counting, CoverageRow, FindingRow, Identity,
    Means, MeansRow, MessageRow, Open, OverrideRow, ProgrammeResult, RECOGNITION_SCHEMA,
    Recognition, State, StepRow, Tally, WaiverRow,
};
use super::rule::{RuleOverride, rule};
use crate::words;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use titer_finding::{Phi, Severity};
use titer_runner::result::{
    AnswerSource, Attestation, Evaluation, Judged, Level, MessageEvidence, Origin, Outcome,
    RunResult, Step, Verdict,
};

/// The recognition report of a settled document. With `masked` it is made from a masked copy and says so.
pub fn recognition(result: &RunResult, given: RuleOverride, masked: bool) -> Recognition {
    if masked {
        let copy = crate::masked(result);
        return Recognition {
            masked: true,
            ..recognition(&copy, given, false)
        };
    }
    let ended = result.finished.to_zoned(TimeZone::UTC).date();
    let capabilities: Vec<CapabilityRow> = result
        .capabilities
        .iter()
        .map(|c| {
            let steps: Vec<&Step> = result
                .steps()
                .filter(|s| s.capabilities.contains(&c.id))
                .collect();
            capability(result, c, &steps)
        })
        .collect();
    let mut unassigned = Tally::default();
    for step in result
        .steps()
        .filter(|s| counts(s) && levels(result, s).is_empty())
    {
        unassigned.add(state_of(step));
    }
    let rule = rule(result, given, &capabilities, unassigned);
    let open = open(result, &capabilities, ended);
    let mut trouble: Vec<String> = result
        .cases()
        .filter(|c| c.steps.is_empty())
        .map(|c| format!("case {} has no step", words::visible(&c.path)))
        .collect();
    trouble.extend(declared_instead(result));
    let (decision, lead) = decide(result, &rule, &capabilities, &open, &trouble);
    Recognition {
        schema: RECOGNITION_SCHEMA.to_owned(),
        decision,
        lead,
        identity: identity(result),
        rule,
        open,
        trouble,
        components: components(result, &capabilities),
        capabilities,
        means: means(result),
        steps: result.steps().map(|s| step_row(result, s)).collect(),
        coverage: coverage(result),
        messages: messages(result),
        jurors: juror::documents(result),
        jurors_left_out: juror::left_out(result),
        attestations: attestations(result, ended),
        waivers: waivers(result),
        overrides: overrides(result),
        modifications: result.modifications.clone(),
        evidence: result.evidence.clone(),
        masked: false,
    }
}

// what would decide, and was declared where the plan has it tested
fn declared_instead(result: &RunResult) -> Option<String> {
    let decides = |s: &&Step| {
        let levels = levels(result, s);
        only_declared(s) && (levels.is_empty() || levels.contains(&Level::Core))
    };
    let names: Vec<&str> = result.steps().filter(decides).map(Step::name).collect();
    let what = match names.len() {
        0 => return None,
        1 => "A step that the plan has tested was only declared".to_owned(),
        n => format!("{n} steps that the plan has tested were only declared"),
    };
    let more = if names.len() > 5 { " and others" } else { "" };
    let first: Vec<String> = names.iter().take(5).map(|n| words::visible(n)).collect();
    Some(format!("{what}: {}{more}", first.join(", ")))
}

fn identity(result: &RunResult) -> Identity {
    let system = &result.system;
    Identity {
        product: system
            .product
            .clone()
            .unwrap_or_else(|| system.name.clone()),
        version: system.version.clone(),
        vendor: system.vendor.clone(),
        role: system.role,
        tester: system.tester.clone(),
        lab: system.lab.clone(),
        started: result.started,
        finished: result.finished,
        as_of: result.as_of,
        seed: result.seed,
        plan: result.plan.clone(),
        tool: result.tool.clone(),
    }
}

/// Whether a step's verdict counts for a capability. What the plan has declared, what is not evaluated and what cannot
/// apply never does. What the plan has tested counts even where it was only declared: nobody gets out of a test by declaring.
fn counts(step: &Step) -> bool {
    step.evaluation == Evaluation::Evaluated
        && !matches!(step.verdict, Verdict::NotEvaluated | Verdict::NotApplicable)
}

/// Whether a step that the plan has tested was declared instead.
fn only_declared(step: &Step) -> bool {
    counts(step) && (step.verdict == Verdict::Attested || step.judged == Judged::Attested)
}

fn state(verdict: Verdict) -> State {
    match verdict {
        Verdict::Pending => State::Open,
        Verdict::Failed => State::Failed,
        Verdict::Error | Verdict::Inconclusive => State::Undecided,
        Verdict::PassedWithException => State::PassedWithException,
        Verdict::Passed => State::Passed,
        Verdict::Attested | Verdict::NotEvaluated | Verdict::NotApplicable => State::Apart,
    }
}

/// What a step that counts says: one that was only declared shows nothing.
fn state_of(step: &Step) -> State {
    if only_declared(step) {
        State::Undecided
    } else {
        state(step.verdict)
    }
}

/// Levels of the step's capabilities; empty when it names none that the document has.
fn levels(result: &RunResult, step: &Step) -> Vec<Level> {
    result
        .capabilities
        .iter()
        .filter(|c| step.capabilities.contains(&c.id))
        .map(|c| c.level)
        .collect()
}

fn counting(result: &RunResult, step: &Step) -> Counting {
    match (&step.evaluation, step.verdict) {
        (Evaluation::NotApplicable { .. }, _) | (_, Verdict::NotApplicable) => {
            Counting::NotApplicable
        }
        (Evaluation::NotEvaluated { .. }, _) | (_, Verdict::NotEvaluated) => Counting::NotEvaluated,
        (Evaluation::Attestation, _) | (_, Verdict::Attested) => Counting::Attestation,
        _ if step.judged == Judged::Attested => Counting::Attestation,
        _ => {
            let levels = levels(result, step);
            if !levels.is_empty() && levels.iter().all(|l| *l == Level::EvaluationYear) {
                Counting::EvaluationYear
            } else {
                Counting::Counts
            }
        }
    }
}

fn capability(
    result: &RunResult,
    of: &titer_runner::result::Capability,
    steps: &[&Step],
) -> CapabilityRow {
    let mut tally = Tally::default();
    let mut apart = 0;
    for step in steps {
        if counts(step) {
            tally.add(state_of(step));
        } else {
            apart += 1;
        }
    }
    let state = if steps.is_empty() {
        State::NotShown
    } else {
        // the states are ordered by urgency
        steps
            .iter()
            .filter(|s| counts(s))
            .map(|s| state_of(s))
            .min()
            .unwrap_or(State::Apart)
    };
    let because = steps
        .iter()
        .filter(|s| counts(s))
        .find(|s| state_of(s) == state && !state.is_pass())
        .map(|s| s.path.clone());
    let known = of
        .component
        .as_ref()
        .filter(|id| result.components.iter().any(|c| c.id == **id));
    CapabilityRow {
        id: of.id.clone(),
        title: of.title.clone(),
        level: of.level,
        component: known.cloned(),
        state,
        counts: of.level != Level::EvaluationYear && state != State::Apart,
        steps: tally,
        apart,
        paths: steps.iter().map(|s| s.path.clone()).collect(),
        because,
    }
}

fn components(result: &RunResult, capabilities: &[CapabilityRow]) -> Vec<ComponentRow> {
    let named = result
        .components
        .iter()
        .map(|c| (Some(c.id.as_str()), c.id.clone(), c.title.clone()));
    let rest = if result.components.is_empty() {
        "All capabilities"
    } else {
        "Of no component"
    };
    named
        .chain([(None, String::new(), rest.to_owned())])
        .filter_map(|(component, id, title)| {
            let own: Vec<&CapabilityRow> = capabilities
                .iter()
                .filter(|c| c.component.as_deref() == component)
                .collect();
            if own.is_empty() && component.is_none() {
                return None;
            }
            let tally = |level| {
                let mut tally = Tally::default();
                for row in own.iter().filter(|c| c.level == level) {
                    tally.add(row.state);
                }
                tally
            };
            Some(ComponentRow {
                id,
                title,
                state: own
                    .iter()
                    .filter(|c| c.counts)
                    .map(|c| c.state)
                    .min()
                    .unwrap_or(if own.is_empty() {
                        State::NotShown
                    } else {
                        State::Apart
                    }),
                core: tally(Level::Core),
                optional: tally(Level::Advanced),
                evaluation_year: own
                    .iter()
                    .filter(|c| c.level == Level::EvaluationYear)
                    .count() as u64,
                capabilities: own.iter().map(|c| c.id.clone()).collect(),
            })
        })
        .collect()
}

fn expired(attestation: &Attestation, ended: Date) -> bool {
    attestation.expires.is_some_and(|last| last < ended)
}

fn open(result: &RunResult, capabilities: &[CapabilityRow], ended: Date) -> Vec<Open> {
    let mut open = Vec::new();
    if let Some(selection) = &result.plan.selection {
        open.push(Open {
            at: String::new(),
            title: "The run is a part of the plan".to_owned(),
            because: Phi::new(format!(
                "only `{}` was selected, and a part of a plan decides nothing",
                words::visible(selection)
            )),
        });
    }
    for step in result.steps() {
        let lapsed = step.verdict == Verdict::Attested
            && !step.attestations.is_empty()
            && step.attestations.iter().all(|a| expired(a, ended));
        let because = if step.verdict == Verdict::Pending {
            words::why(step).unwrap_or_else(|| "nobody has done or attested it yet".to_owned())
        } else if lapsed {
            "its attestation has expired".to_owned()
        } else if step.verdict == Verdict::Attested && step.attestations.is_empty() {
            "it is called attested, and nobody is named who attests it".to_owned()
        } else {
            continue;
        };
        open.push(Open {
            at: step.path.clone(),
            title: step.title.clone(),
            because: Phi::new(because),
        });
    }
    for row in capabilities {
        if row.level == Level::Core && row.state == State::NotShown {
            open.push(Open {
                at: row.id.clone(),
                title: row.title.clone(),
                because: Phi::new("no step of the run shows this core capability"),
            });
        }
    }
    open
}

fn programme_result(step: &Step) -> Option<ProgrammeResult> {
    Some(match step.verdict {
        Verdict::Passed => ProgrammeResult::Passed,
        Verdict::PassedWithException => ProgrammeResult::PassedNotableException,
        Verdict::Failed if step.not_supported => ProgrammeResult::FailedNotSupported,
        Verdict::Failed => ProgrammeResult::Failed,
        Verdict::Pending => ProgrammeResult::Incomplete,
        Verdict::Error | Verdict::Inconclusive => ProgrammeResult::Inconclusive,
        Verdict::Attested | Verdict::NotEvaluated | Verdict::NotApplicable => return None,
    })
}

/// Whether the machine compared what a person had typed.
fn typed(step: &Step) -> bool {
    let from_answers = matches!(
        step.judged,
        Judged::Reconciled
            | Judged::Forecast
            | Judged::Inventory
            | Judged::Document
            | Judged::Fhir
            | Judged::Driver
    );
    from_answers
        && step
            .answers
            .as_ref()
            .is_some_and(|a| a.source == AnswerSource::Tester)
}

fn step_row(result: &RunResult, step: &Step) -> StepRow {
    let messages = step.messages.iter().map(|m| m.id.clone());
    let files = step.files.iter().map(|f| f.name.clone());
    StepRow {
        path: step.path.clone(),
        aliases: step.aliases.clone(),
        title: step.title.clone(),
        kind: step.kind,
        evaluation: step.evaluation.clone(),
        counting: counting(result, step),
        verdict: step.verdict,
        result: programme_result(step),
        judged: step.judged,
        typed: typed(step),
        because: words::why(step).map(Phi::new),
        comment: step.comment.clone(),
        capabilities: step.capabilities.clone(),
        evidence: messages.chain(files).collect(),
    }
}

fn means(result: &RunResult) -> Means {
    let mut by: BTreeMap<Judged, (u64, u64)> = BTreeMap::new();
    let mut means = Means {
        rows: Vec::new(),
        steps: 0,
        counting: 0,
        without_eye: 0,
        not_applicable: 0,
        checked: 0,
        counting_without_eye: 0,
        typed: 0,
    };
    for step in result.steps() {
        let typed = u64::from(typed(step));
        if matches!(step.evaluation, Evaluation::NotApplicable { .. }) {
            means.not_applicable += 1;
            continue;
        }
        let checked = u64::from(checked(step));
        // what is open was not judged, whatever was done for it
        let done = step.verdict.is_judged();
        let eyeless = u64::from(done && step.judged.by_machine() && typed == 0) + checked;
        let counted = u64::from(counts(step));
        let row = by.entry(step.judged).or_default();
        row.0 += 1;
        row.1 += typed;
        means.steps += 1;
        means.counting += counted;
        means.without_eye += eyeless;
        means.checked += checked;
        means.counting_without_eye += eyeless * counted;
        means.typed += typed;
    }
    means.rows = by
        .into_iter()
        .map(|(judged, (steps, typed))| MeansRow {
            judged,
            steps,
            typed,
        })
        .collect();
    means
}

// whether a message, a document, the FHIR interface or a driver showed that a step was done which never counts
fn checked(step: &Step) -> bool {
    let by_hand = |s: &Step| {
        let from = s.answers.as_ref().map(|a| a.source);
        from == Some(AnswerSource::Tester)
    };
    matches!(step.evaluation, Evaluation::NotEvaluated { .. })
        && !step.assertions.is_empty()
        && step
            .assertions
            .iter()
            .all(|a| matches!(a.outcome, Outcome::Met | Outcome::Allowed))
        && !by_hand(step)
}

fn coverage(result: &RunResult) -> Vec<CoverageRow> {
    result
        .requirements
        .iter()
        .map(|requirement| {
            let steps: Vec<&Step> = result
                .steps()
                .filter(|s| requirement.steps.contains(&s.path))
                .collect();
            let all = || steps.iter().flat_map(|s| &s.assertions);
            // where no expectation names the requirement, all of its steps' speak for it
            let named = all().any(|a| a.requirements.contains(&requirement.id));
            let about = || all().filter(|a| !named || a.requirements.contains(&requirement.id));
            let pending = steps.iter().any(|s| s.verdict == Verdict::Pending);
            CoverageRow {
                id: requirement.id.clone(),
                title: requirement.title.clone(),
                source: requirement.source.clone(),
                steps: requirement.steps.clone(),
                verdict: if pending && !steps.iter().any(|s| s.verdict.is_bad()) {
                    Some(Verdict::Pending)
                } else {
                    steps.iter().map(|s| s.verdict).min()
                },
                expectations: about().count() as u64,
                met: about().filter(|a| a.outcome == Outcome::Met).count() as u64,
            }
        })
        .collect()
}

fn messages(result: &RunResult) -> Vec<MessageRow> {
    let of_steps = result
        .steps()
        .flat_map(|s| s.messages.iter().map(move |m| message(m, Some(s))));
    let of_none = result
        .unexpected
        .iter()
        .flat_map(|u| u.messages.iter().map(|m| message(m, None)));
    of_steps.chain(of_none).collect()
}

fn message(message: &MessageEvidence, step: Option<&Step>) -> MessageRow {
    let of = |class| {
        message
            .findings
            .iter()
            .filter(|f| f.severity == class)
            .count() as u64
    };
    let affirmed = step.map_or(0, |s| {
        s.assertions
            .iter()
            .filter(|a| a.outcome == Outcome::Met)
            .filter(|a| a.message.as_deref() == Some(message.id.as_str()))
            .count() as u64
    });
    MessageRow {
        id: message.id.clone(),
        step: step.map(|s| s.path.clone()).unwrap_or_default(),
        title: message.title.clone(),
        of_system: message.origin == Origin::System,
        profile: message.profile.clone(),
        sha256: message.sha256.clone(),
        errors: of(Severity::Error),
        warnings: of(Severity::Warning),
        notes: of(Severity::Info),
        affirmed,
        findings: message
            .findings
            .iter()
            .map(|f| FindingRow {
                class: f.severity,
                rule: f.rule.clone(),
                category: f.category,
                at: f.location.path.clone(),
                line: f.location.line,
                column: f.location.column,
                text: Phi::new(f.text(false)),
                source: f.source.clone(),
            })
            .collect(),
    }
}

fn attestations(result: &RunResult, ended: Date) -> Vec<AttestationRow> {
    result
        .steps()
        .flat_map(|s| s.attestations.iter().map(move |a| (s, a)))
        .map(|(step, a)| AttestationRow {
            step: step.path.clone(),
            statement: a.statement.clone(),
            name: a.name.clone(),
            role: a.role.clone(),
            date: a.date.clone(),
            expires: a.expires,
            expired: expired(a, ended),
        })
        .collect()
}

fn waivers(result: &RunResult) -> Vec<WaiverRow> {
    result
        .steps()
        .flat_map(|s| s.waivers.iter().map(move |w| (s, w)))
        .map(|(step, w)| WaiverRow {
            step: step.path.clone(),
            what: w.what.clone(),
            reason: w.reason.clone(),
            by: w.by.clone(),
            date: w.date.clone(),
        })
        .collect()
}

fn overrides(result: &RunResult) -> Vec<OverrideRow> {
    result
        .steps()
        .filter_map(|s| s.overridden.as_ref().map(|o| (s, o)))
        .map(|(step, o)| OverrideRow {
            step: step.path.clone(),
            from: o.verdict,
            judged: o.judged,
            to: step.verdict,
            because: o.because.clone(),
            by: o.by.clone(),
            at: o.at,
        })
        .collect()
}
