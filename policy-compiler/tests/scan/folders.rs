//! Folders.

use std::{fs, io::Write, process::Command};

use serde_json::{Value, json};

use crate::{CARD, mcpgov_in, tree};

#[test]
fn a_folder_is_looked_through_in_the_order_of_names() {
    let wide: Vec<u8> = format!("\u{feff}{CARD}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let card = CARD.as_bytes();
    let files: [(&str, &[u8]); 9] = [
        ("b/deep/x.txt", card),
        ("b/ä.txt", card),
        ("a.md", card),
        ("wide.txt", &wide),
        ("latin.txt", b"caf\xe9 4111 1111 1111 1111"),
        ("picture.png", b"\x89PNG\0 4111 1111 1111 1111"),
        (".git/config", card),
        ("b/.git", card),
        (".env", card),
    ];
    let folder = tree("folder", &files);
    let names = |arguments: &[&str]| {
        let (code, found, said) = mcpgov_in(&folder, &[arguments, &["--format", "plain"]].concat());
        assert_eq!((code, said.as_str()), (5, "note: not looked at: 1 binary file\n"));
        found.lines().map(|line| line.split(':').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&["."]), [".env", "a.md", "b/deep/x.txt", "b/ä.txt", "latin.txt", "wide.txt"]);
    assert_eq!(names(&["--exclude", "b", "--exclude", "*.txt", "./"]), [".env", "a.md"]);
    assert_eq!(names(&[".", "--exclude", "b/*.txt"]), [".env", "a.md", "latin.txt", "wide.txt"]);
    let (code, found, _) = mcpgov_in(&folder, &["b", "a.md", "picture.png", "--format", "plain"]);
    let names: Vec<_> = found.lines().map(|line| line.split(':').next().unwrap()).collect();
    // What is named is looked at, whatever it is.
    assert_eq!((code, names), (5, vec!["b/deep/x.txt", "b/ä.txt", "a.md", "picture.png"]));
    let (code, found, _) = mcpgov_in(&folder, &["b", "picture.png", ".", "--fail-on", "never"]);
    let last = found.lines().last().unwrap();
    assert_eq!((code, last), (0, "9 files: 9 high found; not looked at: 1 binary file"));
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_out_of_a_folder_and_pipes_not_waited_for() {
    use std::os::unix::fs::symlink;
    let folder = tree("links", &[("inside/fine.txt", b"fine"), ("outside/card.txt", CARD.as_bytes())]);
    let inside = folder.join("inside");
    symlink("../outside", inside.join("folder")).unwrap();
    symlink("../outside/card.txt", inside.join("file")).unwrap();
    symlink(".", inside.join("round")).unwrap();
    symlink("nowhere", inside.join("broken")).unwrap();
    let pipe = Command::new("mkfifo").arg(inside.join("pipe")).status();
    let special = if pipe.is_ok_and(|status| status.success()) { ", 1 special file" } else { "" };
    let expected = format!("inside/fine.txt: nothing found; not looked at: 4 symbolic links{special}\n");
    assert_eq!(mcpgov_in(&folder, &["inside"]), (0, expected, String::new()));
    // What is named may be a link.
    symlink("outside", folder.join("link")).unwrap();
    let (code, found, _) = mcpgov_in(&folder, &["link", "--format", "plain"]);
    assert_eq!((code, found.starts_with("link/card.txt:1:1: ")), (5, true), "{found}");
}

#[test]
fn what_cannot_be_read_loses_no_finding_of_the_rest() {
    let folder = tree("partly", &[("a.txt", CARD.as_bytes()), ("b.txt", b"fine"), ("c.json", b"{")]);
    let missing = "error: cannot read `nowhere`: no such file or directory\n";
    let (code, found, said) = mcpgov_in(&folder, &["nowhere", "a.txt", "--format", "plain"]);
    assert_eq!((code, said.as_str()), (5, missing));
    assert!(found.starts_with("a.txt:1:1: "), "{found}");
    let (code, found, said) = mcpgov_in(&folder, &["nowhere", "b.txt"]);
    assert_eq!((code, said.as_str()), (1, missing));
    assert_eq!(found, "b.txt: nothing found; 1 could not be read\n");
    // The log says so as well, for those who only have that.
    let (code, found, _) =
        mcpgov_in(&folder, &["nowhere", "https://u:p@h.example/?k=v", "b.txt", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&found).unwrap();
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!((code, &invocation["executionSuccessful"]), (1, &json!(false)));
    assert_eq!(invocation["toolExecutionNotifications"].as_array().unwrap().len(), 2);
    // Neither the query of a URL nor a header is repeated.
    let (_, _, said) = mcpgov_in(&folder, &["https://u:p@h.example/?k=v"]);
    assert!(said.starts_with("error: `https://h.example/` is no URL of a server\n"), "{said}");
    let (code, _, said) = mcpgov_in(&folder, &["http://h.example/", "--header", "s1nthet1c"]);
    assert!(code == 1 && said.contains("`--header`") && !said.contains("s1nthet1c"), "{said}");
    // A configuration that cannot be read is still a text.
    fs::write(folder.join("c.json"), format!("{{ {CARD}")).unwrap();
    let (code, found, said) = mcpgov_in(&folder, &["--mcp-config", "nowhere", "c.json", "--format", "plain"]);
    assert_eq!((code, found.lines().count(), said.lines().count()), (5, 1, 2), "{found}{said}");
}

#[cfg(unix)]
#[test]
fn a_large_text_in_a_folder_is_an_error_and_a_large_binary_file_is_not() {
    let folder = tree("large", &[("a.txt", b"text"), ("b.bin", b"\0"), ("c.txt", CARD.as_bytes())]);
    let large = |name: &str, content: &[u8]| {
        let mut file = fs::File::create(folder.join(name)).unwrap();
        file.write_all(content).unwrap();
        // Takes no room on the disk.
        file.set_len(64 * 1024 * 1024 + 1).unwrap();
    };
    large("a.txt", &[b'x'; 9000]);
    large("b.bin", b"\0");
    let (code, found, said) = mcpgov_in(&folder, &["."]);
    assert_eq!(code, 5);
    assert!(said.starts_with("error: `a.txt` is larger than 67108864 bytes\n  help: "), "{said}");
    assert!(
        found.ends_with("c.txt: 1 high found; 1 could not be read; not looked at: 1 binary file\n"),
        "{found}"
    );
    assert_eq!(mcpgov_in(&folder, &[".", "--exclude", "*.txt"]).0, 0);
}
