//! SQL that goes on where a value should end.

use super::{Kind, Shape, Token};

/// Words that put two conditions together, or begin another clause that takes one.
const LOGIC: [&str; 7] = ["or", "and", "xor", "having", "where", "when", "on"];
/// Words that compare.
const COMPARING: [&str; 13] = [
    "notnull", "like", "rlike", "regexp", "ilike", "glob", "match", "between", "in", "is", "sounds",
    "similar", "soundex",
];
const COMPARING_MARKS: [&str; 19] = [
    "=", "==", "<=>", "<>", "!=", "<", ">", "<=", ">=", "!<", "!>", "^=", "~", "!~", "<@", "@>", "->", "?|",
    "?&",
];
const ARITHMETIC: [&str; 12] = ["+", "-", "*", "/", "%", "^", "&", "|", "||", "<<", ">>", "~"];
/// Words of expressions that stand before an operand.
const SIGNS: [&str; 6] = ["not", "binary", "all", "any", "some", "distinct"];
/// Constants that are words.
const CONSTANTS: [&str; 8] =
    ["true", "false", "null", "unknown", "current_user", "session_user", "system_user", "current_timestamp"];

/// Functions that wait, read files, call out or run commands: nobody's value holds a call of one.
const DANGEROUS: [&str; 34] = [
    "sleep",
    "benchmark",
    "pg_sleep",
    "load_file",
    "extractvalue",
    "updatexml",
    "xp_cmdshell",
    "xmltype",
    "xp_regread",
    "xp_dirtree",
    "randomblob",
    "load_extension",
    "openrowset",
    "opendatasource",
    "openquery",
    "lo_import",
    "lo_export",
    "pg_read_file",
    "pg_ls_dir",
    "pg_read_binary_file",
    "dblink",
    "dblink_connect",
    "sys_exec",
    "sys_eval",
    "dbms_pipe.receive_message",
    "dbms_lock.sleep",
    "dbms_ldap.init",
    "utl_http.request",
    "utl_inaddr.get_host_address",
    "utl_inaddr.get_host_name",
    "ctxsys.drithsx.sn",
    "httpuritype",
    "json_keys",
    "procedure_analyse",
];
/// Functions that tell of the server, or take values apart: in a condition that was put in, not in a sentence.
const TELLING: [&str; 62] = [
    "ascii",
    "substring",
    "substr",
    "substring_index",
    "mid",
    "ord",
    "version",
    "database",
    "user",
    "current_user",
    "system_user",
    "session_user",
    "db_name",
    "schema_name",
    "user_name",
    "user_id",
    "db_id",
    "char_length",
    "character_length",
    "bit_length",
    "hex",
    "unhex",
    "concat",
    "concat_ws",
    "group_concat",
    "ifnull",
    "isnull",
    "nullif",
    "elt",
    "make_set",
    "row_count",
    "found_rows",
    "last_insert_id",
    "connection_id",
    "lower",
    "upper",
    "char",
    "chr",
    "bin",
    "conv",
    "md5",
    "sha1",
    "rand",
    "row",
    "exists",
    "cast",
    "convert",
    "if",
    "iif",
    "strcmp",
    "coercibility",
    "coalesce",
    "aes_decrypt",
    "aes_encrypt",
    "count",
    "length",
    "sin",
    "cos",
    "std",
    "left",
    "right",
    "greatest",
];
/// Further functions that servers have.
const FUNCTIONS: [&str; 78] = [
    "abs",
    "acos",
    "asin",
    "atan",
    "atan2",
    "avg",
    "bit_and",
    "bit_count",
    "bit_or",
    "bit_xor",
    "ceil",
    "ceiling",
    "charset",
    "collation",
    "compress",
    "cot",
    "crc32",
    "curdate",
    "current_date",
    "current_time",
    "curtime",
    "date_add",
    "date_format",
    "date_sub",
    "datediff",
    "day",
    "dayname",
    "decode",
    "default",
    "degrees",
    "des_decrypt",
    "des_encrypt",
    "encode",
    "encrypt",
    "exp",
    "export_set",
    "field",
    "find_in_set",
    "floor",
    "format",
    "from_base64",
    "from_days",
    "get_lock",
    "glob",
    "hour",
    "inet_aton",
    "inet_ntoa",
    "insert",
    "instr",
    "is_free_lock",
    "lcase",
    "ln",
    "load",
    "local",
    "locate",
    "log",
    "log10",
    "log2",
    "lpad",
    "ltrim",
    "max",
    "min",
    "minute",
    "mod",
    "now",
    "nvl",
    "pi",
    "position",
    "pow",
    "power",
    "quote",
    "radians",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "round",
    "rtrim",
];
/// Names of the catalogues of servers.
const CATALOGUES: [&str; 24] = [
    "information_schema",
    "mysql.user",
    "mysql.db",
    "sysobjects",
    "syscolumns",
    "sysusers",
    "sysibm",
    "sysdatabases",
    "msysaces",
    "msysobjects",
    "msysqueries",
    "pg_catalog",
    "pg_shadow",
    "pg_user",
    "sqlite_master",
    "sqlite_schema",
    "all_tab_columns",
    "all_tables",
    "user_tables",
    "user_tab_columns",
    "v$version",
    "sys.user_objects",
    "master..",
    "sys.",
];
/// Words that begin a statement that reads.
const READS: [&str; 10] =
    ["select", "with", "show", "describe", "desc", "explain", "values", "pragma", "table", "use"];

/// Whether the tokens are a statement that reads, whose shapes of queries are its own.
pub(super) fn is_read(tokens: &[Token<'_>]) -> bool {
    let mut shape = Shape { tokens };
    // Whoever asks a whole query does not put it in parentheses.
    let Some(first) = shape.next().filter(|token| token.is_word(&READS)) else { return false };
    // "Select" is also what people do with things; then nothing is queried.
    first.text != "select"
        || shape.tokens.iter().take(4096).any(|token| token.is_word(&["from"]))
        || tokens.len() < 4
}

/// Whether a query is there up to where what comes behind it is to complete it.
pub(super) fn breaks_off(tokens: &[Token<'_>]) -> bool {
    let query = tokens.first().is_some_and(|token| token.is_word(&["select"])) && is_read(tokens);
    query
        && tokens.last().is_some_and(|token| token.is_word(&["where", "and", "or", "having", "like", "in"]))
        && tokens
            .iter()
            .any(|token| matches!(token.kind, Kind::Number | Kind::Variable | Kind::Text { .. } | Kind::Mark))
}

/// Whether what follows a quote may be SQL that closed it: a cheap look before the tokens.
pub(super) fn may_go_on(behind: &str) -> bool {
    let rest =
        behind.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || matches!(c, ')' | '('));
    let word =
        rest.get(..rest.bytes().take(12).take_while(|b| b.is_ascii_alphabetic()).count()).unwrap_or_default();
    match rest.chars().next() {
        None => behind.len() > 1,
        Some(char) if char.is_ascii_alphabetic() => {
            LOGIC.contains(&word)
                || COMPARING.contains(&word)
                || SIGNS.contains(&word)
                || rest.get(word.len()..).is_some_and(|rest| rest.starts_with('('))
                || [
                    "begin", "declare", "goto", "create", "grant", "alter", "if", "case", "shutdown",
                    "truncate", "merge",
                ]
                .contains(&word)
                || [
                    "union",
                    "order",
                    "group",
                    "limit",
                    "into",
                    "procedure",
                    "collate",
                    "div",
                    "mod",
                    "waitfor",
                ]
                .contains(&word)
                || [
                    "select",
                    "insert",
                    "update",
                    "delete",
                    "drop",
                    "exec",
                    "execute",
                    "intersect",
                    "minus",
                    "except",
                    "offset",
                ]
                .contains(&word)
        }
        Some(char) => !char.is_alphanumeric(),
    }
}

/// Whether the tokens hold shapes of SQL put in, wherever they begin. A statement that reads may have those of queries.
pub(super) fn finds(tokens: &[Token<'_>], is_read: bool) -> bool {
    let closing = closing(tokens);
    if !is_read && (constant_alone(tokens) || left_open(tokens)) {
        return true;
    }
    (0..tokens.len()).any(|at| {
        let Some(token) = tokens.get(at) else { return false };
        let rest = Shape::at(tokens, at + 1);
        match token.kind {
            Kind::Version => true,
            Kind::Comment => {
                !is_read && at + 1 == tokens.len() && cut_off(token, tokens.get(..at).unwrap_or_default())
            }
            Kind::Word => {
                dangerous(token, rest)
                    || (!is_read
                        && (union(token, rest, follows_value(tokens, at))
                            || is_catalogue(token.text)
                            || clause(tokens, at, rest)
                            || nested(token, rest)
                            || (is_logic(token) && condition(tokens, at, &closing))
                            || spelled(token, rest)
                            || (token.text == "select" && selects(tokens, at))))
            }
            Kind::Variable => !is_read && token.text.starts_with("@@") && token.text.len() > 2,
            Kind::Mark => {
                (!is_read && is_logic(token) && condition(tokens, at, &closing))
                    || (token.text == ";" && stacked(rest))
            }
            _ => false,
        }
    })
}

/// `11!=1` and no more.
fn constant_alone(tokens: &[Token<'_>]) -> bool {
    let [left, operator, right] = tokens else { return false };
    let constant = |token: &Token<'_>| matches!(token.kind, Kind::Number | Kind::Text { closed: true, .. });
    constant(left) && constant(right) && matches!(operator.text, "=" | "!=" | "<>" | "<=>" | "==" | "like")
}

/// `coalesce(` at the end: a call that what comes behind the value is to complete.
fn left_open(tokens: &[Token<'_>]) -> bool {
    let [.., name, open] = tokens else { return false };
    tokens.len() <= 4
        && open.is_mark("(")
        && name.kind == Kind::Word
        && (TELLING.contains(&name.text) || DANGEROUS.contains(&name.text) || FUNCTIONS.contains(&name.text))
}

/// Whether what follows a closed quote goes on as an expression up to where the quote around would close it again.
/// `before` is the text in front of the quote.
pub(super) fn goes_on(before: &str, quote: char, tokens: &[Token<'_>]) -> bool {
    if unfinished(before, quote, tokens) {
        return true;
    }
    let inside = tokens.iter().take_while(|token| token.is_mark(")")).count();
    let tokens = tokens.get(inside..).unwrap_or_default();
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return false };
    // In English an apostrophe is followed by the rest of the word.
    let is_word = first.kind == Kind::Word;
    if first.kind == Kind::Comment {
        return tokens.len() == 1
            && (first.glued || !first.text.contains(|c: char| c.is_alphabetic()) || inside > 0)
            && !before.ends_with(char::is_whitespace);
    }
    if first.is_mark(";") {
        return tokens.get(1).is_some_and(|token| token.kind == Kind::Comment);
    }
    let opens = last.kind == Kind::Text { quote, closed: false };
    let hides = last.kind == Kind::Comment;
    if !(opens || hides) {
        // Or a condition that is true by itself, the quote around it being there already.
        let compares = tokens.iter().any(compares) || tokens.iter().any(|token| token.kind == Kind::Number);
        return is_logic(first)
            && compares
            && !before.contains(char::is_whitespace)
            && tokens.len() <= 12
            && expression(tokens.get(1..).unwrap_or_default());
    }
    let connects = is_logic(first)
        || compares(first)
        || is_arithmetic(first)
        || first.is_word(&[
            "not",
            "collate",
            "div",
            "mod",
            "order",
            "group",
            "limit",
            "union",
            "procedure",
            "offset",
        ]);
    if !connects {
        return false;
    }
    if is_logic(first) || (is_word && compares(first)) {
        let operand = tokens.get(1);
        let direct = operand.is_some_and(|token| matches!(token.kind, Kind::Text { closed: false, .. }));
        if direct {
            // `'or'` and no more of it, or `' or 'x`; not words in quotes beside each other.
            return !before.contains(char::is_whitespace) || !last.glued;
        }
    }
    let middle = tokens.get(..tokens.len() - 1).unwrap_or_default();
    let has_substance = middle.iter().any(|token| {
        matches!(token.kind, Kind::Number | Kind::Variable)
            || token.is_word(&CONSTANTS)
            || is_logic(token)
            || token.is_mark("(")
    }) || middle.iter().skip(1).any(compares);
    let connected = opens
        && middle.last().is_some_and(|token| {
            is_arithmetic(token)
                || compares(token)
                || is_logic(token)
                || token.is_mark("(")
                || token.is_word(&SIGNS)
                || token.is_mark("!")
                || token.is_mark(",")
        });
    (connected || hides) && expression(middle) && (has_substance || !before.contains(char::is_whitespace))
}

/// Whether the string begins with the quote and a word of SQL, and nothing closes it: half of something.
fn unfinished(before: &str, quote: char, tokens: &[Token<'_>]) -> bool {
    const WORDS: [&str; 14] = [
        "union", "select", "insert", "update", "delete", "drop", "alter", "create", "truncate", "exec", "or",
        "and", "xor", "having",
    ];
    before.trim_matches(['\\', ' ']).is_empty()
        && tokens.len() <= 4
        && tokens.first().is_some_and(|token| token.is_word(&WORDS))
        && !tokens.iter().any(|token| matches!(token.kind, Kind::Text { quote: other, .. } if other == quote))
}

/// Whether no two words stand beside each other that SQL would not have there.
fn expression(tokens: &[Token<'_>]) -> bool {
    let plain = |token: &Token<'_>| {
        token.kind == Kind::Word
            && !is_logic(token)
            && !compares(token)
            && !token.is_word(&SIGNS)
            && !token.is_word(&[
                "div",
                "mod",
                "collate",
                "by",
                "order",
                "group",
                "limit",
                "asc",
                "desc",
                "select",
                "from",
                "union",
                "null",
                "as",
                "case",
                "then",
                "else",
                "end",
                "escape",
                "uescape",
                "offset",
                "interval",
                "procedure",
                "into",
                "using",
                "for",
                "update",
                "by",
                "rlike",
                "nocase",
            ])
    };
    tokens.len() <= 4096 && !tokens.windows(2).any(|pair| matches!(pair, [a, b] if plain(a) && plain(b)))
}

fn is_logic(token: &Token<'_>) -> bool {
    token.is_word(&LOGIC) || token.is_mark("||") || token.is_mark("&&")
}

fn compares(token: &Token<'_>) -> bool {
    token.is_word(&COMPARING) || (token.kind == Kind::Mark && COMPARING_MARKS.contains(&token.text))
}

fn is_arithmetic(token: &Token<'_>) -> bool {
    token.is_word(&["div", "mod"]) || (token.kind == Kind::Mark && ARITHMETIC.contains(&token.text))
}

/// `sleep(5)`, but not `time.sleep(5)`
fn dangerous(token: &Token<'_>, mut rest: Shape<'_, '_>) -> bool {
    let name = token.text;
    matches!(name, "xp_cmdshell" | "load_file" | "pg_sleep" | "extractvalue" | "updatexml")
        && (rest.is("(") || name.contains('_'))
        || (rest.take("(") && DANGEROUS.contains(&name))
        || (name == "procedure" && rest.word(&["analyse"]))
        || name.ends_with("..xp_cmdshell")
}

/// `union all select`
fn union(token: &Token<'_>, mut rest: Shape<'_, '_>, from_value: bool) -> bool {
    if !token.is_word(&["union", "intersect", "except", "minus"]) {
        return false;
    }
    for _ in 0..32 {
        if rest.word(&["select"]) {
            let prose = rest.peek().is_some_and(|token| token.kind == Kind::Word)
                && Shape::at(rest.tokens, 1).peek().is_some_and(|token| {
                    token.kind == Kind::Word
                        && !token.is_word(&["from", "as", "into", "where", "limit", "union", "and", "or"])
                });
            return !prose;
        }
        if rest.peek().is_some_and(|token| token.kind == Kind::Comment)
            && rest.tokens.len() == 1
            && from_value
        {
            return true;
        }
        let passes = rest.word(&["all", "distinct", "distinctrow", "union"])
            || rest.take("(")
            || rest.take("+")
            || rest.take("%")
            || rest.take("*")
            || rest.take("/")
            || rest.take("!")
            || rest.take("\\")
            || rest.peek().is_some_and(|token| matches!(token.kind, Kind::Comment | Kind::Version))
                && rest.next().is_some();
        if !passes {
            return false;
        }
    }
    false
}

/// Whether a word names a catalogue of a server.
pub(super) fn is_catalogue(word: &str) -> bool {
    CATALOGUES.iter().any(|name| match name.strip_suffix('.') {
        Some(_) => {
            word.starts_with(name)
                && word.len() > name.len()
                && (*name == "master.." || word.starts_with("sys.") && word.contains('_'))
        }
        None => word == *name || word.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')),
    })
}

/// A clause at the end of a value: `order by 3--`, `having 1=1`, `limit 1,1 into`, `group by x having`.
fn clause(tokens: &[Token<'_>], at: usize, mut rest: Shape<'_, '_>) -> bool {
    let Some(token) = tokens.get(at) else { return false };
    match token.text {
        "order" | "group" => {
            rest.word(&["by"])
                && rest.peek().is_some_and(|token| token.kind == Kind::Number)
                && rest.next().is_some()
                && (rest.peek().is_some_and(|token| token.kind == Kind::Comment)
                    || (rest.peek().is_none() && (at == 0 || follows_value(tokens, at)))
                    || (rest.is(",")
                        && Shape::at(rest.tokens, 1).peek().is_some_and(|token| token.kind == Kind::Number)))
        }
        "limit" => {
            at > 0
                && rest.next().is_some_and(|token| token.kind == Kind::Number)
                && rest.take(",")
                && rest.next().is_some_and(|token| token.kind == Kind::Number)
        }
        _ => false,
    }
}

/// Whether the token before is one that a value ends with.
fn follows_value(tokens: &[Token<'_>], at: usize) -> bool {
    at.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(|token| {
        matches!(token.kind, Kind::Number | Kind::Variable | Kind::Comment) || token.is_mark(")")
    })
}

/// `ascii(substring(`: values of the database taken apart.
fn nested(token: &Token<'_>, mut rest: Shape<'_, '_>) -> bool {
    TELLING.contains(&token.text)
        && rest.take("(")
        && rest.next().is_some_and(|token| token.kind == Kind::Word && TELLING.contains(&token.text))
        && rest.is("(")
}

/// An expression whose continuation is hidden: `1 or @a) --`
fn cut_off(comment: &Token<'_>, before: &[Token<'_>]) -> bool {
    let computes = before
        .iter()
        .any(|token| is_logic(token) || token.is_word(&SIGNS) || token.kind == Kind::Variable)
        || (before.len() > 2 && before.iter().all(|token| matches!(token.kind, Kind::Number | Kind::Mark)));
    comment.text.is_empty()
        && computes
        && before.iter().all(|token| {
            matches!(token.kind, Kind::Number | Kind::Variable | Kind::Text { .. } | Kind::Mark)
                || is_logic(token)
                || compares(token)
                || token.is_word(&SIGNS)
                || token.is_word(&CONSTANTS)
                || token.is_word(&["select", "as"])
                || TELLING.contains(&token.text)
        })
}

/// `char(73)+char(78)`: a text spelled so that nobody reads it.
fn spelled(token: &Token<'_>, mut rest: Shape<'_, '_>) -> bool {
    match token.text {
        "char" | "chr" | "nchar" => {
            rest.take("(")
                && rest.next().is_some_and(|token| token.kind == Kind::Number)
                && (rest.is(",") || (rest.take(")") && rest.next().is_some_and(is_arithmetic)))
        }
        "concat" | "concat_ws" | "group_concat" | "unhex" | "convert" | "cast" => {
            rest.take("(")
                && rest.peek().is_some_and(|token| {
                    (token.kind == Kind::Number && token.text.starts_with("0x"))
                        || token.is_word(&["select", "version", "user", "database", "char"])
                })
        }
        _ => false,
    }
}

/// A query inside a value: `(select …`, or one that reads names of the server.
fn selects(tokens: &[Token<'_>], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    let mut rest = Shape::at(tokens, at + 1);
    let Some(first) = rest.next() else { return false };
    let opened = before.is_some_and(|token| token.is_mark("(") || token.is_mark("{"));
    let follows = rest.peek();
    let is_expression =
        matches!(first.kind, Kind::Number | Kind::Variable | Kind::Text { .. } | Kind::Quoted)
            || first.is_mark("*")
            || first.is_mark("(")
            || first.is_mark("-")
            || first.is_word(&CONSTANTS)
            || follows.is_none_or(|token| {
                token.is_mark("(")
                    || token.is_mark(",")
                    || token.is_word(&["from", "as"])
                    || token.is_mark(")")
            });
    (opened && is_expression)
        || (first.kind == Kind::Word && TELLING.contains(&first.text) && rest.is("(") && at > 0)
}

/// A second statement behind the first.
fn stacked(mut rest: Shape<'_, '_>) -> bool {
    rest.peek().is_some_and(|token| token.is_word(&["select"])) && {
        rest.next();
        rest.peek().is_some_and(|token| {
            matches!(token.kind, Kind::Number | Kind::Variable | Kind::Text { .. }) || token.is_mark("*")
        }) || Shape::at(rest.tokens, 1).is("(")
            || Shape::at(rest.tokens, 1).is("from")
            || Shape::at(rest.tokens, 1).is(",")
    }
}

/// What an operand is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operand<'t> {
    /// The same whatever the row.
    Constant,
    /// A column, or a word.
    Name(&'t str),
    /// A call of a function that tells something.
    Telling,
    /// Something else in parentheses.
    Group,
}

/// Whether a condition was put in behind the logic at `at`: one that is the same for every row, asks the server, or is
/// the last thing before a comment.
fn condition(tokens: &[Token<'_>], at: usize, closing: &[usize]) -> bool {
    let left_is_value = at.checked_sub(1).and_then(|left| tokens.get(left)).is_none_or(|token| {
        token.kind != Kind::Mark || matches!(token.text, ")" | ";" | "]" | "}" | "%" | "\\" | "," | "*")
    });
    let Some((left, next)) = operand(tokens, at + 1, closing) else { return false };
    let comment = |at: usize| {
        tokens.get(at).is_some_and(|token| {
            token.kind == Kind::Comment && token.text.len() <= 16 && !token.text.trim().contains(' ')
        })
    };
    let Some(operator) = tokens.get(next) else {
        let truth = tokens.get(at + 1).is_some_and(|token| token.is_word(&["true", "false"]));
        let number = at
            .checked_sub(1)
            .and_then(|before| tokens.get(before))
            .is_some_and(|token| token.kind == Kind::Number);
        return (left == Operand::Telling && at == 0) || (truth && number);
    };
    if at == 0 && is_arithmetic(operator) && next + 1 == tokens.len() && left == Operand::Constant {
        return true;
    }
    if !compares(operator) {
        let logic =
            tokens.get(at).is_some_and(|token| token.is_word(&["or", "and", "having", "xor", "where"]));
        return logic
            && left_is_value
            && left != Operand::Group
            && !matches!(left, Operand::Name(_))
            && comment(next);
    }
    let mut from = next + 1;
    while tokens.get(from).is_some_and(|token| compares(token) || token.is_word(&["not", "null"])) {
        from += 1;
    }
    let Some((right, end)) = operand(tokens, from, closing) else {
        let last =
            tokens.get(from).is_none_or(|token| matches!(token.kind, Kind::Text { closed: false, .. }));
        return at == 0 && left == Operand::Constant && last
            || left == Operand::Constant && operator.text == "is"
            || left == Operand::Telling && left_is_value;
    };
    let marked = operator.kind == Kind::Mark;
    // A sentence goes on, a condition has an end.
    let ended = tokens.get(end).is_none_or(|token| {
        matches!(token.kind, Kind::Comment | Kind::Text { .. } | Kind::Version | Kind::Word)
            && !token.is_word(&["of", "so", "to", "for"])
            || matches!(token.text, ")" | ";" | "]" | "||" | "&&")
            || compares(token)
            || is_arithmetic(token)
    });
    left_is_value
        && match (left, right) {
            (Operand::Constant | Operand::Group, Operand::Constant) | (Operand::Constant, Operand::Group) => {
                // English compares constants with words only in quotes of its own.
                (marked && ended) || operator.is_word(&["like", "rlike", "regexp", "between", "in", "is"])
            }
            (Operand::Telling, _) | (_, Operand::Telling) => true,
            (Operand::Name(a), Operand::Name(b)) => (a == b && marked) || comment(end),
            (Operand::Name(_), Operand::Constant) | (Operand::Constant, Operand::Name(_)) => {
                comment(end) || ((at == 0 || operator.text == "like") && text_opens(tokens))
            }
            _ => comment(end),
        }
}

fn text_opens(tokens: &[Token<'_>]) -> bool {
    tokens.last().is_some_and(|token| matches!(token.kind, Kind::Text { closed: false, .. }))
}

/// Reads operands with arithmetic between them; what the first that is not constant is, and where they end.
fn operand<'t>(tokens: &[Token<'t>], from: usize, closing: &[usize]) -> Option<(Operand<'t>, usize)> {
    let (mut sum, mut at) = term(tokens, from, closing)?;
    for _ in 0..64 {
        let joins = tokens.get(at).is_some_and(|token| is_arithmetic(token) && token.text != "||");
        if !joins {
            break;
        }
        let Some((next, end)) = term(tokens, at + 1, closing) else { break };
        if next != Operand::Constant {
            sum = next;
        }
        at = end;
    }
    Some((sum, at))
}

/// A term, and the type it is turned into.
fn term<'t>(tokens: &[Token<'t>], at: usize, closing: &[usize]) -> Option<(Operand<'t>, usize)> {
    let (operand, mut end) = plain_term(tokens, at, closing)?;
    while tokens.get(end).is_some_and(|token| token.is_mark("::")) {
        end += 2;
    }
    Some((operand, end))
}

fn plain_term<'t>(tokens: &[Token<'t>], mut at: usize, closing: &[usize]) -> Option<(Operand<'t>, usize)> {
    for _ in 0..16 {
        let sign = tokens.get(at).is_some_and(|token| {
            token.is_word(&SIGNS)
                || matches!(token.text, "-" | "+" | "!" | "~" | "@" | "*" | "\\" | "{")
                    && token.kind == Kind::Mark
        });
        if !sign {
            break;
        }
        at += 1;
    }
    let token = tokens.get(at)?;
    let next = at + 1;
    match token.kind {
        Kind::Number | Kind::Variable | Kind::Text { .. } => Some((Operand::Constant, next)),
        Kind::Quoted => Some((Operand::Name(token.text), next)),
        Kind::Word if CONSTANTS.contains(&token.text) => Some((Operand::Constant, next)),
        Kind::Word if is_logic(token) || compares(token) => None,
        Kind::Word => {
            let is_call = tokens.get(next).is_some_and(|token| token.is_mark("("));
            if !is_call {
                return Some((Operand::Name(token.text), next));
            }
            let end = closing.get(next).copied().unwrap_or(tokens.len()).saturating_add(1);
            let telling = TELLING.contains(&token.text) || DANGEROUS.contains(&token.text);
            Some((if telling { Operand::Telling } else { Operand::Name(token.text) }, end))
        }
        Kind::Mark if token.text == "(" => {
            let close = closing.get(at).copied().unwrap_or(tokens.len());
            let inside = tokens.get(next..close.min(next + 12)).unwrap_or_default();
            let constant = inside.iter().all(|token| {
                matches!(token.kind, Kind::Number | Kind::Variable | Kind::Text { .. } | Kind::Mark)
                    || is_logic(token)
                    || token.is_word(&CONSTANTS)
            });
            let selects = inside.iter().any(|token| token.text == "select");
            let operand = match (selects, constant) {
                (true, _) => Operand::Telling,
                (false, true) => Operand::Constant,
                (false, false) => Operand::Group,
            };
            Some((operand, close.saturating_add(1)))
        }
        _ => None,
    }
}

/// For each opening parenthesis where it closes; the number of tokens where it does not.
fn closing(tokens: &[Token<'_>]) -> alloc::vec::Vec<usize> {
    let mut closing = alloc::vec![tokens.len(); tokens.len()];
    let mut open = alloc::vec::Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.is_mark("(") {
            open.push(at);
        } else if token.is_mark(")")
            && let Some(start) = open.pop()
            && let Some(slot) = closing.get_mut(start)
        {
            *slot = at;
        }
    }
    closing
}
