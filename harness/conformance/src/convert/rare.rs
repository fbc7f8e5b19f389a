//! What few profiles have, in our own format.

use super::node::Node;
use super::yaml::{Map, range, statement, strength_word};
use crate::expr::{Path, Scope, write as expression};
use crate::model::{
    Anchor, BindingsDef, CellDef, CellTest, CoContextDef, CoGroupDef, CoRowDef, CoTableDef,
    CodePlace, ContextDef, Definition, RulesDef,
};

fn number(path: &Path) -> Node {
    Node::text(Scope::Numbers.print(path))
}

fn texts(list: &[String]) -> Node {
    Node::List(list.iter().map(Node::text).collect())
}

fn places(list: &[CodePlace]) -> Node {
    let place = |p: &CodePlace| {
        let mut map: Map = vec![("code", number(&p.code))];
        if let Some(system) = &p.system {
            map.push(("system", number(system)));
        }
        Node::Map(map)
    };
    Node::List(list.iter().map(place).collect())
}

/// Value sets that co-constraint tables name.
pub(super) fn tables(def: &Definition) -> Vec<String> {
    let tables = def.co_constraints.iter().flat_map(|c| &c.segments);
    let tables = tables.flat_map(|s| &s.tables);
    let rows = tables.flat_map(|t| {
        let grouped = t
            .groups
            .iter()
            .flat_map(|g| g.rows.iter().chain([&g.primary]));
        t.rows.iter().chain(grouped)
    });
    rows.flat_map(|r| r.selectors.iter().chain(&r.constraints))
        .filter_map(|c| match &c.test {
            CellTest::Table { tables, .. } => Some(tables.clone()),
            _ => None,
        })
        .flatten()
        .collect()
}

/// Bindings that stand apart, of the anchors that `is` takes.
pub(super) fn bindings(
    map: &mut Map,
    bindings: &BindingsDef,
    is: &dyn Fn(&Anchor) -> bool,
    scope: Scope<'_>,
) {
    let sets: Vec<Node> = bindings
        .sets
        .iter()
        .filter(|b| is(&b.anchor))
        .map(|b| {
            Node::Map(vec![
                ("target", Node::text(scope.print(&b.target))),
                ("tables", texts(&b.tables)),
                ("strength", Node::text(strength_word(b.strength))),
                ("at", places(&b.at)),
            ])
        })
        .collect();
    if !sets.is_empty() {
        map.push(("bindings", Node::List(sets)));
    }
    let singles: Vec<Node> = bindings
        .singles
        .iter()
        .filter(|b| is(&b.anchor))
        .map(|b| {
            Node::Map(vec![
                ("target", Node::text(scope.print(&b.target))),
                ("code", Node::text(&b.code)),
                ("system", Node::text(&b.system)),
                ("at", places(&b.at)),
            ])
        })
        .collect();
    if !singles.is_empty() {
        map.push(("single-codes", Node::List(singles)));
    }
}

/// Values of a segment that go together.
pub(super) fn together(
    map: &mut Map,
    rules: &RulesDef,
    is: &dyn Fn(&Anchor) -> bool,
    scope: Scope<'_>,
) {
    let list: Vec<Node> = rules
        .co_values
        .iter()
        .filter(|c| is(&c.anchor))
        .map(|c| {
            let then = c.then.iter().map(|e| Node::text(expression(e, scope, &[])));
            let mut node: Map = vec![
                ("when", Node::text(expression(&c.key, scope, &[]))),
                ("then", Node::List(then.collect())),
            ];
            if let Some(text) = &c.text {
                node.push(("text", Node::text(text)));
            }
            Node::Map(node)
        })
        .collect();
    if !list.is_empty() {
        map.push(("together", Node::List(list)));
    }
}

/// Lists in any order, and co-constraint tables.
pub(super) fn message(map: &mut Map, def: &Definition, scope: Scope<'_>) {
    if !def.rules.contexts.is_empty() {
        map.push(("lists", lists(&def.rules.contexts, scope)));
    }
    let contexts: Vec<Node> = def
        .co_constraints
        .iter()
        .filter(|c| c.message == def.message.id)
        .map(|c| co_context(c, scope))
        .collect();
    if !contexts.is_empty() {
        map.push(("co-constraints", Node::List(contexts)));
    }
}

fn lists(list: &[ContextDef], scope: Scope<'_>) -> Node {
    let one = |c: &ContextDef| {
        let inner = scope.within(&c.list);
        let things = c.patterns.iter().map(|p| {
            let mut thing: Map = vec![
                ("when", Node::text(expression(&p.trigger, inner, &[]))),
                ("text", Node::text(&p.text)),
            ];
            if p.count != 1 {
                thing.push(("count", Node::number(p.count)));
            }
            if !p.constraints.is_empty() {
                let list = p.constraints.iter().map(|c| statement(c, inner)).collect();
                thing.push(("constraints", Node::List(list)));
            }
            if !p.contexts.is_empty() {
                thing.push(("lists", lists(&p.contexts, inner)));
            }
            Node::Map(thing)
        });
        Node::Map(vec![
            ("path", Node::text(scope.print(&c.list))),
            ("things", Node::List(things.collect())),
        ])
    };
    Node::List(list.iter().map(one).collect())
}

fn co_context(c: &CoContextDef, scope: Scope<'_>) -> Node {
    let inner = scope.within(&c.path);
    let segments = c.segments.iter().map(|s| {
        let tables = s.tables.iter().map(|t| co_table(t, inner)).collect();
        Node::Map(vec![
            ("path", Node::text(inner.print(&s.path))),
            ("name", Node::text(&s.name)),
            ("tables", Node::List(tables)),
        ])
    });
    Node::Map(vec![
        ("path", Node::text(scope.print(&c.path))),
        ("name", Node::text(&c.name)),
        ("segments", Node::List(segments.collect())),
    ])
}

fn co_table(t: &CoTableDef, scope: Scope<'_>) -> Node {
    let mut map: Map = Vec::new();
    if let Some(c) = &t.condition {
        map.push(("when", Node::text(expression(&c.assertion, scope, &[]))));
        map.push(("text", Node::text(&c.text)));
    }
    if !t.group_ids.is_empty() {
        let ids = t.group_ids.iter().map(|g| {
            Node::Map(vec![
                ("priority", Node::number(g.priority)),
                ("path", number(&g.path)),
                ("name", Node::text(&g.name)),
            ])
        });
        map.push(("group-ids", Node::List(ids.collect())));
    }
    if !t.rows.is_empty() {
        map.push(("rows", Node::List(t.rows.iter().map(row).collect())));
    }
    if !t.groups.is_empty() {
        map.push(("groups", Node::List(t.groups.iter().map(group).collect())));
    }
    Node::Map(map)
}

fn group(g: &CoGroupDef) -> Node {
    let mut map: Map = vec![
        ("name", Node::text(&g.name)),
        ("usage", Node::text(g.usage.letter())),
        ("occurs", range(g.cardinality.min, g.cardinality.max)),
        ("primary", row(&g.primary)),
    ];
    if !g.rows.is_empty() {
        map.push(("rows", Node::List(g.rows.iter().map(row).collect())));
    }
    Node::Map(map)
}

fn row(r: &CoRowDef) -> Node {
    let mut map: Map = vec![
        ("usage", Node::text(r.usage.letter())),
        ("occurs", range(r.cardinality.min, r.cardinality.max)),
        ("selectors", cells(&r.selectors)),
    ];
    if !r.constraints.is_empty() {
        map.push(("constraints", cells(&r.constraints)));
    }
    Node::Map(map)
}

fn cells(list: &[CellDef]) -> Node {
    Node::List(list.iter().map(cell).collect())
}

fn cell(c: &CellDef) -> Node {
    let mut map: Map = vec![("name", Node::text(&c.name)), ("path", number(&c.path))];
    match &c.test {
        CellTest::Text(text) => map.push(("text", Node::text(text))),
        CellTest::Code { code, system, at } => {
            map.push(("code", Node::text(code)));
            map.push(("system", Node::text(system)));
            let at = at.iter().map(|p| {
                Node::Map(vec![
                    ("position", Node::number(p.position)),
                    ("code", number(&p.code)),
                    ("system", number(&p.system)),
                ])
            });
            map.push(("at", Node::List(at.collect())));
        }
        CellTest::Table {
            strength,
            tables,
            at,
        } => {
            map.push(("tables", texts(tables)));
            map.push(("strength", Node::text(strength_word(*strength))));
            map.push(("at", places(at)));
        }
    }
    Node::Map(map)
}
