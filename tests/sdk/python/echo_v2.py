"""A stateless server of release 2, for both eras, that runs whatever tool it is asked to, and reports it."""

import logging

import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.transport_security import TransportSecuritySettings

import fixture

# Bodies it cannot read would fill the test's output with tracebacks.
logging.disable(logging.CRITICAL)


async def call_tool(ctx, params):
    fixture.executed(ctx.request, params.name, params.arguments)
    return types.CallToolResult(content=[types.TextContent(text="done")])


server = Server("echo", on_call_tool=call_tool)
# The proxy forwards the host without its port, which the SDK's guard against DNS rebinding does not know.
anyone = TransportSecuritySettings(enable_dns_rebinding_protection=False)
fixture.serve(server.streamable_http_app(json_response=True, stateless_http=True, transport_security=anyone))
