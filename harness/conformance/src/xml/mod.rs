//! Reads NIST/IGAMT XML: conformance profile, constraints and predicates, value sets, bindings, slicing, co-constraint
//! tables, and the constraints of test steps.
//!
//! Every error points into the file. What a file says and this engine does not know is an error, never skipped.

mod bindings;
mod constraints;
mod cotables;
mod expressions;
mod profile;
mod slicing;
mod tables;

pub(crate) use bindings::bindings_in;
pub use bindings::read_bindings;
pub use constraints::read_rules;
pub(crate) use constraints::rules_in;
pub(crate) use cotables::co_constraints_in;
pub use cotables::read_co_constraints;
pub use profile::{Structure, read_profile};
pub(crate) use profile::{messages_in, structure_in};
pub use slicing::read_slicing;
pub(crate) use slicing::slicing_in;
pub(crate) use tables::tables_in;
pub use tables::{Tables, read_tables};

use roxmltree::{Document, Node};

/// What is wrong with an XML file, and where.
#[derive(Debug, thiserror::Error)]
#[error("{file}:{line}:{column}: {problem}")]
pub struct XmlError {
    /// The file as the caller named it.
    pub file: String,
    /// Line, counted from 1.
    pub line: u32,
    /// Column, counted from 1.
    pub column: u32,
    /// What is wrong.
    pub problem: String,
    /// Why, when another reader said so.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

type Result<T> = std::result::Result<T, XmlError>;

/// A parsed file and its name.
pub(crate) struct File<'i> {
    name: &'i str,
    document: Document<'i>,
}

impl<'i> File<'i> {
    pub(crate) fn parse(name: &'i str, text: &'i str) -> Result<File<'i>> {
        // DTDs and entities are refused by roxmltree's defaults
        let document =
            Document::parse(text.trim_start_matches('\u{feff}')).map_err(|e| XmlError {
                file: name.to_owned(),
                line: e.pos().row,
                column: e.pos().col,
                problem: "this is not well-formed XML".to_owned(),
                source: Some(Box::new(e)),
            })?;
        Ok(File { name, document })
    }

    pub(crate) fn root_element(&self) -> Node<'_, 'i> {
        self.document.root_element()
    }

    pub(crate) fn root(&self, tag: &str) -> Result<Node<'_, 'i>> {
        let root = self.document.root_element();
        if root.tag_name().name() == tag {
            Ok(root)
        } else {
            Err(self.error(
                root,
                format!(
                    "`{tag}` was expected here, not `{}`",
                    root.tag_name().name()
                ),
            ))
        }
    }

    pub(crate) fn error(&self, node: Node<'_, '_>, problem: impl Into<String>) -> XmlError {
        self.error_at(node.range().start, problem, None)
    }

    pub(crate) fn error_at(
        &self,
        offset: usize,
        problem: impl Into<String>,
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    ) -> XmlError {
        let at = self.document.text_pos_at(offset);
        XmlError {
            file: self.name.to_owned(),
            line: at.row,
            column: at.col,
            problem: problem.into(),
            source,
        }
    }

    /// An attribute that must be there.
    pub(crate) fn need<'a>(&self, node: Node<'a, 'i>, name: &str) -> Result<&'a str> {
        node.attribute(name).ok_or_else(|| {
            self.error(
                node,
                format!("`{}` has no attribute `{name}`", node.tag_name().name()),
            )
        })
    }

    /// An attribute read by `read`, when it is there.
    pub(crate) fn maybe<T>(
        &self,
        node: Node<'_, 'i>,
        name: &str,
        what: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        let Some(attribute) = node.attribute_node(name) else {
            return Ok(None);
        };
        match read(attribute.value()) {
            Some(value) => Ok(Some(value)),
            None => Err(self.error_at(
                attribute.range().start,
                format!("`{}` is not {what}", attribute.value()),
                None,
            )),
        }
    }

    /// An attribute that must be there, read by `read`.
    pub(crate) fn must<T>(
        &self,
        node: Node<'_, 'i>,
        name: &str,
        what: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T> {
        self.need(node, name)?;
        self.maybe(node, name, what, read)?
            .ok_or_else(|| self.error(node, format!("`{name}` is missing")))
    }

    pub(crate) fn unknown<T>(&self, node: Node<'_, '_>, within: &str) -> Result<T> {
        Err(self.error(
            node,
            format!(
                "`{}` in `{within}` is not supported",
                node.tag_name().name()
            ),
        ))
    }
}

/// Child elements.
pub(crate) fn elements<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(Node::is_element)
}

/// The child element with this name.
pub(crate) fn child<'a, 'i>(node: Node<'a, 'i>, tag: &str) -> Option<Node<'a, 'i>> {
    elements(node).find(|n| n.tag_name().name() == tag)
}

/// Text with runs of blanks made one.
pub(crate) fn text_of(node: Option<Node<'_, '_>>) -> Option<String> {
    let text = node?
        .text()?
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    (!text.is_empty()).then_some(text)
}
