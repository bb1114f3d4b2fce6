//! The methods of MCP that this engine knows, and what each of them names.

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Object {
    /// nothing in particular
    None,
    /// a tool, by name
    Tool,
    /// a prompt, by name
    Prompt,
    /// a resource, by URI
    Resource,
}

macro_rules! methods {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// The methods of every revision of MCP and of its published extensions, from either side.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Method {
            $(#[doc = concat!("`", $name, "`")] $(#[$doc])* $variant,)*
            /// any other, or none
            Unknown,
        }

        impl Method {
            /// Every known method.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name on the wire; empty for [`Method::Unknown`].
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Unknown => "",
                }
            }

            /// The method of this exact name.
            pub fn from_name(name: &str) -> Self {
                match name {
                    $($name => Self::$variant,)*
                    _ => Self::Unknown,
                }
            }
        }
    };
}

methods! {
    Initialize = "initialize",
    Ping = "ping",
    Discover = "server/discover",
    ToolsList = "tools/list",
    ToolsCall = "tools/call",
    PromptsList = "prompts/list",
    PromptsGet = "prompts/get",
    ResourcesList = "resources/list",
    ResourceTemplatesList = "resources/templates/list",
    ResourcesRead = "resources/read",
    ResourcesSubscribe = "resources/subscribe",
    ResourcesUnsubscribe = "resources/unsubscribe",
    CompletionComplete = "completion/complete",
    LoggingSetLevel = "logging/setLevel",
    Initialized = "notifications/initialized",
    Cancelled = "notifications/cancelled",
    Progress = "notifications/progress",
    RootsListChanged = "notifications/roots/list_changed",
    TasksGet = "tasks/get",
    TasksResult = "tasks/result",
    TasksList = "tasks/list",
    TasksCancel = "tasks/cancel",
    TasksUpdate = "tasks/update",
    Listen = "subscriptions/listen",
    SkillsList = "skills/list",
    SkillsGet = "skills/get",
    DirectoryRead = "resources/directory/read",
    SamplingCreate = "sampling/createMessage",
    ElicitationCreate = "elicitation/create",
    RootsList = "roots/list",
    LogMessage = "notifications/message",
    ResourceUpdated = "notifications/resources/updated",
    ResourceListChanged = "notifications/resources/list_changed",
    ToolListChanged = "notifications/tools/list_changed",
    PromptListChanged = "notifications/prompts/list_changed",
    ElicitationComplete = "notifications/elicitation/complete",
    TaskStatus = "notifications/tasks/status",
    TaskChanged = "notifications/tasks",
    Acknowledged = "notifications/subscriptions/acknowledged",
}
