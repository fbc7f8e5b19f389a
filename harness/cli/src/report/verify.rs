//! `titer report verify`: everything that can be recomputed, and what is wrong with it.

use super::args::VerifyArgs;
use super::parse_result;
use crate::exit::Exit;
use crate::failure::{Failure, chain, io_diagnostic, io_words, read_text};
use crate::output;
use std::fs::File;
use std::path::{Component, Path, PathBuf};
use titer_finding::Diagnostic;
use titer_report::seal::{Fault, PublicKey, Signature, check, check_file, remarks};
use titer_runner::result::RunResult;

pub(super) fn run(args: &VerifyArgs) -> Result<Exit, Failure> {
    let key = args.key.as_deref().map(read_key).transpose()?;
    let text = read_text(&args.result)?;
    let signature = read_signature(args)?;
    let result = parse_result(&args.result, &text)?;
    let mut said = Said::default();

    let faults = check(&result);
    let messages = result.steps().map(|s| s.messages.len()).sum::<usize>()
        + result
            .unexpected
            .iter()
            .map(|u| u.messages.len())
            .sum::<usize>();
    said.told(
        &faults,
        &format!(
            "document   {messages} messages, {} lines of evidence, {} steps: hashes, chain and verdicts are as they follow",
            result.evidence.len(),
            result.step_counts.total
        ),
    );
    if faults.is_empty() {
        for remark in remarks(&result) {
            said.note(&format!("{}: {}", remark.place, remark.what));
        }
    }
    files(args, &result, &mut said)?;
    match &signature {
        Some((path, signature)) => {
            let faults = signature.check(text.as_bytes(), key);
            let known = if key.is_some() {
                "the key is the one given"
            } else {
                "whose key that is, is not known here: compare it, or give --key"
            };
            said.told(
                &faults,
                &format!(
                    "signature  {}: {} signed these bytes on {}, key {}; {known}",
                    path.display(),
                    signature.signer,
                    signature.signed,
                    signature.public_key
                ),
            );
        }
        None if key.is_some() => {
            said.told(
                &[Fault {
                    place: "the signature".to_owned(),
                    what: "there is none, and a key was given".to_owned(),
                }],
                "",
            );
        }
        None => said
            .note("signature  none: whoever changed the document and all its hashes is not found"),
    }
    said.print()
}

#[derive(Default)]
struct Said {
    lines: Vec<String>,
    wrong: usize,
}

impl Said {
    fn told(&mut self, faults: &[Fault], good: &str) {
        if faults.is_empty() {
            self.lines.push(format!("ok     {good}"));
        }
        for fault in faults {
            self.wrong += 1;
            self.lines
                .push(format!("wrong  {}: {}", fault.place, fault.what));
        }
    }

    fn note(&mut self, text: &str) {
        self.lines.push(format!("note   {text}"));
    }

    fn print(mut self) -> Result<Exit, Failure> {
        let end = match self.wrong {
            0 => "everything is as the document says".to_owned(),
            1 => "1 thing is wrong".to_owned(),
            n => format!("{n} things are wrong"),
        };
        self.lines.push(end);
        output::print(&(self.lines.join("\n") + "\n"))?;
        Ok(if self.wrong == 0 {
            Exit::Good
        } else {
            Exit::Findings
        })
    }
}

fn read_key(given: &str) -> Result<PublicKey, Failure> {
    if let Some(key) = PublicKey::from_hex(given) {
        return Ok(key);
    }
    let path = Path::new(given);
    let text = read_text(path)?;
    PublicKey::read(&text).map_err(|e| {
        Diagnostic::new(format!("not a public key: {}", chain(&e)))
            .in_file(given.to_owned())
            .into()
    })
}

/// The signature that was named, or the one beside the document.
fn read_signature(args: &VerifyArgs) -> Result<Option<(PathBuf, Signature)>, Failure> {
    let path = match &args.signature {
        Some(path) => path.clone(),
        None => {
            let mut name = args.result.as_os_str().to_owned();
            name.push(".sig");
            let path = PathBuf::from(name);
            if !path.exists() {
                return Ok(None);
            }
            path
        }
    };
    let text = read_text(&path)?;
    match Signature::from_json(&text) {
        Ok(signature) => Ok(Some((path, signature))),
        Err(error) => Err(Diagnostic::new(chain(&error))
            .in_file(path.display().to_string())
            .with_help("`titer report sign` writes one")
            .into()),
    }
}

/// The files that the document names, in their folder.
fn files(args: &VerifyArgs, result: &RunResult, said: &mut Said) -> Result<(), Failure> {
    let beside = args.result.parent().unwrap_or(Path::new("")).to_path_buf();
    let folder = args.evidence.clone().unwrap_or(beside);
    if args.evidence.is_some() && !folder.is_dir() {
        return Err(Diagnostic::new("there is no such folder")
            .in_file(folder.display().to_string())
            .into());
    }
    let mut count = 0;
    let mut faults = Vec::new();
    for (step, file) in result
        .steps()
        .flat_map(|s| s.files.iter().map(move |f| (s, f)))
    {
        count += 1;
        let place = || {
            format!(
                "file {} of step {}",
                file.name.escape_debug(),
                step.path.escape_debug()
            )
        };
        let name = Path::new(&file.name);
        if !name.components().all(|c| matches!(c, Component::Normal(_))) {
            faults.push(Fault {
                place: place(),
                what: "its name leads out of the folder of evidence".to_owned(),
            });
            continue;
        }
        let path = folder.join(name);
        match File::open(&path) {
            Ok(mut open) => match check_file(&step.path, file, &mut open) {
                Ok(fault) => faults.extend(fault),
                Err(error) => {
                    return Err(io_diagnostic("read the file", &path, &error).into());
                }
            },
            Err(error) => faults.push(Fault {
                place: place(),
                what: format!("it cannot be read: {}", io_words(&error)),
            }),
        }
    }
    if count > 0 {
        let folder = if folder == Path::new("") {
            Path::new(".")
        } else {
            &folder
        };
        said.told(
            &faults,
            &format!(
                "files      {count} in {} are the ones that the document names",
                folder.display()
            ),
        );
    }
    Ok(())
}
