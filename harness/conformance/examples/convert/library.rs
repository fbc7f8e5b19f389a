//! What the bundles hold, and the files made of it.

use crate::text::{
    bound, elements_text, mappings_text, profile_text, scalar, single, spaced, table_text,
};
use crate::{Anything, GUIDE};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use titer_conformance::expr::{self, Expr, Pattern, Scope};
use titer_conformance::model::{
    Anchor, CodeDef, CodeUsage, ConstraintDef, DatatypeDef, Definition, PredicateDef, SegmentDef,
    TableDef,
};
use titer_conformance::xml::{read_profile, read_rules, read_tables};

const DAY: &str = "(0[1-9]|[12][0-9]|3[01])";
const HOUR: &str = "([01][0-9]|2[0-3])";

#[derive(Default)]
pub(crate) struct Library {
    pub(crate) profiles: Vec<(String, Definition)>,
    // canonical text of a data type or segment, and the id it goes by
    pub(crate) datatypes: BTreeMap<String, (DatatypeDef, Rules, String)>,
    pub(crate) segments: BTreeMap<String, (SegmentDef, Rules, String)>,
    pub(crate) tables: BTreeMap<String, (TableDef, String)>,
}

#[derive(Clone, Default)]
pub(crate) struct Rules {
    pub(crate) constraints: Vec<ConstraintDef>,
    pub(crate) predicates: Vec<PredicateDef>,
}

pub(crate) fn patterns() -> Vec<(String, Pattern)> {
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
pub(crate) fn renamed(expr: &mut Expr) {
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
    pub(crate) fn read(&mut self, root: &Path, name: &str) -> Result<(), Anything> {
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
pub(crate) fn rules_on(def: &Definition, is: impl Fn(&Anchor) -> bool) -> Rules {
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

pub(crate) fn datatype_rules(def: &Definition, d: &DatatypeDef) -> Rules {
    rules_on(def, |a| match a {
        Anchor::DatatypeId(id) => *id == d.id,
        Anchor::DatatypeName(name) => *name == d.name,
        _ => false,
    })
}

pub(crate) fn segment_rules(def: &Definition, s: &SegmentDef) -> Rules {
    rules_on(def, |a| match a {
        Anchor::SegmentId(id) => *id == s.id,
        Anchor::SegmentName(name) => *name == s.name,
        _ => false,
    })
}

impl Library {
    pub(crate) fn tables(&mut self, codes: &Path) -> Result<(), Anything> {
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

    pub(crate) fn write(&mut self, out: &Path) -> Result<(), Anything> {
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

// CSV with quoted cells
pub(crate) fn rows(text: &str) -> Vec<Vec<String>> {
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
