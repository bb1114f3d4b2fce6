"""A client of release 1 that asks `records.py`: python records_client_v1.py URL."""

import asyncio
import sys

from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

from records_scenario import STEPS, report


async def play(url):
    async with streamablehttp_client(url) as (read, write, _):
        async with ClientSession(read, write) as session:
            await session.initialize()
            # From now on results are compared with the schemas of their tools.
            await session.list_tools()
            for step, tool in STEPS:
                result = await session.call_tool(tool, {})
                report(step, result.content[0].text, result.structuredContent, result.isError)


asyncio.run(play(sys.argv[1]))
