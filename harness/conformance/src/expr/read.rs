//! Reads expressions in our own syntax.
//!
//! ```text
//! RXA-20 in {CP, PA} and RXA-9.1 = "00"
//! if RXA-20 = "RE" then RXA-6 = "999"
//! OBSERVATION[*].OBX-3.1 = "64994-7" at least once
//! PD1-17 matches date        OBX-4 > 0        RXA-4.1 == value RXA-3.1        OBX-5 in table CVX
//! counts(NK1-1)              counts(ORDER[*]; OBSERVATION[*].OBX[*]-1)        rule statements-complete
//! ```

use super::path::{Path, Step};
use super::scope::{Reached, Scope, ScopeChild};
use super::write::Patterns;
use super::{
    Absent, Expr, Literal, Mode, Native, Notation, Operator, Pattern, TableRef, Test, Times,
};

/// Why a text is no expression, and where it stops being one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} (character {at})")]
pub struct ExprError {
    /// What is wrong or was expected.
    pub what: String,
    /// Character, counted from 1.
    pub at: usize,
}

/// Reads an expression that stands where `scope` says.
pub fn read(text: &str, scope: Scope<'_>, patterns: Patterns<'_>) -> Result<Expr, ExprError> {
    let mut reader = Reader::new(text, patterns);
    let expr = reader.expr(scope)?;
    reader.end()?;
    Ok(expr)
}

/// Reads a path that stands where `scope` says.
pub fn read_path(text: &str, scope: Scope<'_>) -> Result<Path, ExprError> {
    let mut reader = Reader::new(text, &[]);
    let path = reader.path(scope)?;
    reader.end()?;
    Ok(path)
}

// expressions nest in brackets; deeper ones than this are refused
const DEEPEST: usize = 64;

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    patterns: Patterns<'t>,
}

type Result_<T> = Result<T, ExprError>;

impl<'t> Reader<'t> {
    fn new(text: &'t str, patterns: Patterns<'t>) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
            patterns,
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn fail<T>(&self, what: impl Into<String>) -> Result_<T> {
        let before = self.text.get(..self.at).unwrap_or_default();
        Err(ExprError {
            what: what.into(),
            at: before.chars().count() + 1,
        })
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn end(&mut self) -> Result_<()> {
        self.blanks();
        if self.rest().is_empty() {
            Ok(())
        } else {
            self.fail(format!("`{}` was not expected", self.peek_word()))
        }
    }

    // a sign, after blanks
    fn eat(&mut self, sign: &str) -> bool {
        self.blanks();
        if self.rest().starts_with(sign) {
            self.at += sign.len();
            return true;
        }
        false
    }

    fn need(&mut self, sign: &str) -> Result_<()> {
        if self.eat(sign) {
            Ok(())
        } else {
            self.fail(format!("`{sign}` was expected"))
        }
    }

    fn peek_word(&self) -> &'t str {
        let rest = self.rest().trim_start();
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))
            .unwrap_or(rest.len());
        if end == 0 {
            let first = rest.chars().next().map_or(0, char::len_utf8);
            return rest.get(..first).unwrap_or_default();
        }
        rest.get(..end).unwrap_or_default()
    }

    // a whole word, after blanks
    fn word(&mut self, word: &str) -> bool {
        self.blanks();
        if self.peek_word() == word {
            self.at += word.len();
            return true;
        }
        false
    }

    fn need_word(&mut self, word: &str) -> Result_<()> {
        if self.word(word) {
            Ok(())
        } else {
            self.fail(format!("`{word}` was expected"))
        }
    }

    fn expr(&mut self, scope: Scope<'_>) -> Result_<Expr> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return self.fail("the expression nests too deeply");
        }
        let result = if self.word("if") {
            let a = self.or(scope)?;
            self.need_word("then")?;
            let b = self.expr(scope)?;
            Ok(Expr::Imply(Box::new(a), Box::new(b)))
        } else {
            self.or(scope)
        };
        self.depth -= 1;
        result
    }

    fn or(&mut self, scope: Scope<'_>) -> Result_<Expr> {
        let mut left = self.xor(scope)?;
        while self.word("or") {
            left = Expr::Or(Box::new(left), Box::new(self.xor(scope)?));
        }
        Ok(left)
    }

    fn xor(&mut self, scope: Scope<'_>) -> Result_<Expr> {
        let mut left = self.and(scope)?;
        while self.word("xor") {
            left = Expr::Xor(Box::new(left), Box::new(self.and(scope)?));
        }
        Ok(left)
    }

    fn and(&mut self, scope: Scope<'_>) -> Result_<Expr> {
        let mut left = self.unary(scope)?;
        while self.word("and") {
            left = Expr::And(Box::new(left), Box::new(self.unary(scope)?));
        }
        Ok(left)
    }

    fn unary(&mut self, scope: Scope<'_>) -> Result_<Expr> {
        let mut negations = 0;
        while self.word("not") {
            negations += 1;
            if negations > DEEPEST {
                return self.fail("the expression nests too deeply");
            }
        }
        let mut expr = self.primary(scope)?;
        for _ in 0..negations {
            expr = Expr::Not(Box::new(expr));
        }
        Ok(expr)
    }

    fn primary(&mut self, scope: Scope<'_>) -> Result_<Expr> {
        if self.eat("(") {
            let inner = self.expr(scope)?;
            self.need(")")?;
            return Ok(inner);
        }
        if self.word("rule") {
            self.blanks();
            let name = self.peek_word();
            return match Native::by_name(name) {
                Some(native) => {
                    self.at += name.len();
                    Ok(Expr::Native(native))
                }
                None => self.fail(format!("no rule is called `{name}`")),
            };
        }
        if self.word("plugin") {
            return Ok(Expr::Plugin(self.string()?));
        }
        for (name, make) in [
            ("all", Expr::All as fn(Vec<Expr>) -> Expr),
            ("any", Expr::Any),
        ] {
            if self.word(name) {
                self.need("(")?;
                let mut list = vec![self.expr(scope)?];
                while self.eat(";") {
                    list.push(self.expr(scope)?);
                }
                self.need(")")?;
                return Ok(make(list));
            }
        }
        if self.word("counts") {
            self.need("(")?;
            let path = self.path(scope)?;
            let expr = if self.eat(";") {
                let element = self.path(scope.within(&path))?;
                Expr::Sequence {
                    parent: path,
                    element,
                }
            } else {
                Expr::SetId(path)
            };
            self.need(")")?;
            return Ok(expr);
        }
        if self.word("each") {
            self.need("(")?;
            let path = self.path(scope)?;
            let times = self.times()?;
            let absent = self.absent()?;
            self.need(";")?;
            let inner = Box::new(self.expr(scope.within(&path))?);
            self.need(")")?;
            return Ok(Expr::Each {
                path,
                times,
                inner,
                absent,
            });
        }
        let path = self.path(scope)?;
        self.predicate(path, scope)
    }

    fn predicate(&mut self, path: Path, scope: Scope<'_>) -> Result_<Expr> {
        if self.word("is") {
            if self.word("valued") {
                return Ok(Expr::Present(path));
            }
            if !self.word("empty") {
                return self.fail("`valued` or `empty` was expected");
            }
            return Ok(Expr::Not(Box::new(Expr::Present(path))));
        }
        if self.word("in") {
            if self.word("table") {
                let id = self.item()?;
                let at = if self.word("at") {
                    self.locations()?
                } else {
                    vec![1]
                };
                let absent = self.absent()?;
                return Ok(Expr::InTable {
                    path,
                    table: TableRef {
                        id,
                        index: TableRef::UNKNOWN,
                    },
                    at,
                    absent,
                });
            }
            let numbers = self.word("numbers");
            let items = self.items()?;
            let test = if numbers {
                let list: Option<Vec<f64>> = items.iter().map(|i| i.parse().ok()).collect();
                match list {
                    Some(list) => Test::Numbers(list),
                    None => return self.fail("a number was expected"),
                }
            } else {
                Test::OneOf(items)
            };
            return self.values(path, test);
        }
        if self.word("written") {
            self.need_word("as")?;
            let notation = Notation::by_name(&self.item()?);
            return self.values(path, Test::Written(notation));
        }
        if self.word("matches") {
            let pattern = self.pattern()?;
            return self.values(path, Test::Matches(pattern));
        }
        for (sign, operator) in [
            ("==", Operator::Eq),
            ("!=", Operator::Ne),
            (">=", Operator::Ge),
            ("<=", Operator::Le),
            (">", Operator::Gt),
            ("<", Operator::Lt),
        ] {
            if self.eat(sign) {
                return self.comparison(path, operator, scope);
            }
        }
        if self.eat("=") {
            let text = self.string()?;
            let ignore_case = self.word("ignoring");
            if ignore_case {
                self.need_word("case")?;
            }
            return self.values(path, Test::Text { text, ignore_case });
        }
        self.fail("`is`, `=`, `in`, `matches` or a comparison was expected")
    }

    fn values(&mut self, path: Path, test: Test) -> Result_<Expr> {
        Ok(Expr::Values {
            path,
            test,
            times: self.times()?,
            absent: self.absent()?,
        })
    }

    fn comparison(&mut self, path: Path, operator: Operator, scope: Scope<'_>) -> Result_<Expr> {
        if self.word("whole") {
            return Ok(Expr::CompareAll {
                left: path,
                operator,
                right: self.path(scope)?,
                strict: !self.word("loose"),
                truncated: self.word("truncated"),
                identical: self.word("identical"),
                absent: self.absent()?,
            });
        }
        if self.word("value") {
            let right = self.path(scope)?;
            let (truncated, identical) = (self.word("truncated"), self.word("identical"));
            let (mut left_mode, mut right_mode) = (Mode::All, Mode::All);
            if self.word("comparing") {
                left_mode = self.mode()?;
                self.need_word("to")?;
                right_mode = self.mode()?;
            }
            return Ok(Expr::Compare {
                left: path,
                operator,
                right,
                left_mode,
                right_mode,
                truncated,
                identical,
                absent: self.absent()?,
            });
        }
        self.blanks();
        let with = if self.rest().starts_with('"') {
            Literal::Text(self.string()?)
        } else {
            let word = self.peek_word();
            match word.parse::<f64>() {
                Ok(n) => {
                    self.at += word.len();
                    Literal::Number(n)
                }
                Err(_) => {
                    return self.fail(
                        "a number, a text in quotes, or `value` or `whole` and a path was expected",
                    );
                }
            }
        };
        let (truncated, identical) = (self.word("truncated"), self.word("identical"));
        self.values(
            path,
            Test::Compares {
                operator,
                with,
                truncated,
                identical,
            },
        )
    }

    fn mode(&mut self) -> Result_<Mode> {
        if self.word("all") {
            return Ok(Mode::All);
        }
        if self.word("once") {
            return Ok(Mode::Once);
        }
        Ok(Mode::Exactly(self.number()?))
    }

    fn times(&mut self) -> Result_<Times> {
        let before = self.at;
        if self.word("at") {
            if self.word("least") {
                self.need_word("once")?;
                return Ok(Times::Once);
            }
            self.at = before;
            return Ok(Times::All);
        }
        if !self.word("times") {
            return Ok(Times::All);
        }
        let min = self.number()?;
        self.need("..")?;
        if self.eat("*") {
            return Ok(Times::Between(min, None));
        }
        Ok(Times::Between(min, Some(self.number()?)))
    }

    fn absent(&mut self) -> Result_<Absent> {
        if !self.word("absent") {
            return Ok(Absent::Pass);
        }
        if self.word("fails") {
            return Ok(Absent::Fail);
        }
        self.need_word("unclear")?;
        Ok(Absent::Unclear)
    }

    fn number(&mut self) -> Result_<u32> {
        self.blanks();
        let rest = self.rest();
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        match rest.get(..end).and_then(|d| d.parse().ok()) {
            Some(n) => {
                self.at += end;
                Ok(n)
            }
            None => self.fail("a number was expected"),
        }
    }

    fn position(&mut self) -> Result_<u16> {
        let before = self.at;
        match u16::try_from(self.number()?) {
            Ok(n) if n > 0 => Ok(n),
            _ => {
                self.at = before;
                self.fail("a number from 1 was expected")
            }
        }
    }

    fn locations(&mut self) -> Result_<Vec<u16>> {
        let mut list = vec![self.position()?];
        while self.eat(":") {
            list.push(self.position()?);
        }
        Ok(list)
    }

    fn string(&mut self) -> Result_<String> {
        self.need("\"")?;
        let mut out = String::new();
        let mut chars = self.rest().char_indices();
        while let Some((i, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += i + 1;
                    return Ok(out);
                }
                '\\' => match chars.next() {
                    Some((_, c)) => out.push(c),
                    None => break,
                },
                c => out.push(c),
            }
        }
        self.fail("the closing `\"` is missing")
    }

    fn item(&mut self) -> Result_<String> {
        self.blanks();
        if self.rest().starts_with('"') {
            return self.string();
        }
        let word = self.peek_word();
        if super::write::plain(word) {
            self.at += word.len();
            Ok(word.to_owned())
        } else {
            self.fail("a value was expected")
        }
    }

    fn items(&mut self) -> Result_<Vec<String>> {
        self.need("{")?;
        let mut list = vec![self.item()?];
        while self.eat(",") {
            list.push(self.item()?);
        }
        self.need("}")?;
        Ok(list)
    }

    fn pattern(&mut self) -> Result_<Pattern> {
        if !self.eat("/") {
            self.blanks();
            let name = self.peek_word();
            return match self.patterns.iter().find(|(n, _)| n == name) {
                Some((_, pattern)) => {
                    self.at += name.len();
                    Ok(pattern.clone())
                }
                None => self.fail(format!("no pattern is called `{name}`")),
            };
        }
        let start = self.at;
        let mut source = String::new();
        let mut chars = self.rest().char_indices();
        while let Some((i, c)) = chars.next() {
            match c {
                '/' => {
                    return match Pattern::new(&source) {
                        Ok(pattern) => {
                            self.at += i + 1;
                            Ok(pattern)
                        }
                        Err(e) => {
                            self.at = start;
                            self.fail(e.to_string())
                        }
                    };
                }
                '\\' => match chars.next() {
                    Some((_, '/')) => source.push('/'),
                    Some((_, c)) => {
                        source.push('\\');
                        source.push(c);
                    }
                    None => break,
                },
                c => source.push(c),
            }
        }
        self.fail("the closing `/` is missing")
    }

    fn name(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let end = rest
            .find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'))
            .unwrap_or(rest.len());
        rest.get(..end)
            .filter(|n| n.starts_with(|c: char| c.is_ascii_uppercase()))
    }

    fn path(&mut self, scope: Scope<'_>) -> Result_<Path> {
        self.blanks();
        if self.rest().starts_with('.') {
            self.at += 1;
            return Ok(Path::default());
        }
        let mut steps = Vec::new();
        match scope.start() {
            Reached::Group(children) if self.name().is_some() => {
                if !self.group_path(children, &mut steps)? {
                    return Ok(Path { steps });
                }
            }
            Reached::Segment | Reached::Datatype => {
                let (own, separator) = match scope {
                    Scope::Segment(name) => (name, '-'),
                    Scope::Datatype(name) => (name, '.'),
                    _ => ("", '-'),
                };
                if let Some(name) = self.name() {
                    if name != own {
                        return self.fail(format!("`{name}` cannot be reached from {own}"));
                    }
                    self.at += name.len();
                    if !self.rest().starts_with(separator) {
                        return self.fail(format!("`{separator}` was expected"));
                    }
                    self.at += 1;
                }
            }
            Reached::Group(_) | Reached::Numbers => {}
        }
        loop {
            steps.push(self.step()?);
            // a point that no digit follows is not ours
            let more = self
                .rest()
                .strip_prefix('.')
                .is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()));
            if !more {
                return Ok(Path { steps });
            }
            self.at += 1;
        }
    }

    // names of groups and a segment; whether numbers follow
    fn group_path(&mut self, mut children: &[ScopeChild], steps: &mut Vec<Step>) -> Result_<bool> {
        loop {
            let Some(name) = self.name() else {
                return self.fail("the name of a segment or group was expected");
            };
            let found = children.iter().enumerate().find(|(_, c)| match c {
                ScopeChild::Segment(n) | ScopeChild::Group(n, _) => n == name,
            });
            let Some((index, child)) = found else {
                return self.fail(format!("`{name}` is not a segment or group here"));
            };
            self.at += name.len();
            steps.push(Step {
                position: index as u16 + 1,
                instance: self.instance()?,
            });
            let next = self.rest().chars().next();
            match (child, next) {
                (ScopeChild::Group(_, inner), Some('.')) => {
                    self.at += 1;
                    children = inner;
                }
                (ScopeChild::Segment(_), Some('-')) => {
                    self.at += 1;
                    return Ok(true);
                }
                _ => return Ok(false),
            }
        }
    }

    fn step(&mut self) -> Result_<Step> {
        if !self.rest().starts_with(|c: char| c.is_ascii_digit()) {
            return self.fail("a path was expected");
        }
        let position = self.position()?;
        Ok(Step {
            position,
            instance: self.instance()?,
        })
    }

    // `[n]`, `[*]`, or nothing for the first
    fn instance(&mut self) -> Result_<Option<u32>> {
        if !self.rest().starts_with('[') {
            return Ok(Some(1));
        }
        self.at += 1;
        let instance = if self.eat("*") {
            None
        } else {
            let before = self.at;
            let n = self.number()?;
            if n == 0 {
                self.at = before;
                return self.fail("a number from 1 was expected");
            }
            Some(n)
        };
        self.need("]")?;
        Ok(instance)
    }
}
