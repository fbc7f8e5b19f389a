//! The evaluator.

use super::place::{Spot, Within};
use super::said::{escaped, quoted, titled, words_of};
use super::values::{Verdict, Wrong, present};
use super::waive::{self, Miss};
use super::{conform, rules};
use crate::result::{self, Assertion, Outcome};
use titer_finding::{Finding, Fixer, Phi};
use titer_hl7::{Message, Path};
use titer_plan::model::{Allowance, DataKind, Expectation, Form, Operators, Text, Waiver};
use titer_plan::{Exchanged, Parsed, Scope};

/// One expectation judged.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// What was expected and found.
    pub assertion: Assertion,
    /// What is wrong and where, when it is not met.
    pub findings: Vec<Finding>,
    /// The waivers that made it pass.
    pub waivers: Vec<result::Waiver>,
}

impl Judgement {
    pub(crate) fn of(assertion: Assertion) -> Self {
        Self {
            assertion,
            findings: Vec::new(),
            waivers: Vec::new(),
        }
    }

    /// Whether it is met, with or without an exception.
    pub fn holds(&self) -> bool {
        matches!(self.assertion.outcome, Outcome::Met | Outcome::Allowed)
    }
}

/// Adds findings to those that are there; one that is there already is left out, and message order is kept.
pub fn merge(into: &mut Vec<Finding>, more: Vec<Finding>) {
    for finding in more {
        let same = |f: &Finding| {
            f.rule == finding.rule && f.location == finding.location && f.message == finding.message
        };
        if !into.iter().any(same) {
            into.push(finding);
        }
    }
    into.sort_by(|a, b| {
        (a.location.start, a.location.end, &a.rule).cmp(&(
            b.location.start,
            b.location.end,
            &b.rule,
        ))
    });
}

/// Holds expectations against one message.
#[derive(Clone, Copy)]
pub struct Asserting<'a> {
    /// The message.
    pub message: Message<'a>,
    /// Its [`result::MessageEvidence::id`].
    pub id: &'a str,
    /// What texts are filled in with.
    pub texts: &'a Scope<'a>,
    /// The messages to which expectations refer.
    pub exchanged: &'a dyn Exchanged,
    /// Whether upper and lower case are the same where an expectation does not say.
    pub ignoring_case: bool,
    /// What is allowed as well.
    pub allowances: &'a [Allowance],
    /// The plan's waivers that count for this step.
    pub waivers: &'a [&'a Waiver],
    /// Who made the message and can put it right.
    pub fixer: Fixer,
}

impl<'a> Asserting<'a> {
    /// Every expectation, in order.
    pub fn all(&self, expectations: &[Expectation]) -> Vec<Judgement> {
        self.inside(expectations, &Within::Message, "")
    }

    /// Every expectation, looked up inside one order, segment or repetition; `label` names it in reports.
    pub fn inside(
        &self,
        expectations: &[Expectation],
        within: &Within<'a>,
        label: &str,
    ) -> Vec<Judgement> {
        expectations
            .iter()
            .filter(|e| e.data != Some(DataKind::Indifferent))
            .flat_map(|e| self.one(e, within, label))
            .collect()
    }

    fn one(&self, e: &Expectation, within: &Within<'a>, label: &str) -> Vec<Judgement> {
        let ignoring_case = e.ignoring_case.unwrap_or(self.ignoring_case);
        let mut judgements = match e.form() {
            None => Vec::new(),
            Some(Form::Value(at, operators)) => {
                vec![
                    self.value(at, label, within, &self.words_of(&operators), |v| {
                        self.operators(&operators, v, ignoring_case)
                    }),
                ]
            }
            Some(Form::Fixed(entries)) => entries
                .iter()
                .map(|(at, text)| {
                    self.value(
                        at,
                        label,
                        within,
                        &format!("is {}", self.shown(text)),
                        |v| self.is(text, v, ignoring_case),
                    )
                })
                .collect(),
            Some(Form::Listed(entries)) => entries
                .iter()
                .map(|(at, texts)| {
                    self.value(at, label, within, "is one of the list", |v| {
                        self.is_one_of(texts, v, ignoring_case)
                    })
                })
                .collect(),
            Some(Form::Present(paths)) => paths
                .iter()
                .map(|at| self.value(at, label, within, "has a value", present))
                .collect(),
            Some(Form::Absent(paths)) => paths
                .iter()
                .flat_map(|at| self.absent(at, label, within))
                .collect(),
            Some(Form::Find {
                target,
                conditions,
                count,
                expect,
            }) => self.find(
                e,
                target,
                conditions,
                count,
                expect,
                within,
                label,
                ignoring_case,
            ),
            Some(Form::ConformsTo(profiles)) => {
                let ids: Vec<&str> = profiles.iter().map(|p| p.value.as_str()).collect();
                let conformed = conform(&self.message, &ids, self.waivers);
                let mut judgement = conformed.judgement;
                judgement.assertion.message = Some(self.id.to_owned());
                judgement.findings = conformed.findings;
                vec![judgement]
            }
            Some(Form::AnyOf(alternatives)) => vec![self.any_of(alternatives, within, label)],
        };
        if let Some(because) = &e.because {
            for judgement in judgements.iter_mut().filter(|j| !j.holds()) {
                let assertion = &mut judgement.assertion;
                assertion.because = Some(match assertion.because.take() {
                    Some(found) => format!("{found}; expected because {because}"),
                    None => format!("expected because {because}"),
                });
            }
        }
        judgements
    }

    // one place, one assertion
    fn value(
        &self,
        at: &Parsed<Path>,
        label: &str,
        within: &Within<'a>,
        words: &str,
        judge: impl Fn(Option<&str>) -> Verdict,
    ) -> Judgement {
        let Some(path) = at.get() else {
            return self.broken(at.text());
        };
        let spot = within.spot(&self.message, path);
        self.spot(path, &spot, label, words, &judge)
    }

    fn spot(
        &self,
        written: &Path,
        spot: &Spot<'a>,
        label: &str,
        words: &str,
        judge: &dyn Fn(Option<&str>) -> Verdict,
    ) -> Judgement {
        let value = spot.value();
        let mut assertion = Assertion::new(
            titled(label, &format!("{} {words}", spot.path)),
            Outcome::Met,
        );
        assertion.at = Some(spot.path.to_string());
        assertion.message = Some(self.id.to_owned());
        assertion.location = Some(spot.location.clone());
        assertion.found = value.as_deref().map(Phi::new);
        match judge(value.as_deref()) {
            Verdict::Right => Judgement::of(assertion),
            Verdict::Unknown(outcome, because) => {
                assertion.outcome = outcome;
                assertion.because = Some(because);
                Judgement::of(assertion)
            }
            Verdict::Wrong(wrong) => {
                let place = titled(label, &spot.path.to_string());
                self.missed(assertion, written, &place, spot, value.as_deref(), &wrong)
            }
        }
    }

    // not met, unless something allows it
    fn missed(
        &self,
        mut assertion: Assertion,
        written: &Path,
        place: &str,
        spot: &Spot<'a>,
        value: Option<&str>,
        wrong: &Wrong,
    ) -> Judgement {
        assertion.expected = Some(wrong.expected.clone());
        if let Some(because) = self.allowed(written, value) {
            assertion.outcome = Outcome::Allowed;
            assertion.because = Some(format!("also allowed: {because}"));
            return Judgement::of(assertion);
        }
        if let Some(waiver) = self.waived(&spot.path, value) {
            assertion.outcome = Outcome::Allowed;
            assertion.because = Some(format!("allowed by {}: {}", waiver.id, waiver.because));
            let waivers = vec![waive::noted(waiver, &assertion.what)];
            return Judgement {
                assertion,
                findings: Vec::new(),
                waivers,
            };
        }
        assertion.outcome = Outcome::NotMet;
        let elsewhere = wrong
            .exact
            .then(|| self.elsewhere(spot, value, &wrong.expected))
            .flatten();
        let help = wrong.near.map(str::to_owned).or(elsewhere);
        assertion.because = help
            .clone()
            .or_else(|| value.is_none().then(|| "nothing stands there".to_owned()));
        let mut finding = rules::finding(wrong.rule, self.fixer, spot.location.clone());
        let said = escaped(&format!("{place}: expected {}", wrong.said()));
        finding.message = match value {
            Some(_) => format!("{said}, found `{{value}}`"),
            None => format!("{said}, found nothing"),
        };
        finding.value = value.map(Phi::new);
        finding.expected = Some(wrong.expected.clone());
        finding.help = help;
        Judgement {
            assertion,
            findings: vec![finding],
            waivers: Vec::new(),
        }
    }

    pub(super) fn waived(&self, path: &Path, value: Option<&str>) -> Option<&'a Waiver> {
        let miss = Miss {
            path: Some(path),
            value,
            rule: None,
        };
        self.waivers
            .iter()
            .copied()
            .find(|w| waive::allows(w, miss, &self.message))
    }

    // the expected value stands in another place of the same field or segment
    fn elsewhere(&self, spot: &Spot<'a>, value: Option<&str>, wanted: &str) -> Option<String> {
        if wanted.len() < 2 || value == Some(wanted) {
            return None;
        }
        let segment = self
            .message
            .segment(spot.path.segment(), spot.path.segment_index().unwrap_or(1))?;
        for field in segment.fields().filter(|f| !f.is_empty()) {
            for (r, repetition) in field.repetitions().enumerate() {
                for (c, component) in repetition.components().enumerate() {
                    if component.text() == wanted {
                        let repeated = if r > 0 {
                            format!("[{}]", r + 1)
                        } else {
                            String::new()
                        };
                        return Some(format!(
                            "the expected value stands in {}-{}{repeated}.{}",
                            segment.name(),
                            field.number(),
                            c + 1
                        ));
                    }
                }
            }
        }
        None
    }

    pub(super) fn allowed(&self, written: &Path, value: Option<&str>) -> Option<&'a str> {
        self.allowances
            .iter()
            .filter(|a| a.at.get() == Some(written))
            .find(|a| {
                let operators = Operators {
                    is: a.is.as_ref(),
                    is_not: None,
                    is_one_of: a.is_one_of.as_deref(),
                    matches: a.matches.as_ref(),
                    same_as: None,
                    differs_from: None,
                    day: None,
                    min_length: None,
                    max_length: None,
                };
                let named = a.is.is_some() || a.is_one_of.is_some() || a.matches.is_some();
                (a.absent && value.is_none())
                    || (named
                        && matches!(
                            self.operators(&operators, value, self.ignoring_case),
                            Verdict::Right
                        ))
            })
            .map(|a| a.because.as_str())
    }

    fn absent(&self, at: &Parsed<Path>, label: &str, within: &Within<'a>) -> Vec<Judgement> {
        let Some(path) = at.get() else {
            return vec![self.broken(at.text())];
        };
        let nothing = |value: Option<&str>| match value {
            None => Verdict::Right,
            Some(_) => Wrong::words(rules::id::ABSENT, "nothing"),
        };
        let spots = within.spots(&self.message, path);
        // one assertion for all of them: the first that is there, else the first
        let spot = spots
            .iter()
            .find(|s| s.value().is_some())
            .or(spots.first())
            .cloned()
            .unwrap_or_else(|| within.spot(&self.message, path));
        let mut judgement = self.spot(path, &spot, label, "is absent", &nothing);
        if path.field().is_none() {
            // a whole segment is not quoted
            judgement.assertion.found = judgement.assertion.found.map(|_| Phi::new("the segment"));
            for finding in &mut judgement.findings {
                finding.message = format!("{}: the segment is there", judgement.assertion.what);
                finding.value = None;
            }
        }
        vec![judgement]
    }

    // a text of the plan, filled in where that can be done
    fn shown(&self, text: &Text) -> String {
        quoted(
            &self
                .texts
                .text(text)
                .unwrap_or_else(|_| text.text().to_owned()),
        )
    }

    fn words_of(&self, o: &Operators<'_>) -> String {
        words_of(|t| self.shown(t), o)
    }

    pub(super) fn broken(&self, text: &str) -> Judgement {
        let mut assertion = Assertion::new(format!("`{text}`"), Outcome::Error);
        assertion.message = Some(self.id.to_owned());
        assertion.because = Some("the plan's text cannot be read".to_owned());
        Judgement::of(assertion)
    }
}
