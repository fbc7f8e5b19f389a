//! `titer schedule`: import CDC's supporting data, show a schedule, and say what changed between two.

mod answers;
mod load;

use crate::args::ScheduleCommand;
use crate::exit::Exit;
use crate::failure::{Failure, io_diagnostic};
use crate::output;
use crate::ui::{self, Ui, counted};
use load::{Loaded, Said};
use std::fmt::Write;
use std::path::Path;
use titer_finding::{Diagnostic, Severity};
use titer_forecast::schedule::diff::doses;
use titer_forecast::schedule::text::{ANTIGENS, WIDE, file_name, write};
use titer_forecast::schedule::{Change, Schedule, diff};

pub(crate) use load::load;

pub(crate) fn run(command: &ScheduleCommand, ui: &Ui) -> Result<Exit, Failure> {
    match command {
        ScheduleCommand::Import {
            from,
            output,
            data_version,
            published,
        } => {
            let said = Said {
                version: data_version.as_deref(),
                published: published.as_deref(),
            };
            import(from, output, said, ui)
        }
        ScheduleCommand::Show { antigen, schedule } => show(antigen.as_deref(), schedule),
        ScheduleCommand::Diff { old, new, cases } => changes(old, new, cases.as_deref()),
    }
}

fn import(from: &Path, into: &Path, said: Said<'_>, ui: &Ui) -> Result<Exit, Failure> {
    if let Some(published) = said.published.filter(|p| !is_partial_date(p)) {
        return Err(Diagnostic::new(format!(
            "`{published}` is not a date: a year, a month or a day, such as 2025, 2025-11 or 2025-11-19"
        ))
        .into());
    }
    let Loaded { schedule, warnings } = load::supporting_data(from, said)?;
    for warning in &warnings {
        ui::say(warning.render_as(Severity::Warning, ui.stderr_color()));
    }
    let files = write(&schedule);
    let stale = prepare(into, &files)?;
    for (name, text) in &files {
        let path = into.join(name);
        std::fs::write(&path, text).map_err(|e| io_diagnostic("write the file", &path, &e))?;
    }
    let mut text = format!("schedule {}\n", head(&schedule));
    let _ = writeln!(
        text,
        "{} in {}",
        counted(files.len() as u64, "file", "files"),
        into.display()
    );
    for name in stale {
        let _ = writeln!(text, "removed {name}, which this version does not have");
    }
    output::print(&text)?;
    Ok(Exit::Good)
}

fn is_partial_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |n: usize, length: usize, to: u16| {
        parts.get(n).is_none_or(|p| {
            p.len() == length
                && p.bytes().all(|b| b.is_ascii_digit())
                && p.parse().is_ok_and(|v: u16| (1..=to).contains(&v))
        })
    };
    parts.len() <= 3 && number(0, 4, 9999) && number(1, 2, 12) && number(2, 2, 31)
}

/// Makes the folder; antigens of an older version in it go, and a folder of something else is left alone.
fn prepare(into: &Path, files: &[(String, String)]) -> Result<Vec<String>, Failure> {
    let antigens = into.join(ANTIGENS);
    let occupied = std::fs::read_dir(into).is_ok_and(|mut inside| inside.next().is_some());
    if occupied && !into.join(WIDE).is_file() {
        return Err(
            Diagnostic::new("the folder holds something else than a schedule")
                .in_file(into.display().to_string())
                .with_help("name an empty or a new folder with -o")
                .into(),
        );
    }
    std::fs::create_dir_all(&antigens)
        .map_err(|e| io_diagnostic("make the folder", &antigens, &e))?;
    let mut stale = Vec::new();
    let inside = std::fs::read_dir(&antigens)
        .map_err(|e| io_diagnostic("read the folder", &antigens, &e))?;
    for entry in inside.flatten() {
        let name = format!("{ANTIGENS}/{}", entry.file_name().to_string_lossy());
        let ours = entry.path().extension().is_some_and(|e| e == "txt");
        if ours && !files.iter().any(|(file, _)| *file == name) {
            std::fs::remove_file(entry.path())
                .map_err(|e| io_diagnostic("remove the file", &entry.path(), &e))?;
            stale.push(name);
        }
    }
    stale.sort();
    Ok(stale)
}

/// Version, date and sizes in a line.
fn head(schedule: &Schedule) -> String {
    let published = schedule
        .published
        .as_ref()
        .map_or_else(String::new, |p| format!(" ({p})"));
    let series: usize = schedule.antigens.iter().map(|a| a.series.len()).sum();
    let doses: usize = schedule
        .antigens
        .iter()
        .flat_map(|a| &a.series)
        .map(|s| s.doses.len())
        .sum();
    format!(
        "{}{published}: {}, {}, {}, {}, {}",
        schedule.version,
        counted(schedule.antigens.len() as u64, "antigen", "antigens"),
        counted(series as u64, "series", "series"),
        counted(doses as u64, "dose", "doses"),
        counted(schedule.vaccines.len() as u64, "vaccine", "vaccines"),
        counted(
            schedule.observations.len() as u64,
            "observation",
            "observations"
        ),
    )
}

fn show(antigen: Option<&str>, schedule: &str) -> Result<Exit, Failure> {
    let schedule = load(schedule)?;
    let Some(wanted) = antigen else {
        output::print(&overview(&schedule))?;
        return Ok(Exit::Good);
    };
    let found = schedule.antigens.iter().find(|a| {
        a.name.eq_ignore_ascii_case(wanted) || file_name(&a.name).trim_end_matches(".txt") == wanted
    });
    let Some(found) = found else {
        let names = schedule.antigens.iter().map(|a| a.name.as_str());
        let unknown = Diagnostic::new(format!("the schedule has no antigen `{wanted}`"))
            .with_help("`titer schedule show` lists them")
            .did_you_mean(wanted, names);
        return Err(unknown.into());
    };
    let path = format!("{ANTIGENS}/{}", file_name(&found.name));
    let text = write(&schedule)
        .into_iter()
        .find(|(name, _)| *name == path)
        .map(|(_, text)| text);
    output::print(&text.unwrap_or_default())?;
    Ok(Exit::Good)
}

fn overview(schedule: &Schedule) -> String {
    let mut text = format!("schedule {}\n{}\n\n", head(schedule), schedule.source);
    let _ = writeln!(
        text,
        "{:24}{:>8}{:>8}  vaccine groups",
        "antigen", "series", "doses"
    );
    for antigen in &schedule.antigens {
        let doses: usize = antigen.series.iter().map(|s| s.doses.len()).sum();
        let groups: Vec<&str> = schedule
            .groups
            .iter()
            .filter(|g| g.antigens.contains(&antigen.name))
            .map(|g| g.name.as_str())
            .collect();
        let _ = writeln!(
            text,
            "{:24}{:>8}{doses:>8}  {}",
            antigen.name,
            antigen.series.len(),
            groups.join(", ")
        );
    }
    text
}

fn changes(old: &str, new: &str, cases: Option<&Path>) -> Result<Exit, Failure> {
    let (old, new) = (load(old)?, load(new)?);
    let found = diff(&old, &new);
    let mut text = format!(
        "old  schedule {}\nnew  schedule {}\n",
        head(&old),
        head(&new)
    );
    told(&mut text, &found);
    let _ = match found.len() {
        0 => writeln!(text, "\nnothing changed"),
        n => writeln!(text, "\n{}", counted(n as u64, "change", "changes")),
    };
    if let Some(cases) = cases {
        answers::compare(&mut text, &old, &new, cases)?;
    }
    output::print(&text)?;
    Ok(Exit::Good)
}

/// Changes under headings: antigen, series, doses.
fn told(text: &mut String, changes: &[Change]) {
    let (mut antigen, mut series) = (None, None);
    for change in changes {
        if antigen != Some(&change.antigen) {
            let name = change
                .antigen
                .as_deref()
                .unwrap_or("the schedule as a whole");
            let _ = writeln!(text, "\n{name}");
            antigen = Some(&change.antigen);
            series = None;
        }
        if series != Some(&change.series) {
            if let Some(name) = &change.series {
                let _ = writeln!(text, "  {name}");
            }
            series = Some(&change.series);
        }
        let indent = if change.series.is_some() {
            "    "
        } else {
            "  "
        };
        let dose = if change.doses.is_empty() {
            String::new()
        } else {
            format!("{}: ", doses(&change.doses))
        };
        let _ = writeln!(text, "{indent}{dose}{}", change.text);
    }
}
