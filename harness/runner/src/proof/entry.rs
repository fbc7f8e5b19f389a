//! Data that were entered, against what the system stores.

use super::codes::plain;
use super::context::{ProofContext, doses_of};
use super::doses::{assign, called, nearest};
use super::rows::{Missing, Rows, same_value};
use crate::result::{AnswerSource, Answers, DoseSeen, Outcome, PatientSeen};
use titer_finding::Phi;
use titer_plan::Dose;
use titer_plan::model::{
    Coded, DataEntry, DoseExpect, EntryRow, Patient, PatientSelect, PersonName, Refs, Required,
    Text,
};

// who answers for everything: a driver or a tester who leaves something out has not seen it
fn answers_for_all(answers: &Answers) -> bool {
    matches!(answers.source, AnswerSource::Driver | AnswerSource::Tester)
}

/// Everything that a step says about what was entered. `all` is what every source tells of the step, these answers
/// included.
pub(super) fn data(
    rows: &mut Rows,
    ctx: &ProofContext<'_>,
    entry: &DataEntry,
    answers: &Answers,
    all: &[Answers],
) {
    let told = answers.patient.is_some() || answers.doses.is_some() || !answers.fields.is_empty();
    if !told {
        return;
    }
    let strict = answers_for_all(answers);
    let wanted = entry
        .patient
        .as_ref()
        .and_then(|p| ctx.plan.data.patients.get(&p.value));
    match (wanted, &answers.patient) {
        (Some(wanted), Some(seen)) => patient(rows, ctx, wanted, seen, answers),
        (Some(_), None) if strict => {
            rows.check("the patient is stored as entered", false)
                .because = Some("nothing is told of the patient".to_owned());
        }
        _ => {}
    }
    if let Some(orders) = &entry.orders {
        match doses_of(answers) {
            Some(seen) => doses(rows, ctx, orders, seen, answers),
            None if strict => {
                rows.check("the doses are stored as entered", false).because =
                    Some("nothing is told of doses".to_owned());
            }
            None => {}
        }
    }
    table(rows, ctx, entry, answers, all, strict);
}

fn coded(ctx: &ProofContext<'_>, code: &Coded) -> String {
    ctx.text(&code.code)
}

/// An order of the test data, with everything about it that a system stores.
pub(super) fn ordered(ctx: &ProofContext<'_>, id: &titer_plan::model::Ref) -> Option<Dose> {
    let expect = DoseExpect {
        order: Some(id.clone()),
        ..DoseExpect::default()
    };
    let mut dose = ctx.scope.dose(&expect).ok()?;
    let order = ctx.plan.data.orders.get(&id.value)?;
    let vaccine = ctx.plan.data.vaccines.get(&order.vaccine.value);
    let one = |t: &Option<Text>| t.as_ref().map(|t| ctx.text(t)).filter(|t| !t.is_empty());
    dose.lot = one(&order.lot);
    dose.expires = one(&order.expires);
    dose.information_source = one(&order.information_source).into_iter().collect();
    dose.completion = one(&order.completion).into_iter().collect();
    dose.site = order.site.as_ref().map(|s| coded(ctx, s));
    if let Some(refusal) = &order.refusal {
        dose.refusal = Some(coded(ctx, &refusal.reason));
        if dose.completion.is_empty() {
            dose.completion = vec!["RE".to_owned()];
        }
    } else if let Some(vaccine) = vaccine
        && dose.information_source.first().is_none_or(|s| s == "00")
    {
        dose.manufacturer = vaccine.manufacturer.as_ref().map(|m| coded(ctx, m));
        dose.route = vaccine.route.as_ref().map(|r| coded(ctx, r));
    }
    Some(dose)
}

fn doses(
    rows: &mut Rows,
    ctx: &ProofContext<'_>,
    orders: &Refs,
    seen: &[DoseSeen],
    answers: &Answers,
) {
    let wanted: Vec<Dose> = orders.iter().filter_map(|id| ordered(ctx, id)).collect();
    // what a screen need not show is compared where it is shown
    let lean: Vec<Dose> = wanted
        .iter()
        .cloned()
        .map(|mut d| {
            d.manufacturer = None;
            d.route = None;
            d.site = None;
            d.expires = None;
            d
        })
        .collect();
    let assigned = assign(&lean, seen);
    let free: Vec<&DoseSeen> = seen
        .iter()
        .enumerate()
        .filter(|(i, _)| !assigned.contains(&Some(*i)))
        .map(|(_, s)| s)
        .collect();
    for ((lean, full), found) in lean.iter().zip(&wanted).zip(&assigned) {
        let found = found.and_then(|i| seen.get(i));
        let near = if found.is_none() {
            nearest(lean, &free)
        } else {
            None
        };
        rows.present("it is stored", lean, found, near, answers);
        let Some(found) = found else { continue };
        for (name, wanted, shown) in [
            ("maker", &full.manufacturer, &found.manufacturer),
            ("route", &full.route, &found.route),
            ("site", &full.site, &found.site),
            ("expiry date", &full.expires, &found.expires),
        ] {
            if let Some(wanted) = wanted {
                rows.value(
                    format!("{}: {name}", called(full)),
                    wanted,
                    shown.as_deref(),
                    Missing::Skipped,
                );
            }
        }
    }
}

fn table(
    rows: &mut Rows,
    ctx: &ProofContext<'_>,
    entry: &DataEntry,
    answers: &Answers,
    all: &[Answers],
    strict: bool,
) {
    let mut untold = Vec::new();
    for row in entry.table.iter().filter(|r| r.required != Required::No) {
        let element = ctx.text(&row.element);
        let found = value_of(answers, &element);
        let missing = match row.required {
            Required::Yes if strict => Missing::Fails,
            _ => Missing::Skipped,
        };
        if found.is_none() && missing == Missing::Skipped && row.required == Required::Yes {
            // what this source leaves out may be told by another one, and is judged there
            if all.iter().all(|a| value_of(a, &element).is_none()) {
                untold.push(element);
            }
            continue;
        }
        field(rows, ctx, row, &element, found.as_deref(), missing);
    }
    if !untold.is_empty() && !rows.list.is_empty() {
        rows.add(
            "every row of the table is told by the interface",
            Outcome::Allowed,
        )
        .because = Some(format!("not told by it: {}", untold.join(", ")));
    }
}

fn field(
    rows: &mut Rows,
    ctx: &ProofContext<'_>,
    row: &EntryRow,
    element: &str,
    found: Option<&str>,
    missing: Missing,
) {
    rows.value(element, &ctx.text(&row.value), found, missing);
}

/// The value of an element: by its name among the fields, else what the patient or the only dose says of it.
fn value_of(answers: &Answers, element: &str) -> Option<String> {
    let wanted = plain(element);
    let by_name = answers
        .fields
        .iter()
        .find(|(name, _)| plain(name) == wanted)
        .map(|(_, v)| v.reveal().to_owned());
    if by_name.is_some() {
        return by_name;
    }
    let of_patient = answers.patient.as_ref().and_then(|p| {
        let value = match wanted.as_str() {
            "last name" | "family name" | "surname" => &p.family,
            "first name" | "given name" => &p.given,
            "middle name" => &p.middle,
            "date of birth" | "birth date" | "dob" => &p.birth_date,
            "sex" | "gender" => &p.sex,
            "mother s maiden name" | "maiden name" => &p.mothers_maiden_name,
            _ => return None,
        };
        value.as_ref().map(|v| v.reveal().to_owned())
    });
    let of_dose = match answers.doses.as_deref() {
        Some([d]) => match wanted.as_str() {
            "lot" | "lot number" => d.lot.clone(),
            "expiration date" | "expiry date" | "expires" | "lot expiration date" => {
                d.expires.clone()
            }
            "cvx" | "cvx code" => d.cvx.clone(),
            "ndc" | "ndc code" => d.ndc.clone(),
            "manufacturer" | "mvx" => d.manufacturer.clone(),
            "date" | "date administered" | "administration date" => {
                Some(d.date.reveal().to_owned())
            }
            "route" => d.route.clone(),
            "site" => d.site.clone(),
            _ => None,
        },
        _ => None,
    };
    of_patient.or(of_dose)
}

fn phi(value: Option<&Phi>) -> Option<&str> {
    value.map(Phi::reveal).filter(|t| !t.trim().is_empty())
}

/// HL70001 of a word.
pub(super) fn sex(text: &str) -> String {
    match plain(text).as_str() {
        "f" | "female" | "woman" | "girl" => "F",
        "m" | "male" | "man" | "boy" => "M",
        "u" | "unknown" | "x" | "other" => "U",
        _ => text,
    }
    .to_owned()
}

/// A patient who is stored, against the test patient.
pub(super) fn patient(
    rows: &mut Rows,
    ctx: &ProofContext<'_>,
    wanted: &Patient,
    seen: &PatientSeen,
    answers: &Answers,
) {
    name(rows, ctx, &wanted.name, seen);
    rows.value(
        "patient: date of birth",
        &ctx.text(&wanted.birth_date),
        phi(seen.birth_date.as_ref()),
        Missing::Fails,
    );
    let shown = phi(seen.sex.as_ref()).map(sex);
    rows.value(
        "patient: sex",
        &ctx.text(&wanted.sex),
        shown.as_deref(),
        Missing::Fails,
    );
    if let Some(maiden) = &wanted.mothers_maiden_name {
        let family = ctx.text(&maiden.family);
        let found = phi(seen.mothers_maiden_name.as_ref());
        // the maiden name alone, or with the first name
        let holds = found.is_some_and(|f| {
            same_value(&family, f)
                || format!(" {} ", plain(f)).contains(&format!(" {} ", plain(&family)))
        });
        if holds {
            rows.value(
                "patient: mother's maiden name",
                &family,
                Some(&family),
                Missing::Fails,
            );
        } else {
            rows.value(
                "patient: mother's maiden name",
                &family,
                found,
                Missing::unless_fhir(answers),
            );
        }
    }
    if let Some(id) = wanted.ids.first()
        && !seen.ids.is_empty()
    {
        let id = ctx.text(&id.id);
        let there = seen.ids.iter().any(|s| same_value(&id, s.reveal()));
        let row = rows.check("patient: identifier", there);
        row.expected = Some(id);
        row.found = seen.ids.first().cloned();
    }
    let phone = wanted
        .phone
        .as_ref()
        .map(|p| format!("{}{}", ctx.text(&p.area), ctx.text(&p.number)));
    if let (Some(wanted), Some(found)) = (phone, phi(seen.phone.as_ref())) {
        let digits = |t: &str| -> String { t.chars().filter(char::is_ascii_digit).collect() };
        let (w, f) = (digits(&wanted), digits(found));
        let row = rows.check("patient: telephone", !w.is_empty() && f.ends_with(&w));
        row.expected = Some(wanted);
        row.found.clone_from(&seen.phone);
    }
    for (what, wanted, found) in [
        ("patient: e-mail address", &wanted.email, &seen.email),
        (
            "patient: multiple birth",
            &wanted.multiple_birth,
            &seen.multiple_birth,
        ),
        (
            "patient: birth order",
            &wanted.birth_order,
            &seen.birth_order,
        ),
    ] {
        if let Some(wanted) = wanted {
            rows.value(
                what,
                &ctx.text(wanted),
                phi(found.as_ref()),
                Missing::Skipped,
            );
        }
    }
    if let (Some(address), Some(found)) = (&wanted.address, phi(seen.address.as_ref())) {
        let found_words = format!(" {} ", plain(found));
        for (what, part) in [
            ("patient: street", &address.street),
            ("patient: city", &address.city),
            ("patient: ZIP code", &address.zip),
        ] {
            if let Some(part) = part {
                let part = ctx.text(part);
                let row = rows.check(what, found_words.contains(&format!(" {} ", plain(&part))));
                row.expected = Some(part);
                row.found = Some(Phi::new(found));
            }
        }
    }
}

fn name(rows: &mut Rows, ctx: &ProofContext<'_>, wanted: &PersonName, seen: &PatientSeen) {
    let whole = phi(seen.name.as_ref()).map(|n| format!(" {} ", plain(n)));
    let parts = [
        ("patient: last name", Some(&wanted.family), &seen.family),
        ("patient: first name", wanted.given.as_ref(), &seen.given),
        ("patient: middle name", wanted.middle.as_ref(), &seen.middle),
        ("patient: suffix", wanted.suffix.as_ref(), &seen.suffix),
    ];
    for (what, wanted, part) in parts {
        let Some(wanted) = wanted.map(|w| ctx.text(w)).filter(|w| !w.is_empty()) else {
            continue;
        };
        match (phi(part.as_ref()), &whole) {
            (Some(found), _) => rows.value(what, &wanted, Some(found), Missing::Fails),
            (None, Some(name)) => {
                let there = name.contains(&format!(" {} ", plain(&wanted)));
                let row = rows.check(what, there);
                row.expected = Some(wanted);
                row.found.clone_from(&seen.name);
            }
            (None, None) => rows.value(what, &wanted, None, Missing::Fails),
        }
    }
}

/// The patient who is open, among those who look alike.
pub(super) fn select(
    rows: &mut Rows,
    ctx: &ProofContext<'_>,
    select: &PatientSelect,
    answers: &Answers,
) {
    let Some(seen) = &answers.patient else {
        return;
    };
    let records = &ctx.plan.data.patients;
    let Some(wanted) = records.get(&select.patient.value) else {
        return;
    };
    patient(rows, ctx, wanted, seen, answers);
    for other in select.among.iter().flat_map(|r| r.iter()) {
        let Some(record) = records.get(&other.value) else {
            continue;
        };
        let mut as_other = Rows::default();
        patient(&mut as_other, ctx, record, seen, answers);
        let is = !as_other.list.is_empty()
            && as_other
                .list
                .iter()
                .all(|a| matches!(a.outcome, Outcome::Met | Outcome::Allowed));
        let given = record
            .name
            .given
            .as_ref()
            .map(|g| ctx.text(g))
            .unwrap_or_default();
        rows.check(
            format!("it is not {given} {}", ctx.text(&record.name.family)),
            !is,
        );
    }
}
