//! What is done with the finds of each detector in one call.

use alloc::vec;
use alloc::vec::Vec;
use core::cell::OnceCell;

use crate::decide::{Call, Name, conjunction};
use crate::list::List;
use crate::message::Method;
use crate::subject::Caller;
use crate::table::View;
use crate::table::format::Protection;
use crate::truth::Truth;
use crate::vocabulary::{Blobs, Direction, Treatment};

/// What is done with what one detector finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Treated {
    /// What happens.
    pub now: Treatment,
    /// What would happen if what is only tried were enforced, where that differs.
    pub would: Option<Treatment>,
    /// The number of the protection that says so.
    pub by: u16,
}

/// What is done with what each detector finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The numbers of the protections that apply.
    by: Vec<u16>,
    /// What they say together, by detector. There are many detectors, and in most messages none finds anything: so this is
    /// made at the first find.
    treated: OnceCell<Vec<Option<Treated>>>,
    /// What becomes of binary content.
    pub blobs: Blobs,
}

impl Plan {
    /// The plan for one call and direction; `None` where nothing has to be looked at. A protection whose condition
    /// cannot be evaluated applies.
    #[must_use]
    pub fn new(view: &View<'_>, caller: &Caller, call: &Call<'_>, direction: Direction) -> Option<Plan> {
        Plan::of_any(view, caller, call, &[direction])
    }

    /// The plan for what may belong to several directions.
    #[must_use]
    pub fn of_any(
        view: &View<'_>,
        caller: &Caller,
        call: &Call<'_>,
        directions: &[Direction],
    ) -> Option<Plan> {
        let directions = directions.iter().fold(0, |bits, direction| bits | direction.bit());
        let mut plan = Plan { by: Vec::new(), treated: OnceCell::new(), blobs: Blobs::Skip };
        for (by, protection) in among(view, caller, call, directions) {
            plan.by.push(by);
            if let Some(blobs) = Blobs::from_number(protection.blobs).filter(|_| !is_shadow(view, protection))
            {
                plan.blobs = plan.blobs.max(blobs);
            }
        }
        (!plan.by.is_empty()).then_some(plan)
    }

    /// What is done with what this detector finds; nothing looks for the others. `view` is that of the table the plan
    /// was made from.
    #[must_use]
    pub fn of(&self, view: &View<'_>, detector: u16) -> Option<Treated> {
        let treated = self.treated.get_or_init(|| self.treated(view));
        treated.get(usize::from(detector)).copied().flatten()
    }

    fn treated(&self, view: &View<'_>) -> Vec<Option<Treated>> {
        let mut all = vec![None; view.detectors.len()];
        for by in &self.by {
            let Some(protection) = view.protections.get(usize::from(*by)) else { continue };
            let Some(treatment) = Treatment::from_number(protection.treatment) else { continue };
            let is_shadow = is_shadow(view, protection);
            let detectors = view.run(protection.detectors.get(), protection.detector_len.get().into());
            for detector in detectors.iter() {
                if let Some(treated) = all.get_mut(detector as usize) {
                    *treated = Some(Treated::and(*treated, treatment, is_shadow, *by));
                }
            }
        }
        all
    }
}

fn is_shadow(view: &View<'_>, protection: &Protection) -> bool {
    protection.is_shadow != 0 || view.is_shadow()
}

/// The protections that apply to one call and direction, with their numbers: those that hold, and those that cannot be
/// evaluated.
pub fn applying<'v>(
    view: &'v View<'_>,
    caller: &'v Caller,
    call: &'v Call<'_>,
    direction: Direction,
) -> impl Iterator<Item = (u16, &'v Protection)> {
    among(view, caller, call, direction.bit())
}

fn among<'v>(
    view: &'v View<'_>,
    caller: &'v Caller,
    call: &'v Call<'_>,
    directions: u8,
) -> impl Iterator<Item = (u16, &'v Protection)> {
    (0..).zip(view.protections).filter(move |(_, protection)| {
        protection.directions & directions != 0 && outcome(view, caller, call, protection) != Truth::FALSE
    })
}

/// Whether the condition of a protection holds for certain.
#[must_use]
pub fn holds(view: &View<'_>, caller: &Caller, call: &Call<'_>, protection: &Protection) -> bool {
    outcome(view, caller, call, protection) == Truth::TRUE
}

fn outcome(view: &View<'_>, caller: &Caller, call: &Call<'_>, protection: &Protection) -> Truth {
    conjunction(view, caller, &meant(call), protection.node.get(), protection.node_len.get())
}

/// The call that a message is part of: of a task, a notification and a client's answer nobody can tell.
fn meant<'c>(call: &Call<'c>) -> Call<'c> {
    match call.method {
        Name::Is(method)
            if method.is_empty() || method.starts_with("tasks/") || method.starts_with("notifications/") =>
        {
            call.with_everything_open()
        }
        _ => *call,
    }
}

/// Which direction the answer to a request is.
#[must_use]
pub fn direction(method: Method) -> Direction {
    match method {
        Method::Initialize | Method::Discover => Direction::Descriptions,
        method if List::of(method).is_some() => Direction::Descriptions,
        _ => Direction::Results,
    }
}

impl Treated {
    /// What is done with a find where the text cannot change: what concerns the whole message, or nothing.
    pub(super) fn where_it_stays(self) -> Treated {
        let now = if self.now.is_of_message() { self.now } else { Treatment::Log };
        Treated { now, would: self.would.filter(|would| would.is_of_message()), ..self }
    }

    /// What was said so far and what one more protection says: the treatment that takes more away.
    fn and(treated: Option<Treated>, treatment: Treatment, is_shadow: bool, by: u16) -> Treated {
        let Some(before) = treated else {
            let now = if is_shadow { Treatment::Log } else { treatment };
            return Treated { now, would: (treatment > now).then_some(treatment), by };
        };
        let now = if is_shadow { before.now } else { before.now.max(treatment) };
        let would = before.would.unwrap_or(before.now).max(treatment);
        let by = if treatment > before.would.unwrap_or(before.now) { by } else { before.by };
        Treated { now, would: (would > now).then_some(would), by }
    }
}
