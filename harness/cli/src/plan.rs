//! `titer plan`: lint, list, show and import.

mod bar_codes;

use crate::args::PlanCommand;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui::{Ui, counted};
use crate::{output, ui};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use titer_finding::{Diagnostic, Severity};
use titer_plan::import::{ImportError, Report, Tally, Weight};
use titer_plan::model::Side;
use titer_plan::{CaseLine, Plan, PlanLine, builtin_names, lint, list, load};

pub(crate) fn run(command: &PlanCommand, ui: &Ui) -> Result<Exit, Failure> {
    match command {
        PlanCommand::Lint { plans } => lint_all(plans, ui),
        PlanCommand::List { plan: None, json } => plans(*json),
        PlanCommand::List {
            plan: Some(name),
            json,
        } => names(&load(name).map_err(failure)?, *json),
        PlanCommand::Show {
            plan,
            bar_codes: Some(dir),
            as_of,
            ..
        } => bar_codes::write(plan, dir, *as_of),
        PlanCommand::Show {
            plan, select, json, ..
        } => show(plan, select, *json),
        PlanCommand::Import {
            dir,
            output,
            id,
            check,
            json,
        } => {
            let output = output.as_deref();
            import(dir, id.as_deref(), output, *check, *json, ui)
        }
    }
}

/// Every mistake of a plan.
#[expect(
    clippy::needless_pass_by_value,
    reason = "it stands in `map_err`, which gives the error away"
)]
pub(crate) fn failure(error: titer_plan::PlanError) -> Failure {
    error.diagnostics().into()
}

fn lint_all(names: &[String], ui: &Ui) -> Result<Exit, Failure> {
    let names: Vec<&str> = if names.is_empty() {
        builtin_names()
    } else {
        names.iter().map(String::as_str).collect()
    };
    if names.is_empty() {
        return Err(Diagnostic::new("no plan to check").into());
    }
    let mut errors = Vec::new();
    let mut text = String::new();
    for name in names {
        let found = lint(name);
        for warning in &found.warnings {
            ui::say(warning.render_as(Severity::Warning, ui.stderr_color()));
        }
        if let Some(line) = found.plan {
            let warnings = match found.warnings.len() {
                0 => String::new(),
                n => format!(", {}", counted(n as u64, "warning", "warnings")),
            };
            let _ = writeln!(
                text,
                "{} {}: {}{warnings}",
                line.id,
                line.version,
                size(&line)
            );
        }
        errors.extend(found.errors);
    }
    output::print(&text)?;
    if errors.is_empty() {
        Ok(Exit::Good)
    } else {
        Err(errors.into())
    }
}

/// Makes a plan of a bundle. With `check` nothing is written.
fn import(
    dir: &Path,
    id: Option<&str>,
    output: Option<&Path>,
    check: bool,
    json: bool,
    ui: &Ui,
) -> Result<Exit, Failure> {
    let failure = |e: ImportError| Failure::from(e.diagnostics());
    let imported = titer_plan::import::import(dir, id).map_err(failure)?;
    let folder = output.map_or_else(|| PathBuf::from(&imported.id), Path::to_path_buf);
    let folder = (!check).then_some(folder);
    if let Some(folder) = &folder {
        imported.write(folder).map_err(failure)?;
    }
    let report = &imported.report;
    let root = dir.display().to_string();
    for (weight, diagnostic) in report.diagnostics(root.trim_end_matches('/')) {
        let severity = match weight {
            Weight::Lost => Severity::Error,
            Weight::Mended => Severity::Warning,
            Weight::Remark => Severity::Info,
        };
        ui::say(diagnostic.render_as(severity, ui.stderr_color()));
    }
    if json {
        output::print_json(report)?;
    } else {
        output::print(&import_text(report, folder.as_deref()))?;
    }
    Ok(if report.is_whole() {
        Exit::Good
    } else {
        Exit::Findings
    })
}

fn import_text(report: &Report, folder: Option<&Path>) -> String {
    let mut text = String::new();
    let tally = |t: &Tally| {
        let mut words = format!("{} of {}", grouped(t.carried), grouped(t.found));
        if t.mended > 0 {
            let _ = write!(words, ", {} of them mended", grouped(t.mended));
        }
        if t.lost > 0 {
            let _ = write!(words, "; {} not carried", grouped(t.lost));
        }
        words
    };
    let kinds: Vec<String> = report
        .becomes
        .iter()
        .map(|(kind, n)| format!("{n} {kind}"))
        .collect();
    let rows = [
        ("plan", format!("{}: {}", report.plan, report.name)),
        (
            "steps",
            format!(
                "{} in {} and {}: {}",
                report.steps,
                counted(report.cases as u64, "case", "cases"),
                counted(report.groups as u64, "group", "groups"),
                kinds.join(", ")
            ),
        ),
        ("messages", tally(&report.messages)),
        ("assertions", tally(&report.assertions)),
        ("patterns", tally(&report.patterns)),
    ];
    for (name, row) in rows {
        let _ = writeln!(text, "{name:11} {row}");
    }
    if !report.unused_files.is_empty() {
        let unused: Vec<String> = report
            .unused_files
            .iter()
            .map(|(name, n)| match n {
                1 => name.clone(),
                n => format!("{name} ({n})"),
            })
            .collect();
        let _ = writeln!(text, "{:11} {}", "not used", unused.join(", "));
    }
    if let Some(folder) = folder {
        let _ = writeln!(text, "{:11} {}", "written", folder.display());
    }
    text
}

fn grouped(n: usize) -> String {
    ui::grouped(n as u64)
}

fn size(line: &PlanLine) -> String {
    format!(
        "{}, {}, {}",
        counted(line.cases as u64, "case", "cases"),
        counted(line.steps as u64, "step", "steps"),
        counted(line.assertions as u64, "assertion", "assertions")
    )
}

fn sides(sides: &[Side]) -> String {
    let words: Vec<&str> = sides.iter().map(|s| s.word()).collect();
    words.join(", ")
}

/// The plans that the program carries.
fn plans(json: bool) -> Result<Exit, Failure> {
    let lines = list().map_err(failure)?;
    if json {
        return output::print_json(&lines);
    }
    let widest = lines.iter().map(|l| l.id.chars().count()).max();
    let mut text = String::new();
    for line in &lines {
        let _ = writeln!(
            text,
            "{:width$}  {}  ({}; {}; tests {})",
            line.id,
            line.title,
            line.version,
            size(line),
            sides(&line.systems),
            width = widest.unwrap_or(0)
        );
    }
    output::print(&text)?;
    Ok(Exit::Good)
}

/// The names of a plan's cases and steps, as `--select` and lists of known failures take them.
fn names(plan: &Plan, json: bool) -> Result<Exit, Failure> {
    let names: Vec<String> = plan
        .show()
        .into_iter()
        .flat_map(|case| std::iter::once(case.name).chain(case.steps.into_iter().map(|s| s.name)))
        .collect();
    if json {
        return output::print_json(&names);
    }
    output::print(&(names.join("\n") + "\n"))?;
    Ok(Exit::Good)
}

fn show(name: &str, select: &[String], json: bool) -> Result<Exit, Failure> {
    let plan = load(name).map_err(failure)?;
    let chosen = plan.select(select)?;
    let wanted: Vec<String> = chosen.iter().map(|c| plan.case_path(c.case)).collect();
    let cases: Vec<CaseLine> = plan
        .show()
        .into_iter()
        // cases that only tell something are never chosen, and belong to the whole
        .filter(|c| wanted.contains(&c.name) || select.is_empty())
        .collect();
    if json {
        return output::print_json(&cases);
    }
    let line = plan.line();
    let mut text = format!("{} {}: {}\n", line.id, line.version, line.title);
    let _ = writeln!(text, "{}; tests {}", size(&line), sides(&line.systems));
    let mut group = "";
    for case in &cases {
        if group != case.group {
            group = &case.group;
            let _ = writeln!(text, "\n{group}");
        }
        let _ = writeln!(text, "\n  {}  {}", case.name, case.title);
        write_steps(&mut text, case, &line.systems);
    }
    output::print(&text)?;
    Ok(Exit::Good)
}

fn write_steps(text: &mut String, case: &CaseLine, systems: &[Side]) {
    let short = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
    let widest = case
        .steps
        .iter()
        .map(|s| short(&s.name).chars().count())
        .max();
    for step in &case.steps {
        let mut notes = Vec::new();
        if step.assertions > 0 {
            notes.push(counted(step.assertions as u64, "assertion", "assertions"));
        }
        if step.checks > 0 {
            notes.push(format!(
                "{} to look at",
                counted(step.checks as u64, "thing", "things")
            ));
        }
        if !step.evaluated {
            notes.push("not evaluated".to_owned());
        }
        if step.systems != systems {
            notes.push(format!("only with an {} under test", sides(&step.systems)));
        }
        if !step.aliases.is_empty() {
            notes.push(format!("also {}", step.aliases.join(", ")));
        }
        if !step.proofs.is_empty() {
            let proofs: Vec<&str> = step.proofs.iter().map(|p| p.key()).collect();
            notes.push(format!("can be proved by {}", proofs.join(", ")));
        }
        if !step.covers.is_empty() {
            notes.push(format!("covers {}", step.covers.join(", ")));
        }
        let notes = if notes.is_empty() {
            String::new()
        } else {
            format!(" ({})", notes.join("; "))
        };
        let _ = writeln!(
            text,
            "    {:width$}  {}{notes}",
            short(&step.name),
            step.title,
            width = widest.unwrap_or(0)
        );
    }
}
