//! A real MCP client: the official SDK over Streamable HTTP.

use rmcp::ServiceExt as _;
use rmcp::model::{CallToolRequestParams, ClientConfig, ErrorData};
use rmcp::service::{ClientInitializeError, RoleClient, RunningService, ServiceError};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use serde_json::Value;

/// A session with a server.
pub struct Client(RunningService<RoleClient, ClientConfig>);

/// An answer a client got instead of a result.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The JSON-RPC error code.
    pub code: i32,
    /// The message, for people.
    pub message: String,
    /// `error.data`; null where there is none.
    pub data: Value,
}

impl From<ErrorData> for Refusal {
    fn from(error: ErrorData) -> Self {
        Self { code: error.code.0, message: error.message.into_owned(), data: error.data.unwrap_or_default() }
    }
}

impl Client {
    /// Opens a session with the server at `url`, with an access token or as nobody.
    ///
    /// # Errors
    /// The server refused it in words of the protocol.
    ///
    /// # Panics
    /// Anything else went wrong.
    pub async fn connect(url: &str, token: Option<&str>) -> Result<Self, Refusal> {
        let mut config = StreamableHttpClientTransportConfig::with_uri(url);
        if let Some(token) = token {
            config = config.auth_header(token);
        }
        let transport = StreamableHttpClientTransport::from_config(config);
        match ClientConfig::default().serve(transport).await {
            Ok(service) => Ok(Self(service)),
            Err(ClientInitializeError::JsonRpcError(error)) => Err(error.into()),
            Err(error) => panic!("cannot open a session with {url}: {error}"),
        }
    }

    /// The names of the tools on offer.
    ///
    /// # Errors
    /// As [`Client::connect`].
    pub async fn tools(&self) -> Result<Vec<String>, Refusal> {
        let tools = answer(self.0.list_all_tools().await)?;
        Ok(tools.into_iter().map(|tool| tool.name.into_owned()).collect())
    }

    /// The URIs of the resources on offer.
    ///
    /// # Errors
    /// As [`Client::connect`].
    pub async fn resources(&self) -> Result<Vec<String>, Refusal> {
        let resources = answer(self.0.list_all_resources().await)?;
        Ok(resources.into_iter().map(|resource| resource.uri).collect())
    }

    /// The names of the prompts on offer.
    ///
    /// # Errors
    /// As [`Client::connect`].
    pub async fn prompts(&self) -> Result<Vec<String>, Refusal> {
        let prompts = answer(self.0.list_all_prompts().await)?;
        Ok(prompts.into_iter().map(|prompt| prompt.name).collect())
    }

    /// Calls `tool` with `arguments`, a JSON object, and returns the text of the result.
    ///
    /// # Errors
    /// As [`Client::connect`].
    pub async fn call(&self, tool: &str, arguments: &Value) -> Result<String, Refusal> {
        let mut request = CallToolRequestParams::new(tool.to_owned());
        request.arguments = arguments.as_object().cloned();
        let result = answer(self.0.call_tool(request).await)?;
        Ok(result.content.iter().filter_map(|block| block.as_text()).map(|text| text.text.as_str()).collect())
    }

    /// Ends the session.
    pub async fn close(self) {
        let _ = self.0.cancel().await;
    }
}

fn answer<T>(result: Result<T, ServiceError>) -> Result<T, Refusal> {
    match result {
        Ok(value) => Ok(value),
        Err(ServiceError::McpError(error)) => Err(error.into()),
        Err(error) => panic!("the session broke: {error}"),
    }
}
