//! What a rule means: the page that `titer explain` prints.

use super::frame::{Visit, page};
use crate::app::App;
use crate::problem::Problem;
use axum::http::StatusCode;
use serde::Serialize;
use tera::Context;

#[derive(Serialize)]
struct RuleView<'a> {
    id: &'a str,
    title: &'a str,
    severity: &'static str,
    category: &'static str,
    fixer: &'static str,
    explanation: &'a str,
    repair: &'a str,
    source: &'a str,
    fires: String,
    silent: String,
}

/// The page.
pub(crate) fn rule(app: &App, visit: &Visit, id: &str) -> Result<(StatusCode, String), Problem> {
    let Some(rule) = app.catalogue.get(id) else {
        let near = app.catalogue.near(id);
        let help = if near.is_empty() {
            "titer explain lists every rule".to_owned()
        } else {
            format!("near are {}", near.join(", "))
        };
        return Err(Problem::missing(format!("no rule is called {id}")).help(help));
    };
    let lines = |text: &str| text.replace('\r', "\n");
    let mut context = Context::new();
    context.insert(
        "rule",
        &RuleView {
            id: &rule.id,
            title: &rule.title,
            severity: rule.severity.word(),
            category: rule.category.word(),
            fixer: rule.fixer.words(),
            explanation: &rule.explanation,
            repair: &rule.repair,
            source: &rule.source,
            fires: lines(&rule.fires),
            silent: lines(&rule.silent),
        },
    );
    let now = app.now();
    page(app, &now, visit, ("rule.html", &rule.id, ""), context)
}
