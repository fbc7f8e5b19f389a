//! Templates become the same bytes for the same occasion, and what they are filled in with stays what it is.

mod common;

use common::{folder, good};
use jiff::civil::date;
use tempfile::TempDir;
use titer_plan::dates::Shift;
use titer_plan::model::Text;
use titer_plan::span::Syntax;
use titer_plan::syntax::{MessageOf, Path};
use titer_plan::template::Template;
use titer_plan::{Entries, Exchanged, NothingYet, Occasion, Parsed, Plan, Scope};

/// The good plan with one text in one file replaced.
fn with(file: &str, from: &str, to: &str) -> TempDir {
    let mut files = good();
    let entry = files
        .iter_mut()
        .find(|(name, _)| *name == file)
        .unwrap_or_else(|| panic!("no file {file}"));
    assert!(entry.1.contains(from), "`{from}` is not in {file}");
    entry.1 = entry.1.replacen(from, to, 1);
    folder(&files)
}

fn occasion(year: i16, month: i8, day: i8, seed: u64) -> Occasion {
    let now = date(year, month, day)
        .at(14, 5, 1, 250_000_000)
        .to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(-5)))
        .expect("a moment");
    Occasion::at(now, seed)
}

fn load(files: &[(&str, String)]) -> Plan {
    titer_plan::load_dir(folder(files).path()).expect("a good plan")
}

fn scope<'a>(plan: &'a Plan, occasion: &'a Occasion, exchanged: &'a dyn Exchanged) -> Scope<'a> {
    let case = plan.case("ONE").expect("the case");
    plan.scope(occasion, case, &case.steps[0], exchanged)
}

fn text(scope: &Scope<'_>, template: &str) -> String {
    scope
        .text(&Text::new(template))
        .unwrap_or_else(|e| panic!("{template}: {e}"))
}

struct Sent(&'static [u8]);

impl Exchanged for Sent {
    fn message(&self, of: &MessageOf) -> Option<&[u8]> {
        (*of == MessageOf::Sent).then_some(self.0)
    }
}

#[test]
fn the_same_occasion_gives_the_same_bytes() {
    let plan = load(&good());
    let (a, b) = (occasion(2026, 11, 22, 42), occasion(2026, 11, 22, 42));
    let message = |o| {
        scope(&plan, o, &NothingYet)
            .message("dose", &Entries::default())
            .expect("a message")
    };
    let first = message(&a);
    assert_eq!(first, message(&b));
    assert_ne!(first, message(&occasion(2026, 11, 22, 43)));
    let lines: Vec<&str> = std::str::from_utf8(&first)
        .expect("text")
        .split_terminator('\r')
        .collect();
    assert_eq!(
        lines,
        [
            "MSH|^~\\&|EHR|CLINIC|IIS|IIS|20261122140501.250-0500||VXU^V04^VXU_V04|TY4EFM97T92E8YZ|P|2.5.1",
            "PID|1||T9NADRL7HXPLQKV||Ångström^Ann||20260922",
            "RXA|0|1|20261122||08^Hep B^CVX|999",
        ]
    );
}

#[test]
fn ids_are_of_the_step_or_of_the_run() {
    let plan = load(&good());
    let occasion = occasion(2026, 11, 22, 1);
    let case = plan.case("ONE").expect("the case");
    let of = |n: usize| plan.scope(&occasion, case, &case.steps[n], &NothingYet);
    assert_eq!(text(&of(0), "{uid}"), text(&of(0), "{uid}"));
    assert_ne!(text(&of(0), "{uid}"), text(&of(1), "{uid}"));
    assert_ne!(text(&of(0), "{uid}"), text(&of(0).again(2), "{uid}"));
    assert_eq!(text(&of(0), "{uid.order}"), text(&of(1), "{uid.order}"));
    assert_ne!(text(&of(0), "{uid.order}"), text(&of(0), "{uid.another}"));
    assert_eq!(text(&of(0), "{uid}").len(), 15);
}

#[test]
fn months_end_where_they_end() {
    let today = |y, m, d, shift: &str| Shift::parse(shift).expect("a shift").from(date(y, m, d));
    assert_eq!(today(2026, 3, 31, "-1m"), date(2026, 2, 28));
    assert_eq!(today(2028, 3, 31, "-1m"), date(2028, 2, 29));
    assert_eq!(today(2028, 2, 29, "-1y"), date(2027, 2, 28));
    // years and months first, days after that
    assert_eq!(today(2026, 3, 31, "-1m+1d"), date(2026, 3, 1));
    assert_eq!(today(2026, 3, 31, "+1d-1m"), date(2026, 3, 1));
    assert_eq!(today(2026, 11, 22, "+1y-3d"), date(2027, 11, 19));
    assert_eq!(today(2026, 11, 22, "-2w"), date(2026, 11, 8));
    assert_eq!(today(2026, 11, 22, ""), date(2026, 11, 22));
}

#[test]
fn a_child_of_two_months_is_two_months_old_on_any_day() {
    for day in 1..=28 {
        for month in 1..=12 {
            let today = date(2027, month, day);
            let born = Shift::parse("-2m").expect("a shift").from(today);
            assert_eq!(
                jiff::Span::new().months(2),
                born.until((jiff::Unit::Month, today))
                    .expect("an age")
                    .fieldwise()
            );
        }
    }
}

#[test]
fn the_clock_gives_the_time_and_the_run_its_day() {
    let plan = load(&good());
    let mut occasion = occasion(2026, 11, 22, 1);
    occasion.as_of = date(2024, 2, 29);
    let scope = scope(&plan, &occasion, &NothingYet);
    assert_eq!(text(&scope, "{now}"), "20240229140501.250-0500");
    assert_eq!(text(&scope, "{today:iso}"), "2024-02-29");
    assert_eq!(text(&scope, "{today+1d:words}"), "1 March 2024");
    assert_eq!(
        text(&scope, "{patient.birth-date:words}"),
        "29 December 2023"
    );
    assert_eq!(text(&scope, "{{patient}}"), "{patient}");
    assert_eq!(
        text(&scope, "{patient.email?}|{patient.name.given}"),
        "|Ann"
    );
}

#[test]
fn what_comes_from_data_is_escaped_and_what_is_written_is_not() {
    let dir = with("data/data.yaml", "Ångström", "O|Neil & Sons^");
    let plan = titer_plan::load_dir(dir.path()).expect("a good plan");
    let occasion = occasion(2026, 11, 22, 1);
    let scope = scope(&plan, &occasion, &NothingYet);
    let vary = Entries(vec![
        (
            Parsed::new("PID-6"),
            Text::new("{patient.name.family}^of^three"),
        ),
        (Parsed::new("RXA"), Text::new("")),
        (Parsed::new("PID-8"), Text::new("")),
    ]);
    let bytes = scope.message("dose", &vary).expect("a message");
    let message = String::from_utf8(bytes).expect("text");
    assert!(
        message.contains("|O\\F\\Neil \\T\\ Sons\\S\\^Ann|O\\F\\Neil \\T\\ Sons\\S\\^of^three|"),
        "{message}"
    );
    assert!(!message.contains("RXA"), "{message}");
    assert_eq!(text(&scope, "{patient.name.family}"), "O|Neil & Sons^");
}

#[test]
fn what_comes_from_a_message_keeps_its_structure() {
    let plan = load(&good());
    let occasion = occasion(2026, 11, 22, 1);
    let sent = Sent(
        b"MSH|#*\\!|A#1.2#ISO|B|C|D|20261122||QBP#Q11|ID\\F\\7|P|2.5.1\rQPD|Z34#a^b|q|x!y*z\r",
    );
    let scope = scope(&plan, &occasion, &sent);
    let bytes = scope
        .message("ack", &Entries::default())
        .expect("a message");
    let message = String::from_utf8(bytes).expect("text");
    assert!(
        message.starts_with("MSH|^~\\&|C|D|A^1.2^ISO|B|"),
        "{message}"
    );
    assert!(message.contains("MSA|AA|ID\\F\\7\r"), "{message}");
    assert_eq!(text(&scope, "{sent MSH-10}"), "ID|7");
    assert_eq!(text(&scope, "{sent QPD-1.2}"), "a^b");
    // a place that is not there is empty
    assert_eq!(text(&scope, "[{sent PID-3}]"), "[]");
}

#[test]
fn a_message_that_is_not_there_yet_is_an_error() {
    let plan = load(&good());
    let occasion = occasion(2026, 11, 22, 1);
    let scope = scope(&plan, &occasion, &NothingYet);
    let error = scope
        .text(&Text::new("{sent MSH-10}"))
        .expect_err("nothing was sent");
    assert_eq!(
        error.to_string(),
        "there is no message for `sent MSH-10` yet"
    );
    assert!(scope.message("dsoe", &Entries::default()).is_err());
}

#[test]
fn a_dose_takes_from_its_order_what_it_does_not_say() {
    let plan = titer_plan::load_builtin("onc-2015").expect("the plan");
    let occasion = occasion(2026, 11, 22, 1);
    let case = plan.case("AD-5").expect("the case");
    let step = case
        .steps
        .iter()
        .find(|s| s.id.text() == "history")
        .expect("the step");
    let scope = plan.scope(&occasion, case, step, &NothingYet);
    let query = step.query_back.as_ref().expect("a query");
    let dose = scope.dose(&query.expect_doses[1]).expect("a dose");
    assert_eq!(dose.label, "VAQTA");
    assert_eq!(dose.cvx, ["83"]);
    assert!(dose.ndc.contains(&"00006-4831-41".to_owned()));
    assert_eq!(dose.date.as_deref(), Some("20261122"));
    assert_eq!(dose.lot.as_deref(), Some("208940"));
}

proptest::proptest! {
    #[test]
    fn reading_a_template_never_panics(text in "(\\{|\\}|:|today|uid|now|[-+ .a-zé0-9\n])*") {
        let _ = Template::read(&text);
        let _ = Template::parse(&text);
    }

    #[test]
    fn a_text_without_brackets_is_itself(text in "[^{}]*") {
        let (template, errors) = Template::read(&text);
        proptest::prop_assert!(errors.is_empty());
        proptest::prop_assert!(template.is_plain());
    }

    #[test]
    fn any_shift_gives_a_day(months in -1800i32..1800, days in -50_000i32..50_000, year in 1900i16..2100, month in 1i8..=12, day in 1i8..=28) {
        let shifted = Shift { months, days }.from(date(year, month, day));
        proptest::prop_assert!(shifted.year() > 1600);
    }

    #[test]
    fn reading_small_texts_never_panics(text in "[-A-Z0-9.\\[\\] /*a-z~é]*") {
        let _ = <Path as Syntax>::parse(&text);
        let _ = titer_plan::syntax::Reference::parse(&text);
        let _ = titer_plan::syntax::Target::parse(&text);
        let _ = titer_plan::Pattern::parse(&text);
        let _ = Shift::parse(&text);
    }
}
