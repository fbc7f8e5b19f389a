//! Lines of the file for the schedule as a whole.

use super::line::{Line, Result, Word};
use crate::schedule::{
    Association, CodedValue, Conflict, Observation, Schedule, Vaccine, VaccineGroup,
};

pub(super) fn wide_line(wide: &mut Schedule, word: Word<'_>, line: &mut Line<'_>) -> Result<()> {
    match word.text {
        "group" => {
            let name = line.text("a name")?;
            if wide.groups.iter().any(|g| g.name == name) {
                return Err(word.wrong(format!("the vaccine group {name} is there twice")));
            }
            line.expect("of")?;
            let (mut antigens, mut administer_full) = (Vec::new(), None);
            while let Some(next) = line.next()? {
                if next.text == "given" && !next.quoted {
                    administer_full = Some(line.one_of(&[("together", true), ("apart", false)])?);
                    break;
                }
                antigens.push(next.text.to_owned());
            }
            wide.groups.push(VaccineGroup {
                name,
                antigens,
                administer_full,
            });
        }
        "vaccine" => {
            let cvx = line.cvx()?;
            // written in order, so that the last one tells
            if wide.vaccines.last().is_some_and(|v| v.cvx >= cvx)
                && wide.vaccines.iter().any(|v| v.cvx == cvx)
            {
                return Err(word.wrong(format!("the CVX code {cvx} is there twice")));
            }
            let name = line.text("a name")?;
            let mut antigens = Vec::new();
            while let Some(antigen) = line.next()? {
                let ages = line.ages_if_any()?;
                antigens.push(Association {
                    antigen: antigen.text.to_owned(),
                    ages,
                });
            }
            wide.vaccines.push(Vaccine {
                cvx,
                name,
                antigens,
            });
        }
        "conflict" => {
            line.expect("after")?;
            let previous = line.cvx()?;
            line.expect("from")?;
            let begin = line.period()?;
            line.expect("until")?;
            let end = line.period()?;
            line.expect("or")?;
            let minimum_end = line.period()?;
            line.expect("with")?;
            for current in line.cvx_list()? {
                wide.conflicts.push(Conflict {
                    previous,
                    current,
                    begin,
                    minimum_end,
                    end,
                });
            }
        }
        "observation" => {
            let code = line.code()?;
            if wide.observations.last().is_some_and(|o| o.code >= code)
                && wide.observations.iter().any(|o| o.code == code)
            {
                return Err(word.wrong(format!("the observation {code} is there twice")));
            }
            let name = line.text("a name")?;
            let mut coded = Vec::new();
            while line.peek().is_some() {
                line.expect("in")?;
                let system = line.text("a code system")?;
                let before = coded.len();
                while let Some(next) = line.peek().filter(|n| n.text != "in") {
                    line.next()?;
                    coded.push(CodedValue {
                        system: system.clone(),
                        code: next.text.to_owned(),
                    });
                }
                if coded.len() == before {
                    return Err(line.wrong(format!("a code of {system} is missing here")));
                }
            }
            wide.observations.push(Observation { code, name, coded });
        }
        "series" | "immune" | "contraindicated" => {
            return Err(word.wrong(format!(
                "`{}` belongs to an antigen, and none is named before",
                word.text
            )));
        }
        _ => return Err(word.none_of(&["group", "vaccine", "conflict", "observation", "antigen"])),
    }
    Ok(())
}
