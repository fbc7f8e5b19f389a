//! The plan as a tree with the state of every step.

use super::frame::{Visit, page};
use super::lines::{self, Line};
use crate::app::{App, Now};
use crate::problem::Problem;
use crate::words::{day, many};
use axum::http::StatusCode;
use serde::Serialize;
use tera::Context;
use titer_runner::result::{Standing, Step, Verdict};

/// Which steps are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Show {
    All,
    Open,
    Failed,
    Mine,
    Message,
    Never,
}

impl Show {
    const ALL: [Show; 6] = [
        Show::All,
        Show::Open,
        Show::Mine,
        Show::Message,
        Show::Failed,
        Show::Never,
    ];

    fn key(self) -> &'static str {
        match self {
            Show::All => "all",
            Show::Open => "open",
            Show::Failed => "failed",
            Show::Mine => "mine",
            Show::Message => "message",
            Show::Never => "never",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Show::All => "all",
            Show::Open => "open",
            Show::Failed => "failed",
            Show::Mine => "needs me",
            Show::Message => "waits for a message",
            Show::Never => "for other systems",
        }
    }

    fn empty(self) -> &'static str {
        match self {
            Show::All => "The plan has no step for this system.",
            Show::Open => "Nothing is open: every step is finished.",
            Show::Failed => "Nothing has failed so far.",
            Show::Mine => "Nothing needs you now.",
            Show::Message => "No step waits for a message.",
            Show::Never => "Every step of the plan is for your system.",
        }
    }

    fn holds(self, now: &Now, step: &Step) -> bool {
        let done = now.is_done(&step.path);
        match self {
            Show::All => step.verdict != Verdict::NotApplicable,
            Show::Never => step.verdict == Verdict::NotApplicable,
            Show::Open => step.verdict != Verdict::NotApplicable && lines::is_open(step, done),
            Show::Failed => step.standing.fails_the_run(),
            Show::Mine => step.verdict != Verdict::NotApplicable && lines::needs_person(step, done),
            Show::Message => step.verdict == Verdict::Pending && lines::by_message(step),
        }
    }
}

#[derive(Serialize)]
struct Filter {
    href: String,
    name: &'static str,
    count: usize,
    here: bool,
}

#[derive(Serialize)]
struct GroupView {
    id: String,
    title: String,
    about: Option<String>,
    standing: &'static str,
    words: String,
    cases: Vec<CaseView>,
}

#[derive(Serialize)]
struct CaseView {
    id: String,
    title: String,
    aliases: String,
    standing: &'static str,
    word: String,
    /// What a case tells that has no steps.
    about: String,
    steps: Vec<Line>,
}

/// The page; `show` is the word of a filter.
pub(crate) fn plan(app: &App, visit: &Visit, show: &str) -> Result<(StatusCode, String), Problem> {
    let now = app.now();
    let show = Show::ALL
        .into_iter()
        .find(|s| s.key() == show)
        .unwrap_or(Show::All);
    let mut groups = Vec::new();
    let occasion = super::stock::occasion(app);
    let scope = app.plan.plan_scope(&occasion);
    for group in &app.plan.groups {
        let of = now.result.groups.iter().find(|g| g.id == group.id);
        let judged: Vec<&titer_runner::result::Case> = of.iter().flat_map(|g| &g.cases).collect();
        let mut cases = Vec::new();
        for case in &group.cases {
            let told = case.text_only && show == Show::All;
            let result = judged.iter().find(|c| c.name() == case.id.text());
            let steps: Vec<Line> = result
                .iter()
                .flat_map(|c| &c.steps)
                .filter(|s| show.holds(&now, s))
                .map(|s| lines::line(&now, s))
                .collect();
            if steps.is_empty() && !told {
                continue;
            }
            let standing = result.map_or(Standing::NotEvaluated, |c| c.standing);
            let about = case.about.as_ref().filter(|_| told);
            cases.push(CaseView {
                id: case.id.text().to_owned(),
                title: case.title.clone(),
                aliases: App::aliases_of_case(case),
                standing: standing.id(),
                word: lines::standing_word(standing),
                about: about
                    .map(|a| scope.text(a).unwrap_or_else(|_| a.text().to_owned()))
                    .unwrap_or_default(),
                steps,
            });
        }
        let told = group.text_only && show == Show::All;
        if cases.is_empty() && !told {
            continue;
        }
        let all: Vec<&Step> = judged
            .iter()
            .flat_map(|c| &c.steps)
            .filter(|s| show == Show::Never || Show::All.holds(&now, s))
            .collect();
        let open = all.iter().filter(|s| Show::Open.holds(&now, s)).count();
        groups.push(GroupView {
            id: group.id.clone(),
            title: group.title.clone(),
            about: group.about.clone(),
            standing: of.map_or(Standing::NotEvaluated, |g| g.standing).id(),
            words: match (all.len(), open) {
                (0, _) => "to read".to_owned(),
                (n, 0) => format!("{}, none open", many(n, "step")),
                (n, open) => format!("{}, {open} open", many(n, "step")),
            },
            cases,
        });
    }
    let filters: Vec<Filter> = Show::ALL
        .into_iter()
        .map(|s| Filter {
            href: format!("/plan?show={}", s.key()),
            name: s.name(),
            count: now
                .result
                .steps()
                .filter(|step| s.holds(&now, step))
                .count(),
            here: s == show,
        })
        .filter(|f| f.count > 0 || f.here || f.name != Show::Never.name())
        .collect();
    let mut context = Context::new();
    context.insert("as_of", &day(now.result.as_of));
    context.insert("progress", &lines::progress(&now));
    context.insert("filters", &filters);
    context.insert("groups", &groups);
    context.insert("empty", show.empty());
    context.insert("has_stock", &!app.plan.data.stock.is_empty());
    page(app, &now, visit, ("plan.html", "Plan", "plan"), context)
}
