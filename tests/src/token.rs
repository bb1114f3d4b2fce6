//! Access tokens, signed with a key that lives as long as the test program.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jwt_simple::prelude::*;
use serde_json::{Value, json};

/// The issuer and audience that `envoy/demo.yaml` asks for.
const ISSUER: &str = "https://issuer.acme.example";
const AUDIENCE: &str = "https://mcp.acme.example/github";

fn key() -> &'static ES256KeyPair {
    static KEY: OnceLock<ES256KeyPair> = OnceLock::new();
    KEY.get_or_init(|| ES256KeyPair::generate().with_key_id("test"))
}

/// The public key as a JSON Web Key Set, on one line.
pub fn jwks() -> String {
    let point = key().public_key().public_key().to_bytes_uncompressed();
    // SEC 1: 0x04, then the coordinates.
    let (x, y) = point[1..].split_at(32);
    let [x, y] = [x, y].map(|coordinate| BASE64_URL_SAFE_NO_PAD.encode(coordinate));
    json!({ "keys": [{ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "test", "x": x, "y": y }] })
        .to_string()
}

/// A token valid for an hour with `claims`, a JSON object, beside issuer, audience and times.
pub fn token(claims: Value) -> String {
    let claims = Claims::with_custom_claims(claims, Duration::from_hours(1))
        .with_issuer(ISSUER)
        .with_audience(AUDIENCE);
    key().sign(claims).expect("signing needs nothing that could be missing")
}

/// The token of Ada of the support group, whose agent is `triage-bot`.
pub fn ada() -> String {
    token(json!({ "sub": "ada@acme.example", "groups": ["support"], "azp": "triage-bot", "jti": "t-1" }))
}

/// The token of a person whom no rule permits anything.
pub fn stranger() -> String {
    token(json!({ "sub": "eve@elsewhere.example", "groups": ["visitors"], "azp": "unknown-bot" }))
}
