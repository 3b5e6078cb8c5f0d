"""The JSON Schema of `sfgov.yml`, by which editors complete and check it. Made from the policy's own types.

`python -m sfgov.config.json_schema` prints it; the repository keeps it as `sfgov.schema.json`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sfgov.policy import Policy

Json = dict[str, Any]
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_text() -> str:
    """The schema as JSON text."""
    return msgspec.json.format(msgspec.json.encode(schema()), indent=2).decode() + "\n"


def schema() -> Json:
    """The schema. A key without a value is allowed, as sfgov takes it for one that is not there."""
    made = msgspec.json.schema(Policy)
    definitions = {name: _nullable_keys(one) for name, one in sorted(made["$defs"].items())}
    return {"$schema": _DIALECT, "title": "sfgov.yml", "$ref": made["$ref"], "$defs": definitions}


def _nullable_keys(definition: Json) -> Json:
    required = definition.get("required", ())
    properties = {
        name: one if name in required else _nullable(one)
        for name, one in definition.get("properties", {}).items()
    }
    return {**definition, "properties": properties} if properties else definition


def _nullable(one: Json) -> Json:
    if "type" in one:
        return {**one, "type": [one["type"], "null"]}
    wanted = {key: value for key, value in one.items() if key != "default"}
    default = {"default": one["default"]} if "default" in one else {}
    return {"anyOf": [wanted, {"type": "null"}], **default}


if __name__ == "__main__":
    print(schema_text(), end="")
