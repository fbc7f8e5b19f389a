//! Writes our profiles from NIST bundles: `convert BUNDLES CODES OUT`.
//!
//! BUNDLES holds `profiles/`, `constraints/` and `valuesets/` in NIST's XML, CODES the CDC code tables as CSV, OUT becomes
//! the folder of YAML profiles. Facts only are carried: usage, cardinality, length, bindings, codes, expressions, names.
//! What was written is the source of truth from then on; this program is for taking in another release of the guide.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use titer_conformance::expr::{self, Expr, Pattern, Scope, ScopeChild};
use titer_conformance::model::{
    Anchor, ChildDef, ChildKind, CodeDef, CodeUsage, ConstraintDef, DatatypeDef, Definition,
    ElementDef, Length, MappingDef, Openness, PredicateDef, SegmentDef, Stability, Strength,
    TableDef, Usage, Weight,
};
use titer_conformance::xml::{read_profile, read_rules, read_tables};

type Anything = Box<dyn std::error::Error>;

const PROFILES: [&str; 8] = [
    "VXU-Z22", "ACK-Z23", "RSP-Z31", "RSP-Z32", "RSP-Z33", "QBP-Z34", "RSP-Z42", "QBP-Z44",
];

const GUIDE: &str = "HL7 v2.5.1 Implementation Guide for Immunization Messaging, release 1.5 (October 2014), with its addendum (July 2015)";

const DAY: &str = "(0[1-9]|[12][0-9]|3[01])";
const HOUR: &str = "([01][0-9]|2[0-3])";

fn main() -> Result<(), Anything> {
    let arguments: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    let [bundles, codes, out] = arguments.as_slice() else {
        return Err("usage: convert BUNDLES CODES OUT".into());
    };
    let mut library = Library::default();
    for name in PROFILES {
        library.read(bundles, name)?;
    }
    library.tables(codes)?;
    library.write(out)
}

#[derive(Default)]
struct Library {
    profiles: Vec<(String, Definition)>,
    // canonical text of a data type or segment, and the id it goes by
    datatypes: BTreeMap<String, (DatatypeDef, Rules, String)>,
    segments: BTreeMap<String, (SegmentDef, Rules, String)>,
    tables: BTreeMap<String, (TableDef, String)>,
}

#[derive(Clone, Default)]
struct Rules {
    constraints: Vec<ConstraintDef>,
    predicates: Vec<PredicateDef>,
}

fn patterns() -> Vec<(String, Pattern)> {
    let clock = format!("({HOUR}([0-5][0-9]([0-5][0-9](\\.[0-9]{{4}})?)?)?)?");
    let month = "[0-9]{4}(0[1-9]|1[0-2])";
    [
        ("oid", "[0-2](\\.(0|[1-9][0-9]*))*".to_owned()),
        ("day-or-finer", format!("{month}{DAY}{clock}")),
        ("month-or-finer", format!("{month}({DAY}{clock})?")),
        (
            "moment-with-zone",
            format!("{month}{DAY}{HOUR}[0-5][0-9][0-5][0-9].*[+-][0-9]{{4}}"),
        ),
    ]
    .into_iter()
    .map(|(n, s)| (n.to_owned(), Pattern::new(&s).expect("a good pattern")))
    .collect()
}

// the guide's patterns by what they begin with, as the shorter ones that mean the same
fn renamed(expr: &mut Expr) {
    let ours = patterns();
    expr.visit_mut(&mut |e| {
        if let Expr::Values {
            test: expr::Test::Matches(p),
            ..
        } = e
        {
            let source = p.source();
            let name = if source.starts_with("[0-2]") {
                "oid"
            } else if source.contains(".*") {
                "moment-with-zone"
            } else if source.starts_with("((([0-9]{4})((0[1-9])|(1[0-2])))|") {
                "month-or-finer"
            } else {
                "day-or-finer"
            };
            if let Some((_, p2)) = ours.iter().find(|(n, _)| n == name) {
                *p = p2.clone();
            }
        }
    });
}

impl Library {
    fn read(&mut self, root: &Path, name: &str) -> Result<(), Anything> {
        let text = |folder: &str, kind: &str| {
            std::fs::read_to_string(root.join(folder).join(format!("{name}_{kind}.xml")))
        };
        let structure = read_profile(name, &text("profiles", "Profile")?, None)?;
        let mut rules = read_rules(name, &text("constraints", "Constraints")?)?;
        for c in &mut rules.constraints {
            renamed(&mut c.assertion);
        }
        for p in &mut rules.predicates {
            renamed(&mut p.condition);
        }
        let tables = read_tables(name, &text("valuesets", "ValueSetLibrary")?)?;
        let mut definition = structure.with(rules, tables);
        let fields = definition.segments.iter_mut().flat_map(|s| &mut s.fields);
        for b in fields.filter_map(|f| f.binding.as_mut()) {
            for t in &mut b.tables {
                // a digit is lost in the bundle for Z32
                if t == "HL0086_IZ" {
                    "HL70086_IZ".clone_into(t);
                }
            }
        }
        self.profiles
            .push((definition.message.identifier.clone(), definition));
        Ok(())
    }
}

// the rules that stand on a definition, in the order of the file
fn rules_on(def: &Definition, is: impl Fn(&Anchor) -> bool) -> Rules {
    Rules {
        constraints: def
            .rules
            .constraints
            .iter()
            .filter(|c| is(&c.anchor))
            .cloned()
            .collect(),
        predicates: def
            .rules
            .predicates
            .iter()
            .filter(|p| is(&p.anchor))
            .cloned()
            .collect(),
    }
}

fn datatype_rules(def: &Definition, d: &DatatypeDef) -> Rules {
    rules_on(def, |a| match a {
        Anchor::DatatypeId(id) => *id == d.id,
        Anchor::DatatypeName(name) => *name == d.name,
        _ => false,
    })
}

fn segment_rules(def: &Definition, s: &SegmentDef) -> Rules {
    rules_on(def, |a| match a {
        Anchor::SegmentId(id) => *id == s.id,
        Anchor::SegmentName(name) => *name == s.name,
        _ => false,
    })
}

// how a segment or data type is written, with `name` for the data types in it
fn elements_text(
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
            Length::Both => parts.push("length: 0..*, conformance-length: 1".to_owned()),
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

fn rules_text(rules: &Rules, scope: Scope<'_>, indent: usize) -> String {
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

fn range(min: u32, max: Option<u32>) -> String {
    match max {
        Some(max) => format!("{min}..{max}"),
        None => format!("{min}..*"),
    }
}

// a scalar, quoted where YAML could take it for something else
fn scalar(text: &str) -> String {
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

fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Data types and segments of one profile, written out, so that equal ones can be told.
struct Canon<'d> {
    def: &'d Definition,
    datatypes: HashMap<String, String>,
}

impl Canon<'_> {
    fn datatype(&mut self, id: &str) -> String {
        if let Some(text) = self.datatypes.get(id) {
            return text.clone();
        }
        let d = self
            .def
            .datatypes
            .iter()
            .find(|d| d.id == id)
            .expect("a data type")
            .clone();
        for c in &d.components {
            self.datatype(&c.datatype);
        }
        let rules = datatype_rules(self.def, &d);
        let text = format!(
            "{}\n{}",
            d.id,
            elements_text(
                &d.components,
                &rules,
                "components",
                Scope::Datatype(&d.name),
                &|t| { self.datatypes[t].clone() }
            )
        );
        self.datatypes.insert(id.to_owned(), text.clone());
        text
    }

    fn segment(&mut self, id: &str) -> String {
        let s = self
            .def
            .segments
            .iter()
            .find(|s| s.id == id)
            .expect("a segment")
            .clone();
        for f in &s.fields {
            self.datatype(&f.datatype);
        }
        for c in s.mappings.iter().flat_map(|m| &m.cases) {
            self.datatype(&c.datatype);
        }
        let rules = segment_rules(self.def, &s);
        format!(
            "{}\n{}{}",
            s.name,
            elements_text(&s.fields, &rules, "fields", Scope::Segment(&s.name), &|t| {
                self.datatypes[t].clone()
            }),
            mappings_text(&s.mappings, &|t| self.datatypes[t].clone())
        )
    }
}

fn mappings_text(list: &[MappingDef], name: &dyn Fn(&str) -> String) -> String {
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

fn segment_ids(children: &[ChildDef], out: &mut Vec<String>) {
    for c in children {
        match &c.kind {
            ChildKind::Segment(id) => out.push(id.clone()),
            ChildKind::Group(g) => segment_ids(&g.children, out),
        }
    }
}

impl Library {
    // gives every distinct segment and data type an id; the first of a name keeps the plain one
    fn name_flavours(&mut self) -> Vec<(HashMap<String, String>, HashMap<String, String>)> {
        let mut per_profile = Vec::new();
        let mut datatype_texts: Vec<(String, String, String)> = Vec::new();
        let mut segment_texts: Vec<(String, String, String)> = Vec::new();
        let mut canonical = Vec::new();
        for (id, def) in &self.profiles {
            let mut canon = Canon {
                def,
                datatypes: HashMap::new(),
            };
            let mut segments = Vec::new();
            segment_ids(&def.message.children, &mut segments);
            let mut segment_map = HashMap::new();
            for s in segments {
                let text = canon.segment(&s);
                let name = def
                    .segments
                    .iter()
                    .find(|d| d.id == s)
                    .expect("a segment")
                    .name
                    .clone();
                if !segment_texts.iter().any(|(t, ..)| *t == text) {
                    segment_texts.push((text.clone(), name, id.clone()));
                }
                segment_map.insert(s, text);
            }
            let mut used: Vec<(&String, &String)> = canon.datatypes.iter().collect();
            used.sort();
            for (nist, text) in used {
                if !datatype_texts.iter().any(|(t, ..)| t == text) {
                    datatype_texts.push((text.clone(), nist.clone(), id.clone()));
                }
            }
            canonical.push((canon.datatypes.clone(), segment_map));
        }
        let datatype_ids = ids(&datatype_texts, true);
        let segment_ids = ids(&segment_texts, false);
        for ((_, def), (datatypes, segments)) in self.profiles.iter().zip(canonical) {
            for (nist, text) in &datatypes {
                let d = def
                    .datatypes
                    .iter()
                    .find(|d| d.id == *nist)
                    .expect("a data type");
                self.datatypes.entry(text.clone()).or_insert_with(|| {
                    let mut d = d.clone();
                    for c in &mut d.components {
                        c.datatype = datatype_ids[&datatypes[&c.datatype]].clone();
                    }
                    (
                        d.clone(),
                        datatype_rules(
                            def,
                            &DatatypeDef {
                                id: nist.clone(),
                                ..d
                            },
                        ),
                        datatype_ids[text].clone(),
                    )
                });
            }
            for (nist, text) in &segments {
                let s = def
                    .segments
                    .iter()
                    .find(|s| s.id == *nist)
                    .expect("a segment");
                self.segments.entry(text.clone()).or_insert_with(|| {
                    let mut s = s.clone();
                    for f in &mut s.fields {
                        f.datatype = datatype_ids[&datatypes[&f.datatype]].clone();
                    }
                    for c in s.mappings.iter_mut().flat_map(|m| &mut m.cases) {
                        c.datatype = datatype_ids[&datatypes[&c.datatype]].clone();
                    }
                    let rules = segment_rules(def, &s);
                    (s, rules, segment_ids[text].clone())
                });
            }
            per_profile.push((
                datatypes
                    .into_iter()
                    .map(|(k, t)| (k, datatype_ids[&t].clone()))
                    .collect(),
                segments
                    .into_iter()
                    .map(|(k, t)| (k, segment_ids[&t].clone()))
                    .collect(),
            ));
        }
        per_profile
    }

    fn tables(&mut self, codes: &Path) -> Result<(), Anything> {
        for (_, def) in &self.profiles {
            for t in &def.tables {
                self.tables
                    .entry(t.id.clone())
                    .or_insert_with(|| (t.clone(), GUIDE.to_owned()));
            }
        }
        let cdc = "CDC's code tables as of December 2025, with the codes of the guide";
        let column = |file: &str, name: &str| -> Result<Vec<String>, Anything> {
            let text = std::fs::read_to_string(codes.join(file))?;
            let mut rows = rows(&text).into_iter();
            let head = rows.next().ok_or("an empty table")?;
            let at = head
                .iter()
                .position(|h| h == name)
                .ok_or(format!("no column {name} in {file}"))?;
            Ok(rows
                .filter_map(|r| r.get(at).cloned())
                .filter(|v| !v.is_empty())
                .collect())
        };
        for (id, file, name) in [
            ("CVX", "cvx.csv", "cvx"),
            ("MVX", "mvx.csv", "MVX_CODE"),
            ("NDC_Use", "ndc_unit_of_use.csv", "ndc11"),
            ("NDC_Sale", "ndc_unit_of_sale.csv", "ndc11"),
            ("PHVS_VISBarcodes_IIS", "vis.csv", "VIS_encoded_string"),
            ("PHVS_VISVaccines_IIS", "cvx_vis.csv", "CVXCode"),
        ] {
            let Some((table, source)) = self.tables.get_mut(id) else {
                continue;
            };
            cdc.clone_into(source);
            let system = table.codes.first().and_then(|c| c.system.clone());
            let have: BTreeSet<String> = table.codes.iter().map(|c| c.value.clone()).collect();
            for value in column(file, name)? {
                if !have.contains(&value) && !table.codes.iter().any(|c| c.value == value) {
                    table.codes.push(CodeDef {
                        value,
                        system: system.clone(),
                        usage: CodeUsage::Required,
                        pattern: None,
                    });
                }
            }
            table.codes.sort();
        }
        Ok(())
    }

    fn write(&mut self, out: &Path) -> Result<(), Anything> {
        let names = self.name_flavours();
        for folder in ["segments", "datatypes", "tables"] {
            std::fs::create_dir_all(out.join(folder))?;
        }
        let head = format!("# Facts from the {GUIDE}.\n");
        let mut files: BTreeMap<String, String> = BTreeMap::new();
        let mut used = BTreeSet::new();

        let mut segments: Vec<&(SegmentDef, Rules, String)> = self.segments.values().collect();
        segments.sort_by(|a, b| a.2.cmp(&b.2));
        for (s, rules, id) in segments {
            let text = files
                .entry(format!("segments/{}.yaml", s.name))
                .or_insert_with(|| format!("{head}segments:\n"));
            let _ = writeln!(
                text,
                "  - id: {id}\n    title: {}",
                scalar(&spaced(&s.description))
            );
            text.push_str(&elements_text(
                &s.fields,
                rules,
                "fields",
                Scope::Segment(&s.name),
                &str::to_owned,
            ));
            text.push_str(&mappings_text(&s.mappings, &str::to_owned));
            bound(&s.fields, rules, &mut used);
        }
        let mut datatypes: Vec<&(DatatypeDef, Rules, String)> = self.datatypes.values().collect();
        datatypes.sort_by(|a, b| a.2.cmp(&b.2));
        for (d, rules, id) in datatypes {
            let file = if d.components.is_empty() {
                "primitives"
            } else {
                d.name.as_str()
            };
            let text = files
                .entry(format!("datatypes/{file}.yaml"))
                .or_insert_with(|| format!("{head}datatypes:\n"));
            let _ = writeln!(text, "  - id: {}", scalar(id));
            if id.split(['.', '_']).next() != Some(d.name.as_str()) {
                let _ = writeln!(text, "    name: {}", d.name);
            }
            let _ = writeln!(text, "    title: {}", scalar(&spaced(&d.description)));
            text.push_str(&elements_text(
                &d.components,
                rules,
                "components",
                Scope::Datatype(&d.name),
                &str::to_owned,
            ));
            bound(&d.components, rules, &mut used);
        }
        for ((id, def), (_, segments)) in self.profiles.iter().zip(&names) {
            files.insert(
                format!("{id}.yaml"),
                profile_text(def, segments, &head, &mut used),
            );
        }
        let unchecked: BTreeSet<&String> = self
            .profiles
            .iter()
            .flat_map(|(_, d)| &d.unchecked)
            .collect();
        for id in &used {
            let Some((table, source)) = self.tables.get(id) else {
                if unchecked.contains(id) {
                    continue;
                }
                return Err(format!("the table {id} is not defined").into());
            };
            // a table that no profile checks is not carried
            let checked = self.profiles.iter().any(|(_, d)| !d.unchecked.contains(id));
            if checked && !table.codes.is_empty() {
                files.insert(format!("tables/{id}.yaml"), table_text(table, source));
            }
        }
        let mut text = format!("{head}# Each matches a whole value.\npatterns:\n");
        for (name, pattern) in patterns() {
            let _ = writeln!(
                text,
                "  - {{name: {name}, regex: {}}}",
                single(pattern.source())
            );
        }
        files.insert("patterns.yaml".to_owned(), text);
        for (name, text) in files {
            std::fs::write(out.join(name), text)?;
        }
        Ok(())
    }
}

// gives each text an id: NIST's or HL7's name, and for further ones that name and the first profile that uses them
fn ids(texts: &[(String, String, String)], plain_first: bool) -> HashMap<String, String> {
    let mut out = HashMap::new();
    for (text, name, profile) in texts {
        let same: Vec<&(String, String, String)> =
            texts.iter().filter(|(_, n, _)| n == name).collect();
        let first = same.first().is_some_and(|(t, ..)| t == text);
        let id = if same.len() == 1 || (plain_first && first) {
            name.clone()
        } else {
            format!("{name}.{profile}")
        };
        out.insert(text.clone(), id);
    }
    out
}

fn bound(list: &[ElementDef], rules: &Rules, used: &mut BTreeSet<String>) {
    used.extend(
        list.iter()
            .filter_map(|e| e.binding.as_ref())
            .flat_map(|b| b.tables.clone()),
    );
    in_rules(rules, used);
}

fn in_rules(rules: &Rules, used: &mut BTreeSet<String>) {
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

fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn scope_children(children: &[ChildDef], segments: &HashMap<String, String>) -> Vec<ScopeChild> {
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

fn profile_text(
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

fn places_text(
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

fn table_text(table: &TableDef, source: &str) -> String {
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
fn wrapped(list: &[String], indent: usize) -> String {
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

// CSV with quoted cells
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell).trim().to_owned()),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell).trim().to_owned());
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell.trim().to_owned());
        rows.push(row);
    }
    rows
}
