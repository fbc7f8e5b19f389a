//! Plans in folders that live as long as a test.

use tempfile::TempDir;

/// A small good plan: its files by name.
pub(crate) fn good() -> Vec<(&'static str, String)> {
    [
        (
            "plan.yaml",
            r#"id: small
title: a small plan
version: "1"
systems: [ehr, iis]
requirements:
  - {id: R-1, title: reports a dose}
capabilities:
  - {id: report, title: reports doses}
groups:
  - id: doses
    title: doses
    files: [cases/one.yaml]
"#,
        ),
        (
            "cases/one.yaml",
            r#"id: ONE
title: one dose
capability: report
with: {patient: ann, facility: clinic}
steps:
  - id: report
    covers: R-1
    send:
      message: dose
      profile: Z22
      vary: {PID-8: F}
      expect:
        - {at: PID-5.1, is: "{patient.name.family}"}
        - find: ORDER
          where: {RXA-5.1: "08"}
          expect:
            - {at: RXA-3, day: "{today}"}
  - id: answer
    reply:
      message: ack
      profile: Z23
      expect:
        - meets: accepted
  - id: history
    applies-to: [iis]
    because: an EHR is not asked
    query-back:
      profile: Z34
      message: query
      expect-doses:
        - {cvx: "08", date: "{today}"}
"#,
        ),
        (
            "data/data.yaml",
            r#"patients:
  ann:
    ids: [{id: "{uid.ann}", authority: CLINIC, type: MR}]
    name: {family: Ångström, given: Ann}
    birth-date: "{today-2m}"
    sex: F
facilities:
  clinic: {name: the clinic, application: EHR, code: CLINIC}
"#,
        ),
        (
            "expectations/replies.yaml",
            "sets:\n  accepted:\n    - {at: MSA-1, is: AA}\n    - {at: MSA-2, same-as: sent MSH-10}\n",
        ),
        (
            "messages/dose.hl7",
            "# a dose\nMSH|^~\\&|{facility.application}|{facility.code}|IIS|IIS|{now}||VXU^V04^VXU_V04|{uid}|P|2.5.1\nPID|1||{patient.ids.1.id}||{patient.name.family}^{patient.name.given}||{patient.birth-date}\nRXA|0|1|{today}||08^Hep B^CVX|999\n",
        ),
        (
            "messages/ack.hl7",
            "MSH|^~\\&|{sent MSH-5}|{sent MSH-6}|{sent MSH-3}|{sent MSH-4}|{now}||ACK^V04^ACK|{uid}|P|2.5.1\nMSA|AA|{sent MSH-10}\n",
        ),
        (
            "messages/query.hl7",
            "MSH|^~\\&|EHR|CLINIC|IIS|IIS|{now}||QBP^Q11^QBP_Q11|{uid}|P|2.5.1\nQPD|Z34|{uid}|{patient.ids.1.id}\n",
        ),
        (
            "known-failures/reference.yaml",
            "known-failures:\n  - {name: small/ONE/history, side: iis, because: nothing is kept yet}\n",
        ),
    ]
    .into_iter()
    .map(|(name, text)| (name, text.to_owned()))
    .collect()
}

/// Writes files into a new folder.
pub(crate) fn folder(files: &[(&str, String)]) -> TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    dir
}
