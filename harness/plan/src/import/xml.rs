//! A step's constraints file, read with the defects that real ones have.

use super::report::{Note, Weight};
use titer_conformance::model::RulesDef;

/// No constraint is nested deeper; what is would exhaust the stack of whoever reads it.
const DEEPEST: usize = 100;

/// The rules of a constraints file; when it cannot be read, a note with the place and the number of constraints in it.
pub(super) fn rules(file: &str, text: &str, notes: &mut Vec<Note>) -> Option<RulesDef> {
    let lost = text.matches("<Constraint ").count();
    if let Some((line, column)) = too_deep(text) {
        let said =
            format!("elements are nested more than {DEEPEST} deep, which no reader needs to bear");
        notes.push(
            Note::new(Weight::Lost, said, file)
                .at(line, column)
                .of(lost),
        );
        return None;
    }
    match titer_conformance::xml::read_rules(file, text) {
        Ok(rules) => {
            if !text.contains("<MetaData") {
                let said = "the file has no MetaData, which its schema asks for";
                notes.push(Note::new(Weight::Mended, said, file));
            }
            if text.contains("<Contexts/>") || text.contains("<Contexts />") {
                let said = "the file has empty Contexts, which its schema does not allow";
                notes.push(Note::new(Weight::Mended, said, file));
            }
            Some(rules)
        }
        Err(e) => {
            let because = e
                .source
                .as_ref()
                .map(|s| format!(": {s}"))
                .unwrap_or_default();
            let said = format!("the constraints cannot be read: {}{because}", e.problem);
            notes.push(
                Note::new(Weight::Lost, said, file)
                    .at(e.line, e.column)
                    .of(lost),
            );
            None
        }
    }
}

// where elements are first nested too deep; comments and other markup are passed over
fn too_deep(text: &str) -> Option<(u32, u32)> {
    let mut depth = 0usize;
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let tag = rest.get(at + 1..)?;
        let skip = |end: &str| tag.find(end).map(|i| i + end.len());
        let after = if tag.starts_with("!--") {
            skip("-->")
        } else if tag.starts_with("![CDATA[") {
            skip("]]>")
        } else if tag.starts_with(['?', '!']) {
            skip(">")
        } else {
            let end = tag.find('>');
            let inside = tag.get(..end?).unwrap_or_default();
            if inside.starts_with('/') {
                depth = depth.saturating_sub(1);
            } else if !inside.ends_with('/') {
                depth += 1;
                if depth > DEEPEST {
                    let before = text.get(..text.len() - rest.len() + at)?;
                    let line = before.matches('\n').count() as u32 + 1;
                    let column = before.rsplit('\n').next()?.chars().count() as u32 + 1;
                    return Some((line, column));
                }
            }
            end.map(|e| e + 1)
        };
        rest = tag.get(after?..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_deep_is_told_with_its_place() {
        let deep = format!("<a>\n{}x{}</a>", "<NOT>".repeat(200), "</NOT>".repeat(200));
        let mut notes = Vec::new();
        assert!(rules("c.xml", &deep, &mut notes).is_none());
        assert_eq!((notes[0].line, notes[0].weight), (2, Weight::Lost));
        assert!(too_deep("<a><!-- <b><b><b> --><c/><d></d></a>").is_none());
        assert!(too_deep("<a").is_none() && too_deep("").is_none() && too_deep("<!--").is_none());
    }
}
