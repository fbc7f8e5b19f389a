//! Our envelopes before judges that are not ours: NIST's Schematron rules and the published schema.

use crate::common::{Scripted, client_options, credentials, serve, soap_data};
use crate::raw::send;
use std::path::{Path, PathBuf};
use std::process::Command;
use titer_wire::envelope::{
    write_connectivity, write_connectivity_response, write_fault, write_submit,
    write_submit_response,
};
use titer_wire::{ClientOptions, Credentials, RouterOptions, SoapClient, SoapFault, SoapVersion};

/// The judge and what it needs, or a notice of what is absent.
struct Judge {
    python: PathBuf,
    script: PathBuf,
    shared: PathBuf,
}

impl Judge {
    fn find() -> Option<Self> {
        let shared = soap_data()?.join("../..");
        let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ci/clients");
        let python = clients.join(".venv/bin/python");
        if !python.exists() {
            #[expect(clippy::print_stderr, reason = "a skipped test says so")]
            {
                eprintln!("skipped: ci/clients/install.sh was not run");
            }
            return None;
        }
        Some(Self {
            python,
            script: clients.join("check_envelopes.py"),
            shared,
        })
    }

    fn judge(&self, folder: &Path, schema: &Path) -> (bool, String) {
        let run = Command::new(&self.python)
            .arg(&self.script)
            .args([&self.shared, folder, schema])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&run.stdout).into_owned()
            + &String::from_utf8_lossy(&run.stderr);
        (run.status.success(), said)
    }
}

const MESSAGE: &str =
    "MSH|^~\\&|A & B|<C>|D|E|20261122||VXU^V04^VXU_V04|1|P|2.5.1\rPID|1||7^^^C^MR||]]>^\u{E9}\r";

/// Every kind of envelope, as the functions write it and as it goes over the wire.
fn write_all(folder: &Path) {
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).unwrap();
    for (version, label) in [(SoapVersion::V12, "soap12"), (SoapVersion::V11, "soap11")] {
        let name = |kind: &str| format!("2011-{label}-{kind}.xml");
        let empty = Credentials::default();
        put(
            &name("vxu"),
            &write_submit(version, &credentials(), MESSAGE).unwrap(),
        );
        put(
            &name("vxu-nobody"),
            &write_submit(version, &empty, MESSAGE).unwrap(),
        );
        put(
            &name("vxu-response"),
            &write_submit_response(version, MESSAGE).unwrap(),
        );
        put(
            &name("connectivity"),
            &write_connectivity(version, "a & <b>").unwrap(),
        );
        put(
            &name("connectivity-response"),
            &write_connectivity_response(version, "a & <b>").unwrap(),
        );
        put(
            &name("fault-security"),
            &write_fault(version, &SoapFault::security()),
        );
        put(
            &name("fault-toolarge"),
            &write_fault(version, &SoapFault::message_too_large("a & <b>")),
        );
        put(
            &name("fault-unsupported"),
            &write_fault(version, &SoapFault::unsupported_operation("x")),
        );
        put(
            &name("fault-unknown"),
            &write_fault(version, &SoapFault::unknown("x")),
        );
        put(
            &name("fault-unknown-sender"),
            &write_fault(version, &SoapFault::bad_request("\u{0}")),
        );
        let server = serve(Scripted::mirror(), &RouterOptions::default());
        let options = ClientOptions {
            version,
            ..client_options()
        };
        let client = SoapClient::new(&server.url("/soap"), options).unwrap();
        let wire = |sent: Option<&str>, answered: &str, exchange: &titer_wire::Exchange| {
            if let Some(sent) = sent {
                put(&name(sent), &exchange.request.body.0);
            }
            put(&name(answered), &exchange.response.as_ref().unwrap().body.0);
        };
        let call = client.submit(MESSAGE.as_bytes());
        wire(Some("wire-vxu"), "wire-vxu-response", &call.exchange);
        let call = client.submit(format!("{MESSAGE}{MESSAGE}").as_bytes());
        wire(None, "wire-fault-toolarge", &call.exchange);
        let call = client.post_envelope(b"<", None);
        wire(None, "wire-fault-unknown", &call.exchange);
        let answer = write_submit_response(version, "").unwrap();
        let call = client.post_envelope(&answer, None);
        wire(None, "wire-fault-unsupported", &call.exchange);
    }
}

fn served_schema(folder: &Path) -> PathBuf {
    let server = serve(Scripted::mirror(), &RouterOptions::default());
    let answer = send(
        server.addr(),
        b"GET /soap?xsd=cdc-iis-2011.xsd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    );
    let path = folder.join("schema.xsd");
    std::fs::write(&path, answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    path
}

#[test]
fn every_envelope_of_ours_passes() {
    let Some(judge) = Judge::find() else { return };
    let room = tempfile::tempdir().unwrap();
    let schema = served_schema(room.path());
    let folder = room.path().join("envelopes");
    std::fs::create_dir(&folder).unwrap();
    write_all(&folder);
    let (passed, said) = judge.judge(&folder, &schema);
    assert!(passed, "{said}");
    let last = said.lines().last().unwrap();
    assert_eq!(last, "30 envelopes, 0 failures", "{said}");
}

/// The judge does judge: each of these must be found out.
#[test]
fn a_bad_envelope_does_not_pass() {
    let Some(judge) = Judge::find() else { return };
    let room = tempfile::tempdir().unwrap();
    let schema = served_schema(room.path());
    let good = String::from_utf8(write_fault(SoapVersion::V12, &SoapFault::security())).unwrap();
    for (number, (from, to)) in [
        (">Security<", ">Security Fault<"),
        ("<Code>10</Code>", ""),
        ("<Code>10</Code>", "<Code>ten</Code>"),
        (
            "<soap:Reason>",
            "<soap:Node>n</soap:Node><soap:Other/><soap:Reason>",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let folder = room.path().join(number.to_string());
        std::fs::create_dir(&folder).unwrap();
        let bad = good.replace(from, to);
        assert_ne!(bad, good);
        std::fs::write(folder.join("2011-soap12-fault-security.xml"), bad).unwrap();
        let (passed, said) = judge.judge(&folder, &schema);
        assert!(
            !passed && said.contains("FAILED") && said.contains("1 envelopes, "),
            "{from} -> {to}: {said}"
        );
    }
}
