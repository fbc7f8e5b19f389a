//! What a session's journal is made of: one entry for everything that happened.

use crate::result::{Answers, Attestation, Body, SystemInfo};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use titer_wire::Credentials;

/// The version of the journal's format.
pub const JOURNAL_VERSION: u32 = 1;

/// One thing that happened. The state of a session is a function of its entries in order, and of its plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number, counted from 1 without gaps.
    pub seq: u64,
    /// When, by the session's clock.
    pub at: Timestamp,
    /// Who did it: a tester's name, `driver`, or nothing for the system under test and the harness.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// What happened.
    pub what: What,
}

/// How a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Carrier {
    /// CDC SOAP.
    Soap,
    /// ER7 by HTTP POST.
    Http,
    /// MLLP over TCP.
    Mllp,
    /// A file that a tester or a driver handed in.
    File,
    /// A text that a tester pasted.
    Paste,
}

impl Carrier {
    /// In words, as in "came by SOAP".
    pub fn words(self) -> &'static str {
        match self {
            Carrier::Soap => "SOAP",
            Carrier::Http => "HTTP",
            Carrier::Mllp => "MLLP",
            Carrier::File => "file",
            Carrier::Paste => "paste",
        }
    }

    /// Whether the system under test itself called, so that it got the answer.
    pub fn is_call(self) -> bool {
        matches!(self, Carrier::Soap | Carrier::Http | Carrier::Mllp)
    }
}

impl From<titer_wire::Transport> for Carrier {
    fn from(transport: titer_wire::Transport) -> Self {
        match transport {
            titer_wire::Transport::Soap12 | titer_wire::Transport::Soap11 => Carrier::Soap,
            titer_wire::Transport::Http => Carrier::Http,
            titer_wire::Transport::Mllp => Carrier::Mllp,
        }
    }
}

/// What a tester says of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Settled {
    /// Met.
    Passed,
    /// Met, with something the reader should know.
    PassedWithException,
    /// Not met.
    Failed,
    /// Not met, because the system has no such function.
    FailedNotSupported,
    /// Neither met nor clearly missed.
    Inconclusive,
    /// What was said before is taken back.
    Pending,
}

/// User name, password and facility as the journal keeps them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// User name.
    pub username: String,
    /// Password.
    pub password: String,
    /// Facility.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub facility: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login")
    }
}

impl From<&Credentials> for Login {
    fn from(c: &Credentials) -> Self {
        Login {
            username: c.username.clone(),
            password: c.password.clone(),
            facility: c.facility.clone(),
        }
    }
}

impl From<&Login> for Credentials {
    fn from(l: &Login) -> Self {
        Credentials::new(l.username.clone(), l.password.clone(), l.facility.clone())
    }
}

/// What happened. The tags are the journal's format.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The session began; the first entry, and the only one of its kind.
    Begun {
        /// The plan's id.
        plan: String,
        /// Its version.
        version: String,
        /// SHA-256 over its files.
        sha256: String,
        /// The seed of everything that looks random.
        seed: u64,
        /// The day as of which the plan runs.
        as_of: Date,
        /// The clock's offset from UTC, in seconds.
        #[serde(default)]
        offset: i32,
        /// Patterns that select cases.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        select: Vec<String>,
        /// The system under test.
        system: SystemInfo,
        /// What the system under test logs in with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credentials: Option<Login>,
    },
    /// A message of the system under test.
    Message {
        /// How it came.
        way: Carrier,
        /// The facility that the caller named.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        facility: String,
        /// The user that the caller named.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        username: String,
        /// The message.
        bytes: Body,
        /// What is odd about its envelope.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        notes: Vec<titer_finding::Finding>,
    },
    /// What is answered to a message; committed before it is sent.
    Answered {
        /// The message's entry.
        message: u64,
        /// The answer; none when it is a fault.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bytes: Option<Body>,
        /// Whether the reference IIS made it, and not the plan.
        #[serde(default)]
        by_reference: bool,
        /// Why there is no answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fault: Option<String>,
    },
    /// A call is over.
    Delivered {
        /// The entry of the message or of the connectivity test.
        message: u64,
        /// Whether the answer went out.
        ok: bool,
        /// Why it did not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
        /// The call as it was recorded.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exchange: Option<Box<titer_wire::Exchange>>,
    },
    /// A `connectivityTest` came.
    Echo {
        /// Its text.
        text: titer_finding::Phi,
        /// What is odd about its envelope.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        notes: Vec<titer_finding::Finding>,
    },
    /// Somebody called with credentials that are not the session's, and was turned away. Kept once for a user name.
    Refused {
        /// The user name.
        username: String,
        /// The facility.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        facility: String,
    },
    /// A tester says which step a message is.
    Assign {
        /// The message's entry.
        message: u64,
        /// The step's path; none when it is no step's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step: Option<String>,
    },
    /// A line of a step's checklist.
    Mark {
        /// The step's path.
        step: String,
        /// Which line of [`crate::result::Step::checklist`], counted from 0.
        item: usize,
        /// Seen, looked for and not seen, or not looked at.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen: Option<bool>,
        /// What the tester wrote.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    /// What the system shows, as data.
    Supply {
        /// The step's path.
        step: String,
        /// What it shows.
        answers: Box<Answers>,
    },
    /// What the system shows, told anew as a whole: what was supplied before and is not part of it counts no more, whoever
    /// supplied it.
    Retell {
        /// The step's path.
        step: String,
        /// All that it shows.
        answers: Box<Answers>,
    },
    /// A file of evidence; its bytes are kept beside the entries.
    File {
        /// The step's path.
        step: String,
        /// The file's name, without a folder.
        name: String,
        /// What it shows.
        title: String,
        /// Its media type.
        media_type: String,
        /// Its size in bytes.
        size: u64,
        /// SHA-256 of its bytes.
        sha256: String,
    },
    /// A file of evidence is taken away.
    RemoveFile {
        /// The step's path.
        step: String,
        /// The entry that brought it.
        file: u64,
    },
    /// What the tester wrote about a step; empty to take it away.
    Comment {
        /// The step's path.
        step: String,
        /// The text.
        text: String,
    },
    /// The tester's own result of a step.
    Settle {
        /// The step's path.
        step: String,
        /// What it is.
        verdict: Settled,
        /// Why; needed where a machine had judged otherwise.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        because: String,
    },
    /// A person declares what a step asks.
    Attest {
        /// The step's path.
        step: String,
        /// The declaration.
        attestation: Attestation,
    },
    /// A step that never counts is done, or not.
    Done {
        /// The step's path.
        step: String,
        /// Whether it is done.
        done: bool,
    },
    /// An expectation or a finding that does not count.
    Waive {
        /// The step's path.
        step: String,
        /// A rule id or an assertion's words.
        what: String,
        /// Why.
        reason: String,
    },
    /// A change that the tester made to the plan's test data.
    Modification {
        /// What was changed.
        text: String,
    },
    /// More is known about the system under test.
    System {
        /// All of it.
        system: SystemInfo,
    },
    /// An act is taken back.
    Undo {
        /// The act's entry.
        seq: u64,
    },
}

impl What {
    /// The step that it is about, when it is about one.
    pub fn step(&self) -> Option<&str> {
        match self {
            What::Mark { step, .. }
            | What::Supply { step, .. }
            | What::Retell { step, .. }
            | What::File { step, .. }
            | What::RemoveFile { step, .. }
            | What::Comment { step, .. }
            | What::Settle { step, .. }
            | What::Attest { step, .. }
            | What::Done { step, .. }
            | What::Waive { step, .. } => Some(step),
            What::Assign { step, .. } => step.as_deref(),
            _ => None,
        }
    }

    /// In a few words, without text from messages.
    pub fn words(&self) -> &'static str {
        match self {
            What::Begun { .. } => "the session began",
            What::Message { .. } => "a message came",
            What::Answered { bytes: None, .. } => "it was answered with a fault",
            What::Answered { .. } => "it was answered",
            What::Delivered { ok: true, .. } => "the answer went out",
            What::Delivered { .. } => "the answer did not go out",
            What::Echo { .. } => "the connection was tried",
            What::Refused { .. } => "a caller was turned away",
            What::Assign { step: None, .. } => "a message was taken from its step",
            What::Assign { .. } => "a message was assigned to a step",
            What::Mark { .. } => "a line of the checklist was marked",
            What::Supply { .. } => "what the system shows was supplied",
            What::Retell { .. } => "what the system shows was told anew",
            What::File { .. } => "a file was added",
            What::RemoveFile { .. } => "a file was removed",
            What::Comment { .. } => "a comment was written",
            What::Settle { .. } => "a result was set",
            What::Attest { .. } => "a declaration was made",
            What::Done { done: true, .. } => "a step was done",
            What::Done { .. } => "a step was marked as not done",
            What::Waive { .. } => "something was waived",
            What::Modification { .. } => "test data were changed",
            What::System { .. } => "the system was described",
            What::Undo { .. } => "an act was undone",
        }
    }

    /// Whether a person or a driver does it, so that it can be undone.
    pub fn is_act(&self) -> bool {
        !matches!(
            self,
            What::Begun { .. }
                | What::Message { .. }
                | What::Answered { .. }
                | What::Delivered { .. }
                | What::Echo { .. }
                | What::Refused { .. }
                | What::Undo { .. }
        )
    }
}

/// The entries that were taken back.
pub(super) fn undone(entries: &[Entry]) -> BTreeSet<u64> {
    entries
        .iter()
        .filter_map(|e| match e.what {
            What::Undo { seq } => Some(seq),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Entry, What};

    #[test]
    fn an_entry_survives_json_and_shows_no_password() {
        let json = r#"{"seq":3,"at":"2027-03-01T09:30:00Z","by":"Ada","what":{"mark":{"step":"p/c/s","item":2,"seen":false}}}"#;
        let entry: Entry = serde_json::from_str(json).expect("reads");
        assert_eq!(serde_json::to_string(&entry).expect("writes"), json);
        assert!(matches!(entry.what, What::Mark { item: 2, .. }));
        let login = super::Login {
            username: "u".to_owned(),
            password: "hidden".to_owned(),
            facility: String::new(),
        };
        assert!(!format!("{login:?}").contains("hidden"));
    }
}
