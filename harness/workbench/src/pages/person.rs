//! The patient as the system shows one: the inputs for it, and what they say.

use crate::form::{Form, Kept};
use serde::Serialize;
use titer_finding::Phi;
use titer_runner::result::PatientSeen;

type Get = fn(&PatientSeen) -> Option<&Phi>;
type Set = fn(&mut PatientSeen, Phi);

/// An input: its name, its label, and the part of a patient that it is.
struct Input {
    name: &'static str,
    label: &'static str,
    get: Get,
    set: Set,
}

macro_rules! input {
    ($name:literal, $label:literal, $field:ident) => {
        Input {
            name: $name,
            label: $label,
            get: |p| p.$field.as_ref(),
            set: |p, v| p.$field = Some(v),
        }
    };
}

const INPUTS: [Input; 13] = [
    input!("person-family", "Last name", family),
    input!("person-given", "First name", given),
    input!("person-middle", "Middle name", middle),
    input!("person-suffix", "Suffix", suffix),
    input!("person-birth", "Date of birth", birth_date),
    input!("person-sex", "Sex", sex),
    Input {
        name: "person-id",
        label: "Record number",
        get: |p| p.ids.first(),
        set: |p, v| p.ids = vec![v],
    },
    input!("person-maiden", "Mother's maiden name", mothers_maiden_name),
    input!("person-address", "Address", address),
    input!("person-phone", "Telephone", phone),
    input!("person-email", "E-mail", email),
    input!("person-multiple", "Multiple birth", multiple_birth),
    input!("person-order", "Birth order", birth_order),
];

#[derive(Serialize)]
pub(super) struct PersonView {
    name: &'static str,
    label: &'static str,
    value: String,
}

/// The inputs with what was supplied before, or what a refused form said.
pub(super) fn view(seen: Option<&PatientSeen>, kept: &Kept) -> Vec<PersonView> {
    INPUTS
        .iter()
        .map(|input| PersonView {
            name: input.name,
            label: input.label,
            value: kept.or(
                input.name,
                seen.and_then(input.get).map_or("", |v| v.reveal()),
            ),
        })
        .collect()
}

/// What a form says of the patient; nothing where every input is empty.
pub(super) fn read(form: &Form, before: Option<&PatientSeen>) -> Option<PatientSeen> {
    // what has no input here, such as a name in one text, stays
    let mut seen = before.cloned().unwrap_or_default();
    let mut any = false;
    for input in &INPUTS {
        let now = form.text(input.name).unwrap_or_default();
        let was = (input.get)(&seen).map_or("", |v| v.reveal());
        any |= !now.is_empty();
        if now != was {
            (input.set)(&mut seen, Phi::new(now));
        }
    }
    if !any {
        return None;
    }
    Some(without_empty(seen))
}

// an emptied input is one that says nothing
fn without_empty(mut seen: PatientSeen) -> PatientSeen {
    for part in [
        &mut seen.family,
        &mut seen.given,
        &mut seen.middle,
        &mut seen.suffix,
        &mut seen.name,
        &mut seen.birth_date,
        &mut seen.sex,
        &mut seen.mothers_maiden_name,
        &mut seen.address,
        &mut seen.phone,
        &mut seen.email,
        &mut seen.multiple_birth,
        &mut seen.birth_order,
    ] {
        if part.as_ref().is_some_and(|p| p.reveal().is_empty()) {
            *part = None;
        }
    }
    seen.ids.retain(|id| !id.reveal().is_empty());
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patient_is_typed_changed_and_emptied() {
        let mut form = Form::default();
        form.push("person-family", " Duncan ");
        form.push("person-id", "1111");
        let seen = read(&form, None).expect("a patient");
        assert_eq!(seen.family.as_ref().map(Phi::reveal), Some("Duncan"));
        assert_eq!(seen.ids.len(), 1);
        let mut less = Form::default();
        less.push("person-family", "Duncan");
        let seen = read(&less, Some(&seen)).expect("a patient");
        assert!(seen.ids.is_empty() && seen.given.is_none());
        assert!(read(&Form::default(), Some(&seen)).is_none());
        let shown = view(Some(&seen), &Kept::default());
        assert_eq!(shown.first().map(|p| p.value.as_str()), Some("Duncan"));
    }
}
