//! Schemas and values at random, and values made to fit a schema.

use serde_json::{Map, Value, json};

/// xorshift64 (Marsaglia 2003).
pub(crate) struct Random(pub(crate) u64);

const NAMES: [&str; 4] = ["a", "b", "c", "0"];

impl Random {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn one<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    fn chance(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    pub(crate) fn value(&mut self, depth: usize) -> Value {
        let scalars = [
            json!(null),
            json!(true),
            json!(false),
            json!(0),
            json!(1),
            json!(1.5),
            json!(2),
            json!(-3),
            json!(10),
            json!(2.0),
            json!(""),
            json!("x"),
            json!("ab"),
            json!("😀y"),
            json!("a1b"),
            json!("x\n"),
        ];
        match self.below(if depth == 0 { 4 } else { 7 }) {
            0..=3 => self.one(&scalars).clone(),
            4 => (0..self.below(4)).map(|_| self.value(depth - 1)).collect(),
            _ => self.object(depth - 1),
        }
    }

    pub(crate) fn object(&mut self, depth: usize) -> Value {
        let members = (0..self.below(4)).map(|_| ((*self.one(&NAMES)).to_owned(), self.value(depth)));
        Value::Object(members.collect())
    }

    /// A schema of the keywords that are enforced; `$defs` of the root are `d` and `e`.
    pub(crate) fn schema(&mut self, depth: usize) -> Value {
        if self.chance(25) {
            return json!(self.chance(2));
        }
        let mut schema = Map::new();
        if !self.chance(3) {
            let types = ["null", "boolean", "number", "integer", "string", "array", "object"];
            let one = *self.one(&types);
            schema.insert(
                "type".into(),
                if self.chance(6) { json!([one, self.one(&types)]) } else { json!(one) },
            );
            if self.chance(10) {
                schema.insert("nullable".into(), json!(true));
            }
        }
        for _ in 0..self.below(3) + 1 {
            let (name, rule) = self.keyword(depth);
            if name == "if" {
                schema.insert("then".into(), self.schema(depth - 1));
                schema.insert("else".into(), self.schema(depth - 1));
            }
            schema.insert(name.into(), rule);
        }
        if schema.contains_key("prefixItems") && schema.contains_key("items") {
            schema.insert("items".into(), json!(self.chance(2)));
        }
        Value::Object(schema)
    }

    fn keyword(&mut self, depth: usize) -> (&'static str, Value) {
        let small = json!(self.below(4));
        if depth == 0 || self.chance(3) {
            let values =
                |random: &mut Self| (0..random.below(3) + 1).map(|_| random.value(1)).collect::<Value>();
            return match self.below(12) {
                0 => ("enum", values(self)),
                1 => ("const", self.value(1)),
                2 => ("minimum", small),
                3 => ("maximum", json!(self.below(5) as f64 - 1.5)),
                4 => ("exclusiveMinimum", small),
                5 => ("exclusiveMaximum", small),
                6 => ("minLength", small),
                7 => ("maxLength", small),
                8 => ("minItems", small),
                9 => ("maxItems", small),
                10 => (*self.one(&["minProperties", "maxProperties"]), small),
                _ => ("pattern", json!(self.one(&["a", "^x", "[0-9]", "^(x|ab)$", "^.y$", "b$"]))),
            };
        }
        let several =
            |random: &mut Self| (0..random.below(3) + 1).map(|_| random.schema(depth - 1)).collect::<Value>();
        let parts = |random: &mut Self| {
            let parts =
                (0..random.below(3)).map(|_| ((*random.one(&NAMES)).to_owned(), random.schema(depth - 1)));
            Value::Object(parts.collect())
        };
        match self.below(14) {
            0..=2 => ("properties", parts(self)),
            3 => ("required", json!([self.one(&NAMES), self.one(&NAMES)])),
            4 => ("additionalProperties", if self.chance(2) { json!(false) } else { self.schema(depth - 1) }),
            5 | 6 => ("items", self.schema(depth - 1)),
            7 => ("prefixItems", several(self)),
            8 => ("contains", self.schema(depth - 1)),
            9 => ("anyOf", several(self)),
            10 => ("oneOf", several(self)),
            11 => ("allOf", several(self)),
            12 => (*self.one(&["not", "if"]), self.schema(depth - 1)),
            _ => ("$ref", json!(self.one(&["#/$defs/d", "#/$defs/e"]))),
        }
    }

    /// A value that tries to fit: not all schemas are taken into account.
    pub(crate) fn fitting(&mut self, root: &Value, schema: &Value, depth: usize) -> Value {
        let resolved =
            |target: &Value| root.pointer(target.as_str().unwrap().strip_prefix('#').unwrap()).unwrap();
        if depth == 0 || schema.is_boolean() {
            return self.value(0);
        }
        if let Some(target) = schema.get("$ref") {
            return self.fitting(root, resolved(target), depth - 1);
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            return self.one(values).clone();
        }
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        for keyword in ["anyOf", "oneOf", "allOf"] {
            if let Some(branches) =
                schema.get(keyword).and_then(Value::as_array).filter(|all| !all.is_empty())
                && (schema.get("properties").is_none() || self.chance(2))
            {
                let branch = self.one(branches).clone();
                return self.fitting(root, &branch, depth - 1);
            }
        }
        let number = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
        let length = |keyword: &str| number(keyword).map_or(0, |length| length as usize);
        let kind = match &schema["type"] {
            Value::Array(kinds) => self.one(kinds).clone(),
            kind => kind.clone(),
        };
        match kind.as_str() {
            Some("object") => self.members(root, schema, depth),
            None if schema.get("properties").is_some() => self.members(root, schema, depth),
            Some("array") => {
                let item = schema.get("items").cloned().unwrap_or(json!(true));
                let count = length("minItems").max(self.below(2));
                (0..count).map(|_| self.fitting(root, &item, depth - 1)).collect()
            }
            Some("string") => {
                let longest = number("maxLength").map_or(usize::MAX, |length| length as usize);
                let text = *self.one(&["x", "ab", "a1b", "https://example.org/x", "2026-01-31T00:00:00Z"]);
                let text: String = text.chars().take(longest).collect();
                json!(format!(
                    "{text}{}",
                    "x".repeat(length("minLength").saturating_sub(text.chars().count()))
                ))
            }
            Some("integer" | "number") => {
                let least = number("minimum").or(number("exclusiveMinimum").map(|bound| bound + 1.0));
                let most = number("maximum").or(number("exclusiveMaximum").map(|bound| bound - 1.0));
                json!(least.or(most).unwrap_or(1.0))
            }
            Some("boolean") => json!(true),
            Some("null") => json!(null),
            _ => self.value(1),
        }
    }

    /// Puts another value somewhere, or takes one away.
    pub(crate) fn change(&mut self, value: &mut Value) {
        let count = value.as_object().map_or(0, Map::len) + value.as_array().map_or(0, Vec::len);
        if count == 0 || self.chance(4) {
            match value {
                Value::Object(members) => drop(members.insert("another".into(), json!("x"))),
                other => *other = self.value(1),
            }
            return;
        }
        let at = self.below(count);
        match value {
            Value::Object(members) => {
                let name = members.keys().nth(at).unwrap().clone();
                match self.chance(3) {
                    true => drop(members.remove(&name)),
                    false => self.change(&mut members[&name]),
                }
            }
            other => self.change(&mut other[at]),
        }
    }

    fn members(&mut self, root: &Value, schema: &Value, depth: usize) -> Value {
        let mut members = Map::new();
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for (name, part) in schema["properties"].as_object().into_iter().flatten() {
            if required.iter().any(|required| required == name) || self.chance(2) {
                members.insert(name.clone(), self.fitting(root, part, depth - 1));
            }
        }
        for name in required {
            members.entry(name.as_str().unwrap()).or_insert_with(|| json!("x"));
        }
        Value::Object(members)
    }
}
