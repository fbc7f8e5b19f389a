//! The answer, who was tested, the rule and what it counts.

use super::{result_of, state, state_mark, step};
use crate::recognition::model::{
    CapabilityRow, ComponentRow, Decision, Identity, Recognition, RuleSource, State, Tally,
};
use crate::recognition::rule::{percent, rest};
use crate::recognition::sheet::{
    Block, Fact, MarkView, Row, Section, Span, StripRow, Table, columns, sentence,
};
use crate::view::Anchors;
use crate::words;
use titer_runner::result::{Level, Rounding};

pub(super) fn decision_mark(decision: Decision) -> &'static str {
    match decision {
        Decision::Incomplete => "pending",
        Decision::Error => "error",
        Decision::NotMet => "failed",
        Decision::Undecided => "inconclusive",
        Decision::Met => "passed",
    }
}

/// `ImmuTrack 7.2.0 by Example Health Software`.
pub(super) fn product(identity: &Identity) -> String {
    let mut text = identity.product.clone();
    if let Some(version) = &identity.version {
        text = format!("{text} {version}");
    }
    if let Some(vendor) = &identity.vendor {
        text = format!("{text} by {vendor}");
    }
    text
}

fn anchor_of(capability: &str, data: &Recognition) -> Option<String> {
    let index = data.capabilities.iter().position(|c| c.id == capability)?;
    Some(format!("capability-{}", index + 1))
}

/// What to look at first, and the picture of all capabilities.
pub(super) fn first(data: &Recognition, anchors: &Anchors) -> Vec<Block> {
    let mut blocks = Vec::new();
    let worst = data
        .capabilities
        .iter()
        .filter(|c| c.counts && matches!(c.state, State::Failed | State::Undecided))
        .min_by_key(|c| (c.level, c.state));
    let at = worst.and_then(|c| {
        let path = c.because.as_ref()?;
        data.steps.iter().find(|s| s.path == *path)
    });
    if let Some(row) = at {
        let mut spans = vec![
            Span::strong("Look first at "),
            step(&row.path, anchors),
            Span::text(&format!(", {}: ", row.title)),
            result_of(row),
        ];
        if let Some(because) = &row.because {
            spans.push(Span::text("; "));
            spans.extend(sentence(because.reveal()));
        }
        blocks.push(Block::Para {
            spans,
            quiet: false,
        });
    }
    blocks.push(Block::Strip {
        title: format!("Every capability, {} in all", data.capabilities.len()),
        rows: data.components.iter().map(|c| strip_row(c, data)).collect(),
        legend: legend(&data.capabilities),
    });
    blocks
}

fn strip_row(component: &ComponentRow, data: &Recognition) -> StripRow {
    let mut own: Vec<&CapabilityRow> = data
        .capabilities
        .iter()
        .filter(|c| component.capabilities.contains(&c.id))
        .collect();
    own.sort_by_key(|c| c.level);
    StripRow {
        label: words::visible(&component.title),
        marks: own
            .into_iter()
            .map(|c| MarkView {
                mark: state_mark(c.state),
                label: words::visible(&format!(
                    "{}, {}: {}",
                    c.title,
                    c.level.words(),
                    c.state.words()
                )),
                anchor: anchor_of(&c.id, data),
                minor: c.level != Level::Core,
            })
            .collect(),
    }
}

fn legend(capabilities: &[CapabilityRow]) -> Vec<Span> {
    [
        State::Passed,
        State::PassedWithException,
        State::Failed,
        State::Undecided,
        State::Open,
        State::Apart,
        State::NotShown,
    ]
    .into_iter()
    .filter_map(|s| {
        let n = capabilities.iter().filter(|c| c.state == s).count();
        (n > 0).then(|| Span::verdict(state_mark(s), &format!("{n} {}", s.words())))
    })
    .collect()
}

pub(super) fn identity(data: &Recognition) -> Section {
    let id = &data.identity;
    let mut rows = Vec::new();
    let mut put = |name: &str, spans: Vec<Span>| {
        rows.push(Fact {
            name: name.to_owned(),
            spans,
        });
    };
    let text = |value: &Option<String>| match value {
        Some(value) if !value.is_empty() => vec![Span::text(value)],
        _ => vec![Span::quiet("not given")],
    };
    put("Product", vec![Span::text(&id.product)]);
    put("Version", text(&id.version));
    put("Vendor", text(&id.vendor));
    put("Its role", vec![Span::text(id.role.words())]);
    put("Tested by", text(&id.tester));
    put("Laboratory", text(&id.lab));
    put("Began", vec![Span::text(&words::time(id.started))]);
    put("Ended", vec![Span::text(&words::time(id.finished))]);
    put("Dates count from", vec![Span::text(&words::date(id.as_of))]);
    put(
        "Plan",
        vec![
            Span::text(&format!("{} {}", id.plan.title, id.plan.version)),
            Span::quiet(&format!(" ({})", id.plan.id)),
        ],
    );
    put("Plan, SHA-256", vec![Span::code(&id.plan.sha256)]);
    put(
        "Cases",
        match &id.plan.selection {
            Some(selection) => vec![Span::strong("a part of the plan: "), Span::code(selection)],
            None => vec![Span::text("the whole plan")],
        },
    );
    put(
        "Program",
        vec![Span::text(&format!("{} {}", id.tool.name, id.tool.version))],
    );
    put(
        "Code book",
        match &id.tool.code_book {
            Some(day) => vec![Span::text(&format!("of {day}"))],
            None => vec![Span::quiet("not named")],
        },
    );
    put("Seed", vec![Span::text(&id.seed.to_string())]);
    Section {
        id: "identity",
        title: "Who and what was tested",
        blocks: vec![Block::Facts { rows }],
    }
}

fn rounding(rounding: Rounding) -> &'static str {
    match rounding {
        Rounding::Exact => "compared exactly",
        Rounding::Up => "rounded up",
        Rounding::Down => "rounded down",
    }
}

pub(super) fn rule(data: &Recognition) -> Section {
    let rule = &data.rule;
    let origin = match (rule.source, rule.of_plan) {
        (RuleSource::Plan, _) => "The plan states this rule.".to_owned(),
        (RuleSource::Published, _) => "The plan states no rule; this is the one that the programme publishes, which says nothing about rounding.".to_owned(),
        (RuleSource::Given, Some(plan)) => format!(
            "This rule was given when the report was made. The plan itself asks for {} %, {}.",
            plan.optional_share,
            rounding(plan.rounding)
        ),
        (RuleSource::Given, None) => {
            "This rule was given when the report was made.".to_owned()
        }
    };
    let year = data
        .capabilities
        .iter()
        .filter(|c| c.level == Level::EvaluationYear)
        .count() as u64;
    let apart = data
        .capabilities
        .iter()
        .filter(|c| c.level != Level::EvaluationYear && c.state == State::Apart)
        .count() as u64;
    let mut notes = Vec::new();
    if year > 0 {
        let verb = if year == 1 { "is" } else { "are" };
        notes.push(format!(
            "{} of the evaluation year {verb} shown and not counted",
            words::count(year, "capability", "capabilities")
        ));
    }
    if apart > 0 {
        let verb = if apart == 1 { "rests" } else { "rest" };
        notes.push(format!(
            "{} {verb} on attestations or on steps that are not evaluated, and count neither for nor against",
            words::count(apart, "capability", "capabilities")
        ));
    }
    let mut blocks = vec![
        Block::para(&format!(
            "All core capabilities have to pass, and {} % of the optional ones, {}. {origin}",
            rule.optional_share,
            rounding(rule.rounding)
        )),
        Block::List {
            items: rule.arithmetic.iter().map(|l| sentence(l)).collect(),
        },
    ];
    if !notes.is_empty() {
        blocks.push(Block::quiet(&format!("{}.", notes.join("; "))));
    }
    blocks.push(Block::quiet(
        "A capability passes when every step of it that counts passed, with or without a notable exception. What is attested, not evaluated or of the evaluation year is listed apart and is never counted as a pass.",
    ));
    Section {
        id: "rule",
        title: "The rule and its arithmetic",
        blocks,
    }
}

/// `3 of 4`, with what is missing; a dash when there is none.
fn tally(tally: Tally) -> Vec<Span> {
    if tally.total == 0 {
        return vec![Span::quiet("\u{2013}")];
    }
    let mut spans = vec![Span::text(&format!("{} of {}", tally.passed, tally.total))];
    let rest = rest(tally);
    if !rest.is_empty() {
        spans.push(Span::line());
        spans.push(Span::quiet(&rest));
    }
    spans
}

pub(super) fn components(data: &Recognition, anchors: &Anchors) -> Section {
    let mut blocks = Vec::new();
    if data.capabilities.is_empty() {
        blocks.push(Block::para("The plan names no capability."));
    } else {
        blocks.push(Block::Table(Table {
            caption: "Components".to_owned(),
            columns: columns(&[
                ("Component", 40),
                ("Result", 22),
                ("Core", -14),
                ("Optional", -14),
                ("Evaluation year", -12),
            ]),
            rows: data
                .components
                .iter()
                .map(|c| {
                    Row::new(vec![
                        vec![Span::text(&c.title)],
                        vec![state(c.state)],
                        tally(c.core),
                        tally(c.optional),
                        vec![match c.evaluation_year {
                            0 => Span::quiet("\u{2013}"),
                            n => Span::text(&n.to_string()),
                        }],
                    ])
                })
                .collect(),
        }));
        let mut rows = Vec::new();
        for component in &data.components {
            if data.components.len() > 1 {
                rows.push(Row::band(vec![Span::strong(&component.title)]));
            }
            for capability in data
                .capabilities
                .iter()
                .filter(|c| component.capabilities.contains(&c.id))
            {
                rows.push(Row {
                    anchor: anchor_of(&capability.id, data),
                    ..capability_row(capability, anchors)
                });
            }
        }
        blocks.push(Block::Table(Table {
            caption: "Capabilities".to_owned(),
            columns: columns(&[
                ("Capability", 38),
                ("Level", 13),
                ("Result", 20),
                ("Steps passed", -13),
                ("Decided by", 22),
            ]),
            rows,
        }));
    }
    Section {
        id: "components",
        title: "Components and capabilities",
        blocks,
    }
}

fn capability_row(row: &CapabilityRow, anchors: &Anchors) -> Row {
    let mut title = vec![Span::text(&row.title)];
    if row.id != row.title {
        title.push(Span::line());
        title.push(Span::quiet(&row.id));
    }
    let mut steps = tally(row.steps);
    if row.apart > 0 {
        steps.push(Span::line());
        steps.push(Span::quiet(&format!("{} apart", row.apart)));
    }
    Row::new(vec![
        title,
        vec![Span::text(row.level.words())],
        vec![state(row.state)],
        steps,
        match &row.because {
            Some(path) => vec![step(path, anchors)],
            None => vec![Span::quiet("\u{2013}")],
        },
    ])
}

pub(super) fn means(data: &Recognition) -> Section {
    let means = &data.means;
    let mut rows: Vec<Row> = means
        .rows
        .iter()
        .map(|row| {
            let mut how = vec![Span::text(row.judged.words())];
            if row.typed > 0 {
                let what = words::count(row.typed, "step", "steps");
                how.push(Span::quiet(&format!(
                    " (for {what} a tester typed what the system shows)"
                )));
            }
            Row::new(vec![
                how,
                vec![Span::text(
                    if row.judged.by_machine() && row.typed < row.steps {
                        "no"
                    } else if row.judged == titer_runner::result::Judged::NotJudged {
                        "\u{2013}"
                    } else {
                        "yes"
                    },
                )],
                vec![Span::text(&row.steps.to_string())],
                vec![Span::text(&percent(row.steps, means.steps))],
            ])
        })
        .collect();
    rows.push(Row::new(vec![
        vec![Span::strong("All steps")],
        vec![Span::text("")],
        vec![Span::strong(&means.steps.to_string())],
        vec![Span::text("")],
    ]));
    let mut text = format!(
        "Without a human eye: {} of {} ({}); of the {} that count, {} ({}).",
        means.without_eye,
        words::count(means.steps, "step", "steps"),
        percent(means.without_eye, means.steps),
        means.counting,
        means.counting_without_eye,
        percent(means.counting_without_eye, means.counting)
    );
    if means.checked > 0 {
        let what = words::count(
            means.checked,
            "step that never counts was",
            "steps that never count were",
        );
        text = format!("{text} {what} checked in the same ways.");
    }
    if means.not_applicable > 0 {
        let what = words::count(
            means.not_applicable,
            "further step of the plan does",
            "further steps of the plan do",
        );
        text = format!("{text} {what} not apply to this system.");
    }
    if means.typed > 0 {
        let what = words::count(means.typed, "more was", "more were");
        text = format!(
            "{text} {what} compared by the machine after a tester had typed what the system shows; there an eye read."
        );
    }
    Section {
        id: "means",
        title: "How the steps were judged",
        blocks: vec![
            Block::para(&text),
            Block::Table(Table {
                caption: "Means".to_owned(),
                columns: columns(&[
                    ("How", 58),
                    ("A person looked", 16),
                    ("Steps", -12),
                    ("Share", -14),
                ]),
                rows,
            }),
        ],
    }
}

pub(super) fn open(data: &Recognition, anchors: &Anchors) -> Option<Section> {
    let mut blocks = Vec::new();
    if !data.open.is_empty() {
        blocks.push(Block::para(
            "As long as anything of this is open, the run is incomplete and decides nothing.",
        ));
        blocks.push(Block::Table(Table {
            caption: "Open".to_owned(),
            columns: columns(&[("What", 25), ("Title", 35), ("Why it is open", 40)]),
            rows: data
                .open
                .iter()
                .map(|o| {
                    let at = if o.at.is_empty() {
                        Span::quiet("the run")
                    } else if data.capabilities.iter().any(|c| c.id == o.at) {
                        Span::text(&o.at).to(anchor_of(&o.at, data))
                    } else {
                        step(&o.at, anchors)
                    };
                    Row::new(vec![
                        vec![at],
                        vec![Span::text(&o.title)],
                        sentence(o.because.reveal()),
                    ])
                })
                .collect(),
        }));
    }
    if !data.trouble.is_empty() {
        blocks.push(Block::List {
            items: data.trouble.iter().map(|t| sentence(t)).collect(),
        });
    }
    (!blocks.is_empty()).then_some(Section {
        id: "open",
        title: "What is open",
        blocks,
    })
}
