//! Our own format.

use super::names::{self, Ids};
use super::node::Node;
use super::rare;
use super::{ConvertError, Texts};
use crate::expr::{Expr, Scope, ScopeChild, write as expression};
use crate::model::{
    Anchor, ChildDef, ChildKind, CodeDef, CodeUsage, ConstraintDef, DatatypeDef, Definition,
    ElementDef, GroupDef, Length, MappingDef, Openness, Origin, PredicateDef, SegmentDef, Slices,
    Stability, Strength, TableDef, Usage, Weight,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

pub(super) type Map = Vec<(&'static str, Node)>;

/// What the files need to know of the profiles.
pub(super) struct Writer<'d> {
    pub(super) def: &'d Definition,
    pub(super) segment_ids: &'d Ids,
    pub(super) datatype_ids: &'d Ids,
    letters: HashMap<&'d str, &'d str>,
    types: HashMap<&'d str, &'d DatatypeDef>,
}

pub(super) fn write(definitions: &[&Definition]) -> Result<Texts, ConvertError> {
    let segment_ids = names::segments(definitions.iter().flat_map(|d| &d.segments));
    let datatype_ids = names::datatypes(definitions.iter().flat_map(|d| &d.datatypes));
    let mut texts = Texts::new();
    let mut segments: BTreeMap<&str, BTreeMap<&str, Node>> = BTreeMap::new();
    let mut datatypes: BTreeMap<&str, BTreeMap<&str, Node>> = BTreeMap::new();
    datatypes.insert("primitives", BTreeMap::new());
    let mut tables: BTreeMap<&str, Node> = BTreeMap::new();
    for def in definitions {
        let writer = Writer {
            def,
            segment_ids: &segment_ids,
            datatype_ids: &datatype_ids,
            letters: letters(def),
            types: def.datatypes.iter().map(|d| (d.id.as_str(), d)).collect(),
        };
        let profile = writer.profile();
        let name = format!("{}.yaml", file_name(&writer.label()));
        if texts.insert(name, profile.print()).is_some() {
            return Err(ConvertError::Twice(writer.label()));
        }
        for s in &def.segments {
            let id = &segment_ids[&s.id];
            let file = segments.entry(&s.name).or_default();
            file.entry(id).or_insert_with(|| writer.segment(s, id));
        }
        for d in &def.datatypes {
            let id = &datatype_ids[&d.id];
            let file = if d.components.is_empty() {
                "primitives"
            } else {
                names::datatype_file(id)
            };
            let file = datatypes.entry(file).or_default();
            file.entry(id).or_insert_with(|| writer.datatype(d, id));
        }
        for t in &def.tables {
            usable(&t.id)?;
            tables.entry(&t.id).or_insert_with(|| table(t));
        }
        for id in writer.named_tables() {
            usable(&id)?;
        }
    }
    for (file, list) in segments {
        let list = list.into_values().collect();
        let node = Node::Map(vec![("segments", Node::List(list))]);
        texts.insert(format!("segments/{file}.yaml"), node.print());
    }
    for (file, list) in datatypes {
        let list = list.into_values().collect();
        let node = Node::Map(vec![("datatypes", Node::List(list))]);
        texts.insert(format!("datatypes/{file}.yaml"), node.print());
    }
    for (id, node) in tables {
        texts.insert(format!("tables/{id}.yaml"), node.print());
    }
    texts.insert("patterns.yaml".to_owned(), "patterns: []\n".to_owned());
    Ok(texts)
}

fn letters(def: &Definition) -> HashMap<&str, &str> {
    let list = def.segments.iter();
    list.map(|s| (s.id.as_str(), s.name.as_str())).collect()
}

fn file_name(label: &str) -> String {
    label
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || "-_.".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect()
}

// a value set's id is a file name, and stands in lists of ids
fn usable(id: &str) -> Result<(), ConvertError> {
    let fine = !id.is_empty()
        && !id.starts_with('.')
        && !id.contains(|c: char| c.is_whitespace() || c.is_control() || "/\\,:".contains(c));
    if fine {
        Ok(())
    } else {
        Err(ConvertError::TableId(id.to_owned()))
    }
}

fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

pub(super) fn range(min: u32, max: Option<u32>) -> Node {
    Node::text(match max {
        Some(max) => format!("{min}..{max}"),
        None => format!("{min}..*"),
    })
}

pub(super) fn strength_word(strength: Strength) -> &'static str {
    match strength {
        Strength::Required => "required",
        Strength::Suggested => "suggested",
        Strength::Undetermined => "undetermined",
        Strength::Unstated => "unstated",
    }
}

impl Writer<'_> {
    fn label(&self) -> String {
        let m = &self.def.message;
        if m.identifier.is_empty() {
            m.id.clone()
        } else {
            m.identifier.clone()
        }
    }

    fn scope(&self, children: &[ChildDef]) -> Vec<ScopeChild> {
        children
            .iter()
            .map(|c| match &c.kind {
                ChildKind::Segment(id) => ScopeChild::Segment(
                    (*self.letters.get(id.as_str()).unwrap_or(&id.as_str())).to_owned(),
                ),
                ChildKind::Group(g) => {
                    ScopeChild::Group(short(&g.name).to_owned(), self.scope(&g.children))
                }
            })
            .collect()
    }

    // value sets that something names
    fn named_tables(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let fields = self.def.segments.iter().flat_map(|s| &s.fields);
        let components = self.def.datatypes.iter().flat_map(|d| &d.components);
        for b in fields.chain(components).filter_map(|e| e.binding.as_ref()) {
            found.extend(b.tables.iter().cloned());
        }
        found.extend(self.def.bindings.sets.iter().flat_map(|s| s.tables.clone()));
        let mut look = |e: &mut Expr| {
            if let Expr::InTable { table, .. } = e {
                found.insert(table.id.clone());
            }
        };
        for c in &self.def.rules.constraints {
            c.assertion.clone().visit_mut(&mut look);
        }
        for p in &self.def.rules.predicates {
            p.condition.clone().visit_mut(&mut look);
        }
        for c in &self.def.rules.co_values {
            for e in &c.then {
                e.clone().visit_mut(&mut look);
            }
        }
        found.extend(rare::tables(self.def));
        found
    }

    fn profile(&self) -> Node {
        let (def, m) = (self.def, &self.def.message);
        let label = self.label();
        let mut map: Map = vec![("id", Node::text(&label))];
        if m.id != label {
            map.push(("message-id", Node::text(&m.id)));
        }
        map.push(("name", Node::text(&m.name)));
        let kind = format!("{}^{}^{}", m.code, m.event, m.structure);
        map.push(("message", Node::text(kind)));
        map.push(("source", Node::text(&def.source)));
        if !def.unchecked.is_empty() {
            let list = def.unchecked.iter().map(Node::text).collect();
            map.push(("unchecked", Node::List(list)));
        }
        let known: HashSet<&str> = def
            .tables
            .iter()
            .map(|t| t.id.as_str())
            .chain(def.unchecked.iter().map(String::as_str))
            .collect();
        let undefined: Vec<Node> = self
            .named_tables()
            .iter()
            .filter(|t| !known.contains(t.as_str()))
            .map(Node::text)
            .collect();
        if !undefined.is_empty() {
            map.push(("undefined", Node::List(undefined)));
        }
        if def.legacy_0396 {
            map.push(("legacy-0396", Node::yes()));
        }
        let places = self.places(&m.children, &m.structure, &m.id);
        map.push(("structure", Node::List(places)));
        let scope = self.scope(&m.children);
        let is = |a: &Anchor| match a {
            Anchor::MessageId(id) => *id == m.id,
            Anchor::MessageName(name) => *name == m.structure,
            _ => false,
        };
        self.rules(&mut map, &is, Scope::Group(&scope));
        rare::message(&mut map, def, Scope::Group(&scope));
        Node::Map(map)
    }

    fn places(&self, children: &[ChildDef], within: &str, parent: &str) -> Vec<Node> {
        let mut list = Vec::new();
        for (at, c) in children.iter().enumerate() {
            let mut map: Map = Vec::new();
            let usual = (u32::from(c.usage == Usage::R), Some(1));
            let occurs = (c.cardinality.min, c.cardinality.max);
            let mut requirement = vec![("usage", Node::text(c.usage.letters()))];
            if occurs != usual {
                requirement.push(("occurs", range(occurs.0, occurs.1)));
            }
            match &c.kind {
                ChildKind::Segment(id) => {
                    let own = self.segment_ids.get(id).unwrap_or(id);
                    map.push(("segment", Node::text(own)));
                    map.append(&mut requirement);
                    let slices = self.def.slicing.segments.iter().find(|s| {
                        s.message == self.def.message.id
                            && s.group == parent
                            && usize::from(s.position) == at + 1
                    });
                    if let Some(s) = slices {
                        map.push(("slices", slices_node(&s.slices, self.segment_ids)));
                    }
                }
                ChildKind::Group(g) => {
                    map.push(("group", Node::text(short(&g.name))));
                    map.append(&mut requirement);
                    self.group(&mut map, g, within);
                }
            }
            list.push(Node::Map(map));
        }
        list
    }

    fn group(&self, map: &mut Map, g: &GroupDef, within: &str) {
        if g.name != format!("{within}.{}", short(&g.name)) {
            map.push(("reference-name", Node::text(&g.name)));
        }
        if g.id != g.name {
            map.push(("id", Node::text(&g.id)));
        }
        let children = self.places(&g.children, &g.name, &g.id);
        map.push(("children", Node::List(children)));
        let scope = self.scope(&g.children);
        let is = |a: &Anchor| match a {
            Anchor::GroupId(id) => *id == g.id,
            Anchor::GroupName(name) => *name == g.name,
            _ => false,
        };
        self.rules(map, &is, Scope::Group(&scope));
    }

    fn rules(&self, map: &mut Map, is: &dyn Fn(&Anchor) -> bool, scope: Scope<'_>) {
        let rules = &self.def.rules;
        let constraints: Vec<Node> = rules
            .constraints
            .iter()
            .filter(|c| is(&c.anchor))
            .map(|c| statement(c, scope))
            .collect();
        if !constraints.is_empty() {
            map.push(("constraints", Node::List(constraints)));
        }
        let conditions: Vec<Node> = rules
            .predicates
            .iter()
            .filter(|p| is(&p.anchor))
            .map(|p| condition(p, scope))
            .collect();
        if !conditions.is_empty() {
            map.push(("conditions", Node::List(conditions)));
        }
        rare::bindings(map, &self.def.bindings, is, scope);
    }

    fn segment(&self, s: &SegmentDef, id: &str) -> Node {
        let mut map: Map = vec![
            ("id", Node::text(id)),
            ("title", Node::text(&s.description)),
        ];
        let scope = Scope::Segment(&s.name);
        map.push(("fields", self.elements(&s.fields, false)));
        if !s.mappings.is_empty() {
            let list = s.mappings.iter().map(|m| self.mapping(m)).collect();
            map.push(("mappings", Node::List(list)));
        }
        let is = |a: &Anchor| match a {
            Anchor::SegmentId(id) => *id == s.id,
            Anchor::SegmentName(name) => *name == s.name,
            _ => false,
        };
        self.rules(&mut map, &is, scope);
        rare::together(&mut map, &self.def.rules, &is, scope);
        let slices: Vec<Node> = self
            .def
            .slicing
            .fields
            .iter()
            .filter(|f| f.segment == s.id)
            .map(|f| {
                Node::Map(vec![
                    ("field", Node::number(f.position)),
                    ("slices", slices_node(&f.slices, self.datatype_ids)),
                ])
            })
            .collect();
        if !slices.is_empty() {
            map.push(("slices", Node::List(slices)));
        }
        Node::Map(map)
    }

    fn datatype(&self, d: &DatatypeDef, id: &str) -> Node {
        let mut map: Map = vec![("id", Node::text(id))];
        if names::datatype_file(id) != d.name {
            map.push(("name", Node::text(&d.name)));
        }
        map.push(("title", Node::text(&d.description)));
        if !d.components.is_empty() {
            map.push(("components", self.elements(&d.components, true)));
        }
        let is = |a: &Anchor| match a {
            Anchor::DatatypeId(id) => *id == d.id,
            Anchor::DatatypeName(name) => *name == d.name,
            _ => false,
        };
        self.rules(&mut map, &is, Scope::Datatype(&d.name));
        Node::Map(map)
    }

    fn type_id(&self, id: &str) -> Node {
        Node::text(self.datatype_ids.get(id).map_or(id, String::as_str))
    }

    fn elements(&self, list: &[ElementDef], component: bool) -> Node {
        Node::List(list.iter().map(|e| self.element(e, component)).collect())
    }

    fn element(&self, e: &ElementDef, component: bool) -> Node {
        let mut map: Map = vec![
            ("name", Node::text(&e.name)),
            ("usage", Node::text(e.usage.letters())),
            ("type", self.type_id(&e.datatype)),
        ];
        let usual = (u32::from(e.usage == Usage::R && !component), Some(1));
        let occurs = (e.cardinality.min, e.cardinality.max);
        if occurs != usual {
            map.push(("occurs", range(occurs.0, occurs.1)));
        }
        let primitive = self
            .types
            .get(e.datatype.as_str())
            .is_none_or(|d| d.components.is_empty());
        match &e.length {
            Length::None => {}
            Length::Between(min, max) => map.push(("length", range(*min, *max))),
            Length::Conformance(n, t) => {
                map.push(("conformance-length", Node::text(format!("{n}{}", t.sign()))));
            }
            Length::Both {
                min,
                max,
                conformance,
                truncation,
            } => {
                map.push(("length", range(*min, *max)));
                let text = format!("{conformance}{}", truncation.sign());
                map.push(("conformance-length", Node::text(text)));
            }
            // what has components has no length of its own
            Length::Invalid if !primitive => {}
            Length::Invalid => map.push(("length", Node::text("invalid"))),
        }
        if let Some(b) = &e.binding {
            let mut text = b.tables.join(", ");
            if !b.at.is_empty() {
                let at: Vec<String> = b.at.iter().map(ToString::to_string).collect();
                text = format!("{text} at {}", at.join(":"));
            }
            if b.strength != Strength::Required {
                text = format!("{text} {}", strength_word(b.strength));
            }
            map.push(("codes", Node::text(text)));
        }
        if let Some(c) = &e.constant {
            map.push(("constant", Node::text(c)));
        }
        Node::Map(map)
    }

    fn mapping(&self, m: &MappingDef) -> Node {
        let mut map: Map = vec![
            ("field", Node::number(m.position)),
            ("by", Node::number(m.reference)),
        ];
        match m.second {
            Some((f, Some(c))) => map.push(("and-by", Node::text(format!("{f}.{c}")))),
            Some((f, None)) => map.push(("and-by", Node::text(f.to_string()))),
            None => {}
        }
        let cases = m.cases.iter().map(|c| {
            let mut case: Map = vec![("value", Node::text(&c.value))];
            if let Some(second) = &c.second {
                case.push(("and", Node::text(second)));
            }
            case.push(("type", self.type_id(&c.datatype)));
            Node::Map(case)
        });
        map.push(("cases", Node::List(cases.collect())));
        Node::Map(map)
    }
}

pub(super) fn statement(c: &ConstraintDef, scope: Scope<'_>) -> Node {
    let mut map: Map = vec![
        ("id", Node::text(&c.id)),
        ("assert", Node::text(expression(&c.assertion, scope, &[]))),
    ];
    match c.weight {
        Weight::Error => {}
        Weight::Warning => map.push(("weight", Node::text("warning"))),
        Weight::Alert => map.push(("weight", Node::text("alert"))),
    }
    if c.always {
        map.push(("always", Node::yes()));
    }
    if c.origin == Origin::Step {
        map.push(("step", Node::yes()));
    }
    if let Some(text) = &c.text {
        map.push(("text", Node::text(text)));
    }
    Node::Map(map)
}

fn condition(p: &PredicateDef, scope: Scope<'_>) -> Node {
    let usage = format!("{}/{}", p.when_true.letters(), p.when_false.letters());
    let mut map: Map = vec![
        ("target", Node::text(scope.print(&p.target))),
        ("usage", Node::text(usage)),
        ("when", Node::text(expression(&p.condition, scope, &[]))),
    ];
    if let Some(text) = &p.text {
        map.push(("text", Node::text(text)));
    }
    Node::Map(map)
}

fn slices_node(slices: &Slices, ids: &Ids) -> Node {
    let own = |id: &String| Node::text(ids.get(id).unwrap_or(id));
    Node::List(match slices {
        Slices::Occurrence(list) => list
            .iter()
            .map(|s| {
                Node::Map(vec![
                    ("number", Node::number(s.occurrence)),
                    ("takes", own(&s.reference)),
                ])
            })
            .collect(),
        Slices::Assertion(list) => list
            .iter()
            .map(|s| {
                Node::Map(vec![
                    (
                        "when",
                        Node::text(expression(&s.assertion, Scope::Numbers, &[])),
                    ),
                    ("text", Node::text(&s.text)),
                    ("takes", own(&s.reference)),
                ])
            })
            .collect(),
    })
}

fn table(t: &TableDef) -> Node {
    // the code system of most codes is told once; a code without one needs that none is told
    let mut systems: BTreeMap<&str, usize> = BTreeMap::new();
    for c in &t.codes {
        if let Some(s) = c.system.as_deref() {
            *systems.entry(s).or_default() += 1;
        }
    }
    let all = t.codes.iter().all(|c| c.system.is_some());
    let system = systems.iter().max_by_key(|(_, n)| **n).map(|(s, _)| *s);
    let system = system.filter(|_| all);
    let mut map: Map = vec![("id", Node::text(&t.id)), ("name", Node::text(&t.name))];
    if let Some(system) = system {
        map.push(("system", Node::text(system)));
    }
    match t.openness {
        Openness::Open => map.push(("extensibility", Node::text("open"))),
        Openness::Closed => map.push(("extensibility", Node::text("closed"))),
        Openness::Unstated => {}
    }
    match t.stability {
        Stability::Static => map.push(("stability", Node::text("static"))),
        Stability::Dynamic => map.push(("stability", Node::text("dynamic"))),
        Stability::Unstated => {}
    }
    let special = |c: &&CodeDef| {
        c.system.as_deref() != system || c.usage != CodeUsage::Required || c.pattern.is_some()
    };
    let plain: Vec<Node> = t
        .codes
        .iter()
        .filter(|c| !special(c))
        .map(|c| Node::text(&c.value))
        .collect();
    if !plain.is_empty() {
        map.push(("codes", Node::List(plain)));
    }
    let special: Vec<Node> = t
        .codes
        .iter()
        .filter(special)
        .map(|c| {
            let mut code: Map = vec![("code", Node::text(&c.value))];
            if let Some(s) = c.system.as_deref().filter(|s| Some(*s) != system) {
                code.push(("system", Node::text(s)));
            }
            match c.usage {
                CodeUsage::Required => {}
                CodeUsage::Permitted => code.push(("usage", Node::text("permitted"))),
                CodeUsage::Excluded => code.push(("usage", Node::text("excluded"))),
            }
            if let Some(p) = &c.pattern {
                code.push(("pattern", Node::text(p)));
            }
            Node::Map(code)
        })
        .collect();
    if !special.is_empty() {
        map.push(("special", Node::List(special)));
    }
    Node::Map(map)
}
