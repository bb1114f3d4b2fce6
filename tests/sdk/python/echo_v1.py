"""A stateless server of release 1 that runs whatever tool it is asked to, and reports it."""

import logging

import mcp.types as types
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.applications import Starlette
from starlette.routing import Route

import fixture

# Bodies it cannot read would fill the test's output with tracebacks.
logging.disable(logging.CRITICAL)

server = Server("echo")


async def call_tool(request):
    fixture.executed(server.request_context.request, request.params.name, request.params.arguments)
    return types.ServerResult(types.CallToolResult(content=[types.TextContent(type="text", text="done")]))


# Not by the decorator, which compares arguments with the schema of a listed tool.
server.request_handlers[types.CallToolRequest] = call_tool
manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)


class Endpoint:
    async def __call__(self, scope, receive, send):
        await manager.handle_request(scope, receive, send)


fixture.serve(Starlette(routes=[Route("/mcp", Endpoint())], lifespan=lambda app: manager.run()))
