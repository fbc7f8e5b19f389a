//! Conformance statements, conditions about elements deeper inside, and the other rules of a profile.

use super::side::Side;
use super::{Aspect, Change, Direction, MESSAGE};
use crate::expr::Expr;
use crate::model::{Anchor, Weight};

/// A rule as it can be compared: what it is called, where it stands, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    aspect: Aspect,
    id: String,
    group: String,
    stands_on: String,
    says: String,
    weight: Weight,
}

impl Rule {
    fn print(&self, with_place: bool) -> String {
        let weight = match self.weight {
            Weight::Error => "",
            Weight::Warning => " (warning)",
            Weight::Alert => " (alert)",
        };
        if with_place && !self.stands_on.is_empty() {
            format!("on {}: {}{weight}", self.stands_on, self.says)
        } else {
            format!("{}{weight}", self.says)
        }
    }
}

pub(super) fn compare(a: &Side<'_>, b: &Side<'_>, changes: &mut Vec<Change>) {
    let (mut before, mut after) = (rules(a), rules(b));
    before.retain(|rule| match after.iter().position(|r| r == rule) {
        Some(at) => {
            after.swap_remove(at);
            false
        }
        None => true,
    });
    for old in before {
        // what says something else under the same name was changed; nearest is what stands on the same place
        let same = |r: &Rule| r.aspect == old.aspect && r.id == old.id;
        let at = after
            .iter()
            .position(|r| same(r) && r.stands_on == old.stands_on)
            .or_else(|| after.iter().position(same));
        let Some(new) = at.map(|at| after.remove(at)) else {
            let change = Change::new(&old.group, &old.id, old.aspect, Direction::Loosened);
            changes.push(change.from(old.print(true)));
            continue;
        };
        let only_weight = old.says == new.says && old.stands_on == new.stands_on;
        let direction = only_weight
            .then(|| Direction::by_rank(rank(old.weight), rank(new.weight)))
            .flatten();
        let moved = old.stands_on != new.stands_on;
        changes.push(
            Change::new(
                &new.group,
                &new.id,
                new.aspect,
                direction.unwrap_or(Direction::Other),
            )
            .from(old.print(moved))
            .to(new.print(moved)),
        );
    }
    for new in after {
        let change = Change::new(&new.group, &new.id, new.aspect, Direction::Tightened);
        changes.push(change.to(new.print(true)));
    }
}

fn rank(weight: Weight) -> u32 {
    match weight {
        Weight::Warning => 1,
        Weight::Alert => 2,
        Weight::Error => 3,
    }
}

fn rules(side: &Side<'_>) -> Vec<Rule> {
    let mut list = Vec::new();
    let mut put = |rule: Rule| {
        // a rule for all flavours of a data type may stand on each of them
        if !list.contains(&rule) {
            list.push(rule);
        }
    };
    let rules = &side.def.rules;
    for c in &rules.constraints {
        if let Some((group, stands_on)) = side.anchored(&c.anchor) {
            put(Rule {
                aspect: Aspect::Constraint,
                id: c.id.clone(),
                group,
                stands_on,
                says: side.written(&c.anchor, &c.assertion),
                weight: c.weight,
            });
        }
    }
    for p in rules.predicates.iter().filter(|p| p.target.steps.len() > 1) {
        if let Some((group, stands_on)) = side.anchored(&p.anchor) {
            // the target is written as an expression writes it
            let target = side.written(&p.anchor, &Expr::Present(p.target.clone()));
            let target = target.trim_end_matches(" is valued").to_owned();
            put(Rule {
                aspect: Aspect::Condition,
                id: target,
                group,
                stands_on,
                says: format!(
                    "C({}/{}) when {}",
                    p.when_true.letters(),
                    p.when_false.letters(),
                    side.written(&p.anchor, &p.condition)
                ),
                weight: Weight::Error,
            });
        }
    }
    for co in &rules.co_values {
        if let Some((group, stands_on)) = side.anchored(&co.anchor) {
            let then: Vec<String> = co
                .then
                .iter()
                .map(|e| side.written(&co.anchor, e))
                .collect();
            let key = side.written(&co.anchor, &co.key);
            put(Rule {
                aspect: Aspect::CoConstraint,
                id: key.clone(),
                group,
                stands_on,
                says: format!("if {key} then {}", then.join(" and ")),
                weight: Weight::Error,
            });
        }
    }
    for set in &side.def.bindings.sets {
        if let Some((group, stands_on)) = side.anchored(&set.anchor) {
            put(Rule {
                aspect: Aspect::Binding,
                id: place(side, &set.anchor, &set.target),
                group,
                stands_on,
                says: format!(
                    "{}, {}{}",
                    set.tables.join(", "),
                    super::elements::strength(set.strength),
                    code_places(&set.at)
                ),
                weight: Weight::Error,
            });
        }
    }
    for single in &side.def.bindings.singles {
        if let Some((group, stands_on)) = side.anchored(&single.anchor) {
            put(Rule {
                aspect: Aspect::Binding,
                id: place(side, &single.anchor, &single.target),
                group,
                stands_on,
                says: format!(
                    "the code {} of {}{}",
                    single.code,
                    single.system,
                    code_places(&single.at)
                ),
                weight: Weight::Error,
            });
        }
    }
    slices(side, &mut put);
    tables(side, &mut put);
    list
}

fn place(side: &Side<'_>, anchor: &Anchor, path: &crate::expr::Path) -> String {
    let text = side.written(anchor, &Expr::Present(path.clone()));
    text.trim_end_matches(" is valued").to_owned()
}

fn code_places(places: &[crate::model::CodePlace]) -> String {
    let list: Vec<String> = places
        .iter()
        .map(|p| match &p.system {
            Some(system) => format!("{} under {system}", p.code),
            None => p.code.to_string(),
        })
        .collect();
    if list.is_empty() {
        String::new()
    } else {
        format!(" at {}", list.join(" or "))
    }
}

fn slices(side: &Side<'_>, put: &mut dyn FnMut(Rule)) {
    use crate::model::Slices;
    let says = |slices: &Slices, anchor: &dyn Fn(&str) -> Anchor, name: &dyn Fn(&str) -> String| {
        match slices {
            Slices::Occurrence(list) => list
                .iter()
                .map(|s| format!("{} for occurrence {}", name(&s.reference), s.occurrence))
                .collect::<Vec<_>>(),
            Slices::Assertion(list) => list
                .iter()
                .map(|s| {
                    let when = side.written(&anchor(&s.reference), &s.assertion);
                    format!("{} when {when}", name(&s.reference))
                })
                .collect(),
        }
        .join("; ")
    };
    for s in &side.def.slicing.segments {
        if s.message != side.def.message.id {
            continue;
        }
        let anchor = |id: &str| Anchor::SegmentId(id.to_owned());
        let name = |id: &str| id.to_owned();
        put(Rule {
            aspect: Aspect::Slicing,
            id: format!("{} position {}", super::side::short(&s.group), s.position),
            group: MESSAGE.to_owned(),
            stands_on: String::new(),
            says: says(&s.slices, &anchor, &name),
            weight: Weight::Error,
        });
    }
    for f in &side.def.slicing.fields {
        let letters = side.segment_name(&f.segment);
        let anchor = |id: &str| Anchor::DatatypeId(id.to_owned());
        let name = |id: &str| id.to_owned();
        put(Rule {
            aspect: Aspect::Slicing,
            id: format!("{letters}-{}", f.position),
            group: letters.to_owned(),
            stands_on: String::new(),
            says: says(&f.slices, &anchor, &name),
            weight: Weight::Error,
        });
    }
}

fn tables(side: &Side<'_>, put: &mut dyn FnMut(Rule)) {
    use crate::model::{CellDef, CellTest, CoRowDef};
    let cell = |c: &CellDef| match &c.test {
        CellTest::Text(text) => format!("{} is {text}", c.name),
        CellTest::Code { code, system, .. } => format!("{} is {code} of {system}", c.name),
        CellTest::Table {
            tables, strength, ..
        } => format!(
            "{} in {} ({})",
            c.name,
            tables.join(", "),
            super::elements::strength(*strength)
        ),
    };
    let cells = |list: &[CellDef]| list.iter().map(cell).collect::<Vec<_>>().join(" and ");
    for context in &side.def.co_constraints {
        if context.message != side.def.message.id {
            continue;
        }
        for segment in &context.segments {
            for table in &segment.tables {
                let when = table.condition.as_ref().map_or_else(String::new, |c| {
                    let scope =
                        side.written(&Anchor::GroupName(context.name.clone()), &c.assertion);
                    format!(" when {scope}")
                });
                let row = |r: &CoRowDef, of: &str| Rule {
                    aspect: Aspect::CoConstraint,
                    id: format!("{of}{}", cells(&r.selectors)),
                    group: segment.name.clone(),
                    stands_on: context.name.clone(),
                    says: format!(
                        "{} {}, {}{when}",
                        r.usage.letter(),
                        super::places::print(r.cardinality),
                        cells(&r.constraints)
                    ),
                    weight: Weight::Error,
                };
                for r in &table.rows {
                    put(row(r, ""));
                }
                for group in &table.groups {
                    let of = format!("group {}: ", group.name);
                    put(row(&group.primary, &of));
                    for r in &group.rows {
                        put(row(r, &of));
                    }
                }
            }
        }
    }
}
