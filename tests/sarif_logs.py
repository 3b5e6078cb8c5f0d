"""Small SARIF logs in the shapes that PMD, Code Analyzer and Flow Scanner write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]


def log(*runs: Json, version: str = "2.1.0") -> Json:
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": version,
        "runs": list(runs),
    }


def run(name: str, *results: Json, rules: tuple[Json, ...] = (), **more: Any) -> Json:
    return {"tool": {"driver": {"name": name, "rules": list(rules)}}, "results": list(results), **more}


def result(rule: str, uri: str, line: int = 1, text: str = "Said.", **more: Any) -> Json:
    region = {"startLine": line, "startColumn": 5, "endLine": line + 2, "endColumn": 6}
    physical = {"artifactLocation": {"uri": uri}, "region": region}
    return {"ruleId": rule, "message": {"text": text}, "locations": [{"physicalLocation": physical}], **more}


def rule(name: str, **more: Any) -> Json:
    return {"id": name, **more}


def pmd(folder: Path, *results: tuple[str, str, int]) -> Json:
    """PMD's own: absolute addresses, a level for each result, what it knows of rules in full."""
    names = list(dict.fromkeys(name for name, _, _ in results))
    rules = tuple(
        rule(
            name,
            shortDescription={"text": f"{name} is bad"},
            fullDescription={"text": f"\n            {name}\n            is bad for everybody.\n        "},
            helpUri=f"https://docs.pmd-code.org/apex.html#{name.lower()}",
            help={"text": "more"},
            properties={"ruleset": "Performance", "priority": 3, "tags": ["Performance"]},
            defaultConfiguration={"level": "warning"},
        )
        for name in names
    )
    found = [
        result(
            name,
            f"{folder.as_uri()}/{path}",
            line,
            f"Avoid {name}",
            ruleIndex=names.index(name),
            level="error",
        )
        for name, path, line in results
    ]
    return log(run("PMD", *found, rules=rules, invocations=[{"executionSuccessful": True}]))


def code_analyzer(base: str, *results: Json, severity: int = 2) -> Json:
    """Code Analyzer's: a run for each engine, addresses from a folder, its own severities."""
    for one in results:
        for place in one["locations"]:
            place["physicalLocation"]["artifactLocation"]["uriBaseId"] = base
        one |= {"ruleIndex": 0, "level": "error", "relatedLocations": one["locations"]}
    described = rule(results[0]["ruleId"], properties={"category": ["Security"], "severity": severity})
    working = [{"executionSuccessful": True, "workingDirectory": {"uri": base}}]
    return log(run("pmd", *results, rules=(described,), invocations=working))


def flow_scanner(path: str, *elements: tuple[str, str, int]) -> Json:
    """Lightning Flow Scanner's: a run for each flow, raw paths, the element among the properties."""
    found = [
        result(
            name,
            path,
            line,
            f"{name} in {element}",
            level="warning",
            properties={"element": element, "flow": "F", "type": "recordLookups", "locationX": "176"},
        )
        for name, element, line in elements
    ]
    return log(
        run(
            "Lightning Flow Scanner", *found, artifacts=[{"location": {"uri": path}, "sourceLanguage": "xml"}]
        )
    )


def write(file: Path, content: Json) -> Path:
    file.write_text(json.dumps(content), encoding="utf-8")
    return file
