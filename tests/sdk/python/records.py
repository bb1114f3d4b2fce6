"""A server of release 2, for both eras, whose tools answer with structured records that have a schema."""

import json
import logging

import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.transport_security import TransportSecuritySettings

import fixture

logging.disable(logging.CRITICAL)

STRING = {"type": "string"}
PROPERTIES = {
    "number": {"type": "integer", "minimum": 1},
    "name": {**STRING, "minLength": 1},
    "mail": {**STRING, "format": "email", "minLength": 6},
    "phone": {**STRING, "maxLength": 20},
    "card": {**STRING, "minLength": 16, "maxLength": 19},
    "address": {**STRING, "format": "ipv4"},
}
SCHEMA = {"type": "object", "properties": PROPERTIES, "required": list(PROPERTIES), "additionalProperties": False}
RECORD = {
    "number": 7,
    "name": "Ada",
    "mail": "ada.lovelace@acme-mail.com",
    "phone": "+1 212 664 7665",
    "card": "4111 1111 1111 1111",
    "address": "81.2.69.142",
}


def tool(name):
    definition = {"name": name, "description": "A customer", "inputSchema": {"type": "object"}, "outputSchema": SCHEMA}
    return types.Tool.model_validate(definition)


async def list_tools(ctx, params):
    return types.ListToolsResult(tools=[tool("customer"), tool("withheld")])


async def call_tool(ctx, params):
    fixture.executed(ctx.request, params.name, params.arguments)
    content = [{"type": "text", "text": json.dumps(RECORD)}]
    return types.CallToolResult.model_validate({"content": content, "structuredContent": RECORD})


server = Server("records", version="1", on_list_tools=list_tools, on_call_tool=call_tool)
anyone = TransportSecuritySettings(enable_dns_rebinding_protection=False)
fixture.serve(server.streamable_http_app(stateless_http=True, transport_security=anyone))
