//! Every check that stands for an eye: what passes, and what each kind of mistake makes of it.

mod common;

use common::plan;
use jiff::civil::{Date, date};
use std::collections::BTreeMap;
use titer_finding::Phi;
use titer_plan::{NothingYet, Occasion, Plan};
use titer_runner::proof::{
    DocumentError, FileText, ForecastQuery, Forecaster, ForecasterError, Heard, Proof,
    ProofContext, asks, prove,
};
use titer_runner::result::{
    AnswerSource, Answers, CodeSeen, CohortSeen, DoseSeen, ForecastSeen, Judged, Outcome,
    PatientSeen, StockSeen,
};

const TODAY: Date = date(2027, 3, 1);

/// A day before or after today, as a US system shows it.
fn us(days: i32) -> String {
    let day = TODAY.saturating_add(jiff::Span::new().days(days));
    day.strftime("%m/%d/%Y").to_string()
}

#[derive(Default)]
struct Material {
    answers: BTreeMap<(String, String), Vec<Answers>>,
    // the step whose own the message is, its template, what is replaced in it
    messages: Vec<(&'static str, Vec<u8>, bool)>,
    files: Vec<FileText>,
    forecaster: Option<Box<dyn Forecaster>>,
}

impl Material {
    fn at(mut self, step: &str, answers: Answers) -> Self {
        self.answers
            .entry(("c".to_owned(), step.to_owned()))
            .or_default()
            .push(answers);
        self
    }

    fn message(mut self, step: &'static str, template: &str, change: &[(&str, &str)]) -> Self {
        let mut text = String::from_utf8(rendered(template)).expect("templates are UTF-8");
        for (from, to) in change {
            assert!(text.contains(from), "the message has no {from}");
            text = text.replace(from, to);
        }
        let by_system = text.contains("|EHR|CLINIC|IIS|");
        self.messages.push((step, text.into_bytes(), by_system));
        self
    }

    fn file(mut self, text: Result<&str, DocumentError>) -> Self {
        self.files.push(FileText {
            name: "record.pdf".to_owned(),
            text: text.map(Phi::new),
        });
        self
    }

    fn prove(&self, step: &str) -> Option<Proof> {
        let plan = plan("proofs");
        with(&plan, step, |ctx, step| {
            let messages: Vec<Heard<'_>> = self
                .messages
                .iter()
                .map(|(step, bytes, by_system)| Heard {
                    id: "m1",
                    case: "c",
                    step,
                    bytes,
                    by_system: *by_system,
                })
                .collect();
            let ctx = ProofContext {
                messages: &messages,
                answers: &self.answers,
                files: &self.files,
                forecaster: self.forecaster.as_deref(),
                ..ctx
            };
            prove(&ctx, step)
        })
    }

    /// What is not met, as `outcome what (because)`.
    fn unmet(&self, step: &str) -> Vec<String> {
        let proof = self.prove(step).expect("there is material");
        assert!(!proof.assertions.is_empty());
        proof
            .assertions
            .iter()
            .filter(|a| a.outcome != Outcome::Met)
            .map(|a| {
                let because = a.because.clone().unwrap_or_default();
                format!("{:?}: {} ({because})", a.outcome, a.what)
            })
            .collect()
    }

    #[track_caller]
    fn passes(&self, step: &str, judged: Judged) {
        assert_eq!(self.unmet(step), Vec::<String>::new());
        assert_eq!(self.prove(step).map(|p| p.judged), Some(judged));
    }

    /// Exactly one assertion fails, and its words hold these.
    #[track_caller]
    fn fails(&self, step: &str, words: &[&str]) {
        let unmet = self.unmet(step);
        let [one] = unmet.as_slice() else {
            panic!("exactly one is expected: {unmet:#?}");
        };
        for word in words {
            assert!(one.contains(word), "`{word}` is not in: {one}");
        }
        assert!(one.starts_with("NotMet"), "{one}");
    }
}

fn occasion() -> Occasion {
    Occasion::at(common::clock().now(), 7)
}

fn with<T>(
    plan: &Plan,
    step: &str,
    judge: impl FnOnce(ProofContext<'_>, &titer_plan::model::Step) -> T,
) -> T {
    let case = plan.case("c").expect("the case is there");
    let step = case
        .steps
        .iter()
        .find(|s| s.id.text() == step)
        .unwrap_or_else(|| panic!("there is no step {step}"));
    let occasion = occasion();
    let scope = plan.scope(&occasion, case, step, &NothingYet);
    let ctx = ProofContext::new(plan, case, &scope, &NothingYet, occasion.as_of);
    judge(ctx, step)
}

fn rendered(template: &str) -> Vec<u8> {
    let plan = plan("proofs");
    with(&plan, "send", |ctx, _| {
        ctx.scope
            .message(template, &titer_plan::Entries(Vec::new()))
            .expect("the template can be filled in")
    })
}

fn driver() -> Answers {
    Answers::from(AnswerSource::Driver)
}

fn dose(cvx: &str, days: i32) -> DoseSeen {
    DoseSeen {
        cvx: Some(cvx.to_owned()),
        date: Phi::new(us(days)),
        ..DoseSeen::default()
    }
}

fn row(vaccine: &str, due: i32) -> ForecastSeen {
    ForecastSeen {
        vaccine: vaccine.to_owned(),
        due: Some(Phi::new(us(due))),
        ..ForecastSeen::default()
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "what is shown is optional, and this shows something"
)]
fn some(text: &str) -> Option<Phi> {
    Some(Phi::new(text))
}

fn nora() -> PatientSeen {
    PatientSeen {
        family: some("HALE"),
        given: some("Nora"),
        middle: some("Lynn"),
        birth_date: Some(Phi::new(us(-180))),
        sex: some("female"),
        ids: vec![Phi::new("A7")],
        mothers_maiden_name: some("Berg"),
        phone: some("(541) 555-1234"),
        ..PatientSeen::default()
    }
}

fn entered() -> Answers {
    Answers {
        patient: Some(nora()),
        doses: Some(vec![
            DoseSeen {
                source: Some("02".to_owned()),
                ..dose("45", -179)
            },
            DoseSeen {
                source: Some("00".to_owned()),
                completion: Some("complete".to_owned()),
                lot: Some("LLBUAYMO6".to_owned()),
                expires: Some("09/27/2029".to_owned()),
                ..dose("08", 0)
            },
            DoseSeen {
                completion: Some("RE".to_owned()),
                refusal: Some("00".to_owned()),
                ..dose("83", 0)
            },
        ]),
        fields: BTreeMap::from([("lot number of the shot".to_owned(), Phi::new("llbuaymo6"))]),
        ..driver()
    }
}

fn changed(mut answers: Answers, change: impl FnOnce(&mut Answers)) -> Material {
    change(&mut answers);
    Material::default().at("enter", answers)
}

fn seen(answers: &mut Answers, at: usize) -> &mut DoseSeen {
    let doses = answers.doses.as_mut().expect("doses were told");
    doses.get_mut(at).expect("the dose is there")
}

fn patient(answers: &mut Answers) -> &mut PatientSeen {
    answers.patient.as_mut().expect("the patient was told")
}

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

fn saw(step: &str, seen: &[&str], not_seen: &[&str]) -> Material {
    let texts = |all: &[&str]| all.iter().map(|t| (*t).to_owned()).collect();
    let answers = Answers {
        seen: texts(seen),
        not_seen: texts(not_seen),
        ..driver()
    };
    Material::default().at(step, answers)
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

fn before() -> Vec<DoseSeen> {
    vec![dose("08", -180), dose("83", -150)]
}

fn reconciled(change: impl FnOnce(&mut Vec<DoseSeen>)) -> Material {
    let mut after = before();
    after.extend([dose("20", -120), dose("49", -120)]);
    change(&mut after);
    let answers = Answers {
        before: Some(before()),
        doses: Some(after),
        ..driver()
    };
    Material::default().at("reconcile", answers)
}

#[test]
fn a_reconciliation_takes_over_what_it_must_and_nothing_else() {
    reconciled(|_| {}).passes("reconcile", Judged::Reconciled);
    // an unspecified code of the same group stands for the local dose
    reconciled(|d| d[0] = dose("45", -180)).passes("reconcile", Judged::Reconciled);
    reconciled(|d| drop(d.remove(3))).fails("reconcile", &["Hib", "no such dose"]);
    reconciled(|d| drop(d.remove(1))).fails("reconcile", &["of before (CVX 83)", "still there"]);
    reconciled(|d| d.push(dose("20", -120))).fails("reconcile", &["DTaP", "a second time"]);
    reconciled(|d| d[2] = dose("20", -109)).fails("reconcile", &["DTaP", "11 days late"]);
    reconciled(|d| d[2] = dose("107", -120)).passes("reconcile", Judged::Reconciled);
    reconciled(|d| d[2] = dose("115", -120)).fails("reconcile", &["DTaP", "another vaccine"]);
    reconciled(|d| d.push(dose("03", -10)))
        .fails("reconcile", &["no dose is there that should not be"]);
    reconciled(|d| d.push(dose("21", -30)))
        .fails("reconcile", &["a dose of somebody else", "not taken over"]);
    reconciled(|d| d.push(dose("45", -180))).fails(
        "reconcile",
        &["HepB of the registry", "not there a second time"],
    );
    reconciled(|d| d[2].completion = Some("RE".to_owned()))
        .fails("reconcile", &["DTaP", "not given"]);
    reconciled(|d| d[2].date = Phi::new("soon")).fails("reconcile", &["DTaP", "cannot be read"]);
    // each of several mistakes is told
    let both = reconciled(|d| {
        d.remove(3);
        d.push(dose("03", -10));
    });
    assert_eq!(both.unmet("reconcile").len(), 2);
}

#[test]
fn a_result_that_the_plan_gives_counts_alone() {
    let shown = |doses: Vec<DoseSeen>| {
        let answers = Answers {
            doses: Some(doses),
            ..driver()
        };
        Material::default().at("reconcile-result", answers)
    };
    shown(vec![dose("20", -120), dose("08", -180)]).passes("reconcile-result", Judged::Reconciled);
    shown(vec![dose("20", -120)]).fails("reconcile-result", &["ENGERIX-B", "in the history"]);
    shown(vec![dose("20", -120), dose("08", -180), dose("83", -150)])
        .fails("reconcile-result", &["should not be"]);
}

#[test]
fn a_later_message_can_show_what_was_taken_over() {
    let sent = |change: &[(&str, &str)]| Material::default().message("send", "shots", change);
    sent(&[]).passes("traced-import", Judged::Reconciled);
    sent(&[("08^ENGERIX-B^CVX", "43^ENGERIX-B^CVX")])
        .fails("traced-import", &["the shot", "another vaccine"]);
    sent(&[("83^HAVRIX", "20^DTaP")]).fails("traced-import", &["DTaP", "not taken over"]);
    sent(&[]).passes("traced", Judged::Traced);
    sent(&[("LLBUAYMO6", "LLBUAYM06")]).fails("traced", &["LLBUAYMO6"]);
    assert!(Material::default().prove("traced").is_none());
}

fn displayed(change: impl FnOnce(&mut Vec<ForecastSeen>)) -> Material {
    let earlier = Answers {
        forecast: Some(vec![row("DTaP", 0), row("Hep B", 0), row("PCV", 3)]),
        ..driver()
    };
    let mut rows = vec![row("DTaP, IPV", 25), row("Flu (seasonal)", -10)];
    change(&mut rows);
    let answers = Answers {
        forecast: Some(rows),
        ..driver()
    };
    Material::default()
        .at("forecast-before", earlier)
        .at("forecast", answers)
}

#[test]
fn recommendations_are_compared_by_group_and_date() {
    displayed(|_| {}).passes("forecast", Judged::Forecast);
    displayed(|_| {}).passes("forecast-before", Judged::Forecast);
    displayed(|r| r[0] = row("DTaP", 41)).fails("forecast", &["DTaP: due", "11 days late"]);
    displayed(|r| r[1] = row("Influenza", -11))
        .fails("forecast", &["Influenza: due", "11 days early"]);
    displayed(|r| r[1].due = some("when he comes")).fails_all(
        "forecast",
        &["Influenza is recommended", "Influenza: a date is shown"],
    );
    displayed(|r| r.push(row("Hepatitis B", 5))).fails_all(
        "forecast",
        &[
            "HepB is not recommended",
            "HepB: it is not recommended any more",
        ],
    );
    displayed(|r| r[0] = row("DTaP", 0)).fails_all(
        "forecast",
        &["DTaP: due", "DTaP: the recommendation is another one"],
    );
    displayed(|r| drop(r.remove(1))).fails_all(
        "forecast",
        &["Influenza is recommended", "Influenza: a date is shown"],
    );
    displayed(|r| {
        r.push(ForecastSeen {
            vaccine: "HepB".to_owned(),
            status: Some("complete".to_owned()),
            ..ForecastSeen::default()
        });
    })
    .passes("forecast", Judged::Forecast);
    // the earliest date of the plan counts where the system shows one
    displayed(|r| r[0].earliest = Some(Phi::new(us(20))))
        .fails("forecast", &["DTaP: not before", "18 days late"]);
}

impl Material {
    /// These fail, and nothing else.
    #[track_caller]
    fn fails_all(&self, step: &str, words: &[&str]) {
        let unmet = self.unmet(step);
        assert_eq!(unmet.len(), words.len(), "{unmet:#?}");
        for word in words {
            assert!(unmet.iter().any(|u| u.contains(word)), "{word}: {unmet:#?}");
        }
    }
}

#[test]
fn without_the_earlier_display_nothing_can_be_compared() {
    let mut alone = displayed(|_| {});
    alone
        .answers
        .remove(&("c".to_owned(), "forecast-before".to_owned()));
    let unmet = alone.unmet("forecast");
    assert_eq!(unmet.len(), 1, "{unmet:#?}");
    assert!(unmet[0].starts_with("Inconclusive") && unmet[0].contains("forecast-before"));
}

/// Answers only when it is asked about these doses, and recommends DTaP in a month.
struct Ours(&'static [&'static str]);

impl Forecaster for Ours {
    fn forecast(&self, query: &ForecastQuery) -> Result<Vec<ForecastSeen>, ForecasterError> {
        let codes: Vec<&str> = query.doses.iter().map(|d| d.cvx.as_str()).collect();
        if codes != self.0 || query.sex != "F" || query.as_of != TODAY {
            return Err(ForecasterError(format!("{codes:?}")));
        }
        let complete = ForecastSeen {
            vaccine: "HepB".to_owned(),
            status: Some("complete".to_owned()),
            ..ForecastSeen::default()
        };
        Ok(vec![row("DTaP", 30), complete])
    }
}

#[test]
fn recommendations_are_compared_with_our_own_forecaster() {
    // what the plan's story leads to: the result of the last reconciliation
    let planned = Answers {
        forecast: Some(vec![row("DTaP", 21)]),
        ..driver()
    };
    let mut material = Material::default().at("forecast-ours", planned);
    material.forecaster = Some(Box::new(Ours(&["08", "20"])));
    material.passes("forecast-ours", Judged::Forecast);
    // the history that the system shows counts more; a refused dose is not among it
    let shown = |rows: Vec<ForecastSeen>| {
        let answers = Answers {
            forecast: Some(rows),
            doses: Some(vec![
                dose("08", -180),
                dose("45", -179),
                dose("20", -120),
                dose("08", 0),
                DoseSeen {
                    completion: Some("RE".to_owned()),
                    ..dose("83", 0)
                },
            ]),
            ..driver()
        };
        let mut material = Material::default().at("forecast-ours", answers);
        material.forecaster = Some(Box::new(Ours(&["08", "45", "20", "08"])));
        material
    };
    shown(vec![row("DTaP", 21)]).passes("forecast-ours", Judged::Forecast);
    shown(vec![row("DTaP", 19)]).fails(
        "forecast-ours",
        &["DTaP by our forecaster", "11 days early"],
    );
    shown(vec![]).fails("forecast-ours", &["DTaP by our forecaster is recommended"]);
    shown(vec![row("DTaP", 30), row("Hep B", 1)])
        .fails("forecast-ours", &["HepB is not recommended by our"]);
    let mut without = shown(vec![row("DTaP", 30)]);
    without.forecaster = None;
    assert!(without.unmet("forecast-ours")[0].starts_with("Inconclusive"));
}

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
