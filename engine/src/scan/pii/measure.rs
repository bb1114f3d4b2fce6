use super::super::testing::All;
use super::super::{Findings, Gram, Kind, Set, Text};
use super::{coded, email, hex, number};
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde_json::Value;
use std::println;
extern crate std;

fn scan(text: &str, key: Option<&str>, out: &mut Vec<(Kind, String)>, hits: &mut [u64; 5]) {
    let t = Text { bytes: text.as_bytes(), key };
    type Look = fn(&Text<'_>, usize, &mut dyn Findings) -> usize;
    let fams: [(&[Gram], Look); 4] = [
        (number::GRAMS, number::look),
        (email::GRAMS, email::look),
        (hex::GRAMS, hex::look),
        (coded::GRAMS, coded::look),
    ];
    hits[4] += text.len() as u64;
    for (f, (grams, look)) in fams.iter().enumerate() {
        let mut all = All::default();
        let mut mark = 0;
        for at in 0..text.len() {
            let hit = grams.iter().any(|g| {
                g.sets.iter().enumerate().all(|(i, set)| {
                    let b = (at + i)
                        .checked_sub(g.before as usize)
                        .and_then(|p| t.bytes.get(p))
                        .copied()
                        .unwrap_or(b' ');
                    set.or(Set::of(&[b])) == *set
                })
            });
            if hit {
                hits[f] += 1;
                if at >= mark {
                    mark = look(&t, at, &mut all);
                }
            }
        }
        for (k, r) in all.0 {
            out.push((k, text[r].to_string()));
        }
    }
}
fn walk(v: &Value, key: Option<&str>, out: &mut Vec<(Kind, String)>, hits: &mut [u64; 5]) {
    match v {
        Value::Object(m) => {
            for (k, v) in m {
                scan(k, None, out, hits);
                walk(v, Some(k), out, hits)
            }
        }
        Value::Array(a) => {
            for v in a {
                walk(v, key, out, hits)
            }
        }
        Value::String(s) => scan(s, key, out, hits),
        Value::Number(n) => scan(&n.to_string(), key, out, hits),
        _ => {}
    }
}
fn map(t: &str) -> Option<&'static str> {
    Some(match t {
        "EMAIL_ADDRESS" => "pii.email",
        "PHONE_NUMBER" | "TR_PHONE_NUMBER" | "PH_MOBILE_NUMBER" => "pii.phone",
        "CREDIT_CARD" => "pii.card",
        "IBAN_CODE" => "pii.iban",
        "US_SSN" => "pii.us_ssn",
        "IP_ADDRESS" => "pii.ip",
        "MAC_ADDRESS" => "pii.mac",
        _ => return None,
    })
}
#[test]
#[ignore]
fn measure() {
    let verbose = std::env::var("V").unwrap_or_default();
    let only = std::env::var("F").unwrap_or_default();
    let mut files: Vec<_> =
        std::fs::read_dir("/work/shared/corpora").unwrap().map(|e| e.unwrap().path()).collect();
    files.extend(std::env::var("X").ok().map(Into::into));
    files.sort();
    for path in files {
        let name = path.file_stem().unwrap().to_string_lossy().to_string();
        if path.extension().is_none_or(|e| e != "jsonl") || !name.contains(&only) {
            continue;
        }
        let mut table: BTreeMap<String, [u64; 5]> = BTreeMap::new(); // gold, gold hit, exact, found, found ok
        let mut hits = [0u64; 5];
        let mut rows_flagged = 0;
        let mut rows = 0;
        let mut dev: BTreeMap<String, [u64; 4]> = BTreeMap::new();
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let row: Value = serde_json::from_str(line).unwrap();
            let text = match (&row["text"], &row["text_b64"]) {
                (Value::String(t), _) => t.clone(),
                (_, Value::String(b)) => {
                    use base64::Engine;
                    match String::from_utf8(base64::engine::general_purpose::STANDARD.decode(b).unwrap()) {
                        Ok(t) => t,
                        _ => continue,
                    }
                }
                _ => continue,
            };
            let mut out = Vec::new();
            match serde_json::from_str::<Value>(&text) {
                Ok(v @ (Value::Object(_) | Value::Array(_))) => walk(&v, None, &mut out, &mut hits),
                _ => scan(&text, None, &mut out, &mut hits),
            }
            rows += 1;
            rows_flagged += u64::from(!out.is_empty());
            let mut gold: Vec<(String, String)> = Vec::new();
            for s in row["spans"].as_array().into_iter().flatten() {
                let (a, b) = (s[0].as_u64().unwrap() as usize, s[1].as_u64().unwrap() as usize);
                gold.push((s[2].as_str().unwrap().to_string(), text[a..b].to_string()));
            }
            if name.contains("presidio_tests") {
                let kind = row["kind"].as_str().unwrap_or("");
                let d = dev.entry(kind.to_string()).or_default();
                let i = if row["label"] == "pii" { 0 } else { 2 };
                d[i] += 1;
                d[i + 1] += u64::from(!out.is_empty());
            }
            let overlap = |a: &str, b: &str| {
                a.contains(b) || b.contains(a) || {
                    let (d, e): (String, String) = (
                        a.chars().filter(char::is_ascii_digit).collect(),
                        b.chars().filter(char::is_ascii_digit).collect(),
                    );
                    d.len() > 4 && e.len() > 4 && (d.contains(&e) || e.contains(&d))
                }
            };
            for (t, g) in &gold {
                let Some(m) = map(t) else { continue };
                let e = table.entry(m.to_string()).or_default();
                e[0] += 1;
                let hit = out.iter().any(|(k, f)| k.name() == m && overlap(f, g));
                e[1] += u64::from(hit);
                e[2] += u64::from(out.iter().any(|(k, f)| k.name() == m && f == g));
                if !hit && verbose.contains('m') {
                    println!("  MISS {m} {g:?} in {text:?} {out:?}");
                }
                if hit && !out.iter().any(|(k, f)| k.name() == m && f == g) && verbose.contains('e') {
                    println!("  INEXACT {m} {g:?} {out:?}");
                }
            }
            for (k, f) in &out {
                let e = table.entry(k.name().to_string()).or_default();
                e[3] += 1;
                let ok = gold.iter().any(|(t, g)| {
                    map(t).map_or(k.name() == "pii.national_id", |m| m == k.name()) && overlap(f, g)
                });
                e[4] += u64::from(ok);
                if !ok && verbose.contains('f') {
                    println!(
                        "  FALSE {} {f:?} in {:?}",
                        k.name(),
                        text.chars().take(200).collect::<String>()
                    );
                }
            }
        }
        println!(
            "== {name} rows {rows} flagged {rows_flagged} bytes {} gram% number {:.3} email {:.3} hex {:.3} coded {:.3}",
            hits[4],
            100.0 * hits[0] as f64 / hits[4] as f64,
            100.0 * hits[1] as f64 / hits[4] as f64,
            100.0 * hits[2] as f64 / hits[4] as f64,
            100.0 * hits[3] as f64 / hits[4] as f64
        );
        for (k, e) in table {
            println!(
                "   {k:16} gold {:4} R {:.4} exact {:.4} found {:4} P {:.4}",
                e[0],
                e[1] as f64 / e[0].max(1) as f64,
                e[2] as f64 / e[0].max(1) as f64,
                e[3],
                e[4] as f64 / e[3].max(1) as f64
            );
        }
        if verbose.contains('d') {
            for (k, d) in dev {
                println!("   {k:26} pii {}/{}  clean {}/{}", d[1], d[0], d[3], d[2]);
            }
        }
    }
}
