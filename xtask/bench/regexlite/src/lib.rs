//! A proxy-wasm filter that masks what a dozen regular expressions find in the bytes of an answer, as one writes it in an
//! afternoon. `chain/lua-scan.yaml` looks for the same.

use std::borrow::Cow;
use std::rc::Rc;

use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType};
use regex_lite::Regex;

proxy_wasm::main! {{
    proxy_wasm::set_root_context(|_| {
        let patterns = PATTERNS.iter().filter_map(|pattern| Regex::new(pattern).ok()).collect();
        Box::new(Root { patterns: Rc::new(patterns) })
    });
}}

const PATTERNS: [&str; 13] = [
    r"[\w.%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}",
    r"\b\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b",
    r"\b\d{3}-\d{2}-\d{4}\b",
    r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b",
    r"\b[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}\b",
    r"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b",
    r"\+\d[\d -]{7,}\d",
    r"\bAKIA[A-Z2-7]{16}\b",
    r"\bgh[pousr]_[A-Za-z0-9]{36}\b",
    r"\beyJ[\w-]+\.[\w-]+\.[\w-]+",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    r"(?i)password\s*[:=]\s*[^\s\x22\\]+",
    r"(?i)ignore (?:all )?previous instructions",
];

struct Root {
    patterns: Rc<Vec<Regex>>,
}

impl Context for Root {}

impl RootContext for Root {
    fn create_http_context(&self, _: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Filter { patterns: Rc::clone(&self.patterns) }))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

struct Filter {
    patterns: Rc<Vec<Regex>>,
}

impl Context for Filter {}

impl HttpContext for Filter {
    fn on_http_response_headers(&mut self, _: usize, ends: bool) -> Action {
        // The length is known when the body is.
        if ends { Action::Continue } else { Action::Pause }
    }

    fn on_http_response_body(&mut self, size: usize, ends: bool) -> Action {
        if !ends {
            return Action::Pause;
        }
        let body = self.get_http_response_body(0, size).unwrap_or_default();
        let Ok(text) = String::from_utf8(body) else { return Action::Continue };
        let mut masked = Cow::Borrowed(text.as_str());
        for pattern in self.patterns.iter() {
            if let Cow::Owned(changed) = pattern.replace_all(&masked, "***") {
                masked = Cow::Owned(changed);
            }
        }
        if let Cow::Owned(masked) = masked {
            self.set_http_response_header("content-length", Some(&masked.len().to_string()));
            self.set_http_response_body(0, size, masked.as_bytes());
        }
        Action::Continue
    }
}
