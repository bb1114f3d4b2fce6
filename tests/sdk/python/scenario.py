"""The steps of the Python clients; `tests/sdk/javascript/scenario.mjs` has the same."""

import json


async def play(era, failure, connect, names, call, notify):
    async def step(name, work):
        try:
            outcome = {"value": await work}
        except failure as error:
            # Release 1 has them in a member, release 2 in both.
            error = error.error
            outcome = {"error": {"code": error.code, "message": error.message, "data": error.data}}
        print(json.dumps({"step": name, **outcome}), flush=True)

    progress = []

    async def record(done, total, message):
        progress.append([int(done), int(total), message])

    async def with_progress():
        text = await call("test_tool_with_progress", {}, progress_callback=record)
        return {"text": text, "progress": progress}

    await step("connect", connect())
    await step("list", names())
    await step("call", call("echo", {"text": "hello"}))
    await step("hidden", call("delete_everything", {}))
    await step("denied", call("echo", {"text": "forbidden"}))
    await step("call after", call("echo", {"text": "again"}))
    await step("progress", with_progress())
    if era == "legacy":
        await step("notify", notify())
        await step("resumed", call("test_reconnection", {}))
        await step("elicitation", call("test_elicitation", {"message": "who?"}))
        await step("sampling", call("test_sampling", {"prompt": "what?"}))
    else:
        await step("elicitation", call("test_input_required_result_elicitation", {}))
        await step("sampling", call("test_input_required_result_sampling", {}))
    await step("call last", call("echo", {"text": "bye"}))
