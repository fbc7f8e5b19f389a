//! `titer serve` from outside: it says where it is, answers over the wire, and keeps what it acknowledged.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use titer_wire::{Answer, ClientOptions, Credentials, SoapClient};

/// A running server, killed when the test is over.
struct Served {
    child: Child,
    greeting: Vec<String>,
}

impl Served {
    fn start(args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_titer"))
            .args(["serve", "--bind", "127.0.0.1:0"])
            .args(args)
            .env_remove("TITER_PASSWORD")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("started");
        let mut greeting = Vec::new();
        for line in BufReader::new(child.stdout.take().expect("a pipe")).lines() {
            let line = line.expect("UTF-8");
            let last = line.starts_with("stop it");
            greeting.push(line);
            if last {
                break;
            }
        }
        Self { child, greeting }
    }

    /// What the greeting says behind a word.
    fn says(&self, word: &str) -> &str {
        let line = self
            .greeting
            .iter()
            .find_map(|l| l.trim_start().strip_prefix(word));
        let rest = line.unwrap_or_else(|| panic!("no {word} in {:?}", self.greeting));
        rest.split_whitespace().next().expect("something")
    }

    fn client(&self, password: &str) -> SoapClient {
        let options = ClientOptions {
            credentials: Credentials::new(self.says("username"), password, self.says("facility")),
            ..ClientOptions::default()
        };
        SoapClient::new(self.says("SOAP"), options).expect("a client")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // as a machine that loses its power would
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn answered(client: &SoapClient, message: &str) -> String {
    match client
        .submit(message.as_bytes())
        .outcome
        .expect("an answer")
    {
        Answer::Reply(bytes) => String::from_utf8(bytes).expect("UTF-8"),
        Answer::Fault(fault) => panic!("a fault: {}", fault.reason),
    }
}

fn report() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/messages/vxu-clean.hl7");
    let text = std::fs::read_to_string(path).expect("the fixture");
    text.replace("\r\n", "\r")
        .replace('\n', "\r")
        // the bar code of an information statement that CDC's table knows
        .replace("253088698300005811151016", "253088698300005911160720")
}

/// A query for the patient of [`report`].
fn query() -> String {
    let report = report();
    let line = |name: &str| -> Vec<String> {
        let line = report
            .split('\r')
            .find(|l| l.starts_with(name))
            .expect("the segment");
        line.split('|').map(str::to_owned).collect()
    };
    let (msh, pid) = (line("MSH"), line("PID"));
    format!(
        "MSH|^~\\&|{}|{}|{}|{}|{}||QBP^Q11^QBP_Q11|Q1|P|2.5.1|||ER|AL|||||Z34^CDCPHINVS|{}\r\
         QPD|Z34^Request Immunization History^CDCPHINVS|T1|{}|{}|{}|{}|{}|{}\rRCP|I|5^RD&Records&HL70126\r",
        msh[2],
        msh[3],
        msh[4],
        msh[5],
        msh[6],
        msh[3],
        pid[3],
        pid[5],
        pid[6],
        pid[7],
        pid[8],
        pid[11]
    )
}

#[test]
fn it_answers_and_shows_what_came() {
    let served = Served::start(&[]);
    let password = served.says("password").to_owned();
    let client = served.client(&password);
    let echo = client
        .connectivity_test("hello")
        .outcome
        .expect("an answer");
    assert!(matches!(echo, Answer::Reply(text) if text == "hello"));
    let ack = answered(&client, &report());
    assert!(ack.contains("\rMSA|AA|"), "{ack}");
    let refused = served.client("wrong").submit(report().as_bytes()).outcome;
    assert!(matches!(refused, Ok(Answer::Fault(_))), "{refused:?}");
    assert!(served.says("page").starts_with("http://127.0.0.1:"));
}

#[test]
fn what_was_acknowledged_is_there_after_the_power_was_lost() {
    let room = tempfile::tempdir().expect("a folder");
    let file = room.path().join("iis.sqlite").display().to_string();
    let args = [
        "--db",
        &file,
        "--username",
        "clinic",
        "--password",
        "secret",
        "--facility",
        "F1",
    ];
    {
        let served = Served::start(&args);
        assert!(
            !served.greeting.iter().any(|l| l.contains("secret")),
            "a given password is not repeated"
        );
        let ack = answered(&served.client("secret"), &report());
        assert!(ack.contains("\rMSA|AA|"), "{ack}");
    }
    let served = Served::start(&args);
    let reply = answered(&served.client("secret"), &query());
    assert!(reply.contains("\rQAK|T1|OK|"), "{reply}");
    assert!(reply.contains("\rRXA|"), "{reply}");
}

#[test]
fn it_says_that_it_misbehaves_and_does() {
    let served = Served::start(&["--personality", "wrong-control-id"]);
    assert!(
        served
            .greeting
            .iter()
            .any(|l| l.contains("misbehaves on purpose"))
    );
    let password = served.says("password").to_owned();
    let report = report();
    let sent = report.split('|').nth(9).expect("MSH-10").to_owned();
    let ack = answered(&served.client(&password), &report);
    let msa = ack
        .split('\r')
        .find(|l| l.starts_with("MSA|"))
        .expect("MSA");
    assert_ne!(msa.split('|').nth(2), Some(sent.as_str()));
}
