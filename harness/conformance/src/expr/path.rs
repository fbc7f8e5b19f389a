//! Paths inside the model: `9[*].3[1].5[1].1[1]`.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One step: a child's position and which of its instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Step {
    /// Position among the model's children, counted from 1.
    pub position: u16,
    /// Which instance, counted from 1; `None` means all.
    pub instance: Option<u32>,
}

/// A path from an element to what is inside it; no steps means the element itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Path {
    /// The steps.
    pub steps: Vec<Step>,
}

/// Why a text is no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a path: {what} was expected at character {at}")]
pub struct PathSyntax {
    /// The text.
    pub text: String,
    /// What should stand there.
    pub what: &'static str,
    /// Character, counted from 1.
    pub at: usize,
}

impl Path {
    /// The path that the NIST files write: `pos[inst].pos[inst]`, or `.` for the element itself.
    pub fn parse(text: &str) -> Result<Path, PathSyntax> {
        if text == "." {
            return Ok(Path::default());
        }
        let mut steps = Vec::new();
        let bytes = text.as_bytes();
        let mut at = 0;
        let fail = |what, at: usize| PathSyntax {
            text: text.to_owned(),
            what,
            at: at + 1,
        };
        loop {
            let position = number(bytes, &mut at)
                .and_then(|n| u16::try_from(n).ok())
                .ok_or_else(|| fail("a position", at))?;
            eat(bytes, &mut at, b'[').ok_or_else(|| fail("`[`", at))?;
            let instance = if eat(bytes, &mut at, b'*').is_some() {
                None
            } else {
                Some(number(bytes, &mut at).ok_or_else(|| fail("an instance or `*`", at))?)
            };
            eat(bytes, &mut at, b']').ok_or_else(|| fail("`]`", at))?;
            steps.push(Step { position, instance });
            if at == bytes.len() {
                return Ok(Path { steps });
            }
            eat(bytes, &mut at, b'.').ok_or_else(|| fail("`.`", at))?;
        }
    }

    /// Whether the path is the element itself.
    pub fn is_self(&self) -> bool {
        self.steps.is_empty()
    }

    /// The path without its last step, and that step.
    pub fn split_last(&self) -> Option<(&[Step], Step)> {
        self.steps.split_last().map(|(last, init)| (init, *last))
    }
}

fn eat(bytes: &[u8], at: &mut usize, b: u8) -> Option<()> {
    (bytes.get(*at) == Some(&b)).then(|| *at += 1)
}

// a number from 1
fn number(bytes: &[u8], at: &mut usize) -> Option<u32> {
    let mut value = 0u32;
    let start = *at;
    while let Some(d) = bytes.get(*at).filter(|b| b.is_ascii_digit()) {
        value = value.checked_mul(10)?.checked_add(u32::from(d - b'0'))?;
        *at += 1;
    }
    (*at > start && value > 0).then_some(value)
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps.is_empty() {
            return f.write_str(".");
        }
        for (i, step) in self.steps.iter().enumerate() {
            if i > 0 {
                f.write_str(".")?;
            }
            match step.instance {
                Some(n) => write!(f, "{}[{n}]", step.position)?,
                None => write!(f, "{}[*]", step.position)?,
            }
        }
        Ok(())
    }
}
