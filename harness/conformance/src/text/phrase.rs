//! Findings whose words are the same wherever they are found: what is missing and names no value. A caller who writes
//! millions of them keeps the words by [`Phrase`] and asks only for the place.

use crate::detection::{Detection, Kind, Place, What};

/// Which words a detection of one validator is put into, when they do not depend on the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Phrase {
    kind: Kind,
    place: Place,
    def: u32,
    a: u32,
    b: u32,
}

impl Detection {
    /// The words it is put into, when they do not depend on the message: two detections of one validator with the same
    /// phrase give findings that differ in place and labels alone. `None` says nothing.
    pub fn phrase(&self) -> Option<Phrase> {
        let constant = matches!(
            self.kind,
            Kind::RequiredMissing | Kind::KnownMissing | Kind::ConditionRequires
        );
        // the parts of a field that varies are called by the data type that the message chooses
        let varies = self.place.name == *b"OBX" && self.place.field == 5;
        let known = matches!(self.place.what, What::Segment | What::Group) && !varies;
        (constant && known).then_some(Phrase {
            kind: self.kind,
            place: Place {
                nth: 0,
                repetition: 0,
                ..self.place
            },
            def: self.def,
            a: self.a,
            b: self.b,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{BUILTIN_IDS, Scratch, builtin, rules};
    use std::collections::HashMap;
    use titer_finding::{Finding, Location};
    use titer_hl7::{Message, Offsets};

    #[test]
    fn detections_with_one_phrase_say_the_same() {
        let mut seen = 0;
        for id in BUILTIN_IDS {
            let validator = builtin(id).expect("it ships");
            let mut said: HashMap<_, Finding> = HashMap::new();
            let (mut table, mut scratch) = (Offsets::new(), Scratch::new());
            for rule in rules() {
                let message = Message::parse(rule.fires.as_bytes(), &mut table);
                for detection in validator.check(&message, &mut scratch).to_vec() {
                    let Some(phrase) = detection.phrase() else {
                        continue;
                    };
                    let mut finding = validator.finding(&detection, &message);
                    let (place, label) = validator.spot(&detection, &message);
                    assert_eq!(finding.location, place);
                    assert_eq!(finding.labels, Vec::from_iter(label));
                    finding.location = Location::default();
                    finding.labels.clear();
                    assert_eq!(finding.value, None);
                    let first = said.entry(phrase).or_insert_with(|| finding.clone());
                    assert_eq!(*first, finding, "{id}");
                    seen += 1;
                }
            }
        }
        assert!(seen > 1000, "{seen}");
    }
}
