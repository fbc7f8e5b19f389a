//! `titer codes check`: which codes messages use, how often, and what each was on its day.

use super::args::Source;
use super::{Opened, day};
use crate::exit::Exit;
use crate::failure::{Failure, io_diagnostic, io_words};
use crate::inputs::{Input, collect};
use crate::output;
use crate::ui::{self, Ui, counted};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use titer_codes::{Answer, Book, Cvx, Layers, Mvx, Origin, Status, System, Vis};
use titer_finding::{Diagnostic, Severity};
use titer_hl7::read::{Item, Reader};
use titer_hl7::{Message, Offsets, Segment, Ts};

/// Fields that name the code system of their code.
const CODED: &[(&[u8], &[u32])] = &[
    (b"PID", &[10, 15, 16, 17, 22, 26, 27, 28]),
    (b"PD1", &[11]),
    (b"NK1", &[3]),
    (b"RXA", &[5, 7, 9, 17, 18, 19]),
    (b"RXR", &[1, 2]),
    (b"OBX", &[3, 5, 6, 17]),
    (b"ERR", &[3, 5]),
    (b"QPD", &[1]),
];
/// Fields that hold a code of one table of HL7.
const TABLED: &[(&[u8], u32, u16)] = &[
    (b"PID", 8, 1),
    (b"PID", 24, 136),
    (b"PID", 30, 136),
    (b"PD1", 12, 136),
    (b"PD1", 16, 441),
    (b"ORC", 1, 119),
    (b"RXA", 20, 322),
    (b"RXA", 21, 323),
    (b"OBX", 11, 85),
];

/// A code in a message.
pub(super) struct Use {
    /// The system; `None` when the message names none, or one that the book does not have.
    pub(super) system: Option<System>,
    /// Whether a system is named at all.
    pub(super) named: bool,
    /// The code.
    pub(super) code: String,
    /// The field, such as `RXA-5`.
    pub(super) place: String,
    /// The day of the dose, or of the message.
    pub(super) on: Option<Date>,
}

/// The head of a message.
#[derive(Clone, Debug, Default)]
pub(super) struct Head {
    /// The day on which it was sent.
    pub(super) sent: Option<Date>,
    /// The sending facility and application, MSH-4 and MSH-3.
    pub(super) sender: String,
}

fn date(text: &str) -> Option<Date> {
    Ts::parse(text).ok()?.date()
}

/// Every code of a message.
pub(super) fn codes(message: &Message<'_>, mut each: impl FnMut(Use)) -> Head {
    let mut head = Head::default();
    let mut dose = None;
    for segment in message.segments() {
        match segment.raw_name() {
            b"MSH" => {
                head.sent = date(&segment.text(7, 1));
                head.sender = match (segment.text(4, 1), segment.text(3, 1)) {
                    (a, b) if a.is_empty() && b.is_empty() => "a sender without a name".to_owned(),
                    (facility, application) if application.is_empty() => facility.into_owned(),
                    (facility, application) => format!("{facility}/{application}"),
                };
            }
            b"ORC" | b"PID" => dose = None,
            b"RXA" => dose = date(&segment.text(3, 1)),
            _ => {}
        }
        of_segment(&segment, dose.or(head.sent), &mut each);
    }
    head
}

fn of_segment(segment: &Segment<'_>, on: Option<Date>, each: &mut impl FnMut(Use)) {
    let name = segment.raw_name();
    let fields = CODED.iter().find(|(n, _)| *n == name).map(|(_, f)| *f);
    for number in fields.unwrap_or_default() {
        let Some(field) = segment.field(*number) else {
            continue;
        };
        // OBX-5 holds a code only when OBX-2 says so
        if name == b"OBX"
            && *number == 5
            && !matches!(segment.text(2, 1).as_ref(), "CE" | "CWE" | "CNE")
        {
            continue;
        }
        for repetition in field.repetitions() {
            let text = |n: u32| {
                let component = repetition.component(n);
                component.map_or(String::new(), |c| c.text().trim().to_owned())
            };
            for (code, system) in [(1, 3), (4, 6)] {
                let (code, system) = (text(code), text(system));
                if code.is_empty() || code == "\"\"" {
                    continue;
                }
                each(Use {
                    system: System::named(&system),
                    named: !system.is_empty(),
                    code,
                    place: format!("{}-{number}", segment.name()),
                    on,
                });
            }
        }
    }
    for (_, number, table) in TABLED.iter().filter(|(n, _, _)| *n == name) {
        let code = segment.text(*number, 1);
        if !code.is_empty() && code != "\"\"" {
            each(Use {
                system: Some(System::Hl7(*table)),
                named: true,
                code: code.trim().to_owned(),
                place: format!("{}-{number}", segment.name()),
                on,
            });
        }
    }
}

/// Reads messages and gives each to `each`; what cannot be read comes back.
pub(super) fn messages(
    inputs: &[Input],
    mut each: impl FnMut(&Message<'_>),
) -> (u64, Vec<Diagnostic>) {
    let mut wrong = Vec::new();
    let mut count = 0;
    let mut table = Offsets::new();
    for input in inputs {
        let from: Box<dyn Read> = match input {
            Input::File(path) => match File::open(path) {
                Ok(file) => Box::new(file),
                Err(error) => {
                    wrong.push(io_diagnostic("read the file", path, &error));
                    continue;
                }
            },
            _ => Box::new(std::io::stdin().lock()),
        };
        let mut reader = Reader::new(from);
        let before = count;
        loop {
            match reader.next_item() {
                Ok(Some(Item::Message(entry))) => {
                    count += 1;
                    each(&Message::parse(entry.bytes, &mut table));
                }
                Ok(Some(Item::Fault(_))) => {}
                Ok(None) => {
                    if count == before {
                        wrong.push(
                            Diagnostic::new("no HL7 message was found")
                                .in_file(input.name())
                                .with_help("a message begins with a line that starts with `MSH|`"),
                        );
                    }
                    break;
                }
                Err(error) => {
                    wrong.push(
                        Diagnostic::new(format!("cannot read the file: {}", io_words(&error)))
                            .in_file(input.name()),
                    );
                    break;
                }
            }
        }
    }
    (count, wrong)
}

/// The name of a code for people.
fn name(book: &Book, system: System, code: &str) -> String {
    let found = match system {
        System::Cvx => book.cvx(code).map(Cvx::name),
        System::Mvx => book.mvx(code).map(Mvx::name),
        System::Ndc => book
            .ndc(code)
            .and_then(|n| n.rows().next())
            .map(titer_codes::NdcRow::name),
        System::Vis => book.vis(code).map(Vis::name),
        System::Cpt => None,
        _ => {
            let mut names = book.concepts(&system.name(), code).map(|(_, r)| r.cell(2));
            return names.find(|n| !n.is_empty()).unwrap_or_default().to_owned();
        }
    };
    found.unwrap_or_default().to_owned()
}

/// Whether somebody has to look at it.
fn wants_a_look(answer: &Answer<'_>) -> bool {
    answer.refused
        || !matches!(
            answer.status,
            Status::Valid | Status::HistoricalOnly | Status::NonUs | Status::Placeholder
        )
}

/// The most codes that are told apart: hostile input has no end of them.
const MOST: usize = 20_000;
/// Days after which messages are more than a season newer than the book, as for CODE-BOOK-OLD.
const SEASON: i64 = 365;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    fine: bool,
    system: String,
    code: String,
    place: String,
    status: String,
}

struct Tally {
    uses: u64,
    word: &'static str,
    name: String,
}

pub(super) fn check(
    paths: &[String],
    as_of: Option<&str>,
    mask: bool,
    source: &Source,
    ui: &Ui,
) -> Result<Exit, Failure> {
    let opened = Opened::new(source, ui)?;
    let as_of = as_of.map(day).transpose()?;
    let inputs = collect(paths)?;
    let layers = opened.layers();
    let book = layers.book();
    let mut lines: BTreeMap<Line, Tally> = BTreeMap::new();
    let mut nameless: BTreeMap<String, u64> = BTreeMap::new();
    let mut foreign: BTreeMap<String, u64> = BTreeMap::new();
    let (mut uses, mut beyond) = (0, 0_u64);
    let mut newest: Option<Date> = None;
    let (count, wrong) = messages(&inputs.list, |message| {
        let head = codes(message, |used| {
            uses += 1;
            let Some(system) = used.system else {
                let list = if used.named {
                    &mut foreign
                } else {
                    &mut nameless
                };
                *list.entry(used.place).or_default() += 1;
                return;
            };
            let on = as_of.or(used.on).unwrap_or(book.retrieved());
            tally(&mut lines, &mut beyond, &used, system, on, mask, layers);
        });
        newest = newest.max(head.sent);
    });
    if count == 0 && !wrong.is_empty() {
        return Err(wrong.into());
    }
    for diagnostic in &wrong {
        ui::say(diagnostic.render(ui.stderr_color()));
    }
    let looks = lines.iter().filter(|(l, _)| !l.fine).count();
    if let Some(newest) = newest
        && book
            .retrieved()
            .checked_add(SEASON.days())
            .is_ok_and(|last| newest > last)
    {
        let old = Diagnostic::new(format!(
            "the code book of {} is more than a season older than these messages, the newest of which is of {newest}",
            book.retrieved()
        ))
        .with_help("`titer codes import` brings it up to date");
        ui::say(old.render_as(Severity::Warning, ui.stderr_color()));
    }
    if source.json {
        let list: Vec<Value> = lines
            .iter()
            .map(|(line, tally)| {
                json!({
                    "system": line.system, "code": line.code, "at": line.place, "uses": tally.uses,
                    "status": tally.word, "status-text": line.status, "name": tally.name,
                    "look": !line.fine,
                })
            })
            .collect();
        output::print_json(&json!({
            "book": book.retrieved().to_string(),
            "messages": count,
            "uses": uses,
            "codes": list,
            "without-a-system": nameless,
            "of-other-systems": foreign,
            "not-told-apart": beyond,
        }))?;
    } else {
        let mut text = table(&lines);
        for (what, list) in [
            ("codes without the name of their system", &nameless),
            ("codes of systems that the book does not have", &foreign),
        ] {
            for (place, count) in list {
                let _ = writeln!(text, "{what}, at {place}: {}", ui::grouped(*count));
            }
        }
        if beyond > 0 {
            let _ = writeln!(
                text,
                "more uses of too many different codes: {}",
                ui::grouped(beyond)
            );
        }
        output::print(&text)?;
        ui::say(format!(
            "{} in {}; {} to look at; code book of {}",
            counted(uses, "use of a code", "uses of codes"),
            counted(count, "message", "messages"),
            counted(looks as u64, "line", "lines"),
            book.retrieved()
        ));
    }
    Ok(if !wrong.is_empty() {
        Exit::Usage
    } else if looks > 0 {
        Exit::Findings
    } else {
        Exit::Good
    })
}

fn tally(
    lines: &mut BTreeMap<Line, Tally>,
    beyond: &mut u64,
    used: &Use,
    system: System,
    on: Date,
    mask: bool,
    layers: Layers<'_>,
) {
    let answer = layers.status(system, &used.code, on);
    let mut status = answer.status.to_string();
    if let Origin::Overlay(name) = answer.origin {
        let _ = write!(status, ", says {name}");
    }
    if answer.refused {
        status.push_str("; not accepted by the jurisdiction");
    }
    let hidden = mask && !answer.status.is_known();
    let line = Line {
        fine: !wants_a_look(&answer),
        system: system.name().into_owned(),
        code: if hidden {
            titer_finding::MASK.to_owned()
        } else {
            used.code.clone()
        },
        place: used.place.clone(),
        status,
    };
    if lines.len() >= MOST && !lines.contains_key(&line) {
        *beyond += 1;
        return;
    }
    let tally = lines.entry(line).or_insert_with(|| Tally {
        uses: 0,
        word: answer.status.word(),
        name: name(layers.book(), system, &used.code),
    });
    tally.uses += 1;
}

fn table(lines: &BTreeMap<Line, Tally>) -> String {
    let widest = |at: &dyn Fn(&Line) -> usize| lines.keys().map(at).max().unwrap_or(0);
    let system = widest(&|l| l.system.chars().count());
    let code = widest(&|l| l.code.chars().count());
    let place = widest(&|l| l.place.chars().count());
    let uses = lines
        .values()
        .map(|t| ui::grouped(t.uses).len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for (line, tally) in lines {
        let name = if tally.name.is_empty() {
            String::new()
        } else {
            format!("  ({})", tally.name)
        };
        let _ = writeln!(
            text,
            "{:system$}  {:code$}  {:place$}  {:>uses$}  {}{name}",
            line.system,
            line.code,
            line.place,
            ui::grouped(tally.uses),
            line.status
        );
    }
    text
}
