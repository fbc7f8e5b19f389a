//! Aliases, components, the rule of recognition, and what the registry holds: what a plan says about itself.

use super::{Checker, File};
use crate::files::Files;
use crate::span::Entries;
use std::collections::{BTreeMap, BTreeSet};

impl Checker<'_> {
    /// An alias means one thing: no other alias, case or step is called so.
    pub(super) fn aliases(&mut self, files: &Files) {
        let plan = self.plan;
        let mut ids: BTreeMap<&str, String> = BTreeMap::new();
        for (_, case) in plan.cases() {
            ids.insert(case.id.text(), format!("a case is called `{}`", case.id));
            for step in &case.steps {
                ids.entry(step.id.text())
                    .or_insert_with(|| format!("a step of the case `{}` is called so", case.id));
            }
        }
        let mut seen: BTreeMap<&str, String> = BTreeMap::new();
        for (_, case) in plan.cases() {
            let file = File {
                shown: files.shown(&case.file),
                text: files.text(&case.file),
            };
            let of_case = case.aliases.iter().map(|a| (a, plan.case_path(case)));
            let of_steps = case
                .steps
                .iter()
                .flat_map(|s| s.aliases.iter().map(move |a| (a, plan.step_path(case, s))));
            for (alias, owner) in of_case.chain(of_steps) {
                if let Some(other) = ids.get(alias.text()) {
                    self.checked.errors.push(
                        file.about(
                            alias.place(),
                            format!("the alias `{alias}` is the name of something else"),
                        )
                        .with_help(other.clone()),
                    );
                }
                if let Some(other) = seen.insert(alias.text(), owner) {
                    self.checked.errors.push(
                        file.about(
                            alias.place(),
                            format!("the alias `{alias}` stands in the plan twice"),
                        )
                        .with_help(format!("{other} has it as well")),
                    );
                }
            }
        }
    }

    /// The components are there and used, and the share is a share.
    pub(super) fn recognition(&mut self, file: &File<'_>) {
        let plan = self.plan;
        let known: Vec<&str> = plan.components.iter().map(|c| c.id.text()).collect();
        let mut used = BTreeSet::new();
        for capability in &plan.capabilities {
            if let Some(component) = &capability.component {
                self.listed(component, &known, "component", file);
                used.insert(component.value.as_str());
            } else if !plan.components.is_empty() {
                self.error(
                    file.about(
                        capability.id.place(),
                        format!("the capability `{}` is of no component", capability.id),
                    )
                    .with_help("the plan has components: name one with `component`"),
                );
            }
        }
        for component in &plan.components {
            if !used.contains(component.id.text()) {
                self.checked.warnings.push(file.about(
                    component.id.place(),
                    format!("no capability is of the component `{}`", component.id),
                ));
            }
        }
        if let Some(r) = plan.recognition.as_ref().filter(|r| r.optional_share > 100) {
            let (line, column) = file
                .text
                .lines()
                .zip(1u32..)
                .find_map(|(l, n)| Some((n, l.find("optional-share")? as u32 + 1)))
                .unwrap_or((1, 1));
            let place = crate::span::Place { line, column };
            self.error(file.about(
                place,
                format!("{} percent is more than there is", r.optional_share),
            ));
        }
    }

    /// Every message that the registry holds can be made, though nobody is bound.
    pub(super) fn registry(&mut self, file: &File<'_>) {
        let plan = self.plan;
        let occasion = self.occasion.clone();
        let mut seen = BTreeSet::new();
        for name in &plan.registry {
            if !seen.insert(name.value.as_str()) {
                self.error(
                    file.about(name.place, format!("`{name}` stands in the registry twice")),
                );
            }
            self.message(name, &Entries::default(), &plan.plan_scope(&occasion), file);
        }
    }
}
