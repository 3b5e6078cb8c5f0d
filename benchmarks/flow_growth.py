"""How the checks that follow flows grow: invented orgs of 300, 1,000 and 3,000 flows that call and set off each other.

    python benchmarks/flow_growth.py
    python benchmarks/flow_growth.py --flows 1000 10000

Prints processor seconds for reading and linking and for each check, and below by how much each has grown per flow from
one size to the next: 1.00 is linear. Of one hundred flows four have 500 elements, ten call each other in circles, and
thirty start when a record of an object is saved and update the next object, so that every save leads on to others.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from sfgov.check import Check, option_values
from sfgov.config import load_config
from sfgov.engine import link
from sfgov.model.index import Written
from sfgov.model.org import Org
from sfgov.parse.pool import parse_files
from sfgov.plugins import load_checks
from sfgov.project import open_project
from sfgov.testing import TODAY

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
_LARGE = 500


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="How the checks that follow flows grow.")
    parser.add_argument("--flows", type=int, nargs="+", default=[300, 1000, 3000])
    sizes = parser.parse_args().flows
    gc.disable()  # as in a run: facts hold no cycles
    checks = [c for c in load_checks() if c.pack == "FLW" or c.code == "INT006"]
    rows = [(size, measure(size, checks)) for size in sizes]
    names = list(rows[0][1])
    print("flows ", *(f"{name:>8}" for name in names))
    for size, seconds in rows:
        print(f"{size:>6}", *(f"{seconds[name]:8.2f}" for name in names))
    for (size, before), (more, after) in pairwise(rows):
        growth = [after[name] / more / max(before[name] / size, 1e-9) for name in names]
        print(f"{size:>6} to {more}:", *(f"{ratio:.2f}" for ratio in growth))


def measure(size: int, checks: list[Check]) -> dict[str, float]:
    """Processor seconds by stage for an org of so many flows."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), size)
        seconds = {}
        begin = time.process_time()
        org = read(Path(folder))
        seconds["read"] = time.process_time() - begin
        config = load_config(None, root=Path(folder))
        for one in checks:
            begin = time.process_time()
            options = option_values(one.options, {}) if one.options else None
            context = {
                "org": org,
                "policy": config.policy,
                "config": config,
                "checks": checks,
                "problems": [],
            }
            for _ in one.run(**context, options=options):
                pass
            seconds[one.code] = time.process_time() - begin
    return seconds


def read(folder: Path) -> Org:
    """The linked org below a folder."""
    project = open_project([folder])
    written = [
        Written(fact, source.path, source.package)
        for source, parsed in parse_files(project.files, project.reader, jobs=1)
        for fact in parsed.facts
    ]
    return link(project, written, load_config(None, root=folder), TODAY)


def write(folder: Path, size: int) -> None:
    """The org's files."""
    objects = max(size // 10, 3)
    for number in range(size):
        kind = number % 100
        if kind < 30:
            text = triggered(number, objects)
        elif kind < 40:
            text = circling(number)
        elif kind < 44:
            text = large(number)
        else:
            text = called(number)
        _write(folder / "flows" / f"F{number}.flow-meta.xml", text)
    for number in range(size // 10):
        _write(folder / "classes" / f"Action{number}.cls", action(number))
    for number in range(objects):
        _write(folder / "triggers" / f"T{number}.trigger", trigger(number, objects))


def triggered(number: int, objects: int) -> str:
    """Updates the next object, and calls a flow in a loop."""
    loop = (
        "<loops><name>Each</name><collectionReference>Get</collectionReference>"
        f"{_edge('nextValueConnector', 'Call')}{_edge('noMoreValuesConnector', 'Save')}</loops>"
    )
    return _flow(
        _start(f"O{number % objects}__c", "Get"),
        f"<recordLookups><name>Get</name>{_edge('connector', 'Each')}<object>Line__c</object></recordLookups>",
        loop,
        f"<subflows><name>Call</name>{_edge('connector', 'Each')}<flowName>F{number + 44}</flowName></subflows>",
        f"<recordUpdates><name>Save</name><object>O{(number + 1) % objects}__c</object>"
        "<inputAssignments><field>A__c</field><value><elementReference>$Record.B__c</elementReference></value>"
        "</inputAssignments></recordUpdates>",
    )


def circling(number: int) -> str:
    """Ten flows that call each other in a circle."""
    after = number // 10 * 10 + (number + 1) % 10
    return _flow(_start("", "Next"), f"<subflows><name>Next</name><flowName>F{after}</flowName></subflows>")


def called(number: int) -> str:
    """Calls the next flow, or at the end of a chain of eight an Apex action."""
    if number % 8:
        work = f"<subflows><name>Work</name><flowName>F{number + 1}</flowName></subflows>"
    else:
        work = f"<actionCalls><name>Work</name><actionName>Action{number // 10}</actionName><actionType>apex</actionType></actionCalls>"
    return _flow(_start("", "Work"), work)


def large(number: int) -> str:
    """A flow of 500 elements on an object of its own: decisions in a row, each of which may skip an update."""
    parts = []
    for row in range(_LARGE // 2):
        parts.append(
            f"<decisions><name>D{row}</name>{_edge('defaultConnector', f'D{row + 1}')}<rules><name>R{row}</name>"
            f"<conditions><leftValueReference>$Record.A{row}__c</leftValueReference><operator>EqualTo</operator>"
            f"<rightValue><stringValue>x</stringValue></rightValue></conditions>{_edge('connector', f'U{row}')}</rules></decisions>"
        )
        parts.append(
            f"<recordUpdates><name>U{row}</name>{_edge('connector', f'D{row + 1}')}"
            f"<inputAssignments><field>F{row}__c</field><value><stringValue>y</stringValue></value></inputAssignments>"
            "<inputReference>$Record</inputReference></recordUpdates>"
        )
    return _flow(_start(f"Large{number}__c", "D0"), *parts)


def action(number: int) -> str:
    """An invocable class that leaves its query to another one."""
    return (
        f"public class Action{number} {{ @InvocableMethod public static void run(List<Id> ids) {{ Action{number}.load(ids); }}\n"
        "static void load(List<Id> ids) { List<Case> found = [SELECT Id FROM Case WHERE Id IN :ids]; } }\n"
    )


def trigger(number: int, objects: int) -> str:
    """Sets a field that a flow sets too, and updates the object before it."""
    name = f"O{number}__c"
    return (
        f"trigger T{number} on {name} (before update, after update) {{\n"
        f"if (Trigger.isBefore) {{ for ({name} one : Trigger.new) {{ one.A__c = 1; }} }}\n"
        f"else {{ update new O{(number - 1) % objects}__c(A__c = 2); }}\n}}\n"
    )


def _flow(*blocks: str) -> str:
    return f"{_HEAD}<Flow {_NS}>\n" + "\n".join(blocks) + "\n<status>Active</status>\n</Flow>\n"


def _start(object_name: str, target: str) -> str:
    on = f"<object>{object_name}</object><recordTriggerType>Update</recordTriggerType>" if object_name else ""
    trigger_type = "<triggerType>RecordAfterSave</triggerType>" if object_name else ""
    return f"<start>{_edge('connector', target)}{on}{trigger_type}</start>"


def _edge(kind: str, target: str) -> str:
    return f"<{kind}><targetReference>{target}</targetReference></{kind}>"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
