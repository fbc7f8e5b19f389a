//! What names mean in an expression: where a rule stands decides how paths are written.

use super::path::{Path, Step};
use std::fmt::Write;

/// A child of a group, for names in paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScopeChild {
    /// A segment's three letters.
    Segment(String),
    /// A group's short name and its children.
    Group(String, Vec<ScopeChild>),
}

impl ScopeChild {
    fn name(&self) -> &str {
        match self {
            ScopeChild::Segment(name) | ScopeChild::Group(name, _) => name,
        }
    }
}

/// Where an expression stands.
#[derive(Clone, Copy, Debug)]
pub enum Scope<'s> {
    /// On a message or group: `OBSERVATION[*].OBX-3.1`.
    Group(&'s [ScopeChild]),
    /// On a segment: `RXA-9.1`.
    Segment(&'s str),
    /// On a data type: `CE.2`.
    Datatype(&'s str),
    /// On something that names do not describe: `3.1`.
    Numbers,
}

/// How far a path has come.
#[derive(Clone, Copy)]
pub(super) enum Reached<'s> {
    Group(&'s [ScopeChild]),
    Segment,
    Datatype,
    Numbers,
}

impl<'s> Scope<'s> {
    pub(super) fn start(self) -> Reached<'s> {
        match self {
            Scope::Group(children) => Reached::Group(children),
            Scope::Segment(_) => Reached::Segment,
            Scope::Datatype(_) => Reached::Datatype,
            Scope::Numbers => Reached::Numbers,
        }
    }

    /// The scope of what a path leads to.
    pub fn within(self, path: &Path) -> Scope<'s> {
        let Scope::Group(mut children) = self else {
            return if path.is_self() { self } else { Scope::Numbers };
        };
        let mut steps = path.steps.iter();
        while let Some(step) = steps.next() {
            match children.get(usize::from(step.position) - 1) {
                Some(ScopeChild::Group(_, inner)) => children = inner,
                Some(ScopeChild::Segment(name)) if steps.len() == 0 => {
                    return Scope::Segment(name);
                }
                _ => return Scope::Numbers,
            }
        }
        Scope::Group(children)
    }

    /// A path as it is written here.
    pub fn print(self, path: &Path) -> String {
        if path.is_self() {
            return ".".to_owned();
        }
        let mut out = String::new();
        let mut steps = path.steps.as_slice();
        match self {
            Scope::Group(children) => {
                // what names do not lead to is written in numbers throughout
                if let Some((names, rest)) = named(children, steps) {
                    out = names;
                    steps = rest;
                    if !steps.is_empty() {
                        out.push('-');
                    }
                }
            }
            Scope::Segment(name) => {
                let _ = write!(out, "{name}-");
            }
            Scope::Datatype(name) => {
                let _ = write!(out, "{name}.");
            }
            Scope::Numbers => {}
        }
        for (i, step) in steps.iter().enumerate() {
            if i > 0 {
                out.push('.');
            }
            let _ = write!(out, "{}", step.position);
            instance(&mut out, *step);
        }
        out
    }
}

// the names of groups and a segment on the way, and what is left behind the segment
fn named<'p>(mut children: &[ScopeChild], mut steps: &'p [Step]) -> Option<(String, &'p [Step])> {
    let mut out = String::new();
    while let [step, rest @ ..] = steps {
        let child = children.get(usize::from(step.position).checked_sub(1)?)?;
        // a name stands for the first that has it
        let first = children.iter().find(|c| c.name() == child.name())?;
        if !std::ptr::eq(first, child) {
            return None;
        }
        if !out.is_empty() {
            out.push('.');
        }
        out.push_str(child.name());
        instance(&mut out, *step);
        steps = rest;
        match child {
            ScopeChild::Group(_, inner) => children = inner,
            ScopeChild::Segment(_) => break,
        }
    }
    Some((out, steps))
}

fn instance(out: &mut String, step: Step) {
    match step.instance {
        Some(1) => {}
        Some(n) => {
            let _ = write!(out, "[{n}]");
        }
        None => out.push_str("[*]"),
    }
}
