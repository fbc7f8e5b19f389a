//! `titer profile`: profiles listed, shown, converted and compared.

mod diff;
mod named;
mod print;
mod show;

use crate::args::{ProfileCommand, ProfileForm};
use crate::exit::Exit;
use crate::failure::{Failure, io_diagnostic};
use crate::output;
use crate::ui::{self, Ui, counted};
use named::Named;
use std::fmt::Write as _;
use std::path::Path;
use titer_conformance::convert::{Texts, to_xml, to_yaml};
use titer_conformance::{BUILTIN_IDS, model::Definition};
use titer_finding::Diagnostic;

pub(crate) fn run(command: &ProfileCommand, ui: &Ui) -> Result<Exit, Failure> {
    match command {
        ProfileCommand::List { json } => list(*json),
        ProfileCommand::Show { profile, path } => show::run(profile, path.as_deref(), ui),
        ProfileCommand::Convert { source, target, to } => convert(source, target, *to, ui),
        ProfileCommand::Diff(args) => diff::run(args, ui),
    }
}

fn list(json: bool) -> Result<Exit, Failure> {
    let mut found = Vec::new();
    for id in BUILTIN_IDS {
        found.push(named::builtin(id)?);
    }
    if json {
        let list: Vec<_> = found
            .iter()
            .map(|n| {
                let m = &n.definition.message;
                serde_json::json!({
                    "id": n.label,
                    "message": n.message_type(),
                    "name": m.name,
                    "source": n.definition.source,
                })
            })
            .collect();
        return output::print_json(&list);
    }
    let mut text = String::new();
    for n in &found {
        let kind = n.message_type();
        let _ = writeln!(
            text,
            "{}  {kind:16}  {}",
            n.label, n.definition.message.name
        );
    }
    output::print(&text)?;
    Ok(Exit::Good)
}

fn convert(source: &str, target: &Path, to: Option<ProfileForm>, ui: &Ui) -> Result<Exit, Failure> {
    let found = named::all(source, ui)?;
    let to = to.unwrap_or(if found.nist {
        ProfileForm::Yaml
    } else {
        ProfileForm::Xml
    });
    let texts = match to {
        ProfileForm::Yaml => {
            let definitions: Vec<&Definition> =
                found.profiles.iter().map(|n| &n.definition).collect();
            to_yaml(&definitions).map_err(|e| Diagnostic::new(e.to_string()).in_file(source))?
        }
        ProfileForm::Xml => bundles(&found.profiles),
    };
    free(target)?;
    for (name, text) in &texts {
        let path = target.join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|e| io_diagnostic("make the folder", folder, &e))?;
        }
        std::fs::write(&path, text).map_err(|e| io_diagnostic("write the file", &path, &e))?;
    }
    ui::say(format!(
        "{} in {} written into {}",
        counted(found.profiles.len() as u64, "profile", "profiles"),
        counted(texts.len() as u64, "file", "files"),
        target.display()
    ));
    Ok(Exit::Good)
}

// one bundle, or a folder of bundles
fn bundles(profiles: &[Named]) -> Texts {
    let mut texts = Texts::new();
    for n in profiles {
        let folder = if profiles.len() == 1 {
            String::new()
        } else {
            format!("{}/", n.label)
        };
        for (name, text) in to_xml(&n.definition) {
            texts.insert(format!("{folder}{name}"), text);
        }
    }
    texts
}

// what is there already stays as it is
fn free(target: &Path) -> Result<(), Failure> {
    let filled = match std::fs::read_dir(target) {
        Ok(mut entries) => entries.next().is_some(),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => false,
        Err(e) => return Err(io_diagnostic("write into the folder", target, &e).into()),
    };
    if filled {
        return Err(Diagnostic::new("the folder is not empty")
            .in_file(target.display().to_string())
            .with_help("name a folder that is empty or does not exist")
            .into());
    }
    Ok(())
}
