//! The elements that express an assertion or a condition.

use super::profile::locations;
use super::{File, Result, elements};
use crate::expr::{
    Absent, Expr, Literal, Mode, Native, Notation, Operator, Path, Pattern, TableRef, Test, Times,
};
use roxmltree::Node;

pub(super) fn path(file: &File<'_>, node: Node<'_, '_>, name: &str) -> Result<Path> {
    let Some(attribute) = node.attribute_node(name) else {
        return Err(file.error(
            node,
            format!("`{}` has no attribute `{name}`", node.tag_name().name()),
        ));
    };
    Path::parse(attribute.value()).map_err(|e| {
        file.error_at(
            attribute.range().start,
            format!("`{}` is not a path", attribute.value()),
            Some(Box::new(e)),
        )
    })
}

pub(super) fn expression<'i>(file: &File<'i>, node: Node<'_, 'i>) -> Result<Expr> {
    let tag = node.tag_name().name();
    Ok(match tag {
        "Presence" => Expr::Present(path(file, node, "Path")?),
        "PlainText" => {
            let text = file.need(node, "Text")?.to_owned();
            let ignore_case = flag(file, node, "IgnoreCase")?;
            values(file, node, Test::Text { text, ignore_case })?
        }
        // the file's IgnoreCase is not obeyed by the reference either
        "StringList" => values(
            file,
            node,
            Test::OneOf(
                file.need(node, "CSV")?
                    .split(',')
                    .map(str::to_owned)
                    .collect(),
            ),
        )?,
        "NumberList" => {
            let numbers = file.must(node, "CSV", "a list of numbers", |csv| {
                csv.split(',').map(|n| n.trim().parse().ok()).collect()
            })?;
            values(file, node, Test::Numbers(numbers))?
        }
        "Format" => {
            let source = file.need(node, "Regex")?;
            let pattern = Pattern::new(source).map_err(|e| {
                let at = node
                    .attribute_node("Regex")
                    .map_or(node.range().start, |a| a.range().start);
                file.error_at(at, "this pattern cannot be used", Some(Box::new(e)))
            })?;
            values(file, node, Test::Matches(pattern))?
        }
        "SimpleValue" => {
            let value = file.need(node, "Value")?;
            let with = match node.attribute("Type") {
                None | Some("String") => Literal::Text(value.to_owned()),
                Some("Number") => {
                    Literal::Number(file.must(node, "Value", "a number", |v| v.parse().ok())?)
                }
                Some(other) => {
                    return Err(file.error(node, format!("`{other}` is not a type of value")));
                }
            };
            let test = Test::Compares {
                operator: file.must(node, "Operator", "an operator", operator)?,
                with,
                truncated: flag(file, node, "Truncated")?,
                identical: flag(file, node, "IdenticalEquality")?,
            };
            values(file, node, test)?
        }
        "PathValue" => Expr::Compare {
            left: path(file, node, "Path1")?,
            operator: file.must(node, "Operator", "an operator", operator)?,
            right: path(file, node, "Path2")?,
            left_mode: file
                .maybe(node, "Path1Mode", "a mode", mode)?
                .unwrap_or_default(),
            right_mode: file
                .maybe(node, "Path2Mode", "a mode", mode)?
                .unwrap_or_default(),
            truncated: flag(file, node, "Truncated")?,
            identical: flag(file, node, "IdenticalEquality")?,
            absent: absent(file, node)?,
        },
        "ComplexPathValue" => Expr::CompareAll {
            left: path(file, node, "Path1")?,
            operator: file.must(node, "Operator", "an operator", operator)?,
            right: path(file, node, "Path2")?,
            strict: boolean(file, node, "Strict")?.unwrap_or(true),
            truncated: flag(file, node, "Truncated")?,
            identical: flag(file, node, "IdenticalEquality")?,
            absent: absent(file, node)?,
        },
        "StringFormat" => {
            let notation = Notation::by_name(file.need(node, "Format")?);
            values(file, node, Test::Written(notation))?
        }
        "ValueSet" => Expr::InTable {
            path: path(file, node, "Path")?,
            table: TableRef {
                id: file.need(node, "ValueSetID")?.to_owned(),
                index: TableRef::UNKNOWN,
            },
            at: file.must(node, "BindingLocation", "a binding location", locations)?,
            absent: absent(file, node)?,
        },
        "SubContext" => {
            let times = times(file, node, "MinOccurrence", "MaxOccurrence")?;
            let path = path(file, node, "Path")?;
            let absent = absent(file, node)?;
            let inner = Box::new(operands::<1>(file, node)?.remove(0));
            Expr::Each {
                path,
                times,
                inner,
                absent,
            }
        }
        "NOT" => Expr::Not(Box::new(operands::<1>(file, node)?.remove(0))),
        "AND" | "OR" | "XOR" | "IMPLY" => {
            let mut both = operands::<2>(file, node)?;
            let b = Box::new(both.remove(1));
            let a = Box::new(both.remove(0));
            match tag {
                "AND" => Expr::And(a, b),
                "OR" => Expr::Or(a, b),
                "XOR" => Expr::Xor(a, b),
                _ => Expr::Imply(a, b),
            }
        }
        "FORALL" => Expr::All(operands::<0>(file, node)?),
        "EXIST" => Expr::Any(operands::<0>(file, node)?),
        "SetID" => Expr::SetId(path(file, node, "Path")?),
        "IZSetID" => Expr::Sequence {
            parent: path(file, node, "Parent")?,
            element: path(file, node, "Element")?,
        },
        "Plugin" => {
            let class = file.need(node, "QualifiedClassName")?;
            match Native::by_class(class) {
                Some(native) => Expr::Native(native),
                None => Expr::Plugin(class.to_owned()),
            }
        }
        _ => return Err(file.error(node, format!("the expression `{tag}` is not supported"))),
    })
}

// N is how many operands there must be; 0 means any number from 1
fn operands<'i, const N: usize>(file: &File<'i>, node: Node<'_, 'i>) -> Result<Vec<Expr>> {
    let list: Vec<Expr> = elements(node)
        .map(|n| expression(file, n))
        .collect::<Result<_>>()?;
    if (N == 0 && !list.is_empty()) || (N > 0 && list.len() == N) {
        Ok(list)
    } else {
        Err(file.error(
            node,
            format!(
                "`{}` holds {} expressions, which is not what it needs",
                node.tag_name().name(),
                list.len()
            ),
        ))
    }
}

fn values<'i>(file: &File<'i>, node: Node<'_, 'i>, test: Test) -> Result<Expr> {
    Ok(Expr::Values {
        path: path(file, node, "Path")?,
        test,
        times: times(file, node, "Min", "Max")?,
        absent: absent(file, node)?,
    })
}

// a maximum without a minimum says nothing, as in the reference
fn times<'i>(file: &File<'i>, node: Node<'_, 'i>, min: &str, max: &str) -> Result<Times> {
    let least = file.maybe(node, min, "a number", |t| t.parse::<u32>().ok())?;
    let most = file.maybe(node, max, "a number or `*`", |t| match t {
        "*" => Some(None),
        t => t.parse::<u32>().ok().map(Some),
    })?;
    match (least, boolean(file, node, "AtLeastOnce")?) {
        (Some(_), Some(_)) => Err(file.error(
            node,
            format!("`AtLeastOnce` and `{min}` or `{max}` exclude each other"),
        )),
        (Some(least), None) => Ok(Times::Between(least, most.unwrap_or(None))),
        (None, Some(true)) => Ok(Times::Once),
        (None, _) => Ok(Times::All),
    }
}

fn absent<'i>(file: &File<'i>, node: Node<'_, 'i>) -> Result<Absent> {
    Ok(file
        .maybe(node, "NotPresentBehavior", "a behaviour", |t| match t {
            "PASS" => Some(Absent::Pass),
            "FAIL" => Some(Absent::Fail),
            "INCONCLUSIVE" => Some(Absent::Unclear),
            _ => None,
        })?
        .unwrap_or_default())
}

fn flag<'i>(file: &File<'i>, node: Node<'_, 'i>, name: &str) -> Result<bool> {
    Ok(boolean(file, node, name)?.unwrap_or(false))
}

fn boolean<'i>(file: &File<'i>, node: Node<'_, 'i>, name: &str) -> Result<Option<bool>> {
    file.maybe(node, name, "`true` or `false`", |t| match t {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    })
}

// what a segment is recognized by in the first kind of co-constraints; capitals count as small letters unless said
pub(super) fn key<'i>(file: &File<'i>, node: Node<'_, 'i>) -> Result<Expr> {
    Ok(Expr::Values {
        path: path(file, node, "KeyPath")?,
        test: Test::Text {
            text: file.need(node, "KeyValue")?.to_owned(),
            ignore_case: boolean(file, node, "IgnoreCase")?.unwrap_or(true),
        },
        times: times(file, node, "Min", "Max")?,
        absent: absent(file, node)?,
    })
}

fn operator(text: &str) -> Option<Operator> {
    Some(match text {
        "EQ" => Operator::Eq,
        "NE" => Operator::Ne,
        "GT" => Operator::Gt,
        "LT" => Operator::Lt,
        "GE" => Operator::Ge,
        "LE" => Operator::Le,
        _ => return None,
    })
}

fn mode(text: &str) -> Option<Mode> {
    match text {
        "All" => Some(Mode::All),
        "AtLeastOne" | "AtLeastOnce" => Some(Mode::Once),
        n => n.parse().ok().map(Mode::Exactly),
    }
}
