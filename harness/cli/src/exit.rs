//! Exit codes: public, and the same for every command.

use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Nothing at or above the threshold, and every step passed.
    Good,
    /// Findings at or above the threshold, or failed steps.
    Findings,
    /// The call, a file or a plan is wrong.
    Usage,
    /// Steps or attestations are still open.
    Incomplete,
    /// The system under test could not be reached.
    Unreachable,
}

impl Exit {
    /// The number.
    pub(crate) fn code(self) -> u8 {
        match self {
            Exit::Good => 0,
            Exit::Findings => 1,
            Exit::Usage => 2,
            Exit::Incomplete => 3,
            Exit::Unreachable => 4,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.code())
    }
}

/// The table as help shows it.
pub(crate) const TABLE: &str = "\
Exit codes:
  0  nothing was found at or above the threshold, and every step passed
  1  findings at or above the threshold, or failed steps
  2  the call, a file or a plan is wrong
  3  incomplete: steps or attestations are still open
  4  the system under test could not be reached";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_names_every_code() {
        for exit in [
            Exit::Good,
            Exit::Findings,
            Exit::Usage,
            Exit::Incomplete,
            Exit::Unreachable,
        ] {
            assert!(TABLE.contains(&format!("\n  {}  ", exit.code())));
        }
    }
}
