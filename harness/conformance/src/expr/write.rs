//! Writes expressions in our own syntax; [`super::read`] reads them back.

use super::scope::Scope;
use super::{Absent, Expr, Literal, Mode, Operator, Pattern, Test, Times};
use std::fmt::Write;

/// Named patterns: name and source.
pub type Patterns<'p> = &'p [(String, Pattern)];

/// The expression as it is written where `scope` says.
pub fn write(expr: &Expr, scope: Scope<'_>, patterns: Patterns<'_>) -> String {
    let writer = Writer { patterns };
    let mut out = String::new();
    writer.expr(&mut out, expr, scope, Level::Imply);
    out
}

// how tightly an operator binds; what binds less is put in brackets
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Imply,
    Or,
    Xor,
    And,
    Not,
    Leaf,
}

struct Writer<'p> {
    patterns: Patterns<'p>,
}

// writing to a String cannot fail, so the results of `write!` are not looked at
impl Writer<'_> {
    fn expr(&self, out: &mut String, expr: &Expr, scope: Scope<'_>, least: Level) {
        let level = match expr {
            Expr::Imply(..) => Level::Imply,
            Expr::Or(..) => Level::Or,
            Expr::Xor(..) => Level::Xor,
            Expr::And(..) => Level::And,
            Expr::Not(inner) if !matches!(**inner, Expr::Present(_)) => Level::Not,
            _ => Level::Leaf,
        };
        let brackets = level < least;
        if brackets {
            out.push('(');
        }
        self.bare(out, expr, scope);
        if brackets {
            out.push(')');
        }
    }

    fn bare(&self, out: &mut String, expr: &Expr, scope: Scope<'_>) {
        let path = |p| scope.print(p);
        match expr {
            Expr::Present(p) => {
                let _ = write!(out, "{} is valued", path(p));
            }
            Expr::Not(inner) => match &**inner {
                Expr::Present(p) => {
                    let _ = write!(out, "{} is empty", path(p));
                }
                other => {
                    out.push_str("not ");
                    self.expr(out, other, scope, Level::Not);
                }
            },
            Expr::And(a, b) => self.two(out, a, "and", b, scope, (Level::And, Level::Not)),
            Expr::Or(a, b) => self.two(out, a, "or", b, scope, (Level::Or, Level::Xor)),
            Expr::Xor(a, b) => self.two(out, a, "xor", b, scope, (Level::Xor, Level::And)),
            Expr::Imply(a, b) => {
                out.push_str("if ");
                self.expr(out, a, scope, Level::Or);
                out.push_str(" then ");
                self.expr(out, b, scope, Level::Imply);
            }
            Expr::All(list) => self.list(out, "all", list, scope),
            Expr::Any(list) => self.list(out, "any", list, scope),
            Expr::SetId(p) => {
                let _ = write!(out, "counts({})", path(p));
            }
            Expr::Sequence { parent, element } => {
                let inner = scope.within(parent).print(element);
                let _ = write!(out, "counts({}; {inner})", path(parent));
            }
            Expr::Native(native) => {
                let _ = write!(out, "rule {}", native.name());
            }
            Expr::Each {
                path: p,
                times,
                inner,
                absent,
            } => {
                let _ = write!(out, "each({}", path(p));
                times_words(out, *times);
                absent_words(out, *absent);
                out.push_str("; ");
                self.expr(out, inner, scope.within(p), Level::Imply);
                out.push(')');
            }
            Expr::Values {
                path: p,
                test,
                times,
                absent,
            } => {
                let _ = write!(out, "{} ", path(p));
                self.test(out, test);
                times_words(out, *times);
                absent_words(out, *absent);
            }
            Expr::Compare {
                left,
                operator,
                right,
                left_mode,
                right_mode,
                truncated,
                identical,
                absent,
            } => {
                let _ = write!(
                    out,
                    "{} {} value {}",
                    path(left),
                    sign(*operator),
                    path(right)
                );
                flags(out, *truncated, *identical);
                if (*left_mode, *right_mode) != (Mode::All, Mode::All) {
                    let _ = write!(
                        out,
                        " comparing {} to {}",
                        mode(*left_mode),
                        mode(*right_mode)
                    );
                }
                absent_words(out, *absent);
            }
            Expr::CompareAll {
                left,
                operator,
                right,
                strict,
                truncated,
                identical,
                absent,
            } => {
                let _ = write!(
                    out,
                    "{} {} whole {}",
                    path(left),
                    sign(*operator),
                    path(right)
                );
                if !strict {
                    out.push_str(" loose");
                }
                flags(out, *truncated, *identical);
                absent_words(out, *absent);
            }
            Expr::Plugin(class) => {
                let _ = write!(out, "plugin {}", quoted(class));
            }
            Expr::InTable {
                path: p,
                table,
                at,
                absent,
            } => {
                let _ = write!(out, "{} in table {}", path(p), word(&table.id));
                if at.as_slice() != [1] {
                    let at: Vec<String> = at.iter().map(ToString::to_string).collect();
                    let _ = write!(out, " at {}", at.join(":"));
                }
                absent_words(out, *absent);
            }
        }
    }

    fn two(
        &self,
        out: &mut String,
        a: &Expr,
        between: &str,
        b: &Expr,
        scope: Scope<'_>,
        levels: (Level, Level),
    ) {
        self.expr(out, a, scope, levels.0);
        let _ = write!(out, " {between} ");
        self.expr(out, b, scope, levels.1);
    }

    fn list(&self, out: &mut String, name: &str, list: &[Expr], scope: Scope<'_>) {
        let _ = write!(out, "{name}(");
        for (i, e) in list.iter().enumerate() {
            if i > 0 {
                out.push_str("; ");
            }
            self.expr(out, e, scope, Level::Imply);
        }
        out.push(')');
    }

    fn test(&self, out: &mut String, test: &Test) {
        match test {
            Test::Text { text, ignore_case } => {
                let _ = write!(out, "= {}", quoted(text));
                if *ignore_case {
                    out.push_str(" ignoring case");
                }
            }
            Test::OneOf(list) => {
                let list: Vec<String> = list.iter().map(|v| word(v)).collect();
                let _ = write!(out, "in {{{}}}", list.join(", "));
            }
            Test::Numbers(list) => {
                let list: Vec<String> = list.iter().map(ToString::to_string).collect();
                let _ = write!(out, "in numbers {{{}}}", list.join(", "));
            }
            Test::Matches(pattern) => match self.patterns.iter().find(|(_, p)| p == pattern) {
                Some((name, _)) => {
                    let _ = write!(out, "matches {name}");
                }
                None => {
                    let _ = write!(out, "matches /{}/", pattern.source().replace('/', "\\/"));
                }
            },
            Test::Written(notation) => {
                let _ = write!(out, "written as {}", word(notation.name()));
            }
            Test::Compares {
                operator,
                with,
                truncated,
                identical,
            } => {
                let _ = match with {
                    Literal::Number(n) => write!(out, "{} {n}", sign(*operator)),
                    Literal::Text(t) => write!(out, "{} {}", sign(*operator), quoted(t)),
                };
                flags(out, *truncated, *identical);
            }
        }
    }
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Eq => "==",
        Operator::Ne => "!=",
        Operator::Gt => ">",
        Operator::Lt => "<",
        Operator::Ge => ">=",
        Operator::Le => "<=",
    }
}

fn flags(out: &mut String, truncated: bool, identical: bool) {
    if truncated {
        out.push_str(" truncated");
    }
    if identical {
        out.push_str(" identical");
    }
}

fn mode(mode: Mode) -> String {
    match mode {
        Mode::All => "all".to_owned(),
        Mode::Once => "once".to_owned(),
        Mode::Exactly(n) => n.to_string(),
    }
}

fn times_words(out: &mut String, times: Times) {
    let _ = match times {
        Times::All => Ok(()),
        Times::Once => write!(out, " at least once"),
        Times::Between(min, None) => write!(out, " times {min}..*"),
        Times::Between(min, Some(max)) => write!(out, " times {min}..{max}"),
    };
}

fn absent_words(out: &mut String, absent: Absent) {
    out.push_str(match absent {
        Absent::Pass => "",
        Absent::Fail => " absent fails",
        Absent::Unclear => " absent unclear",
    });
}

/// Whether a value can stand without quotes in a list.
pub(super) fn plain(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

fn word(text: &str) -> String {
    if plain(text) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}
