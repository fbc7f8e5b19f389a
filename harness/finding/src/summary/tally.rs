//! Counting, in memory that depends on what is wrong and not on how often.

use super::document::Example;
use crate::finding::{Finding, Fixer, Severity};
use crate::screen;
use crate::sink::{Counts, Source};
use std::collections::HashMap;

/// Senders that are told apart; what comes after them is counted together.
pub(super) const MOST_SENDERS: usize = 20_000;
/// Senders that are told apart for one cause.
const MOST_SENDERS_OF_A_CAUSE: usize = 1_000;
/// Rules and places that are told apart.
const MOST_CAUSES: usize = 50_000;
/// Characters of an example.
const LONGEST: usize = 200;
/// The name of what is counted together.
pub(super) const OTHERS: &str = "others";

/// Who sent a message, as its header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sender<'a> {
    /// The sending facility, MSH-4.
    pub facility: &'a str,
    /// The responsible sending organization, MSH-22.
    pub organization: &'a str,
}

impl Sender<'_> {
    /// Both, once when they are the same.
    pub fn name(&self) -> String {
        let (a, b) = (self.facility.trim(), self.organization.trim());
        let name = match (a.is_empty(), b.is_empty()) {
            (true, true) => "no sender named".to_owned(),
            (false, true) => a.to_owned(),
            (true, false) => format!("MSH-22 {b}"),
            _ if a.eq_ignore_ascii_case(b) => a.to_owned(),
            _ => format!("{a} / {b}"),
        };
        cut(&screen::one_line(&name), 80)
    }
}

/// Counts by severity, and one place where it occurs.
#[derive(Clone, Debug, Default)]
pub(super) struct Stat {
    pub(super) counts: [u64; 3],
    pub(super) messages: u64,
    pub(super) example: Option<Example>,
    // the message that was counted last
    last: u64,
}

impl Stat {
    fn add(&mut self, severity: Severity, message: u64, example: impl FnOnce() -> Example) {
        self.counts[severity as usize] += 1;
        if message > 0 && self.last != message {
            self.last = message;
            self.messages += 1;
        }
        if self.example.as_ref().is_none_or(|e| e.severity < severity) {
            self.example = Some(example());
        }
    }

    fn merge(&mut self, other: Stat) {
        for (mine, its) in self.counts.iter_mut().zip(other.counts) {
            *mine += its;
        }
        self.messages += other.messages;
        let worse = match (&self.example, &other.example) {
            (Some(mine), Some(its)) => its.severity > mine.severity,
            (mine, _) => mine.is_none(),
        };
        if worse {
            self.example = other.example;
        }
        // messages of two tallies are never the same
        self.last = 0;
    }
}

/// A rule at a place.
#[derive(Clone, Debug)]
pub(super) struct Cause {
    pub(super) rule: u32,
    pub(super) place: u32,
    pub(super) stat: Stat,
    pub(super) fixers: [u64; 4],
    // by severity, for each sender
    pub(super) senders: HashMap<u32, [u64; 3]>,
    // not kept by sender any more
    pub(super) unknown: [u64; 3],
}

#[derive(Clone, Debug, Default)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) stat: Stat,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Sending {
    pub(super) name: String,
    pub(super) sent: u64,
    pub(super) with_errors: u64,
    pub(super) stat: Stat,
}

/// Counts of what was found, by cause, rule, place and sender, with one example of each.
#[derive(Debug, Default)]
pub struct Tally {
    pub(super) mask: bool,
    pub(super) counts: Counts,
    pub(super) with_errors: u64,
    pub(super) with_warnings: u64,
    pub(super) causes: Vec<Cause>,
    pub(super) rules: Vec<Named>,
    pub(super) places: Vec<Named>,
    pub(super) senders: Vec<Sending>,
    pub(super) fixers: [[u64; 3]; 4],
    // rule, then place
    index: HashMap<String, (u32, HashMap<String, u32>)>,
    place_index: HashMap<String, u32>,
    sender_index: HashMap<String, u32>,
    // the message at hand: its number among those of this tally, its sender, the worst so far
    message: u64,
    sender: Option<u32>,
    worst: Option<Severity>,
    // a place without indices
    place: String,
}

impl Tally {
    /// An empty one. With `mask`, examples are kept masked and senders get numbers.
    pub fn new(mask: bool) -> Self {
        Self {
            mask,
            ..Self::default()
        }
    }

    /// How many messages and findings were counted.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Messages with neither an error nor a warning.
    pub fn clean(&self) -> u64 {
        let (mut errors, mut warnings) = (self.with_errors, self.with_warnings);
        match self.worst {
            Some(Severity::Error) => errors += 1,
            Some(Severity::Warning) => warnings += 1,
            _ => {}
        }
        self.counts.messages - errors - warnings
    }

    /// A message was judged.
    pub fn message(&mut self, _: &Source<'_>, sender: Option<Sender<'_>>) {
        self.close();
        self.counts.messages += 1;
        self.message += 1;
        self.sender = sender.map(|s| self.sender_of(&s.name()));
        if let Some(sending) = self.sending() {
            sending.sent += 1;
        }
    }

    /// A finding about the message that was given last, or about the file itself.
    pub fn finding(&mut self, source: &Source<'_>, finding: &Finding) {
        let severity = finding.severity;
        self.counts.add(severity);
        let (message, sender) = if source.number == 0 {
            (0, None)
        } else {
            self.worst = self.worst.max(Some(severity));
            (self.message, self.sender)
        };
        let mask = self.mask;
        let example = || example(source, finding, mask);
        let at = self.cause_of(&finding.rule, &finding.location.path);
        let fixer = nth(finding.fixer);
        self.fixers[fixer][severity as usize] += 1;
        let Some(cause) = self.causes.get_mut(at as usize) else {
            return;
        };
        cause.stat.add(severity, message, example);
        cause.fixers[fixer] += 1;
        if let Some(sender) = sender {
            cause.of_sender(sender)[severity as usize] += 1;
        }
        let (rule, place) = (cause.rule as usize, cause.place as usize);
        if let Some(rule) = self.rules.get_mut(rule) {
            rule.stat.add(severity, message, example);
        }
        if let Some(place) = self.places.get_mut(place) {
            place.stat.add(severity, message, example);
        }
        if let Some(sending) = sender.and_then(|s| self.senders.get_mut(s as usize)) {
            sending.stat.add(severity, message, example);
        }
    }

    /// Findings about the message that was given last which are counted, and nothing else is known of them.
    pub fn besides(&mut self, severity: Severity, times: u64) {
        if times > 0 {
            match severity {
                Severity::Error => self.counts.errors += times,
                Severity::Warning => self.counts.warnings += times,
                Severity::Info => self.counts.infos += times,
            }
            if self.counts.messages > 0 {
                self.worst = self.worst.max(Some(severity));
            }
        }
    }

    /// Adds what was counted in the part of the stream that comes next.
    pub fn merge(&mut self, mut other: Tally) {
        self.close();
        other.close();
        self.counts.messages += other.counts.messages;
        self.counts.errors += other.counts.errors;
        self.counts.warnings += other.counts.warnings;
        self.counts.infos += other.counts.infos;
        self.with_errors += other.with_errors;
        self.with_warnings += other.with_warnings;
        self.message += other.message;
        for (mine, its) in self.fixers.iter_mut().zip(other.fixers) {
            for (m, i) in mine.iter_mut().zip(its) {
                *m += i;
            }
        }
        let senders: Vec<u32> = other
            .senders
            .into_iter()
            .map(|its| {
                let at = self.sender_of(&its.name);
                if let Some(mine) = self.senders.get_mut(at as usize) {
                    mine.sent += its.sent;
                    mine.with_errors += its.with_errors;
                    mine.stat.merge(its.stat);
                }
                at
            })
            .collect();
        let mut rules: Vec<Option<Named>> = other.rules.into_iter().map(Some).collect();
        let mut places: Vec<Option<Named>> = other.places.into_iter().map(Some).collect();
        let names = |list: &[Option<Named>], at: u32, taken: &[String]| -> String {
            list.get(at as usize)
                .and_then(Option::as_ref)
                .map(|n| n.name.clone())
                .or_else(|| taken.get(at as usize).cloned())
                .unwrap_or_default()
        };
        let mut rule_names = vec![String::new(); rules.len()];
        let mut place_names = vec![String::new(); places.len()];
        for cause in other.causes {
            let rule = names(&rules, cause.rule, &rule_names);
            let place = names(&places, cause.place, &place_names);
            let at = self.cause_at(&rule, &place);
            let Some(mine) = self.causes.get_mut(at as usize) else {
                continue;
            };
            mine.stat.merge(cause.stat);
            for (m, i) in mine.fixers.iter_mut().zip(cause.fixers) {
                *m += i;
            }
            for (m, i) in mine.unknown.iter_mut().zip(cause.unknown) {
                *m += i;
            }
            let mut from: Vec<_> = cause.senders.into_iter().collect();
            from.sort_unstable_by_key(|(sender, _)| *sender);
            for (sender, counts) in from {
                let Some(to) = senders.get(sender as usize) else {
                    continue;
                };
                for (m, i) in mine.of_sender(*to).iter_mut().zip(counts) {
                    *m += i;
                }
            }
            let (to_rule, to_place) = (mine.rule as usize, mine.place as usize);
            // a rule and a place are added once, with the first cause that names them
            if let Some(its) = rules.get_mut(cause.rule as usize).and_then(Option::take) {
                if let Some(mine) = self.rules.get_mut(to_rule) {
                    mine.stat.merge(its.stat);
                }
                if let Some(name) = rule_names.get_mut(cause.rule as usize) {
                    *name = its.name;
                }
            }
            if let Some(its) = places.get_mut(cause.place as usize).and_then(Option::take) {
                if let Some(mine) = self.places.get_mut(to_place) {
                    mine.stat.merge(its.stat);
                }
                if let Some(name) = place_names.get_mut(cause.place as usize) {
                    *name = its.name;
                }
            }
        }
    }

    /// The message at hand is over.
    pub(super) fn close(&mut self) {
        match self.worst.take() {
            Some(Severity::Error) => {
                self.with_errors += 1;
                if let Some(sending) = self.sending() {
                    sending.with_errors += 1;
                }
            }
            Some(Severity::Warning) => self.with_warnings += 1,
            _ => {}
        }
        self.sender = None;
    }

    /// The worst in the message at hand.
    pub(super) fn open_message(&self) -> Option<Severity> {
        self.worst
    }

    /// The sender of the message at hand, when this has an error.
    pub(super) fn open_sender(&self) -> Option<u32> {
        self.sender.filter(|_| self.worst == Some(Severity::Error))
    }

    fn sending(&mut self) -> Option<&mut Sending> {
        self.senders.get_mut(self.sender? as usize)
    }

    fn sender_of(&mut self, name: &str) -> u32 {
        if let Some(at) = self.sender_index.get(name) {
            return *at;
        }
        if self.senders.len() >= MOST_SENDERS && name != OTHERS {
            return self.sender_of(OTHERS);
        }
        let at = self.senders.len() as u32;
        self.senders.push(Sending {
            name: name.to_owned(),
            ..Sending::default()
        });
        self.sender_index.insert(name.to_owned(), at);
        at
    }

    fn cause_of(&mut self, rule: &str, path: &str) -> u32 {
        let mut place = std::mem::take(&mut self.place);
        without_indices(path, &mut place);
        let at = self.cause_at(rule, &place);
        self.place = place;
        at
    }

    fn cause_at(&mut self, rule: &str, place: &str) -> u32 {
        if let Some(at) = self.index.get(rule).and_then(|(_, p)| p.get(place)) {
            return *at;
        }
        if self.causes.len() >= MOST_CAUSES && place != OTHERS {
            return self.cause_at(rule, OTHERS);
        }
        let place_at = if let Some(at) = self.place_index.get(place) {
            *at
        } else {
            let at = self.places.len() as u32;
            self.places.push(Named {
                name: place.to_owned(),
                ..Named::default()
            });
            self.place_index.insert(place.to_owned(), at);
            at
        };
        let rules = &mut self.rules;
        let (rule_at, places) = self.index.entry(rule.to_owned()).or_insert_with(|| {
            rules.push(Named {
                name: rule.to_owned(),
                ..Named::default()
            });
            (rules.len() as u32 - 1, HashMap::new())
        });
        let at = self.causes.len() as u32;
        self.causes.push(Cause {
            rule: *rule_at,
            place: place_at,
            stat: Stat::default(),
            fixers: [0; 4],
            senders: HashMap::new(),
            unknown: [0; 3],
        });
        places.insert(place.to_owned(), at);
        at
    }
}

impl Cause {
    fn of_sender(&mut self, sender: u32) -> &mut [u64; 3] {
        if self.senders.len() >= MOST_SENDERS_OF_A_CAUSE && !self.senders.contains_key(&sender) {
            return &mut self.unknown;
        }
        self.senders.entry(sender).or_default()
    }
}

/// Every fixer, in the order of [`nth`].
pub(super) const FIXERS: [Fixer; 4] = [
    Fixer::SenderSoftware,
    Fixer::SenderStaff,
    Fixer::Receiver,
    Fixer::ProfileAuthor,
];

fn nth(fixer: Fixer) -> usize {
    match fixer {
        Fixer::SenderSoftware => 0,
        Fixer::SenderStaff => 1,
        Fixer::Receiver => 2,
        Fixer::ProfileAuthor => 3,
    }
}

/// `RXA[2]-5[1].1` as `RXA-5.1`.
fn without_indices(path: &str, out: &mut String) {
    out.clear();
    let mut inside = false;
    for c in path.chars() {
        match c {
            '[' => inside = true,
            ']' => inside = false,
            _ if inside => {}
            _ => out.push(c),
        }
    }
}

fn example(source: &Source<'_>, finding: &Finding, mask: bool) -> Example {
    let place = source.place(&finding.location);
    Example {
        file: source.file.to_owned(),
        message_number: source.number,
        line: place.line,
        column: place.column,
        rule: finding.rule.clone(),
        severity: finding.severity,
        text: cut(&screen::one_line(&finding.text(mask)), LONGEST),
    }
}

/// At most so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    if most == 0 || text.chars().count() <= most {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(most.saturating_sub(3)).collect();
    cut.push_str("...");
    cut
}
