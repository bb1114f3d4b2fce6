"""A server with the objects that the MCP conformance suite asks for, and a few for our own clients.

Both eras, sessions, streams that resume. What an object says is fixed by the suite; see its description of each scenario.
"""

import asyncio
import json
import logging
import warnings

import mcp_types as types
from mcp.server.caching import CacheHint
from mcp.server.lowlevel import Server
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.server.streamable_http import EventMessage, EventStore
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, PromptsListChanged, ToolsListChanged
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.exceptions import MCPDeprecationWarning, MCPError

import fixture

# The suite tests what the newest revision deprecates, too.
warnings.simplefilter("ignore", MCPDeprecationWarning)
# Its hostile requests would fill the test's output with tracebacks.
logging.disable(logging.ERROR)

NAME = "mcpgov-everything"
STEP_SECONDS = 0.05
RETRY_MS = 100

# The smallest PNG and WAV there are: one transparent pixel, no sample.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
WAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA="

bus = InMemorySubscriptionBus()


# --- shapes -----------------------------------------------------------------------------------------------------------


def text(value):
    return {"type": "text", "text": value}


def image():
    return {"type": "image", "data": PNG, "mimeType": "image/png"}


def embedded(uri, content, mime="text/plain"):
    return {"type": "resource", "resource": {"uri": uri, "mimeType": mime, "text": content}}


def result(*content, **rest):
    return types.CallToolResult.model_validate({"content": list(content), **rest})


def prompt(*content):
    messages = [{"role": "user", "content": one} for one in content]
    return types.GetPromptResult.model_validate({"messages": messages})


def fields(required=(), **properties):
    return {"type": "object", "properties": properties, "required": list(required)}


STRING = {"type": "string"}


def elicit(message, **properties):
    schema = fields(properties, **properties)
    return {"method": "elicitation/create", "params": {"message": message, "requestedSchema": schema}}


def sample(prompt_text, tokens):
    message = {"role": "user", "content": text(prompt_text)}
    return {"method": "sampling/createMessage", "params": {"messages": [message], "maxTokens": tokens}}


ROOTS = {"method": "roots/list", "params": {}}


def ask(state=None, **requests):
    wanted = {"resultType": "input_required", "inputRequests": requests}
    if state is not None:
        wanted["requestState"] = state
    return types.InputRequiredResult.model_validate(wanted)


def answers(params):
    """The client's answers by name, as plain JSON."""
    given = params.input_responses or {}
    return {key: value.model_dump(by_alias=True, mode="json", exclude_none=True) for key, value in given.items()}


# --- tools ------------------------------------------------------------------------------------------------------------

tools = {}


def tool(schema=None, **extra):
    """Registers a tool of the function's name: `async def (ctx, params) -> result`."""

    def register(function):
        definition = {"name": function.__name__, "description": function.__doc__, "inputSchema": schema or fields()}
        tools[function.__name__] = (types.Tool.model_validate({**definition, **extra}), function)
        return function

    return register


def fixed(name, description, *content, **rest):
    async def run(ctx, params):
        return result(*content, **rest)

    run.__name__, run.__doc__ = name, description
    tool()(run)


fixed("test_simple_text", "Answers with a text", text("This is a simple text response for testing."))
fixed("test_image_content", "Answers with an image", image())
fixed("test_audio_content", "Answers with a sound", {"type": "audio", "data": WAV, "mimeType": "audio/wav"})
fixed(
    "test_embedded_resource",
    "Answers with a resource",
    embedded("test://embedded-resource", "This is an embedded resource content."),
)
fixed(
    "test_multiple_content_types",
    "Answers with a text, an image and a resource",
    text("Multiple content types test:"),
    image(),
    embedded("test://mixed-content-resource", '{"test":"data","value":123}', "application/json"),
)
fixed(
    "test_error_handling",
    "Fails",
    text("This tool intentionally returns an error for testing"),
    isError=True,
)


@tool({"type": "object"})
async def echo(ctx, params):
    """Answers with its arguments"""
    return result(text(json.dumps(params.arguments)))


@tool({"type": "object"})
async def delete_everything(ctx, params):
    """Must never be reached"""
    return result(text("deleted"))


async def log(ctx, message):
    await ctx.session.send_log_message("info", message, related_request_id=ctx.request_id)


@tool()
async def test_tool_with_logging(ctx, params):
    """Logs while it works"""
    for message in ["Tool execution started", "Tool processing data"]:
        await log(ctx, message)
        await asyncio.sleep(STEP_SECONDS)
    await log(ctx, "Tool execution completed")
    return result(text("logged three times"))


@tool()
async def test_logging_tool(ctx, params):
    """Logs if it was asked to"""
    await log(ctx, "said on demand")
    return result(text("done"))


@tool()
async def test_tool_with_progress(ctx, params):
    """Reports its progress"""
    for done in [0, 50, 100]:
        await ctx.session.report_progress(done, 100, f"{done} of 100")
        await asyncio.sleep(STEP_SECONDS)
    return result(text("made progress"))


@tool()
async def test_reconnection(ctx, params):
    """Closes the stream of its call before it answers"""
    await log(ctx, "before")
    if ctx.close_sse_stream is not None:
        await ctx.close_sse_stream()
    await asyncio.sleep(4 * STEP_SECONDS)
    await log(ctx, "after")
    return result(text("answered on another stream"))


@tool(fields(["prompt"], prompt=STRING))
async def test_sampling(ctx, params):
    """Asks the client's model"""
    asked = types.CreateMessageRequest.model_validate(sample(params.arguments["prompt"], 100))
    answer = await ctx.session.create_message(
        asked.params.messages, max_tokens=asked.params.max_tokens, related_request_id=ctx.request_id
    )
    return result(text(f"LLM response: {answer.content.text}"))


async def ask_user(ctx, message, schema):
    answer = await ctx.session.elicit_form(message, schema, ctx.request_id)
    return f"action={answer.action}, content={json.dumps(answer.content)}"


@tool(fields(["message"], message=STRING))
async def test_elicitation(ctx, params):
    """Asks the user"""
    schema = fields(["username", "email"], username=STRING, email=STRING)
    return result(text(f"User response: {await ask_user(ctx, params.arguments['message'], schema)}"))


@tool()
async def test_elicitation_sep1034_defaults(ctx, params):
    """Asks the user, with a default for every answer"""
    schema = fields(
        name=STRING | {"default": "John Doe"},
        age={"type": "integer", "default": 30},
        score={"type": "number", "default": 95.5},
        status=STRING | {"enum": ["active", "inactive", "pending"], "default": "active"},
        verified={"type": "boolean", "default": True},
    )
    return result(text(f"Elicitation completed: {await ask_user(ctx, 'Who are you?', schema)}"))


@tool()
async def test_elicitation_sep1330_enums(ctx, params):
    """Asks the user to choose"""
    values = ["one", "two", "three"]
    titled = [{"const": value, "title": value.title()} for value in values]
    schema = fields(
        untitledSingle=STRING | {"enum": values},
        titledSingle=STRING | {"oneOf": titled},
        legacyEnum=STRING | {"enum": values, "enumNames": [value.title() for value in values]},
        untitledMulti={"type": "array", "items": STRING | {"enum": values}},
        titledMulti={"type": "array", "items": {"anyOf": titled}},
    )
    return result(text(f"Elicitation completed: {await ask_user(ctx, 'Which ones?', schema)}"))


@tool(fields(region=STRING | {"x-mcp-header": "Region"}))
async def test_x_mcp_header(ctx, params):
    """Has an argument that is repeated in a header"""
    return result(text(f"region: {(params.arguments or {}).get('region')}"))


@tool()
async def test_missing_capability(ctx, params):
    """Needs a client with a model"""
    capabilities = ctx.session.client_capabilities
    if capabilities is None or capabilities.sampling is None:
        needed = {"requiredCapabilities": {"sampling": {}}}
        raise MCPError(types.MISSING_REQUIRED_CLIENT_CAPABILITY, "this tool needs sampling", needed)
    return result(text("the client has a model"))


SCHEMA_2020_12 = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {"address": fields(street=STRING, city=STRING) | {"$anchor": "addressDef"}},
    "properties": {
        "name": STRING,
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": STRING | {"enum": ["phone", "email"]},
        "phone": STRING,
        "email": STRING,
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}


@tool(SCHEMA_2020_12)
async def json_schema_2020_12_tool(ctx, params):
    """Has a schema with the keywords of JSON Schema 2020-12"""
    return result(text("called"))


@tool()
async def test_trigger_tool_change(ctx, params):
    """Tells subscribers that the tools changed"""
    await bus.publish(ToolsListChanged())
    return result(text("told"))


@tool()
async def test_trigger_prompt_change(ctx, params):
    """Tells subscribers that the prompts changed"""
    await bus.publish(PromptsListChanged())
    return result(text("told"))


# --- tools that ask for input by their result -------------------------------------------------------------------------


@tool()
async def test_input_required_result_elicitation(ctx, params):
    """Asks for a name and greets"""
    given = answers(params)
    if "user_name" in given:
        return result(text(f"Hello, {(given['user_name'].get('content') or {}).get('name')}!"))
    return ask(user_name=elicit("What is your name?", name=STRING))


@tool()
async def test_streaming_elicitation(ctx, params):
    """As the one before, after some progress"""
    await ctx.session.report_progress(1, 2)
    return await test_input_required_result_elicitation(ctx, params)


@tool()
async def test_input_required_result_sampling(ctx, params):
    """Asks the client's model"""
    given = answers(params)
    if "capital_question" in given:
        return result(text(f"The model said: {json.dumps(given['capital_question'].get('content'))}"))
    return ask(capital_question=sample("What is the capital of France?", 100))


@tool()
async def test_input_required_result_list_roots(ctx, params):
    """Asks for the client's roots"""
    given = answers(params)
    if "client_roots" in given:
        return result(text(f"roots: {json.dumps(given['client_roots'].get('roots'))}"))
    return ask(client_roots=ROOTS)


def confirm():
    return elicit("Please confirm", ok={"type": "boolean"})


@tool()
async def test_input_required_result_request_state(ctx, params):
    """Asks for a confirmation and its own state back"""
    if "confirm" in answers(params) and params.request_state == "waiting":
        return result(text("state-ok"))
    return ask("waiting", confirm=confirm())


@tool()
async def test_input_required_result_tampered_state(ctx, params):
    """As the one before; a changed state never gets this far"""
    if params.request_state is None:
        return ask("waiting", confirm=confirm())
    return result(text("state-ok"))


@tool()
async def test_input_required_result_multiple_inputs(ctx, params):
    """Asks for three things at once"""
    if answers(params).keys() >= {"user_name", "greeting", "client_roots"}:
        return result(text("all three are here"))
    return ask(
        "waiting",
        user_name=elicit("What is your name?", name=STRING),
        greeting=sample("Generate a greeting", 50),
        client_roots=ROOTS,
    )


@tool()
async def test_input_required_result_multi_round(ctx, params):
    """Asks twice"""
    given = answers(params)
    if params.request_state == "first" and "step1" in given:
        return ask("second", step2=elicit("Step 2: What is your favorite color?", color=STRING))
    if params.request_state == "second" and "step2" in given:
        return result(text("both steps are done"))
    return ask("first", step1=elicit("Step 1: What is your name?", name=STRING))


@tool()
async def test_input_required_result_capabilities(ctx, params):
    """Asks only for what the client can give"""
    capabilities, wanted = ctx.session.client_capabilities, {}
    if capabilities is None or capabilities.sampling is not None:
        wanted["model"] = sample("Say hello", 50)
    if capabilities is None or capabilities.elicitation is not None:
        wanted["user"] = elicit("What is your name?", name=STRING)
    return ask("waiting", **wanted)


# --- prompts ----------------------------------------------------------------------------------------------------------


async def context_prompt(params):
    given = answers(params)
    if "user_context" in given:
        return prompt(text(f"context: {json.dumps(given['user_context'].get('content'))}"))
    return ask(user_context=elicit("Which context?", context=STRING))


async def simple_prompt(params):
    return prompt(text("This is a simple prompt for testing."))


async def arguments_prompt(params):
    return prompt(text("Prompt with arguments: arg1='{arg1}', arg2='{arg2}'".format(**params.arguments)))


async def resource_prompt(params):
    resource = embedded(params.arguments["resourceUri"], "Embedded resource content for testing.")
    return prompt(resource, text("Please process the embedded resource above."))


async def image_prompt(params):
    return prompt(image(), text("Please analyze the image above."))


prompts = {
    "test_simple_prompt": ([], simple_prompt),
    "test_prompt_with_arguments": (["arg1", "arg2"], arguments_prompt),
    "test_prompt_with_embedded_resource": (["resourceUri"], resource_prompt),
    "test_prompt_with_image": ([], image_prompt),
    "test_input_required_result_prompt": ([], context_prompt),
}

# --- resources --------------------------------------------------------------------------------------------------------

resources = {
    "test://static-text": {"mimeType": "text/plain", "text": "This is the content of the static text resource."},
    "test://static-binary": {"mimeType": "image/png", "blob": PNG},
    "test://watched-resource": {"mimeType": "text/plain", "text": "Watched."},
}
TEMPLATE = "test://template/{id}/data"


def content_of(uri):
    before, after = TEMPLATE.split("{id}")
    if uri.startswith(before) and uri.endswith(after):
        value = uri[len(before) : -len(after)]
        content = {"id": value, "templateTest": True, "data": f"Data for ID: {value}"}
        return {"mimeType": "application/json", "text": json.dumps(content)}
    return resources.get(uri)


# --- requests ---------------------------------------------------------------------------------------------------------


async def list_tools(ctx, params):
    return types.ListToolsResult(tools=[definition for definition, _ in tools.values()])


async def call_tool(ctx, params):
    if params.name not in tools:
        raise MCPError(types.INVALID_PARAMS, f"Unknown tool: {params.name}")
    fixture.executed(ctx.request, params.name, params.arguments or {})
    return await tools[params.name][1](ctx, params)


async def list_prompts(ctx, params):
    def definition(name, arguments):
        named = [{"name": argument, "required": True} for argument in arguments]
        return types.Prompt.model_validate({"name": name, "description": name, "arguments": named})

    return types.ListPromptsResult(prompts=[definition(name, given) for name, (given, _) in prompts.items()])


async def get_prompt(ctx, params):
    if params.name not in prompts:
        raise MCPError(types.INVALID_PARAMS, f"Unknown prompt: {params.name}")
    return await prompts[params.name][1](params)


async def list_resources(ctx, params):
    listed = [{"uri": uri, "name": uri, "mimeType": content["mimeType"]} for uri, content in resources.items()]
    return types.ListResourcesResult.model_validate({"resources": listed})


async def list_templates(ctx, params):
    template = {"uriTemplate": TEMPLATE, "name": "template", "mimeType": "application/json"}
    return types.ListResourceTemplatesResult.model_validate({"resourceTemplates": [template]})


async def read_resource(ctx, params):
    uri = str(params.uri)
    content = content_of(uri)
    if content is None:
        raise MCPError(types.INVALID_PARAMS, "Resource not found", {"uri": uri})
    return types.ReadResourceResult.model_validate({"contents": [{"uri": uri, **content}]})


async def complete(ctx, params):
    return types.CompleteResult(completion=types.Completion(values=[], total=0, has_more=False))


async def nothing(ctx, params):
    return types.EmptyResult()


async def notified(ctx, params):
    fixture.report(notified=ctx.method)


# --- streams that resume ----------------------------------------------------------------------------------------------


class Events(EventStore):
    """Keeps every event; its id is its place."""

    def __init__(self):
        self.events = []

    async def store_event(self, stream_id, message):
        self.events.append((stream_id, message))
        return str(len(self.events) - 1)

    async def replay_events_after(self, last_event_id, send_callback):
        last = int(last_event_id)
        stream_id = self.events[last][0]
        for place, (of, message) in enumerate(self.events[last + 1 :], last + 1):
            # An event without a message only marks the beginning of a stream.
            if of == stream_id and message is not None:
                await send_callback(EventMessage(message, str(place)))
        return stream_id


hint = CacheHint(ttl_ms=1000, scope="private")
cacheable = [
    "server/discover",
    "tools/list",
    "prompts/list",
    "resources/list",
    "resources/templates/list",
    "resources/read",
]
server = Server(
    NAME,
    version="1",
    instructions="For tests.",
    cache_hints={method: hint for method in cacheable},
    get_tool_input_schema=lambda name: tools[name][0].input_schema if name in tools else None,
    on_list_tools=list_tools,
    on_call_tool=call_tool,
    on_list_prompts=list_prompts,
    on_get_prompt=get_prompt,
    on_list_resources=list_resources,
    on_list_resource_templates=list_templates,
    on_read_resource=read_resource,
    on_subscribe_resource=nothing,
    on_unsubscribe_resource=nothing,
    on_subscriptions_listen=ListenHandler(bus),
    on_completion=complete,
    on_set_logging_level=nothing,
    on_roots_list_changed=notified,
)
server.middleware.append(RequestStateBoundary(RequestStateSecurity.ephemeral(), default_audience=NAME))

# The guard against DNS rebinding, which the suite tests, knows a host with any port, but a proxy may forward none.
names = ["127.0.0.1", "localhost"]
security = TransportSecuritySettings(
    allowed_hosts=names + [f"{name}:*" for name in names],
    allowed_origins=[f"http://{name}{port}" for name in names for port in ["", ":*"]],
)
fixture.serve(
    server.streamable_http_app(event_store=Events(), retry_interval=RETRY_MS, transport_security=security)
)
