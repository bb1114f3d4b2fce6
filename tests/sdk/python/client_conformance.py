"""A client of release 2 for the conformance suite: python client_conformance.py URL.

Lists the tools and calls what the scenario is about, through the proxy that MCPGOV_PROXY names if it does.
"""

import asyncio
import json
import os
import sys
import warnings
from urllib.parse import urlsplit

import mcp_types as types
from mcp import Client
from mcp.shared.exceptions import MCPDeprecationWarning

warnings.simplefilter("ignore", MCPDeprecationWarning)

scenario = os.environ["MCP_CONFORMANCE_SCENARIO"]
# That one's server speaks the old era only, whatever the suite says.
is_legacy = os.environ["MCP_CONFORMANCE_PROTOCOL_VERSION"] < "2026" or scenario == "json-schema-ref-no-deref"


async def elicit(context, params):
    """Answers with the default of each question, else yes."""
    properties = params.requested_schema.get("properties", {})
    content = {name: schema.get("default", True) for name, schema in properties.items()}
    return types.ElicitResult(action="accept", content=content)


async def sample(context, params):
    content = types.TextContent(text="a sampled answer")
    return types.CreateMessageResult(role="assistant", model="none", content=content)


async def roots(context):
    return types.ListRootsResult(roots=[])


def example(schema):
    values = {"number": 3, "integer": 3, "boolean": False, "object": {}, "array": [], "null": None}
    return values.get(schema.get("type"), "x")


def calls(tools):
    """Which tools to call with which arguments."""
    prescribed = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT") or "{}").get("toolCalls")
    if prescribed is not None:
        return [(call["name"], call.get("arguments") or {}) for call in prescribed if call["name"] in tools]
    if "json_schema_echo" in tools:
        return [("json_schema_echo", {"schema": tools["json_schema_2020_12_tool"]})]
    required = {name: schema.get("required", []) for name, schema in tools.items()}
    return [
        (name, {key: example(schema["properties"][key]) for key in required[name]})
        for name, schema in tools.items()
    ]


async def play(url):
    if "MCPGOV_PROXY" in os.environ:
        url = urlsplit(url)._replace(netloc=os.environ["MCPGOV_PROXY"]).geturl()
    callbacks = dict(elicitation_callback=elicit, sampling_callback=sample, list_roots_callback=roots)
    async with Client(url, mode="legacy" if is_legacy else "auto", **callbacks) as client:
        tools = {tool.name: tool.input_schema for tool in (await client.list_tools()).tools}
        for name, arguments in calls(tools):
            try:
                await client.call_tool(name, arguments)
            except Exception as error:
                # Some answers are wrong on purpose; what counts is what the suite saw.
                print(f"{name}: {error!r}", file=sys.stderr)


asyncio.run(play(sys.argv[1]))
