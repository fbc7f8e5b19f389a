//! Stock, documents, and what is shown of an answer.

use crate::common::plan;
use crate::{Material, dose, driver, nora, patient, row, saw, seen, some, us, with};
use titer_finding::Phi;
use titer_runner::proof::{DocumentError, asks};
use titer_runner::result::{Answers, DoseSeen, Judged, StockSeen};

fn stock(lot: &str, doses: i64) -> StockSeen {
    StockSeen {
        lot: lot.to_owned(),
        doses,
        expires: Some("9/27/2029".to_owned()),
        funding: Some("VFC".to_owned()),
        ..StockSeen::default()
    }
}

fn counted(after: &[StockSeen], change: &[(&str, &str)]) -> Material {
    let listed = Answers {
        stock: Some(vec![stock("LLBUAYMO6", 10)]),
        ..driver()
    };
    let answers = Answers {
        stock: Some(after.to_vec()),
        ..driver()
    };
    Material::default()
        .at("stock-before", listed)
        .at("stock", answers)
        .message("send", "shots", change)
}

#[test]
fn stock_goes_down_by_one_for_each_dose_that_was_reported() {
    let good = [stock("LLBUAYMO6", 9), stock("ha1111", 4)];
    counted(&good, &[]).passes("stock", Judged::Inventory);
    counted(&good, &[]).passes("stock-before", Judged::Inventory);
    counted(&[stock("LLBUAYMO6", 10), stock("HA1111", 4)], &[])
        .fails("stock", &["LLBUAYMO6", "one dose less"]);
    counted(&[stock("LLBUAYMO6", 9)], &[]).fails("stock", &["HA1111", "listed"]);
    // the dose was reported with another lot, so nothing of this one was used
    counted(
        &[stock("LLBUAYMO6", 10), stock("HA1111", 4)],
        &[("LLBUAYMO6", "OTHER")],
    )
    .fails("stock", &["LLBUAYMO6", "fewer"]);
    // a dose that was deleted, refused or is historical uses nothing
    for change in [
        ("MVX|||CP|A\rORC|RE||D2", "MVX|||CP|D\rORC|RE||D2"),
        (
            "|00^New immunization record^NIP001||||||LLBUAYMO6",
            "|01^Historical^NIP001||||||LLBUAYMO6",
        ),
    ] {
        counted(&good, &[change]).passes("stock", Judged::Inventory);
    }
    // reported twice, given once
    counted(&good, &[])
        .message("send", "shots", &[])
        .passes("stock", Judged::Inventory);
    let mut wrong = stock("LLBUAYMO6", 9);
    wrong.expires = Some("2029-09-26".to_owned());
    let listed = Answers {
        stock: Some(vec![wrong]),
        ..driver()
    };
    Material::default()
        .at("stock-before", listed)
        .fails_all("stock-before", &["last day", "doses on hand"]);
}

fn record(change: &[(&str, &str)]) -> String {
    let mut text = format!(
        "Immunization record\u{a0}of\nHale, Nora Lynn\nDOB: {}\nHepatitis\nB  {}\nHep A (Havrix)   {}\n",
        us(-180),
        us(-180),
        "October 2, 2026",
    );
    for (from, to) in change {
        assert!(text.contains(from), "the record has no {from}");
        text = text.replace(from, to);
    }
    text
}

#[test]
fn a_document_is_searched_for_names_series_and_days() {
    let printed = |change: &[(&str, &str)]| Material::default().file(Ok(&record(change)));
    printed(&[]).passes("print", Judged::Document);
    printed(&[("October 2, 2026", "02-Oct-2026")]).passes("print", Judged::Document);
    printed(&[("October 2, 2026", "10/2/26")]).passes("print", Judged::Document);
    printed(&[("October 2, 2026", "")]).fails("print", &["Hepatitis A", "2 October 2026"]);
    printed(&[("October 2, 2026", "October 12, 2026")]).fails("print", &["2 October 2026"]);
    // both are there, and the day stands beside the other vaccine
    printed(&[
        ("October 2, 2026", ""),
        ("Hepatitis\nB", "October 2, 2026 Polio\nHepatitis B"),
    ])
    .fails("print", &["2 October 2026"]);
    printed(&[("Lynn", "")]).fails("print", &["`lynn`"]);
    printed(&[("Hepatitis\nB", "Polio")]).fails("print", &["HepB"]);
    printed(&[("Immunization", "Mona's immunization")]).fails("print", &["does not hold"]);
    // the text of a page that a driver read
    let told = Answers {
        text: Some(Phi::new(record(&[]))),
        ..driver()
    };
    Material::default()
        .at("print", told)
        .passes("print", Judged::Driver);
    // a scan says nothing: the step stays with the tester
    assert!(
        Material::default()
            .file(Err(DocumentError::NoText))
            .prove("print")
            .is_none()
    );
}

#[test]
fn what_is_shown_of_an_answer_is_compared_with_it() {
    let shown = |change: fn(&mut Answers)| {
        let mut answers = Answers {
            patient: Some(nora()),
            doses: Some(vec![DoseSeen {
                valid: Some(true),
                lot: Some("LOT1".to_owned()),
                ..dose("20", -120)
            }]),
            forecast: Some(vec![row("DTaP", 30)]),
            seen: vec!["the origin of every dose is shown".to_owned()],
            ..driver()
        };
        change(&mut answers);
        Material::default()
            .message("answer", "history", &[])
            .at("look", answers)
    };
    shown(|_| {}).passes("look", Judged::Driver);
    shown(|a| a.forecast = Some(vec![row("DTaP", 31)])).fails("look", &["date due"]);
    shown(|a| a.forecast = Some(Vec::new())).fails("look", &["it is shown"]);
    shown(|a| a.doses = Some(Vec::new())).fails("look", &["dose 1 of the message"]);
    shown(|a| seen(a, 0).valid = Some(false)).fails("look", &["whether it counts"]);
    shown(|a| seen(a, 0).lot = Some("LOT2".to_owned())).fails("look", &["lot"]);
    shown(|a| patient(a).given = some("Mona")).fails("look", &["first name"]);
    shown(|a| a.not_seen = std::mem::take(&mut a.seen)).fails("look", &["origin of every dose"]);
    // no words of an assertion hold what identifies a person
    let proof = shown(|a| a.doses = Some(Vec::new()))
        .prove("look")
        .expect("there is material");
    for assertion in &proof.assertions {
        let words = format!(
            "{} {:?} {:?}",
            assertion.what, assertion.expected, assertion.because
        );
        assert!(
            !words.contains("November 2026") && !words.contains("Hale"),
            "{words}"
        );
    }
}

#[test]
fn every_issue_of_an_acknowledgment_has_to_be_told() {
    let page = |text: &str| {
        let answers = Answers {
            text: Some(Phi::new(text)),
            ..driver()
        };
        Material::default()
            .message("error", "nack", &[])
            .at("error", answers)
    };
    page("2 issues: The vaccine code is not known. The site was ignored.")
        .passes("error", Judged::Driver);
    page("The site was ignored").fails("error", &["error at RXA-5", "nothing of it is shown"]);
    let told = |seen: &[&str]| saw("error", seen, &[]).message("error", "nack", &[]);
    told(&[
        "The user is told of the error at RXA-5",
        "The user is told of the warning at RXR-2",
    ])
    .passes("error", Judged::Driver);
    told(&["The user is told of the error at RXA-5"]).fails("error", &["RXR-2"]);
    let nobody = |text: &str| {
        let answers = Answers {
            text: Some(Phi::new(text)),
            ..driver()
        };
        Material::default()
            .message("nobody", "not-found", &[])
            .at("nobody", answers)
    };
    nobody("The registry has no match for this patient").passes("nobody", Judged::Driver);
    nobody("Thank you").fails("nobody", &["no patient was found"]);
}

#[test]
fn a_step_says_which_answers_it_wants() {
    let plan = plan("proofs");
    for (step, wanted) in [
        ("enter", vec!["patient", "doses", "fields"]),
        ("reconcile", vec!["before", "doses"]),
        ("stock", vec!["stock_before", "stock"]),
        ("alert", vec!["seen"]),
        ("preload", vec![]),
    ] {
        let asked = with(&plan, step, |_, step| asks(step));
        assert_eq!(asked, wanted, "{step}");
    }
}

#[test]
fn a_tester_who_says_nothing_leaves_the_step_open() {
    for step in [
        "enter",
        "reconcile",
        "forecast",
        "stock",
        "print",
        "look",
        "cohort",
    ] {
        let said = Answers {
            note: Some("I was there".to_owned()),
            ..Answers::default()
        };
        assert!(
            Material::default().at(step, said).prove(step).is_none(),
            "{step}"
        );
    }
}
