//! What people deploy: the manifests of `k8s/`, the configurations of `envoy/`, and what `mcpgov render` makes of them.
//!
//! Kubernetes' part is checked against schemas, Envoy's part by the real Envoy.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::{fs, process};

use mcpgov_tests::artifact::{self, Table};
use mcpgov_tests::config::Config;
use mcpgov_tests::envoy::Envoy;
use mcpgov_tests::raw::{self, Request};
use mcpgov_tests::scratch::Scratch;
use mcpgov_tests::token;
use serde_json::{Value, json};
use xtask::{command, paths};

const POLICY: &str = "policy-compiler/examples/four-rules.yaml";

/// Each overlay with the context by which `mcpgov render` names the same proxies.
const OVERLAYS: [(&str, &str); 3] =
    [("gateway", "gateway"), ("sidecar", "sidecar-inbound"), ("waypoint", "waypoint")];

const ROUTER: &str = "envoy.filters.http.router";

fn text(path: &str) -> String {
    fs::read_to_string(paths::root().join(path))
        .unwrap_or_else(|error| panic!("cannot read `{path}`: {error}"))
}

/// The Python packages of `tests/python/requirements.txt`, installed into the build folder on first use.
fn packages() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let requirements = paths::root().join("tests/python/requirements.txt");
        let pins: Vec<_> = text("tests/python/requirements.txt").lines().map(str::to_owned).collect();
        let folder = paths::target().join("tools").join(pins.join("_"));
        if !folder.is_dir() {
            // Aside first, so that the folder is never there by half.
            let aside = folder.with_extension(format!("partial-{}", process::id()));
            let mut pip = Command::new("python3");
            pip.args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-input",
                "--disable-pip-version-check",
                "--target",
            ]);
            pip.arg(&aside).arg("--requirement").arg(requirements);
            command::run(&mut pip).unwrap_or_else(|failure| panic!("{failure}"));
            if fs::rename(&aside, &folder).is_err() {
                let _ = fs::remove_dir_all(&aside);
            }
        }
        folder
    })
}

/// What `tests/python/manifests.py` says to `arguments`, given `input`.
fn python(arguments: &[&str], input: &Value) -> Value {
    let mut child = Command::new("python3")
        .arg(paths::root().join("tests/python/manifests.py"))
        .args(arguments)
        .current_dir(paths::root())
        .env("PYTHONPATH", packages())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is there");
    child.stdin.take().expect("piped").write_all(input.to_string().as_bytes()).expect("python3 reads");
    let output = child.wait_with_output().expect("python3 ends");
    assert!(output.status.success(), "manifests.py {arguments:?} failed");
    serde_json::from_slice(&output.stdout).expect("manifests.py prints JSON")
}

/// The only document of a YAML text.
fn yaml(text: &str) -> Value {
    let scratch = Scratch::new();
    let path = scratch.write("document.yaml", text);
    match python(&["json", path.to_str().expect("UTF-8")], &Value::Null) {
        Value::Array(mut documents) if documents.len() == 1 => documents.remove(0),
        other => panic!("not one document: {other}"),
    }
}

fn build(overlay: &str) -> Vec<Value> {
    let built = python(&["build", &format!("k8s/overlays/{overlay}")], &Value::Null);
    built.as_array().expect("a list of resources").clone()
}

fn of_kind(resources: &[Value], kind: &str) -> Value {
    let mut found = resources.iter().filter(|resource| resource["kind"] == kind);
    let resource = found.next().unwrap_or_else(|| panic!("no {kind}"));
    assert!(found.next().is_none(), "more than one {kind}");
    resource.clone()
}

fn render(arguments: &[&str]) -> String {
    let mut render = Command::new(artifact::compiler());
    render.arg("render").args(arguments).arg(paths::root().join(POLICY));
    command::output(&mut render).unwrap_or_else(|failure| panic!("{failure}"))
}

/// `value` with what differs from policy to policy made equal.
fn without_policy(mut value: Value) -> Value {
    let bytes = "/spec/configPatches/2/patch/value/typed_config/config/configuration/value";
    for place in ["/metadata/annotations/mcpgov-policy", bytes] {
        *value.pointer_mut(place).unwrap_or_else(|| panic!("nothing at {place}")) = Value::Null;
    }
    value
}

/// The three configurations that an EnvoyFilter gives to proxies: deny all, discovery, and the filter itself.
fn patches(envoy_filter: &Value) -> [Value; 3] {
    let patches = envoy_filter["spec"]["configPatches"].as_array().expect("patches");
    let values: Vec<_> = patches.iter().map(|patch| patch["patch"]["value"].clone()).collect();
    values.try_into().expect("three patches")
}

/// The configuration of the demonstration, complete, with `table`.
fn demo(table: &str) -> Value {
    let filter = artifact::filter().display().to_string();
    let places = [
        ("LISTEN_PORT", "0"),
        ("ADMIN_PORT", "0"),
        ("GITHUB_PORT", "1"),
        ("OTHER_PORT", "1"),
        ("FILTER_WASM", &filter),
        ("TABLE_BASE64", table),
        ("ACCESS_LOG", "/dev/null"),
        ("JWKS", &token::jwks().to_string()),
    ];
    let fill = |text: String, (name, value): (&str, &str)| text.replace(&format!("${{{name}}}"), value);
    yaml(&places.into_iter().fold(text("envoy/demo.yaml"), fill))
}

fn connection_manager(config: &mut Value) -> &mut Value {
    config
        .pointer_mut("/static_resources/listeners/0/filter_chains/0/filters/0/typed_config")
        .expect("a listener")
}

/// The demonstration with `filter` in the place of ours.
fn with_filter(mut config: Value, filter: &Value) -> Value {
    let filters = connection_manager(&mut config)["http_filters"].as_array_mut().expect("filters");
    *filters.iter_mut().find(|filter| filter["name"] == "mcpgov").expect("our filter") = filter.clone();
    config
}

/// Adds a gRPC server called `name`.
fn with_grpc_cluster(mut config: Value, name: &str) -> Value {
    let mut cluster = config["static_resources"]["clusters"][0].clone();
    cluster["name"] = json!(name);
    cluster["load_assignment"]["cluster_name"] = json!(name);
    cluster["typed_extension_protocol_options"] = json!({
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
            "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
            "explicit_http_config": { "http2_protocol_options": {} },
        }
    });
    config["static_resources"]["clusters"].as_array_mut().expect("clusters").push(cluster);
    config
}

/// Has Envoy load `config`, our module and its policy included; an error is what it says.
fn validate(config: &Value) -> Result<(), String> {
    let scratch = Scratch::new();
    let path = scratch.write("envoy.json", config.to_string());
    let mut envoy = Command::new(artifact::envoy());
    envoy
        .args(["--mode", "validate", "--log-level", "error", "--disable-hot-restart", "--config-path"])
        .arg(path);
    let output = envoy.output().expect("envoy starts");
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

#[test]
fn overlays_are_what_render_writes() {
    for (overlay, context) in OVERLAYS {
        let rendered = yaml(&render(&["--target", "istio-envoyfilter", "--context", context]));
        assert_ne!(rendered, without_policy(rendered.clone()));
        assert_eq!(
            without_policy(rendered),
            without_policy(of_kind(&build(overlay), "EnvoyFilter")),
            "overlay {overlay}"
        );
    }
}

#[test]
fn manifests_fit_their_schemas() {
    let schemas = paths::root().join("../shared/schemas");
    if !schemas.is_dir() {
        eprintln!("skipped: no CRD schemas of Istio in `{}`", schemas.display());
        return;
    }
    let check = |resources: Vec<Value>| {
        python(&["check", schemas.to_str().expect("UTF-8")], &Value::from(resources))
            .as_array()
            .expect("problems")
            .clone()
    };
    for (overlay, context) in OVERLAYS {
        let mut resources = build(overlay);
        resources.push(yaml(&render(&["--target", "istio-envoyfilter", "--context", context])));
        assert_eq!(check(resources), Vec::<Value>::new(), "overlay {overlay}");
    }
    assert_eq!(check(vec![deployment()]), Vec::<Value>::new());
    // The check sees what a server would drop in silence.
    let mut typo = of_kind(&build("gateway"), "EnvoyFilter");
    typo["spec"]["configPatches"][0]["match"]["contexts"] = json!("GATEWAY");
    assert_eq!(check(vec![typo]).len(), 1);
}

/// The fragment that Istio merges into a Deployment, completed to one.
fn deployment() -> Value {
    let mount = yaml(&text("k8s/mount/mount.yaml"));
    let mut spec = yaml(mount["data"]["deployment"].as_str().expect("a fragment"))["spec"].clone();
    let labels = json!({ "app": "x" });
    spec["selector"] = json!({ "matchLabels": labels });
    spec["template"]["metadata"] = json!({ "labels": labels });
    spec["template"]["spec"]["containers"][0]["image"] = json!("x");
    json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "x" }, "spec": spec })
}

#[test]
fn the_module_is_mounted_where_it_is_loaded_from() {
    let pod = deployment()["spec"]["template"]["spec"].clone();
    let mount = &pod["containers"][0]["volumeMounts"][0];
    let volume = &pod["volumes"][0];
    assert_eq!(mount["name"], volume["name"]);
    for (overlay, _) in OVERLAYS {
        let [_, _, filter] = patches(&of_kind(&build(overlay), "EnvoyFilter"));
        let file = &filter["typed_config"]["config"]["vm_config"]["code"]["local"]["filename"];
        let folder = mount["mountPath"].as_str().expect("a path");
        assert_eq!(*file, format!("{folder}/mcpgov_filter.wasm"), "overlay {overlay}");
    }
    // A sidecar has the same by annotations, which hold JSON.
    let workload = yaml(&text("k8s/overlays/sidecar/workload.yaml"));
    let metadata = &workload["spec"]["template"]["metadata"];
    let annotation = |name: &str| -> Value {
        let text = metadata["annotations"][name].as_str().unwrap_or_else(|| panic!("no annotation {name}"));
        serde_json::from_str(text).expect("annotations are JSON")
    };
    let name = volume["name"].as_str().expect("a name");
    assert_eq!(
        annotation("sidecar.istio.io/userVolume"),
        json!({ name: { "configMap": volume["configMap"] } })
    );
    let expected = json!({ name: { "mountPath": mount["mountPath"], "readOnly": true } });
    assert_eq!(annotation("sidecar.istio.io/userVolumeMount"), expected);
    let sidecars = of_kind(&build("sidecar"), "EnvoyFilter");
    assert_eq!(sidecars["spec"]["workloadSelector"]["labels"], metadata["labels"]);
}

#[test]
fn proxies_too_old_for_the_filter_deny_everything() {
    let versions = [
        ("1.27.0", true),
        ("1.27-dev", true),
        ("1.31-alpha.5803fb6", true),
        ("1.40.2", true),
        ("1.100.0", true),
        ("2.0.0", true),
        ("1.26.9", false),
        ("1.9.0", false),
        ("1.3.0", false),
        ("1.2.70", false),
        ("11.30.0", false),
        ("", false),
    ];
    let envoy_filter = of_kind(&build("gateway"), "EnvoyFilter");
    let conditions = envoy_filter["spec"]["configPatches"].as_array().expect("patches");
    assert_eq!(conditions[0]["match"]["proxy"], Value::Null, "every proxy gets the filter that denies");
    for condition in &conditions[1..] {
        let regex = condition["match"]["proxy"]["proxyVersion"].as_str().expect("a version");
        let mut arguments = vec!["match", regex];
        arguments.extend(versions.map(|(version, _)| version));
        assert_eq!(python(&arguments, &Value::Null), json!(versions.map(|(_, known)| known)));
    }
    // The real filter takes the place of the one that denies, by its name.
    let [deny, discovery, filter] = patches(&envoy_filter);
    let place = &conditions[1]["match"]["listener"]["filterChain"]["filter"]["subFilter"]["name"];
    assert_eq!([place, &discovery["name"], &filter["name"]], [&deny["name"]; 3]);

    let config = Config::demo(artifact::filter(), &Table::compile(&text(POLICY)), 1, 1);
    let envoy = Envoy::start(config.replace_filter(&format!("- {deny}")));
    let response = raw::exchange(envoy.port(), &Request::get("/github"));
    assert_eq!(response.status, 403, "{}", response.text());
}

#[test]
fn envoy_loads_what_istio_would_give_it() {
    let table = Table::compile(&text(POLICY)).base64();
    for (overlay, context) in OVERLAYS {
        let module = artifact::filter().to_str().expect("UTF-8");
        let rendered = render(&["--target", "istio-envoyfilter", "--context", context, "--wasm", module]);
        let [_, discovery, filter] = patches(&yaml(&rendered));
        assert_eq!(filter["typed_config"]["config"]["configuration"]["value"], table);
        assert_eq!(validate(&with_filter(demo(&table), &filter)), Ok(()), "overlay {overlay}");

        let mut discovered = with_grpc_cluster(with_filter(demo(&table), &discovery), "xds");
        discovered["dynamic_resources"]["ads_config"] = json!({
            "api_type": "GRPC",
            "transport_api_version": "V3",
            "grpc_services": [{ "envoy_grpc": { "cluster_name": "xds" } }],
        });
        assert_eq!(validate(&discovered), Ok(()), "overlay {overlay}");
    }
}

#[test]
fn a_manifest_that_was_never_rendered_denies_everything() {
    let [_, _, mut filter] = patches(&of_kind(&build("gateway"), "EnvoyFilter"));
    filter["typed_config"]["config"]["vm_config"]["code"]["local"]["filename"] = json!(artifact::filter());
    let config = Config::demo(artifact::filter(), &Table::compile(&text(POLICY)), 1, 1);
    let envoy = Envoy::start(config.replace_filter(&format!("- {filter}")));
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    let response = raw::exchange(envoy.port(), &Request::post("/github", call.to_string())).text();
    let response: Value = serde_json::from_str(&response).unwrap_or_else(|_| panic!("no JSON: {response}"));
    assert_eq!(response["error"]["data"]["reason"], "policy-unavailable", "{response}");
}

#[test]
fn the_filter_is_configured_alike_everywhere() {
    let own = |filter: &Value| {
        let mut config = filter["typed_config"]["config"].clone();
        config["configuration"]["value"] = Value::Null;
        config["vm_config"]["code"] = Value::Null;
        config
    };
    let mut config = demo("");
    let filters = connection_manager(&mut config)["http_filters"].as_array().expect("filters").clone();
    let ours = own(filters.iter().find(|filter| filter["name"] == "mcpgov").expect("our filter"));
    assert_eq!(filters.last().map(|filter| &filter["name"]), Some(&json!(ROUTER)));
    assert_eq!(own(&yaml(&text("envoy/filter.yaml"))["resources"][0]), ours);
    assert_eq!(own(&patches(&of_kind(&build("gateway"), "EnvoyFilter"))[2]), ours);
}

#[test]
fn envoy_discovers_what_render_writes() {
    let module = artifact::filter().to_str().expect("UTF-8");
    let scratch = Scratch::new();
    let path = scratch.path("filter.yaml");
    let output = path.to_str().expect("UTF-8");
    assert_eq!(render(&["--target", "envoy", "--wasm", module, "--output", output]), "");
    let source = json!({
        "name": "mcpgov",
        "config_discovery": {
            "config_source": { "path_config_source": { "path": path } },
            "type_urls": ["type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm"],
        },
    });
    let config = Config::demo(artifact::filter(), &Table::compile(&text(POLICY)), 1, 1);
    let envoy = Envoy::start(config.replace_filter(&format!("- {source}")));
    let dump = envoy.admin("/config_dump?resource=ecds_filters");
    let dump: Value = serde_json::from_str(&dump).expect("admin speaks JSON");
    let digest = &yaml(&fs::read_to_string(&path).expect("render wrote it"))["version_info"];
    assert_eq!(dump["configs"][0]["version_info"], *digest, "{dump}");
}

#[test]
fn envoy_loads_every_access_log() {
    let table = Table::compile(&text(POLICY)).base64();
    for (file, cluster) in [("file", "unused"), ("opentelemetry", "otel"), ("grpc", "access_log")] {
        let log = text(&format!("envoy/access-log/{file}.yaml")).replace("${ACCESS_LOG}", "/dev/null");
        let mut config = with_grpc_cluster(demo(&table), cluster);
        connection_manager(&mut config)["access_log"] = json!([yaml(&log)]);
        assert_eq!(validate(&config), Ok(()), "{file}");
    }
    // Loading is a test: Envoy refuses a format with an operator it does not know.
    let mut wrong = demo(&table);
    let format = "/access_log/0/typed_config/log_format/text_format_source/inline_string";
    *connection_manager(&mut wrong).pointer_mut(format).expect("a format") = json!("%NO_SUCH_OPERATOR%");
    assert!(validate(&wrong).is_err_and(|said| said.contains("NO_SUCH_OPERATOR")));
}

/// The one format of text access logs, which must be the same wherever it stands.
fn format() -> String {
    let mut config = demo("");
    let log = |log: &Value| log["typed_config"]["log_format"].clone();
    let demo = log(&connection_manager(&mut config)["access_log"][0]);
    assert_eq!(log(&yaml(&text("envoy/access-log/file.yaml"))), demo);
    let mesh = yaml(&text("k8s/mesh-config.yaml"));
    let provider = &mesh["meshConfig"]["extensionProviders"][0];
    let istio = &provider["envoyFileAccessLog"];
    assert_eq!(istio["logFormat"]["text"], demo["text_format_source"]["inline_string"]);
    assert_eq!([&istio["omitEmptyValues"], &demo["omit_empty_values"]], [true, true]);
    for (overlay, _) in OVERLAYS {
        let telemetry = of_kind(&build(overlay), "Telemetry");
        assert_eq!(telemetry["spec"]["accessLogging"][0]["providers"][0]["name"], provider["name"]);
    }
    demo["text_format_source"]["inline_string"].as_str().expect("a format").to_owned()
}

#[test]
fn the_access_log_is_one_format_that_no_client_can_break() {
    let format = format();
    assert_eq!(format.matches('\n').count(), 1, "one line");
    // Operators whose values need no escaping, with what they print; nothing that a client chooses may join them.
    let known: BTreeMap<&str, &str> = [
        ("START_TIME", "2026-01-01T00:00:00.000Z"),
        ("RESPONSE_CODE", "200"),
        ("RESPONSE_FLAGS", "-"),
        ("RESPONSE_CODE_DETAILS", "via_upstream"),
        ("DURATION", "1"),
        ("BYTES_RECEIVED", "2"),
        ("BYTES_SENT", "3"),
        ("DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", "::1"),
        ("UPSTREAM_CLUSTER", ""),
        ("TRACE_ID", ""),
        ("FILTER_STATE(wasm.mcpgov:PLAIN)", r#"{"tool":"a"},{"tool":"b"}"#),
    ]
    .into();
    let used: BTreeSet<_> = format.split('%').skip(1).step_by(2).collect();
    assert_eq!(used, known.keys().copied().collect());
    let fill = |line: String, (name, value): (&&str, &&str)| line.replace(&format!("%{name}%"), value);
    let line: Value = serde_json::from_str(&known.iter().fold(format.clone(), fill)).expect("a line is JSON");
    assert_eq!(line["mcp"], json!([{ "tool": "a" }, { "tool": "b" }]));
    assert_eq!(line["code"], 200);
    let empty = format.replace("%FILTER_STATE(wasm.mcpgov:PLAIN)%", "");
    let line: Value = serde_json::from_str(&known.iter().fold(empty, fill)).expect("a line is JSON");
    assert_eq!(line["mcp"], json!([]));
}
