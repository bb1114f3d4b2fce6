//! Files and standard input.

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use crate::{CARD, code, folder, mcpgov, text};

#[test]
fn standard_input_and_files_without_anything_are_fine() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mcpgov"))
        .args(["scan", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"nothing to see \xff here").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((code(&output), text(&output.stdout)), (0, "standard input: nothing found\n"));
    let file = folder("fine").join("fine.txt");
    fs::write(&file, "fine").unwrap();
    let output = mcpgov(&[file.to_str().unwrap(), "--format", "json"]);
    assert_eq!((code(&output), text(&output.stdout)), (0, "[]\n"));
}

#[test]
fn what_cannot_be_read_is_said() {
    let output = mcpgov(&["nowhere.json"]);
    assert_eq!(code(&output), 1);
    assert!(text(&output.stderr).contains("cannot read `nowhere.json`: no such file"));
    assert_eq!(code(&mcpgov(&[])), 1, "neither a file nor a configuration");
    let file = folder("wrong").join("mcp.json");
    fs::write(&file, "{").unwrap();
    let output = mcpgov(&["--mcp-config", file.to_str().unwrap()]);
    assert_eq!(code(&output), 1);
    assert!(text(&output.stderr).contains("is no configuration in JSON"), "{}", text(&output.stderr));
}

#[test]
fn files_are_read_as_they_are_written() {
    let folder = folder("written");
    let mail = r#"{"mail":"ann\u0040acme.example"}"#;
    let wide = |mark: char, bytes: fn(u16) -> [u8; 2]| {
        mark.to_string().encode_utf16().chain(mail.encode_utf16()).flat_map(bytes).collect::<Vec<_>>()
    };
    let mut nested = mail.to_owned();
    for _ in 0..9 {
        nested = json!(nested).to_string();
    }
    for (name, bytes) in [
        ("plain.json", mail.as_bytes().to_vec()),
        ("mark.json", format!("\u{feff}{mail}").into_bytes()),
        ("little.json", wide('\u{feff}', u16::to_le_bytes)),
        ("big.json", wide('\u{feff}', u16::to_be_bytes)),
        ("nested.json", nested.into_bytes()),
        ("float.json", format!(r#"{{"card":[{}.0]}}"#, CARD.replace(" ", "")).into_bytes()),
    ] {
        let file = folder.join(name);
        fs::write(&file, bytes).unwrap();
        let output = mcpgov(&[file.to_str().unwrap(), "--fail-on", "low", "--format", "plain"]);
        assert_eq!(code(&output), 5, "{name}: {}", text(&output.stdout));
    }
}

#[test]
fn several_inputs_are_one_report() {
    let folder = folder("several");
    for (name, content) in [("a.txt", CARD), ("b.txt", "nothing")] {
        fs::write(folder.join(name), content).unwrap();
    }
    let (a, b) = (folder.join("a.txt"), folder.join("b.txt"));
    let output = mcpgov(&[a.to_str().unwrap(), b.to_str().unwrap(), "--format", "sarif"]);
    let sarif: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(sarif["runs"].as_array().unwrap().len(), 1);
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "pii.card");
    let output = mcpgov(&[a.to_str().unwrap(), b.to_str().unwrap()]);
    assert!(text(&output.stdout).ends_with("\n2 files: 1 high found\n"));
}
