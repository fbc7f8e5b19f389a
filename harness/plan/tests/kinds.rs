//! Every kind of step that a recognition plan needs can be written down, and reads back as what it is.

mod common;

use common::{folder, good};
use std::fmt::Write;
use titer_plan::model::{Action, Side, StepKind};

// one step of each kind of `../shared/domain/step-kinds.md`, K1 to K21, by its number
const STEPS: &[(&str, StepKind, &str)] = &[
    (
        "K18",
        StepKind::Preload,
        "evaluated: false\n    instructions: [Register the patient.]\n    preload: {messages: [dose], patients: ann, without: bob}",
    ),
    (
        "K1",
        StepKind::Send,
        "send: {message: dose, profile: Z22, known-by: {PID-5.2: Ann}, expect: [{present: PID-3.1}]}",
    ),
    (
        "K2",
        StepKind::Reply,
        "reply: {message: ack, profile: Z23, expect: [{at: MSA-1, is: AA}], also-allowed: [{at: MSA-1, is: AE, because: warnings}]}",
    ),
    (
        "K3",
        StepKind::Reply,
        "applies-to: [ehr]\n    because: an IIS cannot be made to do so\n    reply: {message: ack, vary: {MSA-1: AE}, profile: Z23}\n    checklist: [{see: the user is told}]\n    evidence: [{kind: screenshot, of: the notice}]",
    ),
    (
        "K4",
        StepKind::Reply,
        "reply: {message: ack, profile: [Z33, Z31]}\n    checklist: [{see: nobody was found}]",
    ),
    (
        "K5",
        StepKind::Reply,
        "reply: {message: ack, profile: Z42}\n    checklist:\n      - {group: dose 1, see: vaccine, value: Hep B}\n      - {group: dose 1, see: date, value: \"{orders.shot.date:words}\"}",
    ),
    (
        "K6",
        StepKind::DataEntry,
        "data-entry:\n      patient: ann\n      orders: [shot]\n      table:\n        - {element: allergy, value: egg, required: conditional}\n    trace:\n      - step: later\n        expect: [{find: ORDER, where: {RXA-5.1: \"08\"}}]",
    ),
    (
        "K6 configuration",
        StepKind::DataEntry,
        "data-entry: {configuration: true, table: [{element: funding source, value: state, required: \"no\"}]}",
    ),
    (
        "K7",
        StepKind::PatientSelect,
        "evaluated: false\n    patient-select: {patient: ann, among: [bob]}",
    ),
    (
        "K8",
        StepKind::Alert,
        "alert: {kind: interval, when: the order is signed, at-least-one-of: [a warning before signing, no way to sign]}",
    ),
    (
        "K9",
        StepKind::DataQuality,
        "data-quality: {element: date of birth, entry: \"{today+1d:words}\", wrong: it is tomorrow, at-least-one-of: [a message, a field that takes no such date]}",
    ),
    (
        "K10",
        StepKind::Reconcile,
        "reconcile:\n      history: k5\n      import: [{order: shot}]\n      leave: [{cvx: \"03\", date: \"{today-1y}\"}]\n      result: [{order: shot}]",
    ),
    (
        "K11",
        StepKind::ForecastDisplay,
        "forecast-display:\n      tolerance-days: 10\n      must: [{vaccine: MMR, cvx: [\"03\", \"94\"], due: \"{today+1m}\"}]\n      must-not: influenza\n      compared-with: k5\n      differences: [MMR is due later]",
    ),
    (
        "K12",
        StepKind::Document,
        "document: {title: the patient's immunization record, contains: [\"{patient.name.family}\", Hep B], leaves-out: [the refusal]}",
    ),
    (
        "K13",
        StepKind::PatientAccess,
        "patient-access: {through: the portal, contains: [every dose]}",
    ),
    (
        "K14",
        StepKind::AdverseEvent,
        "adverse-event:\n      after: shot\n      reactions: [{code: VXC12, text: fever of 40.5 C or more within 48 hours, system: CDCPHINVS}]\n      onset: \"{today:words}\"\n    trace: [{step: later, expect: [{find: OBX, where: {OBX-3.1: 31044-1}}]}]",
    ),
    (
        "K15",
        StepKind::Inventory,
        "inventory: {change: use, rows: [{vaccine: hepb, lot: A1, expires: \"{today+1y}\", funding: public, before: 10, after: 9}]}",
    ),
    (
        "K16",
        StepKind::Cohort,
        "cohort: {criteria: everybody who is overdue for MMR, rows: [{patient: ann, with: MMR}], without: [bob]}",
    ),
    (
        "K17",
        StepKind::Attest,
        "attest: {statement: the product exchanges data over the CDC interface}",
    ),
    (
        "K19",
        StepKind::Inspect,
        "evaluated: false\n    inspect: {of: k5}\n    checklist: [{see: the history, optional: true}]",
    ),
    (
        "K20",
        StepKind::Transport,
        "transport: {call: connectivity-test, echo: hello, expect-echo: true}",
    ),
    (
        "K20 submission",
        StepKind::Transport,
        "transport: {call: submit, messages: [dose], reply-profile: Z23, expect: [{at: MSA-1, is: AA}]}",
    ),
    (
        "K20 credentials",
        StepKind::Transport,
        "transport: {call: submit, messages: [dose], credentials: wrong-password, expect-fault: {fault: SecurityFault, reason: Security}}",
    ),
    (
        "K20 two messages",
        StepKind::Transport,
        "transport: {call: submit, messages: [dose, dose], expect-fault: {fault: MessageTooLargeFault}}",
    ),
    (
        "K20 operation",
        StepKind::Transport,
        "transport: {call: unknown-operation, operation: other, expect-fault: {fault: UnsupportedOperationFault}}",
    ),
    (
        "K20 size",
        StepKind::Transport,
        "transport: {call: oversized, messages: [dose], size: 1000000, expect-fault: {fault: MessageTooLargeFault}}",
    ),
    (
        "K20 XML",
        StepKind::Transport,
        "transport: {call: malformed-xml, expect-fault: {fault: any, numeric-code: false}}",
    ),
    (
        "K21",
        StepKind::Deduplicate,
        "deduplicate: {patients: [ann, bob], are: different, shown-by: k5, expect: [{find: PID, count: 1}]}",
    ),
    (
        "state",
        StepKind::QueryBack,
        "applies-to: [iis]\n    because: an EHR is not asked\n    query-back: {profile: Z34, message: query, status: OK, expect-doses: [{order: shot, completion: [CP, PA]}], expect-count: 1}",
    ),
    (
        "comparison",
        StepKind::Compare,
        "compare: {message: k1, expect: [{at: PID-5.1, differs-from: k5 PID-5.1}]}",
    ),
    (
        "later",
        StepKind::Send,
        "send: {message: dose, profile: Z22}",
    ),
];

fn plan() -> tempfile::TempDir {
    let mut case = "id: ONE\ntitle: every kind of step\ncapability: report\nwith: {patient: ann, facility: clinic}\nsteps:\n".to_owned();
    for (name, _, body) in STEPS {
        let id = name.to_lowercase().replace(' ', "-");
        writeln!(case, "  - id: {id}\n    covers: R-1\n    {body}").expect("a step");
    }
    let mut files = good();
    files.retain(|(name, _)| !name.starts_with("known") && !name.starts_with("expectations"));
    files.push((
        "data/more.yaml",
        r#"patients:
  bob: {ids: [{id: "2"}], name: {family: Berg, given: Bob}, birth-date: "{today-3m}", sex: M}
vaccines:
  hepb: {name: Hep B, cvx: "08"}
orders:
  shot: {patient: ann, vaccine: hepb, date: "{today}"}
"#
        .to_owned(),
    ));
    for (name, text) in &mut files {
        if *name == "cases/one.yaml" {
            text.clone_from(&case);
        }
    }
    folder(&files)
}

#[test]
fn every_kind_can_be_written_down() {
    let dir = plan();
    let plan = titer_plan::load_dir(dir.path()).unwrap_or_else(|e| {
        let told: Vec<String> = e.diagnostics().iter().map(|d| d.render(false)).collect();
        panic!("{}", told.join("\n"))
    });
    let case = plan.case("ONE").expect("the case");
    assert_eq!(case.steps.len(), STEPS.len());
    for (step, (name, kind, _)) in case.steps.iter().zip(STEPS) {
        assert_eq!(step.kind(), Some(*kind), "{name}");
        assert_eq!(step.action().map(Action::kind), Some(*kind), "{name}");
    }
    for kind in StepKind::ALL {
        assert!(
            STEPS.iter().any(|(_, k, _)| *k == kind),
            "no step of the kind {kind:?}"
        );
    }
    let not_evaluated = case.steps.iter().filter(|s| !s.evaluated).count();
    assert_eq!(not_evaluated, 3);
    let of = |side: Side| case.steps.iter().filter(|s| s.applies(side)).count();
    assert_eq!(of(Side::Ehr), STEPS.len() - 1);
    assert_eq!(of(Side::Iis), STEPS.len() - 1);
}

#[test]
fn every_kind_keeps_to_the_schema() {
    let dir = plan();
    let text = std::fs::read_to_string(dir.path().join("cases/one.yaml")).expect("a file");
    let case: serde_json::Value = serde_saphyr::from_str(&text).expect("YAML");
    let schemas = titer_plan::schema::schemas();
    let (_, schema) = schemas
        .iter()
        .find(|(n, _)| *n == "case.schema.json")
        .expect("a schema");
    let validator = jsonschema::validator_for(schema).expect("a schema");
    let errors: Vec<String> = validator
        .iter_errors(&case)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn a_loaded_plan_can_be_written_as_json_and_read_again() {
    let dir = plan();
    let plan = titer_plan::load_dir(dir.path()).expect("a good plan");
    let case = plan.case("ONE").expect("the case");
    let written = serde_json::to_string(case).expect("JSON");
    // JSON is YAML
    let read: titer_plan::model::Case = serde_saphyr::from_str(&written).expect("the same case");
    assert_eq!(serde_json::to_string(&read).expect("JSON"), written);
}
