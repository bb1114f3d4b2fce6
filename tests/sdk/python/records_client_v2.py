"""A client of release 2 that asks `records.py`: python records_client_v2.py URL legacy|modern."""

import asyncio
import sys
import warnings

from mcp import Client
from mcp.shared.exceptions import MCPDeprecationWarning

from records_scenario import STEPS, report

warnings.simplefilter("ignore", MCPDeprecationWarning)


async def play(url, era):
    async with Client(url, mode="legacy" if era == "legacy" else "auto") as client:
        # From now on results are compared with the schemas of their tools.
        await client.list_tools()
        for step, tool in STEPS:
            result = await client.call_tool(tool, {})
            report(step, result.content[0].text, result.structured_content, result.is_error)


asyncio.run(play(*sys.argv[1:]))
