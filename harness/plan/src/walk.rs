//! Everything in a step that refers to something, in one walk: what the checks look at, written once.

use crate::model::{
    Action, Allowance, Bindings, Coded, DoseExpect, Expectation, ForecastRow, Ref, Step, Text,
};
use crate::span::{Entries, Parsed};
use crate::syntax::{Path, Reference, StepRef};

/// Something that a step refers to.
pub(crate) enum Item<'a> {
    /// A text with placeholders.
    Text(&'a Text),
    /// A record of the test data: its kind and its id.
    Record(&'static str, &'a Ref),
    /// A message template, and what is varied in it.
    Message(&'a Ref, &'a Entries<Path, Text>),
    /// A conformance profile.
    Profile(&'a Ref),
    /// A step that came before.
    Before(&'a Parsed<StepRef>),
    /// A step anywhere in the plan.
    Step(&'a Parsed<StepRef>),
    /// What stands in the message of another step.
    Reference(&'a Parsed<Reference>),
    /// Expectations about a message.
    Expect(&'a [Expectation]),
    /// What is allowed as well.
    Allow(&'a [Allowance]),
}

static NO_VARIATION: Entries<Path, Text> = Entries(Vec::new());

/// Calls `see` with everything in the step.
pub(crate) fn step<'a>(step: &'a Step, see: &mut dyn FnMut(Item<'a>)) {
    bindings(&step.with, see);
    texts(
        step.title
            .iter()
            .chain(&step.instructions)
            .chain(&step.pass),
        see,
    );
    for item in &step.checklist {
        see(Item::Text(&item.see));
        texts(item.value.iter().chain(&item.at_least_one_of), see);
    }
    texts(step.evidence.iter().map(|e| &e.of), see);
    for trace in &step.trace {
        see(Item::Step(&trace.step));
        see(Item::Expect(&trace.expect));
    }
    for action in step.actions() {
        self::action(action, see);
    }
}

pub(crate) fn bindings<'a>(with: &'a Bindings, see: &mut dyn FnMut(Item<'a>)) {
    records("patients", &with.patient, see);
    records("orders", &with.order, see);
    records("facilities", &with.facility, see);
    records("facilities", &with.receiver, see);
    records("clinicians", &with.clinician, see);
}

fn action<'a>(action: Action<'a>, see: &mut dyn FnMut(Item<'a>)) {
    match action {
        Action::Send(a) => {
            see(Item::Message(&a.message, &a.vary));
            profiles(&a.profile, see);
            texts(a.known_by.iter().flat_map(|(_, t)| t), see);
            see(Item::Expect(&a.expect));
            see(Item::Allow(&a.also_allowed));
        }
        Action::Reply(a) => {
            if let Some(to) = &a.to {
                see(Item::Before(to));
            }
            if let Some(message) = &a.message {
                see(Item::Message(message, &a.vary));
            }
            profiles(a.profile.iter().flat_map(|p| p.iter()), see);
            see(Item::Expect(&a.expect));
            see(Item::Allow(&a.also_allowed));
        }
        Action::QueryBack(a) => {
            see(Item::Profile(&a.profile));
            records("patients", &a.patient, see);
            records("facilities", &a.facility, see);
            see(Item::Message(&a.message, &a.vary));
            profiles(a.reply_profile.iter().flat_map(|p| p.iter()), see);
            doses(&a.expect_doses, see);
            doses(&a.absent_doses, see);
            see(Item::Expect(&a.expect));
            see(Item::Allow(&a.also_allowed));
        }
        Action::Compare(a) => {
            see(Item::Before(&a.message));
            see(Item::Expect(&a.expect));
        }
        Action::Transport(a) => {
            texts(&a.echo, see);
            for message in &a.messages {
                see(Item::Message(message, &a.vary));
            }
            profiles(a.reply_profile.iter().flat_map(|p| p.iter()), see);
            if let Some(fault) = &a.expect_fault {
                texts(fault.without.iter().flat_map(|t| t.iter()), see);
            }
            see(Item::Expect(&a.expect));
            see(Item::Allow(&a.also_allowed));
        }
        Action::Preload(a) => {
            for message in &a.messages {
                see(Item::Message(message, &NO_VARIATION));
            }
            records("patients", a.patients.iter().flat_map(|p| p.iter()), see);
            records("orders", a.orders.iter().flat_map(|p| p.iter()), see);
            records("patients", a.without.iter().flat_map(|p| p.iter()), see);
        }
        Action::Inspect(a) => {
            if let Some(of) = &a.of {
                see(Item::Before(of));
            }
        }
        Action::DataEntry(a) => {
            records("patients", &a.patient, see);
            records("orders", a.orders.iter().flat_map(|p| p.iter()), see);
            texts(a.table.iter().flat_map(|r| [&r.element, &r.value]), see);
        }
        Action::PatientSelect(a) => {
            see(Item::Record("patients", &a.patient));
            records("patients", a.among.iter().flat_map(|p| p.iter()), see);
        }
        Action::Deduplicate(a) => {
            records("patients", a.patients.iter(), see);
            if let Some(by) = &a.shown_by {
                see(Item::Step(by));
            }
            see(Item::Expect(&a.expect));
        }
        Action::Alert(a) => {
            see(Item::Text(&a.when));
            texts(&a.at_least_one_of, see);
        }
        Action::DataQuality(a) => {
            texts([&a.element, &a.entry, &a.wrong], see);
            texts(&a.at_least_one_of, see);
        }
        Action::Reconcile(a) => {
            see(Item::Before(&a.history));
            for list in [&a.import, &a.leave, &a.result] {
                doses(list, see);
            }
        }
        Action::ForecastDisplay(a) => {
            for row in &a.must {
                forecast(row, see);
            }
            texts(a.must_not.iter().flat_map(|t| t.iter()), see);
            if let Some(earlier) = &a.compared_with {
                see(Item::Before(earlier));
            }
            texts(&a.differences, see);
            for groups in [&a.groups, &a.changed, &a.gone] {
                texts(groups.iter().flat_map(|t| t.iter()), see);
            }
        }
        Action::Document(a) => {
            see(Item::Text(&a.title));
            texts(a.contains.iter().chain(&a.leaves_out), see);
        }
        Action::PatientAccess(a) => {
            see(Item::Text(&a.through));
            texts(&a.contains, see);
        }
        Action::AdverseEvent(a) => {
            see(Item::Record("orders", &a.after));
            for reaction in &a.reactions {
                coded(reaction, see);
            }
            texts(&a.onset, see);
        }
        Action::Inventory(a) => {
            for row in &a.rows {
                records("stock", &row.stock, see);
                if !row.vaccine.value.is_empty() {
                    see(Item::Record("vaccines", &row.vaccine));
                }
                see(Item::Text(&row.lot));
                texts(row.expires.iter().chain(&row.funding), see);
            }
        }
        Action::Cohort(a) => {
            see(Item::Text(&a.criteria));
            for row in &a.rows {
                see(Item::Record("patients", &row.patient));
                see(Item::Text(&row.with));
            }
            records("patients", a.without.iter().flat_map(|p| p.iter()), see);
        }
        Action::Attest(a) => see(Item::Text(&a.statement)),
    }
}

/// Every list of expectations in a step, those inside others left to the caller.
pub(crate) fn lists_mut(step: &mut Step, change: &mut dyn FnMut(&mut Vec<Expectation>)) {
    for trace in &mut step.trace {
        change(&mut trace.expect);
    }
    let send = step.send.as_mut().map(|a| &mut a.expect);
    let reply = step.reply.as_mut().map(|a| &mut a.expect);
    let compare = step.compare.as_mut().map(|a| &mut a.expect);
    let transport = step.transport.as_mut().map(|a| &mut a.expect);
    let deduplicate = step.deduplicate.as_mut().map(|a| &mut a.expect);
    for list in [send, reply, compare, transport, deduplicate]
        .into_iter()
        .flatten()
    {
        change(list);
    }
    if let Some(a) = &mut step.query_back {
        change(&mut a.expect);
        for dose in a.expect_doses.iter_mut().chain(&mut a.absent_doses) {
            change(&mut dose.expect);
        }
    }
    if let Some(a) = &mut step.reconcile {
        for dose in a.import.iter_mut().chain(&mut a.leave).chain(&mut a.result) {
            change(&mut dose.expect);
        }
    }
}

/// Everything in expectations, those inside others too.
pub(crate) fn expectations<'a>(list: &'a [Expectation], see: &mut dyn FnMut(Item<'a>)) {
    for e in list {
        texts(e.is.iter().chain(&e.is_not).chain(&e.day), see);
        texts(e.is_one_of.iter().flatten(), see);
        texts(e.fixed.iter().map(|(_, t)| t), see);
        for entries in [&e.listed, &e.conditions] {
            texts(entries.iter().flat_map(|(_, t)| t), see);
        }
        for reference in e.same_as.iter().chain(&e.differs_from) {
            see(Item::Reference(reference));
        }
        profiles(e.conforms_to.iter().flat_map(|p| p.iter()), see);
        expectations(&e.expect, see);
        expectations(&e.any_of, see);
    }
}

pub(crate) fn allowances<'a>(list: &'a [Allowance], see: &mut dyn FnMut(Item<'a>)) {
    for a in list {
        texts(a.is.iter().chain(a.is_one_of.iter().flatten()), see);
    }
}

fn doses<'a>(list: &'a [DoseExpect], see: &mut dyn FnMut(Item<'a>)) {
    for d in list {
        records("orders", &d.order, see);
        for many in [&d.cvx, &d.ndc, &d.information_source, &d.completion] {
            texts(many.iter().flat_map(|t| t.iter()), see);
        }
        for one in [
            &d.date,
            &d.lot,
            &d.expires,
            &d.manufacturer,
            &d.amount,
            &d.route,
            &d.site,
            &d.refusal,
        ] {
            texts(one, see);
        }
        see(Item::Expect(&d.expect));
    }
}

fn forecast<'a>(row: &'a ForecastRow, see: &mut dyn FnMut(Item<'a>)) {
    see(Item::Text(&row.vaccine));
    texts(row.cvx.iter().flat_map(|t| t.iter()), see);
    for one in [
        &row.earliest,
        &row.due,
        &row.overdue,
        &row.latest,
        &row.dose,
    ] {
        texts(one, see);
    }
}

fn coded<'a>(code: &'a Coded, see: &mut dyn FnMut(Item<'a>)) {
    see(Item::Text(&code.code));
    texts(code.text.iter().chain(&code.system), see);
}

fn texts<'a>(texts: impl IntoIterator<Item = &'a Text>, see: &mut dyn FnMut(Item<'a>)) {
    for text in texts {
        see(Item::Text(text));
    }
}

fn records<'a>(
    kind: &'static str,
    refs: impl IntoIterator<Item = &'a Ref>,
    see: &mut dyn FnMut(Item<'a>),
) {
    for r in refs {
        see(Item::Record(kind, r));
    }
}

fn profiles<'a>(refs: impl IntoIterator<Item = &'a Ref>, see: &mut dyn FnMut(Item<'a>)) {
    for r in refs {
        see(Item::Profile(r));
    }
}
