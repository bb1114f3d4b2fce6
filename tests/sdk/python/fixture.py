"""What the fixture servers share: a port of the system's choice, a report of what ran, an end with the parent."""

import json
import os
import socket
import sys
import threading

import uvicorn

_lock = threading.Lock()


def report(**event):
    """One line of JSON for the test that started this server."""
    with _lock:
        print(json.dumps(event), flush=True)


def executed(request, tool, arguments):
    """Reports a call of `tool` that came in the HTTP request `request`."""
    case = request.headers.get("x-case") if request is not None else None
    # As text: a call may hold what Python writes and strict readers refuse, such as NaN or half a surrogate pair.
    report(executed=json.dumps({"tool": tool, "arguments": arguments}), case=case)


def serve(app):
    """Serves on a loopback port until standard input ends, which it does when the test does, however it ends."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    # Before the port is told, so that nobody comes too early.
    listener.listen()
    report(port=listener.getsockname()[1])

    def wait_for_parent():
        sys.stdin.buffer.read()
        os._exit(0)

    threading.Thread(target=wait_for_parent, daemon=True).start()
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listener])
