//! The state of a registry as its answer to a query shows it: doses that are there, that are not, and how many.

use super::eval::{Asserting, Judgement};
use super::place::{Within, at, orders};
use super::{near_miss, rules};
use crate::result::{Assertion, Outcome};
use titer_finding::{Finding, Location, Phi};
use titer_hl7::{Message, Path};
use titer_plan::model::{DoseExpect, QueryBack};
use titer_plan::{Dose, RenderError};

/// One order group of an answer.
#[derive(Clone, Debug)]
pub struct KeptDose<'m> {
    within: Within<'m>,
    codes: Vec<(String, String)>,
    date: String,
    completion: String,
    location: Location,
}

impl KeptDose<'_> {
    /// Whether a vaccine was given: not a refusal, not an entry without a vaccine (998), not marked as not given.
    pub fn was_given(&self) -> bool {
        !matches!(self.completion.as_str(), "RE" | "NA")
            && !self.codes.iter().any(|(code, _)| code == "998")
    }

    fn has_code(&self, dose: &Dose) -> bool {
        if dose.cvx.is_empty() && dose.ndc.is_empty() {
            return true;
        }
        let digits = |text: &str| text.replace('-', "");
        self.codes
            .iter()
            .any(|(code, system)| match system.as_str() {
                "CVX" | "HL70292" => dose.cvx.contains(code),
                "NDC" | "2.16.840.1.113883.6.69" => {
                    dose.ndc.iter().any(|n| digits(n) == digits(code))
                }
                "" => dose.cvx.contains(code) || dose.ndc.contains(code),
                _ => false,
            })
    }

    fn has_date(&self, dose: &Dose) -> bool {
        dose.date.as_deref().is_none_or(|d| day(d) == self.date)
    }
}

fn day(text: &str) -> String {
    text.chars().take(8).collect()
}

/// Every order group of an answer, in its order.
pub fn kept_doses<'m>(message: &Message<'m>) -> Vec<KeptDose<'m>> {
    orders(message)
        .into_iter()
        .filter(|segments| segments.iter().any(|s| s.name() == "RXA"))
        .map(|segments| {
            let within = Within::Order(segments);
            let text =
                |path: &'static str| within.spot(message, &at(path)).value().unwrap_or_default();
            let codes = [("RXA-5.1", "RXA-5.3"), ("RXA-5.4", "RXA-5.6")]
                .into_iter()
                .map(|(code, system)| (text(code), text(system)))
                .filter(|(code, _)| !code.is_empty())
                .collect();
            let (date, completion) = (day(&text("RXA-3.1")), text("RXA-20"));
            KeptDose {
                codes,
                date,
                completion,
                location: within.place(message),
                within,
            }
        })
        .collect()
}

// a part of a dose that is written out: its name, its place, the values one of which stands there, whether only the day counts
type Detail = (&'static str, &'static str, Vec<String>, bool);

fn details(dose: &Dose) -> Vec<Detail> {
    let one = |value: &Option<String>| value.iter().cloned().collect::<Vec<_>>();
    let all = [
        ("lot", "RXA-15", one(&dose.lot), false),
        ("expiry date", "RXA-16.1", one(&dose.expires), true),
        ("maker", "RXA-17.1", one(&dose.manufacturer), false),
        ("amount", "RXA-6", one(&dose.amount), false),
        ("route", "RXR-1.1", one(&dose.route), false),
        ("site", "RXR-2.1", one(&dose.site), false),
        (
            "information source",
            "RXA-9.1",
            dose.information_source.clone(),
            false,
        ),
        (
            "completion status",
            "RXA-20",
            dose.completion.clone(),
            false,
        ),
        ("refusal reason", "RXA-18.1", one(&dose.refusal), false),
    ];
    all.into_iter()
        .filter(|(_, _, values, _)| !values.is_empty())
        .collect()
}

impl<'a> Asserting<'a> {
    /// Everything that a query back says about doses.
    pub fn state(&self, query: &QueryBack) -> Vec<Judgement> {
        let kept = kept_doses(&self.message);
        let mut judgements = self.present_doses(&query.expect_doses, &kept);
        judgements.extend(
            query
                .absent_doses
                .iter()
                .map(|d| self.absent_dose(d, &kept)),
        );
        if let Some(count) = query.expect_count {
            judgements.push(self.count(count, &kept));
        }
        if !query.expect_doses.is_empty() || query.expect_count.is_some() {
            judgements.push(self.no_duplicates(&kept));
        }
        if query.expect_none {
            judgements.push(self.nothing_told());
        }
        judgements
    }

    fn present_doses(&self, expected: &[DoseExpect], kept: &[KeptDose<'a>]) -> Vec<Judgement> {
        let doses: Vec<Result<Dose, RenderError>> =
            expected.iter().map(|d| self.texts.dose(d)).collect();
        let assigned = self.assign(&doses, kept);
        let mut judgements = Vec::new();
        for ((wanted, dose), taken) in expected.iter().zip(&doses).zip(assigned) {
            let dose = match dose {
                Ok(dose) => dose,
                Err(error) => {
                    judgements.push(unrendered(wanted, error));
                    continue;
                }
            };
            let what = format!("{} is returned", said(dose));
            let mut assertion = self.assertion(what, Outcome::Met);
            let Some(found) = taken.and_then(|i| kept.get(i)) else {
                judgements.push(self.lost(assertion, dose, kept));
                continue;
            };
            assertion.location = Some(found.location.clone());
            assertion.at = Some(found.location.path.clone());
            judgements.push(Judgement::of(assertion));
            for detail in details(dose) {
                judgements.push(self.detail(dose, &detail, found));
            }
            judgements.extend(self.inside(&wanted.expect, &found.within, &said(dose)));
        }
        judgements
    }

    // each expected dose gets a kept one of its own; of several that fit, the one that fits best (augmenting paths)
    fn assign(
        &self,
        doses: &[Result<Dose, RenderError>],
        kept: &[KeptDose<'a>],
    ) -> Vec<Option<usize>> {
        let choices: Vec<Vec<usize>> = doses
            .iter()
            .map(|dose| {
                let Ok(dose) = dose else { return Vec::new() };
                let mut fits: Vec<usize> = (0..kept.len())
                    .filter(|i| {
                        kept.get(*i)
                            .is_some_and(|k| k.has_code(dose) && k.has_date(dose))
                    })
                    .collect();
                fits.sort_by_key(|i| {
                    kept.get(*i).map_or(0, |k| {
                        details(dose).iter().filter(|d| !self.fits(d, k)).count()
                    })
                });
                fits
            })
            .collect();
        let mut owner: Vec<Option<usize>> = vec![None; kept.len()];
        // doses whose best choice fits in everything choose first
        let misfit = |d: usize| {
            let dose = doses.get(d).and_then(|r| r.as_ref().ok());
            let best = choices
                .get(d)
                .and_then(|c| c.first())
                .and_then(|k| kept.get(*k));
            match (dose, best) {
                (Some(dose), Some(k)) => details(dose).iter().filter(|x| !self.fits(x, k)).count(),
                _ => usize::MAX,
            }
        };
        let mut order: Vec<usize> = (0..doses.len()).collect();
        order.sort_by_key(|d| misfit(*d));
        for d in order {
            place(d, &choices, &mut owner, &mut vec![false; kept.len()]);
        }
        (0..doses.len())
            .map(|d| owner.iter().position(|o| *o == Some(d)))
            .collect()
    }

    fn fits(&self, (_, path, values, only_day): &Detail, kept: &KeptDose<'a>) -> bool {
        let found = self.kept_value(path, kept, *only_day);
        values
            .iter()
            .any(|v| equal(v, &found, *only_day, self.ignoring_case))
    }

    fn kept_value(&self, path: &'static str, kept: &KeptDose<'a>, only_day: bool) -> String {
        let value = kept
            .within
            .spot(&self.message, &at(path))
            .value()
            .unwrap_or_default();
        if only_day { day(&value) } else { value }
    }

    fn detail(&self, dose: &Dose, detail: &Detail, kept: &KeptDose<'a>) -> Judgement {
        let (name, path, values, only_day) = detail;
        let spot = kept.within.spot(&self.message, &at(path));
        let value = spot.value();
        let expected = values.join(" or ");
        let mut assertion = self.assertion(
            format!("{}: {name} {}", said(dose), shown(&expected)),
            Outcome::Met,
        );
        assertion.at = Some(spot.path.to_string());
        assertion.location = Some(spot.location.clone());
        assertion.expected = Some(expected.clone());
        assertion.found = value.as_deref().map(Phi::new);
        if self.fits(detail, kept) {
            return Judgement::of(assertion);
        }
        if let Some(because) = self.excused(&at(path), &spot.path, value.as_deref()) {
            assertion.outcome = Outcome::Allowed;
            assertion.because = Some(because);
            return Judgement::of(assertion);
        }
        let found = value.clone().unwrap_or_default();
        let found = if *only_day { day(&found) } else { found };
        let near = values
            .iter()
            .find_map(|v| near_miss(v, &found))
            .map(str::to_owned);
        let mut finding = rules::finding(rules::id::DOSE_DETAIL, self.fixer, spot.location);
        finding.message = match &value {
            Some(_) => format!(
                "{}: {name} expected {}, found `{{value}}`",
                said(dose),
                shown(&expected)
            ),
            None => format!(
                "{}: {name} expected {}, found nothing",
                said(dose),
                shown(&expected)
            ),
        };
        finding.value = value.map(Phi::new);
        finding.expected = Some(expected);
        finding.help.clone_from(&near);
        assertion.because = near;
        self.not_met(assertion, finding)
    }

    fn lost(&self, mut assertion: Assertion, dose: &Dose, kept: &[KeptDose<'a>]) -> Judgement {
        let nearest = kept.iter().find_map(|k| {
            if k.has_code(dose) {
                let wanted = dose.date.as_deref().map(day)?;
                let near = near_miss(&wanted, &k.date).unwrap_or("the same vaccine on another day");
                Some((k, format!("returned on another date: {near}")))
            } else if dose.date.is_some() && k.has_date(dose) {
                Some((k, "another vaccine of the same day is returned".to_owned()))
            } else {
                None
            }
        });
        let location = match &nearest {
            Some((k, _)) => k.location.clone(),
            None => Within::Message.location(&self.message, &at("RXA")),
        };
        let mut finding = rules::finding(rules::id::DOSE_MISSING, self.fixer, location);
        finding.message = format!("{} is not returned", said(dose));
        finding.expected = Some(said(dose));
        if let Some((k, help)) = nearest {
            assertion.location = Some(k.location.clone());
            assertion.because = Some(help.clone());
            finding.help = Some(help);
        }
        assertion.expected = Some("a dose with this vaccine and date".to_owned());
        assertion.found = Some(Phi::new(match kept.len() {
            0 => "no dose at all".to_owned(),
            1 => "one other order".to_owned(),
            n => format!("{n} orders, none of them this dose"),
        }));
        self.not_met(assertion, finding)
    }

    fn absent_dose(&self, wanted: &DoseExpect, kept: &[KeptDose<'a>]) -> Judgement {
        let dose = match self.texts.dose(wanted) {
            Ok(dose) => dose,
            Err(error) => return unrendered(wanted, &error),
        };
        let what = format!("{} is not returned", said(&dose));
        let mut assertion = self.assertion(what, Outcome::Met);
        let details = details(&dose);
        let there = kept.iter().find(|k| {
            k.has_code(&dose)
                && k.has_date(&dose)
                && details.iter().all(|d| self.fits(d, k))
                && self
                    .inside(&wanted.expect, &k.within, "")
                    .iter()
                    .all(Judgement::holds)
        });
        let Some(there) = there else {
            return Judgement::of(assertion);
        };
        assertion.location = Some(there.location.clone());
        assertion.at = Some(there.location.path.clone());
        assertion.expected = Some("no such dose".to_owned());
        assertion.found = Some(Phi::new("the dose"));
        let mut finding = rules::finding(rules::id::DOSE_THERE, self.fixer, there.location.clone());
        finding.message = format!("{} is still returned", said(&dose));
        self.not_met(assertion, finding)
    }

    fn count(&self, count: u32, kept: &[KeptDose<'a>]) -> Judgement {
        let given = kept.iter().filter(|k| k.was_given()).count();
        let what = match count {
            0 => "no dose is returned".to_owned(),
            1 => "one dose is returned".to_owned(),
            n => format!("{n} doses are returned"),
        };
        let mut assertion = self.assertion(what, Outcome::Met);
        assertion.expected = Some(count.to_string());
        assertion.found = Some(Phi::new(given.to_string()));
        if given == count as usize {
            return Judgement::of(assertion);
        }
        let location = Within::Message.location(&self.message, &at("RXA"));
        let mut finding = rules::finding(rules::id::DOSE_COUNT, self.fixer, location);
        finding.message = format!("{given} doses are returned, {count} expected");
        finding.expected = Some(count.to_string());
        self.not_met(assertion, finding)
    }

    fn no_duplicates(&self, kept: &[KeptDose<'a>]) -> Judgement {
        let assertion = self.assertion("no dose is returned twice".to_owned(), Outcome::Met);
        let alike = |a: &KeptDose<'_>, b: &KeptDose<'_>| {
            a.was_given()
                && a.date == b.date
                && a.completion == b.completion
                && a.codes.iter().any(|c| b.codes.contains(c))
        };
        let again = kept
            .iter()
            .enumerate()
            .find(|(i, k)| kept.iter().take(*i).any(|before| alike(k, before)));
        let Some((_, again)) = again else {
            return Judgement::of(assertion);
        };
        let mut assertion = assertion;
        assertion.location = Some(again.location.clone());
        assertion.at = Some(again.location.path.clone());
        let mut finding = rules::finding(rules::id::DOSE_TWICE, self.fixer, again.location.clone());
        "the same vaccine of the same day is returned a second time"
            .clone_into(&mut finding.message);
        self.not_met(assertion, finding)
    }

    fn nothing_told(&self) -> Judgement {
        let mut assertion =
            self.assertion("nothing is told about the patient".to_owned(), Outcome::Met);
        let Some(told) = self
            .message
            .segments()
            .find(|s| matches!(s.name(), "PID" | "RXA"))
        else {
            return Judgement::of(assertion);
        };
        let location = Within::Segment(told).place(&self.message);
        assertion.at = Some(location.path.clone());
        assertion.location = Some(location.clone());
        assertion.expected = Some("neither PID nor RXA".to_owned());
        assertion.found = Some(Phi::new(told.name()));
        let mut finding = rules::finding(rules::id::DISCLOSED, self.fixer, location);
        finding.message = format!(
            "{} of a record that must not be told is returned",
            told.name()
        );
        self.not_met(assertion, finding)
    }

    /// That a place of an answer repeats what stands in the message that it answers.
    pub fn echoed(&self, path: &'static str, words: &str, expected: &str) -> Judgement {
        self.held(
            path,
            &format!("{path} {words}"),
            rules::id::ECHO,
            &[expected.to_owned()],
        )
    }

    /// That QAK-2 is one of these.
    pub fn status(&self, wanted: &[String]) -> Judgement {
        self.held(
            "QAK-2",
            &format!("QAK-2 is {}", wanted.join(" or ")),
            rules::id::STATUS,
            wanted,
        )
    }

    // a value that the runner itself asks for
    fn held(&self, path: &'static str, what: &str, rule: &str, wanted: &[String]) -> Judgement {
        let spot = Within::Message.spot(&self.message, &at(path));
        let value = spot.value();
        let mut assertion = self.assertion(what.to_owned(), Outcome::Met);
        assertion.at = Some(spot.path.to_string());
        assertion.location = Some(spot.location.clone());
        assertion.expected = Some(wanted.join(" or "));
        assertion.found = value.as_deref().map(Phi::new);
        let found = value.clone().unwrap_or_default();
        if wanted.contains(&found) {
            return Judgement::of(assertion);
        }
        if let Some(because) = self.excused(&at(path), &spot.path, value.as_deref()) {
            assertion.outcome = Outcome::Allowed;
            assertion.because = Some(because);
            return Judgement::of(assertion);
        }
        let near = wanted
            .iter()
            .find_map(|w| near_miss(w, &found))
            .map(str::to_owned);
        let mut finding = rules::finding(rule, self.fixer, spot.location);
        let expected = shown(&wanted.join(" or "));
        finding.message = match &value {
            Some(_) => format!("{path}: expected {expected}, found `{{value}}`"),
            None => format!("{path}: expected {expected}, found nothing"),
        };
        finding.value = value.map(Phi::new);
        finding.expected.clone_from(&assertion.expected);
        finding.help.clone_from(&near);
        assertion.because = near;
        self.not_met(assertion, finding)
    }

    fn excused(&self, written: &Path, path: &Path, value: Option<&str>) -> Option<String> {
        self.allowed(written, value)
            .map(|because| format!("also allowed: {because}"))
            .or_else(|| {
                self.waived(path, value)
                    .map(|w| format!("allowed by {}: {}", w.id, w.because))
            })
    }

    fn assertion(&self, what: String, outcome: Outcome) -> Assertion {
        let mut assertion = Assertion::new(what, outcome);
        assertion.message = Some(self.id.to_owned());
        assertion
    }

    #[expect(clippy::unused_self, reason = "reads as a sentence where it is called")]
    fn not_met(&self, mut assertion: Assertion, finding: Finding) -> Judgement {
        assertion.outcome = Outcome::NotMet;
        let mut judgement = Judgement::of(assertion);
        judgement.findings.push(finding);
        judgement
    }
}

// gives dose `d` one of its choices, moving others to another of theirs
fn place(d: usize, choices: &[Vec<usize>], owner: &mut [Option<usize>], seen: &mut [bool]) -> bool {
    for k in choices.get(d).into_iter().flatten().copied() {
        if seen.get(k).copied().unwrap_or(true) {
            continue;
        }
        if let Some(s) = seen.get_mut(k) {
            *s = true;
        }
        let free = match owner.get(k).copied().flatten() {
            None => true,
            Some(other) => place(other, choices, owner, seen),
        };
        if free {
            if let Some(o) = owner.get_mut(k) {
                *o = Some(d);
            }
            return true;
        }
    }
    false
}

fn equal(expected: &str, found: &str, only_day: bool, ignoring_case: bool) -> bool {
    let expected = if only_day {
        day(expected)
    } else {
        expected.to_owned()
    };
    let number = |t: &str| t.parse::<f64>().ok().filter(|n| n.is_finite());
    expected == found
        || (ignoring_case && expected.to_lowercase() == found.to_lowercase())
        || (expected.contains('.') || found.contains('.'))
            && matches!((number(&expected), number(found)), (Some(a), Some(b)) if (a - b).abs() < 1e-9)
}

fn shown(text: &str) -> String {
    format!("`{text}`")
}

// the dose as a reader is told it
fn said(dose: &Dose) -> String {
    let date = dose.date.as_deref().and_then(in_words);
    let code = dose.cvx.first().or(dose.ndc.first());
    let name = match code {
        // without a name of its own, the plan names a dose by code and digits
        Some(code) if dose.label.starts_with(&format!("dose {code}")) => format!("dose {code}"),
        _ => dose.label.clone(),
    };
    match date {
        Some(date) => format!("{name} of {date}"),
        None => name,
    }
}

fn in_words(date: &str) -> Option<String> {
    let date = jiff::civil::Date::strptime("%Y%m%d", day(date)).ok()?;
    Some(titer_plan::dates::words(date))
}

fn unrendered(wanted: &DoseExpect, error: &RenderError) -> Judgement {
    let label = wanted.label.clone().unwrap_or_else(|| "a dose".to_owned());
    let mut assertion = Assertion::new(label, Outcome::Error);
    assertion.because = Some(error.to_string());
    Judgement::of(assertion)
}
