//! Writes what the fuzz targets start from, out of the engine's test data, to `corpus/`.

use std::fs;
use std::io::Result;
use std::path::Path;

use serde_json::Value;

const STREAMS: [&str; 8] = [
    "\u{feff}: hello\n\nid: 1\nretry: 500\ndata:\n\nevent: message\nid: 2\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n",
    "data: a\r\ndata: b\r\n\r\n: c\r\ndata: d\r\n\r\n",
    "data: a\rdata\r\r: c\rid: 1\0\r\r",
    ": c\u{2028}data: x\n\n: \u{85}\n\ndata: \"\u{2029}\"\n\n",
    "Data: x\n data: y\ndata : z\nid\nevent:foo\nretry:1x\n\n",
    "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"tools\":[{\"name\":\"search\"},{\"name\":\"delete_x\"}]}}\n\n",
    "event: endpoint\ndata: /post\n\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\"}\n\n",
    "data: {\ndata: }\n\ndata: unfinished\n",
];

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let save = |target: &str, nr: usize, seed: &[u8]| {
        let folder = root.join("corpus").join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("seed-{nr}")), seed)
    };
    let messages = fs::read_to_string(root.join("../../engine/testdata/messages.jsonl"))?;
    for (nr, line) in messages.lines().enumerate() {
        let case: Value = serde_json::from_str(line)?;
        let text = case["text"].as_str().unwrap_or_default().as_bytes();
        save("message", nr, text)?;
        // Head, body, the answer's head and body.
        let steps = [0, (nr % 16) as u8, 2, 0, 4, 0, 6, 0, 0xff];
        save("exchange", nr, &[&steps, text].concat())?;
        save("protect", nr, &[&[(nr % 7) as u8], text].concat())?;
    }
    for target in ["sse", "stream"] {
        for (nr, stream) in STREAMS.iter().enumerate() {
            save(target, 2 * nr, &[b"\xff", stream.as_bytes()].concat())?;
            let bytewise = vec![1; stream.len()];
            save(target, 2 * nr + 1, &[&bytewise, &b"\xff"[..], stream.as_bytes()].concat())?;
        }
    }
    for nr in 0..64_u8 {
        save("policy", nr.into(), &[nr])?;
        save("protect", 1000 + usize::from(nr), &[nr, nr])?;
    }
    for (nr, shadow) in [false, true].into_iter().enumerate() {
        save("table", nr, &mcpgov_fuzz::table(shadow))?;
    }
    Ok(())
}
