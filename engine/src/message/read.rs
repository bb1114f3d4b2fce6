//! From a document to a message.

use alloc::borrow::ToOwned;

use super::MessageErrorKind as E;
use super::{
    ID_INTEGER_BYTES_MAX, ID_STRING_BYTES_MAX, Kind, METHOD_BYTES_MAX, Message, MessageError, Method,
    NAME_BYTES_MAX, Object, Parts, URI_BYTES_MAX,
};
use crate::json::{self, Doc, Limits, Lookup, NodeId, Value, is_variant, same_key_to_some};

/// Members of `params` that some server acts on, in any method: no other spelling of them may pass.
const PARAMS_MEMBERS: &[&str] = &[
    "_meta",
    "argument",
    "arguments",
    "capabilities",
    "clientInfo",
    "context",
    "cursor",
    "inputResponses",
    "level",
    "name",
    "notifications",
    "progressToken",
    "protocolVersion",
    "ref",
    "requestId",
    "requestState",
    "task",
    "taskId",
    "uri",
];

/// Where the modern revisions state their version, inside `params._meta`.
const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";

pub(super) fn message<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Message<'a>, MessageError> {
    let doc = Doc::parse(bytes, limits).map_err(|e| refuse(E::Json(e)))?;
    let root = doc.root();
    match root.kind() {
        json::Kind::Object => {}
        json::Kind::Array => return Err(refuse(E::Batch)),
        _ => return Err(refuse(E::NotAnObject)),
    }
    let envelope = Envelope::gather(root);
    match envelope.read() {
        Ok((kind, method, object_kind, parts)) => Ok(Message { doc, kind, method, object_kind, parts }),
        Err(kind) => Err(MessageError {
            kind,
            id: envelope.plain_id().map(|id| id.raw().to_owned()),
            notification: envelope.is_plainly_a_notification(),
        }),
    }
}

/// A refusal of something that has no envelope.
fn refuse(kind: E) -> MessageError {
    MessageError { kind, id: None, notification: false }
}

/// The members of the outermost object.
#[derive(Default)]
struct Envelope<'d> {
    jsonrpc: Option<Value<'d>>,
    id: Option<Value<'d>>,
    method: Option<Value<'d>>,
    params: Option<Value<'d>>,
    result: Option<Value<'d>>,
    error: Option<Value<'d>>,
    /// A variant of a known member is there.
    ambiguous: bool,
    /// That member is `id`, so there is no id to trust.
    ambiguous_id: bool,
    extra: bool,
}

impl<'d> Envelope<'d> {
    fn gather(root: Value<'d>) -> Self {
        let mut envelope = Self::default();
        for (key, value) in root.members() {
            let slot = match key {
                "jsonrpc" => &mut envelope.jsonrpc,
                "id" => &mut envelope.id,
                "method" => &mut envelope.method,
                "params" => &mut envelope.params,
                "result" => &mut envelope.result,
                "error" => &mut envelope.error,
                _ => {
                    let known = ["jsonrpc", "id", "method", "params", "result", "error"];
                    envelope.ambiguous |= is_variant(key, &known);
                    envelope.ambiguous_id |= same_key_to_some(key, "id");
                    envelope.extra = true;
                    continue;
                }
            };
            *slot = Some(value);
        }
        envelope
    }

    fn read(&self) -> Result<(Kind, Method, Object, Parts), E> {
        if self.ambiguous {
            return Err(E::AmbiguousMember);
        }
        if self.extra {
            return Err(E::ExtraMember);
        }
        if self.jsonrpc.and_then(|v| v.as_str()) != Some("2.0") {
            return Err(E::BadVersion);
        }
        match self.method {
            Some(method) => self.call(method),
            None => self.response(),
        }
    }

    /// A request or notification.
    fn call(&self, name: Value<'d>) -> Result<(Kind, Method, Object, Parts), E> {
        if self.result.is_some() || self.error.is_some() {
            return Err(E::MethodWithResult);
        }
        if self.id.is_some() && self.plain_id().is_none() {
            return Err(E::BadId);
        }
        let method = text(name, METHOD_BYTES_MAX).map(Method::from_name).ok_or(E::BadMethod)?;
        let kind = if self.id.is_some() { Kind::Request } else { Kind::Notification };
        let params = Params::read(self.params)?;
        let (object_kind, object) = params.object(method)?;
        let parts = Parts {
            id: node(self.id),
            method: Some(name.id()),
            params: node(self.params),
            object,
            arguments: params.arguments(method)?,
            protocol_version: params.protocol_version()?,
            ..Parts::default()
        };
        Ok((kind, method, object_kind, parts))
    }

    fn response(&self) -> Result<(Kind, Method, Object, Parts), E> {
        match (self.result, self.error) {
            (None, None) => return Err(E::MissingMethod),
            (Some(_), Some(_)) => return Err(E::ResultAndError),
            (None, Some(error)) if error.kind() != json::Kind::Object => return Err(E::BadError),
            _ => {}
        }
        if self.params.is_some() {
            return Err(E::ExtraMember);
        }
        // An error about an unreadable request has no id to repeat (MCP 2025-11-25) or repeats null (JSON-RPC §5).
        let unaddressed = self.id.is_none_or(|id| id.kind() == json::Kind::Null);
        let id = match self.plain_id() {
            Some(id) => Some(id),
            None if self.error.is_some() && unaddressed => None,
            None => return Err(E::BadId),
        };
        let parts =
            Parts { id: node(id), result: node(self.result), error: node(self.error), ..Parts::default() };
        Ok((Kind::Response, Method::Unknown, Object::None, parts))
    }

    /// The id, if it is one that every reader reads and repeats alike.
    fn plain_id(&self) -> Option<Value<'d>> {
        let id = self.id.filter(|_| !self.ambiguous_id)?;
        let plain = match id.kind() {
            json::Kind::String => id.as_str()?.len() <= ID_STRING_BYTES_MAX,
            json::Kind::Number => is_plain_integer(id.raw()),
            _ => false,
        };
        plain.then_some(id)
    }

    fn is_plainly_a_notification(&self) -> bool {
        self.id.is_none()
            && self.result.is_none()
            && self.error.is_none()
            && !self.ambiguous
            && self.method.is_some_and(|method| text(method, METHOD_BYTES_MAX).is_some())
    }
}

/// The parts of `params` that decide anything.
struct Params<'d>(Option<Value<'d>>);

impl<'d> Params<'d> {
    fn read(params: Option<Value<'d>>) -> Result<Self, E> {
        if let Some(params) = params {
            if params.kind() != json::Kind::Object {
                return Err(E::BadParams);
            }
            if params.members().any(|(key, _)| is_variant(key, PARAMS_MEMBERS)) {
                return Err(E::AmbiguousMember);
            }
        }
        Ok(Self(params))
    }

    /// What the message is about, by its method.
    fn object(&self, method: Method) -> Result<(Object, Option<NodeId>), E> {
        let (kind, holder) = match method {
            Method::ToolsCall => (Object::Tool, self.0),
            Method::PromptsGet => (Object::Prompt, self.0),
            Method::ResourcesRead
            | Method::ResourcesSubscribe
            | Method::ResourcesUnsubscribe
            | Method::SkillsGet
            | Method::DirectoryRead => (Object::Resource, self.0),
            Method::CompletionComplete => {
                let reference = self.member("ref")?.ok_or(E::MissingName)?;
                let kind = match member(reference, "type")?.and_then(|v| v.as_str()) {
                    Some("ref/prompt") => Object::Prompt,
                    Some("ref/resource") => Object::Resource,
                    _ => return Err(E::BadParams),
                };
                (kind, Some(reference))
            }
            _ => return Ok((Object::None, None)),
        };
        let (key, bytes_max) = match kind {
            Object::Resource => ("uri", URI_BYTES_MAX),
            _ => ("name", NAME_BYTES_MAX),
        };
        let Some(name) = holder.map_or(Ok(None), |holder| member(holder, key))? else {
            // These went away with 2026-07-28: the server is to say so, whatever else is wrong.
            let is_gone = matches!(method, Method::ResourcesSubscribe | Method::ResourcesUnsubscribe);
            return if is_gone { Ok((kind, None)) } else { Err(E::MissingName) };
        };
        text(name, bytes_max).ok_or(E::BadName)?;
        Ok((kind, Some(name.id())))
    }

    fn arguments(&self, method: Method) -> Result<Option<NodeId>, E> {
        if !matches!(method, Method::ToolsCall | Method::PromptsGet) {
            return Ok(None);
        }
        match self.member("arguments")? {
            Some(arguments) if arguments.kind() != json::Kind::Object => Err(E::BadArguments),
            arguments => Ok(node(arguments)),
        }
    }

    fn protocol_version(&self) -> Result<Option<NodeId>, E> {
        let Some(meta) = self.member("_meta")? else { return Ok(None) };
        if meta.kind() != json::Kind::Object {
            return Err(E::BadParams);
        }
        match member(meta, PROTOCOL_VERSION)? {
            Some(version) if version.kind() != json::Kind::String => Err(E::BadParams),
            version => Ok(node(version)),
        }
    }

    fn member(&self, key: &str) -> Result<Option<Value<'d>>, E> {
        self.0.map_or(Ok(None), |params| member(params, key))
    }
}

/// The member of this name, which must have no variants beside it.
fn member<'d>(object: Value<'d>, key: &str) -> Result<Option<Value<'d>>, E> {
    match object.lookup(key) {
        Lookup::Found(value) => Ok(Some(value)),
        Lookup::Missing => Ok(None),
        Lookup::Ambiguous => Err(E::AmbiguousMember),
    }
}

/// A non-empty string of limited length.
fn text<'d>(value: Value<'d>, bytes_max: usize) -> Option<&'d str> {
    value.as_str().filter(|s| (1..=bytes_max).contains(&s.len()))
}

/// No fraction, no exponent, no minus zero: some readers take `1.0` for `1`, others for a missing id.
fn is_plain_integer(raw: &str) -> bool {
    raw.len() <= ID_INTEGER_BYTES_MAX && raw != "-0" && raw.bytes().all(|b| b == b'-' || b.is_ascii_digit())
}

fn node(value: Option<Value<'_>>) -> Option<NodeId> {
    value.map(|value| value.id())
}
