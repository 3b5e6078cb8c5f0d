"""The checks of the excuses themselves: waivers, suppressions in code, and the baseline."""

from __future__ import annotations

from collections.abc import Iterator

from sfgov.check import Finding, Outcome, Ruleset, Severity, check
from sfgov.config import Config
from sfgov.counted import counted
from sfgov.gate.decide import Gate
from sfgov.place import Place
from sfgov.policy import Waiver

_MOST_EVIDENCE = 10
"""Findings that an expired waiver names; more are counted."""


@check("SFG010", "unused-suppression", Severity.LOW, reads=(), ruleset=Ruleset.MINIMAL)
def unused_suppression(gate: Gate, config: Config) -> Iterator[Outcome]:
    """Every waiver and every suppression in code excuses a finding.

    One that excuses nothing is a hole that waits: the next fault of that kind in that place is silent from its first
    day. Nothing is said where the check did not run, or could not see the whole org.

    ## Example
    The loop that this comment was about has gone, the comment has not:
    ```apex
    public class Rates {
        // sfgov: ignore[APX001] two records at most
        public static List<Rate__c> all() {
            return [SELECT Id FROM Rate__c LIMIT 200];
        }
    }
    ```

    ## Fix
    Remove the waiver or the comment, or the one code of it that is named.
    """
    for index, waiver in gate.unused_waivers:
        yield Finding(
            f"The waiver of {waiver.owner} for {waiver.check} on {waiver.component} covers no finding"
            f"{_as_written(waiver.component)}.",
            at=_at(waiver, index, config),
        )
    for suppression, code in gate.unused_suppressions:
        comment = suppression.comment
        where = "in this file" if suppression.line == 0 else f"on line {suppression.line}"
        yield Finding(
            f"This comment suppresses {code}, which finds nothing {where}.",
            at=Place(comment.path, comment.line, comment.component, f"suppression[{code}]"),
        )


@check("SFG011", "expired-waiver", Severity.MEDIUM, reads=(), ruleset=Ruleset.MINIMAL)
def expired_waiver(gate: Gate, config: Config) -> Iterator[Outcome]:
    """No waiver outlives its date.

    From the day after, the findings that it covered count again. Somebody promised that they would be gone by then.

    ## Bad
    ```yaml sfgov.yml
    waivers:
      - check: DEL001
        component: "PermissionSet:Sales"
        owner: jane@example.com
        reason: Needed until the migration is done
        expires: 2020-12-31
    ```
    ```xml permissionsets/Sales.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales</label>
    </PermissionSet>
    ```

    ## Good
    ```yaml sfgov.yml
    waivers: []
    ```
    ```xml permissionsets/Sales.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales</label>
    </PermissionSet>
    ```

    ## Fix
    Mend what the findings name and remove the waiver, or let its owner decide on a new date.
    """
    for expired in gate.expired:
        waiver, found = expired.waiver, expired.results
        named = [Place(r.path, r.line, r.component, r.subject, r.column).says(r.message) for r in found]
        count = counted(len(found), "finding counts again", "findings count again")
        yield Finding(
            f"The waiver of {waiver.owner} for {waiver.check} on {waiver.component} expired on {waiver.expires}; "
            f"{count if found else 'it covers no finding that counts, so it can go'}.",
            at=_at(waiver, expired.index, config),
            because=named[:_MOST_EVIDENCE],
        )


@check("SFG012", "stale-baseline-entry", Severity.LOW, reads=(), ruleset=Ruleset.MINIMAL)
def stale_baseline_entry(gate: Gate) -> Iterator[Outcome]:
    """Every entry of the baseline is still found.

    An entry whose finding has gone would let the same fault come back unseen. Nothing is said where the check did
    not run, or could not see the whole org.

    ## Fix
    Run `sfgov baseline prune` on the file and commit it.
    """
    name = gate.baseline.path.rpartition("/")[2]
    for entry in gate.stale:
        line = gate.baseline.lines.get(entry.fingerprint, 1)
        yield Finding(
            f"The baseline knows {entry.check} on {entry.component} since {entry.since}, and it is not found any more.",
            at=Place(gate.baseline.path, line, f"Baseline:{name}", entry.fingerprint),
        )


@check("SFG013", "malformed-suppression", Severity.MEDIUM, reads=(), ruleset=Ruleset.MINIMAL)
def malformed_suppression(gate: Gate) -> Iterator[Outcome]:
    """Every comment `// sfgov: …` names checks that exist and gives a reason.

    One that does not is without effect: what it was meant to silence is still reported, and nobody learns why it
    was thought to be right.

    ## Bad
    ```apex classes/Rates.cls
    public class Rates {
        public static void touch(List<Account> accounts) {
            for (Account one : accounts) {
                update one; // sfgov: ignore[APX001]
            }
        }
    }
    ```

    ## Good
    ```apex classes/Rates.cls
    public class Rates {
        public static void touch(List<Account> accounts) {
            update accounts;
        }
    }
    ```

    ## Fix
    Write `// sfgov: ignore[APX001] reason`, with codes or names of checks, on the line of the finding or alone on the
    line above, or `// sfgov: file-ignore[APX001] reason` above the class.
    """
    for malformed in gate.malformed:
        comment, problem = malformed.comment, malformed.problem
        yield Finding(
            f"This comment suppresses nothing: {problem}{'' if problem.endswith('?') else '.'}",
            at=Place(comment.path, comment.line, comment.component, f"suppression[{comment.text}]"),
        )


@check("SFG014", "waiver-too-wide", Severity.MEDIUM, reads=(), ruleset=Ruleset.MINIMAL)
def waiver_too_wide(gate: Gate, config: Config) -> Iterator[Outcome]:
    """A waiver is for a stated thing and a stated time.

    One that holds for years, or for half of the org, is a change of the policy that nobody decided. What is too wide
    is a matter of the policy: `waiver_limits` with `max_days` (366, from today) and `max_components` (50 components
    of the org that the pattern matches).

    ## Bad
    ```yaml sfgov.yml
    waivers:
      - check: DEL001
        component: "PermissionSet:Sales"
        owner: jane@example.com
        reason: We will see
        expires: 2999-12-31
    ```
    ```xml permissionsets/Sales.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales</label>
    </PermissionSet>
    ```

    ## Good
    ```yaml sfgov.yml
    waiver_limits: {max_days: 90, max_components: 10}
    waivers: []
    ```
    ```xml permissionsets/Sales.permissionset-meta.xml
    <?xml version="1.0" encoding="UTF-8"?>
    <PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata">
        <label>Sales</label>
    </PermissionSet>
    ```

    ## Fix
    Name the components, or write several waivers, and choose a date by which the findings are to be gone. If the
    finding is no fault at all in this org, say so in the policy's own settings.
    """
    for index, waiver, excess in gate.wide_waivers:
        kind = "term" if excess.startswith("holds") else "pattern"
        yield Finding(
            f"The waiver of {waiver.owner} for {waiver.check} on {waiver.component} {excess}.",
            at=_at(waiver, index, config, f".{kind}"),
        )


def _at(waiver: Waiver, index: int, config: Config, aspect: str = "") -> Place:
    """The waiver's own line. It is known by what it covers, wherever in the list it stands."""
    element = f"waivers[{waiver.check} {waiver.component} {waiver.subject}]{aspect}"
    return Place(config.path, config.line_of("waivers", str(index)), "Policy:sfgov.yml", element)


def _as_written(component: str) -> str:
    """How components are written, for a pattern that can match none."""
    could_match = {":", "*", "?"} & set(component)
    return "" if could_match else f"; components have their type before them, such as ApexClass:{component}"
