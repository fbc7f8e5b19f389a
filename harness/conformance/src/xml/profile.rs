//! `ConformanceProfile`: messages, segments, data types.

use super::{File, Result, child, elements};
use crate::model::{
    BindingDef, Cardinality, CaseDef, ChildDef, ChildKind, DatatypeDef, ElementDef, GroupDef,
    Length, MappingDef, MessageDef, SegmentDef, Strength, Truncation, Usage,
};
use roxmltree::Node;

/// The structural half of a profile: what the profile file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Structure {
    /// The message that was asked for.
    pub message: MessageDef,
    /// Name, version and date of the specification.
    pub source: String,
    /// Segments.
    pub segments: Vec<SegmentDef>,
    /// Data types.
    pub datatypes: Vec<DatatypeDef>,
}

/// Reads a profile file. `message_id` chooses the message when the file holds several; without it the first is taken.
pub fn read_profile(name: &str, text: &str, message_id: Option<&str>) -> Result<Structure> {
    structure_in(&File::parse(name, text)?, message_id)
}

/// The same from a file that is parsed.
pub(crate) fn structure_in(file: &File<'_>, message_id: Option<&str>) -> Result<Structure> {
    let root = file.root("ConformanceProfile")?;
    let need = |tag: &str| {
        child(root, tag)
            .ok_or_else(|| file.error(root, format!("`ConformanceProfile` has no `{tag}`")))
    };
    let messages = need("Messages")?;
    let message = elements(messages)
        .find(|m| message_id.is_none_or(|id| m.attribute("ID") == Some(id)))
        .ok_or_else(|| match message_id {
            Some(id) => file.error(messages, format!("no message has the id `{id}`")),
            None => file.error(messages, "there is no message"),
        })?;
    let mut segments = Vec::new();
    for node in elements(need("Segments")?) {
        match node.tag_name().name() {
            "Segment" => segments.push(segment(file, node)?),
            _ => return file.unknown(node, "Segments"),
        }
    }
    let mut datatypes = Vec::new();
    for node in elements(need("Datatypes")?) {
        match node.tag_name().name() {
            "Datatype" => datatypes.push(datatype(file, node)?),
            _ => return file.unknown(node, "Datatypes"),
        }
    }
    let source = child(root, "MetaData").map_or_else(String::new, |m| {
        ["SpecificationName", "Name", "Version", "Date"]
            .into_iter()
            .filter_map(|a| m.attribute(a))
            .collect::<Vec<_>>()
            .join(", ")
    });
    for node in elements(root) {
        if !matches!(
            node.tag_name().name(),
            "MetaData" | "Encodings" | "Messages" | "Segments" | "Datatypes"
        ) {
            return file.unknown(node, "ConformanceProfile");
        }
    }
    Ok(Structure {
        message: message_def(file, message)?,
        source,
        segments,
        datatypes,
    })
}

/// Every message of a profile file.
pub(crate) fn messages_in(file: &File<'_>) -> Result<Vec<MessageDef>> {
    let messages = child(file.root("ConformanceProfile")?, "Messages");
    messages
        .into_iter()
        .flat_map(elements)
        .map(|m| message_def(file, m))
        .collect()
}

fn message_def<'i>(file: &File<'i>, message: Node<'_, 'i>) -> Result<MessageDef> {
    Ok(MessageDef {
        id: file.need(message, "ID")?.to_owned(),
        identifier: message
            .attribute("Identifier")
            .unwrap_or_default()
            .to_owned(),
        name: message.attribute("Name").unwrap_or_default().to_owned(),
        code: file.need(message, "Type")?.to_owned(),
        event: file.need(message, "Event")?.to_owned(),
        structure: file.need(message, "StructID")?.to_owned(),
        children: children(file, message)?,
    })
}

fn usage(file: &File<'_>, node: Node<'_, '_>) -> Result<Usage> {
    let text = node.attribute("Usage").ok_or_else(|| {
        file.error(
            node,
            format!("`{}` has no attribute `Usage`", node.tag_name().name()),
        )
    })?;
    Usage::parse(text).ok_or_else(|| file.error(node, format!("`{text}` is not a usage")))
}

fn cardinality(file: &File<'_>, node: Node<'_, '_>) -> Result<Cardinality> {
    let read = |name: &str| {
        node.attribute(name)
            .ok_or_else(|| file.error(node, format!("`{name}` is missing")))
    };
    let (min, max) = (read("Min")?, read("Max")?);
    let bad = |text: &str| file.error(node, format!("`{text}` is not a number of occurrences"));
    Ok(Cardinality {
        min: min.parse().map_err(|_| bad(min))?,
        max: match max {
            "*" => None,
            text => Some(text.parse().map_err(|_| bad(text))?),
        },
    })
}

fn children(file: &File<'_>, parent: Node<'_, '_>) -> Result<Vec<ChildDef>> {
    let mut list = Vec::new();
    for node in elements(parent) {
        let attribute = |name: &str| {
            node.attribute(name)
                .map(str::to_owned)
                .ok_or_else(|| file.error(node, format!("`{name}` is missing")))
        };
        let kind = match node.tag_name().name() {
            "Segment" => ChildKind::Segment(attribute("Ref")?),
            "Group" => ChildKind::Group(GroupDef {
                id: attribute("ID")?,
                name: attribute("Name")?,
                children: children(file, node)?,
            }),
            _ => return file.unknown(node, parent.tag_name().name()),
        };
        list.push(ChildDef {
            kind,
            usage: usage(file, node)?,
            cardinality: cardinality(file, node)?,
        });
    }
    Ok(list)
}

fn segment<'i>(file: &File<'i>, node: Node<'_, 'i>) -> Result<SegmentDef> {
    let mut fields = Vec::new();
    let mut mappings = Vec::new();
    for inner in elements(node) {
        match inner.tag_name().name() {
            "Field" => fields.push(element(file, inner, cardinality(file, inner)?)?),
            "DynamicMapping" => {
                for m in elements(inner) {
                    match m.tag_name().name() {
                        "Mapping" => mappings.push(mapping(file, m)?),
                        _ => return file.unknown(m, "DynamicMapping"),
                    }
                }
            }
            _ => return file.unknown(inner, "Segment"),
        }
    }
    let name = file.need(node, "Name")?;
    if name.len() != 3 || !name.is_ascii() {
        return Err(file.error(node, format!("`{name}` is not a segment name")));
    }
    Ok(SegmentDef {
        id: file.need(node, "ID")?.to_owned(),
        name: name.to_owned(),
        description: node.attribute("Description").unwrap_or_default().to_owned(),
        fields,
        mappings,
    })
}

fn datatype<'i>(file: &File<'i>, node: Node<'_, 'i>) -> Result<DatatypeDef> {
    let mut components = Vec::new();
    for inner in elements(node) {
        match inner.tag_name().name() {
            "Component" => components.push(element(
                file,
                inner,
                Cardinality {
                    min: 0,
                    max: Some(1),
                },
            )?),
            _ => return file.unknown(inner, "Datatype"),
        }
    }
    Ok(DatatypeDef {
        id: file.need(node, "ID")?.to_owned(),
        name: file.need(node, "Name")?.to_owned(),
        description: node.attribute("Description").unwrap_or_default().to_owned(),
        components,
    })
}

fn element<'i>(
    file: &File<'i>,
    node: Node<'_, 'i>,
    cardinality: Cardinality,
) -> Result<ElementDef> {
    let binding = match node.attribute("Binding") {
        None => None,
        Some(tables) => Some(BindingDef {
            tables: tables.split(':').map(str::to_owned).collect(),
            strength: file
                .maybe(
                    node,
                    "BindingStrength",
                    "a binding strength",
                    Strength::parse,
                )?
                .unwrap_or(Strength::Unstated),
            at: file
                .maybe(node, "BindingLocation", "a binding location", locations)?
                .unwrap_or_default(),
        }),
    };
    Ok(ElementDef {
        name: file.need(node, "Name")?.to_owned(),
        usage: usage(file, node)?,
        cardinality,
        datatype: file.need(node, "Datatype")?.to_owned(),
        length: length(node),
        binding,
        constant: node.attribute("ConstantValue").map(str::to_owned),
    })
}

/// `p` or `p:q`.
pub(super) fn locations(text: &str) -> Option<Vec<u16>> {
    let list: Option<Vec<u16>> = text.split(':').map(|p| p.parse().ok()).collect();
    list.filter(|l| l.len() <= 2 && l.iter().all(|p| *p > 0))
}

fn length(node: Node<'_, '_>) -> Length {
    let (min, max) = (node.attribute("MinLength"), node.attribute("MaxLength"));
    let range = match (min, max) {
        (Some(min), Some(max)) => match (min.parse::<u32>(), max) {
            (Ok(min), "*") => Some((min, None)),
            (Ok(min), max) => max.parse::<u32>().ok().map(|max| (min, Some(max))),
            _ => None,
        },
        _ => None,
    };
    let conformance = node.attribute("ConfLength").and_then(|c| {
        let digits = c.trim_end_matches(['#', '=']);
        let truncation = match c.get(digits.len()..) {
            Some("#") => Truncation::Allowed,
            Some("=") => Truncation::Forbidden,
            _ => Truncation::Unstated,
        };
        Some((digits.parse::<u32>().ok()?, truncation))
    });
    match (range, conformance) {
        (Some((min, max)), Some((conformance, truncation))) => Length::Both {
            min,
            max,
            conformance,
            truncation,
        },
        (Some((min, max)), None) => Length::Between(min, max),
        (None, Some((n, truncation))) => Length::Conformance(n, truncation),
        (None, None) => Length::Invalid,
    }
}

fn mapping<'i>(file: &File<'i>, node: Node<'_, 'i>) -> Result<MappingDef> {
    let position = |t: &str| t.parse::<u16>().ok().filter(|n| *n > 0);
    let mut cases = Vec::new();
    for case in elements(node) {
        match case.tag_name().name() {
            "Case" => cases.push(CaseDef {
                value: file.need(case, "Value")?.to_owned(),
                second: case.attribute("SecondValue").map(str::to_owned),
                datatype: file.need(case, "Datatype")?.to_owned(),
            }),
            _ => return file.unknown(case, "Mapping"),
        }
    }
    Ok(MappingDef {
        position: file.must(node, "Position", "a position", position)?,
        reference: file.must(node, "Reference", "a position", position)?,
        second: file.maybe(node, "SecondReference", "a position", |t| {
            match t.split_once('.') {
                None => position(t).map(|f| (f, None)),
                Some((f, c)) => Some((position(f)?, Some(position(c)?))),
            }
        })?,
        cases,
    })
}

impl Structure {
    /// The whole profile: this structure with rules and value sets.
    pub fn with(
        self,
        rules: crate::model::RulesDef,
        tables: super::Tables,
    ) -> crate::model::Definition {
        crate::model::Definition {
            message: self.message,
            source: self.source,
            segments: self.segments,
            datatypes: self.datatypes,
            tables: tables.tables,
            unchecked: tables.unchecked,
            rules,
            bindings: crate::model::BindingsDef::default(),
            slicing: crate::model::SlicingDef::default(),
            co_constraints: Vec::new(),
            legacy_0396: false,
        }
    }
}
