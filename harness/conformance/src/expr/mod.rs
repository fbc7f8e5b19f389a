//! The expression language of constraints and predicates.
//!
//! One tree serves both readers (NIST/IGAMT XML and our YAML) and the evaluator. Paths are positions of the profile's
//! model, counted from 1, relative to the element that a rule stands on.

mod path;
mod pattern;
mod read;
mod scope;
mod write;

pub use path::{Path, PathSyntax, Step};
pub use pattern::{Pattern, PatternError};
pub use read::{ExprError, read, read_path};
pub use scope::{Scope, ScopeChild};
pub use write::{Patterns, write};

use serde::{Deserialize, Serialize};

/// How a comparison compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Greater than.
    Gt,
    /// Less than.
    Lt,
    /// Greater or equal.
    Ge,
    /// Less or equal.
    Le,
}

impl Operator {
    /// Whether an ordering of left against right satisfies the operator.
    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Operator::Eq => ordering.is_eq(),
            Operator::Ne => ordering.is_ne(),
            Operator::Gt => ordering.is_gt(),
            Operator::Lt => ordering.is_lt(),
            Operator::Ge => ordering.is_ge(),
            Operator::Le => ordering.is_le(),
        }
    }
}

/// What a rule about values says when there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Absent {
    /// It is met.
    #[default]
    Pass,
    /// It is not met.
    Fail,
    /// It cannot be judged.
    Unclear,
}

/// How many of the values that a path reaches must pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Times {
    /// Every one.
    #[default]
    All,
    /// At least one.
    Once,
    /// Between the first and the second number; no second number means no limit.
    Between(u32, Option<u32>),
}

impl Times {
    /// Whether `passed` of `total` is enough.
    pub fn enough(self, passed: u32, total: u32) -> bool {
        match self {
            Times::All => passed == total,
            Times::Once => passed >= 1,
            Times::Between(min, max) => passed >= min && max.is_none_or(|m| passed <= m),
        }
    }
}

/// How many values on one side of a comparison of two paths must compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Mode {
    /// Every one.
    #[default]
    All,
    /// At least one.
    Once,
    /// Exactly this many.
    Exactly(u32),
}

impl Mode {
    /// Whether `passed` of `total` is enough.
    pub fn enough(self, passed: u32, total: u32) -> bool {
        match self {
            Mode::All => passed == total,
            Mode::Once => passed >= 1,
            Mode::Exactly(n) => passed == n,
        }
    }
}

/// A value that a profile compares with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Literal {
    /// A number.
    Number(f64),
    /// Text.
    Text(String),
}

/// A way to write codes that can be checked without a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notation {
    /// LOINC: digits, a hyphen and a check digit.
    Loinc,
    /// SNOMED CT: 6 to 18 digits with partition and check digit.
    Snomed,
    /// One that is not known; nothing can be said about a value.
    Other(String),
}

impl Notation {
    /// By the name that profiles use.
    pub fn by_name(name: &str) -> Self {
        match name {
            "LOINC" => Notation::Loinc,
            "SNOMED" => Notation::Snomed,
            other => Notation::Other(other.to_owned()),
        }
    }

    /// The name that profiles use.
    pub fn name(&self) -> &str {
        match self {
            Notation::Loinc => "LOINC",
            Notation::Snomed => "SNOMED",
            Notation::Other(name) => name,
        }
    }
}

/// What is asked of a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Test {
    /// It is this text.
    Text {
        /// The text.
        text: String,
        /// Capitals and small letters count as the same.
        ignore_case: bool,
    },
    /// It is one of these.
    OneOf(Vec<String>),
    /// It is one of these numbers.
    Numbers(Vec<f64>),
    /// The whole value matches.
    Matches(Pattern),
    /// It is written as codes of this kind are.
    Written(Notation),
    /// It compares so with a literal.
    Compares {
        /// How.
        operator: Operator,
        /// With what.
        with: Literal,
        /// Both are cut to the shorter one's length first.
        truncated: bool,
        /// Equality also means the same characters.
        identical: bool,
    },
}

/// A rule that is code and not an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Native {
    /// IZ-24: the observations of an order describe each information statement completely, by bar code or by type.
    StatementsComplete,
}

impl Native {
    /// The name in our expressions.
    pub fn name(self) -> &'static str {
        match self {
            Native::StatementsComplete => "statements-complete",
        }
    }

    /// By the name in our expressions.
    pub fn by_name(name: &str) -> Option<Self> {
        (name == "statements-complete").then_some(Native::StatementsComplete)
    }

    /// By the class that NIST's files name.
    pub fn by_class(class: &str) -> Option<Self> {
        (class.rsplit('.').next() == Some("IZ24Constraint")).then_some(Native::StatementsComplete)
    }
}

/// A value set that an expression names; the index is filled in when the profile is compiled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableRef {
    /// The value set's id.
    pub id: String,
    /// Its index, or [`TableRef::UNKNOWN`].
    pub index: u32,
}

impl Expr {
    /// The table that a value must be in for this to hold, where nothing else can be to blame when it does not hold:
    /// membership alone, or on some condition.
    pub fn membership(&self) -> Option<&TableRef> {
        match self {
            Expr::InTable { table, .. } => Some(table),
            Expr::Or(_, then) | Expr::Imply(_, then) => then.membership(),
            _ => None,
        }
    }
}

impl TableRef {
    /// No such table.
    pub const UNKNOWN: u32 = u32::MAX;
}

/// A rule's expression.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Expr {
    /// Something is at the path.
    Present(Path),
    /// The values at the path pass a test.
    Values {
        /// Where.
        path: Path,
        /// What is asked.
        test: Test,
        /// Of how many.
        times: Times,
        /// What an absent value means.
        absent: Absent,
    },
    /// Values at two paths compare.
    Compare {
        /// Left side.
        left: Path,
        /// How.
        operator: Operator,
        /// Right side.
        right: Path,
        /// Of how many on the left.
        left_mode: Mode,
        /// Of how many on the right.
        right_mode: Mode,
        /// Both are cut to the shorter one's length first.
        truncated: bool,
        /// Equality also means the same characters.
        identical: bool,
        /// What absent values mean.
        absent: Absent,
    },
    /// Everything at two paths compares, part by part.
    CompareAll {
        /// Left side.
        left: Path,
        /// How.
        operator: Operator,
        /// Right side.
        right: Path,
        /// What stands on one side only is a failure.
        strict: bool,
        /// Both values are cut to the shorter one's length first.
        truncated: bool,
        /// Equality also means the same characters.
        identical: bool,
        /// What it means when nothing is at either path.
        absent: Absent,
    },
    /// The code at the path is in a table.
    InTable {
        /// The coded element.
        path: Path,
        /// The table.
        table: TableRef,
        /// Components of the coded element that may hold the code; one or two.
        at: Vec<u16>,
        /// What an absent element means.
        absent: Absent,
    },
    /// An expression holds for the elements at a path, each being the context in turn.
    Each {
        /// The elements.
        path: Path,
        /// For how many.
        times: Times,
        /// What holds.
        inner: Box<Expr>,
        /// What it means when there are none.
        absent: Absent,
    },
    /// Not.
    Not(Box<Expr>),
    /// Both.
    And(Box<Expr>, Box<Expr>),
    /// At least one of two.
    Or(Box<Expr>, Box<Expr>),
    /// Exactly one of two.
    Xor(Box<Expr>, Box<Expr>),
    /// If the first, then the second.
    Imply(Box<Expr>, Box<Expr>),
    /// Every one of a list.
    All(Vec<Expr>),
    /// At least one of a list.
    Any(Vec<Expr>),
    /// The value is the number of the element it stands in, among its siblings.
    SetId(Path),
    /// The values count 1, 2, 3 over all parents together, or start again in each parent.
    Sequence {
        /// The parents.
        parent: Path,
        /// The counting value, from a parent.
        element: Path,
    },
    /// Code of our own.
    Native(Native),
    /// Code that only another engine has, by its class; it cannot be judged.
    Plugin(String),
}

impl Expr {
    /// The class of a plug-in that nobody has here, when the expression asks for one.
    pub fn plugin(&self) -> Option<&str> {
        match self {
            Expr::Plugin(class) => Some(class),
            Expr::Each { inner, .. } | Expr::Not(inner) => inner.plugin(),
            Expr::And(a, b) | Expr::Or(a, b) | Expr::Xor(a, b) | Expr::Imply(a, b) => {
                a.plugin().or_else(|| b.plugin())
            }
            Expr::All(list) | Expr::Any(list) => list.iter().find_map(Expr::plugin),
            _ => None,
        }
    }

    /// Calls `f` for this expression and everything in it.
    pub fn visit_mut(&mut self, f: &mut dyn FnMut(&mut Expr)) {
        f(self);
        match self {
            Expr::Each { inner, .. } | Expr::Not(inner) => inner.visit_mut(f),
            Expr::And(a, b) | Expr::Or(a, b) | Expr::Xor(a, b) | Expr::Imply(a, b) => {
                a.visit_mut(f);
                b.visit_mut(f);
            }
            Expr::All(list) | Expr::Any(list) => {
                for e in list {
                    e.visit_mut(f);
                }
            }
            _ => {}
        }
    }
}
