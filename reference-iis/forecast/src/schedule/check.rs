//! What must hold over the files of a schedule together.

use super::{Antigen, Schedule};
use titer_finding::Diagnostic;

/// Why a schedule cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the schedule cannot be read: {}", .problems.first().map_or("", |p| p.message.as_str()))]
pub struct ReadError {
    /// Everything that is wrong, in the order of the files.
    pub problems: Vec<Diagnostic>,
}

/// Puts the antigens into the schedule and everything into its order; gives what names something that is nowhere.
pub(super) fn whole(
    schedule: &mut Schedule,
    wide_name: &str,
    mut antigens: Vec<(Antigen, &str)>,
) -> Vec<Diagnostic> {
    antigens.sort_by(|a, b| a.0.name.cmp(&b.0.name));
    schedule.vaccines.sort_by_key(|v| v.cvx);
    schedule
        .conflicts
        .sort_by_key(|c| (c.previous, c.current, c.begin, c.minimum_end, c.end));
    schedule.conflicts.dedup();
    schedule.observations.sort_by_key(|o| o.code);
    let mut problems = Vec::new();
    for (n, (antigen, file)) in antigens.iter().enumerate() {
        if let Some((_, other)) = antigens.get(n + 1).filter(|(a, _)| a.name == antigen.name) {
            problems.push(
                Diagnostic::new(format!(
                    "the antigen {} is already in {other}",
                    antigen.name
                ))
                .in_file(*file),
            );
        }
    }
    names(schedule, wide_name, &antigens, &mut problems);
    if problems.is_empty() {
        schedule.antigens = antigens.into_iter().map(|(a, _)| a).collect();
    }
    problems
}

fn names(
    schedule: &Schedule,
    wide_name: &str,
    antigens: &[(Antigen, &str)],
    problems: &mut Vec<Diagnostic>,
) {
    let mut missing = |name: &str, who: String| {
        if antigens
            .binary_search_by(|(a, _)| a.name.as_str().cmp(name))
            .is_err()
        {
            problems.push(
                Diagnostic::new(format!(
                    "{who} names the antigen {name}, and no file holds it"
                ))
                .in_file(wide_name),
            );
        }
    };
    for group in &schedule.groups {
        for antigen in &group.antigens {
            missing(antigen, format!("the vaccine group {}", group.name));
        }
    }
    for vaccine in &schedule.vaccines {
        for association in &vaccine.antigens {
            missing(&association.antigen, format!("CVX {}", vaccine.cvx));
        }
    }
    for (antigen, file) in antigens {
        for series in &antigen.series {
            if !schedule
                .groups
                .iter()
                .any(|g| g.name == series.vaccine_group)
            {
                problems.push(
                    Diagnostic::new(format!(
                        "the series {} is of the vaccine group {}, which the schedule does not have",
                        series.name, series.vaccine_group
                    ))
                    .in_file(*file),
                );
            }
        }
    }
}
