//! Expressions in words: "RXA-20 (completion status) is `CP` or `PA`, and RXA-9.1 (identifier) is `00`".

use super::names;
use crate::engine::profile::Profile;
use crate::engine::rules::Home;
use crate::expr::{Expr, Literal, Native, Operator, Path, Test, Times};

const READABLE: usize = 40;

/// Renders an expression that stands on a definition. `prefix` is the place of that definition's element, when known.
pub(crate) struct Words<'p> {
    pub(crate) profile: &'p Profile,
    pub(crate) home: Home,
    pub(crate) prefix: Option<&'p str>,
}

impl Words<'_> {
    /// The expression as a clause.
    pub(crate) fn say(&self, expr: &Expr) -> String {
        self.clause(expr, true)
    }

    fn place(&self, path: &Path) -> String {
        let (label, name) = names::reached(self.profile, self.home, self.prefix, &path.steps);
        if name.is_empty() {
            label
        } else {
            format!("{label} ({name})")
        }
    }

    fn clause(&self, expr: &Expr, holds: bool) -> String {
        let be = if holds { "is" } else { "is not" };
        match expr {
            Expr::Present(path) => format!(
                "{} is {}",
                self.place(path),
                if holds { "valued" } else { "not valued" }
            ),
            Expr::Values {
                path, test, times, ..
            } => {
                let subject = match times {
                    Times::Once => format!("at least one {}", self.place(path)),
                    _ => self.place(path),
                };
                let what = match test {
                    Test::Text { text, .. } => format!("`{text}`"),
                    Test::OneOf(list) => quoted(list),
                    Test::Numbers(list) => {
                        quoted(&list.iter().map(ToString::to_string).collect::<Vec<_>>())
                    }
                    Test::Matches(pattern) => {
                        // a pattern that nobody can read at a glance is not shown
                        return if pattern.source().chars().count() <= READABLE {
                            format!("{subject} {be} written as `{}`", pattern.source())
                        } else {
                            format!("{subject} {be} written as the profile's pattern asks")
                        };
                    }
                    Test::Written(notation) => {
                        return format!("{subject} {be} a code of {}", notation.name());
                    }
                    Test::Compares { operator, with, .. } => {
                        let value = match with {
                            Literal::Number(n) => n.to_string(),
                            Literal::Text(t) => format!("`{t}`"),
                        };
                        return format!("{subject} {be} {}{value}", operator_words(*operator));
                    }
                };
                format!("{subject} {be} {what}")
            }
            Expr::Compare {
                left,
                operator,
                right,
                ..
            } => format!(
                "{} {be} {}{}",
                self.place(left),
                match operator {
                    Operator::Eq => "the same as ",
                    other => operator_words(*other),
                },
                self.place(right)
            ),
            Expr::CompareAll {
                left,
                operator,
                right,
                ..
            } => format!(
                "{} {be} {} {}",
                self.place(left),
                match operator {
                    Operator::Eq => "in all parts the same as".to_owned(),
                    other => format!("in all parts {}", operator_words(*other).trim_end()),
                },
                self.place(right)
            ),
            Expr::Plugin(class) => {
                format!(
                    "the plug-in `{class}` {} it",
                    if holds { "accepts" } else { "refuses" }
                )
            }
            Expr::InTable { path, table, .. } => {
                format!(
                    "{} {be} a code of {}",
                    self.place(path),
                    super::table_label(&table.id)
                )
            }
            Expr::Each { path, inner, .. } => {
                format!("for {}: {}", self.place(path), self.clause(inner, holds))
            }
            Expr::Not(inner) => self.clause(inner, !holds),
            // not (a and b) is "not a, or not b"
            Expr::And(..) | Expr::All(_) => self.join(expr, true, holds),
            Expr::Or(..) | Expr::Any(_) => self.join(expr, false, holds),
            Expr::Xor(a, b) => format!(
                "{} of these holds: {}; {}",
                if holds { "exactly one" } else { "both or none" },
                self.say(a),
                self.say(b)
            ),
            Expr::Imply(a, b) => {
                if holds {
                    format!("if {}, then {}", self.say(a), self.say(b))
                } else {
                    format!("{}, and yet {}", self.say(a), self.clause(b, false))
                }
            }
            Expr::SetId(path) => {
                format!("{} {be} the number of its segment", self.place(path))
            }
            Expr::Sequence { .. } => "the set ids count 1, 2, 3 without gaps".to_owned(),
            Expr::Native(Native::StatementsComplete) => {
                "the observations describe every information statement completely".to_owned()
            }
        }
    }

    // a chain of the same connective as one list
    fn join(&self, expr: &Expr, all: bool, holds: bool) -> String {
        let mut list = Vec::new();
        flatten(expr, all, &mut list);
        // "it is `00`" says already that it is valued
        let tested: Vec<&Path> = list
            .iter()
            .filter_map(|e| match e {
                Expr::Values { path, .. } | Expr::InTable { path, .. } => Some(path),
                _ => None,
            })
            .collect();
        let parts: Vec<String> = list
            .iter()
            .filter(|e| !matches!(e, Expr::Present(p) if all && tested.contains(&p)))
            .map(|e| self.clause(e, holds))
            .collect();
        parts.join(if all == holds { " and " } else { ", or " })
    }
}

fn flatten<'e>(expr: &'e Expr, all: bool, out: &mut Vec<&'e Expr>) {
    match expr {
        Expr::And(a, b) if all => {
            flatten(a, all, out);
            flatten(b, all, out);
        }
        Expr::Or(a, b) if !all => {
            flatten(a, all, out);
            flatten(b, all, out);
        }
        Expr::All(list) if all => list.iter().for_each(|e| flatten(e, all, out)),
        Expr::Any(list) if !all => list.iter().for_each(|e| flatten(e, all, out)),
        other => out.push(other),
    }
}

fn operator_words(operator: Operator) -> &'static str {
    match operator {
        Operator::Eq => "",
        Operator::Ne => "other than ",
        Operator::Gt => "greater than ",
        Operator::Lt => "less than ",
        Operator::Ge => "at least ",
        Operator::Le => "at most ",
    }
}

// `A`, `B` or `C`
fn quoted(list: &[String]) -> String {
    const SHOWN: usize = 8;
    let mut words: Vec<String> = list.iter().take(SHOWN).map(|w| format!("`{w}`")).collect();
    if list.len() > SHOWN {
        words.push(format!("one of {} more", list.len() - SHOWN));
    }
    super::listed(&words, "or")
}
