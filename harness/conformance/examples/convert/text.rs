//! How everything is written as YAML.

use crate::GUIDE;
use crate::library::{Rules, patterns, rules_on};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use titer_conformance::expr::{self, Expr, Scope, ScopeChild};
use titer_conformance::model::{
    Anchor, ChildDef, ChildKind, CodeDef, CodeUsage, Definition, ElementDef, Length, MappingDef,
    Openness, PredicateDef, Stability, Strength, TableDef, Usage, Weight,
};

// how a segment or data type is written, with `name` for the data types in it
pub(crate) fn elements_text(
    list: &[ElementDef],
    rules: &Rules,
    key: &str,
    scope: Scope<'_>,
    name: &dyn Fn(&str) -> String,
) -> String {
    let patterns = patterns();
    let mut out = format!("    {key}:\n");
    let mut inlined = BTreeSet::new();
    for (i, e) in list.iter().enumerate() {
        let mut parts = vec![format!("name: {}", scalar(&e.name))];
        let here: Vec<(usize, &PredicateDef)> = rules
            .predicates
            .iter()
            .enumerate()
            .filter(|(_, p)| {
                p.target.steps.len() == 1 && usize::from(p.target.steps[0].position) == i + 1
            })
            .collect();
        let inline = match here.as_slice() {
            [(n, p)] if e.usage == Usage::C && p.target.steps[0].instance == Some(1) => {
                Some((*n, *p))
            }
            _ => None,
        };
        match inline {
            Some((n, p)) => {
                inlined.insert(n);
                parts.push(format!(
                    "usage: C({}/{})",
                    p.when_true.letters(),
                    p.when_false.letters()
                ));
            }
            None => parts.push(format!("usage: {}", e.usage.letters())),
        }
        parts.push(format!("type: {}", scalar(&name(&e.datatype))));
        let component = key == "components";
        let usual = if component {
            (0, Some(1))
        } else {
            (u32::from(e.usage == Usage::R), Some(1))
        };
        if (e.cardinality.min, e.cardinality.max) != usual {
            parts.push(format!(
                "occurs: {}",
                range(e.cardinality.min, e.cardinality.max)
            ));
        }
        match e.length {
            Length::Between(min, max) => parts.push(format!("length: {}", range(min, max))),
            // NIST's ED data type gives both; the conformance length is always 1 there
            Length::Conformance(n, t) => {
                parts.push(format!("conformance-length: '{n}{}'", t.sign()));
            }
            Length::Both {
                min,
                max,
                conformance,
                truncation,
            } => parts.push(format!(
                "length: {}, conformance-length: '{conformance}{}'",
                range(min, max),
                truncation.sign()
            )),
            Length::None | Length::Invalid => {}
        }
        if let Some(b) = &e.binding {
            let mut text = b.tables.join(", ");
            if !b.at.is_empty() {
                let at: Vec<String> = b.at.iter().map(ToString::to_string).collect();
                let _ = write!(text, " at {}", at.join(":"));
            }
            text.push_str(match b.strength {
                Strength::Required => "",
                Strength::Suggested => " suggested",
                Strength::Undetermined => " undetermined",
                Strength::Unstated => " unstated",
            });
            parts.push(format!("codes: {}", scalar(&text)));
        }
        if let Some(c) = &e.constant {
            parts.push(format!("constant: {}", scalar(c)));
        }
        if let Some((_, p)) = inline {
            parts.push(format!(
                "when: {}",
                single(&expr::write(&p.condition, scope, &patterns))
            ));
        }
        let _ = writeln!(out, "      - {{{}}}", parts.join(", "));
    }
    if list.is_empty() {
        out.clear();
    }
    let rest = Rules {
        constraints: rules.constraints.clone(),
        predicates: rules
            .predicates
            .iter()
            .enumerate()
            .filter(|(i, _)| !inlined.contains(i))
            .map(|(_, p)| p.clone())
            .collect(),
    };
    out + &rules_text(&rest, scope, 4)
}

pub(crate) fn rules_text(rules: &Rules, scope: Scope<'_>, indent: usize) -> String {
    let patterns = patterns();
    let pad = " ".repeat(indent);
    let mut out = String::new();
    if !rules.constraints.is_empty() {
        let _ = writeln!(out, "{pad}constraints:");
        for c in &rules.constraints {
            let weight = match c.weight {
                Weight::Error => "",
                Weight::Warning => ", weight: warning",
                Weight::Alert => ", weight: alert",
            };
            let assert = single(&expr::write(&c.assertion, scope, &patterns));
            let _ = writeln!(
                out,
                "{pad}  - {{id: {}, assert: {assert}{weight}}}",
                scalar(&c.id)
            );
        }
    }
    if !rules.predicates.is_empty() {
        let _ = writeln!(out, "{pad}conditions:");
        for p in &rules.predicates {
            let _ = writeln!(
                out,
                "{pad}  - {{target: {}, usage: {}/{}, when: {}}}",
                scalar(&scope.print(&p.target)),
                p.when_true.letters(),
                p.when_false.letters(),
                single(&expr::write(&p.condition, scope, &patterns))
            );
        }
    }
    out
}

pub(crate) fn range(min: u32, max: Option<u32>) -> String {
    match max {
        Some(max) => format!("{min}..{max}"),
        None => format!("{min}..*"),
    }
}

// a scalar, quoted where YAML could take it for something else
pub(crate) fn scalar(text: &str) -> String {
    let word = text.to_ascii_lowercase();
    let reserved = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf",
    ];
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || " _-./()'".contains(c))
        && !text.ends_with(' ')
        && !reserved.contains(&word.as_str());
    if plain {
        text.to_owned()
    } else {
        serde_json::to_string(text).expect("a string")
    }
}

pub(crate) fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

pub(crate) fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(crate) fn mappings_text(list: &[MappingDef], name: &dyn Fn(&str) -> String) -> String {
    if list.is_empty() {
        return String::new();
    }
    let mut out = "    mappings:\n".to_owned();
    for m in list {
        let _ = writeln!(
            out,
            "      - field: {}\n        by: {}",
            m.position, m.reference
        );
        match m.second {
            Some((f, Some(c))) => {
                let _ = writeln!(out, "        and-by: \"{f}.{c}\"");
            }
            Some((f, None)) => {
                let _ = writeln!(out, "        and-by: \"{f}\"");
            }
            None => {}
        }
        out.push_str("        cases:\n");
        for c in &m.cases {
            let second = c
                .second
                .as_ref()
                .map_or_else(String::new, |s| format!(", and: {}", scalar(s)));
            let _ = writeln!(
                out,
                "          - {{value: {}{second}, type: {}}}",
                scalar(&c.value),
                scalar(&name(&c.datatype))
            );
        }
    }
    out
}

pub(crate) fn bound(list: &[ElementDef], rules: &Rules, used: &mut BTreeSet<String>) {
    used.extend(
        list.iter()
            .filter_map(|e| e.binding.as_ref())
            .flat_map(|b| b.tables.clone()),
    );
    in_rules(rules, used);
}

pub(crate) fn in_rules(rules: &Rules, used: &mut BTreeSet<String>) {
    let mut look = |e: &mut Expr| {
        if let Expr::InTable { table, .. } = e {
            used.insert(table.id.clone());
        }
    };
    for c in &rules.constraints {
        c.assertion.clone().visit_mut(&mut look);
    }
    for p in &rules.predicates {
        p.condition.clone().visit_mut(&mut look);
    }
}

pub(crate) fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

pub(crate) fn scope_children(
    children: &[ChildDef],
    segments: &HashMap<String, String>,
) -> Vec<ScopeChild> {
    children
        .iter()
        .map(|c| match &c.kind {
            ChildKind::Segment(id) => ScopeChild::Segment(
                segments[id]
                    .split('.')
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
            ),
            ChildKind::Group(g) => ScopeChild::Group(
                short(&g.name).to_owned(),
                scope_children(&g.children, segments),
            ),
        })
        .collect()
}

pub(crate) fn profile_text(
    def: &Definition,
    segments: &HashMap<String, String>,
    head: &str,
    used: &mut BTreeSet<String>,
) -> String {
    let m = &def.message;
    let mut out = head.to_owned();
    let _ = writeln!(
        out,
        "id: {}\nname: {}",
        m.identifier,
        scalar(&spaced(&m.name))
    );
    let event = if m.code == "ACK" {
        "V04"
    } else {
        m.event.as_str()
    };
    let _ = writeln!(out, "message: {}^{event}^{}", m.code, m.structure);
    let _ = writeln!(out, "source: {}", scalar(GUIDE));
    let mut bindings = BTreeSet::new();
    let reach: Vec<&ElementDef> = def
        .segments
        .iter()
        .flat_map(|s| &s.fields)
        .chain(def.datatypes.iter().flat_map(|d| &d.components))
        .collect();
    for b in reach.iter().filter_map(|e| e.binding.as_ref()) {
        bindings.extend(b.tables.iter().cloned());
    }
    let unchecked: Vec<String> = bindings
        .into_iter()
        .filter(|t| def.unchecked.contains(t))
        .collect();
    if !unchecked.is_empty() {
        out.push_str("# Tables that are bound but not checked: their codes are the users' own.\nunchecked:\n");
        out.push_str(&wrapped(
            &unchecked.iter().map(|t| scalar(t)).collect::<Vec<_>>(),
            2,
        ));
    }
    out.push_str("structure:\n");
    let message = rules_on(def, |a| match a {
        Anchor::MessageId(id) => *id == m.id,
        Anchor::MessageName(name) => *name == m.structure,
        _ => false,
    });
    places_text(&mut out, def, &m.children, &m.structure, segments, 2, used);
    in_rules(&message, used);
    let children = scope_children(&m.children, segments);
    out.push_str(&rules_text(&message, Scope::Group(&children), 0));
    out
}

pub(crate) fn places_text(
    out: &mut String,
    def: &Definition,
    children: &[ChildDef],
    within: &str,
    segments: &HashMap<String, String>,
    indent: usize,
    used: &mut BTreeSet<String>,
) {
    let pad = " ".repeat(indent);
    for c in children {
        let usual = (u32::from(c.usage == Usage::R), Some(1));
        let occurs = if (c.cardinality.min, c.cardinality.max) == usual {
            String::new()
        } else {
            range(c.cardinality.min, c.cardinality.max)
        };
        match &c.kind {
            ChildKind::Segment(id) => {
                let occurs = if occurs.is_empty() {
                    occurs
                } else {
                    format!(", occurs: {occurs}")
                };
                let _ = writeln!(
                    out,
                    "{pad}- {{segment: {}, usage: {}{occurs}}}",
                    segments[id],
                    c.usage.letters()
                );
            }
            ChildKind::Group(g) => {
                let _ = writeln!(
                    out,
                    "{pad}- group: {}\n{pad}  usage: {}",
                    short(&g.name),
                    c.usage.letters()
                );
                if !occurs.is_empty() {
                    let _ = writeln!(out, "{pad}  occurs: {occurs}");
                }
                if g.name != format!("{within}.{}", short(&g.name)) {
                    let _ = writeln!(out, "{pad}  reference-name: {}", g.name);
                }
                let _ = writeln!(out, "{pad}  children:");
                places_text(out, def, &g.children, &g.name, segments, indent + 4, used);
                let rules = rules_on(def, |a| match a {
                    Anchor::GroupId(id) => *id == g.id,
                    Anchor::GroupName(name) => *name == g.name,
                    _ => false,
                });
                in_rules(&rules, used);
                let inner = scope_children(&g.children, segments);
                out.push_str(&rules_text(&rules, Scope::Group(&inner), indent + 2));
            }
        }
    }
}

pub(crate) fn table_text(table: &TableDef, source: &str) -> String {
    let mut systems: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    for c in &table.codes {
        *systems.entry(c.system.as_deref()).or_default() += 1;
    }
    let system = systems
        .iter()
        .max_by_key(|(_, n)| **n)
        .and_then(|(s, _)| *s);
    let mut out = format!(
        "# {}{source}.\n",
        if source == GUIDE {
            "Codes from the "
        } else {
            ""
        }
    );
    let _ = writeln!(
        out,
        "id: {}\nname: {}",
        scalar(&table.id),
        scalar(&spaced(&table.name))
    );
    if let Some(system) = system {
        let _ = writeln!(out, "system: {}", scalar(system));
    }
    match table.openness {
        Openness::Open => out.push_str("extensibility: open\n"),
        Openness::Closed => out.push_str("extensibility: closed\n"),
        Openness::Unstated => {}
    }
    match table.stability {
        Stability::Static => out.push_str("stability: static\n"),
        Stability::Dynamic => out.push_str("stability: dynamic\n"),
        Stability::Unstated => {}
    }
    let special = |c: &&CodeDef| {
        c.system.as_deref() != system || c.usage != CodeUsage::Required || c.pattern.is_some()
    };
    let plain: Vec<String> = table
        .codes
        .iter()
        .filter(|c| !special(c))
        .map(|c| scalar(&c.value))
        .collect();
    if !plain.is_empty() {
        out.push_str("codes:\n");
        out.push_str(&wrapped(&plain, 2));
    }
    let special: Vec<&CodeDef> = table.codes.iter().filter(special).collect();
    if !special.is_empty() {
        out.push_str("special:\n");
        for c in special {
            let mut parts = vec![format!("code: {}", scalar(&c.value))];
            if let Some(s) = c.system.as_deref().filter(|s| Some(*s) != system) {
                parts.push(format!("system: {}", scalar(s)));
            }
            match c.usage {
                CodeUsage::Required => {}
                CodeUsage::Permitted => parts.push("usage: permitted".to_owned()),
                CodeUsage::Excluded => parts.push("usage: excluded".to_owned()),
            }
            if let Some(p) = &c.pattern {
                parts.push(format!("pattern: {}", single(p)));
            }
            let _ = writeln!(out, "  - {{{}}}", parts.join(", "));
        }
    }
    out
}

// a flow sequence over as many lines as it needs
pub(crate) fn wrapped(list: &[String], indent: usize) -> String {
    let pad = " ".repeat(indent);
    let mut out = format!("{pad}[");
    let mut width = indent + 1;
    for (i, item) in list.iter().enumerate() {
        let last = i + 1 == list.len();
        if width + item.len() + 2 > 118 {
            let _ = write!(out, "\n{pad} ");
            width = indent + 1;
        }
        out.push_str(item);
        width += item.len() + 2;
        out.push_str(if last { "" } else { ", " });
    }
    let out = out
        .lines()
        .map(str::trim_end)
        .collect::<Vec<_>>()
        .join("\n");
    out + "]\n"
}
