//! Paths that climb, and paths that name what belongs to the system and not to the task.
//!
//! A string is read as the most lenient decoder would: escapes of escapes, overlong UTF-8, look-alikes of `.` and `/`.
//! What climbs is judged where a string is a path; in prose, where `../` may be a link, it takes more.

use alloc::string::String;

use super::decode::{any_reading, ascii_of, is_invisible};
use crate::spelling::hex;

/// Words of a string that is a path rather than prose about one.
const WORDS_MAX: usize = 8;

/// Absolute folders that belong to the system.
const FOLDERS: [&str; 38] = [
    "/etc/",
    "/proc/",
    "/sys/",
    "/dev/",
    "/boot/",
    "/root/",
    "/private/etc/",
    "/var/log/",
    "/var/run/",
    "/run/secrets/",
    "/var/spool/",
    "/var/mail/",
    "/var/lib/",
    "/var/adm/",
    "/var/db/",
    "/var/cache/",
    "/var/backups/",
    "/usr/local/etc/",
    "/usr/etc/",
    "/library/",
    "/system/",
    "/logs/",
    "/apache",
    "/xampp/",
    "/opt/lampp/",
    "/opt/xampp/",
    "/usr/local/apache",
    "/usr/apache",
    "/usr/pkgsrc/",
    "/usr/local/php",
    "/usr/local/mysql",
    "/usr/lib/php",
    "/usr/lib/security/",
    "/usr/spool/",
    "/var/lock/",
    "/var/cron/",
    "/usr/local/cpanel/",
    "/usr/ports/",
];

/// Folders below a drive that belong to the system, or to programs that serve.
const DRIVE_FOLDERS: [&str; 28] = [
    "windows",
    "winnt",
    "win",
    "program files",
    "program files (x86)",
    "programdata",
    "documents and settings",
    "system volume information",
    "recovery",
    "$recycle.bin",
    "inetpub",
    "appserv",
    "xampp",
    "wamp",
    "wamp64",
    "mininit",
    "minint",
    "sysprep",
    "i386",
    "system32",
    "apache",
    "apache2",
    "nginx",
    "mysql",
    "php",
    "logs",
    "log",
    "perflogs",
];

/// Files and folders that hold secrets or settings of the system, wherever they are. Whole segments.
const NAMES: [&str; 86] = [
    ".ssh",
    ".aws",
    ".gnupg",
    ".kube",
    ".docker",
    ".azure",
    ".netrc",
    ".pgpass",
    ".npmrc",
    ".pypirc",
    ".htaccess",
    ".htpasswd",
    ".bash_history",
    ".zsh_history",
    ".sh_history",
    ".mysql_history",
    ".psql_history",
    ".rhosts",
    ".shosts",
    ".git-credentials",
    ".cshrc",
    ".tcshrc",
    ".login",
    ".logout",
    ".bash_logout",
    ".xauthority",
    ".forward",
    ".lesshst",
    ".viminfo",
    ".python_history",
    ".node_repl_history",
    ".sqlite_history",
    ".rediscli_history",
    ".irb_history",
    ".s3cfg",
    ".boto",
    ".dockercfg",
    ".passwd",
    ".vault-token",
    ".my.cnf",
    ".bashrc",
    ".bash_profile",
    ".profile",
    ".zshrc",
    ".env",
    ".git",
    ".svn",
    ".hg",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "authorized_keys",
    "known_hosts",
    "shadow-",
    "master.passwd",
    "win.ini",
    "boot.ini",
    "system.ini",
    "php.ini",
    "my.ini",
    "my.cnf",
    "httpd.conf",
    "apache2.conf",
    "web.config",
    "wp-config.php",
    "ntuser.dat",
    "ntuser.ini",
    "unattend.xml",
    "unattended.xml",
    "sam",
    "pagefile.sys",
    "access_log",
    "error_log",
    "access.log",
    "error.log",
    "web-inf",
    "meta-inf",
    "proftpd.conf",
    "vsftpd.conf",
    "tomcat-users.xml",
    "nginx.conf",
    "sysprep.xml",
    "sysprep.inf",
    "unattend.txt",
    "unattended.txt",
];

/// Parts of paths that name one thing whatever stands before them.
const PARTS: [&str; 10] = [
    "/etc/passwd",
    "/etc/shadow",
    "/etc/issue",
    "/etc/hosts",
    "/etc/group",
    "/etc/sudoers",
    "/proc/self",
    "/system32/",
    "/win.ini",
    "/boot.ini",
];

/// Folders of coding agents: who writes there gives them orders.
const AGENT_FOLDERS: [&str; 10] = [
    ".claude",
    ".cursor",
    ".windsurf",
    ".aider",
    ".roo",
    ".plandex",
    ".rovodev",
    ".codeium",
    ".continue",
    ".gemini",
];

/// Readers that take a name for more than a file.
const WRAPPERS: [&str; 15] = [
    "file:",
    "php:",
    "phar:",
    "zip:",
    "expect:",
    "glob:",
    "ogg:",
    "ssh2:",
    "rar:",
    "compress.zlib:",
    "compress.bzip2:",
    "netdoc:",
    "jar:",
    "zlib:",
    "view-source:",
];

/// Whether the string climbs or names what lies outside. `meant` says that the string is known to be a path.
pub(super) fn finds(text: &str, meant: bool) -> bool {
    // Whatever is meant has a separator, an escape or a dot.
    if !text.bytes().any(|b| matches!(b, b'/' | b'\\' | b'%' | b'.' | b':' | 0x80..)) && !text.contains("0x2")
    {
        return any_reading(text, |reading| reading.len() < text.len() && finds(reading, meant));
    }
    let is_path = meant || text.split_whitespace().take(WORDS_MAX + 1).count() <= WORDS_MAX;
    any_reading(text, |reading| {
        let (plain, disguised) = lenient(reading);
        is_outside(&plain, is_path, disguised)
    })
}

/// Lower case, separators as `/`, look-alikes and broken escapes as what they stand for; and whether a dot or a
/// separator was disguised as nobody does by mistake.
fn lenient(text: &str) -> (String, bool) {
    let mut out = String::with_capacity(text.len());
    let mut disguised = false;
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let bytes = rest.as_bytes();
        let (stands_for, len) = match char {
            '%' => match overlong(bytes).or_else(|| single(bytes)) {
                // Control characters end a path, or vanish; of others nothing depends.
                Some((char, len)) => (Some(char).filter(|char| char.is_ascii() && !char.is_control()), len),
                None => (Some('%'), 1),
            },
            // An escape that lost its percent sign.
            '2' | '5'
                if out.ends_with("..")
                    && matches!(bytes, [b'2', b'f' | b'F', ..] | [b'5', b'c' | b'C', ..]) =>
            {
                (Some('/'), 2)
            }
            '0' => hexadecimal(bytes).map_or((Some('0'), 1), |(byte, len)| (Some(byte), len)),
            // What an overlong form leaves behind once it was decoded as UTF-8.
            '\u{fffd}' => (None, char.len_utf8()),
            // Code points that old servers map to separators.
            '\u{efc8}' => (Some('/'), char.len_utf8()),
            '\u{f025}' => (Some('\\'), char.len_utf8()),
            _ if char.is_ascii() => {
                (Some(char).filter(|char| !char.is_control() || matches!(char, '\n' | '\t')), 1)
            }
            _ if is_invisible(char) => (None, char.len_utf8()),
            _ => (Some(ascii_of(char).unwrap_or(char)), char.len_utf8()),
        };
        disguised |= len > 1 && matches!(stands_for, Some('.' | '/' | '\\'));
        if let Some(char) = stands_for {
            out.push(if char == '\\' { '/' } else { char.to_ascii_lowercase() });
        }
        rest = rest.get(len..).unwrap_or_default();
    }
    (out, disguised)
}

/// An overlong or broken UTF-8 form of a dot or separator, in escapes: `%c0%ae`, `%e0%80%af`, `%c0%9v`, `%c0ae`.
fn overlong(bytes: &[u8]) -> Option<(char, usize)> {
    let lead = escape(bytes)?;
    let count = match lead {
        0xc0 | 0xc1 => 1,
        0xe0 => 2,
        0xf0 => 3,
        0xf8 => 4,
        0xfc => 5,
        _ => return None,
    };
    let mut value = if count == 1 { lead & 1 } else { 0 };
    let mut at = 3;
    for _ in 0..count {
        let rest = bytes.get(at..)?;
        let (byte, len) = match escape(rest) {
            Some(byte) => (byte, 3),
            None => pair(rest)?,
        };
        value = (value << 6 | byte & 0x3f) & 0xff;
        at += len;
    }
    // Of two bytes some decoders drop the bits that the first one has.
    let readings = if count == 1 { [value, value & 0x3f] } else { [value; 2] };
    let meant = readings.into_iter().filter_map(char::from_u32).find(|char| matches!(char, '.' | '/' | '\\'));
    meant.map(|char| (char, at))
}

/// `%2e`, and `%2%e` as decoders leave it that take the nibbles one by one.
fn single(bytes: &[u8]) -> Option<(char, usize)> {
    let (high, low, len) = match bytes {
        [b'%', high, b'%', low, ..] => (high, low, 4),
        [b'%', high, low, ..] => (high, low, 3),
        _ => return None,
    };
    Some((char::from_u32(hex(*high)? << 4 | hex(*low)?)?, len))
}

/// `%` and two digits; some decoders go on counting behind `f`.
fn escape(bytes: &[u8]) -> Option<u32> {
    let [b'%', high, low, ..] = bytes else { return None };
    Some((digit(*high)? << 4).wrapping_add(digit(*low)?) & 0xff)
}

/// Two digits whose `%` was forgotten.
fn pair(bytes: &[u8]) -> Option<(u32, usize)> {
    let [high, low, ..] = bytes else { return None };
    Some((hex(*high)? << 4 | hex(*low)?, 2))
}

fn digit(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(36)
}

/// `0x2e`, `0x2f`, `0x5c`
fn hexadecimal(bytes: &[u8]) -> Option<(char, usize)> {
    let [b'0', b'x' | b'X', high, low, ..] = bytes else { return None };
    let char = char::from_u32(hex(*high)? << 4 | hex(*low)?)?;
    matches!(char, '.' | '/' | '\\').then_some((char, 4))
}

fn is_outside(text: &str, is_path: bool, disguised: bool) -> bool {
    text.split(ends_path).filter(|token| !token.is_empty()).any(|token| {
        let climbs = climbs(token);
        let names = is_path && !is_url(token) && names_system(token);
        let wraps = is_path && wraps(token);
        names
            || wraps
            || (climbs > 0 && (disguised || names_system(token) || (is_path && !is_url(token))))
            || climbs > 8
    }) || (is_path && windows_path(text))
}

/// Characters between a path and what stands around it.
fn ends_path(char: char) -> bool {
    char.is_whitespace()
        || matches!(
            char,
            '"' | '\'' | '`' | '<' | '>' | '(' | ')' | '[' | ']' | '{' | '}' | '=' | ',' | '|' | ';' | '&'
        )
}

/// Steps up. Segments of three dots and more are steps for readers that drop some, and so is padding that no
/// honest path has.
fn climbs(token: &str) -> usize {
    let (mut up, mut dots, mut three, mut here, mut segments) = (0_usize, 0_usize, 0_usize, 0_usize, 0_usize);
    for segment in token.split('/') {
        segments += 1;
        let segment = segment.split(['?', '#', '%', ':', '~', '*']).next().unwrap_or_default();
        match segment {
            "." => here += 1,
            ".." => up += 1,
            "..." => three += 1,
            _ if segment.len() > 2 && segment.bytes().all(|b| b == b'.') => dots += 1,
            _ => {}
        }
    }
    let separated = segments > 1;
    if !separated {
        return 0;
    }
    // `.../src` and `src/...` are how people leave out a part of a path.
    let elides = three < 2 && !token.starts_with("/...");
    up + dots + if elides { 0 } else { three } + usize::from(here > 2)
}

/// A URL: what lies on another host is its own business.
fn is_url(token: &str) -> bool {
    token.contains("://") && !WRAPPERS.iter().any(|wrapper| token.starts_with(wrapper))
}

fn names_system(token: &str) -> bool {
    let absolute = token.find('/').map_or("", |at| token.get(at..).unwrap_or_default());
    let starts =
        token.starts_with('/') || token.starts_with("./") || token.starts_with("../") || climbs(token) > 0;
    let folder = |path: &str| {
        FOLDERS.iter().any(|folder| path.starts_with(folder) || path == folder.trim_end_matches('/'))
            || drive_folder(path.trim_start_matches('/'))
    };
    let mut below = absolute;
    // Behind the steps up stands what is wanted.
    while let Some(rest) = ["/..", "/.", "/"]
        .iter()
        .find_map(|step| below.strip_prefix(step).filter(|rest| rest.starts_with('/')))
    {
        below = rest;
    }
    (starts && (folder(below) || keeps_logs(below)))
        || PARTS.iter().any(|part| token.contains(part) || token.starts_with(part.trim_start_matches('/')))
        || token.split('/').any(is_system_name)
        || (token.starts_with('~') && token.contains("/."))
        || drive(token).is_some_and(drive_folder)
}

/// Logs and settings of what runs on the machine. Sites under `/var/www` keep their own.
fn keeps_logs(path: &str) -> bool {
    let is_program = ["/usr/", "/var/", "/www/"].iter().any(|folder| path.starts_with(folder));
    is_program
        && !path.starts_with("/var/www/")
        && (path.split('/').any(|segment| matches!(segment, "etc" | "log" | "logs" | "conf"))
            || [".log", ".conf", ".ini", "_log"].iter().any(|end| path.ends_with(end)))
}

fn is_system_name(segment: &str) -> bool {
    let segment = segment.split(['?', '#', '%', ':']).next().unwrap_or_default();
    let sam = segment == "sam";
    (NAMES.contains(&segment) && !sam)
        || AGENT_FOLDERS.contains(&segment)
        || segment.starts_with(".env.")
        || segment.starts_with("id_rsa")
}

/// `C:/…`, whose folders may have spaces in their names.
fn windows_path(text: &str) -> bool {
    let trimmed = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\''));
    drive(trimmed).is_some_and(drive_folder) || trimmed.starts_with("//?/") || trimmed.starts_with("//./")
}

/// What stands below a drive.
fn drive(token: &str) -> Option<&str> {
    let (letter, rest) = token.split_once(":/")?;
    let bytes = letter.as_bytes();
    (bytes.len() == 1 && bytes.first().is_some_and(u8::is_ascii_alphabetic))
        .then(|| rest.trim_start_matches(['/', '.']))
}

fn drive_folder(path: &str) -> bool {
    let mut segments = path.split('/');
    let first = segments.next().unwrap_or_default();
    let bare = first.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    DRIVE_FOLDERS.contains(&first)
        || DRIVE_FOLDERS.contains(&bare)
        || is_system_name(path.rsplit('/').next().unwrap_or_default())
}

fn wraps(token: &str) -> bool {
    WRAPPERS.iter().any(|wrapper| {
        token.strip_prefix(wrapper).is_some_and(|rest| rest.starts_with("//") || *wrapper == "file:")
            || token
                .split_once(wrapper)
                .is_some_and(|(before, rest)| rest.starts_with("//") && before.ends_with([':', '/', '@']))
    }) || token.starts_with("convert.iconv.")
        || token.starts_with("convert.base64-")
}
