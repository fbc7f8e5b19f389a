//! Cases and steps: ids, references, and that something can be judged.

use super::message::Any;
use super::{Checker, File};
use crate::expect_check;
use crate::model::{
    Action, Case, Expectation, PROFILES, QueryBack, Ref, Refs, Step, Transport, TransportCall,
};
use crate::render::Scope;
use crate::span::Place;
use crate::syntax::{MessageOf, StepRef};
use crate::walk::{self, Item};
use std::collections::BTreeSet;

impl<'a> Checker<'a> {
    pub(super) fn case(&mut self, case: &'a Case, file: &File<'_>) {
        let plan = self.plan;
        if case.steps.is_empty() && !case.text_only {
            self.error(
                file.about(
                    case.id.place(),
                    format!("the case `{}` has no steps", case.id),
                )
                .with_help("a case that does nothing would pass without a check; one that only tells something says `text-only: true`"),
            );
        }
        if case.text_only && !case.steps.is_empty() {
            self.error(file.about(
                case.id.place(),
                format!(
                    "the case `{}` is said to be text only, and has steps",
                    case.id
                ),
            ));
        }
        let mut seen = BTreeSet::new();
        for step in &case.steps {
            if matches!(step.id.text(), "sent" | "received") {
                self.error(file.about(
                    step.id.place(),
                    format!(
                        "a step cannot be called `{}`: the word has a meaning of its own",
                        step.id
                    ),
                ));
            }
            if !seen.insert(step.id.text()) {
                self.error(file.about(
                    step.id.place(),
                    format!(
                        "the step `{}` stands in the case `{}` twice",
                        step.id, case.id
                    ),
                ));
            }
        }
        let mut see = Vec::new();
        walk::bindings(&case.with, &mut |item| see.push(item));
        for item in see {
            if let Item::Record(kind, r) = item {
                self.record(kind, r, file);
            }
        }
        self.capabilities(case.capability.as_ref(), file);
        self.covers(case.covers.iter().flat_map(|c| c.iter()), file);
        let before: Vec<&str> = plan
            .cases()
            .map(|(_, c)| c.id.text())
            .take_while(|id| *id != case.id.text())
            .collect();
        for after in case.after.iter().flat_map(|c| c.iter()) {
            if before.contains(&after.value.as_str()) {
                continue;
            }
            let message = if plan.case(&after.value).is_some() {
                format!("the case `{after}` does not come before `{}`", case.id)
            } else {
                format!("there is no case `{after}`")
            };
            self.error(
                file.about(after.place, message)
                    .did_you_mean(&after.value, before.iter().copied()),
            );
        }
        if let Some(about) = &case.about {
            let scope = plan.case_scope(&self.occasion, case);
            let unresolved = about
                .get()
                .map(|t| scope.unresolved(t, false))
                .unwrap_or_default();
            self.unresolved_text(about.place(), unresolved, file);
        }
        let mut sent = false;
        for (index, step) in case.steps.iter().enumerate() {
            self.step(case, index, step, sent, file);
            sent |= step.send.is_some();
        }
    }

    pub(super) fn listed(&mut self, r: &Ref, known: &[&str], what: &str, file: &File<'_>) {
        if !known.contains(&r.value.as_str()) {
            self.error(
                file.about(r.place, format!("the plan has no {what} `{r}`"))
                    .did_you_mean(&r.value, known.iter().copied()),
            );
        }
    }

    fn capabilities(&mut self, refs: Option<&Refs>, file: &File<'_>) {
        let known: Vec<&str> = self.plan.capabilities.iter().map(|c| c.id.text()).collect();
        for r in refs.iter().flat_map(|c| c.iter()) {
            self.listed(r, &known, "capability", file);
        }
    }

    pub(super) fn covers<'r>(&mut self, refs: impl Iterator<Item = &'r Ref>, file: &File<'_>) {
        let known: Vec<&str> = self.plan.requirements.iter().map(|r| r.id.text()).collect();
        for r in refs {
            self.listed(r, &known, "requirement", file);
        }
    }

    pub(super) fn step(
        &mut self,
        case: &'a Case,
        index: usize,
        step: &'a Step,
        sent: bool,
        file: &File<'_>,
    ) {
        let plan = self.plan;
        let at = step.id.place();
        let actions = step.actions();
        match actions.as_slice() {
            [] => {
                self.error(
                    file.about(at, format!("the step `{}` does nothing", step.id))
                        .with_help("give it one of `send`, `reply`, `query-back`, `transport`, `inspect`, `attest` and the other kinds"),
                );
            }
            [_] => {}
            many => {
                let kinds: Vec<&str> = many.iter().map(|a| a.kind().key()).collect();
                self.error(
                    file.about(at, format!("the step `{}` does several things", step.id))
                        .with_help(format!(
                            "make a step of each of {}",
                            titer_finding::words::list(kinds)
                        )),
                );
            }
        }
        self.covers(step.covers.iter().flat_map(|c| c.iter()), file);
        self.capabilities(step.capability.as_ref(), file);
        self.proofs(step, file);
        if let Some(sides) = &step.applies_to {
            let other = plan.systems.iter().any(|s| !sides.contains(s));
            if sides.is_empty() || !plan.systems.iter().any(|s| sides.contains(s)) {
                self.error(file.about(
                    at,
                    format!("the step `{}` applies to no system of the plan", step.id),
                ));
            } else if other
                && step
                    .because
                    .as_deref()
                    .unwrap_or_default()
                    .trim()
                    .is_empty()
            {
                self.error(
                    file.about(
                        at,
                        format!(
                            "the step `{}` does not say why it does not apply to the other side",
                            step.id
                        ),
                    )
                    .with_help("say it with `because`; the report shows it"),
                );
            }
        }
        let mut items = Vec::new();
        walk::step(step, &mut |item| items.push(item));
        let mut inner = Vec::new();
        for item in &items {
            match item {
                Item::Expect(list) => walk::expectations(list, &mut |i| inner.push(i)),
                Item::Allow(list) => walk::allowances(list, &mut |i| inner.push(i)),
                _ => {}
            }
        }
        items.extend(inner);
        let any = Any { plan, case };
        let occasion = self.occasion.clone();
        let scope = plan.scope(&occasion, case, step, &any);
        for item in items {
            match item {
                Item::Text(text) => {
                    let Some(template) = text.get() else { continue };
                    self.uses(template, &scope);
                    let unresolved = scope.unresolved(template, false);
                    self.unresolved_text(text.place(), unresolved, file);
                }
                Item::Record(kind, r) => self.record(kind, r, file),
                Item::Profile(r) => {
                    if !PROFILES.contains(&r.value.as_str()) {
                        self.error(
                            file.about(r.place, format!("there is no profile `{r}`"))
                                .with_help(format!(
                                    "the profiles are {}",
                                    titer_finding::words::list(PROFILES)
                                ))
                                .did_you_mean(&r.value, PROFILES),
                        );
                    }
                }
                Item::Message(name, vary) => {
                    let mut scope = scope.clone();
                    if let Some(q) = &step.query_back {
                        scope = scope.with(&q.bindings());
                    }
                    self.message(name, vary, &scope, file);
                }
                Item::Before(r) | Item::Step(r) => {
                    let earlier = matches!(item, Item::Before(_));
                    self.step_ref(case, index, r.get(), r.place(), r.text(), earlier, file);
                }
                Item::Reference(r) => {
                    if let Some(MessageOf::Step { case: c, step: s }) =
                        r.get().map(|r| r.message.clone())
                    {
                        let to = StepRef { case: c, step: s };
                        self.step_ref(case, index, Some(&to), r.place(), r.text(), true, file);
                    }
                }
                Item::Expect(list) => {
                    expect_check::list(list, None, self.sets, file, &mut self.checked.errors);
                    self.met(list, step, &scope, file);
                }
                Item::Allow(_) => {}
            }
        }
        if let Some(action) = step.action() {
            self.action(action, step, sent, file);
        }
    }

    // the texts of the sets that a list meets can be filled in for this step
    fn met(&mut self, list: &[Expectation], step: &Step, scope: &Scope<'_>, file: &File<'_>) {
        let sets = self.sets;
        let mut met = BTreeSet::new();
        expect_check::met_sets(list, sets, &mut met);
        for name in met {
            if let Some(set) = sets.get(&name) {
                let its = File {
                    shown: set.shown.clone(),
                    text: &set.text,
                };
                let mut see = Vec::new();
                walk::expectations(&set.items, &mut |item| see.push(item));
                for item in see {
                    let Item::Text(text) = item else { continue };
                    let Some(template) = text.get() else { continue };
                    self.uses(template, scope);
                    let unresolved = scope.unresolved(template, false);
                    let told = self.checked.errors.len();
                    self.unresolved_text(text.place(), unresolved, &its);
                    for error in self.checked.errors.iter_mut().skip(told) {
                        error.help.get_or_insert_with(|| {
                            let line = step.id.place().line;
                            format!("the step {}:{line} meets the set `{name}`", file.shown)
                        });
                    }
                }
            }
            self.used_sets.insert(name);
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one place in one file, and what is asked there"
    )]
    pub(super) fn step_ref(
        &mut self,
        case: &Case,
        index: usize,
        to: Option<&StepRef>,
        place: Place,
        text: &str,
        earlier: bool,
        file: &File<'_>,
    ) {
        let Some(to) = to else { return };
        let plan = self.plan;
        let other = to.case.as_deref().filter(|c| *c != case.id.text());
        let holder = match other {
            Some(id) => plan.case(id),
            None => Some(case),
        };
        let Some(holder) = holder else {
            let known: Vec<&str> = plan.cases().map(|(_, c)| c.id.text()).collect();
            self.error(
                file.about(place, format!("`{text}` names a case that is not there"))
                    .did_you_mean(other.unwrap_or_default(), known),
            );
            return;
        };
        let found = holder.steps.iter().position(|s| s.id.text() == to.step);
        match found {
            None => {
                let known = holder.steps.iter().map(|s| s.id.text());
                self.error(
                    file.about(
                        place,
                        format!("the case `{}` has no step `{}`", holder.id, to.step),
                    )
                    .did_you_mean(&to.step, known),
                );
            }
            Some(at) if earlier && other.is_none() && at >= index => {
                self.error(file.about(
                    place,
                    format!("the step `{}` does not come before this one", to.step),
                ));
            }
            Some(_) if earlier && other.is_some() => {
                let order = |id: &str| plan.cases().position(|(_, c)| c.id.text() == id);
                if order(holder.id.text()) >= order(case.id.text()) {
                    self.error(file.about(
                        place,
                        format!("the case `{}` does not come before this one", holder.id),
                    ));
                } else if !case
                    .after
                    .iter()
                    .flat_map(|a| a.iter())
                    .any(|a| a.value == holder.id.text())
                {
                    self.error(
                        file.about(
                            place,
                            format!("`{text}` needs the case `{}` to have run", holder.id),
                        )
                        .with_help(format!("write `after: {}` in this case", holder.id)),
                    );
                }
            }
            Some(_) => {}
        }
    }

    pub(super) fn action(&mut self, action: Action<'_>, step: &Step, sent: bool, file: &File<'_>) {
        let at = step.id.place();
        match action {
            Action::Reply(_) if !sent => {
                self.error(file.about(
                    at,
                    format!(
                        "the step `{}` answers, and no step before it sends",
                        step.id
                    ),
                ));
            }
            Action::QueryBack(q) if checks_nothing(q) && step.evaluated => {
                self.error(
                    file.about(at, format!("the step `{}` asks and compares nothing", step.id))
                        .with_help("say what is expected: `expect-doses`, `absent-doses`, `expect-count`, `expect-none`, `status` or `expect`"),
                );
            }
            Action::Compare(c) if c.expect.is_empty() => {
                self.error(file.about(at, format!("the step `{}` compares nothing", step.id)));
            }
            Action::Transport(t) => self.transport(t, step, file),
            Action::Inspect(_) if step.checklist.is_empty() => {
                self.error(
                    file.about(at, format!("the step `{}` has nothing to look at", step.id))
                        .with_help("say what is to be seen in `checklist`"),
                );
            }
            Action::DataEntry(d)
                if d.patient.is_none() && d.orders.is_none() && d.table.is_empty() =>
            {
                self.error(file.about(at, format!("the step `{}` enters nothing", step.id)));
            }
            Action::ForecastDisplay(f)
                if f.must.is_empty()
                    && f.must_not.is_none()
                    && f.differences.is_empty()
                    && f.groups.is_none()
                    && f.changed.is_none()
                    && f.gone.is_none()
                    && !f.by_forecaster
                    && step.evaluated =>
            {
                self.error(file.about(
                    at,
                    format!("the step `{}` expects nothing of the forecast", step.id),
                ));
            }
            Action::ForecastDisplay(f)
                if f.compared_with.is_none() && (f.changed.is_some() || f.gone.is_some()) =>
            {
                self.error(
                    file.about(
                        at,
                        format!(
                            "the step `{}` says what changed, and not since when",
                            step.id
                        ),
                    )
                    .with_help("name the earlier display with `compared-with`"),
                );
            }
            Action::Inventory(i) => {
                for row in &i.rows {
                    let nothing = row.vaccine.value.is_empty() || row.lot.text().is_empty();
                    if row.stock.is_none() && nothing {
                        self.error(
                            file.about(
                                at,
                                format!("a row of the step `{}` does not say what it is", step.id),
                            )
                            .with_help("give it `stock`, or `vaccine` and `lot`"),
                        );
                    }
                }
            }
            _ => {}
        }
        for trace in &step.trace {
            if trace.expect.is_empty() {
                self.error(file.about(trace.step.place(), "the trace expects nothing"));
            }
        }
    }

    pub(super) fn transport(&mut self, t: &Transport, step: &Step, file: &File<'_>) {
        let at = step.id.place();
        let wrong = match t.call {
            TransportCall::ConnectivityTest if t.echo.is_none() => {
                Some("a connectivity test needs `echo`, the text that is to come back")
            }
            TransportCall::Submit | TransportCall::Oversized if t.messages.is_empty() => {
                Some("a submission needs `messages`")
            }
            TransportCall::Oversized if t.size.is_none() => {
                Some("an oversized submission needs `size`")
            }
            TransportCall::UnknownOperation if t.operation.is_none() => {
                Some("a call of an unknown operation needs `operation`, its name")
            }
            _ if !t.expect_echo
                && t.expect_fault.is_none()
                && t.reply_profile.is_none()
                && t.expect.is_empty() =>
            {
                Some("a transport step that expects nothing cannot be judged")
            }
            _ if t.expect_fault.is_some()
                && (t.expect_echo || t.reply_profile.is_some() || !t.expect.is_empty()) =>
            {
                Some("the answer is a fault or a message, not both")
            }
            _ => None,
        };
        if let Some(message) = wrong {
            self.error(file.about(at, message));
        }
    }
}

fn checks_nothing(q: &QueryBack) -> bool {
    q.expect_doses.is_empty()
        && q.absent_doses.is_empty()
        && q.expect_count.is_none()
        && !q.expect_none
        && q.status.is_none()
        && q.expect.is_empty()
}
