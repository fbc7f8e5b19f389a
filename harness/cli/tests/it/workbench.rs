//! `titer workbench` from outside: it says where it is, keeps everything, and goes on after it was killed.

use assert_cmd::Command as Checked;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const PLAN: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../workbench/tests/plans/small"
);

/// A running workbench, killed when the test is over.
struct Bench {
    child: Child,
    greeting: String,
}

impl Bench {
    fn start(folder: &Path, args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_titer"))
            .current_dir(folder)
            .args(["workbench", PLAN])
            .args(if args.contains(&"--listen") {
                &[][..]
            } else {
                &["--listen", "127.0.0.1:0"][..]
            })
            .args(args)
            .env_remove("TITER_PASSWORD")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("started");
        let mut greeting = String::new();
        for line in BufReader::new(child.stdout.take().expect("a pipe")).lines() {
            let line = line.expect("UTF-8");
            let last = line.starts_with("stop it");
            greeting.push_str(&line);
            greeting.push('\n');
            if last {
                break;
            }
        }
        Self { child, greeting }
    }

    fn says(&self, word: &str) -> &str {
        let line = self
            .greeting
            .lines()
            .find_map(|l| l.trim_start().strip_prefix(word));
        let rest = line.unwrap_or_else(|| panic!("no {word} in {}", self.greeting));
        rest.split_whitespace().next().expect("something")
    }

    fn ask(&self, head: &str, body: &str) -> String {
        let host = self.says("open").split('/').nth(2).expect("a host");
        let mut stream = TcpStream::connect(host).expect("connected");
        let request = format!(
            "{head} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("UTF-8");
        answer
    }

    fn token(&self) -> String {
        let page = self.ask("GET /", "");
        let rest = page
            .split("name=\"token\" value=\"")
            .nth(1)
            .expect("a token");
        rest.split('"').next().expect("a value").to_owned()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // as a machine that loses its power would
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_was_saved_is_there_after_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let password = {
        let bench = Bench::start(folder.path(), &["--as-of", "2026-03-01"]);
        assert!(
            bench
                .greeting
                .contains("a new session is kept in small.sqlite, as of 2026-03-01")
        );
        let token = bench.token();
        let answer = bench.ask(
            "POST /step/W-1/select/comment",
            &format!("token={token}&comment=kept+for+ever"),
        );
        assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
        let page = bench.ask("GET /", "");
        page.split("Password</dt><dd><code>")
            .nth(1)
            .and_then(|p| p.split('<').next())
            .expect("a password")
            .to_owned()
    };
    let bench = Bench::start(folder.path(), &[]);
    assert!(
        bench
            .greeting
            .contains("the session goes on in small.sqlite, as of 2026-03-01"),
        "{}",
        bench.greeting
    );
    assert!(
        bench
            .ask("GET /step/W-1/select", "")
            .contains("kept for ever")
    );
    assert!(bench.ask("GET /", "").contains(&password), "the same login");
    assert!(
        !bench.greeting.contains(&password),
        "the password is on the page only"
    );
}

fn refused(folder: &Path, args: &[&str]) -> String {
    let output = Checked::new(env!("CARGO_BIN_EXE_titer"))
        .current_dir(folder)
        .arg("workbench")
        .args(args)
        .args(["--listen", "127.0.0.1:0"])
        .env_remove("TITER_PASSWORD")
        .output()
        .expect("ran");
    assert_eq!(output.status.code(), Some(2), "{args:?}");
    String::from_utf8(output.stderr).expect("UTF-8")
}

#[test]
fn what_cannot_be_is_said_and_leaves_files_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let text = at.join("notes.txt");
    std::fs::write(&text, "not a session").expect("written");
    let said = refused(at, &[PLAN, "--state", "notes.txt"]);
    assert!(said.contains("no session file of titer"), "{said}");
    assert_eq!(
        std::fs::read_to_string(&text).expect("read"),
        "not a session"
    );
    let said = refused(at, &[PLAN, "--state", "nowhere/work.sqlite"]);
    assert!(said.contains("there is no such file or folder"), "{said}");
    let said = refused(at, &["no-such-plan"]);
    assert!(said.contains("no-such-plan"), "{said}");
    let said = refused(at, &[PLAN, "--as-of", "tomorrow"]);
    assert!(said.contains("`tomorrow` is not a date"), "{said}");
    let bench = Bench::start(at, &["--state", "work.sqlite"]);
    let said = refused(at, &[PLAN, "--state", "work.sqlite"]);
    assert!(said.contains("in use by another program"), "{said}");
    drop(bench);
    let said = refused(at, &["onc-2015", "--state", "work.sqlite"]);
    assert!(said.contains("another plan was given"), "{said}");
    let said = refused(
        at,
        &[PLAN, "--state", "work.sqlite", "--as-of", "2026-01-01"],
    );
    assert!(
        said.contains("the session goes on, and --as-of cannot be changed any more"),
        "{said}"
    );
}

#[test]
fn a_session_that_others_can_reach_wants_a_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let bench = Bench::start(folder.path(), &["--listen", "0.0.0.0:0"]);
    let open = bench.says("open");
    let key = open.split("?key=").nth(1).expect("a key in the address");
    let port = open
        .split(':')
        .nth(2)
        .and_then(|p| p.split('/').next())
        .expect("a port");
    let ask = |path: &str| {
        let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).expect("connected");
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("UTF-8");
        answer
    };
    assert!(ask("/").starts_with("HTTP/1.1 401"));
    assert!(ask(&format!("/?key={key}")).starts_with("HTTP/1.1 303"));
}

#[test]
fn a_wrong_plan_is_told_with_its_place_and_nothing_is_begun() {
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("plan");
    for part in [
        "",
        "cases",
        "data",
        "messages",
        "messages/ack",
        "messages/vxu",
    ] {
        std::fs::create_dir_all(copy.join(part)).expect("a folder");
        for entry in std::fs::read_dir(Path::new(PLAN).join(part)).expect("the plan") {
            let entry = entry.expect("an entry").path();
            if entry.is_file() {
                let name = entry.file_name().expect("a name");
                std::fs::copy(&entry, copy.join(part).join(name)).expect("copied");
            }
        }
    }
    let case = copy.join("cases/r-1.yaml");
    let good = std::fs::read_to_string(&case).expect("the case");
    let told = |plan: &str| {
        let output = Checked::new(env!("CARGO_BIN_EXE_titer"))
            .current_dir(folder.path())
            .args(["workbench", plan, "--listen", "127.0.0.1:0"])
            .assert()
            .code(2);
        assert!(!folder.path().join("small.sqlite").exists());
        String::from_utf8_lossy(&output.get_output().stderr).into_owned()
    };
    let missing = told("nowhere");
    assert!(missing.contains("there is no plan `nowhere`"), "{missing}");
    for (from, to, expected) in [
        (
            "forecast-display:",
            "forecast-dispaly:",
            "did you mean `forecast-display`?",
        ),
        ("patient: lena", "patient: lenna", "lenna"),
        ("steps:", "steps: [", "cases/r-1.yaml:"),
    ] {
        std::fs::write(&case, good.replacen(from, to, 1)).expect("written");
        let said = told("plan");
        assert!(said.contains(expected), "{expected}: {said}");
        assert!(said.contains("r-1.yaml:"), "the place: {said}");
    }
}
