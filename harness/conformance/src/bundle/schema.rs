//! Whether a file of a bundle has the shape that its schema asks for.
//!
//! One walk finds everything that is wrong. What would change a verdict is an error; what the schema asks for and no
//! verdict rests on (names, dates, the order of chapters) is a warning, since the reference's engine refuses such files.

mod tables;

use super::problems::Problems;
use crate::xml::{File, elements};
use roxmltree::Node;
use titer_finding::words;

/// Elements inside elements: more is no profile, and readers of expressions go one level down for each.
const DEPTH: u32 = 256;

/// What a file of a bundle is, by its root element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Messages, segments and data types.
    Profile,
    /// Conformance statements and predicates.
    Constraints,
    /// Value sets.
    ValueSets,
    /// Value set bindings and single code bindings.
    Bindings,
    /// Co-constraints.
    CoConstraints,
    /// Slicing of segments and fields.
    Slicings,
}

impl Part {
    /// Every part.
    pub const ALL: [Part; 6] = [
        Part::Profile,
        Part::Constraints,
        Part::ValueSets,
        Part::Bindings,
        Part::CoConstraints,
        Part::Slicings,
    ];

    /// The name of the root element.
    pub fn root(self) -> &'static str {
        match self {
            Part::Profile => "ConformanceProfile",
            Part::Constraints => "ConformanceContext",
            Part::ValueSets => "ValueSetLibrary",
            Part::Bindings => "ValueSetBindingsContext",
            Part::CoConstraints => "CoConstraintContext",
            Part::Slicings => "ProfileSlicing",
        }
    }

    /// By the name of the root element.
    pub fn by_root(root: &str) -> Option<Part> {
        Part::ALL.into_iter().find(|p| p.root() == root)
    }

    fn shape(self) -> &'static Tag {
        match self {
            Part::Profile => &tables::PROFILE,
            Part::Constraints => &tables::CONSTRAINTS,
            Part::ValueSets => &tables::VALUE_SETS,
            Part::Bindings => &tables::BINDINGS,
            Part::CoConstraints => &tables::CO_CONSTRAINTS,
            Part::Slicings => &tables::SLICINGS,
        }
    }
}

/// What may stand in an element.
#[derive(Debug)]
struct Tag {
    attributes: &'static [Attribute],
    chapters: &'static [Chapter],
}

/// Elements that stand together: one of several names, so many times.
#[derive(Debug)]
struct Chapter {
    names: &'static [(&'static str, &'static Tag)],
    min: u32,
    max: u32,
    // no verdict rests on it
    idle: bool,
}

/// An attribute.
#[derive(Debug)]
struct Attribute {
    name: &'static str,
    need: Need,
    kind: Kind,
}

/// Whether an attribute must stand there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
    /// The schema asks for it and no verdict rests on it.
    Idle,
}

/// What an attribute's value may be.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Any,
    NotEmpty,
    Number,
    NumberOrStar,
    NumberOrNa,
    NumberStarOrNa,
    ConformanceLength,
    Flag,
    Path,
    Location,
    StructureId,
    Mode,
    Word(&'static [&'static str]),
}

impl Kind {
    fn fits(self, text: &str) -> bool {
        let number = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        match self {
            Kind::Any => true,
            Kind::NotEmpty => !text.trim().is_empty(),
            Kind::Number => number(text),
            Kind::NumberOrStar => text == "*" || number(text),
            Kind::NumberOrNa => text == "NA" || number(text),
            Kind::NumberStarOrNa => matches!(text, "NA" | "*") || number(text),
            Kind::ConformanceLength => {
                let digits = text.strip_suffix(['#', '=']).unwrap_or(text);
                text == "NA" || digits.bytes().all(|b| b.is_ascii_digit())
            }
            Kind::Flag => matches!(text, "true" | "false" | "0" | "1"),
            Kind::Path => crate::expr::Path::parse(text).is_ok(),
            Kind::Location => text.split(':').count() <= 2 && text.split(':').all(number),
            Kind::StructureId => {
                let part = |t: &str| {
                    t.len() == 3
                        && t.bytes()
                            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
                };
                match text.split_once('_') {
                    Some((a, b)) => part(a) && part(b),
                    None => part(text),
                }
            }
            Kind::Mode => matches!(text, "All" | "AtLeastOne") || number(text),
            Kind::Word(words) => words.contains(&text),
        }
    }

    fn expected(self) -> String {
        match self {
            Kind::Any => "any text".to_owned(),
            Kind::NotEmpty => "a text that is not empty".to_owned(),
            Kind::Number => "a number".to_owned(),
            Kind::NumberOrStar => "a number or `*`".to_owned(),
            Kind::NumberOrNa => "a number or `NA`".to_owned(),
            Kind::NumberStarOrNa => "a number, `*` or `NA`".to_owned(),
            Kind::ConformanceLength => "a length such as `20`, `20#`, `20=` or `NA`".to_owned(),
            Kind::Flag => "`true` or `false`".to_owned(),
            Kind::Path => "a path such as `5[1].1[1]`, or `.`".to_owned(),
            Kind::Location => "a place such as `1` or `1:4`".to_owned(),
            Kind::StructureId => "a message structure such as `VXU_V04`".to_owned(),
            Kind::Mode => "`All`, `AtLeastOne` or a number".to_owned(),
            Kind::Word(list) => format!("one of {}", words::list(list.iter().copied())),
        }
    }
}

/// Looks at the whole file.
pub(super) fn check(part: Part, file: &File<'_>, problems: &mut Problems<'_>) {
    walk(file.root_element(), part.shape(), DEPTH, problems);
}

fn walk(node: Node<'_, '_>, tag: &'static Tag, depth: u32, problems: &mut Problems<'_>) {
    attributes(node, tag, problems);
    if depth == 0 {
        problems.error(
            node.range().start,
            format!("elements nest deeper than {DEPTH} levels"),
        );
        return;
    }
    let name = node.tag_name().name();
    let mut counts = [0u32; 8];
    let mut reached = 0;
    for inner in elements(node) {
        let inner_name = inner.tag_name().name();
        let found = tag.chapters.iter().enumerate().find_map(|(at, c)| {
            let (_, tag) = c.names.iter().find(|(n, _)| *n == inner_name)?;
            Some((at, c, *tag))
        });
        let Some((at, chapter, inner_tag)) = found else {
            unknown_element(inner, name, tag, problems);
            continue;
        };
        if at < reached {
            let after = tag
                .chapters
                .get(reached)
                .and_then(|c| c.names.first())
                .map_or("", |(n, _)| n);
            problems.warning(
                inner.range().start,
                format!("`{inner_name}` stands after `{after}`, where the schema has it before"),
            );
        }
        reached = reached.max(at);
        if let Some(count) = counts.get_mut(at) {
            *count += 1;
            if *count == chapter.max.saturating_add(1) {
                let message = if chapter.max == 1 {
                    format!("`{name}` holds more than one `{inner_name}`")
                } else {
                    format!(
                        "`{name}` holds more than {} elements like this",
                        chapter.max
                    )
                };
                problems.error(inner.range().start, message);
            }
        }
        walk(inner, inner_tag, depth - 1, problems);
    }
    for (chapter, count) in tag.chapters.iter().zip(counts) {
        if count < chapter.min {
            let names = words::list(chapter.names.iter().map(|(n, _)| *n).take(3));
            let what = match (count, chapter.min, chapter.names.len()) {
                (0, 1, 1..=3) => format!("`{name}` has no {}", names.replace(" and ", " or ")),
                (_, 1, _) => format!("`{name}` holds no expression"),
                (n, min, _) => format!("`{name}` needs {min} expressions and holds {n}"),
            };
            if chapter.idle {
                problems.warning(node.range().start, what);
            } else {
                problems.error(node.range().start, what);
            }
        }
    }
}

fn unknown_element(
    node: Node<'_, '_>,
    within: &str,
    tag: &'static Tag,
    problems: &mut Problems<'_>,
) {
    let name = node.tag_name().name();
    let known = || tag.chapters.iter().flat_map(|c| c.names).map(|(n, _)| *n);
    let help = match words::nearest(name, known()) {
        Some(word) => Some(format!("did you mean `{word}`?")),
        None if known().next().is_none() => None,
        None => Some(format!("known here: {}", words::list(known()))),
    };
    problems.error_with(
        node.range().start,
        format!("`{name}` is not known in `{within}`"),
        help,
    );
}

fn attributes(node: Node<'_, '_>, tag: &'static Tag, problems: &mut Problems<'_>) {
    let name = node.tag_name().name();
    let mut seen = 0u32;
    for attribute in node.attributes() {
        // hints about schemas and the like
        if attribute.namespace().is_some() {
            continue;
        }
        let known = tag
            .attributes
            .iter()
            .position(|a| a.name == attribute.name());
        let Some((at, is)) = known.and_then(|at| Some((at, tag.attributes.get(at)?))) else {
            if let Some(meant) = unknown_attribute(name, tag, &attribute, problems) {
                seen |= 1 << meant;
            }
            continue;
        };
        seen |= 1 << at;
        if !is.kind.fits(attribute.value()) {
            let message = format!(
                "`{}` of `{name}` is `{}`, not {}",
                is.name,
                attribute.value(),
                is.kind.expected()
            );
            let at = attribute.range_value().start;
            if is.need == Need::Idle {
                problems.warning(at, message);
            } else {
                problems.error(at, message);
            }
        }
    }
    for (at, attribute) in tag.attributes.iter().enumerate() {
        if attribute.need == Need::Optional || seen & (1 << at) != 0 {
            continue;
        }
        let message = format!("`{name}` has no attribute `{}`", attribute.name);
        if attribute.need == Need::Idle {
            problems.warning(node.range().start, message);
        } else {
            problems.error(node.range().start, message);
        }
    }
}

// what is nearly a known name was meant to count; anything else is an addition of another release and counts nothing;
// gives the attribute that was meant
fn unknown_attribute(
    element: &str,
    tag: &'static Tag,
    attribute: &roxmltree::Attribute<'_, '_>,
    problems: &mut Problems<'_>,
) -> Option<usize> {
    let name = attribute.name();
    let at = attribute.range().start;
    let Some(word) = words::nearest(name, tag.attributes.iter().map(|a| a.name)) else {
        problems.warning(
            at,
            format!("`{name}` is not an attribute of `{element}` and has no effect"),
        );
        return None;
    };
    problems.error_with(
        at,
        format!("`{name}` is not an attribute of `{element}`"),
        Some(format!("did you mean `{word}`?")),
    );
    tag.attributes.iter().position(|a| a.name == word)
}
