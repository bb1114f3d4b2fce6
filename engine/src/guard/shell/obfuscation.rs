//! Shapes that only a shell, or somebody who wants one, writes.

/// Texts that are reason enough wherever they stand. Lower case.
const ALWAYS: &[&str] = &[
    "${ifs}",
    "$ifs",
    "${path:",
    "${path//",
    "${home:",
    "/dev/tcp/",
    "/dev/udp/",
    "() { :;",
    "(){ :;",
    "(){:;",
    "() { _;",
    "(){ :|:",
    ":(){",
    "0>&1",
    "0<&1",
    ">& /dev/",
    "bash -i >",
    "nc -e",
    "ncat -e",
    "frombase64string",
    "invoke-expression (",
    "rm -rf /",
    "xp_cmdshell",
    "mkfifo /tmp",
    "wscript.shell",
    "net localgroup administrators",
    "#exec cmd",
];

/// Texts that are reason enough in a value, and stand in documents as examples.
const IN_VALUES: &[&str] = &[
    "%comspec%",
    "%systemroot%",
    "%programfiles:~",
    "$shell",
    "${@",
    "{${",
    "$'\\",
    "<<<",
    "2>&1",
    "1>&2",
    "bash -i",
    "bash -c",
    "sh -c",
    "sh -i",
    "/bin/sh",
    "/bin/bash",
    "/bin/cat",
    "/bin/ls",
    "/usr/bin/",
    "/bin/zsh",
    "cmd /c",
    "cmd.exe /c",
    "cmd /k",
    "nc -l",
    "powershell -",
    "powershell.exe -",
    "downloadstring(",
    "downloadfile(",
    "invoke-expression",
    "iex(",
    "iex (",
    "rm -rf",
    "rm -fr",
    "chmod +x",
    "chmod 777",
    "base64 -d",
    "base64 --decode",
    "<?php",
    "<?=",
    "shell_exec(",
    "passthru(",
    "proc_open(",
    "popen(",
    "pcntl_exec(",
    "phpinfo()",
    "system('",
    "system(\"",
    "exec('",
    "exec(\"",
    "eval('",
    "eval(\"",
    "$_get[",
    "$_post[",
    "$_server[",
    "$_request[",
    "$_cookie[",
    "os.system(",
    "os.popen(",
    "subprocess.",
    "__import__(",
    "getruntime(",
    "processbuilder(",
    "require('child_process",
    "require(\"child_process",
    "process.spawn(",
    "io.popen(",
    "os.execute(",
    "net user ",
    "reg add ",
    "reg save ",
    "certutil -",
    "regsvr32 /",
    "for /f",
    "netsh firewall",
    "netsh advfirewall",
    "|/bin/",
];

/// Whether the lower-case text has one of the shapes.
pub(super) fn finds(text: &str, is_document: bool) -> bool {
    // All of them have one of these.
    if !text.bytes().any(|b| {
        matches!(
            b,
            b'$' | b'('
                | b'/'
                | b'>'
                | b'<'
                | b'%'
                | b'-'
                | b'{'
                | b'?'
                | b'*'
                | b'`'
                | b' '
                | b'_'
                | b'!'
                | b'~'
        )
    }) {
        return false;
    }
    if ALWAYS.iter().any(|sign| text.contains(sign)) {
        return true;
    }
    !is_document
        && (IN_VALUES.iter().any(|sign| text.contains(sign))
            || globs(text)
            || braces(text)
            || loops(text)
            || expands(text)
            || forks(text)
            || recalls(text.trim())
            || text.trim_start().starts_with("() {")
            || spliced(text))
}

/// `${x#y}`, `${path:0:1}`, `$[1+1]`: what a shell computes of a variable.
fn expands(text: &str) -> bool {
    text.match_indices("${").take(64).any(|(at, _)| {
        let inside = text.get(at + 2..).unwrap_or_default();
        let name = inside.bytes().take(32).take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        match inside.as_bytes().get(name..) {
            Some([b'#' | b'^' | b'@', ..]) => true,
            Some([b'%' | b'/', next, ..]) => name > 0 && !next.is_ascii_whitespace(),
            Some([b':', next, ..]) => next.is_ascii_digit(),
            _ => false,
        }
    }) || text.match_indices("$[").take(64).any(|(at, _)| {
        let inside = text.get(at + 2..).unwrap_or_default();
        let sum: &str = inside.split(']').next().unwrap_or_default();
        sum.len() < 32
            && sum.starts_with(|c: char| c.is_ascii_digit())
            && sum.contains(['+', '-', '*', '/'])
            && sum.bytes().all(|b| b.is_ascii_digit() || b"+-*/ ".contains(&b))
    })
}

/// `!!`, `!-2`, `~+1`: commands and folders that a shell has in memory, and no more.
fn recalls(text: &str) -> bool {
    let is_number =
        |text: &str| !text.is_empty() && text.len() < 4 && text.bytes().all(|b| b.is_ascii_digit());
    let is_event = |event: &str| is_number(event.strip_prefix('-').unwrap_or(event));
    let folder = text.strip_prefix(['~']).and_then(|rest| rest.strip_prefix(['+', '-']));
    text == "!!"
        || folder.is_some_and(|rest| rest.is_empty() || is_number(rest))
        || text.len() < 16 && text.strip_prefix('!').is_some_and(|events| events.split('!').all(is_event))
}

/// `x(){ x|x& };x`: what starts itself twice.
fn forks(text: &str) -> bool {
    text.match_indices("(){").take(8).any(|(at, _)| {
        let name =
            text.get(..at).and_then(|before| before.split([' ', ';', '\n']).next_back()).unwrap_or_default();
        let inside = text.get(at..).and_then(|rest| rest.split('}').next()).unwrap_or_default();
        (1..16).contains(&name.len())
            && inside.contains('|')
            && inside.contains('&')
            && inside.matches(name).count() > 1
    })
}

/// `pi``ng`, `una$$me`: something empty in the middle of a word.
fn spliced(text: &str) -> bool {
    const EMPTY: &[&str] = &["``", "$@", "$*", "$$", "$()", "<()", ">()"];
    EMPTY.iter().any(|empty| {
        text.match_indices(empty).take(64).any(|(at, _)| {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let behind = text.get(at + empty.len()..).and_then(|behind| behind.chars().next());
            before.is_some_and(|char| char.is_ascii_lowercase())
                && behind
                    .is_some_and(|char| char.is_ascii_lowercase() || (empty.ends_with(')') && char == ' '))
        })
    })
}

/// `/b?n/c?t`, `/???/??t`: a path spelled in wildcards. A question mark once begins the query of a URL.
fn globs(text: &str) -> bool {
    text.split(|char: char| {
        char.is_whitespace() || matches!(char, ',' | ';' | '|' | '&' | '{' | '}' | '"' | '\'')
    })
    .filter(|token| token.starts_with('/') || token.starts_with("$("))
    .any(|token| {
        // `/bi[n]/sh`, and not `/users/[id]`, as routes are written.
        let bracketed = |segment: &str| {
            segment.contains('[')
                && segment.contains(']')
                && !(segment.starts_with('[') && segment.ends_with(']'))
                && segment.len() < 24
        };
        if token.split('/').skip(1).any(bracketed) && token.matches('/').count() > 1 {
            return true;
        }
        let wild = |segment: &str| {
            let marks = segment.bytes().filter(|b| matches!(b, b'?' | b'*' | b'[')).count();
            marks > 0
                && !segment.contains("**")
                && !segment.starts_with("*.")
                && segment != "*"
                && segment.len() < 24
                && !segment.contains('=')
        };
        token.split('/').skip(1).filter(|segment| wild(segment)).count() > 1
    })
}

/// `{cat,/etc/passwd}`: a command without spaces.
fn braces(text: &str) -> bool {
    text.match_indices('{').take(64).any(|(at, _)| {
        let inside = text.get(at + 1..).unwrap_or_default();
        let Some(end) = inside.bytes().take(160).position(|b| matches!(b, b'}' | b' ' | b'\n' | b'{')) else {
            return false;
        };
        let list = inside.get(..end).unwrap_or_default();
        inside.as_bytes().get(end) == Some(&b'}')
            && list.contains(',')
            && !list.contains(':')
            && (joined(text, at, inside.get(end + 1..), list)
                || list.split(',').any(|item| {
                    item.starts_with('-')
                        || item.starts_with('/')
                        || item.starts_with("\"$")
                        || item.starts_with("$\"")
                        || item.contains('\\')
                }))
    })
}

/// `c{a,oun}t`: a word put together of parts.
fn joined(text: &str, at: usize, behind: Option<&str>, list: &str) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    let behind = behind.and_then(|behind| behind.chars().next());
    list.split(',')
        .all(|part| part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'#'))
        && (before.is_some_and(|char| char.is_ascii_lowercase())
            && behind.is_some_and(|char| char.is_ascii_lowercase())
            || list.starts_with(',')
            || list.ends_with(','))
}

/// `for %%g in (`
fn loops(text: &str) -> bool {
    text.contains("for %") && text.contains(" in (")
}
