// The steps of the JavaScript clients; `tests/sdk/python/scenario.py` has the same.

/** Answers to what servers ask of a client. */
export const answers = {
    elicit: ({ params }) => {
        const known = { username: 'ada', email: 'ada@acme.example', name: 'ada' };
        const wanted = Object.keys(params.requestedSchema.properties);
        return { action: 'accept', content: Object.fromEntries(wanted.map((key) => [key, known[key]])) };
    },
    sample: () => ({ role: 'assistant', model: 'none', content: { type: 'text', text: 'a sampled answer' } }),
    roots: () => ({ roots: [] }),
};

/** Plays all steps; `call(name, args, options)` returns the text of a result. */
export async function play(era, { connect, names, call, notify }) {
    async function step(name, work) {
        let outcome;
        try {
            outcome = { value: (await work()) ?? null };
        } catch (error) {
            if (typeof error.code !== 'number') throw error;
            outcome = { error: { code: error.code, message: error.message, data: error.data ?? null } };
        }
        console.log(JSON.stringify({ step: name, ...outcome }));
    }

    const progress = [];
    const onprogress = (one) => progress.push([one.progress, one.total, one.message]);

    await step('connect', connect);
    await step('list', names);
    await step('call', () => call('echo', { text: 'hello' }));
    await step('hidden', () => call('delete_everything', {}));
    await step('denied', () => call('echo', { text: 'forbidden' }));
    await step('call after', () => call('echo', { text: 'again' }));
    await step('progress', async () => ({ text: await call('test_tool_with_progress', {}, { onprogress }), progress }));
    if (era === 'legacy') {
        await step('notify', notify);
        await step('resumed', () => call('test_reconnection', {}));
        await step('elicitation', () => call('test_elicitation', { message: 'who?' }));
        await step('sampling', () => call('test_sampling', { prompt: 'what?' }));
    } else {
        await step('elicitation', () => call('test_input_required_result_elicitation', {}));
        await step('sampling', () => call('test_input_required_result_sampling', {}));
    }
    await step('call last', () => call('echo', { text: 'bye' }));
}
