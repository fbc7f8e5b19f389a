//! One finding from one detection.

use super::codes;
use super::names::{self, Named, named};
use super::suggest;
use super::words::Words;
use crate::detection::{Detection, Kind, What};
use crate::engine::profile::{Binding, NONE};
use crate::engine::rules::{Constraint, Home, Predicate, Rules};
use crate::ids;
use crate::model::Usage;
use crate::step::StepConstraints;
use crate::validator::Validator;
use titer_finding::{Category, Finding, Fixer, Label, Location, Phi};
use titer_hl7::Message;

impl Validator {
    /// Puts a detection of this validator about this message into words.
    pub fn finding(&self, detection: &Detection, message: &Message<'_>) -> Finding {
        Speaker {
            validator: self,
            rules: &self.rules,
            message,
            detection,
        }
        .finding()
    }

    /// Where the finding of a detection is, and the second place that it names: all that is left to say when its
    /// [phrase](Detection::phrase) is known.
    pub fn spot(&self, detection: &Detection, message: &Message<'_>) -> (Location, Option<Label>) {
        let speaker = Speaker {
            validator: self,
            rules: &self.rules,
            message,
            detection,
        };
        (speaker.location(), speaker.dose())
    }
}

impl StepConstraints {
    /// Puts a detection of [`StepConstraints::check`] into words.
    pub fn finding(
        &self,
        validator: &Validator,
        detection: &Detection,
        message: &Message<'_>,
    ) -> Finding {
        Speaker {
            validator,
            rules: &self.rules,
            message,
            detection,
        }
        .finding()
    }
}

pub(super) struct Speaker<'a> {
    pub(super) validator: &'a Validator,
    pub(super) rules: &'a Rules,
    message: &'a Message<'a>,
    pub(super) detection: &'a Detection,
}

/// What a finding says beside its place.
pub(super) struct Said {
    message: String,
    help: Option<String>,
    expected: Option<String>,
    fixer: Fixer,
}

impl Said {
    pub(super) fn new(message: String) -> Self {
        Self {
            message,
            help: None,
            expected: None,
            fixer: Fixer::SenderSoftware,
        }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    pub(super) fn fixer(mut self, fixer: Fixer) -> Self {
        self.fixer = fixer;
        self
    }
}

impl Speaker<'_> {
    fn finding(&self) -> Finding {
        let d = self.detection;
        let named = named(
            &self.validator.profile,
            d.def,
            &d.place,
            self.message,
            d.line,
        );
        let said = self.say(&named);
        let (rule, category) = self.rule();
        let mut finding = Finding::new(
            rule,
            d.severity,
            category,
            said.fixer,
            self.location(),
            said.message,
        );
        finding.value = self.value();
        finding.help = said.help;
        finding.expected = said.expected;
        finding.source = Some(self.source());
        finding.labels = self.dose().into_iter().collect();
        finding
    }

    fn location(&self) -> Location {
        let d = self.detection;
        let (line, column) = self.message.position(d.start);
        let mut end = d.end;
        // what is missing from a segment or group is shown at the segment's name
        let whole = matches!(
            d.kind,
            Kind::RequiredMissing | Kind::KnownMissing | Kind::ConditionRequires | Kind::Extra
        );
        let loose = matches!(
            d.kind,
            Kind::UnknownSegment | Kind::MisplacedSegment | Kind::NotSupported | Kind::Cardinality
        );
        if (whole && column == 1) || (loose && d.place.field == 0) {
            end = end.min(d.start + 3);
        }
        Location {
            path: names::path(&self.validator.profile, &d.place, true),
            line,
            column,
            start: u64::from(d.start),
            end: u64::from(end),
        }
    }

    // the text at the place; nothing for what is missing, for segments and for groups
    fn value(&self) -> Option<Phi> {
        let d = self.detection;
        let absent = matches!(
            d.kind,
            Kind::RequiredMissing | Kind::KnownMissing | Kind::ConditionRequires
        );
        if absent || d.place.what != What::Segment || d.place.field == 0 {
            return None;
        }
        let raw = self
            .message
            .source()
            .get(d.start as usize..d.end as usize)
            .unwrap_or_default();
        Some(Phi::new(self.message.charset().decode(raw)))
    }

    fn source(&self) -> String {
        let info = self.validator.info();
        if info.source.is_empty() {
            format!("profile {}", info.id)
        } else {
            format!("{}, profile {}", info.source, info.id)
        }
    }

    fn rule(&self) -> (String, Category) {
        let d = self.detection;
        let (id, category) = ids::of(d.kind);
        let own = match d.kind {
            Kind::Constraint | Kind::ConstraintUnclear => {
                self.constraint().map(|c| c.id.to_string())
            }
            _ => None,
        };
        (own.unwrap_or_else(|| id.to_owned()), category)
    }

    fn constraint(&self) -> Option<&Constraint> {
        self.rules.constraints.get(self.detection.a as usize)
    }

    pub(super) fn predicate(&self) -> Option<&Predicate> {
        self.rules.predicates.get(self.detection.a as usize)
    }

    pub(super) fn binding(&self) -> Option<&Binding> {
        self.validator
            .profile
            .bindings
            .get(self.detection.a as usize)
    }

    // a second place that helps: the lot number, or the vaccine, of the dose that the finding is in
    fn dose(&self) -> Option<Label> {
        let d = self.detection;
        if d.place.what != What::Segment || d.place.name != *b"RXA" || d.place.field == 0 {
            return None;
        }
        let segment = self.message.line(d.line)?.segment()?;
        let field = [15, 5]
            .into_iter()
            .filter(|n| *n != d.place.field)
            .find_map(|n| {
                let field = segment.field(u32::from(n))?;
                (!field.is_empty()).then_some((n, field))
            })?;
        let span = field.1.span();
        let (line, column) = self.message.position(span.start);
        let mut place = d.place;
        (
            place.field,
            place.repetition,
            place.component,
            place.subcomponent,
        ) = (field.0, 1, 0, 0);
        Some(Label {
            location: Location {
                path: names::path(&self.validator.profile, &place, true),
                line,
                column,
                start: u64::from(span.start),
                end: u64::from(span.end),
            },
            text: format!("this dose, RXA-{}", field.0),
        })
    }

    fn say(&self, named: &Named<'_>) -> Said {
        let d = self.detection;
        let full = named.full();
        let author = Fixer::ProfileAuthor;
        match d.kind {
            Kind::RequiredMissing => {
                let group = d.place.what == What::Group;
                let what = if group {
                    format!("the group {}", named.label)
                } else {
                    full
                };
                Said::new(format!("{what} is required and missing"))
                    .help(format!("send {}", if group { what.clone() } else { named.label.clone() }))
                    .expected("usage R: always valued")
            }
            Kind::KnownMissing => Said::new(format!("{full} is not sent"))
                .help("send it when it is known; when it is not, leave it empty as it is now")
                .expected("usage RE: valued when known")
                .fixer(Fixer::SenderStaff),
            Kind::NotSupported | Kind::Withdrawn => {
                Said::new(format!("{full} must not be sent"))
                    .help(format!("leave {} out", named.label))
                    .expected(if d.kind == Kind::Withdrawn {
                        "usage W: withdrawn"
                    } else {
                        "usage X: never valued"
                    })
            }
            Kind::Cardinality => self.cardinality(named),
            Kind::NullRepeated => Said::new(format!(
                "{full} says to delete (`\"\"`) and to store values at once"
            ))
            .help("send either `\"\"` alone or the values"),
            Kind::Constant => {
                let constant = named
                    .element
                    .and_then(|e| e.constant.as_deref())
                    .unwrap_or_default();
                Said::new(format!("{full} is `{{value}}` and must be `{constant}`"))
                    .expected(format!("`{constant}`"))
            }
            Kind::Length => self.length(&full),
            Kind::Format => self.format(&full),
            Kind::Extra => Said::new(format!(
                "{full} has {} parts, and the profile knows {}",
                d.b, d.a
            ))
            .help("leave out what comes after the last part that the profile knows, or escape the separators in it")
            .expected(format!("at most {} parts", d.a)),
            Kind::Separator => Said::new(format!(
                "{full} has no parts, yet its value holds a separator"
            ))
            .help("write separators in values as `\\S\\` (^), `\\T\\` (&), `\\R\\` (~), `\\F\\` (|)"),
            Kind::Escape => Said::new(format!("{full} holds a `\\` that begins no escape sequence"))
                .help("write a backslash in a value as `\\E\\`"),
            Kind::UnknownSegment => Said::new(format!(
                "the segment {} is not part of this message",
                named.label
            ))
            .help(if d.place.name.first() == Some(&b'Z') {
                "receivers pass over segments of local design; leave it out unless this receiver asked for it"
            } else {
                "leave it out"
            }),
            Kind::MisplacedSegment => Said::new(format!(
                "the segment {} does not belong here",
                named.label
            ))
            .help("send the segments in the order of the message's structure"),
            Kind::InvalidLine => Said::new("this line is not a segment".to_owned()).help(
                "a segment begins with three capitals or digits and the field separator",
            ),
            Kind::Unresolved => Said::new(format!(
                "{full} cannot be read: the field that names its data type is empty or names an unknown one"
            ))
            .help("send the data type in OBX-2"),
            Kind::CodeNotFound | Kind::CodeSystem | Kind::CodeSystemMissing | Kind::CodeExcluded
            | Kind::CodePermitted | Kind::CodeAmbiguous | Kind::CodeSuggested | Kind::CodeTwice
            | Kind::CodePermittedClosed | Kind::TableDynamic | Kind::BindingUndetermined => {
                self.code(named)
            }
            Kind::Constraint => self.constraint_said(),
            Kind::Content => self.content_said(named),
            Kind::ConstraintUnclear | Kind::ContentUnclear => {
                let said = self.constraint_said();
                let plugin = self.constraint().and_then(|c| c.assertion.plugin());
                let why = plugin.map_or_else(String::new, |class| {
                    format!(", since the plug-in `{class}` is not known")
                });
                Said {
                    message: format!("could not be judged{why}: {}", said.message),
                    ..said
                }
                .fixer(author)
            }
            Kind::ConditionRequires | Kind::ConditionForbids => self.condition(named),
            Kind::ConditionUnclear => {
                Said::new(format!("a condition on {full} could not be judged")).fixer(author)
            }
            Kind::ContentMissing => {
                let text = self
                    .rules
                    .pattern_texts
                    .get(d.a as usize)
                    .map_or("", |t| t.as_ref());
                Said::new(if text.is_empty() {
                    "something that the test step asks for is not in the message".to_owned()
                } else {
                    format!("not in the message: {}", one_line(text))
                })
                .fixer(Fixer::SenderStaff)
            }
            Kind::ConstantDefinition => Said::new(format!(
                "the profile fixes a constant for {full}, which has parts"
            ))
            .fixer(author),
            Kind::LengthDefinition | Kind::LengthDefinitionTwice => Said::new(format!(
                "the profile's length for {full} cannot be used"
            ))
            .fixer(author),
            Kind::TableMissing => Said::new(format!(
                "{full} is bound to {}, which the profile does not define",
                self.binding().map_or_else(String::new, codes::tables)
            ))
            .fixer(author),
            Kind::TableEmpty => Said::new(format!(
                "{full} is bound to {}, which has no codes",
                self.binding().map_or_else(String::new, codes::tables)
            ))
            .fixer(author),
            Kind::Binding | Kind::BindingTables => {
                Said::new(format!("the profile's binding of {full} cannot be used")).fixer(author)
            }
            _ => self.rare(named),
        }
    }

    fn cardinality(&self, named: &Named<'_>) -> Said {
        let d = self.detection;
        let range = match (d.a, d.b) {
            (min, NONE) => format!("at least {min}"),
            (min, max) if min == max => format!("{min}"),
            (0, max) => format!("at most {max}"),
            (min, max) => format!("{min} to {max}"),
        };
        let count = if d.place.field == 0 {
            d.place.nth
        } else {
            d.place.repetition
        };
        let full = named.full();
        let message = if d.b != NONE && count > d.b || d.place.field == 0 {
            format!("{full} occurs too often: the profile allows {range}")
        } else {
            format!("{full} occurs too rarely: the profile asks for {range}")
        };
        Said::new(message)
            .help("send one occurrence for each thing there is, and no empty ones before it")
            .expected(if range == "1" {
                "1 occurrence".to_owned()
            } else {
                format!("{range} occurrences")
            })
    }

    fn length(&self, full: &str) -> Said {
        let d = self.detection;
        let value = self.value();
        let length = value.as_ref().map_or(0, |v| v.reveal().chars().count());
        let range = match (d.a, d.b) {
            (min, NONE) => format!("at least {min}"),
            (min, max) if min == max => format!("{min}"),
            (0 | 1, max) => format!("at most {max}"),
            (min, max) => format!("{min} to {max}"),
        };
        Said::new(format!(
            "{full} is {} long, the profile allows {range}",
            characters(length)
        ))
        .help("a receiver may cut or refuse it; shorten it at the source")
        .expected(format!("length {range}"))
    }

    fn format(&self, full: &str) -> Said {
        use crate::engine::profile::Class;
        let datatype = self.validator.profile.datatype(self.detection.a);
        let (what, how) = match datatype.map(|d| d.class) {
            Some(Class::Number) => ("a number", "digits with an optional sign and decimal point"),
            Some(Class::Sequence) => ("a counting number", "digits only"),
            Some(Class::Date) => ("a date", "YYYYMMDD, or less of it from the right"),
            Some(Class::Time) => ("a time", "HHMM[SS[.SSSS]][+/-ZZZZ]"),
            Some(Class::DateTime) => (
                "a date and time",
                "YYYY[MM[DD[HH[MM[SS[.SSSS]]]]]][+/-ZZZZ], on a day that exists",
            ),
            _ => ("a value of its data type", "as its data type asks"),
        };
        let value = self.value();
        let hint = value
            .as_ref()
            .filter(|_| what.starts_with("a date"))
            .and_then(|v| suggest::date(v.reveal()));
        Said::new(format!("`{{value}}` is not {what}: {full}"))
            .help(match hint {
                Some(hint) => format!("{hint}; write it as {how}"),
                None => format!("write it as {how}"),
            })
            .expected(how)
    }

    fn code(&self, named: &Named<'_>) -> Said {
        let d = self.detection;
        let profile = &self.validator.profile;
        let Some(binding) = self.binding() else {
            return Said::new(format!("the code in {} is not right", named.full()));
        };
        let tables = codes::tables(binding);
        let value = self
            .value()
            .map_or_else(String::new, |v| v.reveal().to_owned());
        let said = |message: String| Said::new(message);
        match d.kind {
            Kind::CodeSystem => {
                let code = self.code_text();
                let systems = codes::systems(profile, binding, &code);
                let expected = crate::text::listed(&systems, "or");
                said(format!(
                    "`{{value}}` is not the code system of a code of {tables}: {}",
                    named.full()
                ))
                .help(
                    match suggest::system(profile, binding, self.around().as_ref()) {
                        Some(hint) => hint,
                        None => format!("send {expected} as the code system"),
                    },
                )
                .expected(expected)
            }
            Kind::CodeSystemMissing => said(format!(
                "`{{value}}` is a code of {tables} sent without its code system ({})",
                self.subject(named)
            ))
            .help("send the code system two components after the code"),
            Kind::CodeExcluded => said(format!(
                "`{{value}}` must not be used: {tables} excludes it ({})",
                self.subject(named)
            )),
            Kind::CodePermitted => said(format!(
                "`{{value}}` is only permitted by {tables} ({})",
                self.subject(named)
            )),
            Kind::CodeSuggested => said(format!(
                "`{{value}}` is a code of {tables}, which is only suggested ({})",
                self.subject(named)
            )),
            Kind::CodeTwice => said(format!(
                "{} holds codes of {tables} in two places",
                named.full()
            ))
            .help("send the code in one of them"),
            Kind::CodePermittedClosed => said(format!(
                "{tables} permits `{{value}}` and is closed, which contradict each other ({})",
                self.subject(named)
            ))
            .fixer(Fixer::ProfileAuthor),
            Kind::TableDynamic => said(format!(
                "{tables} may have changed since the profile was written ({})",
                self.subject(named)
            ))
            .fixer(Fixer::ProfileAuthor),
            Kind::BindingUndetermined => said(format!(
                "the profile does not say how strongly {} is bound to {tables}",
                named.full()
            ))
            .fixer(Fixer::ProfileAuthor),
            Kind::CodeAmbiguous => said(format!(
                "`{{value}}` stands in more than one of {tables} ({})",
                self.subject(named)
            ))
            .fixer(Fixer::ProfileAuthor),
            _ => {
                let mut said = said(format!(
                    "`{{value}}` is not a value of {tables} ({})",
                    self.subject(named)
                ))
                .expected(codes::expected(profile, binding));
                let hint = suggest::code(profile, binding, &value, self.around().as_ref());
                said.help = codes::help(profile, binding, &value, hint);
                said
            }
        }
    }

    // for a component that holds the code, the name of what it codes says more than "identifier"
    fn subject(&self, named: &Named<'_>) -> String {
        let d = self.detection;
        let mut place = d.place;
        if place.subcomponent > 0 {
            return named.name.clone();
        }
        if place.component == 1 {
            place.component = 0;
            let whole = names::named(&self.validator.profile, d.def, &place, self.message, d.line);
            return whole.name;
        }
        named.name.clone()
    }

    // what stands beside a code
    fn around(&self) -> Option<suggest::Around> {
        let place = self.detection.place;
        suggest::Around::of(
            self.message,
            self.detection.line,
            (place.field, place.repetition),
            (place.component, place.subcomponent),
        )
    }

    // the code whose code system is wrong
    fn code_text(&self) -> String {
        let d = self.detection;
        let place = d.place;
        let offset = self.binding().and_then(Binding::component).unwrap_or(1);
        self.message
            .line(d.line)
            .and_then(|l| l.segment())
            .and_then(|s| s.field(u32::from(place.field)))
            .and_then(|f| f.repetition(place.repetition.max(1)))
            .and_then(|r| {
                if place.subcomponent > 0 {
                    let c = r.component(u32::from(place.component))?;
                    Some(c.subcomponent(u32::from(offset))?.text().into_owned())
                } else {
                    Some(r.component(u32::from(offset))?.text().into_owned())
                }
            })
            .unwrap_or_default()
    }

    // the place of the element that a datatype's rule stands on, when the detection's place tells it
    fn prefix(&self, depth_of_leaf: usize) -> Option<String> {
        let mut place = self.detection.place;
        for _ in 0..depth_of_leaf {
            if place.subcomponent > 0 {
                place.subcomponent = 0;
            } else if place.component > 0 {
                place.component = 0;
            } else {
                return None;
            }
        }
        Some(names::path(&self.validator.profile, &place, false))
    }

    pub(super) fn words<'w>(&'w self, home: Home, prefix: Option<&'w str>) -> Words<'w> {
        Words {
            profile: &self.validator.profile,
            home,
            prefix,
        }
    }

    fn constraint_said(&self) -> Said {
        let Some(constraint) = self.constraint() else {
            return Said::new("a conformance statement is not met".to_owned());
        };
        let prefix = match constraint.home {
            Home::Datatype(_) => self.prefix(1),
            _ => None,
        };
        let asked = self
            .words(constraint.home, prefix.as_deref())
            .say(&constraint.assertion);
        let guide = crate::builtin::guide_rule(&constraint.id);
        let message = match (guide, &constraint.text) {
            (Some(rule), _) => rule.title.clone(),
            (None, Some(text)) => one_line(text),
            (None, None) => format!("must hold: {asked}"),
        };
        let mut said = Said::new(message).expected(asked);
        if let Some(rule) = guide {
            said.help = Some(rule.repair.clone());
            said.fixer = rule.fixer;
        }
        said
    }

    fn content_said(&self, named: &Named<'_>) -> Said {
        let Some(constraint) = self.constraint() else {
            return Said::new("not what the test step's data ask for".to_owned());
        };
        let asked = self.words(constraint.home, None).say(&constraint.assertion);
        let message = if named.label.is_empty() {
            "not what the test step's data ask for".to_owned()
        } else {
            format!("{} is not what the test step's data ask for", named.full())
        };
        let expected = match &constraint.text {
            Some(text) if asked.is_empty() => one_line(text),
            _ => asked,
        };
        Said::new(message)
            .help(format!("enter the step's data as given: {expected}"))
            .expected(expected)
            .fixer(Fixer::SenderStaff)
    }

    fn condition(&self, named: &Named<'_>) -> Said {
        let d = self.detection;
        let requires = d.kind == Kind::ConditionRequires;
        let full = named.full();
        let Some(rule) = self.predicate() else {
            return Said::new(format!("{full} is not as its condition asks"));
        };
        let prefix = match rule.home {
            Home::Datatype(_) => self.prefix(rule.parent.len() + 1),
            _ => None,
        };
        let held = if requires {
            rule.when_true == Usage::R
        } else {
            rule.when_true == Usage::X
        };
        let words = self.words(rule.home, prefix.as_deref());
        let why = if held {
            words.say(&rule.condition)
        } else {
            words.say(&crate::expr::Expr::Not(Box::new(rule.condition.clone())))
        };
        if requires {
            Said::new(format!("{full} is required here and missing, since {why}"))
                .help(format!("send {}", named.label))
                .expected(format!("valued when {why}"))
        } else {
            Said::new(format!("{full} must not be sent here, since {why}"))
                .help(format!("leave {} out", named.label))
                .expected(format!("empty when {why}"))
        }
    }
}

fn characters(count: usize) -> String {
    if count == 1 {
        "1 character".to_owned()
    } else {
        format!("{count} characters")
    }
}

// the profile's own words; a brace would be taken for the value's place
pub(super) fn one_line(text: &str) -> String {
    text.replace("{value}", "the value")
}
