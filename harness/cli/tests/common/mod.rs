//! What the tests of the program share.

use assert_cmd::Command;
use std::path::Path;

/// The program, away from whatever the caller's environment says.
pub(crate) fn titer() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_titer"));
    for name in [
        "NO_COLOR",
        "CLICOLOR_FORCE",
        "CLICOLOR",
        "TITER_PASSWORD",
        "TITER_FHIR_TOKEN",
    ] {
        command.env_remove(name);
    }
    command
}

/// What a program said and how it ended.
pub(crate) struct Said {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

/// Runs it to its end.
pub(crate) fn said(command: &mut Command) -> Said {
    let output = command.output().expect("the program starts");
    Said {
        stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        code: output.status.code().expect("the program ends by itself"),
    }
}

/// The text with what changes from run to run replaced: the folder, ports, durations and rates.
pub(crate) fn redacted(text: &str, folder: &Path) -> String {
    let text = text.replace(&folder.display().to_string(), "[FOLDER]");
    let mut out = String::new();
    for (nth, line) in text.lines().enumerate() {
        if nth > 0 {
            out.push('\n');
        }
        out.push_str(&ports(&durations(line)));
    }
    out
}

/// `0.3 s` and `12,345 messages a second`.
fn durations(line: &str) -> String {
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    for i in 1..words.len() {
        let unit = words[i].trim_end_matches([',', ';']);
        let number = words[i - 1]
            .chars()
            .all(|c| c.is_ascii_digit() || ",.".contains(c));
        let rate = words[i] == "messages" && words.get(i + 1).is_some_and(|w| w == "a");
        if number && !words[i - 1].is_empty() && (matches!(unit, "s" | "ms") || rate) {
            "[TIME]".clone_into(&mut words[i - 1]);
            // a busy machine takes seconds for what else takes milliseconds
            words[i] = words[i].replacen("ms", "s", 1);
        }
    }
    words.join(" ")
}

/// `127.0.0.1:41873`.
fn ports(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("127.0.0.1:") {
        let (before, after) = rest.split_at(at + "127.0.0.1:".len());
        out.push_str(before);
        let digits = after.chars().take_while(char::is_ascii_digit).count();
        if digits > 0 {
            out.push_str("[PORT]");
        }
        rest = &after[digits..];
    }
    out + rest
}
