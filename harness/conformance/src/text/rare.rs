//! Words for what few profiles use: single codes, co-constraints, slicing; and for notes.

use super::codes;
use super::message::{Said, Speaker, one_line};
use super::names::Named;
use crate::detection::Kind;
use crate::engine::cotables::{Cell, Row, Test};
use crate::engine::profile::NONE;
use titer_finding::Fixer;

impl Speaker<'_> {
    pub(super) fn rare(&self, named: &Named<'_>) -> Said {
        let full = named.full();
        match self.detection.kind {
            Kind::SingleCode
            | Kind::SingleCodeSystem
            | Kind::SingleCodeSystemMissing
            | Kind::SingleCodeTwice => self.single(&full),
            Kind::CoValue => self.co_value(),
            Kind::CoRowMissing
            | Kind::CoRowCount
            | Kind::CoGroupMissing
            | Kind::CoGroupCount
            | Kind::CoShared
            | Kind::CoCell
            | Kind::CoUnclear => self.co_constraint(&full),
            Kind::SliceUnclear => Said::new(format!(
                "the slice of {full} that takes `{}` could not be judged",
                self.slice()
            ))
            .fixer(Fixer::ProfileAuthor),
            Kind::SliceOfGroup => Said::new(format!(
                "the profile slices {full}, which is a group; only segments have slices"
            ))
            .fixer(Fixer::ProfileAuthor),
            _ => Said::new(self.note(&full)).fixer(Fixer::ProfileAuthor),
        }
    }

    fn single(&self, full: &str) -> Said {
        let d = self.detection;
        let Some(single) = self.validator.profile.singles.get(d.a as usize) else {
            return Said::new(format!("{full} is not the code that the profile asks for"));
        };
        let (code, system) = (&single.code, &single.system);
        let expected = format!("`{code}` of `{system}`");
        let message = match d.kind {
            Kind::SingleCode => format!("{full} is `{{value}}` and must be `{code}`"),
            Kind::SingleCodeSystem => {
                format!("{full} holds `{code}` under another code system than `{system}`")
            }
            Kind::SingleCodeSystemMissing => {
                format!("{full} holds `{code}` without its code system `{system}`")
            }
            _ => format!("{full} holds `{code}` in {} places", d.b),
        };
        Said::new(message)
            .help(format!("send {expected}, once"))
            .expected(expected)
    }

    fn co_value(&self) -> Said {
        let d = self.detection;
        let Some(pair) = self.rules.co_values.get(d.a as usize) else {
            return Said::new("values of this segment do not go together".to_owned());
        };
        let words = self.words(pair.home, None);
        let (key, then) = (
            words.say(&pair.key),
            pair.then
                .get(d.b as usize)
                .map_or_else(String::new, |e| words.say(e)),
        );
        let said = Said::new(format!("where {key}, it must hold that {then}")).expected(then);
        match &pair.text {
            Some(text) => said.help(one_line(text)),
            None => said,
        }
    }

    fn co_constraint(&self, full: &str) -> Said {
        let d = self.detection;
        let tables = &self.validator.profile.cotables;
        let row = tables.rows.get(d.a as usize);
        let row_words = row.map_or_else(String::new, |r| self.row(r));
        let range = |c: crate::model::Cardinality| match c.max {
            Some(max) if max == c.min => max.to_string(),
            Some(max) => format!("{} to {max}", c.min),
            None => format!("at least {}", c.min),
        };
        match d.kind {
            Kind::CoRowMissing => {
                Said::new(format!("{full} has no {row_words}, and one is required"))
                    .help(format!("send {row_words}"))
            }
            Kind::CoRowCount => {
                let asked = row.map_or_else(String::new, |r| range(r.cardinality));
                Said::new(format!("{full} has {} {row_words}", d.b))
                    .expected(format!("{asked} of them"))
            }
            Kind::CoGroupMissing | Kind::CoGroupCount => {
                let Some(group) = tables.groups.get(d.a as usize) else {
                    return Said::new(format!("{full} does not have the groups it should have"));
                };
                let primary = tables
                    .rows
                    .get(group.primary as usize)
                    .map_or_else(String::new, |r| self.row(r));
                let name = &group.name;
                if d.kind == Kind::CoGroupMissing {
                    Said::new(format!(
                        "{full} has no group {name}, which begins with {primary}"
                    ))
                    .help(format!("send {primary} with a group id of its own"))
                } else {
                    Said::new(format!("{full} has {} groups {name}", d.b))
                        .expected(format!("{} of them", range(group.cardinality)))
                }
            }
            Kind::CoShared => Said::new(format!(
                "{row_words} stands alone, and yet {} segments have its group id `{{value}}`",
                d.b
            ))
            .help("give it a group id of its own, or none"),
            Kind::CoCell => {
                let asked = row
                    .and_then(|r| r.constraints.get(d.b as usize))
                    .map_or_else(String::new, |c| self.cell(c));
                Said::new(format!("{row_words} does not have {asked}")).expected(asked)
            }
            _ => Said::new(if row_words.is_empty() {
                "a co-constraint could not be judged".to_owned()
            } else {
                format!("a co-constraint on {row_words} could not be judged")
            })
            .fixer(Fixer::ProfileAuthor),
        }
    }

    // "OBX with OBX-3 `30956-7` of `LN`"
    fn row(&self, row: &Row) -> String {
        let cells: Vec<String> = row.selectors.iter().map(|c| self.cell(c)).collect();
        format!("{} with {}", row.segment, super::listed(&cells, "and"))
    }

    fn cell(&self, cell: &Cell) -> String {
        match &cell.test {
            Test::Text(text) => format!("{} `{text}`", cell.name),
            Test::Code { code, system, .. } => format!("{} `{code}` of `{system}`", cell.name),
            Test::Table(index) => {
                let tables = self
                    .validator
                    .profile
                    .bindings
                    .get(*index as usize)
                    .map_or_else(String::new, codes::tables);
                format!("{} a code of {tables}", cell.name)
            }
        }
    }

    // the definition that a slice takes
    fn slice(&self) -> &str {
        let d = self.detection;
        let profile = &self.validator.profile;
        if d.b == 1 {
            profile.segment(d.a).map_or("", |s| &*s.id)
        } else {
            profile.datatype(d.a).map_or("", |t| &*t.id)
        }
    }

    fn note(&self, full: &str) -> String {
        let d = self.detection;
        match d.kind {
            Kind::NoteUnchecked => {
                let id = self
                    .validator
                    .profile
                    .tables
                    .get(d.b as usize)
                    .map_or("", |t| &*t.id);
                format!(
                    "{full} is bound to {}, which is not checked",
                    codes::table_label(id)
                )
            }
            Kind::NoteMapping => format!("{full} takes its data type from another field"),
            Kind::NoteUsage => match self.predicate() {
                Some(p) => {
                    let usage = if d.b == 1 { p.when_true } else { p.when_false };
                    format!("{full} has the usage {} by its condition", usage.letters())
                }
                None => format!("{full} has a usage by its condition"),
            },
            Kind::NoteSlice => format!(
                "{full} is read as `{}`, which its slice asks for",
                self.slice()
            ),
            Kind::NoteNoSlice => format!("{full} fits no slice and is read as usual"),
            Kind::NoteLegacy => {
                "placeholders in tables of coding systems are taken for patterns".to_owned()
            }
            Kind::NoteOptional => format!("{full} is optional and sent"),
            _ => {
                debug_assert_eq!(d.a, NONE);
                format!("{full} is worth a note")
            }
        }
    }
}
