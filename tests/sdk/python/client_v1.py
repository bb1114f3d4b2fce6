"""A client of release 1 that plays the scenario of `tests/tests/clients.rs`: python client_v1.py URL."""

import asyncio
import sys

import mcp.types as types
from mcp import ClientSession, McpError
from mcp.client.streamable_http import streamablehttp_client

import scenario


async def elicit(context, params):
    return types.ElicitResult(action="accept", content={"username": "ada", "email": "ada@acme.example"})


async def sample(context, params):
    return types.CreateMessageResult(
        role="assistant", model="none", content=types.TextContent(type="text", text="a sampled answer")
    )


async def roots(context):
    return types.ListRootsResult(roots=[])


async def play(url):
    async with streamablehttp_client(url) as (read, write, _):
        callbacks = dict(elicitation_callback=elicit, sampling_callback=sample, list_roots_callback=roots)
        async with ClientSession(read, write, **callbacks) as session:

            async def names():
                return [tool.name for tool in (await session.list_tools()).tools]

            async def call(name, arguments, **rest):
                return (await session.call_tool(name, arguments, **rest)).content[0].text

            async def connect():
                return (await session.initialize()).protocolVersion

            await scenario.play("legacy", McpError, connect, names, call, session.send_roots_list_changed)


asyncio.run(play(sys.argv[1]))
