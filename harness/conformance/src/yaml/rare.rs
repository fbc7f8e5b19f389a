//! What few profiles use: bindings that stand apart, single codes, values that go together, slices, co-constraint tables,
//! and lists in any order.
//!
//! Paths and expressions inside these are written in numbers, `5[*].1`, from the element that they stand on.

use super::load::{File, Loader, Result, Wanted};
use super::small;
use crate::expr::{Expr, Path, Scope, read_path};
use crate::model::{
    Anchor, AssertionSlice, Cardinality, CellDef, CellPlace, CellTest, CoConditionDef,
    CoContextDef, CoGroupDef, CoRowDef, CoSegmentDef, CoTableDef, CoUsage, CoValueDef, CodePlace,
    ContextDef, ContextPattern, FieldSlicing, GroupIdDef, OccurrenceSlice, SetBindingDef,
    SingleCodeDef, Slices, Strength,
};
use serde::Deserialize;
use serde_saphyr::Spanned;

type Text = Spanned<String>;

/// A place that may hold a code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct CodePlaceFile {
    code: Text,
    system: Option<Text>,
}

/// A binding to value sets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct BindingFile {
    target: Text,
    tables: Vec<Text>,
    /// `required` when nothing is said, `suggested`, `undetermined`, `unstated`.
    strength: Option<Text>,
    at: Vec<CodePlaceFile>,
}

/// A binding to one code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SingleCodeFile {
    target: Text,
    code: String,
    system: String,
    at: Vec<CodePlaceFile>,
}

/// Values of a segment that go together.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TogetherFile {
    when: Text,
    then: Vec<Text>,
    text: Option<String>,
}

/// A slice: by `number`, or by what holds (`when`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SliceFile {
    number: Option<u32>,
    when: Option<Text>,
    #[serde(default)]
    text: String,
    /// The segment or data type that is taken.
    takes: Text,
}

/// The slices of one field.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct FieldSlicesFile {
    field: u16,
    slices: Vec<Spanned<SliceFile>>,
}

/// Tables for the groups at one path of the message.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct CoContextFile {
    path: Text,
    name: String,
    segments: Vec<CoSegmentFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct CoSegmentFile {
    path: Text,
    name: String,
    tables: Vec<CoTableFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct CoTableFile {
    when: Option<Text>,
    #[serde(default)]
    text: String,
    #[serde(default)]
    group_ids: Vec<GroupIdFile>,
    #[serde(default)]
    rows: Vec<RowFile>,
    #[serde(default)]
    groups: Vec<CoGroupFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct GroupIdFile {
    priority: u32,
    path: Text,
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct CoGroupFile {
    name: String,
    usage: Text,
    occurs: Text,
    primary: RowFile,
    #[serde(default)]
    rows: Vec<RowFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RowFile {
    usage: Text,
    occurs: Text,
    selectors: Vec<Spanned<CellFile>>,
    #[serde(default)]
    constraints: Vec<Spanned<CellFile>>,
}

/// A cell: `text`, or `code` and `system`, or `tables`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct CellFile {
    name: String,
    path: Text,
    text: Option<String>,
    code: Option<String>,
    system: Option<String>,
    tables: Option<Vec<Text>>,
    strength: Option<Text>,
    #[serde(default)]
    at: Vec<CellPlaceFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct CellPlaceFile {
    position: Option<u16>,
    code: Text,
    system: Option<Text>,
}

/// Things that a message must hold in any order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ListFile {
    path: Text,
    things: Vec<ThingFile>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ThingFile {
    when: Text,
    #[serde(default)]
    text: String,
    count: Option<u32>,
    #[serde(default)]
    constraints: Vec<super::files::StatementFile>,
    #[serde(default)]
    lists: Vec<ListFile>,
}

fn path(file: &File, text: &Text, scope: Scope<'_>) -> Result<Path> {
    read_path(&text.value, scope).or_else(|e| file.wrong(text, e.to_string()))
}

fn number_path(file: &File, text: &Text) -> Result<Path> {
    path(file, text, Scope::Numbers)
}

fn strength(file: &File, text: Option<&Text>) -> Result<Strength> {
    match text {
        None => Ok(Strength::Required),
        Some(t) => file.must(
            t,
            match t.value.as_str() {
                "required" => Some(Strength::Required),
                "suggested" => Some(Strength::Suggested),
                "undetermined" => Some(Strength::Undetermined),
                "unstated" => Some(Strength::Unstated),
                _ => None,
            },
            "a strength; required, suggested, undetermined and unstated are",
        ),
    }
}

fn places(file: &File, list: &[CodePlaceFile]) -> Result<Vec<CodePlace>> {
    list.iter()
        .map(|p| {
            Ok(CodePlace {
                code: number_path(file, &p.code)?,
                system: match &p.system {
                    Some(s) => Some(number_path(file, s)?),
                    None => None,
                },
            })
        })
        .collect()
}

fn occurs(file: &File, text: &Text) -> Result<Cardinality> {
    match small::range(&text.value) {
        Some((min, max)) => Ok(Cardinality { min, max }),
        None => file.bad_range(Some(text)),
    }
}

fn co_usage(file: &File, text: &Text) -> Result<CoUsage> {
    file.must(
        text,
        CoUsage::parse(&text.value),
        "a usage of a row; R, S and O are",
    )
}

impl Loader<'_> {
    fn table_names(&mut self, file: &File, list: &[Text]) -> Vec<String> {
        for t in list {
            let from = Wanted::table(file, t, &t.value);
            self.tables.entry(t.value.clone()).or_insert(Some(from));
        }
        list.iter().map(|t| t.value.clone()).collect()
    }

    pub(super) fn bindings(
        &mut self,
        file: &File,
        sets: &[BindingFile],
        singles: &[SingleCodeFile],
        anchor: &Anchor,
        scope: Scope<'_>,
    ) -> Result<()> {
        for b in sets {
            let tables = self.table_names(file, &b.tables);
            self.apart.sets.push(SetBindingDef {
                anchor: anchor.clone(),
                target: path(file, &b.target, scope)?,
                strength: strength(file, b.strength.as_ref())?,
                tables,
                at: places(file, &b.at)?,
            });
        }
        for s in singles {
            self.apart.singles.push(SingleCodeDef {
                anchor: anchor.clone(),
                target: path(file, &s.target, scope)?,
                code: s.code.clone(),
                system: s.system.clone(),
                at: places(file, &s.at)?,
            });
        }
        Ok(())
    }

    pub(super) fn together(
        &mut self,
        file: &File,
        list: &[TogetherFile],
        anchor: &Anchor,
        scope: Scope<'_>,
    ) -> Result<()> {
        for t in list {
            let then: Result<Vec<Expr>> = t
                .then
                .iter()
                .map(|e| self.expression(file, e, scope))
                .collect();
            self.rules.co_values.push(CoValueDef {
                anchor: anchor.clone(),
                text: t.text.clone(),
                key: self.expression(file, &t.when, scope)?,
                then: then?,
            });
        }
        Ok(())
    }

    /// Slices of one place; all are by number or all by what holds.
    pub(super) fn slices(
        &self,
        file: &File,
        list: &[Spanned<SliceFile>],
        scope: Scope<'_>,
    ) -> Result<Slices> {
        let (mut numbers, mut cases) = (Vec::new(), Vec::new());
        for spanned in list {
            let slice = &spanned.value;
            match (slice.number, &slice.when) {
                (Some(occurrence), None) if cases.is_empty() => numbers.push(OccurrenceSlice {
                    reference: slice.takes.value.clone(),
                    occurrence,
                }),
                (None, Some(when)) if numbers.is_empty() => cases.push(AssertionSlice {
                    reference: slice.takes.value.clone(),
                    text: slice.text.clone(),
                    assertion: self.expression(file, when, scope)?,
                }),
                _ => {
                    return file.wrong(
                        spanned,
                        "a slice has `number` or `when`, the same as the slices beside it",
                    );
                }
            }
        }
        Ok(if cases.is_empty() {
            Slices::Occurrence(numbers)
        } else {
            Slices::Assertion(cases)
        })
    }

    /// What the slices of a list take, to be read as well.
    pub(super) fn taken(file: &File, list: &[Spanned<SliceFile>]) -> Vec<Wanted> {
        list.iter()
            .map(|s| Wanted::new(file, &s.value.takes))
            .collect()
    }

    pub(super) fn field_slices(
        &mut self,
        file: &File,
        list: &[FieldSlicesFile],
        segment: &str,
    ) -> Result<Vec<Wanted>> {
        let mut wanted = Vec::new();
        for f in list {
            let slices = self.slices(file, &f.slices, Scope::Numbers)?;
            wanted.extend(Self::taken(file, &f.slices));
            self.slicing.fields.push(FieldSlicing {
                segment: segment.to_owned(),
                position: f.field,
                slices,
            });
        }
        Ok(wanted)
    }

    pub(super) fn co_constraints(
        &mut self,
        file: &File,
        list: &[CoContextFile],
        message: &str,
        scope: Scope<'_>,
    ) -> Result<Vec<CoContextDef>> {
        let mut out = Vec::new();
        for c in list {
            let context = path(file, &c.path, scope)?;
            let inner = scope.within(&context);
            let mut segments = Vec::new();
            for s in &c.segments {
                let mut tables = Vec::new();
                for t in &s.tables {
                    tables.push(self.co_table(file, t, inner)?);
                }
                segments.push(CoSegmentDef {
                    path: path(file, &s.path, inner)?,
                    name: s.name.clone(),
                    tables,
                });
            }
            out.push(CoContextDef {
                message: message.to_owned(),
                path: context,
                name: c.name.clone(),
                segments,
            });
        }
        Ok(out)
    }

    fn co_table(&mut self, file: &File, t: &CoTableFile, scope: Scope<'_>) -> Result<CoTableDef> {
        let condition = match &t.when {
            None => None,
            Some(when) => Some(CoConditionDef {
                text: t.text.clone(),
                assertion: self.expression(file, when, scope)?,
            }),
        };
        let mut group_ids = Vec::new();
        for g in &t.group_ids {
            group_ids.push(GroupIdDef {
                priority: g.priority,
                path: number_path(file, &g.path)?,
                name: g.name.clone(),
            });
        }
        group_ids.sort_by_key(|g| g.priority);
        let mut groups = Vec::new();
        for g in &t.groups {
            groups.push(CoGroupDef {
                name: g.name.clone(),
                usage: co_usage(file, &g.usage)?,
                cardinality: occurs(file, &g.occurs)?,
                primary: self.row(file, &g.primary)?,
                rows: self.rows(file, &g.rows)?,
            });
        }
        Ok(CoTableDef {
            condition,
            group_ids,
            rows: self.rows(file, &t.rows)?,
            groups,
        })
    }

    fn rows(&mut self, file: &File, list: &[RowFile]) -> Result<Vec<CoRowDef>> {
        list.iter().map(|r| self.row(file, r)).collect()
    }

    fn row(&mut self, file: &File, r: &RowFile) -> Result<CoRowDef> {
        Ok(CoRowDef {
            usage: co_usage(file, &r.usage)?,
            cardinality: occurs(file, &r.occurs)?,
            selectors: self.cells(file, &r.selectors)?,
            constraints: self.cells(file, &r.constraints)?,
        })
    }

    fn cells(&mut self, file: &File, list: &[Spanned<CellFile>]) -> Result<Vec<CellDef>> {
        list.iter().map(|c| self.cell(file, c)).collect()
    }

    fn cell(&mut self, file: &File, spanned: &Spanned<CellFile>) -> Result<CellDef> {
        let cell = &spanned.value;
        let test = match (&cell.text, &cell.code, &cell.system, &cell.tables) {
            (Some(text), None, None, None) => CellTest::Text(text.clone()),
            (None, Some(code), Some(system), None) => {
                let mut at = Vec::new();
                for p in &cell.at {
                    let Some(system) = &p.system else {
                        return file.wrong(&p.code, "a code cell says where its code system is");
                    };
                    at.push(CellPlace {
                        position: p.position.unwrap_or(1),
                        code: number_path(file, &p.code)?,
                        system: number_path(file, system)?,
                    });
                }
                CellTest::Code {
                    code: code.clone(),
                    system: system.clone(),
                    at,
                }
            }
            (None, None, None, Some(tables)) => {
                let mut at = Vec::new();
                for p in &cell.at {
                    at.push(CodePlace {
                        code: number_path(file, &p.code)?,
                        system: match &p.system {
                            Some(s) => Some(number_path(file, s)?),
                            None => None,
                        },
                    });
                }
                CellTest::Table {
                    strength: strength(file, cell.strength.as_ref())?,
                    tables: self.table_names(file, tables),
                    at,
                }
            }
            _ => {
                return file.wrong(
                    spanned,
                    "a cell has `text`, or `code` and `system`, or `tables`",
                );
            }
        };
        Ok(CellDef {
            name: cell.name.clone(),
            path: number_path(file, &cell.path)?,
            test,
        })
    }

    pub(super) fn lists(
        &mut self,
        file: &File,
        list: &[ListFile],
        scope: Scope<'_>,
    ) -> Result<Vec<ContextDef>> {
        let mut out = Vec::new();
        for l in list {
            let at = path(file, &l.path, scope)?;
            let inner = scope.within(&at);
            let mut patterns = Vec::new();
            for t in &l.things {
                // statements of a list stand on nothing but what was found
                let before = self.rules.constraints.len();
                let anchor = Anchor::MessageId(String::new());
                self.statements(file, &t.constraints, &anchor, inner)?;
                patterns.push(ContextPattern {
                    trigger: self.expression(file, &t.when, inner)?,
                    text: t.text.clone(),
                    count: t.count.unwrap_or(1),
                    constraints: self.rules.constraints.split_off(before),
                    contexts: self.lists(file, &t.lists, inner)?,
                });
            }
            out.push(ContextDef { list: at, patterns });
        }
        Ok(out)
    }
}
