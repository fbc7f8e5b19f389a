//! Every check that stands for an eye: what passes, and what each kind of mistake makes of it.

#[path = "../common/mod.rs"]
mod common;
mod entries;
mod histories;
mod papers;

use common::plan;
use jiff::civil::{Date, date};
use std::collections::BTreeMap;
use titer_finding::Phi;
use titer_plan::{NothingYet, Occasion, Plan};
use titer_runner::proof::{DocumentError, FileText, Forecaster, Heard, Proof, ProofContext, prove};
use titer_runner::result::{
    AnswerSource, Answers, DoseSeen, ForecastSeen, Judged, Outcome, PatientSeen,
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

fn saw(step: &str, seen: &[&str], not_seen: &[&str]) -> Material {
    let texts = |all: &[&str]| all.iter().map(|t| (*t).to_owned()).collect();
    let answers = Answers {
        seen: texts(seen),
        not_seen: texts(not_seen),
        ..driver()
    };
    Material::default().at(step, answers)
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
