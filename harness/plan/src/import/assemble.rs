//! From the folders of a bundle to the files of a plan.

use super::expect::{self, Converted};
use super::files::{self, Folder, Meta};
use super::message::{self, Found};
use super::place::Shape;
use super::report::{Note, Report, StepReport, Tally, Weight};
use super::story;
use super::words::{self, fixed_places, line, plain, short, slug, version};
use super::xml;
use super::yaml::Y;
use super::{ImportError, Imported};
use std::collections::BTreeMap;
use std::path::Path;

/// The files of a bundle that are read.
const USED: [&str; 8] = [
    "TestPlan.json",
    "TestCaseGroup.json",
    "TestCase.json",
    "TestStep.json",
    "TestStory.json",
    "TestStory.html",
    "Message.txt",
    "Constraints.xml",
];

/// What a folder of a bundle is.
#[derive(Clone, Copy, PartialEq)]
enum What {
    Group,
    Case,
    Step,
    Other,
}

fn what(folder: &Folder) -> What {
    let named = |prefix: &str| {
        folder
            .name
            .get(..prefix.len())
            .is_some_and(|n| n.eq_ignore_ascii_case(prefix))
    };
    if folder.has("TestStep.json") {
        What::Step
    } else if folder.has("TestCase.json") {
        What::Case
    } else if folder.has("TestCaseGroup.json") {
        What::Group
    } else if named("TestStep") || folder.has("Message.txt") || folder.has("Constraints.xml") {
        What::Step
    } else if named("TestGroup") || named("TestCaseGroup") {
        What::Group
    } else if named("TestCase") {
        What::Case
    } else {
        What::Other
    }
}

struct Group {
    id: String,
    title: String,
    about: String,
    cases: Vec<(String, String)>,
}

struct Maker<'b> {
    dir: &'b Path,
    id: String,
    report: Report,
    files: BTreeMap<String, String>,
    groups: Vec<Group>,
    sends: bool,
}

pub(super) fn assemble(dir: &Path, id: Option<&str>) -> Result<Imported, ImportError> {
    let mut notes = Vec::new();
    let root = files::walk(dir, &mut notes).map_err(|source| ImportError::Read {
        path: dir.to_path_buf(),
        source,
    })?;
    // the bundle may lie one folder deeper
    let inner = match root.folders.as_slice() {
        [one] if !root.has("TestPlan.json") && what(one) == What::Other => Some(one),
        _ => None,
    };
    let root = inner.unwrap_or(&root);
    let mut steps = 0;
    root.every(&mut |f| steps += usize::from(what(f) == What::Step));
    if steps == 0 {
        let report = Report {
            notes,
            ..Report::default()
        };
        let diagnostics = report.diagnostics(&dir.display().to_string());
        return Err(ImportError::NoBundle {
            path: dir.to_path_buf(),
            diagnostics: diagnostics.into_iter().map(|(_, d)| d).collect(),
        });
    }
    let plan = files::meta(dir, root, "TestPlan.json", &mut notes);
    let id = id.map_or_else(|| slug(&root.name), slug);
    let mut maker = Maker {
        dir,
        report: Report {
            plan: id.clone(),
            name: plan.name.clone(),
            notes,
            unused_files: files::unused(root, &USED),
            ..Report::default()
        },
        id,
        files: BTreeMap::new(),
        groups: Vec::new(),
        sends: false,
    };
    maker.group(root, &plan, "");
    maker.plan(&plan);
    Ok(maker.finish())
}

impl Maker<'_> {
    // what is inside a group or the plan
    fn group(&mut self, folder: &Folder, meta: &Meta, number: &str) {
        let mut cases = Vec::new();
        let mut groups = Vec::new();
        for inner in &folder.folders {
            match what(inner) {
                What::Case => {
                    let meta =
                        files::meta(self.dir, inner, "TestCase.json", &mut self.report.notes);
                    cases.push((inner, meta));
                }
                What::Group => {
                    let meta = files::meta(
                        self.dir,
                        inner,
                        "TestCaseGroup.json",
                        &mut self.report.notes,
                    );
                    groups.push((inner, meta));
                }
                // steps without a case are one
                What::Step => {}
                What::Other => self.stray(inner),
            }
        }
        let loose = folder.folders.iter().any(|f| what(f) == What::Step);
        let cases = numbered(cases);
        if !cases.is_empty() || loose {
            let about = match number {
                "" => String::new(),
                _ => meta.description.clone(),
            };
            self.groups.push(Group {
                id: match number {
                    "" => "cases".to_owned(),
                    n => format!("group-{n}"),
                },
                title: match number {
                    "" => "cases".to_owned(),
                    _ => short(&meta.name, "cases"),
                },
                about,
                cases: Vec::new(),
            });
            self.report.groups += 1;
            if loose {
                let text = "steps lie outside of a case; they are one of their own";
                self.report
                    .notes
                    .push(Note::new(Weight::Mended, text, &folder.path));
                self.case(folder, &Meta::default(), &join(number, 0));
            }
            for (n, inner, meta) in cases {
                self.case(inner, &meta, &join(number, n));
            }
        }
        for (n, inner, meta) in numbered(groups) {
            if meta.skip {
                self.skipped(&inner.path);
            }
            self.group(inner, &meta, &join(number, n));
        }
    }

    fn stray(&mut self, folder: &Folder) {
        let mut steps = 0;
        folder.every(&mut |f| steps += usize::from(what(f) == What::Step));
        if steps > 0 {
            let text =
                "the folder is neither a group nor a case, and what lies in it is not carried";
            self.report
                .notes
                .push(Note::new(Weight::Lost, text, &folder.path));
        }
    }

    fn skipped(&mut self, path: &str) {
        let text = "the bundle says that it is skipped; it is carried all the same";
        self.report
            .notes
            .push(Note::new(Weight::Remark, text, path));
    }

    fn case(&mut self, folder: &Folder, meta: &Meta, number: &str) {
        if meta.skip {
            self.skipped(&folder.path);
        }
        let story = story::story(self.dir, folder, &mut self.report.notes);
        let mut steps = Vec::new();
        for inner in &folder.folders {
            if what(inner) == What::Step {
                let mut notes = Vec::new();
                let meta = files::meta(self.dir, inner, "TestStep.json", &mut notes);
                steps.push((inner, (meta, notes)));
            } else if !number.ends_with(".0") && number != "0" {
                self.stray(inner);
            }
        }
        let order: Vec<(&Folder, Option<u32>)> =
            steps.iter().map(|(f, (m, _))| (*f, m.position)).collect();
        let numbers = files::numbers(&order);
        let mut steps: Vec<_> = numbers.into_iter().zip(steps).collect();
        steps.sort_by_key(|(n, _)| *n);
        self.report.cases += 1;
        let name = short(&meta.name, "steps without a case");
        let mut written = Vec::new();
        // the steps of this case that send, with the answers that were given to each
        let mut sent: Vec<(String, Vec<(String, String)>)> = Vec::new();
        for (n, (inner, (meta, notes))) in steps {
            let id = format!("{number}.{n}");
            written.push(self.step(inner, &meta, notes, number, &id, &mut sent));
        }
        if written.is_empty() {
            let text = "the case has no steps and is not carried";
            self.report
                .notes
                .push(Note::new(Weight::Lost, text, &folder.path));
            return;
        }
        let mut entries = vec![
            ("id".to_owned(), Y::text(number)),
            ("title".to_owned(), Y::text(name.clone())),
        ];
        let mut about: Vec<String> = Vec::new();
        about.extend((!meta.description.is_empty()).then(|| line(&meta.description)));
        about.extend(story.told.iter().map(|t| line(t)));
        if !about.is_empty() {
            entries.push(("about".to_owned(), Y::text(about.join(" "))));
        }
        entries.push(("steps".to_owned(), Y::List(written)));
        let file = format!("cases/{number}.yaml");
        let text = Y::Map(entries).document("../../case.schema.json");
        self.files.insert(file.clone(), text);
        if let Some(group) = self.groups.last_mut() {
            group.cases.push((number.to_owned(), file));
        }
    }

    fn step(
        &mut self,
        folder: &Folder,
        meta: &Meta,
        mut notes: Vec<Note>,
        case: &str,
        id: &str,
        sent: &mut Vec<(String, Vec<(String, String)>)>,
    ) -> Y {
        if meta.skip {
            let text = "the bundle says that it is skipped; it is carried all the same";
            notes.push(Note::new(Weight::Remark, text, &folder.path));
        }
        let story = story::story(self.dir, folder, &mut notes);
        let file = folder.file("Message.txt");
        let text = folder
            .has("Message.txt")
            .then(|| files::text(self.dir, &file, &mut notes))
            .flatten();
        let found = text.as_deref().and_then(|text| {
            message::read(text)
                .map_err(|e| {
                    let said = format!("this is not a message: {}", e.why);
                    notes.push(Note::new(Weight::Lost, said, &file).at(e.line, e.column));
                })
                .ok()
        });
        let expected = matches!(
            meta.kind.as_str(),
            "SUT_INITIATOR" | "TA_RESPONDER" | "TA_INITIATOR" | "SUT_RESPONDER"
        );
        if expected && !folder.has("Message.txt") {
            let said = "there is no Message.txt, so a person judges the step";
            notes.push(Note::new(Weight::Lost, said, &folder.path));
        }
        let profile = found
            .as_ref()
            .and_then(|f| words::profile(f, meta, folder, &mut notes));
        let converted = self.constraints(folder, found.as_ref(), &mut notes);
        let mut report = StepReport {
            path: format!("{}/{case}/{id}", self.id),
            folder: folder.path.clone(),
            name: meta.name.clone(),
            kind: meta.kind.clone(),
            becomes: String::new(),
            profile: profile.map(str::to_owned),
            assertions: converted.assertions,
            patterns: converted.patterns,
            notes,
        };
        let mut entries = vec![
            ("id".to_owned(), Y::text(id)),
            ("title".to_owned(), Y::text(short(&meta.name, id))),
        ];
        let action = match found {
            Some(found) if found.is_sent() => {
                sent.push((id.to_owned(), Vec::new()));
                Some(self.send(&found, id, meta, profile, &converted))
            }
            Some(found) if found.is_answer() => {
                self.answer(&found, id, meta, profile, &converted, sent, &mut report)
            }
            Some(found) => {
                let said = format!(
                    "a message of the kind {} is none that a plan knows",
                    found.kind
                );
                let note = Note::new(Weight::Lost, said, &file);
                report.notes.push(note);
                None
            }
            None => None,
        };
        let had_message = text.is_some();
        if had_message || expected {
            let refused = |n: &Note| n.weight == Weight::Lost && n.file == file;
            let tally = Tally::one(action.is_some() && !report.notes.iter().any(refused));
            self.report.messages.add(tally);
        }
        let (kind, key, side) = action.unwrap_or_else(|| {
            (
                "inspect",
                Y::map::<String>([]),
                Some("a person does it in an EHR"),
            )
        });
        if kind == "inspect" && report.assertions.carried > 0 {
            let n = report.assertions.carried;
            report.assertions.lost += n;
            report.assertions.carried = 0;
            report.assertions.mended = 0;
            let said = "assertions about a message that nobody sends";
            report
                .notes
                .push(Note::new(Weight::Lost, said, &folder.path).of(n));
        }
        if let Some(because) = side {
            entries.push(("applies-to".to_owned(), Y::texts(["ehr".to_owned()])));
            entries.push(("because".to_owned(), Y::text(because)));
        }
        words::words(kind, meta, &story, &mut entries);
        entries.push((kind.to_owned(), key));
        kind.clone_into(&mut report.becomes);
        self.report.steps += 1;
        *self.report.becomes.entry(kind.to_owned()).or_default() += 1;
        self.report.assertions.add(report.assertions);
        self.report.patterns.add(report.patterns);
        self.report.details.push(report);
        Y::Map(entries)
    }

    fn constraints(
        &mut self,
        folder: &Folder,
        found: Option<&Found>,
        notes: &mut Vec<Note>,
    ) -> Converted {
        let file = folder.file("Constraints.xml");
        if !folder.has("Constraints.xml") {
            if found.is_some_and(Found::is_sent) {
                let text = "there is no Constraints.xml, so no test data are judged";
                notes.push(Note::new(Weight::Remark, text, &folder.path));
            }
            return Converted::default();
        }
        let Some(text) = files::text(self.dir, &file, notes) else {
            return Converted::default();
        };
        let lost = |n: usize| Converted {
            assertions: Tally {
                found: n,
                lost: n,
                ..Tally::default()
            },
            ..Converted::default()
        };
        let Some(rules) = xml::rules(&file, &text, notes) else {
            return lost(text.matches("<Constraint ").count());
        };
        let count = text.matches("<Constraint ").count();
        let Some(shape) = found.and_then(|f| f.profile).and_then(Shape::of) else {
            if count > 0 {
                let said = "the constraints are about a message whose model is not known";
                notes.push(Note::new(Weight::Lost, said, &file).of(count));
            }
            return lost(count);
        };
        let mut converted = expect::convert(&rules, &shape, &file);
        if converted.assertions.mended > 0 {
            let said =
                "paths that begin one level too high are read from the segment that was found";
            notes.push(Note::new(Weight::Mended, said, &file).of(converted.assertions.mended));
        }
        notes.append(&mut converted.notes);
        converted
    }

    fn template(&mut self, found: &Found, id: &str, meta: &Meta, converted: &Converted) -> String {
        let fixed: Vec<String> = fixed_places(&converted.expect);
        let name = id.to_owned();
        let about = short(&meta.name, id);
        self.files.insert(
            format!("messages/{name}.hl7"),
            found.template(&about, &fixed),
        );
        name
    }

    fn send(
        &mut self,
        found: &Found,
        id: &str,
        meta: &Meta,
        profile: Option<&str>,
        converted: &Converted,
    ) -> (&'static str, Y, Option<&'static str>) {
        self.sends = true;
        let name = self.template(found, id, meta, converted);
        let mut entries = vec![("message".to_owned(), Y::text(name))];
        entries.extend(profile.map(|p| ("profile".to_owned(), Y::text(p))));
        if !converted.expect.is_empty() {
            entries.push(("expect".to_owned(), Y::List(converted.expect.clone())));
        }
        ("send", Y::Map(entries), None)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a step's parts, and where what came of it goes"
    )]
    fn answer(
        &mut self,
        found: &Found,
        id: &str,
        meta: &Meta,
        profile: Option<&str>,
        converted: &Converted,
        sent: &mut [(String, Vec<(String, String)>)],
        report: &mut StepReport,
    ) -> Option<(&'static str, Y, Option<&'static str>)> {
        let file = format!("{}/Message.txt", report.folder);
        if matches!(meta.kind.as_str(), "TA_INITIATOR" | "SUT_INITIATOR") {
            let said = format!("its type is {}, and its message is an answer", meta.kind);
            let note = Note::new(Weight::Mended, said, &report.folder);
            report.notes.push(note);
        }
        let Some((asked, answers)) = sent.last_mut() else {
            let said = "it answers, and no step of its case sends before it";
            report.notes.push(Note::new(Weight::Lost, said, &file));
            return None;
        };
        let body = found.template("", &[]);
        if let Some((first, same)) = answers.first() {
            // an EHR gets one answer to a message; the step is about what it shows of it
            let said = if *same == body {
                format!("the same answer as in {first}, looked at once more")
            } else {
                format!(
                    "the message of {asked} was answered in {first}, so this answer is not given"
                )
            };
            let weight = if *same == body {
                Weight::Remark
            } else {
                Weight::Lost
            };
            report.notes.push(Note::new(weight, said, &file));
            let of = Y::map([("of", Y::text(first.as_str()))]);
            return Some(("inspect", of, Some("a person looks at an EHR")));
        }
        answers.push((id.to_owned(), body));
        let name = self.template(found, id, meta, converted);
        let mut entries = vec![("message".to_owned(), Y::text(name))];
        entries.extend(profile.map(|p| ("profile".to_owned(), Y::text(p))));
        let mut expect = converted.expect.clone();
        let side = if found.is_plain_acknowledgment() {
            expect.push(Y::map([
                ("at", Y::text("MSA-1")),
                ("is-one-of", Y::texts(["AA".to_owned(), "AE".to_owned()])),
                ("because", Y::text("an IIS may tell of warnings with AE")),
            ]));
            expect.push(Y::map([
                ("at", Y::text("MSA-2")),
                ("same-as", Y::text("sent MSH-10")),
            ]));
            None
        } else if found.status.is_empty() {
            Some("an IIS cannot be made to find fault with a good message")
        } else {
            Some("what an IIS answers depends on what it holds")
        };
        if !expect.is_empty() {
            entries.push(("expect".to_owned(), Y::List(expect)));
        }
        Some(("reply", Y::Map(entries), side))
    }

    fn plan(&mut self, meta: &Meta) {
        let text = |t: &str| Y::text(t);
        let mut entries = vec![
            ("id".to_owned(), text(&self.id)),
            (
                "title".to_owned(),
                Y::text(plain(&meta.name, "an imported plan")),
            ),
            ("version".to_owned(), Y::text(version(&meta.name))),
            (
                "source".to_owned(),
                Y::text(format!(
                    "a bundle of NIST's test tool: {}",
                    plain(&meta.name, "no name")
                )),
            ),
        ];
        if !meta.description.is_empty() {
            entries.push(("about".to_owned(), text(&meta.description)));
        }
        let sides: &[&str] = if self.sends {
            &["ehr", "iis"]
        } else {
            &["ehr"]
        };
        let sides = sides.iter().map(|s| (*s).to_owned());
        entries.push(("systems".to_owned(), Y::texts(sides)));
        let judging = Y::map([("ignoring-case", Y::Word("true".to_owned()))]);
        entries.push(("judging".to_owned(), judging));
        let groups = self.groups.iter().filter(|g| !g.cases.is_empty()).map(|g| {
            let mut group = vec![
                ("id".to_owned(), text(&g.id)),
                (
                    "title".to_owned(),
                    text(&g.title.replace("{{", "{").replace("}}", "}")),
                ),
            ];
            if !g.about.is_empty() {
                group.push(("about".to_owned(), text(&g.about)));
            }
            let files = g.cases.iter().map(|(_, f)| f.clone());
            group.push(("files".to_owned(), Y::texts(files)));
            Y::Map(group)
        });
        entries.push(("groups".to_owned(), Y::List(groups.collect())));
        let text = Y::Map(entries).document("../plan.schema.json");
        self.files.insert("plan.yaml".to_owned(), text);
    }

    fn finish(self) -> Imported {
        Imported {
            id: self.id,
            files: self.files,
            report: self.report,
        }
    }
}

fn join(number: &str, n: u32) -> String {
    if number.is_empty() {
        n.to_string()
    } else {
        format!("{number}.{n}")
    }
}

fn numbered(list: Vec<(&Folder, Meta)>) -> Vec<(u32, &Folder, Meta)> {
    let order: Vec<(&Folder, Option<u32>)> = list.iter().map(|(f, m)| (*f, m.position)).collect();
    let numbers = files::numbers(&order);
    let mut out: Vec<_> = numbers
        .into_iter()
        .zip(list)
        .map(|(n, (f, m))| (n, f, m))
        .collect();
    out.sort_by_key(|(n, ..)| *n);
    out
}
