use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::Cell;
use std::thread_local;

use crate::sample;
use crate::scan::pattern::{Bytes, Literal, Pattern, Patterns, Place, Step, UNBOUNDED};
use crate::scan::phrase::Phrases;
use crate::scan::phrase::write::to_bytes;
use crate::scan::{Kind, Scanner};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

thread_local! {
    pub(super) static LOOKED: Cell<usize> = const { Cell::new(0) };
}

/// What somebody repeats who wants looking to take long: beginnings without ends, ends without beginnings, and what
/// is read again from each place in it.
const UNITS: &[&str] = &[
    // Assignments: chains, quotes, blanks, names that go on.
    "password=password=",
    "api_key:",
    "-key:",
    "keykey",
    "user=a pwd=b ",
    "secret = \"",
    "token\", \"value\": ",
    "pass=A1b2c3d4!",
    "x_x_x_x_x_x_x_x_x_key",
    // Secrets.
    "eyJeyJ",
    "eyJ.",
    "eyJhbGciOiJIUzI1NiJ9.",
    "ZXlK ",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-a ",
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEF\n",
    "Private-Lines: 4\n",
    "AGE-SECRET-KEY-1",
    "@",
    "://a:b@",
    "a1a_a1-",
    "$2b$10$",
    "$argon2",
    "Basic ",
    "-u a:",
    // Patterns: the keyword, the literal, and what stands around it.
    "acme=",
    "acme ",
    "ab01key-",
    "key-0",
    // Encodings, also in each other.
    "%41",
    "%2525",
    "%20aaaaaaaaaaaaaaaaaaaa",
    "\\u0041",
    "&#65;",
    "\\/",
    "a\\_b",
    "%40a",
    "a&#64;b",
    "%254%30a",
    "\u{ff11}",
    "41 42 ",
    "0x41, ",
    "JTQxJTQxJTQx",
    "UGxlYXNlIHJlYWQgdGhpcyBub3cg",
    "UGxlYXNlIHJlYWQgdGhpcyBub3cgUGxl\n",
    "gur cat ",
    "this gur that ",
    "eht dna ",
    // Hidden text.
    "<!--",
    "<!-- a -->",
    "<!-- ",
    "\n[//]: # (",
    "\n[//]: # (a\n",
    "<p hidden hidden hidden hidden hidden hidden hidden hidden hidden hidden hidden hidden>",
    "<p hidden>",
    "<p hidden>1 2 ",
    "<p id=a hidden>one two three four five ",
    "<p style='display:none'>",
    " style=\"",
    "a\u{200b}",
    "\u{200b}",
    "\u{200e}a",
    "\u{202a}",
    "\u{202c}",
    "\u{202a}a\u{202c}",
    "\u{2066}\u{2067}a",
    "a\u{430}",
    "\u{430}bc ",
    "\u{1d41a}",
    "\u{1d41a} . . .",
    "\u{ff41}",
    "\u{e0041}",
    // Personal data.
    "1234567890",
    "1.1.",
    "1 2-",
    "ab:",
    "a@a.",
    "DE89",
    "+49 ",
    // Phrases, marks and links.
    "ignore all previous ",
    "ignore ",
    "previous instructions",
    "<system>",
    "</system>",
    "<system> a",
    "![](http://a/?q=",
    "](http://a/?{a}",
    "src=http://a/?d={",
    "src=http://a/?d=%7Ba",
    "href=http://a?((",
    "mailto:a?",
    // Classes of bytes.
    "A",
    "aA1",
    " ",
    "\n",
    "/",
    "=",
];

/// Much longer than what is read of most things, however long they are.
const BYTES: usize = 10 << 10;

/// A few, of words that are read in each other.
const PHRASES: &str = "
lead = please
override: !ignore 2 previous 1 instructions
override: ignore 4 previous 4 !instructions
boundary mark: <system>
boundary mark: </system>
secrecy: not 0 !tell 2 user
common: all this that
";

#[test]
fn a_hostile_text_of_twice_the_length_is_twice_the_work() {
    let scanner = scanner();
    let mut bad = Vec::new();
    for unit in UNITS {
        let [once, twice] = [BYTES, 2 * BYTES].map(|bytes| work(&scanner, unit, bytes));
        if twice * 10 > once * 22 || once > 600 * BYTES {
            bad.push((unit, once, twice));
        }
    }
    assert!(bad.is_empty(), "{bad:?}");
}

#[test]
fn a_long_name_is_not_read_again_with_each_of_its_values() {
    let scanner = scanner();
    let name = "password".repeat(BYTES / 8);
    LOOKED.set(0);
    assert!(scanner.scan("a", Some(&name)).is_empty());
    assert!(LOOKED.get() < 1000, "{}", LOOKED.get());
    assert!(!scanner.scan("V4HeJypI9MXyth9Z", Some(&name)).is_empty());
}

fn work(scanner: &Scanner, unit: &str, bytes: usize) -> usize {
    let text: String = unit.repeat(bytes / unit.len());
    LOOKED.set(0);
    assert!(scanner.scan(&text, None).len() <= text.len());
    LOOKED.get()
}

/// Every built-in kind, and a pattern of each place.
fn scanner() -> Scanner {
    let kinds = || Kind::ALL.iter().map(|kind| Some(*kind));
    let own = u16::try_from(Kind::ALL.len()).unwrap();
    let digits = Bytes::range(b'0', b'9');
    let pattern = Pattern {
        detector: own,
        before: vec![Step::Run { set: Bytes::ALNUM, min: 1, max: UNBOUNDED }],
        literal: Literal { bytes: b"key-".to_vec(), fold: false },
        after: vec![Step::Run { set: digits, min: 8, max: UNBOUNDED }],
        secret: 2..3,
        ..sample::pattern()
    };
    let contextual = |place| Pattern {
        before: vec![],
        literal: Literal { bytes: b"acme".to_vec(), fold: true },
        place,
        after: vec![Step::Run { set: Bytes::ALNUM, min: 32, max: 64 }],
        secret: 0..1,
        ..pattern.clone()
    };
    let patterns = vec![pattern.clone(), contextual(Place::Assigned), contextual(Place::Near)];
    let patterns = Patterns::new(patterns).unwrap();
    let phrases = Phrases::from_bytes(&to_bytes(PHRASES).unwrap()).unwrap();
    Scanner::new(kinds().chain([None]), Some(patterns), Some(phrases)).unwrap()
}
