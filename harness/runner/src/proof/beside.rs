//! Whether a document shows a day beside a vaccine: in the same row, or under or above the row that names it.

use super::codes::{groups_in, names_of_group};
use super::document::Searched;
use jiff::civil::Date;

/// How many lines back a heading may be.
const BACK: usize = 12;
/// How many lines on a name may follow its day.
const ON: usize = 3;

/// What the document shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Beside {
    /// The day stands beside the group.
    Yes,
    /// The day stands beside other vaccines, and nowhere beside this one.
    Others,
    /// Nothing is told by where the day stands: no vaccine is near it.
    Unknown,
}

/// The lines of a document.
pub(super) struct Rows {
    lines: Vec<Line>,
}

struct Line {
    of: Searched,
    // whether it names any vaccine group
    names: bool,
}

impl Rows {
    pub(super) fn new(document: &str) -> Self {
        let lines = document
            .lines()
            .filter(|l| !l.trim().is_empty())
            .map(|text| Line {
                of: Searched::new(text),
                names: !groups_in(text).is_empty(),
            })
            .collect();
        Self { lines }
    }

    /// Where a day stands in respect of a vaccine group.
    pub(super) fn beside(&self, group: &str, day: Date) -> Beside {
        let names = names_of_group(group);
        let is = |line: &Line| line.of.names(group, &names);
        self.lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.of.day(day))
            .map(|(at, line)| {
                if is(line) || self.split_over_two(at, group, &names) {
                    return Beside::Yes;
                }
                if line.names {
                    return Beside::Others;
                }
                let back = self.lines.iter().take(at).rev().take(BACK);
                let on = self.lines.iter().skip(at + 1).take(ON);
                let near = [back.collect::<Vec<_>>(), on.collect()].map(|lines| {
                    let first = lines.into_iter().find(|l| l.names || is(l));
                    first.map_or(Beside::Unknown, |l| {
                        if is(l) { Beside::Yes } else { Beside::Others }
                    })
                });
                near.into_iter().min().unwrap_or(Beside::Unknown)
            })
            .min()
            .unwrap_or(Beside::Unknown)
    }

    // a name that begins on the line before, which says nothing else
    fn split_over_two(&self, at: usize, group: &str, names: &[String]) -> bool {
        let before = at.checked_sub(1).and_then(|b| self.lines.get(b));
        match (before, self.lines.get(at)) {
            (Some(before), Some(line)) if !before.names => {
                before.of.joined(&line.of).names(group, names)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Beside, Rows};
    use jiff::civil::date;

    #[test]
    fn a_day_belongs_to_the_vaccine_of_its_row_or_of_the_heading_above() {
        let day = date(2026, 9, 2);
        let is = |text: &str| Rows::new(text).beside("HepB", day);
        assert_eq!(is("Hep B 09/02/2026\nDTaP 11/22/2026"), Beside::Yes);
        assert_eq!(is("09/02/2026 ENGERIX-B (hepatitis B)"), Beside::Yes);
        assert_eq!(is("Hep B 11/22/2026\nDTaP 09/02/2026"), Beside::Others);
        // a name over two lines, a heading, a cell of its own after the day
        assert_eq!(is("Hepatitis\nB  09/02/2026\nHep A 1/1/2026"), Beside::Yes);
        assert_eq!(
            is("Hep B\n 08/01/2026\n 09/02/2026\nDTaP\n 11/22/2026"),
            Beside::Yes
        );
        assert_eq!(is("09/02/2026\nHep B"), Beside::Yes);
        assert_eq!(
            is("DTaP\n 09/02/2026\n 1\n 2\n 3\n 4\nHep B\n 11/22/2026"),
            Beside::Others
        );
        // names and days in columns that were written one after the other say nothing
        let apart = "09/02/2026\n11/22/2026\n1\n2\n3\nHep B\nDTaP";
        assert_eq!(is(apart), Beside::Unknown);
        assert_eq!(is("Hep B"), Beside::Unknown);
    }
}
