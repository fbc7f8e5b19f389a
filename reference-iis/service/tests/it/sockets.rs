//! The running IIS over real sockets.

use crate::world::{GIVEN, Reply, clock, query};
use std::sync::atomic::{AtomicUsize, Ordering};
use titer_service::{Database, IisOptions, RunningIis, StartError};
use titer_wire::{
    Answer, ClientOptions, Credentials, ExchangeLog, FaultKind, HttpClient, HttpForm, HttpLogin,
    SoapClient,
};

fn start() -> RunningIis {
    RunningIis::start(IisOptions {
        clock: clock(),
        ..IisOptions::default()
    })
    .unwrap()
}

fn soap(iis: &RunningIis) -> SoapClient {
    let options = ClientOptions {
        credentials: iis.credentials().clone(),
        ..ClientOptions::default()
    };
    SoapClient::new(&iis.soap_url(), options).unwrap()
}

fn submitted(client: &SoapClient, message: &str) -> Reply {
    let call = client.submit(message.as_bytes());
    match call.outcome {
        Ok(Answer::Reply(reply)) => Reply(reply),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_message_goes_in_and_comes_back() {
    let iis = start();
    let client = soap(&iis);
    let echo = client.connectivity_test("a < b & c");
    assert!(matches!(&echo.outcome, Ok(Answer::Reply(text)) if text == "a < b & c"));
    assert_eq!(submitted(&client, GIVEN).at("MSA-1"), "AA");
    let history = submitted(&client, &query("Z34"));
    assert_eq!(history.at("RXA-15"), "LOT123");
    iis.shutdown();
}

#[test]
fn the_faults_are_those_of_the_interface() {
    let iis = start();
    let good = iis.credentials();
    for (user, password, facility) in [
        ("nobody", good.password.as_str(), good.facility.as_str()),
        (&good.username, "wrong", &good.facility),
        (&good.username, &good.password, "elsewhere"),
    ] {
        let options = ClientOptions {
            credentials: Credentials::new(user, password, facility),
            ..ClientOptions::default()
        };
        let call = SoapClient::new(&iis.soap_url(), options)
            .unwrap()
            .submit(GIVEN.as_bytes());
        assert_eq!(call.fault().map(|f| f.kind), Some(FaultKind::Security));
    }
    let client = soap(&iis);
    let two = client.submit([GIVEN, GIVEN].concat().as_bytes());
    assert_eq!(
        two.fault().map(|f| f.kind),
        Some(FaultKind::MessageTooLarge)
    );
    let long = GIVEN.replace("LOT123", &"9".repeat(70_000));
    assert_eq!(
        client.submit(long.as_bytes()).fault().map(|f| f.kind),
        Some(FaultKind::MessageTooLarge)
    );
    assert_eq!(iis.iis().registry().counts().unwrap().persons, 0);
    iis.shutdown();
}

#[test]
fn er7_is_taken_by_plain_http_too() {
    let iis = start();
    let options = ClientOptions {
        credentials: iis.credentials().clone(),
        ..ClientOptions::default()
    };
    let client = HttpClient::new(
        &iis.http_url(),
        HttpForm::default(),
        HttpLogin::default(),
        options,
    )
    .unwrap();
    let call = client.submit(GIVEN.as_bytes());
    let reply = Reply(call.outcome.unwrap());
    assert_eq!(reply.at("MSA-1"), "AA");
    iis.shutdown();
}

#[test]
fn many_at_once_are_all_stored() {
    const SENDERS: usize = 6;
    const EACH: usize = 8;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("iis.db");
    let log = ExchangeLog::new(1000);
    let iis = RunningIis::start(IisOptions {
        clock: clock(),
        database: Database::File(file.clone()),
        recorder: Some(log.clone()),
        ..IisOptions::default()
    })
    .unwrap();
    let accepted = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for sender in 0..SENDERS {
            let (iis, accepted) = (&iis, &accepted);
            scope.spawn(move || {
                let client = soap(iis);
                for n in 0..EACH {
                    let message = GIVEN
                        .replace("4711^", &format!("{sender}-{n}^"))
                        .replace("Marlow^Tessa", &format!("Marlow{sender}^Tessa{n}"))
                        .replace("F-1^", &format!("F-{sender}-{n}^"));
                    if submitted(&client, &message).at("MSA-1") == "AA" {
                        accepted.fetch_add(1, Ordering::SeqCst);
                    }
                }
            });
        }
    });
    assert_eq!(accepted.load(Ordering::SeqCst), SENDERS * EACH);
    assert_eq!(log.all().len(), SENDERS * EACH);
    iis.shutdown();
    // a new server over the same file knows them all
    let again = RunningIis::start(IisOptions {
        clock: clock(),
        database: Database::File(file),
        ..IisOptions::default()
    })
    .unwrap();
    let counts = again.iis().registry().counts().unwrap();
    assert_eq!(counts.persons, (SENDERS * EACH) as u64);
    assert_eq!(counts.doses, (SENDERS * EACH) as u64);
    again.shutdown();
}

#[test]
fn a_taken_port_and_a_bad_file_are_told_apart() {
    let iis = start();
    let Err(error) = RunningIis::start(IisOptions {
        bind: iis.addr(),
        ..IisOptions::default()
    }) else {
        panic!("two servers share a port")
    };
    assert!(matches!(error, StartError::Server(_)));
    assert!(error.to_string().contains("already in use"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let Err(error) = RunningIis::start(IisOptions {
        database: Database::File(folder.path().to_owned()),
        ..IisOptions::default()
    }) else {
        panic!("a folder was opened as a database")
    };
    assert!(matches!(error, StartError::Registry(_)));
    iis.shutdown();
}

#[test]
fn the_same_seed_gives_the_same_password_and_another_one_does_not() {
    let (a, b) = (start(), start());
    assert_eq!(a.credentials().password, b.credentials().password);
    let c = RunningIis::start(IisOptions {
        seed: 7,
        ..IisOptions::default()
    })
    .unwrap();
    assert_ne!(a.credentials().password, c.credentials().password);
    assert!(a.credentials().password.len() >= 15);
}
