//! What kind of thing each method is to a policy.

use crate::message::Method;
use crate::vocabulary::Action;

impl Method {
    /// Whether the method only keeps a session going or lists what there is: permitted to whoever may use
    /// something on the server.
    #[must_use]
    pub const fn is_plumbing(self) -> bool {
        self.action().is_none() && !matches!(self, Method::ToolsCall | Method::Unknown)
    }

    /// What the method does by itself. `None` for plumbing, for unknown methods and for tools/call, where the
    /// tool decides.
    #[must_use]
    pub const fn action(self) -> Option<Action> {
        match self {
            Method::ResourcesRead
            | Method::ResourcesSubscribe
            | Method::ResourcesUnsubscribe
            | Method::PromptsGet
            | Method::CompletionComplete => Some(Action::Read),
            Method::Initialize
            | Method::Ping
            | Method::Discover
            | Method::ToolsList
            | Method::ToolsCall
            | Method::PromptsList
            | Method::ResourcesList
            | Method::ResourceTemplatesList
            | Method::LoggingSetLevel
            | Method::Initialized
            | Method::Cancelled
            | Method::Progress
            | Method::RootsListChanged
            | Method::Unknown => None,
        }
    }
}
