//! `titer profile diff`: what one profile tightens or loosens against another.

use super::named::{self, Named};
use super::print;
use crate::args::{DiffArgs, DiffFormat};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::ui::Ui;
use serde::Serialize;
use titer_conformance::compare::{Change, Direction, compare};

/// How many changes lead where.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Counts {
    pub(super) tightened: usize,
    pub(super) loosened: usize,
    pub(super) other: usize,
}

impl Counts {
    fn of(changes: &[Change]) -> Self {
        let count = |d| changes.iter().filter(|c| c.direction == d).count();
        Self {
            tightened: count(Direction::Tightened),
            loosened: count(Direction::Loosened),
            other: count(Direction::Other),
        }
    }
}

#[derive(Serialize)]
struct SideJson<'n> {
    profile: &'n str,
    from: &'n str,
    message: String,
    source: &'n str,
}

#[derive(Serialize)]
struct Json<'n> {
    before: SideJson<'n>,
    after: SideJson<'n>,
    same: bool,
    counts: Counts,
    changes: &'n [Change],
}

fn side(n: &Named) -> SideJson<'_> {
    SideJson {
        profile: &n.label,
        from: &n.from,
        message: n.message_type(),
        source: &n.definition.source,
    }
}

pub(super) fn run(args: &DiffArgs, ui: &Ui) -> Result<Exit, Failure> {
    let before = named::all(&args.before, ui)?;
    let after = named::all(&args.after, ui)?;
    // of several, the one that the other side names
    let alone = |f: &named::Found| match f.profiles.as_slice() {
        [one] => Some(one.label.clone()),
        _ => None,
    };
    let (like_after, like_before) = (alone(&after), alone(&before));
    let before = named::one(before, &args.before, like_after.as_deref())?;
    let after = named::one(after, &args.after, like_before.as_deref())?;
    let changes = compare(&before.definition, &after.definition);
    let counts = Counts::of(&changes);
    match args.format {
        DiffFormat::Text => output::print(&print::text(&before, &after, &changes, counts))?,
        DiffFormat::Markdown => {
            output::print(&print::markdown(&before, &after, &changes, counts))?;
        }
        DiffFormat::Json => {
            output::print_json(&Json {
                before: side(&before),
                after: side(&after),
                same: changes.is_empty(),
                counts,
                changes: &changes,
            })?;
        }
    }
    Ok(if changes.is_empty() {
        Exit::Good
    } else {
        Exit::Findings
    })
}
