//! A tester says which step a message is.

use super::fold::Fold;
use super::state::{At, Belongs, State};

impl Fold {
    /// A tester said which step a message is, or that it is none.
    pub(super) fn assign(&self, state: &mut State, seq: u64, step: Option<&str>) {
        let Some(arrival) = state.arrivals.get_mut(&seq) else {
            return;
        };
        let before = arrival.belongs;
        let target = step.and_then(|path| self.at(path));
        arrival.assigned = target.is_some();
        arrival.dismissed = target.is_none();
        arrival.because = Some(match target {
            Some(_) => "a tester said that it is this step's".to_owned(),
            None => "a tester said that it is no step's".to_owned(),
        });
        arrival.belongs = target.map_or(Belongs::Nowhere, Belongs::Step);
        let (from, user) = (arrival.sender(), arrival.username.clone());
        if let Belongs::Step(at) = before
            && Some(at) != target
        {
            self.release(state, at);
        }
        if let Some(at) = target {
            state.senders.insert(from);
            if !user.is_empty() {
                state.users.insert(user);
            }
            self.forget_eyes(state, at);
            self.place(state, seq, at);
        }
        self.again(state);
        let waiting = self.tell_waiting(state);
        state.events.push(waiting);
    }

    // a step without its message
    fn release(&self, state: &mut State, at: At) {
        self.forget_eyes(state, at);
        state.holds.remove(&at);
        for place in std::iter::once(at).chain(self.reply_step(at)) {
            state.done.remove(&place);
            state.looked_at.remove(&place);
            if let Some((case, step)) = self.plan_step(place) {
                state.stage.ledger.remove(case.id.text(), step.id.text());
            }
        }
    }

    // judges every message again: what one is judged by may be another one
    fn again(&self, state: &mut State) {
        let held: Vec<(u64, At)> = {
            let mut all: Vec<(u64, At)> = state.holds.iter().map(|(at, seq)| (*seq, *at)).collect();
            all.sort_unstable();
            all
        };
        let now = state.last_at;
        for (seq, at) in held {
            if let Some(arrival) = state.arrivals.get(&seq) {
                self.clock.set(arrival.at);
            }
            self.place(state, seq, at);
            self.attach(state, seq);
        }
        if let Some(now) = now {
            self.clock.set(now);
        }
    }
}
