"""HYG005: code and flows that still run on an old version of the platform."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from sfgov import Finding, Severity, check
from sfgov.facts import ApexClass, ApexTrigger, Flow
from sfgov.model.api_versions import Versioned, newest, versioned
from sfgov.model.org import Org
from sfgov.model.visibility import WHOLE
from sfgov.place import Place
from sfgov_checks.principals import counted

_ROLLED_UP = 5
"""More old components of one type than this are one finding."""
_MOST_SHOWN = 10
_NOUNS = {
    "ApexClass": "Apex class",
    "ApexComponent": "Visualforce component",
    "ApexPage": "Visualforce page",
    "ApexTrigger": "Apex trigger",
    "AuraDefinitionBundle": "Aura component",
    "Flow": "flow",
    "LightningComponentBundle": "Lightning web component",
}


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many API versions a component may be behind the newest that the tree speaks of."""

    max_behind: int = 20


@check(
    "HYG005",
    "stale-api-version",
    Severity.LOW,
    reads=(
        ApexClass,
        ApexTrigger,
        Flow,
        "ApexPage",
        "ApexComponent",
        "AuraDefinitionBundle",
        "LightningComponentBundle",
    ),
    options=Options,
)
def stale_api_version(org: Org, options: Options) -> Iterator[Finding]:
    """Code, flows, pages and components keep up with the API version that the project works with.

    A file keeps the behaviour of the version that it states: what was repaired or made safe since then does not reach
    it, and Salesforce retires versions. Three come each year. The newest version is the newest that the files, the
    project or a manifest name, not that of the calendar. More than 20 behind it (`max_behind`) is told, of many
    components as one finding for each type.

    Told as well is a project whose `sourceApiVersion` is lower than that of its files: a retrieve then leaves out what
    newer versions have added to them. That a class changes its meaning when its version is raised over 67 is APX008's.

    ## Bad
    ```apex classes/Discount.cls
    public with sharing class Discount {
    }
    ```
    ```xml classes/Discount.cls-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <ApexClass xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>31.0</apiVersion>
        <status>Active</status>
    </ApexClass>
    ```
    ```json sfdx-project.json
    {"packageDirectories": [{"path": "."}], "sourceApiVersion": "64.0"}
    ```

    ## Good
    ```apex classes/Discount.cls
    public with sharing class Discount {
    }
    ```
    ```xml classes/Discount.cls-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <ApexClass xmlns="http://soap.sforce.com/2006/04/metadata">
        <apiVersion>62.0</apiVersion>
        <status>Active</status>
    </ApexClass>
    ```
    ```json sfdx-project.json
    {"packageDirectories": [{"path": "."}], "sourceApiVersion": "64.0"}
    ```

    ## Fix
    Raise the version and run the tests: read the release notes of the versions between, since each may change what the
    code does.

    ## Sources
    - https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/api_rest_eol.htm
    - https://developer.salesforce.com/docs/atlas.en-us.sfdx_dev.meta/sfdx_dev/sfdx_dev_ws_config.htm
    """
    components = tuple(versioned(org.index, org.flows))
    latest = newest(iter(components), org.visibility)
    old: dict[str, list[Versioned]] = defaultdict(list)
    for one in components:
        if one.version < latest - options.max_behind:
            old[one.type].append(one)
    for some in old.values():
        yield from _old(some, latest)
    stated = org.visibility.source_api_version
    newer = [one for one in components if stated and one.version > stated[0]]
    if stated and newer:
        yield _behind_its_files(*stated, newer)


def _old(some: Sequence[Versioned], latest: float) -> Iterator[Finding]:
    noun = _NOUNS.get(some[0].type, some[0].type)
    if len(some) > _ROLLED_UP:
        first = some[0]
        yield Finding(
            f"{len(some)} {noun}{'es' if noun.endswith('s') else 's'} are written for {_span(some)}, while the newest "
            f"here is {latest:g}.",
            at=Place(first.at.path, first.at.line, WHOLE, first.type),
            because=[
                one.at.says(f"{_name(one)} is written for API {one.version:g}") for one in some[:_MOST_SHOWN]
            ],
        )
        return
    for one in some:
        yield Finding(
            f"{noun[0].upper()}{noun[1:]} {_name(one)} is written for API {one.version:g}, "
            f"{latest - one.version:g} versions behind the newest here ({latest:g}).",
            at=one.at,
            subject="apiVersion",
        )


def _behind_its_files(version: float, at: Place, newer: Sequence[Versioned]) -> Finding:
    newer = sorted(newer, key=lambda one: (-one.version, one.at))
    return Finding(
        f"The project's source is of API {version:g}, but {counted(len(newer), 'component')} of it "
        f"{'is' if len(newer) == 1 else 'are'} written for {_span(newer[::-1])}.",
        at=at,
        because=[
            one.at.says(f"{_name(one)} is written for API {one.version:g}") for one in newer[:_MOST_SHOWN]
        ],
        fix=f'Set "sourceApiVersion" to at least "{newer[0].version:.1f}" and retrieve again.',
        subject="sourceApiVersion",
    )


def _span(some: Sequence[Versioned]) -> str:
    """`API 37`, or `API 15 to 21`; the oldest comes first."""
    first, last = some[0].version, some[-1].version
    return f"API {first:g}" if first == last else f"API {first:g} to {last:g}"


def _name(one: Versioned) -> str:
    return one.at.component.partition(":")[2]
