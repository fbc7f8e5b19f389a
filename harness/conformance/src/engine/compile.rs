//! From a definition to a compiled profile.

use super::bound;
use super::cotables;
use super::idle::bit;
use super::lookup::Lookup;
use super::profile::{
    Binding, Case, Child, ChildKind, Class, Code, CodeAt, Datatype, EASY, Element, Group, Mapping,
    NONE, Names, Profile, Segment, Table,
};
use super::slicing;
use crate::expr::{Expr, Pattern, Step, TableRef};
use crate::model::{self, BindingDef, Definition, ElementDef, Length, Usage};
use std::collections::HashMap;

/// What makes a definition unusable: a name that leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// A place in the message names a segment that is not defined.
    #[error("the message uses the segment `{0}`, which is not defined")]
    Segment(String),
    /// A field or component names a data type that is not defined.
    #[error("{place} has the data type `{datatype}`, which is not defined")]
    Datatype {
        /// Segment or data type and position.
        place: String,
        /// The name.
        datatype: String,
    },
    /// Two definitions have the same id.
    #[error("`{0}` is defined twice")]
    Twice(String),
    /// Data types contain each other, or nest deeper than HL7's two levels.
    #[error("the data type `{0}` nests deeper than components and subcomponents")]
    Depth(String),
    /// The message does not begin with the segment MSH.
    #[error("the message does not begin with MSH")]
    Head,
    /// A slice names a definition that is not there.
    #[error("a slice takes `{0}`, which is not defined")]
    Slice(String),
    /// More definitions than the engine's indices can name.
    #[error("the profile has too many definitions")]
    TooMany,
}

pub(super) struct Builder<'d> {
    pub(super) def: &'d Definition,
    pub(super) segments: HashMap<&'d str, u32>,
    pub(super) datatypes: HashMap<&'d str, u32>,
    tables: HashMap<&'d str, u32>,
    pub(super) bindings: Vec<Binding>,
    groups: Vec<Group>,
}

pub(crate) fn compile(def: &Definition) -> Result<Profile, CompileError> {
    let mut tables: Vec<Table> = def.tables.iter().map(|t| table(t, def)).collect();
    let mut by_id: HashMap<&str, u32> = def
        .tables
        .iter()
        .enumerate()
        .map(|(i, t)| (t.id.as_str(), i as u32))
        .collect();
    // what is not checked need not be defined
    for id in &def.unchecked {
        by_id.entry(id).or_insert_with(|| {
            tables.push(Table {
                id: id.as_str().into(),
                name: Box::default(),
                openness: model::Openness::Unstated,
                stability: model::Stability::Unstated,
                codes: Vec::new(),
                index: Lookup::default(),
                patterns: Vec::new(),
                unchecked: true,
            });
            tables.len() as u32 - 1
        });
    }
    let mut builder = Builder {
        def,
        segments: index(def.segments.iter().map(|s| s.id.as_str()))?,
        datatypes: index(def.datatypes.iter().map(|d| d.id.as_str()))?,
        tables: by_id,
        bindings: Vec::new(),
        groups: Vec::new(),
    };
    let mut datatypes = builder.compile_datatypes()?;
    let mut segments = builder.compile_segments()?;
    let slices = slicing::compile(&builder, &mut segments)?;
    builder.group(
        &def.message.id,
        &def.message.structure,
        &def.message.children,
    )?;
    let mut groups = std::mem::take(&mut builder.groups);
    let singles = bound::compile(&mut builder, &mut groups, &mut segments, &mut datatypes);
    let cotables = cotables::compile(&mut builder);
    undecided(&mut datatypes, &mut segments);
    lighten(&mut datatypes, &mut segments);
    for b in &mut builder.bindings {
        look_at_tables(b, &tables);
    }
    mark_bound(&mut datatypes);
    mark_elements(&mut datatypes, &mut segments);
    check_depth(&datatypes)?;
    let segments_of = groups.iter().flat_map(|g| &g.children);
    let names = Names::new(
        segments_of
            .filter(|c| matches!(c.kind, ChildKind::Segment(_)))
            .map(|c| c.name),
    );
    if groups
        .first()
        .and_then(|g| g.children.first())
        .is_none_or(|c| c.name != *b"MSH")
    {
        return Err(CompileError::Head);
    }
    if groups.len() >= usize::from(u16::MAX) {
        return Err(CompileError::TooMany);
    }
    Ok(Profile {
        id: def.message.id.as_str().into(),
        structure: def.message.structure.as_str().into(),
        groups,
        segments,
        datatypes,
        tables,
        bindings: builder.bindings,
        singles,
        cotables,
        sliced: !slices.is_empty() || !def.slicing.fields.is_empty(),
        slices,
        legacy: def.legacy_0396 && def.tables.iter().any(|t| legacy_table(def, t)),
        names,
    })
}

fn index<'d>(ids: impl Iterator<Item = &'d str>) -> Result<HashMap<&'d str, u32>, CompileError> {
    let mut map = HashMap::new();
    for (i, id) in ids.enumerate() {
        if map.insert(id, i as u32).is_some() {
            return Err(CompileError::Twice(id.to_owned()));
        }
    }
    Ok(map)
}

impl Builder<'_> {
    fn compile_datatypes(&mut self) -> Result<Vec<Datatype>, CompileError> {
        let def = self.def;
        def.datatypes
            .iter()
            .map(|d| {
                let components = self.elements(&d.id, &d.components)?;
                let wanted = wanted(&components);
                Ok(Datatype {
                    wanted_bits: wanted.iter().fold(0, |bits, p| bits | bit(*p)),
                    wanted_beyond: wanted.iter().any(|p| bit(*p) == 0),
                    wanted,
                    easy: 0,
                    id: d.id.as_str().into(),
                    name: d.name.as_str().into(),
                    class: class(&d.name),
                    components,
                    coded: coded(&d.name),
                    bound_inside: false,
                    bound: Vec::new(),
                })
            })
            .collect()
    }

    fn compile_segments(&mut self) -> Result<Vec<Segment>, CompileError> {
        let def = self.def;
        def.segments
            .iter()
            .map(|s| {
                let mut mappings = Vec::new();
                for m in &s.mappings {
                    let cases: Result<Vec<Case>, CompileError> = m
                        .cases
                        .iter()
                        .map(|c| {
                            Ok(Case {
                                value: c.value.as_str().into(),
                                second: c.second.as_deref().map(Into::into),
                                datatype: self.datatype(
                                    &s.id,
                                    usize::from(m.position),
                                    &c.datatype,
                                )?,
                            })
                        })
                        .collect();
                    mappings.push(Mapping {
                        position: m.position,
                        reference: m.reference,
                        second: m.second,
                        cases: cases?,
                    });
                }
                let mut fields = self.elements(&s.id, &s.fields)?;
                for (i, f) in fields.iter_mut().enumerate() {
                    f.mapped = mappings
                        .iter()
                        .any(|m: &Mapping| usize::from(m.position) == i + 1);
                }
                let wanted = wanted(&fields);
                Ok(Segment {
                    wanted_bits: wanted.iter().fold(0, |bits, p| bits | bit(*p)),
                    wanted_beyond: wanted.iter().any(|p| bit(*p) == 0),
                    wanted,
                    id: s.id.as_str().into(),
                    name: name(&s.name),
                    description: s.description.as_str().into(),
                    fields,
                    mappings,
                    bound: Vec::new(),
                    sliced: Vec::new(),
                })
            })
            .collect()
    }

    fn datatype(&self, owner: &str, position: usize, id: &str) -> Result<u32, CompileError> {
        self.datatypes
            .get(id)
            .copied()
            .ok_or_else(|| CompileError::Datatype {
                place: format!("{owner}.{position}"),
                datatype: id.to_owned(),
            })
    }

    fn elements(&mut self, owner: &str, list: &[ElementDef]) -> Result<Vec<Element>, CompileError> {
        let mut out = Vec::with_capacity(list.len());
        for (i, e) in list.iter().enumerate() {
            let binding = match &e.binding {
                Some(b) => self.attribute_binding(b, &e.datatype),
                None => NONE,
            };
            out.push(Element {
                name: e.name.as_str().into(),
                usage: e.usage,
                min: e.cardinality.min,
                max: e.cardinality.max.unwrap_or(NONE),
                datatype: self.datatype(owner, i + 1, &e.datatype)?,
                mapped: false,
                sliced: false,
                length: e.length.clone(),
                binding,
                constant: e.constant.as_deref().map(Into::into),
                bound: false,
                primitive: false,
                light: None,
            });
        }
        Ok(out)
    }

    /// An expression with the indices of the tables that it names.
    pub(super) fn resolve(&self, expr: &Expr) -> Expr {
        let mut expr = expr.clone();
        expr.visit_mut(&mut |e| {
            if let Expr::InTable { table, .. } = e {
                table.index = self
                    .tables
                    .get(table.id.as_str())
                    .copied()
                    .unwrap_or(TableRef::UNKNOWN);
            }
        });
        expr
    }

    // a binding that an element carries; the code system of a coded type stands two components after the code
    fn attribute_binding(&mut self, def: &BindingDef, datatype: &str) -> u32 {
        let coded = self
            .datatypes
            .get(datatype)
            .and_then(|i| self.def.datatypes.get(*i as usize))
            .is_some_and(|d| coded(&d.name));
        let one = |position| {
            vec![Step {
                position,
                instance: Some(1),
            }]
        };
        let mut at: Vec<CodeAt> = def
            .at
            .iter()
            .map(|p| CodeAt {
                code: one(*p),
                system: coded.then(|| one(p + 2)),
            })
            .collect();
        if at.is_empty() {
            at.push(CodeAt {
                code: Vec::new(),
                system: None,
            });
        }
        self.binding(&def.tables, def.strength, at)
    }

    pub(super) fn binding(
        &mut self,
        tables: &[String],
        strength: model::Strength,
        at: Vec<CodeAt>,
    ) -> u32 {
        let component = |steps: &[Step]| match steps {
            [] => Some(0),
            [step] if step.instance == Some(1) => Some(step.position),
            _ => None,
        };
        let quick = match at.as_slice() {
            [only] => component(&only.code).and_then(|code| match &only.system {
                None => Some((code, None)),
                Some(system) => Some((code, Some(component(system)?))),
            }),
            _ => None,
        };
        self.bindings.push(Binding {
            tables: tables
                .iter()
                .map(|t| self.tables.get(t.as_str()).copied().unwrap_or(NONE))
                .collect(),
            names: tables.iter().map(|t| t.as_str().into()).collect(),
            strength,
            at,
            quick,
            live: Vec::new(),
            trouble: false,
        });
        self.bindings.len() as u32 - 1
    }

    fn group(
        &mut self,
        id: &str,
        name_: &str,
        children: &[model::ChildDef],
    ) -> Result<u32, CompileError> {
        let at = self.groups.len();
        self.groups.push(Group {
            id: id.into(),
            name: name_.into(),
            children: Vec::new(),
            bound: Vec::new(),
        });
        let mut list = Vec::with_capacity(children.len());
        for c in children {
            let (kind, child_name) = match &c.kind {
                model::ChildKind::Segment(id) => {
                    let index = self
                        .segments
                        .get(id.as_str())
                        .copied()
                        .ok_or_else(|| CompileError::Segment(id.clone()))?;
                    let def = self.def.segments.get(index as usize);
                    (
                        ChildKind::Segment(index),
                        def.map_or([0; 3], |s| name(&s.name)),
                    )
                }
                model::ChildKind::Group(g) => (
                    ChildKind::Group(self.group(&g.id, &g.name, &g.children)?),
                    [0; 3],
                ),
            };
            list.push(Child {
                kind,
                name: child_name,
                usage: c.usage,
                min: c.cardinality.min,
                max: c.cardinality.max.unwrap_or(NONE),
            });
        }
        if let Some(group) = self.groups.get_mut(at) {
            group.children = list;
        }
        Ok(at as u32)
    }
}

// a type that varies is no type
fn undecided(datatypes: &mut [Datatype], segments: &mut [Segment]) {
    let varies: Vec<bool> = datatypes.iter().map(|d| d.class == Class::Varies).collect();
    let lists = datatypes
        .iter_mut()
        .map(|d| &mut d.components)
        .chain(segments.iter_mut().map(|s| &mut s.fields));
    for element in lists.flatten() {
        if varies.get(element.datatype as usize) == Some(&true) {
            element.datatype = NONE;
        }
    }
}

// what the walk asks of every element's data type
fn mark_elements(datatypes: &mut [Datatype], segments: &mut [Segment]) {
    let known: Vec<(bool, bool)> = datatypes
        .iter()
        .map(|d| (d.bound_inside, d.primitive()))
        .collect();
    let lists = datatypes
        .iter_mut()
        .map(|d| &mut d.components)
        .chain(segments.iter_mut().map(|s| &mut s.fields));
    for e in lists.flatten() {
        let of_type = known.get(e.datatype as usize);
        e.bound = e.binding != NONE || of_type.is_some_and(|k| k.0);
        e.primitive = of_type.is_some_and(|k| k.1);
    }
}

// marks the elements about which only the length is asked, and perhaps the code
fn lighten(datatypes: &mut [Datatype], segments: &mut [Segment]) {
    let plain: Vec<bool> = datatypes
        .iter()
        .map(|d| d.primitive() && d.class == Class::Text && d.bound.is_empty())
        .collect();
    let lists = datatypes
        .iter_mut()
        .map(|d| &mut d.components)
        .chain(segments.iter_mut().map(|s| &mut s.fields));
    for e in lists.flatten() {
        let asked = e.constant.is_some()
            || e.mapped
            || e.min > 1
            || e.max == 0
            || matches!(e.usage, Usage::X | Usage::W);
        let range = match e.length {
            Length::None => Some((0, NONE)),
            Length::Between(min, max) => Some((min, max.unwrap_or(NONE))),
            Length::Conformance(max, _) => Some((1, max)),
            Length::Invalid | Length::Both { .. } => None,
        };
        if !asked && plain.get(e.datatype as usize) == Some(&true) {
            e.light = range;
        }
    }
    for d in datatypes {
        let easy = |e: &Element| {
            e.binding == NONE && e.light.is_some_and(|(min, max)| min <= 1 && max >= EASY)
        };
        for (i, e) in d.components.iter().enumerate() {
            if easy(e) {
                d.easy |= bit(i as u16 + 1);
            }
        }
    }
}

fn look_at_tables(binding: &mut Binding, tables: &[Table]) {
    for index in &binding.tables {
        match tables.get(*index as usize) {
            Some(t) if t.unchecked => {}
            Some(t) if !t.codes.is_empty() => binding.live.push(*index),
            _ => binding.trouble = true,
        }
    }
}

// positions whose absence is reported
fn wanted(list: &[Element]) -> Vec<u16> {
    list.iter()
        .enumerate()
        .filter(|(_, e)| matches!(e.usage, Usage::R | Usage::RE))
        .map(|(i, _)| i as u16 + 1)
        .collect()
}

fn coded(name: &str) -> bool {
    matches!(name, "CE" | "CWE" | "CNE")
}

fn name(text: &str) -> [u8; 3] {
    text.as_bytes().try_into().unwrap_or([b'?'; 3])
}

fn class(name: &str) -> Class {
    match name {
        "NM" => Class::Number,
        "SI" => Class::Sequence,
        "DT" => Class::Date,
        "TM" => Class::Time,
        "DTM" => Class::DateTime,
        n if n.eq_ignore_ascii_case("varies") => Class::Varies,
        _ => Class::Text,
    }
}

// placeholders that older profiles mean as patterns
fn legacy_pattern(code: &model::CodeDef) -> Option<&str> {
    match (code.pattern.as_deref(), code.value.as_str()) {
        (None, "HL7nnnn") => Some("HL7[0-9]{4}"),
        (None, "99zzz") => Some("99[a-zA-Z0-9]{3}"),
        (pattern, _) => pattern,
    }
}

fn legacy_table(profile: &Definition, def: &model::TableDef) -> bool {
    profile.legacy_0396 && def.id.contains("0396")
}

fn table(def: &model::TableDef, profile: &Definition) -> Table {
    let legacy = legacy_table(profile, def);
    let mut codes: Vec<&model::CodeDef> = def.codes.iter().collect();
    codes.sort_by(|a, b| a.value.cmp(&b.value));
    let pattern = |c: &model::CodeDef| {
        let source = if legacy {
            legacy_pattern(c)
        } else {
            c.pattern.as_deref()
        };
        Pattern::new(source?).ok()
    };
    let patterns = codes
        .iter()
        .enumerate()
        .filter_map(|(i, c)| Some((pattern(c)?, i as u32)))
        .collect();
    // where placeholders are patterns, what has a pattern is no code
    let placeholders: Vec<bool> = codes
        .iter()
        .map(|c| legacy && legacy_pattern(c).is_some())
        .collect();
    let codes: Vec<Code> = codes
        .into_iter()
        .map(|c| Code {
            value: c.value.as_str().into(),
            system: c.system.as_deref().map(Into::into),
            usage: c.usage,
        })
        .collect();
    Table {
        index: Lookup::new(&codes, |i| placeholders.get(i) == Some(&true)),
        id: def.id.as_str().into(),
        name: def.name.as_str().into(),
        openness: def.openness,
        stability: def.stability,
        codes,
        patterns,
        unchecked: profile.unchecked.contains(&def.id),
    }
}

fn mark_bound(datatypes: &mut [Datatype]) {
    // two passes suffice: components and subcomponents
    for _ in 0..2 {
        let bound: Vec<bool> = datatypes
            .iter()
            .map(|d| {
                !d.bound.is_empty()
                    || d.components.iter().any(|c| {
                        c.binding != NONE
                            || datatypes
                                .get(c.datatype as usize)
                                .is_some_and(|d| d.bound_inside)
                    })
            })
            .collect();
        for (d, b) in datatypes.iter_mut().zip(bound) {
            d.bound_inside = b;
        }
    }
}

// a component may be composite only when its own components are primitive
fn check_depth(datatypes: &[Datatype]) -> Result<(), CompileError> {
    for (i, d) in datatypes.iter().enumerate() {
        let deep = |index: u32, level: u32| depth(datatypes, index, level);
        if d.components
            .iter()
            .any(|c| c.datatype as usize == i || deep(c.datatype, 1))
        {
            return Err(CompileError::Depth(d.id.to_string()));
        }
    }
    Ok(())
}

// whether the data type goes deeper than subcomponents when it stands at this level
fn depth(datatypes: &[Datatype], index: u32, level: u32) -> bool {
    let Some(d) = datatypes.get(index as usize) else {
        return false;
    };
    if d.primitive() {
        return false;
    }
    level >= 2
        || d.components
            .iter()
            .any(|c| depth(datatypes, c.datatype, level + 1))
}
