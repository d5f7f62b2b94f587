"""As much of JSON Schema (2020-12) as openapi.json uses; a keyword that is not known here is an error,
so that nothing is passed over.

    complaints(value, schema, document) -> ["$.timeout: 301 is more than 300", ...]
"""

import re

ANNOTATIONS = {"description", "default", "example", "title"}
TYPES = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
}


def resolve(node, document):
    """The node that a $ref stands for, or the node itself."""
    while "$ref" in node:
        path = node["$ref"]
        assert path.startswith("#/"), path
        node = document
        for step in path[2:].split("/"):
            node = node[step]
    return node


def of_type(value, wanted):
    names = [wanted] if isinstance(wanted, str) else wanted
    return any(TYPES[name](value) for name in names)


def is_number(value):
    return TYPES["number"](value)


SIMPLE = {
    "type": (lambda v, w: of_type(v, w), "is no"),
    "enum": (lambda v, w: v in w, "is none of"),
    "const": (lambda v, w: v == w, "is not"),
    "minimum": (lambda v, w: not is_number(v) or v >= w, "is less than"),
    "maximum": (lambda v, w: not is_number(v) or v <= w, "is more than"),
    "exclusiveMinimum": (lambda v, w: not is_number(v) or v > w, "is not more than"),
    "minLength": (lambda v, w: not isinstance(v, str) or len(v) >= w, "is shorter than"),
    "maxLength": (lambda v, w: not isinstance(v, str) or len(v) <= w, "is longer than"),
    "pattern": (lambda v, w: not isinstance(v, str) or re.search(w, v), "does not match"),
    "minItems": (lambda v, w: not isinstance(v, list) or len(v) >= w, "has fewer items than"),
}
NESTED = {"$ref", "oneOf", "anyOf", "items", "properties", "required", "additionalProperties"}
KEYWORDS = ANNOTATIONS | SIMPLE.keys() | NESTED


def complaints(value, schema, document, where="$"):
    """What is wrong with a value; nothing if it is as the schema says."""
    unknown = schema.keys() - KEYWORDS
    assert not unknown, f"teach tests/support/json_schema.py about {unknown}"
    found = []
    if "$ref" in schema:
        found += complaints(value, resolve(schema, document), document, where)
    for keyword, (holds, words) in SIMPLE.items():
        if keyword in schema and not holds(value, schema[keyword]):
            found.append(f"{where}: {str(value)[:200]!r} {words} {schema[keyword]}")
    for keyword in ("oneOf", "anyOf"):
        if keyword in schema:
            each = [complaints(value, one, document, where) for one in schema[keyword]]
            fitting = each.count([])
            if fitting == 0:
                found += [line for lines in each for line in lines]
            elif fitting > 1 and keyword == "oneOf":
                found.append(f"{where}: fits {fitting} of oneOf")
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            found += complaints(item, schema["items"], document, f"{where}[{index}]")
    if isinstance(value, dict):
        found += of_object(value, schema, document, where)
    return found


def of_object(value, schema, document, where):
    found = [f"{where}: has no {name}" for name in schema.get("required", []) if name not in value]
    properties = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for name, member in value.items():
        if name in properties:
            found += complaints(member, properties[name], document, f"{where}.{name}")
        elif others is False:
            found.append(f"{where}: {name} is not described")
        elif others is not True:
            found += complaints(member, others, document, f"{where}.{name}")
    return found


def schemas_in(node):
    """All schemas of an OpenAPI document, wherever they are."""
    if isinstance(node, list):
        for item in node:
            yield from schemas_in(item)
    if not isinstance(node, dict):
        return
    if "schema" in node and isinstance(node["schema"], dict):
        yield node["schema"]
    for key, value in node.items():
        if key == "schemas":
            yield from value.values()
        if key not in ("example", "default"):
            yield from schemas_in(value)
