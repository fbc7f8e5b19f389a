//! The evaluator.

use super::place::{Spot, Within};
use super::waive::{self, Miss};
use super::{conform, near_miss, rules};
use crate::result::{self, Assertion, Outcome};
use titer_finding::{Finding, Fixer, Phi};
use titer_hl7::{Message, Offsets, Path};
use titer_plan::model::{Allowance, DataKind, Expectation, Form, Operators, Text, Texts, Waiver};
use titer_plan::syntax::{Reference, Target};
use titer_plan::{Exchanged, Parsed, RenderError, Scope};

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

// why a value is not what it should be
struct Wrong {
    rule: &'static str,
    // a value, or words
    expected: String,
    exact: bool,
    near: Option<&'static str>,
}

impl Wrong {
    fn words(rule: &'static str, expected: impl Into<String>) -> Verdict {
        Verdict::Wrong(Wrong {
            rule,
            expected: expected.into(),
            exact: false,
            near: None,
        })
    }

    fn value(rule: &'static str, wanted: &str, found: &str) -> Verdict {
        Verdict::Wrong(Wrong {
            rule,
            exact: !wanted.is_empty(),
            expected: if wanted.is_empty() {
                "nothing".to_owned()
            } else {
                wanted.to_owned()
            },
            near: near_miss(wanted, found),
        })
    }

    fn said(&self) -> String {
        if self.exact {
            format!("`{}`", self.expected)
        } else {
            self.expected.clone()
        }
    }
}

enum Verdict {
    Right,
    Wrong(Wrong),
    Unknown(Outcome, String),
}

fn unknown(error: &RenderError) -> Verdict {
    let outcome = match error {
        RenderError::NoMessage(_) => Outcome::Inconclusive,
        _ => Outcome::Error,
    };
    Verdict::Unknown(outcome, error.to_string())
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

    fn operators(&self, o: &Operators<'_>, value: Option<&str>, ic: bool) -> Verdict {
        let checks: [Option<Verdict>; 8] = [
            o.is.map(|t| self.is(t, value, ic)),
            o.is_not.map(|t| self.is_not(t, value, ic)),
            o.is_one_of.map(|t| self.is_one_of(t, value, ic)),
            o.matches.map(|r| match (r.get(), value) {
                (None, _) => Verdict::Unknown(Outcome::Error, format!("`{r}` cannot be read")),
                (Some(regex), Some(v)) if regex.is_match(v) => Verdict::Right,
                _ => Wrong::words(rules::id::PATTERN, format!("a value like {r}")),
            }),
            o.same_as.map(|r| self.compared(r, value, ic, true)),
            o.differs_from.map(|r| self.compared(r, value, ic, false)),
            o.day.map(|t| self.is_day(t, value)),
            length(o, value),
        ];
        checks
            .into_iter()
            .flatten()
            .find(|v| !matches!(v, Verdict::Right))
            .unwrap_or(Verdict::Right)
    }

    fn is(&self, text: &Text, value: Option<&str>, ic: bool) -> Verdict {
        match self.texts.text(text) {
            Err(e) => unknown(&e),
            Ok(wanted) if same(&wanted, value.unwrap_or_default(), ic) => Verdict::Right,
            Ok(wanted) => Wrong::value(rules::id::VALUE, &wanted, value.unwrap_or_default()),
        }
    }

    // the day counts, a time of day after it does not
    fn is_day(&self, text: &Text, value: Option<&str>) -> Verdict {
        let first = |t: &str| t.chars().take(8).collect::<String>();
        match self.texts.text(text) {
            Err(e) => unknown(&e),
            Ok(wanted) if first(&wanted) == first(value.unwrap_or_default()) => Verdict::Right,
            Ok(wanted) => Wrong::value(
                rules::id::VALUE,
                &first(&wanted),
                &first(value.unwrap_or_default()),
            ),
        }
    }

    fn is_not(&self, text: &Text, value: Option<&str>, ic: bool) -> Verdict {
        match self.texts.text(text) {
            Err(e) => unknown(&e),
            Ok(unwanted) if same(&unwanted, value.unwrap_or_default(), ic) => Wrong::words(
                rules::id::VALUE,
                format!("anything but {}", quoted(&unwanted)),
            ),
            Ok(_) => Verdict::Right,
        }
    }

    fn is_one_of(&self, texts: &[Text], value: Option<&str>, ic: bool) -> Verdict {
        let mut wanted = Vec::new();
        for text in texts {
            match self.texts.text(text) {
                Err(e) => return unknown(&e),
                Ok(w) => wanted.push(w),
            }
        }
        let found = value.unwrap_or_default();
        if wanted.iter().any(|w| same(w, found, ic)) {
            return Verdict::Right;
        }
        Verdict::Wrong(Wrong {
            rule: rules::id::VALUE,
            near: wanted.iter().find_map(|w| near_miss(w, found)),
            expected: listed(&wanted),
            exact: false,
        })
    }

    fn compared(
        &self,
        reference: &Parsed<Reference>,
        value: Option<&str>,
        ic: bool,
        alike: bool,
    ) -> Verdict {
        let Some(r) = reference.get() else {
            return Verdict::Unknown(Outcome::Error, format!("`{reference}` cannot be read"));
        };
        let Some(bytes) = self.exchanged.message(&r.message) else {
            let because = format!("there is no message for `{reference}` to compare with");
            return Verdict::Unknown(Outcome::Inconclusive, because);
        };
        let mut table = Offsets::new();
        let other = Message::parse(bytes, &mut table);
        let there = Within::Message.spot(&other, &r.path).value();
        let equal = same(
            there.as_deref().unwrap_or_default(),
            value.unwrap_or_default(),
            ic,
        );
        match (alike, equal, value, &there) {
            (true, true, _, _) | (false, false, Some(_), _) => Verdict::Right,
            (true, false, _, None) => {
                Wrong::words(rules::id::SAME, format!("nothing, as in {reference}"))
            }
            (true, false, _, Some(there)) => {
                Wrong::value(rules::id::SAME, there, value.unwrap_or_default())
            }
            (false, ..) => Wrong::words(
                rules::id::DIFFERENT,
                format!("another value than in {reference}"),
            ),
        }
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

    #[expect(
        clippy::too_many_arguments,
        reason = "they are the parts of one expectation"
    )]
    fn find(
        &self,
        e: &Expectation,
        target: &Parsed<Target>,
        conditions: &[(Parsed<Path>, Texts)],
        count: titer_plan::model::Count,
        expect: &[Expectation],
        within: &Within<'a>,
        label: &str,
        ic: bool,
    ) -> Vec<Judgement> {
        let Some(kind) = target.get() else {
            return vec![self.broken(target.text())];
        };
        let mut wanted: Vec<(&Path, Vec<String>)> = Vec::new();
        for (at, texts) in conditions {
            let Some(path) = at.get() else {
                return vec![self.broken(at.text())];
            };
            match texts.iter().map(|t| self.texts.text(t)).collect() {
                Ok(values) => wanted.push((path, values)),
                Err(error) => {
                    let mut assertion =
                        Assertion::new(titled(label, &called(e, target, &[])), Outcome::Error);
                    assertion.because = Some(RenderError::to_string(&error));
                    return vec![Judgement::of(assertion)];
                }
            }
        }
        let name = called(e, target, &wanted);
        let candidates = within.candidates(&self.message, *kind);
        let misses: Vec<Vec<(usize, Spot<'a>)>> = candidates
            .iter()
            .map(|c| {
                wanted
                    .iter()
                    .enumerate()
                    .map(|(i, (path, _))| (i, c.spot(&self.message, path)))
                    .filter(|(i, spot)| {
                        let found = spot.value().unwrap_or_default();
                        wanted
                            .get(*i)
                            .is_some_and(|(_, values)| !values.iter().any(|v| same(v, &found, ic)))
                    })
                    .collect()
            })
            .collect();
        let found: Vec<&Within<'a>> = candidates
            .iter()
            .zip(&misses)
            .filter(|(_, m)| m.is_empty())
            .map(|(c, _)| c)
            .collect();
        let n = found.len() as u32;
        let what = titled(label, &format!("{name} is there {}", counted(count)));
        let mut assertion = Assertion::new(what, Outcome::Met);
        assertion.message = Some(self.id.to_owned());
        assertion.expected = Some(counted(count));
        assertion.location = Some(match found.first() {
            Some(first) => first.place(&self.message),
            None => within.place(&self.message),
        });
        assertion.at = assertion
            .location
            .as_ref()
            .map(|l| l.path.clone())
            .filter(|p| !p.is_empty());
        if !count.holds(n) {
            return vec![self.not_found(assertion, &name, *kind, n, count, &wanted, &misses)];
        }
        let mut judgements = vec![Judgement::of(assertion)];
        for one in found {
            let inner = if label.is_empty() {
                name.clone()
            } else {
                format!("{label}: {name}")
            };
            judgements.extend(self.inside(expect, one, &inner));
        }
        judgements
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "they are the parts of one search"
    )]
    fn not_found(
        &self,
        mut assertion: Assertion,
        name: &str,
        kind: Target,
        n: u32,
        count: titer_plan::model::Count,
        wanted: &[(&Path, Vec<String>)],
        misses: &[Vec<(usize, Spot<'a>)>],
    ) -> Judgement {
        assertion.found = Some(Phi::new(n.to_string()));
        if n < count.least
            && let Some(waiver) = self
                .waivers
                .iter()
                .find(|w| self.may_be_missing(w, kind, wanted))
        {
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
        let location = assertion.location.clone().unwrap_or_default();
        let mut finding = rules::finding(rules::id::COUNT, self.fixer, location);
        finding.message = match n {
            0 => format!("{name} is not there, expected {}", counted(count)),
            n => format!("{name} is there {}, expected {}", times(n), counted(count)),
        };
        finding.expected = Some(counted(count));
        // the one that is nearest says most
        let nearest = misses
            .iter()
            .filter(|m| !m.is_empty() && m.len() < wanted.len().max(2))
            .min_by_key(|m| m.len());
        if let (true, Some(nearest)) = (n < count.least, nearest) {
            let parts: Vec<(String, String, &str)> = nearest
                .iter()
                .filter_map(|(i, spot)| {
                    let (_, values) = wanted.get(*i)?;
                    let near = values
                        .iter()
                        .find_map(|v| near_miss(v, &spot.value().unwrap_or_default()));
                    Some((spot.path.to_string(), listed(values), near.unwrap_or("")))
                })
                .collect();
            let brief = |(path, values, near): &(String, String, &str)| match *near {
                "" => format!("{path} is not {values}"),
                near => format!("{path} is not {values} but {near}"),
            };
            let brief: Vec<String> = parts.iter().map(brief).collect();
            if let Some((_, spot)) = nearest.first() {
                finding.location = spot.location.clone();
                finding.value = spot.value().map(Phi::new);
                assertion.location = Some(spot.location.clone());
                assertion.at = Some(spot.path.to_string());
                let help = match parts.as_slice() {
                    [(path, values, near)] if spot.value().is_some() => {
                        let near = if near.is_empty() {
                            String::new()
                        } else {
                            format!(": {near}")
                        };
                        format!("the nearest has `{{value}}` at {path} instead of {values}{near}")
                    }
                    _ => format!("in the nearest, {}", brief.join(" and ")),
                };
                finding.help = Some(help);
            }
            assertion.because = Some(format!("in the nearest, {}", brief.join(" and ")));
        }
        Judgement {
            assertion,
            findings: vec![finding],
            waivers: Vec::new(),
        }
    }

    fn may_be_missing(
        &self,
        waiver: &Waiver,
        kind: Target,
        wanted: &[(&Path, Vec<String>)],
    ) -> bool {
        let Some(missing) = &waiver.missing else {
            return false;
        };
        let conditions = missing.conditions.iter().all(|(at, texts)| {
            let values: Result<Vec<String>, _> = texts.iter().map(|t| self.texts.text(t)).collect();
            match (at.get(), values) {
                (Some(path), Ok(values)) => wanted
                    .iter()
                    .any(|(p, w)| *p == path && w.iter().all(|v| values.contains(v))),
                _ => false,
            }
        });
        missing.find.get() == Some(&kind) && conditions && waive::present(waiver, &self.message)
    }

    fn any_of(&self, alternatives: &[Expectation], within: &Within<'a>, label: &str) -> Judgement {
        let tried: Vec<Vec<Judgement>> = alternatives
            .iter()
            .map(|e| self.inside(std::slice::from_ref(e), within, label))
            .collect();
        let what = titled(
            label,
            &format!("one of {} alternatives holds", alternatives.len()),
        );
        let mut assertion = Assertion::new(what, Outcome::NotMet);
        assertion.message = Some(self.id.to_owned());
        if let Some(held) = tried
            .iter()
            .find(|t| !t.is_empty() && t.iter().all(Judgement::holds))
        {
            let exception = held
                .iter()
                .find(|j| j.assertion.outcome == Outcome::Allowed);
            assertion.outcome = if exception.is_some() {
                Outcome::Allowed
            } else {
                Outcome::Met
            };
            if let Some(first) = held.first() {
                assertion.at.clone_from(&first.assertion.at);
                assertion.location.clone_from(&first.assertion.location);
                assertion.found.clone_from(&first.assertion.found);
            }
            assertion.because = exception.and_then(|j| j.assertion.because.clone());
            return Judgement {
                assertion,
                findings: Vec::new(),
                waivers: held.iter().flat_map(|j| j.waivers.clone()).collect(),
            };
        }
        let missed: Vec<&Judgement> = tried
            .iter()
            .filter_map(|t| t.iter().find(|j| !j.holds()))
            .collect();
        let expected: Vec<&str> = missed.iter().map(|j| j.assertion.what.as_str()).collect();
        assertion.expected = Some(expected.join(", or "));
        // all that failed could not be judged: then neither could this
        if let Some(worst) = missed
            .iter()
            .map(|j| j.assertion.outcome)
            .find(|o| *o != Outcome::NotMet)
        {
            assertion.outcome = worst;
            assertion.because = missed.iter().find_map(|j| j.assertion.because.clone());
            return Judgement::of(assertion);
        }
        let mut finding =
            rules::finding(rules::id::ANY_OF, self.fixer, within.place(&self.message));
        if let Some(first) = missed.first() {
            assertion.at.clone_from(&first.assertion.at);
            assertion.location.clone_from(&first.assertion.location);
            assertion.found.clone_from(&first.assertion.found);
            finding.location = first.assertion.location.clone().unwrap_or_default();
            finding.value.clone_from(&first.assertion.found);
        }
        finding.message = escaped(&titled(
            label,
            &format!(
                "none of the {} alternatives holds: {}",
                alternatives.len(),
                expected.join(", or ")
            ),
        ));
        finding.expected.clone_from(&assertion.expected);
        Judgement {
            assertion,
            findings: vec![finding],
            waivers: Vec::new(),
        }
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

    fn broken(&self, text: &str) -> Judgement {
        let mut assertion = Assertion::new(format!("`{text}`"), Outcome::Error);
        assertion.message = Some(self.id.to_owned());
        assertion.because = Some("the plan's text cannot be read".to_owned());
        Judgement::of(assertion)
    }
}

fn present(value: Option<&str>) -> Verdict {
    match value {
        Some(_) => Verdict::Right,
        None => Wrong::words(rules::id::PRESENT, "a value"),
    }
}

fn length(o: &Operators<'_>, value: Option<&str>) -> Option<Verdict> {
    if o.min_length.is_none() && o.max_length.is_none() {
        return None;
    }
    let n = value.unwrap_or_default().chars().count() as u32;
    let short = o.min_length.is_some_and(|min| n < min);
    let long = o.max_length.is_some_and(|max| n > max);
    if !short && !long {
        return Some(Verdict::Right);
    }
    let expected = match (o.min_length, o.max_length) {
        (Some(min), Some(max)) => format!("{min} to {max} characters"),
        (Some(min), None) => format!("at least {min} characters"),
        (None, Some(max)) => format!("at most {max} characters"),
        (None, None) => String::new(),
    };
    Some(Wrong::words(rules::id::LENGTH, expected))
}

fn same(a: &str, b: &str, ignoring_case: bool) -> bool {
    a == b || (ignoring_case && a.to_lowercase() == b.to_lowercase())
}

fn titled(label: &str, what: &str) -> String {
    if label.is_empty() {
        what.to_owned()
    } else {
        format!("{label}: {what}")
    }
}

fn quoted(text: &str) -> String {
    if text.is_empty() {
        "nothing".to_owned()
    } else {
        format!("`{text}`")
    }
}

fn listed(texts: &[String]) -> String {
    texts
        .iter()
        .map(|t| quoted(t))
        .collect::<Vec<_>>()
        .join(" or ")
}

// a text of the plan cannot hold the placeholder of a finding
fn escaped(text: &str) -> String {
    text.replace("{value}", "value")
}

fn words_of(shown: impl Fn(&Text) -> String, o: &Operators<'_>) -> String {
    let mut words = Vec::new();
    if let Some(t) = o.is {
        words.push(format!("is {}", shown(t)));
    }
    if let Some(t) = o.is_not {
        words.push(format!("is not {}", shown(t)));
    }
    if let Some(t) = o.is_one_of {
        let all: Vec<String> = t.iter().map(&shown).collect();
        words.push(format!("is {}", all.join(" or ")));
    }
    if let Some(r) = o.matches {
        words.push(format!("matches {r}"));
    }
    if let Some(r) = o.same_as {
        words.push(format!("is the same as {r}"));
    }
    if let Some(r) = o.differs_from {
        words.push(format!("differs from {r}"));
    }
    if let Some(t) = o.day {
        words.push(format!("is of the day {}", shown(t)));
    }
    match (o.min_length, o.max_length) {
        (None, None) => {}
        _ => words.push("has the right length".to_owned()),
    }
    words.join(" and ")
}

// what is looked for, as a reader is told it
fn called(e: &Expectation, target: &Parsed<Target>, wanted: &[(&Path, Vec<String>)]) -> String {
    if let Some(label) = &e.label {
        return label.clone();
    }
    let by: Vec<String> = wanted
        .iter()
        .map(|(p, v)| format!("{p} {}", listed(v)))
        .collect();
    if by.is_empty() {
        target.text().to_owned()
    } else {
        format!("{} with {}", target.text(), by.join(" and "))
    }
}

fn times(n: u32) -> String {
    match n {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{n} times"),
    }
}

fn counted(count: titer_plan::model::Count) -> String {
    match (count.least, count.most) {
        (0, Some(0)) => "never".to_owned(),
        (a, Some(b)) if a == b => format!("exactly {}", times(a)),
        (0, Some(b)) => format!("at most {}", times(b)),
        (a, Some(b)) => format!("{a} to {b} times"),
        (a, None) => format!("at least {}", times(a)),
    }
}
