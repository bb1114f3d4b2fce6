use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{GRAMS, look, whole};
use crate::scan::secret::tests::{asked, random};
use crate::scan::testing::All;
use crate::scan::{Kind, Text};

/// The values found in this text, as asked at the grams only; asked everywhere they must be the same.
fn found(text: &str) -> Vec<&str> {
    of_kind(Kind::Assignment, text)
}

/// The same of what anybody guesses.
fn weak(text: &str) -> Vec<&str> {
    of_kind(Kind::Weak, text)
}

fn of_kind(kind: Kind, text: &str) -> Vec<&str> {
    asked(text, GRAMS, look)
        .into_iter()
        .filter(|(found, _)| *found == kind)
        .map(|(_, place): (_, Range<usize>)| text.get(place).unwrap_or("not whole characters"))
        .collect()
}

/// Whether a text that is the value of this member is found to be a secret as a whole. The scanner asks only where the
/// name shows a gram, so every such name must.
fn found_under(key: &str, text: &str) -> bool {
    let mut all = All::default();
    whole(&Text { bytes: text.as_bytes(), key: Some(key) }, &mut all);
    let is_found = all.0.iter().any(|(_, place)| place.end == text.len());
    let shows = (0..key.len()).any(|at| GRAMS.iter().any(|gram| gram.matches(key.as_bytes(), at)));
    assert!(shows || !is_found, "nothing shows that `{key}` is secret");
    is_found
}

#[test]
fn the_value_is_found_in_every_notation_and_nothing_beside_it() {
    let value = random(32);
    for notation in [
        "ACME_API_TOKEN=V",
        "export ACME_SECRET='V'",
        "acmeToken := `V`",
        "var acmeToken string = \"V\"",
        "let acme_token: &str = \"V\";",
        "acme-api-key: V",
        "\"acme_api_key\" => \"V\",",
        "{\"client_secret\":\"V\"}",
        "{\\\"client_secret\\\": \\\"V\\\"}",
        "$acmeToken .= \"V\"",
        "acme_TOKEN ?= \"V\"",
        "System.setProperty(\"ACME_TOKEN\", \"V\")",
        "os.environ.get(\"ACME_TOKEN\",\n    \"V\")",
        "process.env.ACME_TOKEN || 'V'",
        "client(token=b\"V\")",
        "<acmeToken>\n    V\n</acmeToken>",
        "<add key=\"AcmeSecret\" value=\"V\" />",
        "- name: ACME_TOKEN\n  value: V\n",
        "acme --api-key V --verbose",
        "Authorization: Bearer V",
        "curl -H \"Authorization: ApiKey-v1 V\"",
        "headers['X-Acme-Token'] = 'V'",
        "https://acme.example/hook?access_token=V&page=2",
        "The token is V.",
        "Set-Cookie: sid=V; Path=/",
        "acme access key id: V",
        "acme API key - V",
        "- acme token - 'V'",
        "if (token !== \"V\") {",
        "data:\n  acme_token: |\n    V\n",
        "acmeSecret: >-\r\n  V\r\n",
        "variable \"acme_token\" {\n  default = \"V\"\n}",
        "variable \"acme_token\" {\n  type = string\n  description = \"Acme, Inc.\"\n  default = \"V\"\n}",
        "{\"AcmeToken\":{\"Type\":\"String\",\"Default\":\"V\"}}",
        "<string name=\"acme_token\">V</string>",
        "<AcmeToken encoding=\"plain\" version='2'>V</AcmeToken>",
        "https://acme.example/v1/forecast?key=V&q=x",
        "https://login.example/?next=%2Fhook%3Ftoken%3DV",
        "<div data-state=\"{&quot;token&quot;:&quot;V&quot;}\">",
    ] {
        let text = notation.replace('V', &value);
        // `V` in the notations' own words would break the template.
        assert_eq!(found(&text), [value.as_str()], "{notation}");
    }
}

#[test]
fn a_value_is_whatever_the_name_promises() {
    let hexadecimal: String =
        random(40).bytes().map(|b| char::from(b"0123456789abcdef"[usize::from(b % 16)])).collect();
    assert_eq!(found(&format!("acme_token={hexadecimal}")), [hexadecimal.as_str()]);
    assert_eq!(
        found("acme_api_key: \"0a1b7c3d-9e2f-4a6b-8c5d-7e1f3a9b2c4d\""),
        ["0a1b7c3d-9e2f-4a6b-8c5d-7e1f3a9b2c4d"]
    );
    assert_eq!(found("db_password = \"tr0ub4dor&3\""), ["tr0ub4dor&3"]);
    assert_eq!(found("Server=db;User Id=app;Password=opensesame;Pooling=true"), ["opensesame"]);
    assert_eq!(found("machine acme login bob password opensesame"), ["opensesame"]);
    assert_eq!(found("machine acme\n  login bob\n  password opensesame\n"), ["opensesame"]);
    assert_eq!(found("The default password is 'blueberries'."), ["blueberries"]);
    assert_eq!(found("ALTER USER app PASSWORD 'tr0ub4Dor3';"), ["tr0ub4Dor3"]);
    assert_eq!(found("ID: app, PW: tr0ub4Dor3"), ["tr0ub4Dor3"]);
}

#[test]
fn stand_ins_are_not_secrets() {
    for value in [
        "your_api_key_here",
        "<your-api-key-goes-here>",
        "${ACME_TOKEN}",
        "$ACME_API_TOKEN",
        "{{ acme.token.value }}",
        "$(cat /run/secrets/token)",
        "%ACME_API_TOKEN%",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "********************",
        "00000000000000000000000000000000",
        "0123456789abcdef0123456789abcdef",
        "abcdefghijklmnopqrstuvwxyz123456",
        "REDACTED-REDACTED-REDACTED",
        "changeme12345678901x",
        "process.env.ACME_TOKEN",
        "example-token-1a2b3c4d5e6f7g8h9i",
    ] {
        for text in [format!("ACME_TOKEN={value}"), format!("acme_token: \"{value}\"")] {
            assert_eq!(found(&text), [] as [&str; 0], "{text}");
        }
    }
}

#[test]
fn a_word_is_a_password_where_one_stands_for_certain() {
    for (text, password) in [
        ("password = \"blueberries\"", "blueberries"),
        ("\"AdminPassword\" : \"blueberries\",", "blueberries"),
        ("String DB_PASS = 'hunter2';", "hunter2"),
        ("export POSTGRES_PASSWORD=postgres", "postgres"),
        ("environment:\n  MYSQL_ROOT_PASSWORD: secret\n", "secret"),
        ("spring.datasource.password=blueberries\n", "blueberries"),
        ("<password>blueberries</password>", "blueberries"),
        ("Server=db;Uid=app;Pwd=secret;", "secret"),
        ("https://x.example/?user=app&password=secret", "secret"),
        ("machine acme login bob password secret", "secret"),
        ("username: app\npassword: blueberries\n", "blueberries"),
        ("credentials {\n    username 'user'\n    password 'password'\n}", "password"),
        ("acme --username app --password blueberries", "blueberries"),
        ("new NetworkCredential(\"app\", \"blueberries\")", "blueberries"),
        ("auth=HTTPBasicAuth('app', 'blueberries')", "blueberries"),
        ("app.secret_key = 'blue8berries'", "blue8berries"),
        ("password: '123456'", "123456"),
        ("acme_token = 0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef"),
    ] {
        assert_eq!(weak(text), [password], "{text}");
        assert_eq!(found(text), [] as [&str; 0], "{text}");
    }
}

#[test]
fn a_gap_is_no_password() {
    for gap in [
        "<password>",
        "${DB_PASSWORD}",
        "{{password}}",
        "your_password_here",
        "xxxxxxxx",
        "********",
        "PASSWORD",
        "EXAMPLE-PASSWORD",
        "string",
        "required",
    ] {
        for text in [
            format!("DB_PASSWORD={gap}"),
            format!("password: \"{gap}\""),
            format!("Server=db;Uid=app;Pwd={gap};"),
            format!("new NetworkCredential(\"app\", \"{gap}\")"),
        ] {
            assert_eq!(weak(&text), [] as [&str; 0], "{text}");
            assert_eq!(found(&text), [] as [&str; 0], "{text}");
        }
    }
}

#[test]
fn many_signs_are_made_by_a_generator() {
    for value in ["u@D7GXt)t>8d(LtH^(lvZ<g=", "m{{h}o)p${e]nob(ody[finds>-_$#thisone}}"] {
        assert_eq!(found(&format!("acme_secret = \"{value}\"")), [value]);
    }
    // Fewer, among letters in both cases and digits.
    assert_eq!(found("acmeToken = \"q7R%W2#k!Zx4\""), ["q7R%W2#k!Zx4"]);
    for value in ["^[a-z0-9]{8,32}$", "${ACME}-{{name}}<x>#(y)!", "Acme%1$s&state=%2$s", "q7R%W2#k-Zx4"] {
        assert_eq!(found(&format!("acme_secret = \"{value}\"")), [] as [&str; 0]);
    }
}

#[test]
fn each_word_of_an_element_is_looked_at() {
    let value = random(32);
    assert_eq!(found(&format!("<secret>{{acme AQAAABAAA {value}}}</secret>")), [value.as_str()]);
}

#[test]
fn what_is_encrypted_where_it_stands_is_no_secret() {
    let value = random(40);
    for text in
        ["password = 'ENC[PKCS7,V]'", "password: ENC[AES256_GCM,data:V,type:str]", "token: '{cipher}V'"]
    {
        assert_eq!(found(&text.replace('V', &value)), [] as [&str; 0], "{text}");
    }
}

#[test]
fn what_is_encoded_is_as_secret_as_it_was() {
    let encode = |text: &str| STANDARD.encode(text);
    for text in
        ["strong-password", "user:password", "hello-world", "my-example-Token7", "greeting = \"Hello 1\"\n"]
    {
        assert_eq!(found(&format!("data:\n  password: {}\n", encode(text))), [] as [&str; 0], "{text}");
    }
    for text in [
        random(24),
        "app:tr0ub4dor&3".into(),
        "acme.app:opensesame".into(),
        "{\"version\": 1, \"origin\": \"acme\"}".into(),
    ] {
        let value = encode(&text);
        assert_eq!(found(&format!("data:\n  token: {value}\n")), [value.as_str()], "{text}");
    }
}

#[test]
fn words_and_code_are_not_secrets() {
    for text in [
        "token: getAccessTokenFromStore(user)",
        "const token = await authenticationProvider.getToken();",
        "password: string",
        "password = request.form[\"password\"]",
        "Pass the token to the authorization server, then refresh the credentials.",
        "The secret of good tokens is randomness, and the key of a map is a word.",
        "tokens: 128000, max_tokens: 4096",
        "secretName: my-application-database-credentials",
        "api_key_file = /etc/acme/keys/production.key2",
        "authorization_endpoint: https://login.example.com/oauth2/v2.0/authorize",
        "tokenUrl: \"https://login.example.com/a1b2c3d4e5/token\"",
        "passport-local-mongoose@8.0.0",
        "author: jane.doe2@example.com",
        "The keyboard shortcut is Ctrl+Shift+P2",
        "auth: OAuth2AuthorizationCodeBearer",
        "type: apiKey\nin: header\nname: X-API-Key",
        "password: urn:vault:secret:app-2:password",
        "password = !matchesPolicy2",
        "pkcs12keyPass: pkcs12keyPass",
        "cosign sign --key cosign.key registry.example/app@21f92cbd63ab495d8fc44d54dabc4815c88d3769",
        "example.com/go/googleapis/api v0.0.0-20260803160001-6ac0973c030d",
        "newSecretKey(\"PBKDF2WithHmacSHA256\", password)",
        "[\"redis.password=none\",\n \"redis.db2=main7\"]",
        "Culture=neutral, PublicKeyToken=adb9793829ddae60",
        "export KEY_FP=1F3D1CED2F865F5E59CA564553241F147E7C5FA4",
        "see `UsernamePasswordFilter` | `HttpSecurity#formLogin`",
        "client.withPassword(\"secret!\")",
        "text(65, \"true\"), text(66, \" or pass \"), next(67, \"p2\")",
        "'password' => 'required|min:8|confirmed'",
        "validate that a password is \"uncompromised\"",
        "The password is 'required' and the password was \"invalid\".",
        "Enter login, host, user and password again",
        "{\"password\": {\"title\": \"Password\", \"type\": \"string\"}}",
        "fields: [\"password\", \"remember\"]",
        "password = hashlib.new(\"blueberries\")",
        "if password == \"blueberries\":",
        "The password \"blueberries\" is what the example takes.",
        "username: bytes\npassword: bytes | str",
        "user = User(username=name, password=phrase)",
        "class Account:\n    password: Phrase",
        "labels = { password: \"Passwort\" }",
        "Server=db;Uid={user};Pwd={phrase};",
        "const kind = \"password\", next = \"blueberries\"",
        "--- PASS: TestSomething (0.01s)",
        "DB_PASSWORD=\nDB_HOST=blueberries",
        "\"password\": \"password\"",
        "password: \"user_password\"",
        "docker run -u worker -p 8080:80",
        "aws x --master-username a --manage-master-user-password --master-user-secret-kms-key-id b",
    ] {
        assert_eq!(found(text), [] as [&str; 0], "{text}");
        assert_eq!(weak(text), [] as [&str; 0], "{text}");
    }
}

#[test]
fn names_of_public_things_hold_no_secrets() {
    let value = random(40);
    for name in [
        "public_key",
        "primaryKey",
        "foreign-key",
        "cacheKey",
        "nextPageToken",
        "continuation_token",
        "token_hash",
        "secret_name",
        "key_fingerprint",
        "sha256",
        "integrity",
        "etag",
        "commit",
        "monkey",
        "tokenizer",
        "key",
    ] {
        assert_eq!(found(&format!("{name} = \"{value}\"")), [] as [&str; 0], "{name}");
        assert!(!found_under(name, &value), "{name}");
    }
    assert_eq!(found(&format!("acme_key = \"sha512-{value}\"")), [] as [&str; 0]);
}

#[test]
fn a_member_with_a_secret_name_has_a_secret_value() {
    let value = random(32);
    for key in ["client_secret", "apiKey", "X-Acme-Token", "PASSWORD", "accessKeyId", "signing key"] {
        assert!(found_under(key, &value), "{key}");
        assert!(!found_under(key, "a sentence about it"), "{key}");
    }
    assert!(found_under("authorization", &format!("Bearer {value}")));
    assert!(!found_under("description", &value));
    assert!(!found_under("token_type", &value));
    assert!(found_under("password", "blueberries") && found_under("db_password", "hunter2"));
    for (key, text) in
        [("password", "string"), ("password", "password"), ("pass", "some"), ("password", "<password>")]
    {
        assert!(!found_under(key, text), "{key}: {text}");
    }
}

#[test]
fn a_long_value_is_found_to_its_end() {
    let value = random(5000);
    assert_eq!(found(&format!("session_token = {value} # long")), [value.as_str()]);
}

#[test]
fn a_value_goes_on_behind_what_is_escaped_in_it() {
    let value = random(32);
    for escaped in [r"\/", r"\u002B", r"\n", r"\\", r#"\""#] {
        let whole = format!("{value}{escaped}x");
        assert_eq!(found(&format!(r#"{{"token": "{whole}", "a": "b"}}"#)), [whole.as_str()]);
        let inside = whole.replace('\\', r"\\").replace('"', r#"\""#);
        assert_eq!(found(&format!(r#"{{\"token\": \"{inside}\", \"a\": \"b\"}}"#)), [inside.as_str()]);
    }
}

#[test]
fn a_name_that_says_secret_shows_a_gram_in_every_spelling() {
    let value = random(32);
    let words = [
        "token",
        "secret",
        "password",
        "passwd",
        "pwd",
        "passphrase",
        "api",
        "key",
        "auth",
        "credential",
        "private",
        "access",
        "client",
        "signing",
        "encryption",
        "bearer",
        "webhook",
        "dsn",
        "pat",
        "pin",
        "otp",
        "salt",
        "cookie",
        "session",
        "acme",
        "db",
        "user",
        "login",
        "license",
        "master",
        "id",
    ];
    let capital = |word: &str| word.get(..1).unwrap_or("").to_uppercase() + word.get(1..).unwrap_or("");
    for one in words {
        for other in words {
            for name in [
                String::from(one),
                format!("{one}_{other}"),
                format!("{one}-{other}"),
                format!("{one}{other}"),
                format!("{one}{}", capital(other)),
                format!("{}{}", capital(one), capital(other)),
                format!("{one}_{other}").to_uppercase(),
                format!("{one}.{other}"),
                format!("X-{}-{}", capital(one), capital(other)),
            ] {
                let _ = found_under(&name, &value);
            }
        }
    }
}
