//! Writing replies: ACK, and RSP with a history, a list, or neither.

use crate::row::Row;
use crate::vaccine;
use crate::values::{
    Type, from_coded, from_codes, from_composite, from_composites, from_identifier, from_names,
    from_order,
};
use jiff::Zoned;
use titer_hl7::build::{
    FieldValue, MessageBuilder, Raw, RepetitionValue, SegmentBuilder, components,
};
use titer_hl7::edit::Editor;
use titer_hl7::time::format_ts;
use titer_hl7::{Delimiters, Message, Path, Segment};
use titer_registry::record::{
    Candidate, Completion, Demographics, DoseContent, NextOfKin, Observation, PersonObservation,
    PersonRecord, Protection,
};
use titer_registry::value::{Authority, Coded, Identifier, NO_ORDER, OrderNumber};

/// The authority of the registry's own identifiers and of orders that nobody else numbered.
pub(crate) const AUTHORITY: &str = "TITER-IIS";

/// What stands in MSH-3 of every reply.
pub(crate) const APPLICATION: &str = "TITER";

/// What stands in MSH-4 of a reply, when no personality does.
pub(crate) const FACILITY: &str = "REFERENCE-IIS";

/// The reply's header data.
pub(crate) struct Header<'a> {
    pub now: &'a Zoned,
    pub control_id: &'a str,
    pub facility: &'a str,
    /// MSA-2.
    pub answers: &'a str,
}

/// Which kind of response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    History,
    Evaluated,
    Candidates,
    Nothing,
}

impl Kind {
    fn profile(self) -> &'static str {
        match self {
            Kind::Candidates => "Z31",
            Kind::History => "Z32",
            Kind::Evaluated => "Z42",
            Kind::Nothing => "Z33",
        }
    }
}

/// An acknowledgment, Z23. The rows are sent as they are sorted.
pub(crate) fn acknowledgment(
    sent: &Message<'_>,
    header: &Header<'_>,
    code: &str,
    rows: &[Row],
) -> Vec<u8> {
    let event = sent
        .segment("MSH", 1)
        .filter(|msh| msh.text(9, 1) == "QBP")
        .map_or("V04", |_| "Q11");
    let mut message = MessageBuilder::new()
        .segment(msh(sent, header, ("ACK", event, "ACK"), "Z23"))
        .segment(msa(code, header));
    for row in rows {
        message.push(row.to_segment());
    }
    finished(&message)
}

/// What a response says beyond its header.
pub(crate) struct Response<'a> {
    pub kind: Kind,
    /// MSA-1.
    pub code: &'a str,
    /// QAK-2.
    pub status: &'a str,
    /// The one ERR row that a response may have.
    pub row: Option<&'a Row>,
}

/// A response; `segments` follow the echo of the query.
pub(crate) fn response(
    sent: &Message<'_>,
    header: &Header<'_>,
    response: &Response<'_>,
    segments: Vec<SegmentBuilder>,
) -> Vec<u8> {
    let mut message = MessageBuilder::new()
        .segment(msh(
            sent,
            header,
            ("RSP", "K11", "RSP_K11"),
            response.kind.profile(),
        ))
        .segment(msa(response.code, header));
    if let Some(row) = response.row {
        message.push(row.to_segment());
    }
    let qpd = sent.segment("QPD", 1);
    let echoed = |field: u32| -> FieldValue {
        qpd.and_then(|q| q.field(field))
            .map(|f| same(&f.raw_text(), sent))
            .into()
    };
    message.push(
        SegmentBuilder::new("QAK")
            .field(1, echoed(2))
            .field(2, response.status)
            .field(3, echoed(1)),
    );
    if let Some(qpd) = qpd {
        message.push(echo(&qpd, sent));
    }
    for segment in segments {
        message.push(segment);
    }
    finished(&message)
}

// the segment as it was sent
fn echo(segment: &Segment<'_>, sent: &Message<'_>) -> SegmentBuilder {
    let text = segment.line().text();
    let builder = SegmentBuilder::new("QPD");
    if sent.delimiters() == Delimiters::default() {
        let body = text.get(4..).unwrap_or_default();
        // a segment is one line, so it can always be taken over
        return match Raw::new(body) {
            Ok(raw) => builder.field(1, raw),
            Err(_) => builder,
        };
    }
    segment.fields().fold(builder, |b, f| {
        let value = f.repetitions().fold(FieldValue::new(), |v, r| {
            v.repetition(from_composite(
                &crate::values::composite(&r),
                Type::Other(""),
            ))
        });
        b.field(f.number(), value)
    })
}

fn same(raw: &str, sent: &Message<'_>) -> FieldValue {
    if sent.delimiters() == Delimiters::default()
        && let Ok(raw) = Raw::new(raw)
    {
        return raw.into();
    }
    raw.into()
}

fn msh(
    sent: &Message<'_>,
    header: &Header<'_>,
    kind: (&str, &str, &str),
    profile: &str,
) -> SegmentBuilder {
    let asked = sent.segment("MSH", 1);
    let field = |n: u32| asked.and_then(|s| hd(&s, n));
    let mut msh = SegmentBuilder::msh(kind, header.control_id, header.now)
        .field(3, APPLICATION)
        .field(4, header.facility)
        .field(5, field(3))
        .field(6, field(4))
        .field(7, format_ts(header.now))
        .field(15, "NE")
        .field(16, "NE")
        .field(21, components([profile, "CDCPHINVS"]))
        .field(22, components([FACILITY]));
    if let Some(organization) = asked.and_then(|s| xon(&s)) {
        msh.set(23, organization);
    }
    msh
}

// An HD is given back only when it is one: a name, and an OID when it is marked so.
fn hd(msh: &Segment<'_>, field: u32) -> Option<RepetitionValue> {
    let (name, id, kind) = (msh.text(field, 1), msh.text(field, 2), msh.text(field, 3));
    let oid = kind == "ISO" && is_oid(&id);
    let mut value = RepetitionValue::new();
    if !name.is_empty() {
        value = value.component(1, name.as_ref());
    }
    if oid {
        value = value.component(2, id.as_ref()).component(3, "ISO");
    }
    (!name.is_empty() || oid).then_some(value)
}

// the sender's organization by its name, which is all that an answer needs to find its way
fn xon(msh: &Segment<'_>) -> Option<RepetitionValue> {
    let name = msh.text(22, 1);
    (!name.is_empty()).then(|| components([name.as_ref()]))
}

fn is_oid(text: &str) -> bool {
    let mut arcs = text.split('.');
    arcs.next().is_some_and(|a| matches!(a, "0" | "1" | "2"))
        && arcs.all(|a| {
            a == "0"
                || (!a.is_empty() && !a.starts_with('0') && a.bytes().all(|b| b.is_ascii_digit()))
        })
}

fn msa(code: &str, header: &Header<'_>) -> SegmentBuilder {
    SegmentBuilder::new("MSA")
        .field(1, code)
        .field(2, header.answers)
}

// Replies are UTF-8 and say so when it matters. What was taken over from the sender as it stood may hold control characters,
// which an envelope cannot carry.
fn finished(message: &MessageBuilder) -> Vec<u8> {
    let mut bytes = message.build();
    for b in &mut bytes {
        if b.is_ascii_control() && *b != b'\r' {
            *b = b' ';
        }
    }
    if bytes.is_ascii() {
        return bytes;
    }
    let mut editor = Editor::new(bytes);
    if let Ok(path) = "MSH-18".parse::<Path>() {
        // a message without MSH cannot be, and one that stays as it was is still a message
        let _ = editor.set(&path, "UNICODE UTF-8");
    }
    editor.finish()
}

/// The history of one person: PID, PD1, NK1 and order groups.
pub(crate) fn history(record: &PersonRecord) -> Vec<SegmentBuilder> {
    let mut segments = vec![person(record)];
    segments.extend(pd1(&record.demographics, &record.protection));
    for (n, kin) in (1u32..).zip(&record.demographics.next_of_kin) {
        segments.push(nk1(n, kin));
    }
    for dose in &record.doses {
        order(&dose.content, &mut segments);
    }
    for observation in &record.observations {
        no_vaccine(observation, &mut segments);
    }
    segments
}

/// The PID of one person.
pub(crate) fn person(record: &PersonRecord) -> SegmentBuilder {
    pid(1, &record.identifiers, &record.demographics)
}

/// The list of those who may be meant.
pub(crate) fn candidates(persons: &[Candidate]) -> Vec<SegmentBuilder> {
    (1u32..)
        .zip(persons)
        .map(|(n, p)| pid(n, &p.identifiers, &p.demographics))
        .collect()
}

// a field that is left out when there is nothing to say
fn set(segment: &mut SegmentBuilder, field: u32, text: &str) {
    if !text.is_empty() {
        segment.set(field, text);
    }
}

fn set_code(segment: &mut SegmentBuilder, field: u32, code: &Coded) {
    if !code.is_empty() {
        segment.set(field, from_coded(code));
    }
}

fn pid(set_id: u32, identifiers: &[Identifier], d: &Demographics) -> SegmentBuilder {
    let mut pid = SegmentBuilder::new("PID")
        .field(1, set_id)
        .field(
            3,
            identifiers
                .iter()
                .fold(FieldValue::new(), |f, i| f.repetition(from_identifier(i))),
        )
        .field(5, from_names(&d.names))
        .field(6, from_composite(&d.mother_maiden_name, Type::Xpn))
        .field(7, d.birth_date.as_str())
        // the sex is always said, and may be said to be unknown
        .field(8, if d.sex.is_empty() { "U" } else { &d.sex })
        .field(10, from_codes(&d.races))
        .field(11, from_composites(&d.addresses, Type::Xad))
        .field(13, from_composites(&d.phones, Type::Xtn));
    set_code(&mut pid, 15, &d.language);
    set_code(&mut pid, 22, &d.ethnicity);
    set(&mut pid, 24, &d.multiple_birth);
    set(&mut pid, 25, &d.birth_order);
    if d.death_indicator == "Y" {
        set(&mut pid, 29, &d.death_date);
    }
    set(&mut pid, 30, &d.death_indicator);
    pid
}

fn pd1(d: &Demographics, protection: &Protection) -> Option<SegmentBuilder> {
    let nothing =
        d.publicity.is_empty() && protection.indicator.is_empty() && d.registry_status.is_empty();
    if nothing {
        return None;
    }
    let mut pd1 = SegmentBuilder::new("PD1");
    set_code(&mut pd1, 11, &d.publicity);
    set(&mut pd1, 12, &protection.indicator);
    if !protection.indicator.is_empty() {
        set(&mut pd1, 13, &protection.date);
    }
    set(&mut pd1, 16, &d.registry_status);
    if !d.registry_status.is_empty() {
        set(&mut pd1, 17, &d.registry_status_date);
    }
    if !d.publicity.is_empty() {
        set(&mut pd1, 18, &d.publicity_date);
    }
    Some(pd1)
}

fn nk1(set_id: u32, kin: &NextOfKin) -> SegmentBuilder {
    SegmentBuilder::new("NK1")
        .field(1, set_id)
        .field(2, from_names(&kin.names))
        .field(3, from_coded(&kin.relationship))
        .field(4, from_composites(&kin.addresses, Type::Xad))
        .field(5, from_composites(&kin.phones, Type::Xtn))
}

/// ORC, RXA, RXR and OBX of one dose.
pub(crate) fn order(dose: &DoseContent, segments: &mut Vec<SegmentBuilder>) {
    let given = matches!(dose.completion, Completion::Complete | Completion::Partial);
    let mut orc = SegmentBuilder::new("ORC")
        .field(1, "RE")
        .field(3, from_order(&dose.filler))
        .field(10, from_composite(&dose.entered_by, Type::Xcn))
        .field(12, from_composite(&dose.ordered_by, Type::Xcn));
    if !dose.placer.value.is_empty() {
        orc.set(2, from_order(&dose.placer));
    }
    set_code(&mut orc, 17, &dose.entered_at);
    segments.push(orc);

    let amount = if given && !dose.amount.is_empty() {
        &dose.amount
    } else {
        "999"
    };
    let mut rxa = SegmentBuilder::new("RXA")
        .field(1, "0")
        .field(2, "1")
        .field(3, dose.given_on.as_str())
        .field(5, from_coded(&vaccine_code(dose)))
        .field(6, amount)
        .field(10, from_composite(&dose.administered_by, Type::Xcn))
        .field(11, from_composite(&dose.administered_at, Type::La2))
        .field(
            15,
            dose.lots
                .iter()
                .fold(FieldValue::new(), |f, lot| f.repetition(lot.as_str())),
        )
        .field(20, dose.completion.code());
    if amount != "999" {
        set_code(&mut rxa, 7, &dose.units);
    }
    if given && dose.notes.is_empty() {
        // who does not say where it comes from did not give it
        let unspecified = [
            "01",
            "Historical information - source unspecified",
            "NIP001",
        ];
        rxa.set(9, components(unspecified));
    } else if given {
        rxa.set(9, from_codes(&dose.notes));
    }
    set(&mut rxa, 16, &dose.expires);
    set_code(&mut rxa, 17, &dose.maker);
    if dose.completion == Completion::Refused {
        rxa.set(18, from_codes(&dose.refusal_reasons));
    }
    segments.push(rxa);

    if !dose.route.is_empty() {
        let mut rxr = SegmentBuilder::new("RXR").field(1, from_coded(&dose.route));
        set_code(&mut rxr, 2, &dose.site);
        segments.push(rxr);
    }
    for (n, observation) in (1u32..).zip(&dose.observations) {
        segments.push(obx(n, observation));
    }
}

// CVX first, and what was sent beside it
fn vaccine_code(dose: &DoseContent) -> Coded {
    let said = &dose.vaccine;
    let mut code = Coded::new(
        dose.cvx.as_str(),
        vaccine::name(&dose.cvx).unwrap_or_default(),
        "CVX",
    );
    let triplets = [
        (&said.code, &said.text, &said.system),
        (
            &said.alternate_code,
            &said.alternate_text,
            &said.alternate_system,
        ),
    ];
    for (value, text, system) in triplets {
        if system == "CVX" && *value == dose.cvx && !text.is_empty() {
            code.text.clone_from(text);
        } else if system != "CVX" && !value.is_empty() && !system.is_empty() {
            code.alternate_code.clone_from(value);
            code.alternate_text.clone_from(text);
            code.alternate_system.clone_from(system);
        }
    }
    code
}

fn obx(set_id: u32, o: &Observation) -> SegmentBuilder {
    let mut obx = SegmentBuilder::new("OBX")
        .field(1, set_id)
        .field(2, o.value_type.as_str())
        .field(3, from_coded(&o.code))
        .field(4, o.group.as_str())
        .field(5, from_composites(&o.values, Type::of_value(&o.value_type)))
        .field(11, "F");
    set_code(&mut obx, 6, &o.units);
    set(&mut obx, 14, &o.date);
    set_code(&mut obx, 17, &o.method);
    obx
}

fn no_vaccine(said: &PersonObservation, segments: &mut Vec<SegmentBuilder>) {
    segments.extend(nothing_given(&said.reported_on));
    segments.push(obx(1, &said.observation));
}

/// ORC and RXA of a group that reports no vaccine.
pub(crate) fn nothing_given(day: &str) -> [SegmentBuilder; 2] {
    let filler = OrderNumber {
        value: NO_ORDER.to_owned(),
        authority: Authority {
            namespace: AUTHORITY.to_owned(),
            ..Authority::default()
        },
    };
    let orc = SegmentBuilder::new("ORC")
        .field(1, "RE")
        .field(3, from_order(&filler));
    let code = components([
        vaccine::NO_VACCINE,
        vaccine::name(vaccine::NO_VACCINE).unwrap_or_default(),
        "CVX",
    ]);
    let rxa = SegmentBuilder::new("RXA")
        .field(1, "0")
        .field(2, "1")
        .field(3, day)
        .field(5, code)
        .field(6, "999")
        .field(20, Completion::NotGiven.code());
    [orc, rxa]
}
