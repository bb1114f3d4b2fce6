"""Reads Kubernetes manifests for tests/manifests.rs; every command prints JSON.

  manifests.py json FILE…          the documents of YAML files, as one list
  manifests.py build DIR           what `kubectl kustomize DIR` would apply (the part of kustomize that k8s/ uses)
  manifests.py check SCHEMAS       the problems of the documents given as a JSON list on standard input
  manifests.py match REGEX TEXT…   for each text, whether the expression is found in it

Needs PyYAML, jsonschema and kubernetes-validate.
"""

import json
import pathlib
import re
import sys

import yaml

KUBERNETES_VERSION = "1.37"


def documents(path):
    return [d for d in yaml.safe_load_all(path.read_text()) if d is not None]


def build(directory):
    """Resources in order, then patches, then the namespace; any other kustomize key is an error, not ignored."""
    (kustomization,) = documents(directory / "kustomization.yaml")
    unknown = set(kustomization) - {"apiVersion", "kind", "resources", "patches", "namespace"}
    if unknown:
        raise SystemExit(f"{directory}: not understood here: {sorted(unknown)}")
    resources = []
    for name in kustomization.get("resources", []):
        path = directory / name
        resources += build(path) if path.is_dir() else documents(path)
    for patch in kustomization.get("patches", []):
        targets = [r for r in resources if matches(r, patch["target"])]
        if not targets:
            raise SystemExit(f"{directory}: no resource is {patch['target']}")
        for resource in targets:
            for operation in yaml.safe_load(patch["patch"]):
                apply(resource, operation)
    for resource in resources:
        if "namespace" in kustomization:
            resource["metadata"]["namespace"] = kustomization["namespace"]
    return resources


def matches(resource, target):
    own = {"kind": resource["kind"], "name": resource["metadata"]["name"]}
    return all(own[key] == value for key, value in target.items())


def apply(resource, operation):
    """One JSON Patch operation (RFC 6902): add, remove or replace."""
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
    place = resource
    for part in parents:
        place = place[int(part) if isinstance(place, list) else part]
    if isinstance(place, list):
        raise SystemExit(f"patches of list elements are not understood here: {operation}")
    if operation["op"] != "add" and last not in place:
        raise SystemExit(f"nothing to {operation['op']} at {operation['path']}")
    if operation["op"] == "remove":
        del place[last]
    elif operation["op"] in ("add", "replace"):
        place[last] = operation["value"]
    else:
        raise SystemExit(f"not understood here: {operation}")


def check(schemas, resources):
    """Unknown fields are problems too: API servers drop them in silence."""
    import jsonschema
    import kubernetes_validate

    custom = {}
    for path in schemas.glob("*.yaml"):
        for crd in documents(path):
            for version in crd["spec"]["versions"]:
                key = f"{crd['spec']['group']}/{version['name']}", crd["spec"]["names"]["kind"]
                custom[key] = strict(version["schema"]["openAPIV3Schema"])
    problems = []
    for resource in resources:
        label = f"{resource.get('kind')}/{resource.get('metadata', {}).get('name')}"
        key = resource.get("apiVersion"), resource.get("kind")
        if key in custom:
            schema = custom[key]
            # apiVersion, kind and metadata are the API server's business and not in the schema of a custom resource.
            body = {k: v for k, v in resource.items() if k not in ("apiVersion", "kind", "metadata")}
            for error in jsonschema.Draft7Validator(schema).iter_errors(body):
                problems.append(f"{label}: {error.json_path}: {error.message}")
        else:
            try:
                kubernetes_validate.validate(resource, KUBERNETES_VERSION, strict=True)
            except Exception as error:  # the package raises several unrelated types
                problems.append(f"{label}: {error}")
    return problems


def strict(schema):
    """The schema with unknown properties forbidden wherever it does not ask for them."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: strict(part) for key, part in schema.items()}
    if (
        "properties" in schema
        and "additionalProperties" not in schema
        and not schema.get("x-kubernetes-preserve-unknown-fields")
    ):
        out["additionalProperties"] = False
    return out


def main(command, *arguments):
    paths = [pathlib.Path(a) for a in arguments]
    if command == "json":
        return [d for path in paths for d in documents(path)]
    if command == "build":
        return build(paths[0])
    if command == "check":
        return check(paths[0], json.load(sys.stdin))
    if command == "match":
        return [re.search(arguments[0], text) is not None for text in arguments[1:]]
    raise SystemExit(__doc__)


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
