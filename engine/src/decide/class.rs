//! What kind of thing each method is to a policy.

use crate::message::Method;
use crate::vocabulary::Action;

impl Method {
    /// Whether the method only keeps a session going, tells what there is or what has happened: permitted to
    /// whoever may use something on the server.
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
            | Method::CompletionComplete
            | Method::TasksGet
            | Method::TasksResult
            | Method::TasksList
            | Method::SkillsList
            | Method::SkillsGet
            | Method::DirectoryRead
            | Method::RootsList => Some(Action::Read),
            // A server that asks the user or the model gets data out of the client.
            Method::SamplingCreate
            | Method::ElicitationCreate
            | Method::TasksCancel
            | Method::TasksUpdate => Some(Action::Write),
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
            | Method::Listen
            | Method::LogMessage
            | Method::ResourceUpdated
            | Method::ResourceListChanged
            | Method::ToolListChanged
            | Method::PromptListChanged
            | Method::ElicitationComplete
            | Method::TaskStatus
            | Method::TaskChanged
            | Method::Acknowledged
            | Method::Unknown => None,
        }
    }
}
