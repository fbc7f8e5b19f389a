//! Whether what a bundle's files name is there: ids that stand twice, and names that lead nowhere.
//!
//! A profile that names a segment or data type that is not defined cannot be used. Rules, bindings and value sets that
//! lead nowhere are remarks: the reference's engine loads such bundles, and never applies them or says so on every message.

use super::problems::Problems;
use crate::xml::{File, child, elements};
use roxmltree::Node;
use std::collections::{HashMap, HashSet};
use titer_finding::words;

/// Ids of one kind and whether they are defined.
type Ids<'a> = HashSet<&'a str>;

/// What the files define.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    segments: Ids<'a>,
    segments_by_name: Ids<'a>,
    datatypes: Ids<'a>,
    datatypes_by_name: Ids<'a>,
    groups: Ids<'a>,
    groups_by_name: Ids<'a>,
    messages: Ids<'a>,
    structures: Ids<'a>,
    tables: Ids<'a>,
    has_tables: bool,
}

fn value<'a>(node: Node<'a, '_>, name: &str) -> Option<(&'a str, usize)> {
    let attribute = node.attribute_node(name)?;
    Some((attribute.value(), attribute.range_value().start))
}

/// The child elements of the child with this name.
fn within<'a, 'i>(node: Node<'a, 'i>, tag: &str) -> impl Iterator<Item = Node<'a, 'i>> {
    child(node, tag).into_iter().flat_map(elements)
}

impl<'a> Names<'a> {
    /// What the profile defines; ids that stand twice are errors.
    pub(super) fn profile(&mut self, file: &'a File<'_>, problems: &mut Problems<'_>) {
        let root = file.root_element();
        for message in within(root, "Messages") {
            define(message, "ID", "message", &mut self.messages, problems);
            self.structures.extend(message.attribute("StructID"));
            self.groups(message);
            let first = elements(message).next();
            let head = first.and_then(|s| s.attribute("Ref"));
            let is_msh = |id: &str| {
                within(root, "Segments")
                    .find(|s| s.attribute("ID") == Some(id))
                    .is_none_or(|s| s.attribute("Name") == Some("MSH"))
            };
            if let Some(first) = first.filter(|_| !head.is_some_and(is_msh)) {
                problems.error(
                    first.range().start,
                    "the message does not begin with MSH".to_owned(),
                );
            }
        }
        for segment in within(root, "Segments") {
            define(segment, "ID", "segment", &mut self.segments, problems);
            self.segments_by_name.extend(segment.attribute("Name"));
        }
        for datatype in within(root, "Datatypes") {
            define(datatype, "ID", "data type", &mut self.datatypes, problems);
            self.datatypes_by_name.extend(datatype.attribute("Name"));
        }
    }

    fn groups(&mut self, parent: Node<'a, '_>) {
        for group in elements(parent).filter(|n| n.tag_name().name() == "Group") {
            self.groups.extend(group.attribute("ID"));
            self.groups_by_name.extend(group.attribute("Name"));
            self.groups(group);
        }
    }

    /// What a value set library defines or leaves unchecked.
    pub(super) fn value_sets(&mut self, file: &'a File<'_>, problems: &mut Problems<'_>) {
        self.has_tables = true;
        let root = file.root_element();
        let unchecked = within(root, "NoValidation");
        self.tables
            .extend(unchecked.filter_map(|n| n.text()).map(str::trim));
        let mut here = HashSet::new();
        for set in elements(root)
            .filter(|n| n.tag_name().name() == "ValueSetDefinitions")
            .flat_map(elements)
        {
            let Some((id, at)) = value(set, "BindingIdentifier") else {
                continue;
            };
            if !here.insert(id) {
                problems.warning(
                    at,
                    format!("the value set `{id}` is defined twice; the last definition counts"),
                );
            }
            self.tables.insert(id);
        }
    }

    /// Whether the profile's own references lead somewhere.
    pub(super) fn check_profile(&self, file: &File<'_>, problems: &mut Problems<'_>) {
        let root = file.root_element();
        let mut missing = Missing::default();
        for message in within(root, "Messages") {
            self.check_places(message, problems);
        }
        let mut parts: HashMap<&str, Vec<Node<'_, '_>>> = HashMap::new();
        for segment in within(root, "Segments") {
            for node in elements(segment) {
                if node.tag_name().name() == "Field" {
                    self.check_datatype(node, problems);
                    self.check_binding(node, &mut missing, problems);
                } else {
                    for case in elements(node).flat_map(elements) {
                        self.check_datatype(case, problems);
                    }
                }
            }
        }
        for datatype in within(root, "Datatypes") {
            for node in elements(datatype) {
                self.check_datatype(node, problems);
                self.check_binding(node, &mut missing, problems);
                if let Some(id) = datatype.attribute("ID") {
                    parts.entry(id).or_default().push(node);
                }
            }
        }
        for datatype in within(root, "Datatypes") {
            check_depth(datatype, &parts, problems);
        }
    }

    fn check_places(&self, parent: Node<'_, '_>, problems: &mut Problems<'_>) {
        for node in elements(parent) {
            match value(node, "Ref") {
                Some((id, at)) if !self.segments.contains(id) => problems.error_with(
                    at,
                    format!("the segment `{id}` is not defined"),
                    near(id, &self.segments),
                ),
                Some(_) => {}
                None => self.check_places(node, problems),
            }
        }
    }

    fn check_datatype(&self, node: Node<'_, '_>, problems: &mut Problems<'_>) {
        if let Some((id, at)) = value(node, "Datatype")
            && !self.datatypes.contains(id)
        {
            problems.error_with(
                at,
                format!("the data type `{id}` is not defined"),
                near(id, &self.datatypes),
            );
        }
    }

    fn check_binding<'n>(
        &self,
        node: Node<'n, '_>,
        missing: &mut Missing<'n>,
        problems: &mut Problems<'_>,
    ) {
        if let Some((ids, at)) = value(node, "Binding") {
            for id in ids.split(':') {
                self.check_table(id, at, missing, problems);
            }
        }
    }

    // once for each id: a lost value set is mostly bound in many places
    fn check_table<'n>(
        &self,
        id: &'n str,
        at: usize,
        missing: &mut Missing<'n>,
        problems: &mut Problems<'_>,
    ) {
        if self.tables.contains(id) || !missing.0.insert(id) {
            return;
        }
        if self.has_tables {
            problems.warning_with(
                at,
                format!("the value set `{id}` is not defined, so nothing is checked against it"),
                near(id, &self.tables),
            );
        } else if missing.0.len() == 1 {
            problems.warning(
                at,
                "the bundle has no value sets, so no code is checked".to_owned(),
            );
        }
    }

    /// Whether rules, bindings, tables and slices stand on something that the profile has.
    pub(super) fn check_rules(&self, file: &File<'_>, problems: &mut Problems<'_>) {
        let mut missing = Missing::default();
        let root = file.root_element();
        for chapter in elements(root) {
            match chapter.tag_name().name() {
                "Predicates" | "Constraints" | "CoConstraints" | "ValueSetBindings"
                | "SingleCodeBindings" => self.check_anchors(chapter, problems),
                "ByMessage" => self.lead(chapter, "ID", "message", &self.messages, problems),
                "SegmentSlicing" => {
                    for message in elements(chapter) {
                        self.lead(message, "ID", "message", &self.messages, problems);
                        for group in elements(message) {
                            if !value(group, "ID").is_some_and(|(id, _)| self.messages.contains(id))
                            {
                                self.lead(group, "ID", "group", &self.groups, problems);
                            }
                            for slice in elements(group).flat_map(elements) {
                                self.lead(slice, "Ref", "segment", &self.segments, problems);
                            }
                        }
                    }
                }
                "FieldSlicing" => {
                    for segment in elements(chapter) {
                        self.lead(segment, "ID", "segment", &self.segments, problems);
                        for slice in elements(segment).flat_map(elements) {
                            self.lead(slice, "Ref", "data type", &self.datatypes, problems);
                        }
                    }
                }
                _ => {}
            }
        }
        for node in root.descendants().filter(Node::is_element) {
            let name = match node.tag_name().name() {
                "ValueSet" => "ValueSetID",
                "Binding" => "BindingIdentifier",
                _ => continue,
            };
            if let Some((id, at)) = value(node, name) {
                self.check_table(id, at, &mut missing, problems);
            }
        }
    }

    fn check_anchors(&self, chapter: Node<'_, '_>, problems: &mut Problems<'_>) {
        for level in elements(chapter) {
            let (what, ids, names) = match level.tag_name().name() {
                "Datatype" => ("data type", &self.datatypes, &self.datatypes_by_name),
                "Segment" => ("segment", &self.segments, &self.segments_by_name),
                "Group" => ("group", &self.groups, &self.groups_by_name),
                _ => ("message", &self.messages, &self.structures),
            };
            let mut seen = HashSet::new();
            for anchor in elements(level) {
                let by_id = anchor.tag_name().name() == "ByID";
                let (attribute, known) = if by_id { ("ID", ids) } else { ("Name", names) };
                self.lead(anchor, attribute, what, known, problems);
                let Some((id, at)) = value(anchor, attribute) else {
                    continue;
                };
                if !seen.insert((by_id, id)) {
                    problems.warning(
                        at,
                        format!("rules for the {what} `{id}` stand in two places here"),
                    );
                }
            }
        }
    }

    #[expect(
        clippy::unused_self,
        reason = "reads as a sentence beside its neighbours"
    )]
    fn lead(
        &self,
        node: Node<'_, '_>,
        attribute: &str,
        what: &str,
        known: &Ids<'_>,
        problems: &mut Problems<'_>,
    ) {
        if let Some((id, at)) = value(node, attribute)
            && !known.contains(id)
        {
            problems.warning_with(
                at,
                format!("the profile has no {what} `{id}`, so this is never applied"),
                near(id, known),
            );
        }
    }
}

/// Value sets that are not defined and were said so.
#[derive(Default)]
struct Missing<'n>(HashSet<&'n str>);

fn near(id: &str, known: &Ids<'_>) -> Option<String> {
    let mut known: Vec<&str> = known.iter().copied().collect();
    known.sort_unstable();
    words::nearest(id, known).map(|word| format!("did you mean `{word}`?"))
}

fn define<'a>(
    node: Node<'a, '_>,
    attribute: &str,
    what: &str,
    ids: &mut Ids<'a>,
    problems: &mut Problems<'_>,
) {
    if let Some((id, at)) = value(node, attribute)
        && !ids.insert(id)
    {
        problems.error(at, format!("the {what} `{id}` is defined twice"));
    }
}

// components hold subcomponents, and these hold nothing
fn check_depth(
    datatype: Node<'_, '_>,
    parts: &HashMap<&str, Vec<Node<'_, '_>>>,
    problems: &mut Problems<'_>,
) {
    let of = |id: &str| parts.get(id).map_or(&[] as &[Node<'_, '_>], Vec::as_slice);
    for component in elements(datatype) {
        let Some((id, at)) = value(component, "Datatype") else {
            continue;
        };
        let deep = of(id)
            .iter()
            .filter_map(|c| c.attribute("Datatype"))
            .any(|inner| !of(inner).is_empty());
        if deep || datatype.attribute("ID") == Some(id) {
            problems.error(
                at,
                format!("the data type `{id}` nests deeper than components and subcomponents"),
            );
        }
    }
}
