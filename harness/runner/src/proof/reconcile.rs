//! A history that was brought together with another: what had to be taken over, what had to stay out, nothing lost,
//! nothing doubled.

use super::context::{ProofContext, doses_of};
use super::doses::{assign, called, code, nearest, same_dose, shown};
use super::rows::Rows;
use super::told;
use crate::result::{AnswerSource, Answers, Assertion, DoseSeen, Outcome};
use titer_finding::Phi;
use titer_plan::Dose;
use titer_plan::model::{DoseExpect, Reconcile, Step};

fn rendered(rows: &mut Rows, ctx: &ProofContext<'_>, doses: &[DoseExpect]) -> Vec<Dose> {
    let mut all = Vec::new();
    for dose in doses {
        match ctx.scope.dose(dose) {
            Ok(dose) => all.push(dose),
            Err(error) => {
                rows.add("the plan's dose can be filled in", Outcome::Error)
                    .because = Some(error.to_string());
            }
        }
    }
    all
}

// a dose that is there before, as one that has to be there afterwards
fn kept(number: usize, seen: &DoseSeen) -> Dose {
    let one = |c: &Option<String>| c.iter().cloned().collect::<Vec<_>>();
    let day = super::day::read_day(seen.date.reveal()).map(titer_plan::dates::hl7_date);
    Dose {
        label: match (&seen.name, &seen.cvx) {
            (Some(name), _) => format!("dose {number} of before ({name})"),
            (None, Some(cvx)) => format!("dose {number} of before (CVX {cvx})"),
            (None, None) => format!("dose {number} of before"),
        },
        cvx: one(&seen.cvx),
        ndc: one(&seen.ndc),
        date: day,
        completion: if super::doses::not_given(seen) {
            vec!["RE".to_owned(), "NA".to_owned()]
        } else {
            Vec::new()
        },
        ..Dose::default()
    }
}

/// What the system shows before and after.
pub(super) fn by_answers(
    rows: &mut Rows,
    ctx: &ProofContext<'_>,
    reconcile: &Reconcile,
    answers: &Answers,
) {
    let Some(after) = doses_of(answers) else {
        return;
    };
    let before = answers.before.as_deref();
    let import = rendered(rows, ctx, &reconcile.import);
    let leave = rendered(rows, ctx, &reconcile.leave);
    let result = rendered(rows, ctx, &reconcile.result);
    judge(rows, &import, &leave, &result, before, after, answers);
}

fn judge(
    rows: &mut Rows,
    import: &[Dose],
    leave: &[Dose],
    result: &[Dose],
    before: Option<&[DoseSeen]>,
    after: &[DoseSeen],
    answers: &Answers,
) {
    // every dose that has to be there, with the words of why
    let from = rows.list.len();
    let mut wanted: Vec<(Dose, &str)> = import
        .iter()
        .map(|d| (d.clone(), "it is taken over"))
        .collect();
    let others: Vec<Dose> = if result.is_empty() {
        (1..)
            .zip(before.unwrap_or_default())
            .map(|(n, seen)| kept(n, seen))
            .collect()
    } else {
        result.to_vec()
    };
    let why = if result.is_empty() {
        "it is still there"
    } else {
        "it is in the history"
    };
    for dose in others {
        let known = wanted.iter().any(|(d, _)| same_wanted(d, &dose));
        if !known {
            wanted.push((dose, why));
        }
    }
    // what is known of the whole history, so that more than that is too much
    let whole = !result.is_empty() || before.is_some();
    let doses: Vec<Dose> = wanted.iter().map(|(d, _)| d.clone()).collect();
    let assigned = assign(&doses, after);
    let mut free: Vec<usize> = (0..after.len())
        .filter(|i| !assigned.contains(&Some(*i)))
        .collect();
    for ((dose, why), found) in wanted.iter().zip(&assigned) {
        let found = found.and_then(|i| after.get(i));
        let mut near = None;
        if found.is_none() {
            // not one that is there a second time, and not one that stands for another wanted dose
            let candidates: Vec<&DoseSeen> = free
                .iter()
                .filter_map(|i| after.get(*i))
                .filter(|s| {
                    !leave.iter().any(|l| is(l, s))
                        && !assigned
                            .iter()
                            .flatten()
                            .filter_map(|i| after.get(*i))
                            .any(|t| same_dose(t, s))
                })
                .collect();
            near = nearest(dose, &candidates);
            if let Some(n) = near {
                free.retain(|i| !after.get(*i).is_some_and(|s| std::ptr::eq(s, n)));
            }
        }
        rows.present(why, dose, found, near, answers);
    }
    left_out(rows, leave, &doses, &assigned, after, &mut free);
    for seen in free.iter().filter_map(|i| after.get(*i)) {
        let twin = assigned.iter().zip(&doses).find(|(a, _)| {
            a.and_then(|i| after.get(i))
                .is_some_and(|t| same_dose(t, seen))
        });
        if let Some((_, dose)) = twin {
            let row = rows.check(format!("{}: it is there once", called(dose)), false);
            row.found = Some(Phi::new(shown(seen)));
            row.because = Some("it is there a second time".to_owned());
        } else if whole {
            let row = rows.check("no dose is there that should not be", false);
            row.found = Some(Phi::new(shown(seen)));
            row.because = Some("neither was it there before nor is it to be taken over".to_owned());
        }
    }
    if result.is_empty() {
        let shown: Vec<Dose> = wanted
            .into_iter()
            .filter(|(_, w)| *w == why)
            .map(|(d, _)| d)
            .collect();
        rows.hide_dates(from, &shown);
    }
}

// what must not be taken over: it is not there, or no more often than it has to be
fn left_out(
    rows: &mut Rows,
    leave: &[Dose],
    doses: &[Dose],
    assigned: &[Option<usize>],
    after: &[DoseSeen],
    free: &mut Vec<usize>,
) {
    for dose in leave {
        let too_many: Vec<usize> = free
            .iter()
            .copied()
            .filter(|i| after.get(*i).is_some_and(|s| is(dose, s)))
            .collect();
        free.retain(|i| !too_many.contains(i));
        let stays = doses
            .iter()
            .zip(assigned)
            .any(|(d, a)| a.is_some() && same_wanted(d, dose));
        let words = if stays {
            "it is not there a second time"
        } else {
            "it is not taken over"
        };
        let row = rows.check(format!("{}: {words}", called(dose)), too_many.is_empty());
        row.found = too_many
            .first()
            .and_then(|i| after.get(*i))
            .map(|s| Phi::new(shown(s)));
    }
}

fn is(dose: &Dose, seen: &DoseSeen) -> bool {
    let day = dose.date.as_deref().and_then(super::day::read_day);
    code(dose, seen).is_some()
        && (dose.date.is_none() || day == super::day::read_day(seen.date.reveal()))
}

fn same_wanted(a: &Dose, b: &Dose) -> bool {
    let day = |d: &Dose| d.date.as_deref().and_then(super::day::read_day);
    let as_seen = |d: &Dose| DoseSeen {
        cvx: d.cvx.first().cloned(),
        ndc: if d.cvx.is_empty() {
            d.ndc.first().cloned()
        } else {
            None
        },
        name: Some(d.label.clone()),
        ..DoseSeen::default()
    };
    day(a) == day(b) && code(a, &as_seen(b)).is_some()
}

/// What a message of the system tells afterwards, where nobody supplied the histories: the doses that were to be taken over
/// are in it, those that were not are not in it, and none is in it twice. It need not tell the whole history.
pub(super) fn by_message(
    ctx: &ProofContext<'_>,
    step: &Step,
    reconcile: &Reconcile,
) -> Vec<Assertion> {
    let mut rows = Rows::default();
    let messages: Vec<_> = step
        .trace
        .iter()
        .filter_map(|t| ctx.message_of(t.step.get()?))
        .filter(|m| m.by_system && crate::messages::type_of(m.bytes) == "VXU")
        .collect();
    if messages.is_empty() || reconcile.import.is_empty() {
        return rows.list;
    }
    let after: Vec<DoseSeen> = messages
        .iter()
        .flat_map(|m| told::doses(m.bytes))
        .filter(|t| t.action != "D")
        .map(|t| t.dose)
        .collect();
    let import = rendered(&mut rows, ctx, &reconcile.import);
    let leave = rendered(&mut rows, ctx, &reconcile.leave);
    let answers = Answers::from(AnswerSource::Driver);
    judge(&mut rows, &import, &leave, &[], None, &after, &answers);
    for row in &mut rows.list {
        row.message = messages.first().map(|m| m.id.to_owned());
    }
    rows.list
}
