use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{GRAMS, look};
use crate::scan::testing::All;
use crate::scan::{Findings, Gram, Kind, Text};

/// Letters and digits without a pattern, the same each time.
pub(in crate::scan) fn random(length: usize) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut state = 0x2545_F491_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        char::from(LETTERS[state as usize % LETTERS.len()])
    };
    (0..length).map(|_| next()).collect()
}

/// What a family finds when asked at its grams. Asked at every place it must find the same.
pub(in crate::scan) fn asked(
    text: &str,
    grams: &[Gram],
    look: impl Fn(&Text<'_>, usize, &mut dyn Findings) -> usize,
) -> Vec<(Kind, Range<usize>)> {
    let bytes = text.as_bytes();
    let run = |everywhere: bool| {
        let mut all = All::default();
        let mut until = 0;
        for at in 0..bytes.len() {
            if at >= until && (everywhere || grams.iter().any(|gram| gram.matches(bytes, at))) {
                until = look(&Text { bytes, key: None }, at, &mut all);
                assert!(until > at, "{text:?} at {at}");
            }
        }
        all.0
    };
    let found = run(false);
    assert_eq!(found, run(true), "{text:?}");
    found
}

fn found(text: &str) -> Vec<(Kind, &str)> {
    asked(text, GRAMS, look)
        .into_iter()
        .map(|(kind, place)| (kind, text.get(place).unwrap_or("not whole characters")))
        .collect()
}

/// A PEM block with a body of this many lines of base64.
fn pem(label: &str, lines: usize, end_of_line: &str) -> String {
    let dashes = "-----";
    let mut block = format!("{dashes}BEGIN {label}{dashes}{end_of_line}");
    for line in 0..lines {
        let length = if line + 1 == lines { 20 } else { 64 };
        block.push_str(&random(length));
        block.push_str(end_of_line);
    }
    block + &format!("{dashes}END {label}{dashes}")
}

fn jwt(header: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", part(header), part("{\"sub\":\"synthetic\",\"admin\":false}"), random(43))
}

#[test]
fn private_keys_are_found_from_their_dashes_to_their_dashes() {
    for label in
        ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY"]
    {
        for end_of_line in ["\n", "\r\n", "\\n", " "] {
            let key = pem(label, 4, end_of_line);
            assert_eq!(found(&format!("key: \"{key}\"\n")), [(Kind::PrivateKey, key.as_str())], "{label}");
        }
    }
    let pgp = pem("PGP PRIVATE KEY BLOCK", 6, "\n").replacen(
        "BLOCK-----\n",
        "BLOCK-----\nVersion: Synthetic 1.0\n\n",
        1,
    );
    assert_eq!(found(&pgp), [(Kind::PrivateKey, pgp.as_str())]);
}

#[test]
fn a_truncated_private_key_is_found_as_far_as_it_goes() {
    let key = pem("PRIVATE KEY", 4, "\n");
    let (cut, _) = key.split_once("\n-----END").unwrap_or((&key, ""));
    assert_eq!(found(cut), [(Kind::PrivateKey, cut)]);
    let followed = format!("{cut}\n\nwhich is the key of the server, as was said before");
    assert_eq!(found(&followed), [(Kind::PrivateKey, cut)]);
}

#[test]
fn a_private_key_in_a_page_or_a_form_is_found() {
    let key = pem("PRIVATE KEY", 4, "\n");
    for spelled in ["&#43;", "&#x2F;", "&plus;", "%2B", "%2f"] {
        let line = |line: &str| {
            let (front, rest) = line.split_at(20);
            if line.starts_with('-') { String::from(line) } else { format!("{front}{spelled}{rest}") }
        };
        let key = key.lines().map(line).collect::<Vec<_>>().join("\n");
        assert_eq!(found(&key), [(Kind::PrivateKey, key.as_str())]);
        let (cut, _) = key.split_once("\n-----END").unwrap();
        assert_eq!(found(cut), [(Kind::PrivateKey, cut)]);
    }
}

#[test]
fn public_keys_certificates_and_pictures_of_keys_are_not_secret() {
    for label in ["PUBLIC KEY", "CERTIFICATE", "PGP PUBLIC KEY BLOCK", "CERTIFICATE REQUEST"] {
        assert_eq!(found(&pem(label, 4, "\n")), [], "{label}");
    }
    let (begin, end) = ("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----");
    for body in [
        "...",
        "MIIEvQIBADAN...",
        "<your private key in the format of PKCS#8 goes here>",
        "`, then the letters, then `",
    ] {
        assert_eq!(found(&format!("{begin}\n{body}\n{end}")), [], "{body}");
    }
}

#[test]
fn keys_of_putty_and_age_are_found() {
    let lines = format!("{}\n{}\n{}", random(64), random(64), random(24));
    let key =
        format!("PuTTY-User-Key-File-3: ssh-rsa\nComment: x\nPrivate-Lines: 3\n{lines}\nPrivate-MAC: 00\n");
    assert_eq!(found(&key), [(Kind::PrivateKey, lines.as_str())]);
    let age = format!("AGE-SECRET-KEY-1{}", random(58).to_ascii_uppercase());
    assert_eq!(found(&format!("# created today\n{age}\n")), [(Kind::PrivateKey, age.as_str())]);
}

#[test]
fn tokens_with_a_header_that_names_an_algorithm_are_found() {
    for header in [
        "{\"alg\":\"HS256\",\"typ\":\"JWT\"}",
        // The fourth letter of its base64 is a digit.
        "{\"typ\":\"JWT\",\"alg\":\"HS256\"}",
        "{ \"typ\": \"JWT\", \"alg\": \"none\" }",
        "{\n  \"alg\": \"RS256\"\n}",
    ] {
        let token = jwt(header);
        assert_eq!(found(&format!("({token})")), [(Kind::Jwt, token.as_str())], "{header}");
    }
    let encrypted = format!(
        "{}.{}.{}.{}.{}",
        URL_SAFE_NO_PAD.encode("{\"alg\":\"dir\",\"enc\":\"A128GCM\"}"),
        "",
        random(16),
        random(40),
        random(22)
    );
    assert_eq!(found(&encrypted), [(Kind::Jwt, encrypted.as_str())]);
    for header in ["{\"alg\":\"HS256\"}", "{\"b64\":true}"] {
        let twice = STANDARD.encode(jwt(header));
        assert_eq!(found(&twice), [(Kind::Jwt, twice.as_str())], "{header}");
    }
}

#[test]
fn what_only_looks_like_a_token_is_not_found() {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    for text in [
        format!("{}.{}", part("{\"name\":\"value\"}"), part("{\"other\":\"member\"}")),
        part("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"),
        format!("{}.e", part("{\"alg\":\"HS256\",\"typ\":\"JWT\"}")),
        String::from("eyJhbGciOiJIUzI1NiJ9 is what a header looks like. And so on."),
        String::from("eyJ.eyJ.eyJ"),
    ] {
        assert_eq!(found(&text), [], "{text}");
    }
}

#[test]
fn the_password_of_a_url_is_found_and_nothing_else() {
    for (text, password) in [
        ("postgres://app:tr0ub4dor3@db.internal:5432/main", "tr0ub4dor3"),
        ("mongodb+srv://app:p%40ssw0rd9@cluster.example/x?retry=true", "p%40ssw0rd9"),
        ("redis://:opensesame@cache:6379/0", "opensesame"),
        ("DSN='amqp://app:open@sesame@mq/vhost'", "open@sesame"),
        ("mongodb://app:tr0ub#4dor3@db:27017", "tr0ub#4dor3"),
        ("smtps://app@example.com:tr0ub4dor3@mail.example.com", "tr0ub4dor3"),
    ] {
        assert_eq!(found(text), [(Kind::ConnectionString, password)], "{text}");
    }
}

#[test]
fn a_token_in_the_place_of_the_user_is_found() {
    let token = random(36);
    for password in ["", ":", ":x-oauth-basic"] {
        let text = format!("git+https://{token}{password}@git.example.com/acme/app.git");
        assert_eq!(found(&text), [(Kind::ConnectionString, token.as_str())], "{text}");
    }
}

#[test]
fn a_password_anybody_guesses_is_weak() {
    for (text, password) in [
        ("https://user:password@example.com", "password"),
        ("postgres://postgres:postgres@localhost/db", "postgres"),
        ("psexec -u ACME\\app -p blueberries cmd", "blueberries"),
        ("docker login -u app -p secret", "secret"),
    ] {
        assert_eq!(found(text), [(Kind::Weak, password)], "{text}");
    }
    for text in ["mysql -u root -p 3306", "acme -u app -p /srv/app", "acme -u app -p $PASSWORD"] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn urls_without_a_password_are_left_alone() {
    for text in [
        "https://USER:PASSWORD@example.com",
        "https://user:password@host",
        "https://user:your-password@example.com",
        "mongodb://<username>:<password>@cluster/",
        "https://${USER}:${PASSWORD}@host/",
        "https://{{user}}:{{password}}@host/",
        "git@github.com:org/repo.git",
        "https://example.com:8443/@scope/package",
        "https://medium.com/@author",
        "ssh://git@example.com:2222/x",
        "http://localhost:8080#tr0ub4dor3@acme",
        "https://acme.example#user:tr0ub4dor3@acme",
        "mail jane@example.com: hello@example.org",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn basic_authentication_is_found_in_headers_and_on_command_lines() {
    let login = STANDARD.encode("app:tr0ub4dor3");
    assert_eq!(found(&format!("Authorization: Basic {login}")), [(Kind::BasicAuth, login.as_str())]);
    assert_eq!(found("curl -u app:tr0ub4dor3 https://x"), [(Kind::BasicAuth, "tr0ub4dor3")]);
    assert_eq!(found("curl --user 'app:tr0ub4dor3'"), [(Kind::BasicAuth, "tr0ub4dor3")]);
    for text in [
        "Basic training",
        "docker run -u 1000:1000 x",
        "chown --user root:wheel x",
        "curl -u $USER:$PASSWORD x",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
    let variable = STANDARD.encode("user:password");
    assert_eq!(found(&format!("Basic {variable}")), []);
}

#[test]
fn password_hashes_are_found() {
    for hash in [
        format!("$2b$12${}", random(53)),
        format!("$argon2id$v=19$m=65536,t=3,p=4${}${}", random(22), random(43)),
        format!("$apr1$saltsalt${}", random(22)),
    ] {
        assert_eq!(found(&format!("hash {hash} ")), [(Kind::PasswordHash, hash.as_str())]);
    }
    let hash = format!("$6$saltsalt${}", random(86));
    assert_eq!(found(&format!("root:{hash}:19000:0:")), [(Kind::PasswordHash, hash.as_str())]);
    assert_eq!(found("it costs $2b$ or $6$ and $1$, in all $9$"), []);
}

#[test]
fn keys_with_a_prefix_are_found_whoever_made_them() {
    let body = random(40);
    for prefix in ["acme_live_", "zq-", "nt_api_", "CQPAT_"] {
        let key = format!("{prefix}{body}");
        for text in [format!("it is {key}."), format!("\"{key}\""), key.clone()] {
            assert_eq!(found(&text), [(Kind::Prefixed, key.as_str())], "{text}");
        }
    }
}

#[test]
fn ids_hashes_and_names_are_not_keys() {
    let hexadecimal: String =
        random(40).bytes().map(|b| char::from(b"0123456789abcdef"[usize::from(b % 16)])).collect();
    for text in [
        format!("sha512-{}", random(86)),
        format!("bundle-{hexadecimal}.js"),
        format!("/assets/app-{}.js", random(40)),
        format!("https://x.example/f/id_{}/view", random(40)),
        format!("chatcmpl-{}", random(24)),
        String::from("vpc-0a1b2c3d4e5f67890"),
        String::from("req_550e8400-e29b-41d4-a716-446655440000"),
        String::from("get_ec2_instance_recommendations_by_k8s_cluster_name"),
        random(64),
    ] {
        assert_eq!(found(&text), [], "{text}");
    }
}

#[cfg(not(target_family = "wasm"))]
mod properties {
    use alloc::string::String;
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::{GRAMS, asked, look, random};
    use crate::scan::assignment;

    /// Texts made of what the families look for, so that random ones get far.
    fn text() -> impl Strategy<Value = String> {
        let words = [
            "token",
            "Secret",
            "api_key",
            "KEY",
            "password",
            "pwd",
            "Authorization",
            "apiToken",
            "public",
            "pat",
            "_id",
            "user=",
            "=",
            ": ",
            " := ",
            "\"",
            "'",
            "\\",
            "\n",
            " ",
            ";",
            "@",
            "://",
            ":",
            "-",
            "--",
            "-----",
            "BEGIN ",
            "END ",
            "PRIVATE KEY",
            "Private-Lines: 2\n",
            "AGE-SECRET-KEY-1",
            "Basic ",
            "Bearer ",
            "-u ",
            "$2b$12$",
            "$6$",
            "eyJ",
            ".",
            "eyJhbGciOiJIUzI1NiJ9",
            "ZXlKaGJHY2lPaUpJVXpJMU5pSjku",
            "sk_live_",
            "acme-",
            "/",
            "value=",
            "é",
            "\u{1F511}",
            "x1y",
        ];
        let piece = prop_oneof![
            4 => prop::sample::select(words.to_vec()).prop_map(String::from),
            1 => (1_usize..80).prop_map(random),
            1 => "\\PC{0,8}",
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces: Vec<String>| pieces.concat())
    }

    proptest! {
        #[test]
        fn the_grams_lose_nothing_and_places_are_whole_characters(text in text()) {
            for (_, place) in asked(&text, GRAMS, look).into_iter().chain(asked(&text, assignment::GRAMS, assignment::look)) {
                prop_assert!(text.get(place.clone()).is_some_and(|found| !found.is_empty()), "{:?} {:?}", text, place);
            }
        }

        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200), key in "\\PC{0,20}") {
            let text = crate::scan::Text { bytes: &bytes, key: Some(&key) };
            let mut all = crate::scan::testing::All::default();
            assignment::whole(&text, &mut all);
            for at in 0..bytes.len() {
                look(&text, at, &mut all);
                assignment::look(&text, at, &mut all);
            }
            prop_assert!(all.0.iter().all(|(_, place)| place.end <= bytes.len()));
        }
    }
}
