//! Which rules can concern a call: those posted under one of its values.

use super::call::Name;
use super::evaluate::Evaluator;
use crate::subject::Caller;
use crate::table::format::{Dimension, Key, NONE};
use crate::table::{View, Words};
use crate::vocabulary::Action;

/// Calls `each` with every rule that can be other than false for the call, some of them more than once.
pub(super) fn each_candidate(
    view: &View<'_>,
    caller: &Caller,
    evaluator: &Evaluator<'_, '_>,
    mut each: impl FnMut(u32),
) {
    let mut posted = |key: Key, a: u32, b: u32| view.posted(key, a, b).iter().for_each(&mut each);
    posted(Key::Any, NONE, NONE);
    if let Some(server) = evaluator.server_id {
        posted(Key::Server, server, NONE);
        if let Some(object) = evaluator.object_id {
            posted(Key::ServerObject, server, object);
        }
    }
    if let Some(object) = evaluator.object_id {
        posted(Key::Object, object, NONE);
    }
    if let Some(method) = evaluator.method_id {
        posted(Key::Method, method, NONE);
    }
    if let Name::Is(action) = evaluator.action() {
        posted(Key::Action, Action::from_name(action).map_or(NONE, |action| action as u32), NONE);
    }
    for dimension in Dimension::ALL {
        let key = dimension.key();
        let part = caller.part(*dimension);
        if part.known {
            part.ids.iter().for_each(|id| posted(key, *id, NONE));
        } else {
            posted(key, NONE, NONE);
        }
    }
}

/// The permitting rules that can concern the call's server.
pub(super) fn permits<'t>(view: &View<'t>, evaluator: &Evaluator<'_, '_>) -> impl Iterator<Item = u32> + 't {
    let own = evaluator.server_id.map_or(Words::NONE, |server| view.posted(Key::Permits, server, NONE));
    own.iter().chain(view.posted(Key::Permits, NONE, NONE).iter())
}
