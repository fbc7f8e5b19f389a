//! Compiled rules: constraints, predicates and step lists, attached to what they stand on by index.

use super::idle::{Check, Condition};
use super::profile::Profile;
use crate::dialect::Reading;
use crate::expr::{Expr, Path, Step, TableRef};
use crate::model::{
    Anchor, CoValueDef, ConstraintDef, ContextDef, Origin, PredicateDef, RulesDef, Usage, Weight,
};

/// The definition that a rule stands on; the first when there are several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    Nowhere,
    Group(u32),
    Segment(u32),
    Datatype(u32),
}

/// A constraint.
#[derive(Debug)]
pub(crate) struct Constraint {
    pub(crate) home: Home,
    pub(crate) id: Box<str>,
    pub(crate) weight: Weight,
    /// The weight also counts when the statement cannot be judged.
    pub(crate) always: bool,
    pub(crate) origin: Origin,
    pub(crate) text: Option<Box<str>>,
    pub(crate) assertion: Expr,
}

/// A predicate.
#[derive(Debug)]
pub(crate) struct Predicate {
    pub(crate) home: Home,
    /// The target without its last step.
    pub(crate) parent: Vec<Step>,
    pub(crate) last: Step,
    pub(crate) when_true: Usage,
    pub(crate) when_false: Usage,
    pub(crate) condition: Expr,
}

/// Values that go together.
#[derive(Debug)]
pub(crate) struct CoValue {
    pub(crate) text: Option<Box<str>>,
    pub(crate) home: Home,
    pub(crate) key: Expr,
    pub(crate) then: Vec<Expr>,
}

/// A list in any order.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) list: Path,
    pub(crate) patterns: Vec<PatternRule>,
}

/// One thing of such a list.
#[derive(Debug)]
pub(crate) struct PatternRule {
    pub(crate) index: u32,
    pub(crate) trigger: Expr,
    pub(crate) count: u32,
    /// Indices of constraints.
    pub(crate) constraints: Vec<u32>,
    pub(crate) contexts: Vec<Context>,
}

/// The rules that stand on one definition.
#[derive(Debug, Default, Clone)]
pub(crate) struct Attached {
    pub(crate) constraints: Vec<Check>,
    pub(crate) predicates: Vec<Condition>,
    pub(crate) co_values: Vec<u32>,
}

impl Attached {
    fn is_empty(&self) -> bool {
        self.constraints.is_empty() && self.predicates.is_empty() && self.co_values.is_empty()
    }
}

/// All rules of a profile or a step.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    pub(crate) constraints: Vec<Constraint>,
    pub(crate) predicates: Vec<Predicate>,
    pub(crate) contexts: Vec<Context>,
    pub(crate) co_values: Vec<CoValue>,
    /// Texts of the patterns, by their index.
    pub(crate) pattern_texts: Vec<Box<str>>,
    pub(crate) groups: Vec<Attached>,
    pub(crate) segments: Vec<Attached>,
    pub(crate) datatypes: Vec<Attached>,
    /// Whether a rule stands on the data type or on something inside it.
    pub(crate) inside: Vec<bool>,
    /// Whether a rule stands on a data type without parts.
    pub(crate) primitives: bool,
    /// Whether a rule stands on a field of the segment or deeper.
    pub(crate) fields: Vec<bool>,
}

impl Rules {
    pub(crate) fn compile(def: &RulesDef, profile: &Profile) -> Rules {
        let mut rules = Rules {
            groups: vec![Attached::default(); profile.groups.len()],
            segments: vec![Attached::default(); profile.segments.len()],
            datatypes: vec![Attached::default(); profile.datatypes.len()],
            ..Rules::default()
        };
        for def in &def.constraints {
            let index = rules.add_constraint(def, profile);
            let home = rules.attach(&def.anchor, profile, |a| {
                a.constraints.push(Check::always(index));
            });
            if let Some(c) = rules.constraints.last_mut() {
                c.home = home;
            }
        }
        for def in &def.predicates {
            let index = rules.predicates.len() as u32;
            if rules.add_predicate(def, profile) {
                let home = rules.attach(&def.anchor, profile, |a| {
                    a.predicates.push(Condition::always(index));
                });
                if let Some(p) = rules.predicates.last_mut() {
                    p.home = home;
                }
            }
        }
        for def in &def.co_values {
            rules.add_co_value(def, profile);
        }
        rules.contexts = def
            .contexts
            .iter()
            .map(|c| rules.add_context(c, profile))
            .collect();
        rules.mark(profile);
        rules
    }

    /// Notes which rules need no look when some children of their element are absent; of profiles, whose reading stays.
    pub(crate) fn prepare(&mut self, reading: Reading, notes: bool) {
        let lists = [&mut self.groups, &mut self.segments, &mut self.datatypes];
        for attached in lists.into_iter().flatten() {
            for check in &mut attached.constraints {
                if let Some(rule) = self.constraints.get(check.index as usize) {
                    *check = Check::of(check.index, rule, reading);
                }
            }
            for condition in &mut attached.predicates {
                *condition = match self.predicates.get(condition.index as usize) {
                    Some(rule) if !notes => Condition::of(condition.index, rule, reading),
                    _ => Condition::always(condition.index),
                };
            }
        }
    }

    fn add_constraint(&mut self, def: &ConstraintDef, profile: &Profile) -> u32 {
        let mut assertion = def.assertion.clone();
        resolve(&mut assertion, profile);
        self.constraints.push(Constraint {
            home: Home::Nowhere,
            id: def.id.as_str().into(),
            weight: def.weight,
            always: def.always,
            origin: def.origin,
            text: def.text.as_deref().map(Into::into),
            assertion,
        });
        self.constraints.len() as u32 - 1
    }

    fn add_predicate(&mut self, def: &PredicateDef, profile: &Profile) -> bool {
        let Some((parent, last)) = def.target.split_last() else {
            return false;
        };
        let mut condition = def.condition.clone();
        resolve(&mut condition, profile);
        self.predicates.push(Predicate {
            home: Home::Nowhere,
            parent: parent.to_vec(),
            last,
            when_true: def.when_true,
            when_false: def.when_false,
            condition,
        });
        true
    }

    fn add_co_value(&mut self, def: &CoValueDef, profile: &Profile) {
        let resolved = |e: &Expr| {
            let mut e = e.clone();
            resolve(&mut e, profile);
            e
        };
        let index = self.co_values.len() as u32;
        self.co_values.push(CoValue {
            text: def.text.as_deref().map(Into::into),
            home: Home::Nowhere,
            key: resolved(&def.key),
            then: def.then.iter().map(resolved).collect(),
        });
        let home = self.attach(&def.anchor, profile, |a| a.co_values.push(index));
        if let Some(c) = self.co_values.last_mut() {
            c.home = home;
        }
    }

    fn add_context(&mut self, def: &ContextDef, profile: &Profile) -> Context {
        let patterns = def
            .patterns
            .iter()
            .map(|p| {
                let index = self.pattern_texts.len() as u32;
                self.pattern_texts.push(p.text.as_str().into());
                let mut trigger = p.trigger.clone();
                resolve(&mut trigger, profile);
                PatternRule {
                    index,
                    trigger,
                    count: p.count,
                    constraints: p
                        .constraints
                        .iter()
                        .map(|c| self.add_constraint(c, profile))
                        .collect(),
                    contexts: p
                        .contexts
                        .iter()
                        .map(|c| self.add_context(c, profile))
                        .collect(),
                }
            })
            .collect();
        Context {
            list: def.list.clone(),
            patterns,
        }
    }

    fn attach(&mut self, anchor: &Anchor, profile: &Profile, put: impl Fn(&mut Attached)) -> Home {
        let home = match anchor {
            Anchor::DatatypeId(id) => each(
                &mut self.datatypes,
                &profile.datatypes,
                |d| *d.id == **id,
                put,
            )
            .map(Home::Datatype),
            Anchor::DatatypeName(name) => each(
                &mut self.datatypes,
                &profile.datatypes,
                |d| *d.name == **name,
                put,
            )
            .map(Home::Datatype),
            Anchor::SegmentId(id) => each(
                &mut self.segments,
                &profile.segments,
                |s| *s.id == **id,
                put,
            )
            .map(Home::Segment),
            Anchor::SegmentName(name) => each(
                &mut self.segments,
                &profile.segments,
                |s| s.name == name.as_bytes(),
                put,
            )
            .map(Home::Segment),
            // the message is group 0 and has anchors of its own
            Anchor::GroupId(id) => inner_groups(&mut self.groups, profile, |g| *g.id == **id, put),
            Anchor::GroupName(name) => {
                inner_groups(&mut self.groups, profile, |g| *g.name == **name, put)
            }
            Anchor::MessageId(id) => self.message(*profile.id == **id, put),
            Anchor::MessageName(name) => self.message(*profile.structure == **name, put),
        };
        home.unwrap_or(Home::Nowhere)
    }

    fn message(&mut self, is: bool, put: impl Fn(&mut Attached)) -> Option<Home> {
        let first = self.groups.first_mut().filter(|_| is)?;
        put(first);
        Some(Home::Group(0))
    }

    // data types may be declared in any order, so this runs until nothing changes
    fn mark(&mut self, profile: &Profile) {
        self.inside = self.datatypes.iter().map(|a| !a.is_empty()).collect();
        loop {
            let mut changed = false;
            for (i, datatype) in profile.datatypes.iter().enumerate() {
                let deep = datatype.components.iter().any(|c| {
                    self.inside
                        .get(c.datatype as usize)
                        .copied()
                        .unwrap_or(false)
                });
                if let Some(flag) = self.inside.get_mut(i).filter(|f| deep && !**f) {
                    *flag = true;
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        let mut datatypes = self.datatypes.iter().zip(&profile.datatypes);
        self.primitives = datatypes.any(|(a, d)| !a.is_empty() && d.primitive());
        let inside = &self.inside;
        let has = |d: u32| inside.get(d as usize).copied().unwrap_or(false);
        self.fields = profile
            .segments
            .iter()
            .map(|s| {
                s.fields.iter().any(|f| has(f.datatype))
                    || s.sliced
                        .iter()
                        .any(|f| f.slices.iter().any(|slice| has(slice.def)))
                    || s.mappings
                        .iter()
                        .any(|m| m.cases.iter().any(|c| has(c.datatype)))
            })
            .collect();
    }
}

// puts a rule on every definition that it names, and tells the first
fn each<T>(
    attached: &mut [Attached],
    defs: &[T],
    is: impl Fn(&T) -> bool,
    put: impl Fn(&mut Attached),
) -> Option<u32> {
    let mut first = None;
    for (i, (a, _)) in attached
        .iter_mut()
        .zip(defs)
        .enumerate()
        .filter(|(_, (_, d))| is(d))
    {
        put(a);
        first = first.or(Some(i as u32));
    }
    first
}

fn inner_groups(
    attached: &mut [Attached],
    profile: &Profile,
    is: impl Fn(&super::profile::Group) -> bool,
    put: impl Fn(&mut Attached),
) -> Option<Home> {
    each(
        attached.get_mut(1..).unwrap_or_default(),
        profile.groups.get(1..).unwrap_or_default(),
        is,
        put,
    )
    .map(|i| Home::Group(i + 1))
}

fn resolve(expr: &mut Expr, profile: &Profile) {
    expr.visit_mut(&mut |e| {
        if let Expr::InTable { table, .. } = e {
            table.index = profile
                .table(&table.id)
                .map_or(TableRef::UNKNOWN, |(i, _)| i);
        }
    });
}
