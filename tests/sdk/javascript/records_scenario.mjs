// The steps of `tests/tests/protections.rs`; `tests/sdk/python/records_scenario.py` has the same.

export async function play(client) {
    // From now on results are compared with the schemas of their tools.
    await client.listTools();
    for (const [step, name] of [['customer', 'customer'], ['withheld', 'withheld'], ['again', 'customer']]) {
        const result = await client.callTool({ name, arguments: {} });
        const structured = result.structuredContent ?? null;
        console.log(JSON.stringify({ step, text: result.content[0].text, structured, error: result.isError ?? false }));
    }
}
