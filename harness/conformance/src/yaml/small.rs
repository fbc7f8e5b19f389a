//! The small texts in the files: usages, ranges, bindings.

use crate::model::{BindingDef, Cardinality, Strength, Truncation, Usage};

/// `R`, or `C(R/X)`.
pub(super) fn usage(text: &str) -> Option<(Usage, Option<(Usage, Usage)>)> {
    match text.strip_prefix("C(").and_then(|t| t.strip_suffix(')')) {
        None => Some((Usage::parse(text)?, None)),
        Some(inner) => Some((Usage::C, Some(either(inner)?))),
    }
}

/// `R/X`.
pub(super) fn either(text: &str) -> Option<(Usage, Usage)> {
    let (a, b) = text.split_once('/')?;
    Some((Usage::parse(a.trim())?, Usage::parse(b.trim())?))
}

/// `1..4`, `0..*`.
pub(super) fn range(text: &str) -> Option<(u32, Option<u32>)> {
    let (min, max) = text.split_once("..")?;
    let min = min.trim().parse().ok()?;
    let max = match max.trim() {
        "*" => None,
        n => Some(n.parse().ok()?),
    };
    Some((min, max))
}

/// `20`, `20#`, `20=`.
pub(super) fn conformance(text: &str) -> Option<(u32, Truncation)> {
    let (digits, truncation) = match text.as_bytes().last()? {
        b'#' => (text.strip_suffix('#')?, Truncation::Allowed),
        b'=' => (text.strip_suffix('=')?, Truncation::Forbidden),
        _ => (text, Truncation::Unstated),
    };
    Some((digits.parse().ok()?, truncation))
}

/// The cardinality, with the usual one for the usage when nothing is said.
pub(super) fn occurs(text: Option<&str>, usage: Usage) -> Option<Cardinality> {
    match text {
        Some(text) => range(text).map(|(min, max)| Cardinality { min, max }),
        None => Some(Cardinality {
            min: u32::from(usage == Usage::R),
            max: Some(1),
        }),
    }
}

/// `HL70322_IZ`, `CVX, NDC_Use at 1`, `HL70291 unstated`.
pub(super) fn binding(text: &str) -> Option<BindingDef> {
    let (rest, strength) = match text.rsplit_once(' ') {
        Some((rest, "suggested")) => (rest, Strength::Suggested),
        Some((rest, "undetermined")) => (rest, Strength::Undetermined),
        Some((rest, "unstated")) => (rest, Strength::Unstated),
        _ => (text, Strength::Required),
    };
    let (tables, at) = match rest.split_once(" at ") {
        None => (rest, Vec::new()),
        Some((tables, at)) => {
            let at: Option<Vec<u16>> = at
                .split(':')
                .map(|p| p.trim().parse().ok().filter(|n| *n > 0))
                .collect();
            (tables, at.filter(|l| l.len() <= 2)?)
        }
    };
    let tables: Vec<String> = tables.split(',').map(|t| t.trim().to_owned()).collect();
    if tables.iter().any(|t| t.is_empty() || t.contains(' ')) {
        return None;
    }
    Some(BindingDef {
        tables,
        strength,
        at,
    })
}

/// `3`, `3.1`.
pub(super) fn field_component(text: &str) -> Option<(u16, Option<u16>)> {
    let number = |t: &str| t.parse::<u16>().ok().filter(|n| *n > 0);
    match text.split_once('.') {
        None => Some((number(text)?, None)),
        Some((f, c)) => Some((number(f)?, Some(number(c)?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usages() {
        assert_eq!(usage("RE"), Some((Usage::RE, None)));
        assert_eq!(
            usage("C(R/X)"),
            Some((Usage::C, Some((Usage::R, Usage::X))))
        );
        assert_eq!(usage("C(R)"), None);
        assert_eq!(usage("Q"), None);
    }

    #[test]
    fn ranges() {
        assert_eq!(range("0..*"), Some((0, None)));
        assert_eq!(range("1..20"), Some((1, Some(20))));
        assert_eq!(range("1-20"), None);
    }

    #[test]
    fn bindings() {
        let b = binding("CVX, NDC_Use at 1").unwrap();
        assert_eq!(b.tables, ["CVX", "NDC_Use"]);
        assert_eq!(b.at, [1]);
        assert_eq!(
            binding("HL70291 unstated").unwrap().strength,
            Strength::Unstated
        );
        assert_eq!(binding("A B"), None);
        assert_eq!(binding("A at 0"), None);
    }
}
