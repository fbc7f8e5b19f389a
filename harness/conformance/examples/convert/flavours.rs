//! Which data types and segments of the eight profiles are the same, and what each goes by.

use crate::library::{Library, datatype_rules, segment_rules};
use crate::text::{elements_text, mappings_text};
use std::collections::HashMap;
use titer_conformance::expr::Scope;
use titer_conformance::model::{ChildDef, ChildKind, DatatypeDef, Definition};

/// Data types and segments of one profile, written out, so that equal ones can be told.
pub(crate) struct Canon<'d> {
    pub(crate) def: &'d Definition,
    pub(crate) datatypes: HashMap<String, String>,
}

impl Canon<'_> {
    pub(crate) fn datatype(&mut self, id: &str) -> String {
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

    pub(crate) fn segment(&mut self, id: &str) -> String {
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

pub(crate) fn segment_ids(children: &[ChildDef], out: &mut Vec<String>) {
    for c in children {
        match &c.kind {
            ChildKind::Segment(id) => out.push(id.clone()),
            ChildKind::Group(g) => segment_ids(&g.children, out),
        }
    }
}

impl Library {
    // gives every distinct segment and data type an id; the first of a name keeps the plain one
    pub(crate) fn name_flavours(
        &mut self,
    ) -> Vec<(HashMap<String, String>, HashMap<String, String>)> {
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
}

// gives each text an id: NIST's or HL7's name, and for further ones that name and the first profile that uses them
pub(crate) fn ids(
    texts: &[(String, String, String)],
    plain_first: bool,
) -> HashMap<String, String> {
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
