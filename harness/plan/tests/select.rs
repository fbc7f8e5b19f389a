//! One pattern syntax chooses, filters and marks.

use titer_plan::{Pattern, Plan};

fn plan() -> Plan {
    titer_plan::load_builtin("onc-2015").expect("the plan")
}

fn matches(pattern: &str, path: &str) -> bool {
    pattern.parse::<Pattern>().expect("a pattern").matches(path)
}

fn covers(pattern: &str, path: &str) -> bool {
    pattern.parse::<Pattern>().expect("a pattern").covers(path)
}

#[test]
fn stars_stand_for_characters_and_for_parts() {
    assert!(matches("onc-2015/AD-1/report", "onc-2015/AD-1/report"));
    assert!(matches("onc-2015/AD-*/report", "onc-2015/AD-10/report"));
    assert!(!matches("onc-2015/AD-*/report", "onc-2015/QR-1/report"));
    assert!(!matches("onc-2015/*", "onc-2015/AD-1/report"));
    assert!(matches("onc-2015/**", "onc-2015/AD-1/report"));
    assert!(matches("onc-2015/**", "onc-2015"));
    assert!(matches("**/report", "onc-2015/AD-1/report"));
    assert!(matches("*/*-1*/re*t", "onc-2015/AD-10/report"));
    assert!(matches("**", ""));
    assert!(!matches("a*b*c", "abd"));
    assert!(matches("a*b*c", "axxbyybzzc"));
}

#[test]
fn a_name_covers_what_is_in_it() {
    assert!(covers("onc-2015/AD-1", "onc-2015/AD-1/report"));
    assert!(covers("onc-2015", "onc-2015/AD-1/report"));
    assert!(!covers("onc-2015/AD-1", "onc-2015/AD-10/report"));
    assert!(!covers("onc-2015/AD-1/report", "onc-2015/AD-1"));
}

#[test]
fn a_broken_pattern_says_where() {
    for (pattern, said) in [
        ("a//b", "a part of the pattern is empty at character 3"),
        (
            "a/b**",
            "`**` stands for whole parts and stands alone between `/` at character 3",
        ),
        ("a b", "` ` cannot stand in a pattern at character 2"),
        ("", "a part of the pattern is empty at character 1"),
    ] {
        assert_eq!(pattern.parse::<Pattern>().expect_err(pattern), said);
    }
}

fn chosen(patterns: &[&str]) -> Vec<String> {
    let plan = plan();
    let patterns: Vec<String> = patterns.iter().map(|p| (*p).to_owned()).collect();
    plan.select(&patterns)
        .expect("something")
        .iter()
        .map(|c| format!("{}{}", c.case.id, if c.asked { "" } else { " (needed)" }))
        .collect()
}

#[test]
fn cases_are_chosen_with_those_that_they_need() {
    assert_eq!(chosen(&[]).len(), 14);
    assert_eq!(chosen(&["AD-1"]), ["AD-1"]);
    assert_eq!(chosen(&["onc-2015/QR-*"]), ["QR-1", "QR-2", "QR-3", "QR-4"]);
    assert_eq!(chosen(&["AD-4"]), ["AD-3 (needed)", "AD-4"]);
    assert_eq!(chosen(&["AD-6", "AD-5/report"]), ["AD-5", "AD-6"]);
    assert_eq!(chosen(&["**/history"]).len(), 10);
}

#[test]
fn steps_are_marked_as_asked_for() {
    let plan = plan();
    let chosen = plan
        .select(&["AD-3/protection".to_owned()])
        .expect("a step");
    assert_eq!(chosen[0].steps, [false, false, false, true]);
}

#[test]
fn a_pattern_for_nothing_is_an_error() {
    let error = plan()
        .select(&["AD-11".to_owned()])
        .expect_err("no such case");
    insta::assert_snapshot!(error.render(false));
    let error = plan()
        .select(&["AD- 1".to_owned()])
        .expect_err("no pattern");
    insta::assert_snapshot!(error.render(false));
}
