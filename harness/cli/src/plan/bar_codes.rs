//! `titer plan show --bar-codes DIR`: the bar codes of a plan's stock as pictures, and a page to print or to scan from.

use super::failure;
use crate::exit::Exit;
use crate::failure::{Failure, io_diagnostic};
use crate::reference;
use crate::ui::{self, counted};
use jiff::civil::Date;
use std::fmt::Write;
use std::path::Path;
use titer_finding::Diagnostic;
use titer_plan::barcode::{self, BarcodeError};
use titer_plan::{Occasion, Plan, Scope, load};

/// Writes a picture for each line of the stock that has a bar code, and `index.html` with all of them.
pub(super) fn write(name: &str, dir: &Path, as_of: Option<Date>) -> Result<Exit, Failure> {
    let plan = load(name).map_err(failure)?;
    if plan.data.stock.is_empty() {
        return Err(Diagnostic::new(format!("the plan `{}` has no stock", plan.id)).into());
    }
    let mut occasion = Occasion::at(reference::clock(None)?.now(), 0);
    if let Some(day) = as_of {
        occasion.as_of = day;
    }
    let scope = plan.plan_scope(&occasion);
    std::fs::create_dir_all(dir).map_err(|e| io_diagnostic("make the folder", dir, &e))?;
    let mut rows = String::new();
    let mut written = 0;
    for (id, line) in &plan.data.stock {
        let product = plan.data.vaccines.get(&line.vaccine.value);
        let product = product.map_or_else(String::new, |v| text(&scope, &v.name));
        let code = match barcode::of_line(&scope, line) {
            Ok(code) => Some((code.svg().map_err(|e| wrong(id, &e))?, code.elements())),
            Err(BarcodeError::NoGtin) => None,
            Err(e) => return Err(wrong(id, &e)),
        };
        let mut picture = "no bar code: key it".to_owned();
        let mut elements = String::new();
        if let Some((svg, said)) = code {
            save(&dir.join(format!("{id}.svg")), &svg)?;
            written += 1;
            picture = svg;
            elements = said;
        }
        let _ = writeln!(
            rows,
            "<tr><td>{picture}</td><td><strong>{}</strong><br>lot {}, until {}<br>{}, {}<br><code>{}</code></td></tr>",
            escaped(&product),
            escaped(&text(&scope, &line.lot)),
            escaped(&words(&text(&scope, &line.expires))),
            escaped(&text(
                &scope,
                line.funding.text.as_ref().unwrap_or(&line.funding.code)
            )),
            counted(u64::from(line.doses), "dose", "doses"),
            escaped(&elements),
        );
    }
    let page = dir.join("index.html");
    save(&page, &html(&plan, &occasion, &rows))?;
    ui::say(format!(
        "{} written to {}, and all of them on {}",
        counted(written, "bar code", "bar codes"),
        dir.display(),
        page.display()
    ));
    Ok(Exit::Good)
}

fn text(scope: &Scope<'_>, text: &titer_plan::model::Text) -> String {
    scope.text(text).unwrap_or_else(|_| text.text().to_owned())
}

fn words(day: &str) -> String {
    Date::strptime("%Y%m%d", day).map_or_else(|_| day.to_owned(), titer_plan::dates::words)
}

fn wrong(id: &str, error: &BarcodeError) -> Failure {
    Diagnostic::new(format!("no bar code for the stock line `{id}`: {error}")).into()
}

fn save(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|e| io_diagnostic("write the file", path, &e).into())
}

fn html(plan: &Plan, occasion: &Occasion, rows: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Bar codes of {id}</title>\
         <style>body{{font:16px/1.5 system-ui,sans-serif;margin:2rem;max-width:45rem;background:#fff;color:#222}}td{{padding:1rem;vertical-align:middle;border-top:1px solid #ccc}}\
         code{{overflow-wrap:anywhere}}tr{{break-inside:avoid}}</style></head><body><h1>Bar codes of {id}</h1>\
         <p>{title}. As of {day}.</p><table>\n{rows}</table></body></html>\n",
        id = escaped(&plan.id),
        title = escaped(&plan.title),
        day = titer_plan::dates::words(occasion.as_of),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
