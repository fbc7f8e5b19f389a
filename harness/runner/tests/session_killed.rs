//! A process that has a session is killed while messages come in: what was answered is there when it goes on.

mod common;

use common::clock;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use titer_plan::Plan;
use titer_runner::result::{Verdict, sha256_hex};
use titer_runner::session::{Carrier, Session, SessionOptions, SqliteJournal};

const FILE: &str = "TITER_TEST_SESSION";

fn options() -> SessionOptions {
    let mut options = SessionOptions::new("an EHR").clock(clock());
    options.fallback = Some(common::Registry::new(common::Slip::None));
    options
}

fn plan() -> Arc<Plan> {
    Arc::new(titer_plan::load_builtin("onc-2015").expect("a plan of this program"))
}

fn open(path: &Path) -> Session {
    let (journal, _) = SqliteJournal::open_or_create(path).expect("opens");
    Session::open(plan(), options(), Box::new(journal)).expect("goes on")
}

/// The process that is killed: it tells every answer on a line, and then the next message comes.
#[test]
#[ignore = "run by the test below, in a process of its own"]
fn the_process() {
    let Some(path) = std::env::var_os(FILE) else {
        return;
    };
    let session = open(Path::new(&path));
    loop {
        let Some(step) = session
            .waiting()
            .into_iter()
            .find(|p| session.step_view(p).is_some_and(|v| v.example.is_some()))
        else {
            return;
        };
        let example = session
            .step_view(&step)
            .and_then(|v| v.example)
            .expect("an example");
        let taken = session
            .take_in(Carrier::File, &example, "Ada")
            .expect("a message");
        let answer = taken[0].answer.clone().expect("an answer");
        println!("answered {step} {}", sha256_hex(&answer));
    }
}

#[test]
fn what_was_answered_is_there_after_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("session.sqlite");
    let mut answered: Vec<(String, String)> = Vec::new();
    // killed three times, each time a little later
    for more in [1, 2, 4] {
        let mut process = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "the_process", "--ignored", "--nocapture"])
            .env(FILE, &path)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        let lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let mut came = 0;
        for line in lines {
            let line = line.expect("text");
            let Some(said) = line.split("answered ").nth(1) else {
                continue;
            };
            let (step, hash) = said.split_once(' ').expect("two words");
            answered.push((step.to_owned(), hash.to_owned()));
            came += 1;
            if came == more {
                break;
            }
        }
        assert_eq!(came, more, "the process ended before it was killed");
        process.kill().expect("killed");
        process.wait().expect("gone");
    }
    let session = open(&path);
    let messages = session.messages();
    for (step, hash) in &answered {
        let kept = messages
            .iter()
            .find(|m| m.step.as_ref() == Some(step))
            .unwrap_or_else(|| panic!("the message of {step} is lost"));
        let answer = kept.answer.as_ref().expect("its answer is kept");
        assert_eq!(&sha256_hex(answer), hash, "{step}");
    }
    assert!(messages.len() >= answered.len());
    let passed = session
        .result()
        .steps()
        .filter(|s| s.verdict == Verdict::Passed)
        .count();
    assert!(passed >= answered.len());
}
