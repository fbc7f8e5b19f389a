//! The GitHub actions of `ci/action`, step by step as plain shell: what a user's workflow would run.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

#[derive(Deserialize)]
struct Action {
    inputs: BTreeMap<String, Input>,
    outputs: BTreeMap<String, OutputOf>,
    runs: Runs,
}

#[derive(Deserialize)]
struct Input {
    default: Option<String>,
}

#[derive(Deserialize)]
struct OutputOf {
    value: String,
}

#[derive(Deserialize)]
struct Runs {
    using: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    name: String,
    id: Option<String>,
    shell: String,
    #[serde(default)]
    env: BTreeMap<String, String>,
    run: String,
}

/// A job of a workflow: a folder, and the files through which steps talk to the runner.
struct Job {
    room: tempfile::TempDir,
    outputs: BTreeMap<String, String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

impl Job {
    fn new() -> Self {
        let room = tempfile::tempdir().unwrap();
        std::fs::create_dir(room.path().join("bin")).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_titer"), room.path().join("bin/titer"))
            .unwrap();
        for file in ["output", "path", "summary"] {
            std::fs::write(room.path().join(file), "").unwrap();
        }
        Self {
            room,
            outputs: BTreeMap::new(),
        }
    }

    fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.room.path().join(name)).unwrap()
    }

    /// Runs the steps of an action in order and gives the last one's output; a step that fails ends the job.
    fn uses(&mut self, name: &str, with: &[(&str, &str)]) -> Output {
        let folder = root().join("ci/action").join(name);
        let text = std::fs::read_to_string(folder.join("action.yml")).unwrap();
        let action: Action = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(action.runs.using, "composite");
        for (key, _) in with {
            assert!(
                action.inputs.contains_key(*key),
                "the action has no input `{key}`"
            );
        }
        let value = |key: &str| {
            with.iter()
                .find(|(k, _)| *k == key)
                .map(|(_, v)| (*v).to_owned())
                .or_else(|| action.inputs[key].default.clone())
                .unwrap_or_else(|| panic!("the input `{key}` is required"))
        };
        let mut last = None;
        for step in &action.runs.steps {
            assert_eq!(step.shell, "bash", "{}", step.name);
            let mut command = Command::new("bash");
            command
                .args(["-e", "-o", "pipefail", "-c", &step.run])
                .current_dir(self.room.path());
            let path = std::env::var("PATH").unwrap();
            command.env(
                "PATH",
                format!("{}:{path}", self.room.path().join("bin").display()),
            );
            command.env("GITHUB_ACTION_PATH", &folder);
            command.env("GITHUB_OUTPUT", self.room.path().join("output"));
            command.env("GITHUB_PATH", self.room.path().join("path"));
            command.env("GITHUB_STEP_SUMMARY", self.room.path().join("summary"));
            for (key, template) in &step.env {
                let input = template
                    .strip_prefix("${{ inputs.")
                    .and_then(|t| t.strip_suffix(" }}"))
                    .unwrap_or_else(|| panic!("{key} is not one input: {template}"));
                command.env(key, value(input));
            }
            let output = command.output().unwrap();
            let done = output.status.success();
            if step.id.is_some() {
                for line in self.file("output").lines() {
                    let (key, value) = line.split_once('=').unwrap();
                    self.outputs.insert(key.to_owned(), value.to_owned());
                }
            }
            last = Some(output);
            if !done {
                break;
            }
        }
        for (key, output) in &action.outputs {
            assert!(
                output.value.ends_with(&format!(".outputs.{key} }}}}")),
                "{}",
                output.value
            );
        }
        last.expect("an action has steps")
    }
}

fn fixture(name: &str) -> String {
    root()
        .join("fixtures/messages")
        .join(name)
        .display()
        .to_string()
}

#[test]
fn check_passes_a_clean_message_and_writes_sarif() {
    let mut job = Job::new();
    let output = job.uses("check", &[("paths", &fixture("vxu-clean.hl7"))]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let sarif: serde_json::Value = serde_json::from_str(&job.file(&job.outputs["sarif"])).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
}

#[test]
fn check_fails_a_wrong_message_names_the_place_and_masks_values() {
    let mut job = Job::new();
    let output = job.uses("check", &[("paths", &fixture("vxu-wrong.hl7"))]);
    assert_eq!(output.status.code(), Some(1));
    let log = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(log.contains("vxu-wrong.hl7:"), "{log}");
    assert!(
        !job.file(&job.outputs["sarif"]).contains("Marigold"),
        "a name of the message is in the masked output"
    );
}

#[test]
fn run_keeps_the_report_and_a_summary() {
    let mut job = Job::new();
    let output = job.uses("run", &[("plan", "cdc-soap")]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(job.file(&job.outputs["report"]).contains("</html>"));
    assert!(job.file("summary").contains("cdc-soap"));
}

#[test]
fn run_fails_where_the_system_is_not_there() {
    let mut job = Job::new();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let output = job.uses(
        "run",
        &[
            ("plan", "cdc-soap"),
            ("sut", &format!("http://{address}/soap")),
        ],
    );
    assert_eq!(
        output.status.code(),
        Some(4),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
