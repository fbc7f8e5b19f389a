//! Co-constraint tables: the segments of a group against rows of values that go together.
//!
//! Segments that fit a row's selectors leave the pool; the rows after it see the rest. Rows of a table come first, then its
//! groups, whose segments belong together by a group id. Profiles without tables pay nothing; with them this allocates.

use super::bound;
use super::codes;
use super::compile::Builder;
use super::element::{At, Level, View};
use super::eval::{Outcome, evaluate};
use super::profile::NONE;
use super::structure::Sink;
use crate::detection::Kind;
use crate::expr::{Expr, Path};
use crate::model::{
    Cardinality, CellDef, CellTest, CoContextDef, CoGroupDef, CoRowDef, CoTableDef, CoUsage,
};
use titer_finding::Severity;

/// All tables of a message, and what words need of them.
#[derive(Debug, Default)]
pub(crate) struct CoTables {
    contexts: Vec<Context>,
    /// Every row, for words.
    pub(crate) rows: Vec<Row>,
    /// Every group of rows, for words.
    pub(crate) groups: Vec<Group>,
}

#[derive(Debug)]
struct Context {
    path: Path,
    segments: Vec<Segment>,
}

#[derive(Debug)]
struct Segment {
    path: Path,
    tables: Vec<Table>,
}

#[derive(Debug)]
struct Table {
    condition: Option<Expr>,
    group_ids: Vec<Path>,
    /// Indices of rows.
    rows: Vec<u32>,
    /// Indices of groups.
    groups: Vec<u32>,
}

/// A row.
#[derive(Debug)]
pub(crate) struct Row {
    usage: CoUsage,
    pub(crate) cardinality: Cardinality,
    pub(crate) segment: Box<str>,
    pub(crate) selectors: Vec<Cell>,
    pub(crate) constraints: Vec<Cell>,
}

/// A group of rows.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) name: Box<str>,
    usage: CoUsage,
    pub(crate) cardinality: Cardinality,
    pub(crate) primary: u32,
    rows: Vec<u32>,
}

/// A cell.
#[derive(Debug)]
pub(crate) struct Cell {
    pub(crate) name: Box<str>,
    path: Path,
    pub(crate) test: Test,
}

/// What a cell asks for.
#[derive(Debug)]
pub(crate) enum Test {
    Text(Box<str>),
    Code {
        code: Box<str>,
        system: Box<str>,
        /// Paths of the code and of the code system.
        at: Vec<(Path, Path)>,
    },
    /// Index of a binding.
    Table(u32),
}

/// Compiles the tables of this message.
pub(super) fn compile(builder: &mut Builder<'_>) -> CoTables {
    let def = builder.def;
    let mut out = CoTables::default();
    for context in def
        .co_constraints
        .iter()
        .filter(|c| c.message == def.message.id)
    {
        let context = out.context(builder, context);
        out.contexts.push(context);
    }
    out
}

impl CoTables {
    /// Whether there is nothing to check.
    pub(crate) fn is_empty(&self) -> bool {
        self.contexts.is_empty()
    }

    fn context(&mut self, builder: &mut Builder<'_>, def: &CoContextDef) -> Context {
        let segments = def
            .segments
            .iter()
            .map(|s| Segment {
                path: s.path.clone(),
                tables: s
                    .tables
                    .iter()
                    .map(|t| self.table(builder, t, &s.name))
                    .collect(),
            })
            .collect();
        Context {
            path: def.path.clone(),
            segments,
        }
    }

    fn table(&mut self, builder: &mut Builder<'_>, def: &CoTableDef, segment: &str) -> Table {
        Table {
            condition: def
                .condition
                .as_ref()
                .map(|c| builder.resolve(&c.assertion)),
            group_ids: def.group_ids.iter().map(|g| g.path.clone()).collect(),
            rows: def
                .rows
                .iter()
                .map(|r| self.row(builder, r, segment))
                .collect(),
            groups: def
                .groups
                .iter()
                .map(|g| self.group(builder, g, segment))
                .collect(),
        }
    }

    fn group(&mut self, builder: &mut Builder<'_>, def: &CoGroupDef, segment: &str) -> u32 {
        let primary = self.row(builder, &def.primary, segment);
        let rows = def
            .rows
            .iter()
            .map(|r| self.row(builder, r, segment))
            .collect();
        self.groups.push(Group {
            name: def.name.as_str().into(),
            usage: def.usage,
            cardinality: def.cardinality,
            primary,
            rows,
        });
        self.groups.len() as u32 - 1
    }

    fn row(&mut self, builder: &mut Builder<'_>, def: &CoRowDef, segment: &str) -> u32 {
        let mut cells = |list: &[CellDef]| list.iter().map(|c| cell(builder, c)).collect();
        let row = Row {
            usage: def.usage,
            cardinality: def.cardinality,
            segment: segment.into(),
            selectors: cells(&def.selectors),
            constraints: cells(&def.constraints),
        };
        self.rows.push(row);
        self.rows.len() as u32 - 1
    }
}

fn cell(builder: &mut Builder<'_>, def: &CellDef) -> Cell {
    let test = match &def.test {
        CellTest::Text(text) => Test::Text(text.as_str().into()),
        CellTest::Code { code, system, at } => Test::Code {
            code: code.as_str().into(),
            system: system.as_str().into(),
            at: at
                .iter()
                .map(|p| (p.code.clone(), p.system.clone()))
                .collect(),
        },
        CellTest::Table {
            strength,
            tables,
            at,
        } => Test::Table(builder.binding(tables, *strength, bound::places(at))),
    };
    Cell {
        name: def.name.as_str().into(),
        path: def.path.clone(),
        test,
    }
}

/// A segment of the pool, and where its group id stands.
#[derive(Clone, Copy)]
struct Member {
    segment: At,
    id: Option<At>,
}

/// What a cell came to.
enum Cellular {
    Nothing,
    Good,
    /// Where it fails.
    Bad(Vec<At>),
    /// Where it cannot be judged.
    Unclear(Vec<At>),
}

struct Judge<'j, 'v, 's> {
    view: &'j View<'v>,
    tables: &'j CoTables,
    sink: &'j mut Sink<'s>,
    /// The group whose segments are looked at.
    context: At,
}

/// Applies the tables.
pub(crate) fn check(view: &View<'_>, tables: &CoTables, sink: &mut Sink<'_>) {
    let Some(message) = view.node_element(0) else {
        return;
    };
    for context in &tables.contexts {
        let mut places = Vec::new();
        if view
            .select(&message, &context.path.steps, &mut |at| places.push(at))
            .is_err()
        {
            unclear(view, sink, &message);
            continue;
        }
        for at in places {
            if at.level != Level::Group {
                unclear(view, sink, &at);
                continue;
            }
            let mut judge = Judge {
                view,
                tables,
                sink,
                context: at,
            };
            for segment in &context.segments {
                judge.segments(segment);
            }
        }
    }
}

fn unclear(view: &View<'_>, sink: &mut Sink<'_>, at: &At) {
    sink.at(view, Kind::CoUnclear, Severity::Error, at, (NONE, NONE));
}

impl Judge<'_, '_, '_> {
    fn put(&mut self, kind: Kind, at: &At, operands: (u32, u32)) {
        self.sink.at(self.view, kind, Severity::Error, at, operands);
    }

    fn here(&mut self, kind: Kind, operands: (u32, u32)) {
        let context = self.context;
        self.put(kind, &context, operands);
    }

    fn segments(&mut self, segment: &Segment) {
        let mut list = Vec::new();
        let reached = self
            .view
            .select(&self.context, &segment.path.steps, &mut |at| list.push(at));
        if reached.is_err() {
            self.here(Kind::CoUnclear, (NONE, NONE));
            return;
        }
        for at in list.iter().filter(|at| at.level != Level::Segment) {
            unclear(self.view, self.sink, at);
        }
        list.retain(|at| at.level == Level::Segment);
        for table in &segment.tables {
            let pool = list
                .iter()
                .map(|segment| Member {
                    segment: *segment,
                    id: self.group_id(segment, &table.group_ids),
                })
                .collect();
            match &table.condition {
                None => self.table(table, pool),
                Some(condition) => match evaluate(self.view, condition, &self.context) {
                    Outcome::Pass(_) => self.table(table, pool),
                    Outcome::Fail(_) => {}
                    Outcome::Unclear => self.here(Kind::CoUnclear, (NONE, NONE)),
                },
            }
        }
    }

    // the first of the paths that leads to one value
    fn group_id(&mut self, segment: &At, paths: &[Path]) -> Option<At> {
        let mut broken = false;
        for path in paths {
            match self.values(segment, path) {
                Ok(list) => {
                    if let [only] = list.as_slice() {
                        return Some(*only);
                    }
                }
                Err(()) => broken = true,
            }
        }
        if broken {
            unclear(self.view, self.sink, segment);
        }
        None
    }

    fn values(&self, from: &At, path: &Path) -> Result<Vec<At>, ()> {
        let mut list = Vec::new();
        self.view
            .values(from, &path.steps, &mut |v| list.push(v))
            .map_err(|_| ())?;
        Ok(list)
    }

    fn table(&mut self, table: &Table, mut pool: Vec<Member>) {
        for row in &table.rows {
            pool = self.row(*row, pool, true);
        }
        for group in &table.groups {
            pool = self.group(*group, pool);
        }
    }

    // judges the segments that fit a row and gives back the rest
    fn row(&mut self, index: u32, pool: Vec<Member>, alone: bool) -> Vec<Member> {
        let Some(row) = self.tables.rows.get(index as usize) else {
            return pool;
        };
        let (fitting, rest): (Vec<Member>, Vec<Member>) =
            pool.iter().partition(|m| self.fits(row, &m.segment));
        self.required(index, row, fitting.len() as u32);
        self.constraints(index, row, &fitting);
        if alone {
            for id in fitting.iter().filter_map(|m| m.id) {
                let same = pool
                    .iter()
                    .filter_map(|m| m.id)
                    .filter(|other| self.view.raw(other) == self.view.raw(&id))
                    .count();
                if same > 1 {
                    self.put(Kind::CoShared, &id, (index, same as u32));
                }
            }
        }
        rest
    }

    fn required(&mut self, index: u32, row: &Row, count: u32) {
        if count == 0 && row.usage == CoUsage::Required {
            self.here(Kind::CoRowMissing, (index, 0));
        } else if !includes(row.cardinality, count) {
            self.here(Kind::CoRowCount, (index, count));
        }
    }

    fn constraints(&mut self, index: u32, row: &Row, members: &[Member]) {
        for member in members {
            for (n, cell) in row.constraints.iter().enumerate() {
                let before = self.sink.found.len();
                match self.cell(cell, &member.segment) {
                    Cellular::Nothing | Cellular::Good => {}
                    Cellular::Bad(places) => {
                        for at in places {
                            self.put(Kind::CoCell, &at, (index, n as u32));
                        }
                    }
                    Cellular::Unclear(places) => {
                        debug_assert!(self.sink.found.len() >= before);
                        for at in places {
                            self.put(Kind::CoUnclear, &at, (index, n as u32));
                        }
                    }
                }
            }
        }
    }

    fn group(&mut self, index: u32, pool: Vec<Member>) -> Vec<Member> {
        let Some(group) = self.tables.groups.get(index as usize) else {
            return pool;
        };
        let Some(primary) = self.tables.rows.get(group.primary as usize) else {
            return pool;
        };
        let (primaries, others): (Vec<Member>, Vec<Member>) = pool
            .into_iter()
            .partition(|m| self.fits(primary, &m.segment));
        let view = self.view;
        let raw = move |m: &Member| m.id.map(|id| view.raw(&id));
        let mut ids: Vec<&[u8]> = Vec::new();
        for id in primaries.iter().filter_map(raw) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        let count = ids.len() as u32;
        if count == 0 && group.usage == CoUsage::Required {
            self.here(Kind::CoGroupMissing, (index, 0));
        } else if !includes(group.cardinality, count) {
            self.here(Kind::CoGroupCount, (index, count));
        }
        let (inside, rest): (Vec<Member>, Vec<Member>) = others
            .into_iter()
            .partition(|m| raw(m).is_some_and(|id| ids.contains(&id)));
        for id in ids {
            let of = |list: &[Member]| -> Vec<Member> {
                list.iter()
                    .filter(|m| raw(m) == Some(id))
                    .copied()
                    .collect()
            };
            let own = of(&primaries);
            self.required(group.primary, primary, own.len() as u32);
            self.constraints(group.primary, primary, &own);
            let mut members = of(&inside);
            for row in &group.rows {
                members = self.row(*row, members, false);
            }
        }
        rest
    }

    fn fits(&mut self, row: &Row, segment: &At) -> bool {
        let before = self.sink.found.len();
        let all = row
            .selectors
            .iter()
            .all(|cell| matches!(self.cell(cell, segment), Cellular::Good));
        // what a selector does not find is no fault
        self.sink.found.truncate(before);
        all
    }

    fn cell(&mut self, cell: &Cell, segment: &At) -> Cellular {
        match &cell.test {
            Test::Text(text) => match self.values(segment, &cell.path) {
                Err(()) => Cellular::Unclear(vec![*segment]),
                Ok(list) if list.is_empty() => Cellular::Nothing,
                Ok(list) => {
                    if list.iter().any(|at| *self.view.unescaped(at) == **text) {
                        Cellular::Good
                    } else {
                        Cellular::Bad(list)
                    }
                }
            },
            Test::Code { code, system, at } => {
                let mut elements = Vec::new();
                if self
                    .view
                    .select(segment, &cell.path.steps, &mut |e| elements.push(e))
                    .is_err()
                {
                    return Cellular::Unclear(vec![*segment]);
                }
                self.code(&elements, code, system, at)
            }
            Test::Table(binding) => self.binding(*binding, &cell.path, segment),
        }
    }

    fn code(&self, elements: &[At], code: &str, system: &str, places: &[(Path, Path)]) -> Cellular {
        let (mut bad, mut unclear, mut good) = (Vec::new(), Vec::new(), false);
        for element in elements {
            for (code_path, system_path) in places {
                match self.values(element, code_path).as_deref() {
                    Ok([]) => {}
                    Ok([at]) if *self.view.unescaped(at) != *code => bad.push(*at),
                    Ok([_]) => match self.values(element, system_path).as_deref() {
                        Ok([]) => bad.push(*element),
                        Ok([at]) if *self.view.unescaped(at) != *system => bad.push(*at),
                        Ok([_]) => good = true,
                        Ok(_) | Err(()) => unclear.push(*element),
                    },
                    Ok(_) | Err(()) => unclear.push(*element),
                }
            }
        }
        if good {
            Cellular::Good
        } else if !unclear.is_empty() {
            Cellular::Unclear(unclear)
        } else if bad.is_empty() {
            Cellular::Nothing
        } else {
            Cellular::Bad(bad)
        }
    }

    // what the tables say stays in the sink; a failure is one more at the segment for each entry
    fn binding(&mut self, binding: u32, path: &Path, segment: &At) -> Cellular {
        let mut elements = Vec::new();
        if self
            .view
            .select(segment, &path.steps, &mut |e| elements.push(e))
            .is_err()
        {
            return Cellular::Unclear(vec![*segment]);
        }
        let before = self.sink.found.len();
        let mut all = codes::Seen::default();
        for element in &elements {
            let seen = codes::check(self.view, self.sink, element, binding);
            all.found |= seen.found;
            all.missed |= seen.missed;
            all.unclear |= seen.unclear;
        }
        // where a code was found, what was not found elsewhere does not count; where nothing can be said, nothing else does
        let stays = |kind: Kind| match kind {
            Kind::CodeAmbiguous => true,
            Kind::Binding | Kind::BindingTables => !all.found,
            Kind::CodeNotFound
            | Kind::CodeSystem
            | Kind::CodeSystemMissing
            | Kind::BindingUndetermined
            | Kind::TableMissing
            | Kind::TableEmpty => !all.found && !all.unclear,
            _ => all.found || !all.unclear,
        };
        let mut position = 0;
        self.sink.found.retain(|d| {
            position += 1;
            position <= before || stays(d.kind)
        });
        let entries = self.sink.found.len() - before;
        if all.found {
            Cellular::Good
        } else if all.unclear {
            Cellular::Unclear(vec![*segment; entries.max(1)])
        } else if entries > 0 || all.missed {
            Cellular::Bad(vec![*segment; entries.max(1)])
        } else {
            Cellular::Nothing
        }
    }
}

fn includes(range: Cardinality, count: u32) -> bool {
    count >= range.min && range.max.is_none_or(|max| count <= max)
}
