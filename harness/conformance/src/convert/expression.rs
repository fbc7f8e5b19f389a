//! Expressions in NIST's XML.

use super::xml::Element;
use crate::expr::{Absent, Expr, Literal, Mode, Native, Operator, Path, Test, Times};

/// The element of an expression.
pub(super) fn element(expr: &Expr) -> Element {
    match expr {
        Expr::Present(path) => Element::new("Presence").with("Path", path),
        Expr::Values {
            path,
            test,
            times: count,
            absent: behaviour,
        } => {
            let element = values(path, test);
            absent(times(element, *count, "Min", "Max"), *behaviour)
        }
        Expr::Compare {
            left,
            operator,
            right,
            left_mode,
            right_mode,
            truncated,
            identical,
            absent: behaviour,
        } => {
            let mut element = Element::new("PathValue")
                .with("Path1", left)
                .with("Operator", sign(*operator))
                .with("Path2", right);
            element = flags(element, *truncated, *identical);
            if (*left_mode, *right_mode) != (Mode::All, Mode::All) {
                element = element
                    .with("Path1Mode", mode(*left_mode))
                    .with("Path2Mode", mode(*right_mode));
            }
            absent(element, *behaviour)
        }
        Expr::CompareAll {
            left,
            operator,
            right,
            strict,
            truncated,
            identical,
            absent: behaviour,
        } => {
            let element = Element::new("ComplexPathValue")
                .with("Path1", left)
                .with("Operator", sign(*operator))
                .with("Path2", right)
                .with("Strict", strict);
            absent(flags(element, *truncated, *identical), *behaviour)
        }
        Expr::InTable {
            path,
            table,
            at,
            absent: behaviour,
        } => {
            let at: Vec<String> = at.iter().map(ToString::to_string).collect();
            let element = Element::new("ValueSet")
                .with("Path", path)
                .with("ValueSetID", &table.id)
                .with("BindingStrength", "R")
                .with("BindingLocation", at.join(":"));
            absent(element, *behaviour)
        }
        Expr::Each {
            path,
            times: count,
            inner,
            absent: behaviour,
        } => {
            let subcontext = Element::new("SubContext").with("Path", path);
            let subcontext = times(subcontext, *count, "MinOccurrence", "MaxOccurrence");
            absent(subcontext, *behaviour).holding([element(inner)])
        }
        Expr::Not(a) => Element::new("NOT").holding([element(a)]),
        Expr::And(a, b) => Element::new("AND").holding([element(a), element(b)]),
        Expr::Or(a, b) => Element::new("OR").holding([element(a), element(b)]),
        Expr::Xor(a, b) => Element::new("XOR").holding([element(a), element(b)]),
        Expr::Imply(a, b) => Element::new("IMPLY").holding([element(a), element(b)]),
        Expr::All(list) => Element::new("FORALL").holding(list.iter().map(element)),
        Expr::Any(list) => Element::new("EXIST").holding(list.iter().map(element)),
        Expr::SetId(path) => Element::new("SetID").with("Path", path),
        Expr::Sequence { parent, element } => Element::new("IZSetID")
            .with("Parent", parent)
            .with("Element", element),
        Expr::Native(Native::StatementsComplete) => Element::new("Plugin").with(
            "QualifiedClassName",
            "gov.nist.healthcare.hl7.iz.IZ24Constraint",
        ),
        Expr::Plugin(class) => Element::new("Plugin").with("QualifiedClassName", class),
    }
}

fn values(path: &Path, test: &Test) -> Element {
    match test {
        Test::Text { text, ignore_case } => Element::new("PlainText")
            .with("Path", path)
            .with("Text", text)
            .with("IgnoreCase", ignore_case),
        Test::OneOf(list) => Element::new("StringList")
            .with("Path", path)
            .with("CSV", list.join(",")),
        Test::Numbers(list) => {
            let list: Vec<String> = list.iter().map(ToString::to_string).collect();
            Element::new("NumberList")
                .with("Path", path)
                .with("CSV", list.join(","))
        }
        Test::Matches(pattern) => Element::new("Format")
            .with("Path", path)
            .with("Regex", pattern.source()),
        Test::Written(notation) => Element::new("StringFormat")
            .with("Path", path)
            .with("Format", notation.name()),
        Test::Compares {
            operator,
            with,
            truncated,
            identical,
        } => {
            let (value, kind) = match with {
                Literal::Number(n) => (n.to_string(), "Number"),
                Literal::Text(t) => (t.clone(), "String"),
            };
            let element = Element::new("SimpleValue")
                .with("Path", path)
                .with("Operator", sign(*operator))
                .with("Value", value)
                .with("Type", kind);
            flags(element, *truncated, *identical)
        }
    }
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Eq => "EQ",
        Operator::Ne => "NE",
        Operator::Gt => "GT",
        Operator::Lt => "LT",
        Operator::Ge => "GE",
        Operator::Le => "LE",
    }
}

fn mode(mode: Mode) -> String {
    match mode {
        Mode::All => "All".to_owned(),
        Mode::Once => "AtLeastOne".to_owned(),
        Mode::Exactly(n) => n.to_string(),
    }
}

fn flags(mut element: Element, truncated: bool, identical: bool) -> Element {
    if truncated {
        element = element.with("Truncated", true);
    }
    if identical {
        element = element.with("IdenticalEquality", true);
    }
    element
}

fn times(element: Element, times: Times, min: &'static str, max: &'static str) -> Element {
    match times {
        Times::All => element,
        Times::Once => element.with("AtLeastOnce", true),
        Times::Between(least, most) => {
            let most = most.map_or_else(|| "*".to_owned(), |m| m.to_string());
            element.with(min, least).with(max, most)
        }
    }
}

fn absent(element: Element, absent: Absent) -> Element {
    match absent {
        Absent::Pass => element,
        Absent::Fail => element.with("NotPresentBehavior", "FAIL"),
        Absent::Unclear => element.with("NotPresentBehavior", "INCONCLUSIVE"),
    }
}
