//! A step as data, for programs that carry it out.

mod common;

use common::{folder, good};
use jiff::civil::date;
use titer_plan::{NothingYet, Occasion, load_dir};

#[test]
fn a_step_is_told_with_the_records_it_names_and_without_what_is_judged() {
    let mut files = good();
    for (name, text) in &mut files {
        if *name == "cases/one.yaml" {
            text.push_str(
                "  - id: enter\n    data-entry:\n      patient: ann\n      table: [{element: born, value: \"{patient.birth-date}\"}]\n    trace:\n      - {step: report, expect: [{at: PID-8, is: F}]}\n",
            );
        }
    }
    let dir = folder(&files);
    let plan = load_dir(dir.path()).expect("a good plan");
    let case = plan.case("ONE").expect("the case");
    let step = case.steps.last().expect("a step");
    let now = date(2026, 11, 22)
        .at(9, 0, 0, 0)
        .to_zoned(jiff::tz::TimeZone::UTC)
        .expect("a time");
    let occasion = Occasion::at(now, 42);
    let told = plan.scope(&occasion, case, step, &NothingYet).told(step);
    let ann = &told["records"]["patients"]["ann"];
    assert_eq!(told["data-entry"]["patient"], "ann");
    assert_eq!(told["data-entry"]["table"][0]["value"], ann["birth-date"]);
    assert!(
        !ann["birth-date"].as_str().unwrap_or("{").contains('{'),
        "{ann}"
    );
    assert!(told["records"]["facilities"]["clinic"].is_object());
    assert!(!told.to_string().contains("trace"), "{told}");
    // the message step tells nothing of what it is judged by
    let send = case.steps.first().expect("a step");
    let told = plan.scope(&occasion, case, send, &NothingYet).told(send);
    assert_eq!(told["send"]["message"], "dose");
    assert!(told["send"].get("expect").is_none(), "{told}");
}
