//! The messages of the ONC 2015 plan, as systems under test would send them: all are accepted.

use crate::world::{Reply, clock, config};
use std::path::Path;
use titer_registry::Registry;
use titer_service::{Channel, Iis};

#[test]
fn the_messages_of_the_onc_2015_plan_are_accepted() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/nist");
    let Ok(jobs) = std::fs::read_to_string(data.join("jobs.tsv")) else {
        println!("skipped: ../shared is absent");
        return;
    };
    let iis = Iis::new(Registry::memory(clock(), 1).unwrap(), config(), clock());
    let mut sent = 0;
    let mut said = Vec::new();
    let mut rows: Vec<Vec<&str>> = jobs
        .lines()
        .skip(1)
        .map(|l| l.split('\t').collect::<Vec<_>>())
        .filter(|r| r[0].starts_with("onc2015/") && r[7] == "SUT_INITIATOR")
        .collect();
    // in the order of the plan: a delete comes after what it deletes
    rows.sort_by_key(|r| {
        r[0].split(['/', 'g', 'c', 's'])
            .filter_map(|n| n.parse::<u32>().ok())
            .collect::<Vec<_>>()
    });
    for row in rows {
        let bytes = std::fs::read(data.join(row[1])).unwrap();
        let reply = Reply(iis.process(Channel::default(), &bytes));
        sent += 1;
        let mut line = format!(
            "{} {} {} {}",
            row[0],
            reply.at("MSH-21.1"),
            reply.at("MSA-1"),
            reply.at("QAK-2")
        );
        for error in reply.errors() {
            line.push_str("\n    ");
            line.push_str(&error);
        }
        said.push(line);
    }
    assert_eq!(sent, 11);
    insta::assert_snapshot!(said.join("\n"));
}
