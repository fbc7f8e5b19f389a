//! Queries: who is meant, and what the asker gets.

use crate::cascade::{Cascade, Lost, Of, words};
use crate::content;
use crate::forecast;
use crate::iis::{Channel, Inner, Processed, chain, internal, submitter};
use crate::personality::Behaviour;
use crate::policy::{EvaluatedMany, Need, ProtectedRecords};
use crate::reply::{self, Header, Kind, Response};
use crate::row::{self, ErrorCode, Place, Row};
use crate::rules::Own;
use crate::shape::Shape;
use crate::values::to_identifier;
use jiff::Zoned;
use titer_finding::Severity;
use titer_hl7::build::SegmentBuilder;
use titer_hl7::{Message, Segment};
use titer_registry::record::Demographics;
use titer_registry::value::PersonName;
use titer_registry::{Asker, Found, Probe};

/// What a query gets.
struct Given {
    kind: Kind,
    /// QAK-2.
    status: &'static str,
    /// For the page.
    note: &'static str,
    segments: Vec<SegmentBuilder>,
    /// The registry failed.
    failed: bool,
}

impl Given {
    fn nothing(status: &'static str, note: &'static str) -> Self {
        Self {
            kind: Kind::Nothing,
            status,
            note,
            segments: Vec::new(),
            failed: false,
        }
    }
}

impl Inner {
    pub(crate) fn query(
        &self,
        channel: Channel<'_>,
        message: &Message<'_>,
        header: &Header<'_>,
    ) -> Processed {
        let shape = Shape::of(message);
        let (profile, mut findings, Cascade { lost, mut rows }) =
            self.judge(Of::Query, message, &shape, content::nulls(message, &shape));
        let Some(qpd) = shape.first("QPD", None).map(|p| p.segment) else {
            // there is nothing to echo, so there can be no response
            let rows = self.finished(rows);
            return Processed {
                reply: reply::acknowledgment(message, header, "AE", &rows),
                code: "AE".to_owned(),
                profile,
                findings,
                note: None,
            };
        };
        let probe = probe(&qpd, &lost);
        if !lost.message
            && let Some(field) = self.lacks(&probe)
        {
            let finding = content::at_field(message, Own::QueryNeeds, &qpd, 1, field, false);
            rows.push(Row {
                place: Some(Place::field("QPD", 1, field)),
                code: ErrorCode::Required,
                severity: Severity::Error,
                application: None,
                text: words(&finding),
            });
            findings.push(finding);
        }
        rows = self.finished(rows);
        let given = if rows.iter().any(|r| r.severity == Severity::Error) {
            Given::nothing("AE", "the query cannot be answered as it is")
        } else {
            match self.registry.search(&probe, &self.asker(channel, message)) {
                Ok(found) => self.give(found, header.now, &shape, &qpd),
                Err(error) => {
                    tracing::error!(error = %chain(&error), "a search failed");
                    rows = vec![internal()];
                    Given::nothing("AR", "the registry failed")
                }
            }
        };
        if given.failed {
            rows = vec![internal()];
        }
        let code = row::acknowledgment_code(&rows);
        let response = Response {
            kind: given.kind,
            code,
            status: given.status,
            row: rows.first(),
        };
        Processed {
            reply: reply::response(message, header, &response, given.segments),
            code: code.to_owned(),
            profile,
            findings,
            note: Some(given.note.to_owned()),
        }
    }

    fn give(&self, found: Found, now: &Zoned, shape: &Shape<'_>, qpd: &Segment<'_>) -> Given {
        let evaluated = qpd.text(1, 1) == "Z44";
        let asked = shape
            .first("RCP", None)
            .and_then(|p| p.segment.text(2, 1).trim().parse::<usize>().ok())
            .unwrap_or(usize::MAX);
        let limit = asked.min(self.policy.queries.max_candidates);
        match found {
            Found::None => Given::nothing("NF", "nobody was found"),
            Found::One(record) if !evaluated => Given {
                kind: Kind::History,
                segments: reply::history(&record),
                ..Given::nothing("OK", "one person was found")
            },
            Found::One(record) => match forecast::segments(&record, now, self.policy.forecasts) {
                Ok(segments) => Given {
                    kind: Kind::Evaluated,
                    segments,
                    ..Given::nothing("OK", "one person was found, and the history evaluated")
                },
                // what the registry stores can be read; a diagnostic may hold the patient's own text
                Err(_) => {
                    tracing::error!("a stored history could not be evaluated");
                    Given {
                        failed: true,
                        ..Given::nothing("AR", "the history could not be evaluated")
                    }
                }
            },
            Found::Possible(persons) if persons.len() > limit => {
                Given::nothing("TM", "more persons are possible than may be listed")
            }
            Found::Possible(persons) if !evaluated => Given {
                kind: Kind::Candidates,
                segments: reply::candidates(&persons),
                ..Given::nothing("OK", "several persons are possible")
            },
            Found::Possible(persons) => Given::nothing(
                match self.policy.queries.evaluated_many {
                    EvaluatedMany::TooMany if persons.len() > 1 => "TM",
                    EvaluatedMany::TooMany | EvaluatedMany::NotFound => "NF",
                },
                "several persons are possible",
            ),
        }
    }

    // the first field of QPD that the policy asks for and that says nothing
    fn lacks(&self, probe: &Probe) -> Option<u32> {
        let names = &probe.demographics.names;
        self.policy
            .queries
            .needs
            .iter()
            .find_map(|need| match need {
                Need::FamilyName if names.iter().all(|n| n.family().is_empty()) => Some(4),
                Need::GivenName if names.iter().all(|n| n.given().is_empty()) => Some(4),
                Need::BirthDate if probe.demographics.birth_date.is_empty() => Some(6),
                _ => None,
            })
    }

    fn asker(&self, channel: Channel<'_>, message: &Message<'_>) -> Asker {
        let organization = match self.policy.queries.protected {
            ProtectedRecords::Owner => submitter(channel, message).organization,
            // no organization is called so
            ProtectedRecords::Nobody => "\u{0}".to_owned(),
        };
        Asker {
            organization,
            sees_protected: self.personality.does(Behaviour::RevealProtected),
        }
    }
}

fn probe(qpd: &Segment<'_>, lost: &Lost) -> Probe {
    let all = |field: u32| lost.composites(qpd, field);
    let text = |field: u32| {
        all(field)
            .first()
            .map_or_else(String::new, |c| c.part(1).trim().to_owned())
    };
    Probe {
        identifiers: all(3).iter().map(to_identifier).collect(),
        demographics: Demographics {
            names: all(4).into_iter().map(PersonName).collect(),
            mother_maiden_name: all(5).into_iter().next().unwrap_or_default(),
            birth_date: text(6),
            sex: text(7),
            addresses: all(8),
            phones: all(9),
            multiple_birth: text(10),
            birth_order: text(11),
            ..Demographics::default()
        },
    }
}
