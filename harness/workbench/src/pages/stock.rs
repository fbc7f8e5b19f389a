//! The whole stock of the plan with its bar codes: to receive, to scan, to print.

use super::frame::{Visit, page};
use crate::app::App;
use crate::problem::Problem;
use crate::words::day;
use axum::http::StatusCode;
use jiff::civil::Date;
use serde::Serialize;
use tera::Context;
use titer_plan::model::{Stock, Text};
use titer_plan::{Occasion, Scope, barcode};

#[derive(Serialize)]
struct Line {
    id: String,
    vaccine: String,
    ndc: String,
    lot: String,
    expires: String,
    expired: bool,
    funding: String,
    doses: u32,
    note: String,
    text: String,
    svg: String,
}

fn text(scope: &Scope<'_>, text: Option<&Text>) -> String {
    text.map(|t| scope.text(t).unwrap_or_else(|_| t.text().to_owned()))
        .unwrap_or_default()
}

fn line(app: &App, scope: &Scope<'_>, id: &str, stock: &Stock, today: Date) -> Line {
    let vaccine = app
        .plan
        .data
        .vaccines
        .get(&stock.vaccine.value)
        .map(|v| &v.value);
    let expires = text(scope, Some(&stock.expires));
    let last = Date::strptime("%Y%m%d", &expires).ok();
    let code = barcode::of_line(scope, stock).ok();
    Line {
        id: id.to_owned(),
        vaccine: text(scope, vaccine.map(|v| &v.name)),
        ndc: text(scope, stock.ndc_of_sale.as_ref()),
        lot: text(scope, Some(&stock.lot)),
        expires: last.map_or(expires, day),
        expired: last.is_some_and(|l| l < today),
        funding: text(
            scope,
            Some(stock.funding.text.as_ref().unwrap_or(&stock.funding.code)),
        ),
        doses: stock.doses,
        note: text(scope, stock.note.as_ref()),
        text: code
            .as_ref()
            .map(barcode::Barcode::elements)
            .unwrap_or_default(),
        svg: code.and_then(|c| c.svg().ok()).unwrap_or_default(),
    }
}

/// The page.
pub(crate) fn stock(app: &App, visit: &Visit) -> Result<(StatusCode, String), Problem> {
    let now = app.now();
    let occasion = occasion(app);
    let scope = app.plan.plan_scope(&occasion);
    let lines: Vec<Line> = app
        .plan
        .data
        .stock
        .iter()
        .map(|(id, stock)| line(app, &scope, id, &stock.value, occasion.as_of))
        .collect();
    let mut context = Context::new();
    context.insert("lines", &lines);
    page(app, &now, visit, ("stock.html", "Stock", "plan"), context)
}

/// When the session takes place.
pub(crate) fn occasion(app: &App) -> Occasion {
    let result = &app.now().result;
    Occasion {
        as_of: result.as_of,
        now: result.started.to_zoned(jiff::tz::TimeZone::UTC),
        seed: result.seed,
    }
}
