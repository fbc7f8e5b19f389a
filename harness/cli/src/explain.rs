//! `titer explain`: a rule's page, or the list of all rules.

use crate::args::ExplainArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::Ui;
use crate::{catalogue, output};
use std::fmt::Write;
use titer_finding::{Catalogue, explain};

pub(crate) fn run(args: &ExplainArgs, _: &Ui) -> Result<Exit, Failure> {
    let catalogue = catalogue::all();
    let text = match &args.rule {
        Some(id) => page(&catalogue, id)?,
        None => list(&catalogue),
    };
    output::print(&text)?;
    Ok(Exit::Good)
}

fn page(catalogue: &Catalogue, id: &str) -> Result<String, Failure> {
    let rule = catalogue
        .get(id)
        .or_else(|| catalogue.iter().find(|r| r.id.eq_ignore_ascii_case(id)));
    match rule {
        Some(rule) => Ok(explain(rule)),
        None => Err(catalogue.unknown(id).into()),
    }
}

fn list(catalogue: &Catalogue) -> String {
    let widest = catalogue
        .iter()
        .map(|r| r.id.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for rule in catalogue.iter() {
        let _ = writeln!(
            text,
            "{:widest$}  {:7}  {}",
            rule.id,
            rule.severity.word(),
            rule.title
        );
    }
    text
}
