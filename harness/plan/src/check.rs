//! What a plan that can be read must hold besides: every reference leads somewhere, every template can be filled in,
//! every step does something that can be judged.

use crate::expect_check::{self, Sets};
use crate::files::Files;
use crate::load::{about, inside, position};
use crate::model::{
    Action, Case, Data, KnownFailures, Order, Plan, QueryBack, Ref, Step, Transport, TransportCall,
};
use crate::render::{Exchanged, Occasion, RenderError, Scope, Unresolved};
use crate::span::{Place, Spanned};
use crate::syntax::{MessageOf, StepRef};
use crate::template::Expression;
use crate::walk::{self, Item};
use jiff::Zoned;
use std::collections::{BTreeMap, BTreeSet};
use titer_finding::Diagnostic;
use titer_hl7::{Message, Offsets};

/// In which file each record stands.
#[derive(Default)]
pub(crate) struct DataFiles {
    of: BTreeMap<(&'static str, String), (String, String)>,
}

impl DataFiles {
    pub(crate) fn merge(
        &mut self,
        data: &mut Data,
        part: Data,
        shown: &str,
        text: &str,
        errors: &mut Vec<Diagnostic>,
    ) {
        self.add(
            "patients",
            &mut data.patients,
            part.patients,
            shown,
            text,
            errors,
        );
        self.add(
            "vaccines",
            &mut data.vaccines,
            part.vaccines,
            shown,
            text,
            errors,
        );
        self.add("orders", &mut data.orders, part.orders, shown, text, errors);
        self.add(
            "facilities",
            &mut data.facilities,
            part.facilities,
            shown,
            text,
            errors,
        );
        self.add(
            "clinicians",
            &mut data.clinicians,
            part.clinicians,
            shown,
            text,
            errors,
        );
    }

    fn add<T>(
        &mut self,
        kind: &'static str,
        all: &mut BTreeMap<String, Spanned<T>>,
        part: BTreeMap<String, Spanned<T>>,
        shown: &str,
        text: &str,
        errors: &mut Vec<Diagnostic>,
    ) {
        for (id, record) in part {
            if let Some((other, _)) = self.of.get(&(kind, id.clone())) {
                errors.push(
                    about(
                        shown,
                        text,
                        record.place,
                        format!("`{id}` stands among the {kind} twice"),
                    )
                    .with_help(format!("the other one is in {other}")),
                );
                continue;
            }
            if id.contains('.') || id.is_empty() {
                errors.push(
                    about(
                        shown,
                        text,
                        record.place,
                        format!("`{id}` cannot be the name of a record"),
                    )
                    .with_help("placeholders divide names by dots, so a name has none"),
                );
            }
            self.of
                .insert((kind, id.clone()), (shown.to_owned(), text.to_owned()));
            all.insert(id, record);
        }
    }
}

/// What the checks found.
#[derive(Default)]
pub(crate) struct Checked {
    pub(crate) errors: Vec<Diagnostic>,
    pub(crate) warnings: Vec<Diagnostic>,
}

/// Checks a plan as a whole.
pub(crate) fn plan(plan: &Plan, files: &Files, data_files: &DataFiles, sets: &Sets) -> Checked {
    let mut checker = Checker {
        plan,
        data_files,
        sets,
        used_sets: BTreeSet::new(),
        checked: Checked::default(),
        used: BTreeSet::new(),
        used_messages: BTreeSet::new(),
        occasion: sample_occasion(),
    };
    checker.head(files);
    expect_check::check_sets(sets, &mut checker.checked.errors);
    checker.data();
    for (_, case) in plan.cases() {
        let text = files.text(&case.file);
        let place = File {
            shown: files.shown(&case.file),
            text,
        };
        checker.case(case, &place);
    }
    checker.unused();
    checker.checked
}

/// Known failures whose names are nobody's.
pub(crate) fn known_failures(
    plan: &Plan,
    known: &KnownFailures,
    shown: &str,
    text: &str,
) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    let names: Vec<String> = names(plan);
    let mut seen = BTreeSet::new();
    for failure in &known.known_failures {
        let Some(pattern) = failure.name.get() else {
            continue;
        };
        if !seen.insert((failure.name.text(), failure.side)) {
            errors.push(about(
                shown,
                text,
                failure.name.place(),
                format!("`{}` stands here twice", failure.name),
            ));
        }
        if !names.iter().any(|n| pattern.matches(n)) {
            let mut diagnostic = about(
                shown,
                text,
                failure.name.place(),
                format!("no step or case of the plan is called `{}`", failure.name),
            );
            diagnostic.help = Some(
                "a name is made of the plan, the case and the step, as in `onc-2015/AD-1/report`"
                    .to_owned(),
            );
            errors.push(
                diagnostic.did_you_mean(failure.name.text(), names.iter().map(String::as_str)),
            );
        }
        if failure.because.trim().is_empty() {
            errors.push(about(
                shown,
                text,
                failure.name.place(),
                "a known failure needs a reason",
            ));
        }
    }
    errors
}

/// The names of the plan, its cases and their steps.
pub(crate) fn names(plan: &Plan) -> Vec<String> {
    let mut names = vec![plan.id.clone()];
    for (_, case) in plan.cases() {
        names.push(plan.case_path(case));
        names.extend(case.steps.iter().map(|s| plan.step_path(case, s)));
    }
    names
}

// a leap day, so that what goes wrong at the end of a month goes wrong here
fn sample_occasion() -> Occasion {
    let date = jiff::civil::date(2028, 2, 29);
    let now = date
        .at(9, 30, 0, 0)
        .to_zoned(jiff::tz::TimeZone::UTC)
        .unwrap_or_else(|_| Zoned::default());
    Occasion::at(now, 0)
}

pub(crate) struct File<'a> {
    pub(crate) shown: String,
    pub(crate) text: &'a str,
}

impl File<'_> {
    pub(crate) fn about(&self, place: Place, message: impl Into<String>) -> Diagnostic {
        about(&self.shown, self.text, place, message)
    }
}

struct Checker<'a> {
    plan: &'a Plan,
    data_files: &'a DataFiles,
    sets: &'a Sets,
    used_sets: BTreeSet<String>,
    checked: Checked,
    used: BTreeSet<(&'static str, String)>,
    used_messages: BTreeSet<String>,
    occasion: Occasion,
}

// stands for every message that will have been exchanged when a template is filled in
struct Any<'a> {
    plan: &'a Plan,
    case: &'a Case,
}

const SAMPLE: &[u8] = b"MSH|^~\\&|A|B|C|D|20280229093000+0000||VXU^V04^VXU_V04|1|P|2.5.1\r";

impl Exchanged for Any<'_> {
    fn message(&self, of: &MessageOf) -> Option<&[u8]> {
        match of {
            MessageOf::Sent | MessageOf::Received => Some(SAMPLE),
            MessageOf::Step { case, step } => {
                find_step(self.plan, self.case, case.as_deref(), step).map(|_| SAMPLE)
            }
        }
    }
}

fn find_step<'a>(
    plan: &'a Plan,
    here: &'a Case,
    case: Option<&str>,
    step: &str,
) -> Option<&'a Step> {
    let case = match case {
        Some(id) => plan.case(id)?,
        None => here,
    };
    case.steps.iter().find(|s| s.id.text() == step)
}

impl<'a> Checker<'a> {
    fn error(&mut self, diagnostic: Diagnostic) {
        self.checked.errors.push(diagnostic);
    }

    fn head(&mut self, files: &Files) {
        let file = File {
            shown: files.shown("plan.yaml"),
            text: files.text("plan.yaml"),
        };
        let plan = self.plan;
        if plan.groups.is_empty() {
            self.error(Diagnostic::new("the plan has no groups").in_file(file.shown.clone()));
        }
        if plan.systems.is_empty() {
            self.error(
                Diagnostic::new("the plan names no system that can be under test")
                    .in_file(file.shown.clone())
                    .with_help("write `systems: [ehr, iis]`, or one of the two"),
            );
        }
        for group in &plan.groups {
            if group.cases.is_empty() {
                self.error(
                    Diagnostic::new(format!("the group `{}` has no cases", group.id))
                        .in_file(file.shown.clone()),
                );
            }
        }
        let mut seen = BTreeMap::new();
        for (_, case) in plan.cases() {
            let place = File {
                shown: files.shown(&case.file),
                text: files.text(&case.file),
            };
            if let Some(other) = seen.insert(case.id.text(), place.shown.clone()) {
                self.error(
                    place
                        .about(
                            case.id.place(),
                            format!("the case `{}` stands in the plan twice", case.id),
                        )
                        .with_help(format!("the other one is in {other}")),
                );
            }
        }
        for ids in [
            plan.requirements.iter().map(|r| &r.id).collect::<Vec<_>>(),
            plan.capabilities.iter().map(|c| &c.id).collect(),
            plan.waivers.iter().map(|w| &w.id).collect(),
        ] {
            let mut seen = BTreeSet::new();
            for id in ids {
                if !seen.insert(id.text()) {
                    self.error(file.about(id.place(), format!("the id `{id}` stands here twice")));
                }
            }
        }
        let covered: BTreeSet<&str> = plan
            .cases()
            .flat_map(|(_, c)| {
                c.covers
                    .iter()
                    .chain(c.steps.iter().flat_map(|s| &s.covers))
                    .flat_map(|r| r.iter())
            })
            .map(|r| r.value.as_str())
            .collect();
        for requirement in &plan.requirements {
            if !covered.contains(requirement.id.text()) {
                self.checked.warnings.push(file.about(
                    requirement.id.place(),
                    format!("no step covers the requirement `{}`", requirement.id),
                ));
            }
        }
        let names = names(plan);
        for waiver in &plan.waivers {
            for pattern in &waiver.steps {
                if pattern
                    .get()
                    .is_some_and(|p| !names.iter().any(|n| p.matches(n)))
                {
                    self.error(
                        file.about(
                            pattern.place(),
                            format!("no step or case of the plan is called `{pattern}`"),
                        )
                        .did_you_mean(pattern.text(), names.iter().map(String::as_str)),
                    );
                }
            }
            if waiver.at.is_empty() && waiver.rules.is_empty() && waiver.missing.is_none() {
                self.error(
                    file.about(waiver.id.place(), format!("the waiver `{}` waives nothing", waiver.id))
                        .with_help("say where with `at`, which rules with `rules`, or what need not be there with `missing`"),
                );
            }
        }
    }

    fn data(&mut self) {
        let plan = self.plan;
        for (id, order) in &plan.data.orders {
            let Order {
                patient,
                vaccine,
                by,
                ..
            } = &order.value;
            let (shown, text) = self.file_of("orders", id);
            let file = File { shown, text: &text };
            let mut refs = vec![("patients", patient), ("vaccines", vaccine)];
            refs.extend(
                by.administered
                    .iter()
                    .chain(&by.entered)
                    .chain(&by.ordered)
                    .map(|r| ("clinicians", r)),
            );
            for (kind, r) in refs {
                self.record(kind, r, &file);
            }
        }
        // an order's people and vaccine are used when the order is, which is looked at in the end
        self.used.clear();
        let mut errors = Vec::new();
        for kind in crate::render::KINDS {
            let Some(records) = plan.tree.get(kind).and_then(|r| r.as_object()) else {
                continue;
            };
            for (id, record) in records {
                let mut wrong = Vec::new();
                leaves(record, &mut |text| {
                    let (template, _) = crate::template::Template::read(text);
                    for p in template.placeholders() {
                        if matches!(p.what, Expression::Data(_) | Expression::Message(_)) {
                            wrong.push(RenderError::Nested(p.text.clone()).to_string());
                        }
                    }
                });
                if let Some(message) = wrong.first() {
                    let (shown, text) = self.file_of(kind, id);
                    let place = place_of(&plan.data, kind, id);
                    errors.push(about(&shown, &text, place, message.clone()));
                }
            }
        }
        self.checked.errors.extend(errors);
    }

    fn file_of(&self, kind: &'static str, id: &str) -> (String, String) {
        self.data_files
            .of
            .get(&(kind, id.to_owned()))
            .cloned()
            .unwrap_or_default()
    }

    fn record(&mut self, kind: &'static str, r: &Ref, file: &File<'_>) {
        if self.data_files.of.contains_key(&(kind, r.value.clone())) {
            self.used.insert((kind, r.value.clone()));
            return;
        }
        let known: Vec<&str> = self
            .data_files
            .of
            .keys()
            .filter(|(k, _)| *k == kind)
            .map(|(_, id)| id.as_str())
            .collect();
        let diagnostic = file
            .about(
                r.place,
                format!("there is no `{r}` among the {kind} of the test data"),
            )
            .did_you_mean(&r.value, known);
        self.error(diagnostic);
    }

    fn case(&mut self, case: &'a Case, file: &File<'_>) {
        let plan = self.plan;
        if case.steps.is_empty() {
            self.error(
                file.about(
                    case.id.place(),
                    format!("the case `{}` has no steps", case.id),
                )
                .with_help("a case that does nothing would pass without a check"),
            );
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
        for capability in case.capability.iter().flat_map(|c| c.iter()) {
            let known: Vec<&str> = plan.capabilities.iter().map(|c| c.id.text()).collect();
            self.listed(capability, &known, "capability", file);
        }
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

    fn listed(&mut self, r: &Ref, known: &[&str], what: &str, file: &File<'_>) {
        if !known.contains(&r.value.as_str()) {
            self.error(
                file.about(r.place, format!("the plan has no {what} `{r}`"))
                    .did_you_mean(&r.value, known.iter().copied()),
            );
        }
    }

    fn covers<'r>(&mut self, refs: impl Iterator<Item = &'r Ref>, file: &File<'_>) {
        let known: Vec<&str> = self.plan.requirements.iter().map(|r| r.id.text()).collect();
        for r in refs {
            self.listed(r, &known, "requirement", file);
        }
    }

    fn step(&mut self, case: &'a Case, index: usize, step: &'a Step, sent: bool, file: &File<'_>) {
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
                    expect_check::met_sets(list, self.sets, &mut self.used_sets);
                }
                Item::Allow(_) => {}
            }
        }
        if let Some(action) = step.action() {
            self.action(action, step, sent, file);
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one place in one file, and what is asked there"
    )]
    fn step_ref(
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

    fn action(&mut self, action: Action<'_>, step: &Step, sent: bool, file: &File<'_>) {
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
                    && step.evaluated =>
            {
                self.error(file.about(
                    at,
                    format!("the step `{}` expects nothing of the forecast", step.id),
                ));
            }
            _ => {}
        }
        for trace in &step.trace {
            if trace.expect.is_empty() {
                self.error(file.about(trace.step.place(), "the trace expects nothing"));
            }
        }
    }

    fn transport(&mut self, t: &Transport, step: &Step, file: &File<'_>) {
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

    fn message(
        &mut self,
        name: &Ref,
        vary: &crate::span::Entries<crate::syntax::Path, crate::model::Text>,
        scope: &Scope<'_>,
        file: &File<'_>,
    ) {
        let plan = self.plan;
        let Some(template) = plan.messages.get(&name.value) else {
            let known = plan.messages.keys().map(String::as_str);
            self.error(
                file.about(name.place, format!("there is no message template `{name}`"))
                    .with_help(format!("it would stand in messages/{name}.hl7"))
                    .did_you_mean(&name.value, known),
            );
            return;
        };
        self.used_messages.insert(name.value.clone());
        self.uses(&template.template, scope);
        let unresolved = scope.unresolved(&template.template, true);
        let clean = unresolved.is_empty();
        for u in unresolved {
            let (line, column) = position(&template.source, u.at);
            let diagnostic = Diagnostic::new(u.error.to_string())
                .with_help(format!(
                    "the template is filled in for a step in {}:{}",
                    file.shown, name.place.line
                ))
                .at(
                    &template.file,
                    &template.source,
                    line,
                    column,
                    u.length as u32,
                );
            self.error(near(diagnostic, &u.error));
        }
        for (_, text) in vary {
            let Some(t) = text.get() else { continue };
            self.uses(t, scope);
            let unresolved = scope.unresolved(t, true);
            self.unresolved_text(text.place(), unresolved, file);
        }
        if !clean {
            return;
        }
        match scope.message(&name.value, vary) {
            Ok(bytes) => {
                let mut table = Offsets::new();
                let message = Message::parse(&bytes, &mut table);
                if let Some(fault) = message.faults().first() {
                    let diagnostic = Diagnostic::new(format!(
                        "the message is not well formed: {:?} in its line {}",
                        fault.kind, fault.line
                    ));
                    self.error(diagnostic.in_file(template.file.clone()));
                }
            }
            Err(e) => {
                let place = match &e {
                    RenderError::Vary { path, .. } | RenderError::LineEnd(path) => vary
                        .iter()
                        .find(|(p, _)| p.text() == path)
                        .map_or(name.place, |(p, _)| p.place()),
                    _ => name.place,
                };
                let why = std::error::Error::source(&e).map_or(String::new(), |s| format!(": {s}"));
                self.error(file.about(place, format!("{e}{why}")));
            }
        }
    }

    fn uses(&mut self, template: &crate::template::Template, scope: &Scope<'_>) {
        for p in template.placeholders() {
            if let Expression::Data(parts) = &p.what {
                for used in scope.records_in(parts) {
                    self.used.insert(used);
                }
            }
        }
    }

    fn unresolved_text(&mut self, place: Place, unresolved: Vec<Unresolved>, file: &File<'_>) {
        for u in unresolved {
            let (column, length) = inside(file.text, place, u.at, u.length);
            let diagnostic = Diagnostic::new(u.error.to_string()).at(
                file.shown.clone(),
                file.text,
                place.line,
                column,
                length,
            );
            self.error(near(diagnostic, &u.error));
        }
    }

    fn unused(&mut self) {
        // what a used order names is used
        let mut open: Vec<String> = self
            .used
            .iter()
            .filter(|(k, _)| *k == "orders")
            .map(|(_, id)| id.clone())
            .collect();
        while let Some(id) = open.pop() {
            if let Some(order) = self.plan.data.orders.get(&id) {
                self.used.insert(("patients", order.patient.value.clone()));
                self.used.insert(("vaccines", order.vaccine.value.clone()));
                for r in order
                    .by
                    .administered
                    .iter()
                    .chain(&order.by.entered)
                    .chain(&order.by.ordered)
                {
                    self.used.insert(("clinicians", r.value.clone()));
                }
            }
        }
        for ((kind, id), (shown, text)) in &self.data_files.of {
            if !self.used.contains(&(*kind, id.clone())) {
                let place = place_of(&self.plan.data, kind, id);
                let singular = match *kind {
                    "facilities" => "facility",
                    other => other.trim_end_matches('s'),
                };
                self.checked.warnings.push(about(
                    shown,
                    text,
                    place,
                    format!("no step uses the {singular} `{id}`"),
                ));
            }
        }
        for (name, set) in self.sets {
            if !self.used_sets.contains(name) {
                self.checked.warnings.push(about(
                    &set.shown,
                    &set.text,
                    set.place,
                    format!("no step meets the set of expectations `{name}`"),
                ));
            }
        }
        for (name, template) in &self.plan.messages {
            if !self.used_messages.contains(name) {
                self.checked.warnings.push(
                    Diagnostic::new(format!("no step uses the message template `{name}`"))
                        .in_file(template.file.clone()),
                );
            }
        }
    }
}

/// The profiles of the guide's release 1.5.
pub(crate) const PROFILES: [&str; 8] = ["Z22", "Z23", "Z31", "Z32", "Z33", "Z34", "Z42", "Z44"];

fn near(diagnostic: Diagnostic, error: &RenderError) -> Diagnostic {
    match error {
        RenderError::NoRecord { name, known, .. } => {
            diagnostic.did_you_mean(name, known.iter().map(String::as_str))
        }
        RenderError::NoPart { part, known, .. } => {
            diagnostic.did_you_mean(part, known.iter().map(String::as_str))
        }
        RenderError::UnknownWord(word) => {
            let words = crate::render::KINDS
                .iter()
                .chain(&crate::render::WORDS)
                .chain(&["today", "now", "uid"]);
            diagnostic.did_you_mean(word, words.copied())
        }
        _ => diagnostic,
    }
}

fn leaves(value: &serde_json::Value, see: &mut dyn FnMut(&str)) {
    match value {
        serde_json::Value::String(text) => see(text),
        serde_json::Value::Array(list) => list.iter().for_each(|v| leaves(v, see)),
        serde_json::Value::Object(map) => map.values().for_each(|v| leaves(v, see)),
        _ => {}
    }
}

fn place_of(data: &Data, kind: &str, id: &str) -> Place {
    match kind {
        "patients" => data.patients.get(id).map(|r| r.place),
        "vaccines" => data.vaccines.get(id).map(|r| r.place),
        "orders" => data.orders.get(id).map(|r| r.place),
        "facilities" => data.facilities.get(id).map(|r| r.place),
        _ => data.clinicians.get(id).map(|r| r.place),
    }
    .unwrap_or_default()
}

fn checks_nothing(q: &QueryBack) -> bool {
    q.expect_doses.is_empty()
        && q.absent_doses.is_empty()
        && q.expect_count.is_none()
        && !q.expect_none
        && q.status.is_none()
        && q.expect.is_empty()
}
