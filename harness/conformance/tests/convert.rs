//! Profiles written in the other format and back find the same on every shared message.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use titer_conformance::bundle::Bundle;
use titer_conformance::convert::{to_xml, to_yaml};
use titer_conformance::model::Definition;
use titer_conformance::reference::{self, Entry};
use titer_conformance::{Dialect, Scratch, Validator, yaml};
use titer_hl7::{Message, Offsets};

#[expect(clippy::print_stdout, reason = "says that a test was skipped")]
fn nist() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/nist");
    if root.is_dir() {
        Some(root)
    } else {
        println!("skipped: ../shared is absent");
        None
    }
}

/// A folder that is removed in the end.
struct Room(PathBuf);

impl Room {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("titer-convert-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder");
        Room(path)
    }

    fn write(&self, texts: &BTreeMap<String, String>) -> &Path {
        for (name, text) in texts {
            let path = self.0.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        &self.0
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn opened(path: &Path) -> Definition {
    let bundle = Bundle::open(path).unwrap_or_else(|e| panic!("{}: {e:#?}", path.display()));
    bundle.definition(0).expect("a message").into_owned()
}

fn nist_bundle(root: &Path, profile: &str) -> Definition {
    let room = Room::new(profile);
    let parts = [
        ("profiles", "Profile"),
        ("constraints", "Constraints"),
        ("valuesets", "ValueSetLibrary"),
    ];
    let texts = parts.map(|(folder, kind)| {
        let name = format!("{profile}_{kind}.xml");
        let text = fs::read_to_string(root.join(folder).join(&name)).expect("a part");
        // what files are called does not matter
        (format!("{kind}/{}.data", name.len()), text)
    });
    opened(room.write(&texts.into_iter().collect()))
}

fn through_yaml(definition: &Definition) -> Definition {
    let texts = to_yaml(&[definition]).expect("it can be written");
    let id = &definition.message.identifier;
    yaml::load(&texts, id).unwrap_or_else(|e| panic!("{e}\n{}", e.render(false)))
}

fn through_xml(definition: &Definition, name: &str) -> Definition {
    let room = Room::new(name);
    let path = room.write(&to_xml(definition)).to_owned();
    let bundle = Bundle::open(&path).unwrap_or_else(|e| panic!("{e:#?}"));
    assert_eq!(
        bundle.warnings().len(),
        expected_remarks(definition),
        "{:#?}",
        bundle.warnings()
    );
    bundle.definition(0).expect("a message").into_owned()
}

// a value set that is bound and not defined is remarked upon, and nothing else
fn expected_remarks(definition: &Definition) -> usize {
    usize::from(undefined(definition))
}

fn undefined(definition: &Definition) -> bool {
    let fields = definition.segments.iter().flat_map(|s| &s.fields);
    let components = definition.datatypes.iter().flat_map(|d| &d.components);
    fields
        .chain(components)
        .filter_map(|e| e.binding.as_ref())
        .flat_map(|b| &b.tables)
        .any(|id| {
            !definition.unchecked.contains(id) && definition.tables.iter().all(|t| t.id != *id)
        })
}

type Found = Vec<(Entry, String)>;

fn found(validator: &Validator, bytes: &[u8]) -> Found {
    let mut offsets = Offsets::new();
    let message = Message::parse(bytes, &mut offsets);
    let mut scratch = Scratch::new();
    let mut list: Found = validator
        .check(&message, &mut scratch)
        .iter()
        .map(|d| {
            let finding = validator.finding(d, &message);
            (
                reference::entry(validator, None, d, &message),
                finding.message,
            )
        })
        .collect();
    list.sort();
    list
}

fn jobs(root: &Path) -> Vec<(String, PathBuf)> {
    let mut jobs = Vec::new();
    for table in ["jobs.tsv", "mutants.tsv", "probes.tsv", "field.tsv"] {
        let text = fs::read_to_string(root.join(table)).expect(table);
        let mut lines = text.lines();
        let head: Vec<&str> = lines.next().expect("a head").split('\t').collect();
        for line in lines {
            let row: HashMap<&str, &str> = head.iter().copied().zip(line.split('\t')).collect();
            let profile = row["profile"].trim_start_matches("profiles/");
            let profile = profile.trim_end_matches("_Profile.xml").to_owned();
            jobs.push((profile, root.join(row["message"])));
        }
    }
    jobs
}

#[test]
fn nothing_is_lost_on_the_way_to_yaml_and_back() {
    let Some(root) = nist() else { return };
    let mut profiles: HashMap<String, Vec<Validator>> = HashMap::new();
    let (mut judged, mut findings) = (0, 0);
    for (profile, message) in jobs(&root) {
        let validators = profiles.entry(profile.clone()).or_insert_with(|| {
            let original = nist_bundle(&root, &profile);
            let yaml = through_yaml(&original);
            let back = through_xml(&yaml, &format!("back-{profile}"));
            let all = [&original, &yaml, &back];
            [Dialect::Nist163, Dialect::Titer]
                .into_iter()
                .flat_map(|d| all.map(|p| Validator::compile(p, d).expect("a validator")))
                .collect()
        });
        let bytes = fs::read(&message).expect("a message");
        for three in validators.chunks(3) {
            let original = found(&three[0], &bytes);
            assert_eq!(
                original,
                found(&three[1], &bytes),
                "YAML, {}",
                message.display()
            );
            assert_eq!(
                original,
                found(&three[2], &bytes),
                "XML, {}",
                message.display()
            );
            findings += original.len();
        }
        judged += 1;
    }
    assert_eq!(profiles.len(), 8);
    assert!(judged >= 51 + 219 + 12 + 135, "{judged}");
    assert!(findings > 30_000, "{findings}");
}

/// A profile of our own with everything that profiles may have.
const RICH: &[(&str, &str)] = &[
    ("p.xml", include_str!("fixtures/rich/p.xml")),
    ("c.xml", include_str!("fixtures/rich/c.xml")),
    ("v.xml", include_str!("fixtures/rich/v.xml")),
    ("b.xml", include_str!("fixtures/rich/b.xml")),
    ("co.xml", include_str!("fixtures/rich/co.xml")),
    ("s.xml", include_str!("fixtures/rich/s.xml")),
];

const MESSAGES: [&str; 4] = [
    "MSH|^~\\&|A|B|1^X|D|20260312||ORU^R01^ORU_R01|1|P|2.5.1\rPID|1||A~B\rOBX|1|CE|1^one^S|g1|a^b^T\rOBX|2|NM|2^two^S|g1|12\r",
    "MSH|^~\\&|A|B|9^Y|D|20260230||ORU^R01^ORU_R01|1|P|2.5.1\rPID|2||A^B~C\rOBX|1|ST|1^one^S||abcdefghijkl\rOBX|3|CE|3^three^S||z^y^x\r",
    "MSH|^~\\&|||||2026||ORU^R01^ORU_R01|1|P|2.5.1\rPID|||\r",
    "MSH|^~\\&|A|B|1|D|20260312||ORU^R01^ORU_R01|1|P|2.5.1\rPID|1|x|A\rOBX|1|CE|1^one^Q|g1|q\rOBX|2|CE|1^one^S|g1|a^b^U\r",
];

#[test]
fn every_part_of_a_profile_survives_both_ways() {
    let room = Room::new("rich");
    let texts = RICH.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned()));
    let original = opened(room.write(&texts.collect()));
    let yaml = through_yaml(&original);
    let back = through_xml(&yaml, "rich-back");
    for definition in [&yaml, &back] {
        assert_eq!(original.rules.contexts, definition.rules.contexts);
        assert_eq!(original.bindings.sets.len(), definition.bindings.sets.len());
        assert_eq!(
            original.bindings.singles.len(),
            definition.bindings.singles.len()
        );
        assert_eq!(original.co_constraints, definition.co_constraints);
        assert_eq!(
            original.slicing.segments.len(),
            definition.slicing.segments.len()
        );
        assert_eq!(
            original.slicing.fields.len(),
            definition.slicing.fields.len()
        );
        assert_eq!(
            original.rules.co_values.len(),
            definition.rules.co_values.len()
        );
    }
    let mut findings = 0;
    for dialect in [Dialect::Nist163, Dialect::Titer] {
        let all =
            [&original, &yaml, &back].map(|d| Validator::compile(d, dialect).expect("a validator"));
        for message in MESSAGES {
            let first = found(&all[0], message.as_bytes());
            assert_eq!(first, found(&all[1], message.as_bytes()), "YAML, {message}");
            assert_eq!(first, found(&all[2], message.as_bytes()), "XML, {message}");
            findings += first.len();
        }
    }
    assert!(findings > 20, "{findings}");
}
