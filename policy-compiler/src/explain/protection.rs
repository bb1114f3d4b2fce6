//! Which protections apply to a call: to what it says, and to what the server answers.

use mcpgov_engine::{
    decide::Call,
    message::Method,
    protect,
    subject::Caller,
    table::View,
    vocabulary::{Direction, Treatment},
};

use super::Question;

/// A protection that applies to a call.
#[derive(Debug, PartialEq, Eq)]
pub struct Applying {
    /// Its id.
    pub id: String,
    /// What it looks at: the call's arguments, its answer, or both.
    pub directions: Vec<Direction>,
    /// What is done with what its detectors find.
    pub treatment: Treatment,
    /// Recorded, never enforced: itself, or the whole policy.
    pub shadow: bool,
    /// Whether its condition holds; otherwise it cannot be evaluated, and applies all the same.
    pub certain: bool,
    /// Its detectors.
    pub detectors: Vec<String>,
}

pub(super) fn applying(view: &View, caller: &Caller, call: &Call, question: &Question) -> Vec<Applying> {
    let mut found: Vec<(u16, Applying)> = Vec::new();
    for direction in [Direction::Arguments, protect::direction(Method::from_name(question.method()))] {
        for (number, protection) in protect::applying(view, caller, call, direction) {
            if let Some((_, known)) = found.iter_mut().find(|(known, _)| *known == number) {
                known.directions.push(direction);
                continue;
            }
            let detectors = view.run(protection.detectors.get(), protection.detector_len.get().into());
            let name = |number: u32| Some(view.text(view.detectors.get(number as usize)?.name).to_owned());
            found.push((
                number,
                Applying {
                    id: view.text(protection.id).to_owned(),
                    directions: vec![direction],
                    treatment: Treatment::from_number(protection.treatment).unwrap_or(Treatment::Log),
                    shadow: protection.is_shadow != 0 || view.is_shadow(),
                    certain: protect::holds(view, caller, call, protection),
                    detectors: detectors.iter().filter_map(name).collect(),
                },
            ));
        }
    }
    found.sort_by(|(_, a), (_, b)| a.id.cmp(&b.id));
    found.into_iter().map(|(_, applying)| applying).collect()
}
