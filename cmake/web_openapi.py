"""Puts web/openapi/*.json together: one OpenAPI description, but for what only the running service
knows. That stays as {{name}}, or as "{{name}}" where a number or a list belongs; see
src/api/openapi.cpp.

What is said once there, and many times in the description:

* `x-responses-of-every-operation`, and those of all operations with keys;
* `x-also` of a path: {other path: operation id}, which are the same operation.
"""

import copy
import json

EVERY = "x-responses-of-every-operation"
WITH_KEYS = "x-responses-of-operations-with-keys"
METHODS = ("get", "post")


def merge(into, other, where="openapi"):
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value, f"{where}/{key}")
        elif key in into:
            raise SystemExit(f"{where}/{key} is there twice")
        else:
            into[key] = value
    return into


def assemble(folder):
    """The description's text."""
    whole = {}
    for path in sorted(folder.glob("*.json")):
        merge(whole, json.loads(path.read_text()))
    every, with_keys = whole.pop(EVERY), whole.pop(WITH_KEYS)
    paths = {}
    for path, item in whole["paths"].items():
        also = item.pop("x-also", {})
        for method in METHODS:
            if method not in item:
                continue
            operation = item[method]
            common = dict(every)
            if "security" not in operation:
                operation["security"] = "{{security}}"
                common |= with_keys
            # By their numbers, and what is left last.
            operation["responses"] = dict(sorted({**common, **operation["responses"]}.items()))
        paths[path] = item
        for other, operation_id in also.items():
            paths[other] = copy.deepcopy(item)
            for method in METHODS:
                if method in item:
                    paths[other][method]["operationId"] = operation_id
    whole["paths"] = paths
    order = ("openapi", "info", "tags", "paths", "components")
    return json.dumps({key: whole[key] for key in order}, ensure_ascii=False)
