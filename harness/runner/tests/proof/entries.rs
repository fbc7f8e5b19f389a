//! Entries, patients, alerts, reactions and lists.

use crate::{Material, changed, driver, entered, nora, patient, saw, seen, some, us};
use titer_finding::Phi;

use titer_runner::result::{AnswerSource, Answers, CodeSeen, CohortSeen, Judged, PatientSeen};

#[test]
fn entered_data_are_compared_with_the_test_data() {
    changed(entered(), |_| {}).passes("enter", Judged::Driver);
    // the product's NDC says the same as the code
    changed(entered(), |a| {
        seen(a, 1).cvx = None;
        seen(a, 1).ndc = Some("58160-0820-11".to_owned());
    })
    .passes("enter", Judged::Driver);
    // what the plan leaves free or asks for only where the system has it
    changed(entered(), |a| {
        a.fields.insert("Waiting room".to_owned(), Phi::new("red"));
        a.fields
            .insert("Referred by".to_owned(), Phi::new("DR. BRADSHAW"));
    })
    .passes("enter", Judged::Driver);
    let tester = changed(entered(), |a| a.source = AnswerSource::Tester);
    tester.passes("enter", Judged::Juror);
}

#[test]
fn every_mistake_of_an_entry_is_an_assertion_of_its_own() {
    type Change = fn(&mut Answers);
    let mistakes: [(Change, &[&str]); 15] = [
        (
            |a| seen(a, 1).cvx = Some("43".to_owned()),
            &["ENGERIX-B", "another vaccine"],
        ),
        (
            |a| seen(a, 1).date = Phi::new(us(11)),
            &["ENGERIX-B", "11 days late"],
        ),
        (
            |a| seen(a, 1).lot = Some("LLBUAYM06".to_owned()),
            &["lot", "one character"],
        ),
        (|a| seen(a, 1).lot = None, &["lot", "not shown"]),
        (
            |a| seen(a, 0).source = Some("00".to_owned()),
            &["information source"],
        ),
        (|a| seen(a, 2).refusal = None, &["refusal reason"]),
        (
            |a| {
                seen(a, 2).completion = Some("CP".to_owned());
                seen(a, 2).refusal = None;
            },
            &["HAVRIX", "shown as given"],
        ),
        (
            |a| drop(a.doses.as_mut().map(|d| d.remove(0))),
            &["HepB unspecified", "no such dose"],
        ),
        (|a| patient(a).middle = None, &["middle name", "not shown"]),
        (
            |a| patient(a).mothers_maiden_name = some("Byrd"),
            &["maiden"],
        ),
        (
            |a| patient(a).birth_date = Some(Phi::new(us(-181))),
            &["date of birth"],
        ),
        (|a| patient(a).phone = some("541 555 1235"), &["telephone"]),
        (
            |a| a.fields.clear(),
            &["Lot number of the shot", "not shown"],
        ),
        (
            |a| {
                drop(
                    a.fields
                        .insert("Referred by".to_owned(), Phi::new("Dr Wyatt")),
                );
            },
            &["Referred by"],
        ),
        (
            |a| seen(a, 1).expires = Some("2029-09-30".to_owned()),
            &["expiry"],
        ),
    ];
    for (change, words) in mistakes {
        changed(entered(), change).fails("enter", words);
    }
}

#[test]
fn what_a_fhir_interface_does_not_tell_is_no_silent_pass() {
    let fhir = changed(entered(), |a| {
        a.source = AnswerSource::Fhir;
        a.fields.clear();
        patient(a).mothers_maiden_name = None;
        seen(a, 0).source = Some("historical".to_owned());
    });
    let unmet = fhir.unmet("enter");
    assert!(unmet.iter().all(|u| u.starts_with("Allowed")), "{unmet:#?}");
    for words in ["maiden", "information source", "Lot number of the shot"] {
        assert!(
            unmet.iter().any(|u| u.contains(words)),
            "{words}: {unmet:#?}"
        );
    }
    assert_eq!(fhir.prove("enter").map(|p| p.judged), Some(Judged::Fhir));
}

#[test]
fn the_right_patient_is_told_from_those_who_look_alike() {
    let choose = |change: fn(&mut PatientSeen)| {
        let mut patient = nora();
        change(&mut patient);
        let answers = Answers {
            patient: Some(patient),
            ..driver()
        };
        Material::default().at("choose", answers)
    };
    choose(|_| {}).passes("choose", Judged::Driver);
    let twin = choose(|p| {
        p.given = some("Mona");
        p.ids = vec![Phi::new("A8")];
    });
    let unmet = twin.unmet("choose");
    for words in ["first name", "identifier", "it is not Mona Hale"] {
        assert!(
            unmet.iter().any(|u| u.contains(words)),
            "{words}: {unmet:#?}"
        );
    }
}

#[test]
fn one_of_the_listed_ways_is_enough() {
    saw("alert", &["The lot is marked in the list."], &[]).passes("alert", Judged::Driver);
    saw("alert", &["3"], &[]).passes("alert", Judged::Driver);
    saw("quality", &["it cannot be entered"], &[]).passes("quality", Judged::Driver);
    saw("alert", &["a beep"], &[]).fails("alert", &["none of them"]);
    saw("alert", &[], &["a warning has to be confirmed"])
        .fails("alert", &["none of them was seen"]);
    saw("quality", &["4"], &[]).fails("quality", &["at least one"]);
    assert!(Material::default().prove("alert").is_none());
}

#[test]
fn a_reaction_has_a_code_a_day_and_a_vaccine() {
    let told = |change: fn(&mut CodeSeen)| {
        let mut reaction = CodeSeen {
            code: "39579001".to_owned(),
            system: Some("http://snomed.info/sct".to_owned()),
            text: Some("Anaphylaxis".to_owned()),
            date: Some(Phi::new(us(-60))),
            after: Some("83".to_owned()),
        };
        change(&mut reaction);
        let answers = Answers {
            reactions: vec![reaction],
            ..driver()
        };
        Material::default().at("reaction", answers)
    };
    told(|_| {}).passes("reaction", Judged::Driver);
    told(|r| r.code = String::new()).fails("reaction", &["39579001", "text without a code"]);
    told(|r| r.code = "271807003".to_owned()).fails("reaction", &["another code"]);
    told(|r| r.system = Some("ICD-10".to_owned())).fails("reaction", &["another code"]);
    told(|r| r.date = Some(Phi::new(us(-59)))).fails("reaction", &["when it began"]);
    told(|r| r.after = Some("08".to_owned())).fails("reaction", &["after which vaccine"]);
    let none = Answers::from(AnswerSource::Fhir);
    let with_dose = Answers {
        doses: Some(Vec::new()),
        ..none
    };
    Material::default()
        .at("reaction", with_dose)
        .fails("reaction", &["no reaction is stored"]);
}

#[test]
fn a_list_of_patients_is_compared_by_row() {
    let listed = |rows: &[(&str, &str)]| {
        let answers = Answers {
            cohort: Some(
                rows.iter()
                    .map(|(name, with)| CohortSeen {
                        patient: some(name),
                        with: Some((*with).to_owned()),
                        ..CohortSeen::default()
                    })
                    .collect(),
            ),
            ..driver()
        };
        Material::default().at("cohort", answers)
    };
    listed(&[("Hale, Nora L", "Hepatitis B"), ("Wong, Ann", "HepB")])
        .passes("cohort", Judged::Driver);
    listed(&[]).fails("cohort", &["Nora Hale is in the list"]);
    listed(&[("Nora Hale", "MMR")]).fails("cohort", &["with: HepB"]);
    listed(&[("Nora Hale", "HepB"), ("Mona Hale", "HepB")]).fails("cohort", &["Mona Hale is not"]);
}
