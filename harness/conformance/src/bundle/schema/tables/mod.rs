//! The schemas of engine 1.6 as tables: which elements and attributes there are, and which of them must be there.

mod bindings;
mod co_constraints;
mod constraints;
mod expressions;
mod profile;
mod slicing;
mod value_sets;

use super::{Attribute, Chapter, Kind, Need, Tag};
pub(super) use bindings::BINDINGS;
pub(super) use co_constraints::CO_CONSTRAINTS;
pub(super) use constraints::CONSTRAINTS;
pub(super) use profile::PROFILE;
pub(super) use slicing::SLICINGS;
pub(super) use value_sets::VALUE_SETS;

type Names = [(&'static str, &'static Tag)];

const ANY_NUMBER: u32 = u32::MAX;

const fn must(name: &'static str, kind: Kind) -> Attribute {
    Attribute {
        name,
        need: Need::Required,
        kind,
    }
}

const fn may(name: &'static str, kind: Kind) -> Attribute {
    Attribute {
        name,
        need: Need::Optional,
        kind,
    }
}

// asked for by the schema, and no verdict rests on it
const fn idle(name: &'static str) -> Attribute {
    Attribute {
        name,
        need: Need::Idle,
        kind: Kind::NotEmpty,
    }
}

const fn chapter(names: &'static Names, min: u32, max: u32) -> Chapter {
    Chapter {
        names,
        min,
        max,
        idle: false,
    }
}

const fn idle_chapter(names: &'static Names) -> Chapter {
    Chapter {
        names,
        min: 1,
        max: 1,
        idle: true,
    }
}

const fn tag(attributes: &'static [Attribute], chapters: &'static [Chapter]) -> Tag {
    Tag {
        attributes,
        chapters,
    }
}

static TEXT: Tag = tag(&[], &[]);

static META_DATA: Tag = tag(
    &[
        idle("Name"),
        idle("OrgName"),
        idle("Version"),
        idle("Date"),
        may("SpecificationName", Kind::Any),
        may("Status", Kind::Any),
        may("Topics", Kind::Any),
    ],
    &[],
);

const USAGE: Kind = Kind::Word(&["R", "RE", "O", "C", "X", "B", "W", "CE", "IX"]);
const STRENGTH: Kind = Kind::Word(&["R", "S", "U"]);
