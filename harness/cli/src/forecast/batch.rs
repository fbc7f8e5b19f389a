//! Many patients: read in blocks, answered on all cores, written in the order in which they were read.

use super::Desk;
use super::args::{ForecastArgs, Form};
use super::read::{folder, unknown, utf8};
use crate::failure::{Failure, io_diagnostic, read_text};
use crate::ui::{counted, say};
use rayon::prelude::*;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use titer_finding::{Diagnostic, Phi};
use titer_forecast::Scratch;
use titer_forecast::cases;
use titer_forecast::input::{Coded, Format, Stated, fhir, hl7, json};
use titer_hl7::read::{Item, Reader};

/// Patients that are answered at a time.
const BLOCK: usize = 512;

/// Bytes by which the format is told.
const HEAD: usize = 1 << 16;

/// Something with a patient in it, and the line on which it begins.
struct Unit {
    line: u32,
    content: Content,
}

enum Content {
    Json(Vec<u8>),
    Message(Vec<u8>),
    Stated(Box<Stated>),
}

/// All files; gives what was wrong beside what came of writing.
pub(super) fn run(
    desk: &Desk<'_>,
    args: &ForecastArgs,
    paths: &[String],
    out: &mut dyn Write,
) -> (io::Result<()>, Vec<Diagnostic>) {
    let mut batch = Batch {
        desk,
        out,
        wrong: Vec::new(),
        waiting: Vec::new(),
        answered: 0,
        left_out: 0,
        name: String::new(),
    };
    let mut pool = rayon::ThreadPoolBuilder::new();
    if let Some(jobs) = args.jobs {
        pool = pool.num_threads(usize::from(jobs));
    }
    let pool = match pool.build() {
        Ok(pool) => pool,
        Err(error) => {
            let problem = Diagnostic::new(format!("cannot start threads: {error}"));
            return (Ok(()), vec![problem]);
        }
    };
    for path in paths {
        if let Err(error) = batch.file(path, &pool) {
            return (Err(error), batch.wrong);
        }
    }
    let mut line = counted(batch.answered, "patient", "patients");
    if batch.left_out > 0 {
        let entries = counted(batch.left_out, "entry", "entries");
        let _ = write!(line, ", {entries} left out of their histories");
    }
    if !batch.wrong.is_empty() {
        let _ = write!(line, ", {} that could not be read", batch.wrong.len());
    }
    say(line);
    (Ok(()), batch.wrong)
}

struct Batch<'b, 's> {
    desk: &'b Desk<'s>,
    out: &'b mut dyn Write,
    wrong: Vec<Diagnostic>,
    waiting: Vec<Unit>,
    answered: u64,
    left_out: u64,
    /// The file at hand.
    name: String,
}

impl Batch<'_, '_> {
    /// Reads a file. An error is one of writing; what is wrong with the file is kept.
    fn file(&mut self, path: &str, pool: &rayon::ThreadPool) -> io::Result<()> {
        let source: Box<dyn Read> = if path == "-" {
            "stdin".clone_into(&mut self.name);
            Box::new(io::stdin().lock())
        } else {
            path.clone_into(&mut self.name);
            match File::open(path) {
                Ok(file) if !file.metadata().is_ok_and(|m| m.is_dir()) => Box::new(file),
                Ok(_) => {
                    self.wrong.push(folder(path));
                    return Ok(());
                }
                Err(error) => {
                    self.wrong
                        .push(io_diagnostic("read the file", Path::new(path), &error));
                    return Ok(());
                }
            }
        };
        let mut source = BufReader::with_capacity(HEAD, source);
        let head = match source.fill_buf() {
            Ok(head) => head,
            Err(error) => {
                self.wrong
                    .push(io_diagnostic("read the file", Path::new(path), &error));
                return Ok(());
            }
        };
        let format = Format::detect(head);
        if format.is_none() {
            self.wrong.extend(unknown(&self.name, head).diagnostics);
        }
        match format {
            Some(Format::Hl7) => self.messages(source, pool)?,
            Some(Format::Json | Format::Fhir) => self.lines(source, pool)?,
            Some(Format::Csv) => self.workbook(path, source, pool)?,
            None => {}
        }
        self.answer(pool)
    }

    fn push(&mut self, unit: Unit, pool: &rayon::ThreadPool) -> io::Result<()> {
        self.waiting.push(unit);
        if self.waiting.len() >= BLOCK {
            self.answer(pool)?;
        }
        Ok(())
    }

    fn lines(&mut self, mut source: impl BufRead, pool: &rayon::ThreadPool) -> io::Result<()> {
        let mut line = 0;
        loop {
            let mut text = Vec::new();
            line += 1;
            match source.read_until(b'\n', &mut text) {
                Ok(0) => return Ok(()),
                Ok(_) if text.trim_ascii().is_empty() => {}
                Ok(_) => {
                    let content = Content::Json(text);
                    self.push(Unit { line, content }, pool)?;
                }
                Err(error) => {
                    let path = Path::new(&self.name);
                    self.wrong
                        .push(io_diagnostic("read the file", path, &error));
                    return Ok(());
                }
            }
        }
    }

    fn messages(&mut self, source: impl BufRead, pool: &rayon::ThreadPool) -> io::Result<()> {
        let mut reader = Reader::new(source);
        loop {
            let unit = match reader.next_item() {
                Ok(None) => return Ok(()),
                Ok(Some(Item::Message(entry))) => Unit {
                    line: entry.line,
                    content: Content::Message(entry.bytes.to_vec()),
                },
                Ok(Some(Item::Fault(fault))) => {
                    let mut problem = Diagnostic::new(fault.kind.to_string()).in_file(&*self.name);
                    problem.line = fault.line;
                    self.wrong.push(problem);
                    continue;
                }
                Err(error) => {
                    let path = Path::new(&self.name);
                    self.wrong
                        .push(io_diagnostic("read the file", path, &error));
                    return Ok(());
                }
            };
            self.push(unit, pool)?;
        }
    }

    fn workbook(
        &mut self,
        path: &str,
        mut source: impl Read,
        pool: &rayon::ThreadPool,
    ) -> io::Result<()> {
        let text = if path == "-" {
            let mut text = String::new();
            source.read_to_string(&mut text).map(|_| text).map_err(|e| {
                Failure::from(io_diagnostic("read the file", Path::new(&self.name), &e))
            })
        } else {
            read_text(Path::new(path))
        };
        let text = match text {
            Ok(text) => text,
            Err(failure) => {
                self.wrong.extend(failure.diagnostics);
                return Ok(());
            }
        };
        match cases::read(&self.name, &text, self.desk.schedule) {
            Ok(list) => {
                for (case, line) in list.into_iter().zip(2..) {
                    let stated = Stated {
                        id: Some(Phi::new(case.id)),
                        as_of: Some(case.as_of),
                        patient: case.patient,
                        coded: Vec::<Coded>::new(),
                        notes: Vec::new(),
                    };
                    let content = Content::Stated(Box::new(stated));
                    self.push(Unit { line, content }, pool)?;
                }
            }
            Err(problems) => self.wrong.extend(problems),
        }
        Ok(())
    }

    /// Answers what waits, and writes it.
    fn answer(&mut self, pool: &rayon::ThreadPool) -> io::Result<()> {
        let (desk, name) = (self.desk, self.name.as_str());
        let waiting = std::mem::take(&mut self.waiting);
        let answers: Vec<Result<(String, usize), Failure>> = pool.install(|| {
            waiting
                .par_iter()
                .map_init(Scratch::default, |scratch, unit| {
                    let read;
                    let stated = match &unit.content {
                        Content::Stated(stated) => stated,
                        Content::Message(bytes) => {
                            read = hl7::read(name, bytes, unit.line)?;
                            &read
                        }
                        Content::Json(bytes) => {
                            read = from_line(name, bytes, unit.line)?;
                            &read
                        }
                    };
                    let (text, _) = desk.answer(stated, false, scratch)?;
                    Ok((text, stated.notes.len()))
                })
                .collect()
        });
        for answer in answers {
            match answer {
                Ok((text, left_out)) => {
                    if desk.form == Form::Text && self.answered > 0 {
                        self.out.write_all(b"\n")?;
                    }
                    self.out.write_all(text.as_bytes())?;
                    self.answered += 1;
                    self.left_out += left_out as u64;
                }
                Err(failure) => self.wrong.extend(failure.diagnostics),
            }
        }
        Ok(())
    }
}

/// A patient on a line of its own.
fn from_line(name: &str, bytes: &[u8], line: u32) -> Result<Stated, Failure> {
    let read = || -> Result<Stated, Failure> {
        let text = utf8(name, bytes)?;
        match Format::detect(bytes) {
            Some(Format::Json) => Ok(json::read(name, text.trim_end())?),
            Some(Format::Fhir) => Ok(fhir::read(name, text.trim_end())?),
            _ => Err(
                Diagnostic::new("a line with a patient in JSON is expected here")
                    .at_bytes(name, &text, 0..text.trim_end().len())
                    .into(),
            ),
        }
    };
    read().map_err(|mut failure| {
        for problem in &mut failure.diagnostics {
            problem.line = problem.line.max(1) + line - 1;
        }
        failure
    })
}
