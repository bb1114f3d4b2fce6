//! What is decided about: one message, or the open question whether something could be permitted.

use core::net::IpAddr;

use crate::json::Value;
use crate::message::{Message, Method, Object};
use crate::registry::{ServerName, ToolFacts};
use crate::table::View;
use crate::vocabulary::Action;

/// A name that may not be known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name<'a> {
    /// There is none.
    None,
    /// This one.
    Is(&'a str),
    /// Any: the question is open.
    Open,
}

/// What a message is about.
#[derive(Debug, Clone, Copy)]
pub struct ObjectName<'a> {
    /// Tool, prompt or resource.
    pub kind: Object,
    /// Its name or URI.
    pub name: Name<'a>,
}

/// Arguments that may not be known yet.
#[derive(Debug, Clone, Copy)]
pub enum Arguments<'a> {
    /// The message has none.
    None,
    /// These.
    Are(Value<'a>),
    /// Any: list time.
    Open,
}

/// What the proxy knows about a call beside the message and the caller. `None` is "not known", and a condition
/// on it cannot be evaluated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Context<'a> {
    /// The peer's address.
    pub source: Option<IpAddr>,
    /// Seconds since 1970-01-01T00:00Z.
    pub time: Option<u64>,
    /// Whether the call belongs to a session.
    pub session: Option<bool>,
    /// Where the caller or the proxy is.
    pub region: Option<&'a str>,
    /// The deployment the proxy belongs to.
    pub environment: Option<&'a str>,
}

/// A message as rules see it.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// Where it goes.
    pub server: ServerName<'a>,
    /// The JSON-RPC method.
    pub method: Name<'a>,
    /// What it is about.
    pub object: ObjectName<'a>,
    /// Its arguments.
    pub arguments: Arguments<'a>,
    /// What else is known about it.
    pub context: Context<'a>,
    /// An action that overrides the registry's: for explanations without a registry.
    pub action: Option<Action>,
    /// Risk tags beside the registry's: for explanations without a registry.
    pub risk_tags: &'a [&'a str],
}

impl<'a> Call<'a> {
    /// The call that a message makes.
    #[must_use]
    pub fn of(message: &'a Message<'_>, server: ServerName<'a>) -> Call<'a> {
        Call {
            server,
            method: Name::Is(message.method_name()),
            object: ObjectName {
                kind: message.object_kind(),
                name: message.object().map_or(Name::None, Name::Is),
            },
            arguments: message.arguments().map_or(Arguments::None, Arguments::Are),
            context: Context::default(),
            action: None,
            risk_tags: &[],
        }
    }

    /// The open call behind an entry of a list: could this tool, prompt or resource be used?
    #[must_use]
    pub fn of_listed(server: ServerName<'a>, method: Method, kind: Object, name: Name<'a>) -> Call<'a> {
        Call {
            server,
            method: Name::Is(method.name()),
            object: ObjectName { kind, name },
            arguments: Arguments::Open,
            context: Context::default(),
            action: None,
            risk_tags: &[],
        }
    }

    /// The same call with what the proxy knows about it.
    #[must_use]
    pub fn with_context(self, context: Context<'a>) -> Call<'a> {
        Call { context, ..self }
    }

    /// The question whether anything at all could be permitted on the same server.
    #[must_use]
    pub fn with_everything_open(&self) -> Call<'a> {
        Call {
            method: Name::Open,
            object: ObjectName { kind: Object::None, name: Name::Open },
            arguments: Arguments::Open,
            ..*self
        }
    }

    /// The method, where it is known.
    #[must_use]
    pub fn method_kind(&self) -> Option<Method> {
        match self.method {
            Name::Is(name) => Some(Method::from_name(name)),
            Name::None | Name::Open => None,
        }
    }

    /// What the call does: the registry's word for tools, otherwise by method.
    pub(super) fn action(&self, view: &View<'_>) -> Name<'static> {
        if let Some(action) = self.action {
            return Name::Is(action.name());
        }
        let Some(method) = self.method_kind() else { return Name::Open };
        match (method, self.object.name) {
            (Method::ToolsCall, Name::Is(tool)) => {
                Name::Is(ToolFacts::new(view, self.server, tool).action(tool).name())
            }
            (Method::ToolsCall, _) => Name::Open,
            _ => method.action().map_or(Name::None, |action| Name::Is(action.name())),
        }
    }
}
