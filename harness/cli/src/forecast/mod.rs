//! `titer forecast`: a patient in, evaluated history and forecast out.

pub(crate) mod args;
mod batch;
mod form;
pub(crate) mod ours;
mod read;

use crate::exit::Exit;
use crate::failure::{Failure, io_diagnostic};
use crate::ui::{self, Ui};
use crate::{output, reference};
use args::{ForecastArgs, Form};
use std::io::{IsTerminal, Write};
use std::path::Path;
use titer_finding::{Diagnostic, words};
use titer_forecast::input::{Format, Stated, Translator};
use titer_forecast::output::{Report, text::Look, timeline, why};
use titer_forecast::schedule::Schedule;
use titer_forecast::{ConflictReading, Day, Forecaster, LaterDoses, Options, Scratch};

/// Evaluates and forecasts what the arguments name.
pub(crate) fn run(args: &ForecastArgs, ui: &Ui) -> Result<Exit, Failure> {
    let (paths, groups) = told_apart(args)?;
    let schedule = crate::schedule::load(&args.schedule)?;
    let desk = Desk::new(args, &schedule, groups, ui)?;
    let mut out = output::open(args.output.as_deref())?;
    let (written, wrong) = if args.batch {
        batch::run(&desk, args, &paths, &mut out)
    } else {
        desk.each(args, &paths, &mut out)?
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if output::closed(&error) => return Ok(Exit::Good),
        Err(error) => {
            let path = args.output.as_deref().unwrap_or(Path::new("stdout"));
            return Err(io_diagnostic("write the answer", path, &error).into());
        }
        Ok(()) => {}
    }
    if wrong.is_empty() {
        Ok(Exit::Good)
    } else {
        Err(wrong.into())
    }
}

/// The files, and the vaccine groups that `--why` names: what follows `--why` may have been meant as the file.
fn told_apart(args: &ForecastArgs) -> Result<(Vec<String>, Option<Vec<String>>), Failure> {
    let mut paths = args.paths.clone();
    let mut groups = args.why.clone();
    if let Some(groups) = &mut groups
        && paths.is_empty()
        && groups
            .first()
            .is_some_and(|g| g == "-" || Path::new(g).is_file())
    {
        paths.append(groups);
    }
    if paths.is_empty() {
        if std::io::stdin().is_terminal() {
            return Err(Diagnostic::new("no patient to forecast for")
                .with_help("name a file, or `-` for standard input")
                .into());
        }
        paths.push("-".to_owned());
    }
    Ok((paths, groups))
}

/// Everything that stays the same from patient to patient.
struct Desk<'s> {
    schedule: &'s Schedule,
    forecaster: Forecaster,
    translator: Translator<'s>,
    /// The day for everybody, when one was given.
    as_of: Option<Day>,
    today: Day,
    form: Form,
    look: Look,
    why: Option<Vec<String>>,
    compact: bool,
}

impl<'s> Desk<'s> {
    fn new(
        args: &ForecastArgs,
        schedule: &'s Schedule,
        why: Option<Vec<String>>,
        ui: &Ui,
    ) -> Result<Self, Failure> {
        let options = Options {
            shift_season: args.shift_season,
            conflict: if args.full_live_interval {
                ConflictReading::AnyAntigen
            } else {
                ConflictReading::InSeries
            },
            prefer_due: args.prefer_due,
            later_doses: if args.ignore_later {
                LaterDoses::Ignore
            } else {
                LaterDoses::Evaluate
            },
        };
        let as_of = match &args.as_of {
            None => None,
            Some(text) => Some(text.parse().map_err(|_| {
                Diagnostic::new(format!("`{text}` is not a date"))
                    .with_help("write it as 2026-03-12")
            })?),
        };
        for group in why.iter().flatten() {
            known_group(schedule, group)?;
        }
        Ok(Self {
            schedule,
            forecaster: Forecaster::new(schedule, options),
            translator: Translator::new(schedule),
            as_of,
            today: reference::clock(args.now.as_deref())?.now().date().into(),
            form: args.format,
            look: Look {
                color: args.output.is_none() && ui.stdout_color(),
                all: args.all,
            },
            why,
            compact: args.batch,
        })
    }

    /// One patient after the other, each from a file of its own.
    fn each(
        &self,
        args: &ForecastArgs,
        paths: &[String],
        out: &mut dyn Write,
    ) -> Result<(std::io::Result<()>, Vec<Diagnostic>), Failure> {
        if args.timeline.is_some() && paths.len() > 1 {
            return Err(Diagnostic::new("a timeline shows one patient")
                .with_help("name one file")
                .into());
        }
        let mut wrong = Vec::new();
        for (nth, path) in paths.iter().enumerate() {
            let (stated, format) = match read::one(path) {
                Ok(read) => read,
                Err(failure) => {
                    wrong.extend(failure.diagnostics);
                    continue;
                }
            };
            for note in &stated.notes {
                ui::say(format!("note: {}: {}", note.at, note.text));
            }
            // in our own JSON codes were chosen for this program; elsewhere most of what is known about a person is beside the point
            let unknown = match format {
                Format::Json => self.translator.unknown(&stated),
                _ => Vec::new(),
            };
            if !unknown.is_empty() {
                ui::say(format!(
                    "note: observations: the schedule does not have {}, which changes nothing",
                    words::list(unknown.iter().map(String::as_str))
                ));
            }
            let separator = if nth > 0 && self.form == Form::Text {
                "\n"
            } else {
                ""
            };
            let (text, picture) =
                self.answer(&stated, args.timeline.is_some(), &mut Scratch::default())?;
            if let Err(error) = write!(out, "{separator}{text}") {
                return Ok((Err(error), wrong));
            }
            if let (Some(path), Some(picture)) = (&args.timeline, picture) {
                output::write("timeline", path, &picture)?;
            }
        }
        Ok((Ok(()), wrong))
    }

    /// The answer as text, and the picture when it is asked for.
    fn answer(
        &self,
        stated: &Stated,
        picture: bool,
        scratch: &mut Scratch,
    ) -> Result<(String, Option<String>), Failure> {
        let patient = self.translator.patient(stated);
        let as_of = self.as_of.or(stated.as_of).unwrap_or(self.today);
        let (answer, trace) = if self.why.is_some() {
            let (answer, trace) = self.forecaster.explain(&patient, as_of, scratch);
            (answer, Some(trace))
        } else {
            (self.forecaster.answer(&patient, as_of, scratch), None)
        };
        let report = Report {
            schedule: self.schedule,
            patient: &patient,
            answer: &answer,
            id: stated.id.as_ref().map(titer_finding::Phi::reveal),
        };
        let mut text = form::write(&report, self.form, self.look, self.compact)?;
        if let (Some(trace), Some(groups)) = (trace, &self.why) {
            let why = why::why(&report, &trace, groups);
            if self.form == Form::Text {
                text.push_str("\nwhy\n\n");
                text.push_str(&why);
            } else {
                // the answer is for a machine; the reasons are for whoever looks on
                ui::say(why.trim_end());
            }
        }
        let picture = picture.then(|| timeline::timeline(&report));
        Ok((text, picture))
    }
}

/// Refuses a name that no vaccine group has or begins with.
fn known_group(schedule: &Schedule, name: &str) -> Result<(), Failure> {
    let wanted = name.to_lowercase();
    let names: Vec<&str> = schedule.groups.iter().map(|g| g.name.as_str()).collect();
    if names.iter().any(|n| n.to_lowercase().contains(&wanted)) {
        return Ok(());
    }
    Err(
        Diagnostic::new(format!("no vaccine group is called `{name}`"))
            .with_help(format!("known are {}", words::list(names.iter().copied())))
            .did_you_mean(name, names)
            .into(),
    )
}
