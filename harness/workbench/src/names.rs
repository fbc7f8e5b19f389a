//! Names of segments and fields, from the profiles that ship.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use titer_conformance::{BUILTIN_IDS, builtin_definition};

/// What is called how.
#[derive(Debug, Default)]
pub(crate) struct Names {
    segments: BTreeMap<String, String>,
    fields: BTreeMap<(String, usize), String>,
}

impl Names {
    /// The name of a segment in words; empty when no profile has it.
    pub(crate) fn segment(&self, segment: &str) -> &str {
        self.segments.get(segment).map_or("", String::as_str)
    }

    /// The name of a field, counted from 1; empty when no profile has it.
    pub(crate) fn field(&self, segment: &str, field: usize) -> &str {
        self.fields
            .get(&(segment.to_owned(), field))
            .map_or("", String::as_str)
    }

    /// The name of the field that a path such as `PID-3[2].4` is in.
    pub(crate) fn of_path(&self, path: &str) -> &str {
        let Some((segment, rest)) = path.split_once('-') else {
            return self.segment(path.split('[').next().unwrap_or(path));
        };
        let segment = segment.split('[').next().unwrap_or(segment);
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits
            .parse()
            .map_or("", |field| self.field(segment, field))
    }
}

/// Every name; read once.
pub(crate) fn names() -> &'static Names {
    static NAMES: OnceLock<Names> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut names = Names::default();
        for id in BUILTIN_IDS {
            let Some(definition) = builtin_definition(id) else {
                continue;
            };
            for segment in definition.segments {
                names
                    .segments
                    .entry(segment.name.clone())
                    .or_insert(segment.description);
                for (field, number) in segment.fields.into_iter().zip(1..) {
                    names
                        .fields
                        .entry((segment.name.clone(), number))
                        .or_insert(field.name);
                }
            }
        }
        names
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_names() {
        let names = names();
        assert_eq!(names.of_path("RXA-20"), "Completion Status");
        assert_eq!(names.of_path("PID[1]-5[2].1"), names.field("PID", 5));
        assert!(!names.segment("PID").is_empty());
        assert_eq!(names.of_path("ZZZ-1"), "");
        assert_eq!(names.of_path(""), "");
    }
}
