//! One of the two profiles, with its definitions by id.

use crate::expr::{Expr, Scope, ScopeChild, write};
use crate::model::{
    Anchor, ChildDef, ChildKind, DatatypeDef, Definition, PredicateDef, SegmentDef, TableDef,
};
use std::collections::{HashMap, HashSet};

pub(super) struct Side<'d> {
    pub(super) def: &'d Definition,
    pub(super) segments: HashMap<&'d str, &'d SegmentDef>,
    pub(super) datatypes: HashMap<&'d str, &'d DatatypeDef>,
    pub(super) tables: HashMap<&'d str, &'d TableDef>,
    pub(super) unchecked: HashSet<&'d str>,
    pub(super) scope: Vec<ScopeChild>,
}

/// A group's short name: `VXU_V04.ORDER` is ORDER.
pub(super) fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

impl<'d> Side<'d> {
    pub(super) fn new(def: &'d Definition) -> Self {
        let segments: HashMap<_, _> = def.segments.iter().map(|s| (s.id.as_str(), s)).collect();
        Self {
            scope: scope(&def.message.children, &segments),
            segments,
            datatypes: def.datatypes.iter().map(|d| (d.id.as_str(), d)).collect(),
            tables: def.tables.iter().map(|t| (t.id.as_str(), t)).collect(),
            unchecked: def.unchecked.iter().map(String::as_str).collect(),
            def,
        }
    }

    pub(super) fn segment_name<'s>(&self, id: &'s str) -> &'s str
    where
        'd: 's,
    {
        self.segments.get(id).map_or(id, |s| s.name.as_str())
    }

    pub(super) fn datatype_name<'s>(&self, id: &'s str) -> &'s str
    where
        'd: 's,
    {
        self.datatypes.get(id).map_or(id, |d| d.name.as_str())
    }

    /// The conditions that stand on a segment.
    pub(super) fn on_segment(&self, s: &SegmentDef) -> Vec<&'d PredicateDef> {
        self.predicates(|a| match a {
            Anchor::SegmentId(id) => *id == s.id,
            Anchor::SegmentName(name) => *name == s.name,
            _ => false,
        })
    }

    /// The conditions that stand on a data type.
    pub(super) fn on_datatype(&self, d: &DatatypeDef) -> Vec<&'d PredicateDef> {
        self.predicates(|a| match a {
            Anchor::DatatypeId(id) => *id == d.id,
            Anchor::DatatypeName(name) => *name == d.name,
            _ => false,
        })
    }

    /// The conditions that stand on the message, or on a group of it.
    pub(super) fn on_group(&self, group: Option<(&str, &str)>) -> Vec<&'d PredicateDef> {
        let message = &self.def.message;
        self.predicates(|a| match (a, group) {
            (Anchor::GroupId(id), Some((own, _))) => id == own,
            (Anchor::GroupName(name), Some((_, own))) => name == own,
            (Anchor::MessageId(id), None) => *id == message.id,
            (Anchor::MessageName(name), None) => *name == message.structure,
            _ => false,
        })
    }

    fn predicates(&self, is: impl Fn(&Anchor) -> bool) -> Vec<&'d PredicateDef> {
        let list = self.def.rules.predicates.iter();
        list.filter(|p| is(&p.anchor)).collect()
    }

    /// Where the rules of an anchor are listed, and what it is called; nothing when the profile has no such thing.
    pub(super) fn anchored(&self, anchor: &Anchor) -> Option<(String, String)> {
        let segment = |name: &str| (name.to_owned(), name.to_owned());
        let datatype = |name: &str| (super::DATATYPES.to_owned(), name.to_owned());
        let message = || (super::MESSAGE.to_owned(), String::new());
        let group = |name: &str| (super::MESSAGE.to_owned(), short(name).to_owned());
        match anchor {
            Anchor::SegmentId(id) => self.segments.get(id.as_str()).map(|s| segment(&s.name)),
            Anchor::SegmentName(name) => {
                let any = self.segments.values().any(|s| s.name == *name);
                any.then(|| segment(name))
            }
            Anchor::DatatypeId(id) => self.datatypes.get(id.as_str()).map(|d| datatype(&d.name)),
            Anchor::DatatypeName(name) => {
                let any = self.datatypes.values().any(|d| d.name == *name);
                any.then(|| datatype(name))
            }
            Anchor::MessageId(id) => (*id == self.def.message.id).then(message),
            Anchor::MessageName(name) => (*name == self.def.message.structure).then(message),
            Anchor::GroupId(id) => {
                find_group(&self.def.message.children, &|i, _| i == id).map(|(name, _)| group(name))
            }
            Anchor::GroupName(name) => {
                find_group(&self.def.message.children, &|_, n| n == name).map(|(n, _)| group(n))
            }
        }
    }

    /// An expression as it is written where the anchor stands.
    pub(super) fn written(&self, anchor: &Anchor, expr: &Expr) -> String {
        let inner;
        let scope = match anchor {
            Anchor::SegmentId(id) => Scope::Segment(self.segment_name(id)),
            Anchor::SegmentName(name) => Scope::Segment(name),
            Anchor::DatatypeId(id) => Scope::Datatype(self.datatype_name(id)),
            Anchor::DatatypeName(name) => Scope::Datatype(name),
            Anchor::MessageId(_) | Anchor::MessageName(_) => Scope::Group(&self.scope),
            Anchor::GroupId(_) | Anchor::GroupName(_) => {
                let found = find_group(&self.def.message.children, &|id, name| match anchor {
                    Anchor::GroupId(own) => own == id,
                    Anchor::GroupName(own) => own == name,
                    _ => false,
                });
                inner = found.map_or_else(Vec::new, |(_, c)| scope(c, &self.segments));
                Scope::Group(&inner)
            }
        };
        write(expr, scope, &[])
    }
}

pub(super) fn find_group<'c>(
    children: &'c [ChildDef],
    is: &dyn Fn(&str, &str) -> bool,
) -> Option<(&'c str, &'c [ChildDef])> {
    children.iter().find_map(|c| match &c.kind {
        ChildKind::Group(g) if is(&g.id, &g.name) => Some((g.name.as_str(), g.children.as_slice())),
        ChildKind::Group(g) => find_group(&g.children, is),
        ChildKind::Segment(_) => None,
    })
}

/// The names that expressions on a message or group use.
pub(super) fn scope(
    children: &[ChildDef],
    segments: &HashMap<&str, &SegmentDef>,
) -> Vec<ScopeChild> {
    children
        .iter()
        .map(|c| match &c.kind {
            ChildKind::Segment(id) => ScopeChild::Segment(
                segments
                    .get(id.as_str())
                    .map_or_else(|| id.clone(), |s| s.name.clone()),
            ),
            ChildKind::Group(g) => {
                ScopeChild::Group(short(&g.name).to_owned(), scope(&g.children, segments))
            }
        })
        .collect()
}
