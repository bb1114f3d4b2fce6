"""The steps of `tests/tests/protections.rs`; `tests/sdk/javascript/records_scenario.mjs` has the same."""

import json

STEPS = [("customer", "customer"), ("withheld", "withheld"), ("again", "customer")]


def report(step, text, structured, is_error):
    print(json.dumps({"step": step, "text": text, "structured": structured, "error": is_error or False}), flush=True)
