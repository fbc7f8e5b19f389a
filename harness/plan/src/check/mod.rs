//! What a plan that can be read must hold besides: every reference leads somewhere, every template can be filled in,
//! every step does something that can be judged.

mod data;
mod message;
mod names;
mod proof;
mod step;
mod stock;

pub(crate) use data::DataFiles;
pub(crate) use message::fault;

use crate::expect_check::{self, Sets};
use crate::files::Files;
use crate::load::about;
use crate::model::{KnownFailures, Plan};
use crate::render::Occasion;
use crate::span::Place;
use data::place_of;
use jiff::Zoned;
use std::collections::{BTreeMap, BTreeSet};
use titer_finding::Diagnostic;

/// What the checks found.
#[derive(Default)]
pub(crate) struct Checked {
    pub(crate) errors: Vec<Diagnostic>,
    pub(crate) warnings: Vec<Diagnostic>,
}

/// Checks a plan as a whole.
pub(crate) fn plan(plan: &Plan, files: &Files, data_files: &DataFiles, sets: &Sets) -> Checked {
    let mut checker = Checker {
        plan,
        data_files,
        sets,
        used_sets: BTreeSet::new(),
        checked: Checked::default(),
        used: BTreeSet::new(),
        used_messages: BTreeSet::new(),
        occasion: sample_occasion(),
    };
    checker.head(files);
    expect_check::check_sets(sets, &mut checker.checked.errors);
    checker.data();
    for (_, case) in plan.cases() {
        let text = files.text(&case.file);
        let place = File {
            shown: files.shown(&case.file),
            text,
        };
        checker.case(case, &place);
    }
    checker.unused();
    checker.checked
}

/// Known failures whose names are nobody's.
pub(crate) fn known_failures(
    plan: &Plan,
    known: &KnownFailures,
    shown: &str,
    text: &str,
) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    let names: Vec<String> = names(plan);
    let mut seen = BTreeSet::new();
    for failure in &known.known_failures {
        let Some(pattern) = failure.name.get() else {
            continue;
        };
        if !seen.insert((failure.name.text(), failure.side)) {
            errors.push(about(
                shown,
                text,
                failure.name.place(),
                format!("`{}` stands here twice", failure.name),
            ));
        }
        if !names.iter().any(|n| pattern.matches(n)) {
            let mut diagnostic = about(
                shown,
                text,
                failure.name.place(),
                format!("no step or case of the plan is called `{}`", failure.name),
            );
            diagnostic.help = Some(
                "a name is made of the plan, the case and the step, as in `onc-2015/AD-1/report`"
                    .to_owned(),
            );
            errors.push(
                diagnostic.did_you_mean(failure.name.text(), names.iter().map(String::as_str)),
            );
        }
        if failure.because.trim().is_empty() {
            errors.push(about(
                shown,
                text,
                failure.name.place(),
                "a known failure needs a reason",
            ));
        }
    }
    errors
}

/// The names of the plan, its cases and their steps.
pub(crate) fn names(plan: &Plan) -> Vec<String> {
    let mut names = vec![plan.id.clone()];
    for (_, case) in plan.cases() {
        names.push(plan.case_path(case));
        names.extend(case.steps.iter().map(|s| plan.step_path(case, s)));
    }
    names
}

// a leap day, so that what goes wrong at the end of a month goes wrong here
fn sample_occasion() -> Occasion {
    let date = jiff::civil::date(2028, 2, 29);
    let now = date
        .at(9, 30, 0, 0)
        .to_zoned(jiff::tz::TimeZone::UTC)
        .unwrap_or_else(|_| Zoned::default());
    Occasion::at(now, 0)
}

pub(crate) struct File<'a> {
    pub(crate) shown: String,
    pub(crate) text: &'a str,
}

impl File<'_> {
    pub(crate) fn about(&self, place: Place, message: impl Into<String>) -> Diagnostic {
        about(&self.shown, self.text, place, message)
    }
}

struct Checker<'a> {
    plan: &'a Plan,
    data_files: &'a DataFiles,
    sets: &'a Sets,
    used_sets: BTreeSet<String>,
    checked: Checked,
    used: BTreeSet<(&'static str, String)>,
    used_messages: BTreeSet<String>,
    occasion: Occasion,
}

impl Checker<'_> {
    pub(super) fn error(&mut self, diagnostic: Diagnostic) {
        self.checked.errors.push(diagnostic);
    }

    pub(super) fn head(&mut self, files: &Files) {
        let file = File {
            shown: files.shown("plan.yaml"),
            text: files.text("plan.yaml"),
        };
        let plan = self.plan;
        if plan.groups.is_empty() {
            self.error(Diagnostic::new("the plan has no groups").in_file(file.shown.clone()));
        }
        if plan.systems.is_empty() {
            self.error(
                Diagnostic::new("the plan names no system that can be under test")
                    .in_file(file.shown.clone())
                    .with_help("write `systems: [ehr, iis]`, or one of the two"),
            );
        }
        for group in &plan.groups {
            if group.cases.is_empty() != group.text_only {
                let wrong = if group.text_only {
                    format!(
                        "the group `{}` is said to be text only, and has cases",
                        group.id
                    )
                } else {
                    format!("the group `{}` has no cases", group.id)
                };
                self.error(Diagnostic::new(wrong).in_file(file.shown.clone()));
            }
        }
        let mut seen = BTreeMap::new();
        for (_, case) in plan.cases() {
            let place = File {
                shown: files.shown(&case.file),
                text: files.text(&case.file),
            };
            if let Some(other) = seen.insert(case.id.text(), place.shown.clone()) {
                self.error(
                    place
                        .about(
                            case.id.place(),
                            format!("the case `{}` stands in the plan twice", case.id),
                        )
                        .with_help(format!("the other one is in {other}")),
                );
            }
        }
        for ids in [
            plan.requirements.iter().map(|r| &r.id).collect::<Vec<_>>(),
            plan.capabilities.iter().map(|c| &c.id).collect(),
            plan.components.iter().map(|c| &c.id).collect(),
            plan.waivers.iter().map(|w| &w.id).collect(),
        ] {
            let mut seen = BTreeSet::new();
            for id in ids {
                if !seen.insert(id.text()) {
                    self.error(file.about(id.place(), format!("the id `{id}` stands here twice")));
                }
            }
        }
        self.recognition(&file);
        self.registry(&file);
        self.aliases(files);
        let covered: BTreeSet<&str> = plan
            .cases()
            .flat_map(|(_, c)| {
                c.covers
                    .iter()
                    .chain(c.steps.iter().flat_map(|s| &s.covers))
                    .flat_map(|r| r.iter())
            })
            .map(|r| r.value.as_str())
            .collect();
        for requirement in &plan.requirements {
            if !covered.contains(requirement.id.text()) {
                self.checked.warnings.push(file.about(
                    requirement.id.place(),
                    format!("no step covers the requirement `{}`", requirement.id),
                ));
            }
        }
        let names = names(plan);
        for waiver in &plan.waivers {
            for pattern in &waiver.steps {
                if pattern
                    .get()
                    .is_some_and(|p| !names.iter().any(|n| p.matches(n)))
                {
                    self.error(
                        file.about(
                            pattern.place(),
                            format!("no step or case of the plan is called `{pattern}`"),
                        )
                        .did_you_mean(pattern.text(), names.iter().map(String::as_str)),
                    );
                }
            }
            if waiver.intended && (waiver.rules.is_empty() || waiver.missing.is_some()) {
                self.error(
                    file.about(
                        waiver.id.place(),
                        format!(
                            "the waiver `{}` intends nothing that a rule finds",
                            waiver.id
                        ),
                    )
                    .with_help("name the rules with `rules`"),
                );
            }
            if waiver.at.is_empty() && waiver.rules.is_empty() && waiver.missing.is_none() {
                self.error(
                    file.about(waiver.id.place(), format!("the waiver `{}` waives nothing", waiver.id))
                        .with_help("say where with `at`, which rules with `rules`, or what need not be there with `missing`"),
                );
            }
        }
    }

    pub(super) fn unused(&mut self) {
        // what a used order names is used
        let mut open: Vec<String> = self
            .used
            .iter()
            .filter(|(k, _)| *k == "orders")
            .map(|(_, id)| id.clone())
            .collect();
        while let Some(id) = open.pop() {
            if let Some(order) = self.plan.data.orders.get(&id) {
                self.used
                    .extend(order.stock.iter().map(|r| ("stock", r.value.clone())));
                self.used.insert(("patients", order.patient.value.clone()));
                self.used.insert(("vaccines", order.vaccine.value.clone()));
                for r in order
                    .by
                    .administered
                    .iter()
                    .chain(&order.by.entered)
                    .chain(&order.by.ordered)
                {
                    self.used.insert(("clinicians", r.value.clone()));
                }
            }
        }
        // the whole stock lies in the refrigerator, whether a step takes from it or not
        for (id, line) in &self.plan.data.stock {
            self.used.insert(("stock", id.clone()));
            self.used.insert(("vaccines", line.vaccine.value.clone()));
        }
        for ((kind, id), (shown, text)) in &self.data_files.of {
            if !self.used.contains(&(*kind, id.clone())) {
                let place = place_of(&self.plan.data, kind, id);
                let singular = match *kind {
                    "facilities" => "facility",
                    other => other.trim_end_matches('s'),
                };
                self.checked.warnings.push(about(
                    shown,
                    text,
                    place,
                    format!("no step uses the {singular} `{id}`"),
                ));
            }
        }
        for (name, set) in self.sets {
            if !self.used_sets.contains(name) {
                self.checked.warnings.push(about(
                    &set.shown,
                    &set.text,
                    set.place,
                    format!("no step meets the set of expectations `{name}`"),
                ));
            }
        }
        for (name, template) in &self.plan.messages {
            if !self.used_messages.contains(name) {
                self.checked.warnings.push(
                    Diagnostic::new(format!("no step uses the message template `{name}`"))
                        .in_file(template.file.clone()),
                );
            }
        }
    }
}
