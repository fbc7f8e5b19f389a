//! What was acknowledged outlives the process: a child that stores is killed, and the file is read again.

use crate::people::{clock, dose, probe, report};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use titer_registry::report::{Action, OnMany};
use titer_registry::{Asker, Found, Registry};

const FILE: &str = "TITER_TEST_DATABASE";

/// Not a test by itself: the child process that stores until it is killed.
#[test]
fn child_that_stores_until_killed() {
    let Some(file) = std::env::var_os(FILE) else {
        return;
    };
    let registry = Registry::open(file.as_ref(), clock(), 1).unwrap();
    for n in 0..1_000_000 {
        let number = n.to_string();
        let one = report(
            &number,
            vec![dose(Action::Add, "a", "08", "20200103", "00")],
        );
        registry.report(&one, OnMany::Add).unwrap();
        println!("\nacknowledged {number}");
    }
}

#[test]
fn what_was_acknowledged_is_there_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("iis.db");
    let mut acknowledged = Vec::new();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "durable::child_that_stores_until_killed",
            "--nocapture",
        ])
        .env(FILE, &file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in lines.map_while(Result::ok) {
        if let Some(number) = line.strip_prefix("acknowledged ") {
            acknowledged.push(number.to_owned());
            if acknowledged.len() == 40 {
                child.kill().unwrap();
            }
        }
    }
    child.wait().unwrap();
    assert!(acknowledged.len() >= 40, "{}", acknowledged.len());
    let registry = Registry::open(&file, clock(), 1).unwrap();
    let asker = Asker {
        organization: "CLINIC".into(),
        sees_protected: false,
    };
    for number in &acknowledged {
        match registry.search(&probe(number), &asker).unwrap() {
            Found::One(record) => assert_eq!(record.doses.len(), 1),
            other => panic!("{number} was acknowledged and is not there: {other:?}"),
        }
    }
    // and nothing is half there
    let counts = registry.counts().unwrap();
    assert_eq!(counts.persons, counts.doses);
    assert_eq!(counts.persons, counts.reports);
}

#[test]
fn a_reopened_file_makes_new_ids_with_the_same_seed_and_clock() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("iis.db");
    for round in 0..3 {
        let registry = Registry::open(&file, clock(), 1).unwrap();
        registry
            .report(&report(&round.to_string(), vec![]), OnMany::Add)
            .unwrap();
        assert_eq!(registry.counts().unwrap().persons, round + 1);
    }
}
