//! From the files to a definition: names are resolved, expressions read, and every mistake points at its place.

use super::Source;
use super::book;
use super::files::{
    ConditionFile, ElementFile, FlavourFile, MappingFile, PatternsFile, PlaceFile, ProfileFile,
    SharedFile, StatementFile, TableFile,
};
use super::small;
use crate::expr::{Expr, Path, Pattern, Scope, ScopeChild, read, read_path};
use crate::model::{
    Anchor, BindingsDef, CaseDef, ChildDef, ChildKind, CodeDef, CodeUsage, ConstraintDef,
    DatatypeDef, Definition, ElementDef, GroupDef, Length, MappingDef, MessageDef, Openness,
    Origin, PredicateDef, RulesDef, SegmentDef, SegmentSlicing, Slices, SlicingDef, Stability,
    TableDef, Usage, Weight,
};
use serde_saphyr::Spanned;
use std::collections::{BTreeMap, VecDeque};
use titer_finding::{Diagnostic, read_yaml};

pub(super) type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// Loads the profile that stands in `{id}.yaml`, with everything that it needs.
pub fn load(source: &dyn Source, id: &str) -> Result<Definition> {
    let name = format!("{id}.yaml");
    let file = File::open(source, &name)?;
    let patterns = patterns(source)?;
    let mut loader = Loader {
        source,
        patterns,
        shared: BTreeMap::new(),
        segments: Vec::new(),
        datatypes: Vec::new(),
        rules: RulesDef::default(),
        apart: BindingsDef::default(),
        slicing: SlicingDef::default(),
        message_id: String::new(),
        tables: BTreeMap::new(),
    };
    loader.profile(&file)
}

/// A file's text under its name, for diagnostics.
pub(super) struct File {
    name: String,
    text: String,
}

impl File {
    fn open(source: &dyn Source, name: &str) -> Result<File> {
        match source.text(name) {
            Some(text) => Ok(File {
                name: name.to_owned(),
                text: text.into_owned(),
            }),
            None => Err(Box::new(
                Diagnostic::new("there is no such file").in_file(name),
            )),
        }
    }

    fn parse<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
        read_yaml(&self.name, &self.text)
    }

    pub(super) fn wrong<T, S>(&self, at: &Spanned<S>, message: impl Into<String>) -> Result<T> {
        Err(Box::new(Diagnostic::new(message).at_location(
            &self.name,
            &self.text,
            at.referenced,
        )))
    }

    pub(super) fn must<T, S>(&self, at: &Spanned<S>, value: Option<T>, what: &str) -> Result<T>
    where
        S: std::fmt::Display,
    {
        match value {
            Some(value) => Ok(value),
            None => self.wrong(at, format!("`{}` is not {what}", at.value)),
        }
    }

    pub(super) fn bad_range<T>(&self, at: Option<&Spanned<String>>) -> Result<T> {
        match at {
            Some(at) => self.wrong(
                at,
                format!("`{}` is not a range such as 0..1 or 1..*", at.value),
            ),
            None => Err(Box::new(
                Diagnostic::new("a range is missing").in_file(&self.name),
            )),
        }
    }
}

fn patterns(source: &dyn Source) -> Result<Vec<(String, Pattern)>> {
    if source.text("patterns.yaml").is_none() {
        return Ok(Vec::new());
    }
    let file = File::open(source, "patterns.yaml")?;
    let list: PatternsFile = file.parse()?;
    list.patterns
        .into_iter()
        .map(|p| match Pattern::new(&p.regex.value) {
            Ok(pattern) => Ok((p.name, pattern)),
            Err(e) => file.wrong(&p.regex, e.to_string()),
        })
        .collect()
}

pub(super) struct Loader<'s> {
    source: &'s dyn Source,
    patterns: Vec<(String, Pattern)>,
    shared: BTreeMap<String, (File, Vec<FlavourFile>)>,
    segments: Vec<SegmentDef>,
    datatypes: Vec<DatatypeDef>,
    pub(super) rules: RulesDef,
    pub(super) apart: BindingsDef,
    pub(super) slicing: SlicingDef,
    message_id: String,
    // tables that are named, and where the first time; expressions do not tell
    pub(super) tables: BTreeMap<String, Option<Wanted>>,
}

/// A data type or segment that something asked for, and where it did.
pub(super) struct Wanted {
    id: String,
    from: (String, String, serde_saphyr::Location),
}

impl Wanted {
    pub(super) fn new(file: &File, id: &Spanned<String>) -> Self {
        Self {
            id: id.value.clone(),
            from: (file.name.clone(), file.text.clone(), id.referenced),
        }
    }

    pub(super) fn table(file: &File, binding: &Spanned<String>, id: &str) -> Self {
        Self {
            id: id.to_owned(),
            from: (file.name.clone(), file.text.clone(), binding.referenced),
        }
    }

    fn missing<T>(&self, what: &str) -> Result<T> {
        let (name, text, at) = &self.from;
        Err(Box::new(
            Diagnostic::new(format!("{what} `{}` is not defined", self.id))
                .at_location(name, text, *at),
        ))
    }
}

impl Loader<'_> {
    fn profile(&mut self, file: &File) -> Result<Definition> {
        let profile: ProfileFile = file.parse()?;
        let parts: Vec<&str> = profile.message.value.split('^').collect();
        let [code, event, structure] = parts.as_slice() else {
            return file.wrong(
                &profile.message,
                format!(
                    "`{}` is not a message type such as VXU^V04^VXU_V04",
                    profile.message.value
                ),
            );
        };
        let mut wanted = VecDeque::new();
        self.message_id = profile.message_id.clone().unwrap_or(profile.id.clone());
        let enclosing = (*structure, self.message_id.clone());
        let enclosing = (enclosing.0, enclosing.1.as_str());
        let (children, names) = self.places(file, &profile.structure, enclosing, &mut wanted)?;
        let message = Anchor::MessageId(self.message_id.clone());
        let scope = Scope::Group(&names);
        self.statements(file, &profile.constraints, &message, scope)?;
        self.conditions(file, &profile.conditions, &message, scope)?;
        self.bindings(
            file,
            &profile.bindings,
            &profile.single_codes,
            &message,
            scope,
        )?;
        self.rules.contexts = self.lists(file, &profile.lists, scope)?;
        let id = self.message_id.clone();
        let co_constraints = self.co_constraints(file, &profile.co_constraints, &id, scope)?;
        let mut datatypes = VecDeque::new();
        while let Some(want) = wanted.pop_front() {
            if self.segments.iter().all(|s| s.id != want.id) {
                let segment = self.segment(&want, &mut datatypes)?;
                self.segments.push(segment);
            }
        }
        while let Some(want) = datatypes.pop_front() {
            if self.datatypes.iter().all(|d| d.id != want.id) {
                let datatype = self.datatype(&want, &mut datatypes)?;
                self.datatypes.push(datatype);
            }
        }
        self.expression_tables();
        let tables = self.read_tables(&[&profile.unchecked, &profile.undefined])?;
        Ok(Definition {
            message: MessageDef {
                id: self.message_id.clone(),
                identifier: profile.id,
                name: profile.name,
                code: (*code).to_owned(),
                event: (*event).to_owned(),
                structure: (*structure).to_owned(),
                children,
            },
            source: profile.source,
            segments: std::mem::take(&mut self.segments),
            datatypes: std::mem::take(&mut self.datatypes),
            tables,
            unchecked: profile.unchecked,
            rules: std::mem::take(&mut self.rules),
            bindings: std::mem::take(&mut self.apart),
            slicing: std::mem::take(&mut self.slicing),
            co_constraints,
            legacy_0396: profile.legacy_0396,
        })
    }

    fn places(
        &mut self,
        file: &File,
        list: &[Spanned<PlaceFile>],
        (within, within_id): (&str, &str),
        wanted: &mut VecDeque<Wanted>,
    ) -> Result<(Vec<ChildDef>, Vec<ScopeChild>)> {
        let (mut children, mut names) = (Vec::new(), Vec::new());
        for (index, spanned) in list.iter().enumerate() {
            let place = &spanned.value;
            if !place.slices.is_empty() {
                let slices = self.slices(file, &place.slices, Scope::Numbers)?;
                wanted.extend(Self::taken(file, &place.slices));
                self.slicing.segments.push(SegmentSlicing {
                    message: self.message_id.clone(),
                    group: within_id.to_owned(),
                    position: index as u16 + 1,
                    slices,
                });
            }
            let usage = file.must(&place.usage, Usage::parse(&place.usage.value), "a usage")?;
            let occurs = place.occurs.as_ref();
            let Some(cardinality) = small::occurs(occurs.map(|o| o.value.as_str()), usage) else {
                return file.bad_range(occurs);
            };
            let (kind, name) = match (&place.segment, &place.group) {
                (Some(id), None) => {
                    wanted.push_back(Wanted::new(file, id));
                    let letters = id.value.split('.').next().unwrap_or_default();
                    (
                        ChildKind::Segment(id.value.clone()),
                        ScopeChild::Segment(letters.to_owned()),
                    )
                }
                (None, Some(short)) => {
                    let full = place
                        .reference_name
                        .clone()
                        .unwrap_or_else(|| format!("{within}.{}", short.value));
                    let id = place.id.clone().unwrap_or_else(|| full.clone());
                    let (inner, inner_names) =
                        self.places(file, &place.children, (&full, &id), wanted)?;
                    let anchor = Anchor::GroupId(id.clone());
                    let scope = Scope::Group(&inner_names);
                    self.statements(file, &place.constraints, &anchor, scope)?;
                    self.conditions(file, &place.conditions, &anchor, scope)?;
                    self.bindings(file, &place.bindings, &place.single_codes, &anchor, scope)?;
                    (
                        ChildKind::Group(GroupDef {
                            id,
                            name: full,
                            children: inner,
                        }),
                        ScopeChild::Group(short.value.clone(), inner_names),
                    )
                }
                _ => return file.wrong(spanned, "either `segment` or `group` is expected here"),
            };
            children.push(ChildDef {
                kind,
                usage,
                cardinality,
            });
            names.push(name);
        }
        Ok((children, names))
    }

    // the file that holds all flavours of a segment or data type
    fn flavours(&mut self, path: &str) -> Result<()> {
        if !self.shared.contains_key(path) {
            let file = File::open(self.source, path)?;
            let mut shared: SharedFile = file.parse()?;
            let mut list = std::mem::take(&mut shared.segments);
            list.append(&mut shared.datatypes);
            self.shared.insert(path.to_owned(), (file, list));
        }
        Ok(())
    }

    // takes a flavour out of its file
    fn take(&mut self, path: &str, id: &str) -> Option<FlavourFile> {
        self.source.text(path)?;
        let (_, list) = self.shared.get_mut(path)?;
        let at = list.iter().position(|f| f.id.value == id)?;
        Some(list.swap_remove(at))
    }

    fn file_of(&self, path: &str) -> Option<File> {
        let (file, _) = self.shared.get(path)?;
        Some(File {
            name: file.name.clone(),
            text: file.text.clone(),
        })
    }

    fn flavour(
        &mut self,
        want: &Wanted,
        paths: &[String],
        what: &str,
    ) -> Result<(File, FlavourFile)> {
        for path in paths {
            if self.source.text(path).is_none() {
                continue;
            }
            self.flavours(path)?;
            if let (Some(flavour), Some(file)) = (self.take(path, &want.id), self.file_of(path)) {
                return Ok((file, flavour));
            }
        }
        want.missing(what)
    }

    fn segment(&mut self, want: &Wanted, datatypes: &mut VecDeque<Wanted>) -> Result<SegmentDef> {
        let letters = want.id.split('.').next().unwrap_or_default().to_owned();
        let path = format!("segments/{letters}.yaml");
        let (file, flavour) = self.flavour(want, &[path], "the segment")?;
        if letters.len() != 3 {
            return file.wrong(&flavour.id, format!("`{letters}` is not a segment name"));
        }
        let anchor = Anchor::SegmentId(want.id.clone());
        let scope = Scope::Segment(&letters);
        let fields = self.elements(&file, &flavour.fields, &anchor, scope, datatypes)?;
        self.statements(&file, &flavour.constraints, &anchor, scope)?;
        self.conditions(&file, &flavour.conditions, &anchor, scope)?;
        self.bindings(
            &file,
            &flavour.bindings,
            &flavour.single_codes,
            &anchor,
            scope,
        )?;
        self.together(&file, &flavour.together, &anchor, scope)?;
        datatypes.extend(self.field_slices(&file, &flavour.slices, &want.id)?);
        let mappings: Result<Vec<MappingDef>> = flavour
            .mappings
            .iter()
            .map(|m| mapping(&file, m, datatypes))
            .collect();
        Ok(SegmentDef {
            id: want.id.clone(),
            name: letters.clone(),
            description: flavour.title,
            fields,
            mappings: mappings?,
        })
    }

    fn datatype(&mut self, want: &Wanted, datatypes: &mut VecDeque<Wanted>) -> Result<DatatypeDef> {
        let name = want.id.split(['.', '_']).next().unwrap_or_default();
        let paths = [
            "datatypes/primitives.yaml".to_owned(),
            format!("datatypes/{name}.yaml"),
        ];
        let (file, flavour) = self.flavour(want, &paths, "the data type")?;
        let name = flavour.name.clone().unwrap_or_else(|| name.to_owned());
        let anchor = Anchor::DatatypeId(want.id.clone());
        let scope = Scope::Datatype(&name);
        let components = self.elements(&file, &flavour.components, &anchor, scope, datatypes)?;
        self.statements(&file, &flavour.constraints, &anchor, scope)?;
        self.conditions(&file, &flavour.conditions, &anchor, scope)?;
        self.bindings(
            &file,
            &flavour.bindings,
            &flavour.single_codes,
            &anchor,
            scope,
        )?;
        Ok(DatatypeDef {
            id: want.id.clone(),
            name: name.clone(),
            description: flavour.title,
            components,
        })
    }

    fn elements(
        &mut self,
        file: &File,
        list: &[ElementFile],
        anchor: &Anchor,
        scope: Scope<'_>,
        datatypes: &mut VecDeque<Wanted>,
    ) -> Result<Vec<ElementDef>> {
        let mut out = Vec::with_capacity(list.len());
        for (i, e) in list.iter().enumerate() {
            let (usage, either) = file.must(&e.usage, small::usage(&e.usage.value), "a usage")?;
            match (either, &e.when) {
                (Some((when_true, when_false)), Some(when)) => {
                    let condition = self.expression(file, when, scope)?;
                    self.rules.predicates.push(PredicateDef {
                        anchor: anchor.clone(),
                        target: Path {
                            steps: vec![crate::expr::Step {
                                position: i as u16 + 1,
                                instance: Some(1),
                            }],
                        },
                        when_true,
                        when_false,
                        text: None,
                        condition,
                    });
                }
                (None, None) => {}
                (Some(_), None) => {
                    return file.wrong(&e.usage, "a usage with a choice needs `when`");
                }
                (None, Some(when)) => {
                    return file.wrong(when, "`when` needs a usage such as C(R/X)");
                }
            }
            let occurs = e.occurs.as_ref();
            let cardinality = match (scope, occurs) {
                // a component occurs at most once, whatever its usage
                (Scope::Datatype(_), None) => crate::model::Cardinality {
                    min: 0,
                    max: Some(1),
                },
                _ => match small::occurs(occurs.map(|o| o.value.as_str()), usage) {
                    Some(c) => c,
                    None => return file.bad_range(occurs),
                },
            };
            let length = length(file, e)?;
            let binding = match &e.codes {
                None => None,
                Some(c) => {
                    let b = file.must(
                        c,
                        small::binding(&c.value),
                        "a binding such as `CVX, MVX at 1`",
                    )?;
                    for t in &b.tables {
                        let from = Wanted::table(file, c, t);
                        self.tables.entry(t.clone()).or_insert(Some(from));
                    }
                    Some(b)
                }
            };
            datatypes.push_back(Wanted::new(file, &e.datatype));
            out.push(ElementDef {
                name: e.name.clone(),
                usage,
                cardinality,
                datatype: e.datatype.value.clone(),
                length,
                binding,
                constant: e.constant.clone(),
            });
        }
        Ok(out)
    }

    pub(super) fn expression(
        &self,
        file: &File,
        text: &Spanned<String>,
        scope: Scope<'_>,
    ) -> Result<Expr> {
        read(&text.value, scope, &self.patterns).or_else(|e| file.wrong(text, e.to_string()))
    }

    pub(super) fn statements(
        &mut self,
        file: &File,
        list: &[StatementFile],
        anchor: &Anchor,
        scope: Scope<'_>,
    ) -> Result<()> {
        for s in list {
            let weight = match &s.weight {
                None => Weight::Error,
                Some(w) => file.must(
                    w,
                    match w.value.as_str() {
                        "error" => Some(Weight::Error),
                        "warning" => Some(Weight::Warning),
                        "alert" => Some(Weight::Alert),
                        _ => None,
                    },
                    "a weight; error, warning and alert are",
                )?,
            };
            let assertion = self.expression(file, &s.assert, scope)?;
            self.rules.constraints.push(ConstraintDef {
                anchor: anchor.clone(),
                id: s.id.clone(),
                weight,
                always: s.always,
                origin: if s.step { Origin::Step } else { Origin::Guide },
                text: s.text.clone(),
                assertion,
            });
        }
        Ok(())
    }

    fn conditions(
        &mut self,
        file: &File,
        list: &[ConditionFile],
        anchor: &Anchor,
        scope: Scope<'_>,
    ) -> Result<()> {
        for c in list {
            let (when_true, when_false) = file.must(
                &c.usage,
                small::either(&c.usage.value),
                "a pair of usages such as R/X",
            )?;
            let target = match read_path(&c.target.value, scope) {
                Ok(path) if !path.is_self() => path,
                Ok(_) => return file.wrong(&c.target, "a target lies inside its element"),
                Err(e) => return file.wrong(&c.target, e.to_string()),
            };
            let condition = self.expression(file, &c.when, scope)?;
            self.rules.predicates.push(PredicateDef {
                anchor: anchor.clone(),
                target,
                when_true,
                when_false,
                text: c.text.clone(),
                condition,
            });
        }
        Ok(())
    }

    // tables that only expressions name
    fn expression_tables(&mut self) {
        let tables = &mut self.tables;
        let mut look = |e: &mut Expr| {
            if let Expr::InTable { table, .. } = e {
                tables.entry(table.id.clone()).or_insert(None);
            }
        };
        for c in &mut self.rules.constraints {
            c.assertion.visit_mut(&mut look);
        }
        for p in &mut self.rules.predicates {
            p.condition.visit_mut(&mut look);
        }
        for c in &mut self.rules.co_values {
            c.key.visit_mut(&mut look);
            c.then.iter_mut().for_each(|e| e.visit_mut(&mut look));
        }
        let segments = self.slicing.segments.iter_mut().map(|s| &mut s.slices);
        let fields = self.slicing.fields.iter_mut().map(|f| &mut f.slices);
        for slices in segments.chain(fields) {
            if let Slices::Assertion(list) = slices {
                for slice in list {
                    slice.assertion.visit_mut(&mut look);
                }
            }
        }
    }

    fn read_tables(&self, without: &[&[String]]) -> Result<Vec<TableDef>> {
        let mut out = Vec::new();
        for (id, from) in &self.tables {
            if without.iter().any(|list| list.contains(id)) {
                continue;
            }
            let path = format!("tables/{id}.yaml");
            if self.source.text(&path).is_some() {
                out.push(table(&File::open(self.source, &path)?)?);
            } else if let Some(table) = book::table(id) {
                out.push(table);
            } else if let Some(from) = from {
                return from.missing("the table");
            } else {
                File::open(self.source, &path)?;
            }
        }
        Ok(out)
    }
}

fn length(file: &File, e: &ElementFile) -> Result<Length> {
    let conformance = match &e.conformance_length {
        None => None,
        Some(c) => Some(file.must(
            c,
            small::conformance(&c.value),
            "a conformance length such as \"20\", \"20#\" or \"20=\"",
        )?),
    };
    Ok(match (&e.length, conformance) {
        (None, None) => Length::None,
        (None, Some((n, truncation))) => Length::Conformance(n, truncation),
        (Some(l), _) if l.value == "invalid" => Length::Invalid,
        (Some(l), conformance) => match (small::range(&l.value), conformance) {
            (Some((min, max)), None) => Length::Between(min, max),
            (Some((min, max)), Some((conformance, truncation))) => Length::Both {
                min,
                max,
                conformance,
                truncation,
            },
            (None, _) => return file.bad_range(Some(l)),
        },
    })
}

fn mapping(file: &File, m: &MappingFile, datatypes: &mut VecDeque<Wanted>) -> Result<MappingDef> {
    let second = match &m.and_by {
        None => None,
        Some(text) => Some(file.must(
            text,
            small::field_component(&text.value),
            "a field or component such as \"3.1\"",
        )?),
    };
    for c in &m.cases {
        datatypes.push_back(Wanted::new(file, &c.datatype));
    }
    Ok(MappingDef {
        position: m.field,
        reference: m.by,
        second,
        cases: m
            .cases
            .iter()
            .map(|c| CaseDef {
                value: c.value.clone(),
                second: c.and.clone(),
                datatype: c.datatype.value.clone(),
            })
            .collect(),
    })
}

fn table(file: &File) -> Result<TableDef> {
    let table: TableFile = file.parse()?;
    let mut lists = Vec::new();
    for name in &table.book {
        match book::codes(&name.value) {
            Some(codes) => lists.push(codes),
            None => {
                let known: Vec<&str> = book::CDC
                    .into_iter()
                    .chain(titer_codes::book().sets().map(titer_codes::CodeSet::id))
                    .collect();
                return Err(Box::new(
                    Diagnostic::new(format!("the book of codes has no table `{}`", name.value))
                        .did_you_mean(&name.value, known)
                        .at_location(&file.name, &file.text, name.referenced),
                ));
            }
        }
    }
    let mut codes = book::joined(lists);
    let own = table.codes.into_iter().map(|value| CodeDef {
        value,
        system: table.system.clone(),
        usage: CodeUsage::Required,
        pattern: None,
    });
    codes.extend(own);
    for s in table.special {
        let usage = match &s.usage {
            None => CodeUsage::Required,
            Some(u) => file.must(
                u,
                match u.value.as_str() {
                    "required" => Some(CodeUsage::Required),
                    "permitted" => Some(CodeUsage::Permitted),
                    "excluded" => Some(CodeUsage::Excluded),
                    _ => None,
                },
                "a code's usage; required, permitted and excluded are",
            )?,
        };
        if let Some(p) = &s.pattern
            && let Err(e) = Pattern::new(&p.value)
        {
            return file.wrong(p, e.to_string());
        }
        codes.push(CodeDef {
            value: s.code,
            system: s.system.or_else(|| table.system.clone()),
            usage,
            pattern: s.pattern.map(|p| p.value),
        });
    }
    let openness = match &table.extensibility {
        None => Openness::Unstated,
        Some(t) => file.must(
            t,
            match t.value.as_str() {
                "open" => Some(Openness::Open),
                "closed" => Some(Openness::Closed),
                _ => None,
            },
            "an extensibility; open and closed are",
        )?,
    };
    let stability = match &table.stability {
        None => Stability::Unstated,
        Some(t) => file.must(
            t,
            match t.value.as_str() {
                "static" => Some(Stability::Static),
                "dynamic" => Some(Stability::Dynamic),
                _ => None,
            },
            "a stability; static and dynamic are",
        )?,
    };
    let name = table.name.unwrap_or_else(|| {
        titer_codes::book()
            .set(&table.id)
            .map_or_else(String::new, |s| s.name().to_owned())
    });
    Ok(TableDef {
        id: table.id,
        name,
        openness,
        stability,
        codes,
    })
}
