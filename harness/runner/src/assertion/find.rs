//! Looking for something in whatever order the sender chose, and trying alternatives.

use super::eval::{Asserting, Judgement};
use super::place::{Spot, Within};
use super::said::{called, counted, escaped, listed, times, titled};
use super::values::same;
use super::{near_miss, rules, waive};
use crate::result::{Assertion, Outcome};
use titer_finding::Phi;
use titer_hl7::Path;
use titer_plan::model::{Expectation, Texts, Waiver};
use titer_plan::syntax::Target;
use titer_plan::{Parsed, RenderError};

impl<'a> Asserting<'a> {
    #[expect(
        clippy::too_many_arguments,
        reason = "they are the parts of one expectation"
    )]
    pub(super) fn find(
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
    pub(super) fn not_found(
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
                near => format!("{path} is not {values} ({near})"),
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

    pub(super) fn may_be_missing(
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

    pub(super) fn any_of(
        &self,
        alternatives: &[Expectation],
        within: &Within<'a>,
        label: &str,
    ) -> Judgement {
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
}
