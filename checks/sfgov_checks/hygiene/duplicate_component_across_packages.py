"""HYG006: the same component twice in one project."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from sfgov import Confidence, Finding, Severity, check
from sfgov.check import Outcome
from sfgov.model.duplicate_flows import DuplicateFlow, duplicate_flows
from sfgov.model.duplicates import Duplicate, duplicates
from sfgov.model.org import Org
from sfgov_checks.principals import joined


@check("HYG006", "duplicate-component-across-packages", Severity.MEDIUM, reads=())
def duplicate_component_across_packages(org: Org) -> Iterator[Outcome]:
    """A project has each component once.

    Where two package directories of a project, or its source and a retrieve that lies beside it, hold the same
    component with different content, the org gets whichever is deployed last: a fix comes and goes with the order of
    deployments. Names that differ only by case mean the same component. A flow that was copied (`Copy_1_of_`, `_v2`),
    and that is active beside its original on the same object, does its work twice.

    Quiet: fields, rules and other parts of one object in different packages; labels, workflow, settings, sharing rules
    and profiles whose files say different things, as long as they do not contradict each other; pieces of one
    permission set; copies with the same content; other projects in the same tree.

    ## Bad
    ```json sfdx-project.json
    {"packageDirectories": [{"path": "core", "default": true}, {"path": "sales"}]}
    ```
    ```apex core/classes/Discount.cls
    public with sharing class Discount {
        public static Decimal of(Decimal price) {
            return price * 0.1;
        }
    }
    ```
    ```apex sales/classes/Discount.cls
    public with sharing class Discount {
        public static Decimal of(Decimal price) {
            return price * 0.15;
        }
    }
    ```

    ## Good
    ```json sfdx-project.json
    {"packageDirectories": [{"path": "core", "default": true}, {"path": "sales"}]}
    ```
    ```apex core/classes/Discount.cls
    public with sharing class Discount {
        public static Decimal of(Decimal price) {
            return price * 0.1;
        }
    }
    ```
    ```apex sales/classes/SalesDiscount.cls
    public with sharing class SalesDiscount {
        public static Decimal of(Decimal price) {
            return Discount.of(price) + 5;
        }
    }
    ```

    ## Fix
    Keep the component in the package that owns it, and delete the other file. Give a variant a name of its own.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.sfdx_dev.meta/sfdx_dev/sfdx_dev_mpd.htm
    """
    packages = org.visibility.projects()
    for duplicate in duplicates(org.index, org.visibility):
        yield _twice(duplicate, packages)
    for pair in duplicate_flows(org.flows):
        yield _copied(pair)


def _twice(duplicate: Duplicate, packages: dict[str, str]) -> Finding:
    first, others = duplicate.first, duplicate.others
    where = list(dict.fromkeys(_package(place.path, packages) for place in (first, *others)))
    if len(where) == 1:
        where = [posixpath.dirname(place.path) for place in (first, *others)]
    last = others[-1]
    both = "They contradict each other about" if last.element else "They differ from line"
    names = {place.component.partition(":")[2] for place in (first, *others)}
    also = f" (as {joined(sorted(names))})" if len(names) > 1 else ""
    return Finding(
        f"{duplicate.type} {duplicate.name} is in {joined(where)}{also}, and the org gets the one that is deployed last. "
        f"{both} {last.element or last.line}.",
        at=last,
        because=[
            first.says("it is here"),
            *(
                place.says(
                    f"and here, where {place.element} differs" if place.element else "and here, different"
                )
                for place in others
            ),
        ],
        confidence=None if packages else Confidence.MEDIUM,
        subject="duplicate",
    )


def _package(path: str, packages: dict[str, str]) -> str:
    """The package directory that a file lies in; without packages, its folder."""
    holding = [one for one in packages if one == "." or path.startswith(f"{one}/")]
    return max(holding, key=len, default=posixpath.dirname(path))


def _copied(pair: DuplicateFlow) -> Finding:
    copy, original = pair.copy, pair.original
    start = copy.written.at(copy.fact.start.line, "start")
    return Finding(
        f"Flow {copy.name} is a copy of {original.name}, and both run when {copy.fact.start.object} records are saved.",
        at=start,
        because=[
            start.says(f"{copy.name} starts here"),
            original.written.at(original.fact.start.line, "start").says(f"{original.name} starts here"),
        ],
        fix="Deactivate the older of the two.",
        confidence=Confidence.MEDIUM,
        subject="copy",
    )
