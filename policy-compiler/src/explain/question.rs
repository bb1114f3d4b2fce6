use std::{fmt, net::IpAddr};

use mcpgov_engine::{
    decide::{Arguments, Call, Context, Name, ObjectName},
    json::{Doc, JsonError, Kind},
    message::{self, Method},
    registry::{self, ServerName},
    subject::Subject,
    table::View,
    vocabulary::Action,
};

use crate::diagnostic::nearest;

/// A call to be explained.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// The server's name; `None` is unregistered traffic.
    pub server: Option<String>,
    /// The JSON-RPC method; `None` is the one that uses the object.
    pub method: Option<String>,
    /// What the call is about.
    pub object: Object,
    /// The arguments, a JSON object as text.
    pub arguments: Option<String>,
    /// Who calls.
    pub subject: Subject,
    /// What the proxy knows about the call.
    pub context: Circumstances,
    /// An action in place of the registry's.
    pub action: Option<Action>,
    /// Risk tags beside the registry's.
    pub risk_tags: Vec<String>,
}

/// What the proxy knows about a call; `None` is not known.
#[derive(Clone, Debug, Default)]
pub struct Circumstances {
    /// The peer's address.
    pub source: Option<IpAddr>,
    /// Seconds since 1970-01-01T00:00Z.
    pub time: Option<u64>,
    /// Whether the call belongs to a session.
    pub session: Option<bool>,
    /// Where the caller or the proxy is.
    pub region: Option<String>,
    /// The deployment the proxy belongs to.
    pub environment: Option<String>,
}

impl Circumstances {
    /// In the engine's form.
    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            source: self.source,
            time: self.time,
            session: self.session,
            region: self.region.as_deref(),
            environment: self.environment.as_deref(),
        }
    }
}

/// What a call is about.
#[derive(Clone, Debug, Default)]
pub enum Object {
    /// Nothing that has a name.
    #[default]
    None,
    /// A tool.
    Tool(String),
    /// A prompt.
    Prompt(String),
    /// A resource, by its URI.
    Resource(String),
}

/// Why a question cannot be asked.
#[derive(Debug)]
pub enum QuestionError {
    /// The arguments are not readable JSON.
    Arguments(JsonError),
    /// The arguments are JSON, and no object.
    ArgumentsNotAnObject,
    /// What a test has the server say is not readable JSON.
    Said(JsonError),
    /// The registry has no such server; the nearest name it has.
    UnknownServer(String, Option<String>),
    /// The method is not about this kind of object.
    MethodOfAnotherObject(String, &'static str),
    /// Neither a method nor an object.
    NoMethod,
}

impl fmt::Display for QuestionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arguments(error) => write!(f, "the arguments are no usable JSON: {error}"),
            Self::ArgumentsNotAnObject => f.write_str("the arguments are no JSON object"),
            Self::Said(error) => write!(f, "what the server says is no usable JSON: {error}"),
            Self::UnknownServer(name, _) => write!(f, "the policy has no server `{name}`"),
            Self::MethodOfAnotherObject(method, object) => {
                write!(f, "the method `{method}` is not about a {object}")
            }
            Self::NoMethod => f.write_str("there is no method"),
        }
    }
}

impl std::error::Error for QuestionError {}

impl QuestionError {
    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Arguments(_) | Self::Said(_) => None,
            Self::ArgumentsNotAnObject => {
                Some("write an object, such as `{\"repo\": \"acme/site\"}`".to_owned())
            }
            Self::UnknownServer(_, Some(nearest)) => Some(format!("did you mean `{nearest}`?")),
            Self::UnknownServer(_, None) => {
                Some("leave the server out to ask about unregistered traffic".to_owned())
            }
            Self::MethodOfAnotherObject(..) => {
                Some("leave the method out; it follows from the object".to_owned())
            }
            Self::NoMethod => Some("name a tool, a prompt, a resource or a method".to_owned()),
        }
    }
}

impl Question {
    /// The method asked about.
    pub(crate) fn method(&self) -> &str {
        match (&self.method, &self.object) {
            (Some(method), _) => method,
            (None, Object::Tool(_)) => Method::ToolsCall.name(),
            (None, Object::Prompt(_)) => Method::PromptsGet.name(),
            (None, Object::Resource(_)) => Method::ResourcesRead.name(),
            (None, Object::None) => "",
        }
    }

    /// The call as the engine decides it.
    pub(crate) fn call<'q>(
        &'q self,
        view: &View<'q>,
        document: Option<&'q Doc<'q>>,
        risk_tags: &'q [&'q str],
    ) -> Result<Call<'q>, QuestionError> {
        let method = self.method();
        if method.is_empty() {
            return Err(QuestionError::NoMethod);
        }
        let arguments = match document.map(Doc::root) {
            None => Arguments::None,
            Some(value) if value.kind() == Kind::Object => Arguments::Are(value),
            Some(_) => return Err(QuestionError::ArgumentsNotAnObject),
        };
        Ok(Call {
            server: self.server(view)?,
            method: Name::Is(method),
            object: self.object(Method::from_name(method))?,
            arguments,
            context: self.context.context(),
            action: self.action,
            risk_tags,
        })
    }

    fn server<'q>(&'q self, view: &View<'q>) -> Result<ServerName<'q>, QuestionError> {
        let name = self.server.as_deref().unwrap_or_default();
        // Without a registry, names come from the proxy, and any will do.
        if view.servers.is_empty() || name.is_empty() {
            return Ok(ServerName { number: None, name });
        }
        view.server_named(name).map(|number| registry::named(view, number)).ok_or_else(|| {
            let known = view.servers.iter().map(|server| view.text(server.name));
            QuestionError::UnknownServer(name.to_owned(), nearest(name, known).map(str::to_owned))
        })
    }

    fn object(&self, method: Method) -> Result<ObjectName<'_>, QuestionError> {
        let (kind, name, word, fits): (_, &str, _, &[Method]) = match &self.object {
            Object::None => return Ok(ObjectName { kind: message::Object::None, name: Name::None }),
            Object::Tool(name) => (message::Object::Tool, name, "tool", &[Method::ToolsCall]),
            Object::Prompt(name) => {
                (message::Object::Prompt, name, "prompt", &[Method::PromptsGet, Method::CompletionComplete])
            }
            Object::Resource(uri) => (
                message::Object::Resource,
                uri,
                "resource",
                &[
                    Method::ResourcesRead,
                    Method::ResourcesSubscribe,
                    Method::ResourcesUnsubscribe,
                    Method::CompletionComplete,
                ],
            ),
        };
        if !fits.contains(&method) {
            return Err(QuestionError::MethodOfAnotherObject(self.method().to_owned(), word));
        }
        Ok(ObjectName { kind, name: Name::Is(name) })
    }
}
