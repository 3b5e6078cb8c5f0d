"""Classes that query, loop and call each other, and the triggers that start them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from invented.plan import Plan, Thing
from invented.xml import document, leaves

File = tuple[str, str]
_SURE_METHODS = 4
"""Every class has at least so many methods, `step0` and on, which others call."""
_NEIGHBOURS = 40
"""Classes call those that were made shortly before or after them, as teams do."""


def files(plan: Plan) -> Iterator[File]:
    """Classes and triggers, each with its meta file."""
    random = plan.random("apex")
    for number in range(plan.classes):
        is_test = number % 5 == 4
        name = f"Service{number}"
        yield f"classes/{name}.cls", _class(plan, number, random, is_test=is_test)
        yield f"classes/{name}.cls-meta.xml", _meta("ApexClass")
    for number in range(plan.triggers):
        yield f"triggers/Trigger{number}.trigger", _trigger(plan, number, random)
        yield f"triggers/Trigger{number}.trigger-meta.xml", _meta("ApexTrigger")


def _meta(root: str) -> str:
    return document(root, leaves(("apiVersion", "62.0"), ("status", "Active")))


def _class(plan: Plan, number: int, random: Random, *, is_test: bool) -> str:
    thing = random.choice(plan.objects)
    lines = [
        "/**",
        f" * Keeps {thing.name} in order: reads what belongs together, decides, and writes it back.",
        " */",
        f"{'@IsTest private' if is_test else 'public with sharing'} class Service{number} {{",
        f"    private static final String STATUS = 'Open \\'{number}\\'';",
        f"    private Map<Id, {thing.name}> byId = new Map<Id, {thing.name}>();",
        "    public Integer size { get { return byId.size(); } private set; }",
        "",
    ]
    for method in range(random.randint(_SURE_METHODS, 14)):
        lines += ["    @IsTest"] if is_test and method >= _SURE_METHODS else []
        lines += _method(plan, number, method, thing, random)
    return "\n".join([*lines, "}", ""])


def _method(plan: Plan, number: int, method: int, thing: Thing, random: Random) -> list[str]:
    verb = random.choice(("checked", "counted", "merged", "compared with what was there before"))
    lines = [
        "    /**",
        f"     * @description Step {method}: what came in is grouped, {verb} and handed on.",
        "     * Records that do not belong to the running user's business unit are left alone, as everywhere else;",
        f"     * what fails is written to the log, and the rest goes on to step {method + 1} of the same transaction.",
        f"     * @param rows records of {thing.name}; never null, may be empty, may hold records that are not saved yet",
        "     * @return those of the records that were changed, in the order in which they came",
        "     */",
        f"    public static List<SObject> step{method}(List<SObject> rows) {{",
        "        List<SObject> changed = new List<SObject>();",
    ]
    for part in range(random.randint(1, 3)):
        lines += ["        " + line for line in random.choice(_PARTS)(plan, number, part, thing, random)]
    return [*lines, "        return changed;", "    }", ""]


def _query(_plan: Plan, _number: int, part: int, thing: Thing, random: Random) -> list[str]:
    fields = ", ".join(field.name for field in random.sample(thing.fields, 4))
    return [
        f"List<{thing.name}> found{part} = [",
        f"    SELECT Id, {fields}",
        f"    FROM {thing.name}",
        f"    WHERE Id IN :rows AND {thing.fields[0].name} != null",
        "    WITH USER_MODE",
        "];",
        f"changed.addAll(found{part});",
    ]


def _loop(_plan: Plan, number: int, part: int, thing: Thing, random: Random) -> list[str]:
    """One loop in forty reads the database in its body."""
    field = random.choice(thing.fields).name
    lines = [
        f"Map<String, List<SObject>> groups{part} = new Map<String, List<SObject>>();",
        f"for (SObject row : rows) {{ // group by {field}",
        f"    String key = String.valueOf(row.get('{field}')) + ':' + STATUS;",
        f"    if (!groups{part}.containsKey(key)) {{",
        f"        groups{part}.put(key, new List<SObject>());",
        "    }",
        f"    groups{part}.get(key).add(row);",
        f"    if (groups{part}.size() > {random.randint(50, 500)} && rows.size() != {number}) {{",
        "        break;",
        "    }",
    ]
    if random.randrange(40) == 0:
        lines.append(f"    changed.addAll([SELECT Id FROM {thing.name} WHERE {field} = :key LIMIT 1]);")
    return [*lines, "}"]


def _call(plan: Plan, number: int, _part: int, _thing: Thing, random: Random) -> list[str]:
    other = min(max(number + random.randint(-_NEIGHBOURS, _NEIGHBOURS), 0), plan.classes - 1)
    step = random.randrange(_SURE_METHODS)
    return [
        "if (!changed.isEmpty()) {",
        f"    changed.addAll(Service{other}.step{step}(changed));",
        "}",
    ]


def _write(_plan: Plan, _number: int, part: int, thing: Thing, random: Random) -> list[str]:
    field = random.choice(thing.fields).name
    return [
        f"List<{thing.name}> toSave{part} = new List<{thing.name}>();",
        "for (SObject row : changed) {",
        f"    {thing.name} one = ({thing.name}) row;",
        f"    one.put('{field}', row.isSet('{field}') ? row.get('{field}') : null);",
        f"    toSave{part}.add(one);",
        "}",
        "try {",
        f"    update toSave{part};",
        "} catch (DmlException error) {",
        "    System.debug(LoggingLevel.ERROR, error.getMessage());",
        "}",
    ]


def _decide(_plan: Plan, _number: int, part: int, thing: Thing, random: Random) -> list[str]:
    lines = [
        f"Integer limit{part} = {random.randint(1, 9)}; // as agreed with the teams that own {thing.name}"
    ]
    for _ in range(random.randint(1, 3)):
        field = random.choice(thing.fields)
        lines += [
            f"if (rows.size() > limit{part} && STATUS != '{field.name} is larger than what was agreed') {{",
            f"    limit{part} = limit{part} + {random.randint(1, 9)};",
            f"    // {field.type} fields such as {field.name} count once, however many records have them",
            "} else {",
            f"    limit{part}--;",
            "}",
        ]
    return lines


_PARTS: tuple[Callable[[Plan, int, int, Thing, Random], list[str]], ...] = (
    _query,
    _loop,
    _decide,
    _decide,
    _call,
    _write,
)


def _trigger(plan: Plan, number: int, random: Random) -> str:
    """One in four forbids deletes, and one in twenty looks at the first record only."""
    thing = random.choice(plan.objects)
    service = random.randrange(plan.classes)
    lines = [
        f"trigger Trigger{number} on {thing.name} (before delete, after update) {{",
        "    if (Trigger.isAfter) {",
        f"        Service{service}.step0({'new List<SObject>{ Trigger.new[0] }' if number % 20 == 3 else 'Trigger.new'});",
        "    }",
    ]
    if number % 4 == 0:
        lines += [
            "    if (Trigger.isDelete) {",
            f"        for ({thing.name} one : Trigger.old) {{",
            "            one.addError('These are kept.');",
            "        }",
            "    }",
        ]
    return "\n".join([*lines, "}", ""])
