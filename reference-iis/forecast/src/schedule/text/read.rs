//! Reads the files of a schedule.

use super::antigen::antigen_line;
use super::line::{Line, Result, Word};
use super::wide::wide_line;
use super::{FORMAT, MAGIC};
use crate::schedule::check::{self, ReadError};
use crate::schedule::{Antigen, Immunity, Schedule, Selection};
use titer_finding::Diagnostic;

/// A file of a schedule.
#[derive(Clone, Copy, Debug)]
pub struct TextFile<'a> {
    /// Its name, for messages.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// After so many the rest of the problems is not collected.
const MOST: usize = 50;

/// What a file's head says.
#[derive(Default, PartialEq, Eq)]
struct Head {
    version: String,
    published: Option<String>,
    source: String,
}

/// Reads the files of one schedule: one for the whole, and one for each antigen, in any order.
pub fn read(files: &[TextFile<'_>]) -> std::result::Result<Schedule, ReadError> {
    let mut problems = Vec::new();
    let mut antigens: Vec<(Antigen, &str)> = Vec::new();
    let mut wide: Option<(Schedule, &str)> = None;
    let mut head: Option<(Head, &str)> = None;
    for file in files {
        let part = Reader::default().file(*file, &mut problems);
        match &head {
            Some((first, name)) if *first != part.head => problems.push(
                Diagnostic::new(format!(
                    "version, date and source differ from those of {name}"
                ))
                .in_file(file.name),
            ),
            None => head = Some((part.head, file.name)),
            _ => {}
        }
        match (part.antigen, &wide) {
            (Some(antigen), _) => antigens.push((antigen, file.name)),
            (None, None) => wide = Some((part.wide, file.name)),
            (None, Some((_, other))) => problems.push(
                Diagnostic::new(format!(
                    "this file names no antigen, and {other} is the one for the whole schedule"
                ))
                .in_file(file.name),
            ),
        }
    }
    if wide.is_none() && problems.is_empty() {
        problems.push(
            Diagnostic::new("no file holds the schedule as a whole")
                .with_help("it is the one without an antigen"),
        );
    }
    let Some((mut schedule, name)) = wide.filter(|_| problems.is_empty()) else {
        return Err(ReadError { problems });
    };
    if let Some((head, _)) = head {
        schedule.version = head.version;
        schedule.published = head.published;
        schedule.source = head.source;
    }
    let problems = check::whole(&mut schedule, name, antigens);
    if problems.is_empty() {
        Ok(schedule)
    } else {
        Err(ReadError { problems })
    }
}

#[derive(Default)]
struct Reader {
    head: Head,
    wide: Schedule,
    antigen: Option<Antigen>,
    /// Where each series of the antigen begins.
    series: Vec<std::ops::Range<usize>>,
}

impl Reader {
    fn file(mut self, file: TextFile<'_>, problems: &mut Vec<Diagnostic>) -> Self {
        let mut at = 0;
        let mut begun = false;
        for text in file.text.split_inclusive('\n') {
            let body = text.strip_suffix('\n').unwrap_or(text);
            let body = if at == 0 {
                body.trim_start_matches('\u{feff}')
            } else {
                body
            };
            let mut line = Line::new(body, at + text.trim_end_matches('\n').len() - body.len());
            at += text.len();
            let Ok(Some(word)) = line.next() else {
                continue;
            };
            let done = if begun {
                self.line(word, &mut line).and_then(|()| line.end())
            } else {
                begun = true;
                magic(word, &mut line).and_then(|()| line.end())
            };
            if let Err(wrong) = done {
                let fatal = word.text != MAGIC && word.start == 0;
                if problems.len() < MOST {
                    problems.push(wrong.diagnostic.at_bytes(file.name, file.text, wrong.range));
                }
                // a file of another kind has nothing to say in its other lines
                if fatal {
                    return self;
                }
            }
        }
        if !begun {
            problems.push(Diagnostic::new("the file is empty").in_file(file.name));
        } else if self.head.version.is_empty() {
            problems.push(Diagnostic::new("the file does not say its version").in_file(file.name));
        }
        self.complete(file, problems);
        self
    }

    /// What a series must say and does not.
    fn complete(&self, file: TextFile<'_>, problems: &mut Vec<Diagnostic>) {
        let series = self.antigen.iter().flat_map(|a| &a.series);
        for (series, place) in series.zip(&self.series) {
            let missing = [
                ("`group`", series.vaccine_group.is_empty()),
                ("`choose`", series.selection == Selection::default()),
                ("`dose`", series.doses.is_empty()),
            ];
            let skips = series.doses.iter().flat_map(|d| &d.skips);
            let missing = missing
                .iter()
                .filter(|(_, missing)| *missing)
                .map(|(what, _)| format!("this series has no {what}"))
                .chain(
                    skips
                        .filter(|s| s.sets.is_empty())
                        .map(|_| "a skip of this series has no `when`".to_owned()),
                );
            for message in missing {
                problems.push(Diagnostic::new(message).at_bytes(
                    file.name,
                    file.text,
                    place.clone(),
                ));
            }
        }
    }

    fn line(&mut self, word: Word<'_>, line: &mut Line<'_>) -> Result<()> {
        match word.text {
            "version" => self.head.version = line.text("a version")?,
            "published" => self.head.published = Some(line.text("a date")?),
            "source" => self.head.source = line.text("a source")?,
            "antigen" => {
                if self.antigen.is_some() {
                    return Err(word.wrong("a file holds one antigen"));
                }
                self.antigen = Some(Antigen {
                    name: line.text("a name")?,
                    immunity: Immunity::default(),
                    contraindications: Vec::new(),
                    vaccine_contraindications: Vec::new(),
                    series: Vec::new(),
                });
            }
            _ => match &mut self.antigen {
                Some(antigen) => {
                    antigen_line(antigen, word, line)?;
                    if word.text == "series" {
                        self.series.push(word.range());
                    }
                }
                None => wide_line(&mut self.wide, word, line)?,
            },
        }
        Ok(())
    }
}

fn magic(word: Word<'_>, line: &mut Line<'_>) -> Result<()> {
    if word.text != MAGIC {
        return Err(word.wrong(format!("this is no schedule: its first word is `{MAGIC}`")));
    }
    let format = line.need("the format's version")?;
    if format.text == FORMAT {
        Ok(())
    } else {
        Err(format.wrong(format!(
            "format {} is not known: this program reads {FORMAT}",
            format.text
        )))
    }
}
