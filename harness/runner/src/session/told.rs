//! A step as data, for programs that carry it out.

use super::session::Session;
use serde_json::Value;

impl Session {
    /// What a step asks for as data, with the records of the test data that it names; see [`titer_plan::Scope::told`].
    /// Paths may be written without the plan's id.
    pub fn told(&self, path: &str) -> Option<Value> {
        let desk = self.inner.desk();
        let fold = &self.inner.fold;
        let at = fold.at(path)?;
        fold.with_scope(&desk.state, at, None, |_, step, scope| {
            let mut told = scope.told(step);
            if let (Some(told), Some(patient)) = (told.as_object_mut(), &scope.bindings().patient) {
                told.insert("patient".to_owned(), Value::String(patient.value.clone()));
            }
            told
        })
    }
}
