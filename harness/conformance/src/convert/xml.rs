//! NIST's XML, as engine 1.6 reads it.

use super::Texts;
use super::expression;
use super::names::{self, Ids};
use crate::expr::{Expr, Scope, Test, write as written};
use crate::model::{
    Anchor, CellDef, CellTest, ChildDef, ChildKind, CoRowDef, CodePlace, CodeUsage, ConstraintDef,
    ContextDef, DatatypeDef, Definition, ElementDef, Length, MappingDef, Openness, Origin,
    PredicateDef, SegmentDef, Slices, Stability, Strength, TableDef, Weight,
};
use std::fmt::{Display, Write};

/// An element.
#[derive(Clone, Debug)]
pub(super) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    children: Vec<Element>,
    text: Option<String>,
}

impl Element {
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            attributes: Vec::new(),
            children: Vec::new(),
            text: None,
        }
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.attributes.push((name, value.to_string()));
        self
    }

    pub(super) fn holding(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        self.children.extend(children);
        self
    }

    fn saying(mut self, text: &str) -> Self {
        self.text = Some(text.to_owned());
        self
    }

    fn print(&self) -> String {
        let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        self.block(&mut out, 0);
        out
    }

    fn block(&self, out: &mut String, indent: usize) {
        let pad = " ".repeat(indent);
        let _ = write!(out, "{pad}<{}", self.name);
        for (name, value) in &self.attributes {
            let _ = write!(out, " {name}=\"{}\"", escaped(value));
        }
        match &self.text {
            Some(text) => {
                let _ = writeln!(out, ">{}</{}>", escaped(text), self.name);
            }
            None if self.children.is_empty() => out.push_str("/>\n"),
            None => {
                out.push_str(">\n");
                for child in &self.children {
                    child.block(out, indent + 2);
                }
                let _ = writeln!(out, "{pad}</{}>", self.name);
            }
        }
    }
}

// control characters have no place in XML 1.0 but for these three
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            c if c.is_control() && c < ' ' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

pub(super) fn write(def: &Definition) -> Texts {
    let writer = Writer {
        def,
        datatypes: names::nist_datatypes(def.datatypes.iter()),
    };
    let mut texts = Texts::new();
    let mut put = |name: &str, element: &Element| {
        texts.insert(name.to_owned(), element.print());
    };
    put("Profile.xml", &writer.profile());
    put("Constraints.xml", &writer.rules());
    put("ValueSets.xml", &writer.value_sets());
    if def.bindings != crate::model::BindingsDef::default() {
        put("Bindings.xml", &writer.bindings());
    }
    if !def.co_constraints.is_empty() {
        put("CoConstraints.xml", &writer.co_constraints());
    }
    if !def.slicing.segments.is_empty() || !def.slicing.fields.is_empty() {
        put("Slicings.xml", &writer.slicing());
    }
    texts
}

struct Writer<'d> {
    def: &'d Definition,
    datatypes: Ids,
}

fn or_not<'t>(text: &'t str, other: &'t str) -> &'t str {
    if text.trim().is_empty() { other } else { text }
}

fn max(max: Option<u32>) -> String {
    max.map_or_else(|| "*".to_owned(), |m| m.to_string())
}

fn letter(strength: Strength) -> &'static str {
    match strength {
        Strength::Required => "R",
        Strength::Undetermined => "U",
        Strength::Suggested | Strength::Unstated => "S",
    }
}

impl Writer<'_> {
    fn metadata(&self) -> Element {
        // the source is read as name, version and date
        let mut parts = self.def.source.rsplitn(3, ", ");
        let (date, version, name) = (parts.next(), parts.next(), parts.next());
        let (name, version, date) = match (name, version, date) {
            (Some(name), Some(version), Some(date)) => (name, version, date),
            _ => (self.def.source.as_str(), "1.0", "not stated"),
        };
        Element::new("MetaData")
            .with("Name", or_not(name, &self.def.message.name))
            .with("OrgName", "not stated")
            .with("Version", or_not(version, "1.0"))
            .with("Date", or_not(date, "not stated"))
    }

    fn profile(&self) -> Element {
        let m = &self.def.message;
        let mut message = Element::new("Message").with("ID", &m.id);
        if !m.identifier.trim().is_empty() {
            message = message.with("Identifier", &m.identifier);
        }
        if !m.name.trim().is_empty() {
            message = message.with("Name", &m.name);
        }
        message = message
            .with("Type", &m.code)
            .with("Event", &m.event)
            .with("StructID", &m.structure)
            .holding(places(&m.children));
        let segments = self.def.segments.iter().map(|s| self.segment(s));
        let datatypes = self.def.datatypes.iter().map(|d| self.datatype(d));
        Element::new("ConformanceProfile")
            .with("ID", &m.id)
            .holding([
                self.metadata(),
                Element::new("Messages").holding([message]),
                Element::new("Segments").holding(segments),
                Element::new("Datatypes").holding(datatypes),
            ])
    }

    fn type_id<'t>(&'t self, id: &'t str) -> &'t str {
        self.datatypes.get(id).map_or(id, String::as_str)
    }

    fn segment(&self, s: &SegmentDef) -> Element {
        let mut segment = Element::new("Segment")
            .with("ID", &s.id)
            .with("Name", &s.name)
            .with("Label", &s.name)
            .with("Description", or_not(&s.description, &s.name));
        if !s.mappings.is_empty() {
            let mappings = s.mappings.iter().map(|m| self.mapping(m));
            segment = segment.holding([Element::new("DynamicMapping").holding(mappings)]);
        }
        segment.holding(s.fields.iter().map(|e| {
            self.element(Element::new("Field"), e)
                .with("Min", e.cardinality.min)
                .with("Max", max(e.cardinality.max))
        }))
    }

    fn mapping(&self, m: &MappingDef) -> Element {
        let mut mapping = Element::new("Mapping")
            .with("Position", m.position)
            .with("Reference", m.reference);
        match m.second {
            Some((f, Some(c))) => mapping = mapping.with("SecondReference", format!("{f}.{c}")),
            Some((f, None)) => mapping = mapping.with("SecondReference", f),
            None => {}
        }
        mapping.holding(m.cases.iter().map(|c| {
            let mut case = Element::new("Case").with("Value", &c.value);
            if let Some(second) = &c.second {
                case = case.with("SecondValue", second);
            }
            case.with("Datatype", self.type_id(&c.datatype))
        }))
    }

    fn datatype(&self, d: &DatatypeDef) -> Element {
        let components = d.components.iter();
        Element::new("Datatype")
            .with("ID", self.type_id(&d.id))
            .with("Name", &d.name)
            .with("Label", &d.name)
            .with("Description", or_not(&d.description, &d.name))
            .holding(components.map(|e| self.element(Element::new("Component"), e)))
    }

    fn element(&self, element: Element, e: &ElementDef) -> Element {
        let (min, most, conformance) = match &e.length {
            // no limit at all is a range without one
            Length::None => ("0".to_owned(), "*".to_owned(), None),
            Length::Between(min, most) => (min.to_string(), max(*most), None),
            Length::Conformance(n, t) => {
                let text = format!("{n}{}", t.sign());
                ("NA".to_owned(), "NA".to_owned(), Some(text))
            }
            Length::Invalid => ("NA".to_owned(), "NA".to_owned(), None),
            Length::Both {
                min,
                max: most,
                conformance,
                truncation,
            } => {
                let text = format!("{conformance}{}", truncation.sign());
                (min.to_string(), max(*most), Some(text))
            }
        };
        let mut element = element
            .with("Name", or_not(&e.name, "-"))
            .with("Usage", e.usage.letters())
            .with("Datatype", self.type_id(&e.datatype))
            .with("MinLength", min)
            .with("MaxLength", most);
        if let Some(text) = conformance {
            element = element.with("ConfLength", text);
        }
        if let Some(b) = &e.binding {
            element = element.with("Binding", b.tables.join(":"));
            if b.strength != Strength::Unstated {
                element = element.with("BindingStrength", letter(b.strength));
            }
            if !b.at.is_empty() {
                let at: Vec<String> = b.at.iter().map(ToString::to_string).collect();
                element = element.with("BindingLocation", at.join(":"));
            }
        }
        if let Some(c) = &e.constant {
            element = element.with("ConstantValue", c);
        }
        element
    }

    fn rules(&self) -> Element {
        let rules = &self.def.rules;
        let mut root = Element::new("ConformanceContext")
            .with("UUID", &self.def.message.id)
            .holding([self.metadata()]);
        let predicates = rules.predicates.iter();
        let predicates = predicates.map(|p| (&p.anchor, predicate(p)));
        root.children
            .extend(self.anchored("Predicates", predicates));
        let constraints = rules.constraints.iter();
        let constraints = constraints.map(|c| (&c.anchor, constraint(c)));
        root.children
            .extend(self.anchored("Constraints", constraints));
        if !rules.contexts.is_empty() {
            let contexts = rules.contexts.iter().map(context);
            root.children
                .push(Element::new("OrderIndifferent").holding(contexts));
        }
        let together = rules.co_values.iter().map(|c| {
            let mut plain = Element::new("PlainCoConstraint");
            if let Expr::Values {
                path,
                test: Test::Text { text, .. },
                ..
            } = &c.key
            {
                plain = plain.with("KeyPath", path).with("KeyValue", text);
            }
            let plain = plain.holding(c.then.iter().map(expression::element));
            let text = c.text.as_deref().unwrap_or_default();
            let element = Element::new("CoConstraint").holding([
                Element::new("Description").saying(text),
                Element::new("Assertion").holding([plain]),
            ]);
            (&c.anchor, element)
        });
        root.children
            .extend(self.anchored("CoConstraints", together));
        root
    }

    // elements by what they stand on: the schema's order of kinds, and within a kind the order of the rules
    fn anchored<'a>(
        &self,
        name: &'static str,
        list: impl Iterator<Item = (&'a Anchor, Element)>,
    ) -> Option<Element> {
        let mut kinds: [(&'static str, Vec<(&Anchor, Element)>); 4] = [
            ("Datatype", Vec::new()),
            ("Segment", Vec::new()),
            ("Group", Vec::new()),
            ("Message", Vec::new()),
        ];
        for (anchor, element) in list {
            let (kind, selector) = match anchor {
                Anchor::DatatypeId(id) => (0, by_id(self.type_id(id))),
                Anchor::DatatypeName(name) => (0, by_name(name)),
                Anchor::SegmentId(id) => (1, by_id(id)),
                Anchor::SegmentName(name) => (1, by_name(name)),
                Anchor::GroupId(id) => (2, by_id(id)),
                Anchor::GroupName(name) => (2, by_name(name)),
                Anchor::MessageId(id) => (3, by_id(id)),
                Anchor::MessageName(name) => (3, by_name(name)),
            };
            let Some((_, selectors)) = kinds.get_mut(kind) else {
                continue;
            };
            match selectors.iter_mut().find(|(a, _)| *a == anchor) {
                Some((_, selector)) => selector.children.push(element),
                None => selectors.push((anchor, selector.holding([element]))),
            }
        }
        let kinds: Vec<Element> = kinds
            .into_iter()
            .filter(|(_, selectors)| !selectors.is_empty())
            .map(|(kind, selectors)| {
                Element::new(kind).holding(selectors.into_iter().map(|(_, e)| e))
            })
            .collect();
        (!kinds.is_empty()).then(|| Element::new(name).holding(kinds))
    }

    fn value_sets(&self) -> Element {
        let mut root = Element::new("ValueSetLibrary")
            .with("ValueSetLibraryIdentifier", &self.def.message.id)
            .holding([self.metadata()]);
        if !self.def.unchecked.is_empty() {
            let ids = self.def.unchecked.iter();
            let ids = ids.map(|id| Element::new("BindingIdentifier").saying(id));
            root.children
                .push(Element::new("NoValidation").holding(ids));
        }
        let sets = self.def.tables.iter().map(value_set);
        root.holding([Element::new("ValueSetDefinitions").holding(sets)])
    }

    fn bindings(&self) -> Element {
        let sets = self.def.bindings.sets.iter();
        let sets = sets.map(|s| {
            let element = Element::new("ValueSetBinding").with("Target", &s.target);
            (
                &s.anchor,
                set_binding(element, s.strength, &s.tables, &s.at),
            )
        });
        let singles = self.def.bindings.singles.iter();
        let singles = singles.map(|s| {
            let element = Element::new("SingleCodeBinding")
                .with("Target", &s.target)
                .with("Code", &s.code)
                .with("CodeSystem", &s.system)
                .holding([locations(&s.at)]);
            (&s.anchor, element)
        });
        Element::new("ValueSetBindingsContext")
            .with("ID", &self.def.message.id)
            .holding(self.anchored("ValueSetBindings", sets))
            .holding(self.anchored("SingleCodeBindings", singles))
    }

    fn co_constraints(&self) -> Element {
        let mut messages: Vec<(&str, Element)> = Vec::new();
        for c in &self.def.co_constraints {
            let segments = c.segments.iter().map(|s| {
                Element::new("Segment")
                    .with("Path", &s.path)
                    .with("Name", &s.name)
                    .holding(s.tables.iter().map(co_table))
            });
            let context = Element::new("Context")
                .with("Path", &c.path)
                .with("Name", &c.name)
                .holding(segments);
            match messages.iter_mut().find(|(id, _)| *id == c.message) {
                Some((_, message)) => message.children.push(context),
                None => {
                    let message = Element::new("ByMessage").with("ID", &c.message);
                    messages.push((&c.message, message.holding([context])));
                }
            }
        }
        Element::new("CoConstraintContext")
            .with("ID", &self.def.message.id)
            .holding(messages.into_iter().map(|(_, e)| e))
    }

    fn slicing(&self) -> Element {
        let slicing = &self.def.slicing;
        let mut messages: Vec<(&str, Vec<(&str, Element)>)> = Vec::new();
        for s in &slicing.segments {
            let at = messages.iter().position(|(id, _)| *id == s.message);
            let at = at.unwrap_or_else(|| {
                messages.push((&s.message, Vec::new()));
                messages.len() - 1
            });
            if let Some((_, groups)) = messages.get_mut(at) {
                let element = slices(s.position, &s.slices, &|id| id.to_owned());
                sliced(groups, &s.group, "GroupContext", element);
            }
        }
        let mut segments: Vec<(&str, Element)> = Vec::new();
        for f in &slicing.fields {
            let element = slices(f.position, &f.slices, &|id| self.type_id(id).to_owned());
            sliced(&mut segments, &f.segment, "SegmentContext", element);
        }
        let mut root = Element::new("ProfileSlicing").with("ID", &self.def.message.id);
        if !messages.is_empty() {
            let messages = messages.into_iter().map(|(id, groups)| {
                let message = Element::new("Message").with("ID", id);
                message.holding(groups.into_iter().map(|(_, e)| e))
            });
            root = root.holding([Element::new("SegmentSlicing").holding(messages)]);
        }
        if !segments.is_empty() {
            let segments = segments.into_iter().map(|(_, e)| e);
            root = root.holding([Element::new("FieldSlicing").holding(segments)]);
        }
        root
    }
}

fn by_id(id: &str) -> Element {
    Element::new("ByID").with("ID", id)
}

fn by_name(name: &str) -> Element {
    Element::new("ByName").with("Name", name)
}

fn places(children: &[ChildDef]) -> Vec<Element> {
    children
        .iter()
        .map(|c| {
            let requirement = |element: Element| {
                element
                    .with("Usage", c.usage.letters())
                    .with("Min", c.cardinality.min)
                    .with("Max", max(c.cardinality.max))
            };
            match &c.kind {
                ChildKind::Segment(id) => requirement(Element::new("Segment").with("Ref", id)),
                ChildKind::Group(g) => {
                    let group = Element::new("Group")
                        .with("ID", &g.id)
                        .with("Name", &g.name);
                    requirement(group).holding(places(&g.children))
                }
            }
        })
        .collect()
}

// a rule without words of its own is described by what it says
fn description(text: Option<&str>, expr: &Expr) -> Element {
    let own;
    let text = match text {
        Some(text) => text,
        None => {
            own = written(expr, Scope::Numbers, &[]);
            &own
        }
    };
    Element::new("Description").saying(text)
}

fn predicate(p: &PredicateDef) -> Element {
    Element::new("Predicate")
        .with("Target", &p.target)
        .with("TrueUsage", p.when_true.letters())
        .with("FalseUsage", p.when_false.letters())
        .holding([
            description(p.text.as_deref(), &p.condition),
            Element::new("Condition").holding([expression::element(&p.condition)]),
        ])
}

fn constraint(c: &ConstraintDef) -> Element {
    let mut element = Element::new("Constraint").with("ID", &c.id);
    match (c.weight, c.always) {
        (Weight::Warning, true) => element = element.with("Classification", "W"),
        (Weight::Alert, _) => element = element.with("Classification", "A"),
        (Weight::Warning, false) => element = element.with("Strength", "SHOULD"),
        (Weight::Error, _) => {}
    }
    if c.origin == Origin::Step {
        element = element.holding([Element::new("Reference").with("GeneratedBy", "TCAMT")]);
    }
    // an empty description is one too: the statement's id is known by
    let text = c.text.as_deref().unwrap_or_default();
    element.holding([
        Element::new("Description").saying(text),
        Element::new("Assertion").holding([expression::element(&c.assertion)]),
    ])
}

fn context(c: &ContextDef) -> Element {
    let patterns = c.patterns.iter().map(|p| {
        let mut pattern = Element::new("Pattern")
            .with("Cardinality", p.count)
            .holding([
                Element::new("Trigger").holding([
                    Element::new("ErrorMessage").saying(&p.text),
                    Element::new("Assertion").holding([expression::element(&p.trigger)]),
                ]),
                Element::new("Constraints").holding(p.constraints.iter().map(constraint)),
            ]);
        if !p.contexts.is_empty() {
            let inner = p.contexts.iter().map(context);
            pattern = pattern.holding([Element::new("Contexts").holding(inner)]);
        }
        pattern
    });
    Element::new("Context")
        .with("List", &c.list)
        .holding(patterns)
}

fn value_set(t: &TableDef) -> Element {
    let mut set = Element::new("ValueSetDefinition")
        .with("BindingIdentifier", &t.id)
        .with("Name", or_not(&t.name, &t.id));
    match t.stability {
        Stability::Static => set = set.with("Stability", "Static"),
        Stability::Dynamic => set = set.with("Stability", "Dynamic"),
        Stability::Unstated => {}
    }
    match t.openness {
        Openness::Open => set = set.with("Extensibility", "Open"),
        Openness::Closed => set = set.with("Extensibility", "Closed"),
        Openness::Unstated => {}
    }
    set.holding(t.codes.iter().map(|c| {
        let mut code = Element::new("ValueElement")
            .with("Value", &c.value)
            .with("DisplayName", &c.value);
        if let Some(system) = &c.system {
            code = code.with("CodeSystem", system);
        }
        match c.usage {
            CodeUsage::Required => {}
            CodeUsage::Permitted => code = code.with("Usage", "P"),
            CodeUsage::Excluded => code = code.with("Usage", "E"),
        }
        if let Some(pattern) = &c.pattern {
            code = code.with("CodePattern", pattern);
        }
        code
    }))
}

fn locations(list: &[CodePlace]) -> Element {
    Element::new("BindingLocations").holding(list.iter().map(|p| {
        match &p.system {
            None => Element::new("SimpleBindingLocation").with("CodeLocation", &p.code),
            Some(system) => Element::new("ComplexBindingLocation")
                .with("CodeLocation", &p.code)
                .with("CodeSystemLocation", system),
        }
    }))
}

fn set_binding(
    element: Element,
    strength: Strength,
    tables: &[String],
    at: &[CodePlace],
) -> Element {
    let tables = tables.iter();
    let tables = tables.map(|t| Element::new("Binding").with("BindingIdentifier", t));
    element
        .with("BindingStrength", letter(strength))
        .holding([locations(at), Element::new("Bindings").holding(tables)])
}

fn co_table(t: &crate::model::CoTableDef) -> Element {
    let mut table = Element::new(if t.condition.is_some() {
        "ConditionalTable"
    } else {
        "SimpleTable"
    });
    if !t.group_ids.is_empty() {
        let ids = t.group_ids.iter().map(|g| {
            Element::new("IdPath")
                .with("Priority", g.priority)
                .with("Path", &g.path)
                .with("Name", &g.name)
        });
        table = table.holding([Element::new("CoConstraintGroupId").holding(ids)]);
    }
    if let Some(c) = &t.condition {
        table = table.holding([Element::new("Condition").holding([
            Element::new("Description").saying(&c.text),
            Element::new("Assertion").holding([expression::element(&c.assertion)]),
        ])]);
    }
    let groups = t.groups.iter().map(|g| {
        Element::new("CoConstraintGroup")
            .with("Name", &g.name)
            .with("Usage", g.usage.letter())
            .with("Min", g.cardinality.min)
            .with("Max", max(g.cardinality.max))
            .holding([row("Primary", &g.primary)])
            .holding(g.rows.iter().map(|r| row("CoConstraint", r)))
    });
    table
        .holding(t.rows.iter().map(|r| row("CoConstraint", r)))
        .holding(groups)
}

fn row(name: &'static str, r: &CoRowDef) -> Element {
    Element::new(name)
        .with("Usage", r.usage.letter())
        .with("Min", r.cardinality.min)
        .with("Max", max(r.cardinality.max))
        .holding([
            Element::new("Selectors").holding(r.selectors.iter().map(cell)),
            Element::new("Constraints").holding(r.constraints.iter().map(cell)),
        ])
}

fn cell(c: &CellDef) -> Element {
    let of = |name: &'static str| {
        Element::new(name)
            .with("Name", &c.name)
            .with("Path", &c.path)
    };
    match &c.test {
        CellTest::Text(text) => of("PlainText").with("Value", text),
        CellTest::Code { code, system, at } => {
            let at = at.iter().map(|p| {
                Element::new("BindingLocation")
                    .with("Position", p.position)
                    .with("CodePath", &p.code)
                    .with("CodeSystemPath", &p.system)
            });
            of("Code")
                .with("Code", code)
                .with("CodeSystem", system)
                .holding(at)
        }
        CellTest::Table {
            strength,
            tables,
            at,
        } => {
            let binding = Element::new("ValueSetBinding").with("Target", ".");
            of("ValueSet").holding([set_binding(binding, *strength, tables, at)])
        }
    }
}

fn slices(position: u16, slices: &Slices, id: &dyn Fn(&str) -> String) -> Element {
    match slices {
        Slices::Occurrence(list) => Element::new("OccurrenceSlicing")
            .with("Position", position)
            .holding(list.iter().map(|s| {
                Element::new("Slice")
                    .with("Ref", id(&s.reference))
                    .with("Occurrence", s.occurrence)
            })),
        Slices::Assertion(list) => Element::new("AssertionSlicing")
            .with("Position", position)
            .holding(list.iter().map(|s| {
                Element::new("Slice")
                    .with("Ref", id(&s.reference))
                    .holding([
                        Element::new("Description").saying(&s.text),
                        Element::new("Assertion").holding([expression::element(&s.assertion)]),
                    ])
            })),
    }
}

fn sliced<'s>(
    list: &mut Vec<(&'s str, Element)>,
    id: &'s str,
    name: &'static str,
    slices: Element,
) {
    match list.iter_mut().find(|(known, _)| *known == id) {
        Some((_, element)) => element.children.push(slices),
        None => list.push((id, Element::new(name).with("ID", id).holding([slices]))),
    }
}
