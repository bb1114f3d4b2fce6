"""A client of release 2 that plays the scenario of `tests/tests/clients.rs`: python client_v2.py URL legacy|modern."""

import asyncio
import sys
import warnings

import mcp_types as types
from mcp import Client
from mcp.shared.exceptions import MCPDeprecationWarning, MCPError

import scenario

warnings.simplefilter("ignore", MCPDeprecationWarning)


async def elicit(context, params):
    answers = {"username": "ada", "email": "ada@acme.example", "name": "ada"}
    wanted = params.requested_schema["properties"]
    return types.ElicitResult(action="accept", content={key: answers[key] for key in wanted})


async def sample(context, params):
    content = types.TextContent(text="a sampled answer")
    return types.CreateMessageResult(role="assistant", model="none", content=content)


async def roots(context):
    return types.ListRootsResult(roots=[])


async def play(url, era):
    mode = "legacy" if era == "legacy" else "auto"
    callbacks = dict(elicitation_callback=elicit, sampling_callback=sample, list_roots_callback=roots)
    async with Client(url, mode=mode, **callbacks) as client:

        async def names():
            return [tool.name for tool in (await client.list_tools()).tools]

        async def call(name, arguments, **rest):
            return (await client.call_tool(name, arguments, **rest)).content[0].text

        async def connect():
            return client.protocol_version

        await scenario.play(era, MCPError, connect, names, call, client.send_roots_list_changed)


asyncio.run(play(*sys.argv[1:]))
