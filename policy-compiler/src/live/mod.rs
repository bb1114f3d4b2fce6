//! Asking a live server for what it lists.

mod http;
mod session;

use std::fmt;

use serde_json::{Map, Value};

use self::{http::Connection, session::Session};

pub use http::without_secrets;

/// Why a server does not say what it lists, and what to do.
#[derive(Debug)]
pub struct LiveError {
    /// What went wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<&'static str>,
    /// The server was reached and refuses.
    is_refusal: bool,
}

impl LiveError {
    fn help(self, help: &'static str) -> Self {
        Self { help: Some(help), ..self }
    }

    fn refusal(self) -> Self {
        Self { is_refusal: true, ..self }
    }
}

impl fmt::Display for LiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for LiveError {}

fn problem(message: impl Into<String>) -> LiveError {
    LiveError { message: message.into(), help: None, is_refusal: false }
}

/// What a server says of itself.
#[derive(Debug)]
pub struct Server {
    /// Its name, where it gives one.
    pub name: Option<String>,
    /// Host and path of the URL.
    pub traffic: (String, String),
    /// Its tools.
    pub tools: Vec<Value>,
}

/// Asks the server at `url` for its tools; `headers` go with every request.
///
/// # Errors
/// [`LiveError`]
pub fn list(url: &str, headers: &[(String, String)]) -> Result<Server, LiveError> {
    let connection = Connection::to(url, headers)?;
    let (mut session, welcome) = Session::open(&connection)?;
    let tools = session.list("tools/list", "tools")?;
    let name = welcome.pointer("/serverInfo/name").and_then(Value::as_str).map(str::to_owned);
    Ok(Server {
        name,
        traffic: (connection.host().to_ascii_lowercase(), connection.path().to_owned()),
        tools,
    })
}

/// What lists there are, by the capability that announces them; the last may be absent all the same.
const LISTS: [(&str, &str, &str); 4] = [
    ("tools", "tools/list", "tools"),
    ("prompts", "prompts/list", "prompts"),
    ("resources", "resources/list", "resources"),
    ("resources", "resources/templates/list", "resourceTemplates"),
];

/// Asks the server at `url` for all that it shows to models without being called: `serverInfo`, `instructions`, and
/// its lists, as members of one object.
///
/// # Errors
/// [`LiveError`]
pub fn survey(url: &str, headers: &[(String, String)]) -> Result<Value, LiveError> {
    let connection = Connection::to(url, headers)?;
    let (mut session, mut welcome) = Session::open(&connection)?;
    let mut shown = Map::new();
    for member in ["serverInfo", "instructions"] {
        if let Some(value) = welcome.get_mut(member) {
            shown.insert(member.to_owned(), value.take());
        }
    }
    for (capability, method, member) in LISTS {
        if welcome.pointer(&format!("/capabilities/{capability}")).is_none() {
            continue;
        }
        match session.list(method, member) {
            Ok(list) => drop(shown.insert(member.to_owned(), list.into())),
            // Templates came later than resources, and servers without them know no such method.
            Err(_) if member == "resourceTemplates" => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Value::Object(shown))
}
