"""What a run found, ready to be written: the only thing that gates and reports know."""

from __future__ import annotations

import posixpath
from typing import Literal, get_args

import msgspec

from sfgov.check import Confidence, Severity, pack_of
from sfgov.counted import counted

Status = Literal["new", "baseline", "waived", "suppressed"]


class Step(msgspec.Struct, frozen=True):
    """One link of an evidence chain, with the source lines around it (line number, text)."""

    path: str
    line: int
    component: str
    message: str
    column: int = 1
    excerpt: tuple[tuple[int, str], ...] = ()


class Result(msgspec.Struct, frozen=True):
    """A finding, stamped: with its check's card, its place, its identity and whether it counts."""

    check: str
    name: str
    severity: Severity
    confidence: Confidence
    message: str
    component: str
    path: str
    line: int
    column: int
    fingerprint: str
    subject: str = ""
    evidence: tuple[Step, ...] = ()
    fix: str = ""
    status: Status = "new"
    reason: str = ""
    """Why it does not count, where it does not (the waiver's owner, reason and date)."""
    excerpt: tuple[tuple[int, str], ...] = ()
    annotated: bool = True
    """Whether annotations show it: false where they are to show changed lines or files only, and it is elsewhere."""
    line_hash: str = ""
    """GitHub's hash of the line (see `sfgov.line_hash`); empty where it was not computed."""

    @property
    def pack(self) -> str:
        """The letters of the check's code."""
        return pack_of(self.check)


class Card(msgspec.Struct, frozen=True):
    """What a report says about a check that was part of the run."""

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    pack: str
    summary: str
    docs: str
    reads: tuple[str, ...]
    tags: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()


class NotLooked(msgspec.Struct, frozen=True):
    """A check that could not look, and why."""

    check: str
    reason: str


class Expiring(msgspec.Struct, frozen=True):
    """A waiver that holds for a few more days only."""

    check: str
    component: str
    subject: str
    owner: str
    expires: str
    """Its last day, as `2026-12-31`."""
    days: int
    """From today to that day."""
    findings: int
    """How many findings count again afterwards."""
    path: str
    line: int

    @property
    def sentence(self) -> str:
        """The notice, for every report in the same words."""
        when = "today" if not self.days else "tomorrow" if self.days == 1 else f"in {self.days} days"
        again = counted(self.findings, "finding counts", "findings count")
        return (
            f"The waiver of {self.owner} for {self.check} on {self.component} expires {when} ({self.expires}); "
            f"{again} again afterwards."
        )


class Right(msgspec.Struct, frozen=True):
    """A profile, permission set, group or persona that can delete an object's records."""

    bundle: str
    """`Profile:Sales`, as findings name components."""
    scope: Literal["all", "shared"]
    """All records, or those that sharing gives full access to."""
    through: str
    """`allowDelete`, `modifyAllRecords` or `ModifyAllData`."""
    certain: bool
    """False where a muting set that is not in the tree might take it away."""
    admin: bool
    steps: tuple[Step, ...]
    """The lines that grant it, from the group's to the permission set's."""
    classes: tuple[str, ...] = ()
    """Whose it is: `guest`, `external`, `integration`, `agent`, `admin`, else `human`."""
    guessed: bool = False
    """Whether only the bundle's name suggests that."""


class Access(msgspec.Struct, frozen=True):
    """A profile, permission set, group or persona that can read or edit an object's records, or a field of them."""

    bundle: str
    scope: Literal["all", "public", "own", "rules", "shared"]
    """All records, whatever sharing says; all, as the sharing default is public; own ones and what is shared with its
    users; what sharing rules for guests show; or what sharing shows, of which the default is not known."""
    through: str
    """What opens the object: `allowRead`, `viewAllRecords`, `ViewAllData` …"""
    field_through: str
    """What opens the field: `readable`, `viewAllFields` …; empty where it comes with the object."""
    certain: bool
    doubt: str
    """Why it is not certain: `unless muted`, `field not known`."""
    admin: bool
    classes: tuple[str, ...]
    """Whose it is: `guest`, `external`, `integration`, `agent`, `admin`, else `human`."""
    guessed: bool
    """Whether only the bundle's name suggests that."""
    clear: bool
    """False where the field is encrypted text and the bundle does not show that in clear."""
    steps: tuple[Step, ...]
    """The lines that grant it: the field's, then the object's, each from the group's to the permission set's."""


class Accessible(msgspec.Struct, frozen=True):
    """Who can read or edit one object's records, or one field of them."""

    action: Literal["read", "edit"]
    object: str
    field: str
    """The field's own name; empty where the object was asked for."""
    rule: str
    """What decides about the field, or why nobody can; a sentence."""
    rule_steps: tuple[Step, ...]
    writable: bool
    """False where nobody can edit the field, as Salesforce computes it."""
    rights: tuple[Access, ...]
    rights_known: bool
    """False where the tree has neither profiles nor permission sets."""
    sharing: str
    """The sharing default, in words; empty where sharing does not decide."""
    sharing_steps: tuple[Step, ...]
    guest_rules: tuple[Step, ...]
    remarks: tuple[str, ...]
    not_known: tuple[str, ...]
    """Bundles of which something that could grant it is not in the tree."""
    silent: tuple[str, ...]
    """Profiles that say nothing of it: they hold only what was retrieved with them."""


class Guard(msgspec.Struct, frozen=True):
    """A flow or trigger that stops deletes of an object."""

    component: str
    state: Literal["active", "not active", "not known"]
    stops: Literal["everything", "by user", "by record"]
    """Every delete, or what depends on who the user is, or on data."""
    conditions: tuple[str, ...]
    passes: tuple[str, ...]
    """Custom permissions whose holders it lets through, each with those who carry it."""
    steps: tuple[Step, ...]


class Master(msgspec.Struct, frozen=True):
    """An object whose deletion deletes these records too."""

    object: str
    through: str
    """The relationships down to the object, topmost first."""
    holders: tuple[str, ...]
    """The bundles that can delete the master."""
    watched: bool
    """A guard of the master blocks every delete, or looks at what hangs below."""
    steps: tuple[Step, ...]


class Loophole(msgspec.Struct, frozen=True):
    """Something by which deletes reach further, or last longer, than the permission says."""

    says: str
    steps: tuple[Step, ...]


class Deletable(msgspec.Struct, frozen=True):
    """Who can delete one object's records, what stands in the way, and the ways around."""

    object: str
    because: tuple[str, ...]
    """Why it is shown: `never deleted by policy`, `guarded`, `classified fields`, `deleted with others`."""
    rights: tuple[Right, ...]
    rights_known: bool = True
    """False where the tree has neither profiles nor permission sets."""
    guards: tuple[Guard, ...] = ()
    restricted_by: tuple[Step, ...] = ()
    """Lookups that forbid the delete while another record points to it."""
    masters: tuple[Master, ...] = ()
    loopholes: tuple[Loophole, ...] = ()
    not_known: tuple[str, ...] = ()
    """Bundles of which something that could grant delete is not in the tree."""


class Matrix(msgspec.Struct, frozen=True):
    """Who can delete what: the objects that matter, by name, and the names of those that were left out."""

    objects: tuple[Deletable, ...]
    left_out: tuple[str, ...] = ()


class Does(msgspec.Struct, frozen=True):
    """Something that automation comes to."""

    says: str
    """`updates Invoice__c records`, as the end of a sentence."""
    object: str
    """Whose records it writes, where these are others than the one that started it; else empty."""
    certain: bool
    """Whether it happens each time; False where something on the way decides."""
    events: tuple[str, ...]
    """The events on which it happens, where that is not all of them."""
    steps: tuple[Step, ...]
    """The calls that lead to it, and the place."""


class Runs(msgspec.Struct, frozen=True):
    """A flow, trigger, workflow rule or process that an object's events start."""

    kind: str
    component: str
    name: str
    rank: int
    """When it runs: before-save flow 1, before trigger 2, after trigger 3, workflow rule 4, process 5, after-save flow 6."""
    events: tuple[str, ...]
    """Some of `create`, `update`, `delete`, `undelete`."""
    asks: str
    """What it asks of the record first, as written; empty for nothing."""
    later: tuple[str, ...]
    """The paths of a flow that run after the transaction."""
    place: Step
    does: tuple[Does, ...]
    more: int
    """How many further effects are not told."""


class Automated(msgspec.Struct, frozen=True):
    """What runs by itself on one object, in the order of a save."""

    object: str
    runs: tuple[Runs, ...]
    validation_rules: int
    """How many active ones there are."""


class AutomationMap(msgspec.Struct, frozen=True):
    """What runs on which event: the objects with automation, by name, and the names of those that were left out."""

    objects: tuple[Automated, ...]
    left_out: tuple[str, ...] = ()


class Fills(msgspec.Struct, frozen=True):
    """Automation that sets a field, and what it does with a value that is there already."""

    component: str
    by: str
    """As in a sentence: `before-save flow Enrich`."""
    events: tuple[str, ...]
    """`create`, `update`: those of the field's own record."""
    value: str | None
    """What it sets, as written, empty for no value; None where it is computed."""
    keeps: bool
    """A value that is there already stays."""
    overwrites: bool
    """It can take away a value that is there already, without anybody who decides it."""
    conditional: bool
    steps: tuple[Step, ...]


class Carried(msgspec.Struct, frozen=True):
    """A field that gets a lead's value when the lead is converted, or by automation."""

    field: str
    """`Opportunity.UTM__c`."""
    by: Literal["Salesforce", "mapping", "automation"]
    loss: str
    """What is lost on the way; empty for nothing that is known."""
    steps: tuple[Step, ...]
    fills: tuple[Fills, ...]
    """The automation that sets it besides."""

    @property
    def object(self) -> str:
        """The object of the field."""
        return self.field.partition(".")[0]


class Origin(msgspec.Struct, frozen=True):
    """A field of leads that says where they came from, and what becomes of it."""

    field: str
    """`Lead.UTM__c`."""
    kind: str
    """`first touch`, `click id` …"""
    first_touch: bool
    """Its first value is the one to keep."""
    declared: bool
    """The policy lists it; else its name says so."""
    place: Step | None
    """Where the field is; None for a standard one that is not in the tree."""
    fills: tuple[Fills, ...]
    carried: tuple[Carried, ...]
    locked_by: Step | None = None
    """A validation rule that refuses to change it once it has a value."""


class AttributionMap(msgspec.Struct, frozen=True):
    """Where leads came from, and what their conversion leaves of it: the first touches first, then by kind and name."""

    origins: tuple[Origin, ...]
    known: bool
    """False where the conversion settings were not retrieved."""
    creates: str
    """Whether conversions make an opportunity: `VisibleOptional`, `VisibleRequired`, `NotVisible`; empty: not said."""
    others: tuple[tuple[str, str], ...] = ()
    """The other pairs that the conversion maps: the lead's field and its target."""
    left_out: tuple[str, ...] = ()


class EffectCard(msgspec.Struct, frozen=True):
    """Something that an agent's action comes to: `updates Case records`, `makes a callout`."""

    says: str
    changes: bool
    """False for what is only read."""
    context: str
    """In whose name, as far as it is written there."""
    steps: tuple[Step, ...]


class InputCard(msgspec.Struct, frozen=True):
    """An input of an agent's action, and what fills it."""

    name: str
    required: bool
    filled: tuple[str, ...]
    """`by the model`, `from contact_id`, `always 10`, `left empty`; several where uses differ."""
    by_model: bool
    picks: tuple[Step, ...]
    """Where it decides which records are read or changed."""
    step: Step


class ActionCard(msgspec.Struct, frozen=True):
    """What an agent can do, with what it comes to."""

    name: str
    label: str
    purpose: str
    step: Step
    target: str
    """`Flow Get_Order`; empty where it is not known."""
    target_state: str
    """`in the tree`, `missing`, `not known`"""
    asks_first: bool
    """Whether the user is asked before it runs."""
    asks_step: Step | None
    runs: tuple[Step, ...]
    """Who decides that it runs, and under which conditions."""
    inputs: tuple[InputCard, ...]
    effects: tuple[EffectCard, ...]
    more_effects: int
    unasked: tuple[str, ...]
    """How it works without asking for permissions: `in system mode` …"""
    known: bool
    """False where it may do more than is told here."""
    tests: int
    """How many test cases expect it."""

    @property
    def changes(self) -> bool:
        """Whether it changes records, or does something outside of the org."""
        return any(effect.changes for effect in self.effects)


class TopicCard(msgspec.Struct, frozen=True):
    """A topic of an agent."""

    name: str
    label: str
    kind: Literal["start", "topic", "connected"]
    purpose: str
    step: Step
    known: bool
    reachable: bool
    overrides: Step | None
    """Where it puts instructions of its own in place of the agent's."""
    ways_in: tuple[Step, ...]
    gates: tuple[Step, ...]
    actions: tuple[ActionCard, ...]
    sets: tuple[Step, ...]
    """What the model can set in it."""
    tests: int
    """How many test cases expect it."""


class GateCard(msgspec.Struct, frozen=True):
    """A variable or rule that decides what an agent can do."""

    name: str
    says: str
    guards: tuple[str, ...]
    sets: tuple[Step, ...]
    """What gives the variable its value."""
    step: Step


class AgentRole(msgspec.Struct, frozen=True):
    """What the model or the user is told, whatever the topic."""

    title: str
    text: str
    step: Step


class AgentObject(msgspec.Struct, frozen=True):
    """What an agent's user may do with an object's records, and what of it no action needs."""

    object: str
    held: tuple[str, ...]
    """`allowRead`, `allowDelete` …"""
    surplus: tuple[str, ...]
    steps: tuple[Step, ...]


class AgentRights(msgspec.Struct, frozen=True):
    """What an agent's user may do."""

    known: bool
    """False where nothing says which bundles its user has."""
    of_its_users: bool
    """Whether it works in the name of who is logged in."""
    bundles: tuple[str, ...]
    visible_to: tuple[str, ...]
    """The bundles that let people use the agent."""
    everywhere: tuple[Step, ...]
    """Permissions on every object."""
    objects: tuple[AgentObject, ...]
    missing: tuple[Step, ...]
    """What actions need, and no bundle grants."""
    needed: tuple[str, ...]
    """What actions need, as `Case: edit`."""
    complete: bool
    """False where some of its bundles are not in the tree."""


class AgentSuite(msgspec.Struct, frozen=True):
    """A file of tests."""

    name: str
    cases: int
    version: str
    step: Step


class AgentCard(msgspec.Struct, frozen=True):
    """An AI agent, as a reviewer reads it."""

    name: str
    component: str
    label: str
    serves: str
    told_by: str
    state: str
    sources: tuple[Step, ...]
    user: Step | None
    purpose: str
    roles: tuple[AgentRole, ...]
    topics: tuple[TopicCard, ...]
    actions: tuple[ActionCard, ...]
    """Those of no topic."""
    gates: tuple[GateCard, ...]
    ways_out: tuple[Step, ...]
    channels: tuple[Step, ...]
    rights: AgentRights
    tests: tuple[AgentSuite, ...]
    not_known: tuple[str, ...]

    @property
    def all_actions(self) -> tuple[ActionCard, ...]:
        """Those of topics, and those of none."""
        return (*(action for topic in self.topics for action in topic.actions), *self.actions)

    @property
    def untested_topics(self) -> tuple[str, ...]:
        """The topics that no test case expects."""
        return tuple(topic.name for topic in self.topics if topic.kind == "topic" and not topic.tests)

    @property
    def untested_actions(self) -> tuple[str, ...]:
        """The actions with effects that no test case expects."""
        untested = (action.name for action in self.all_actions if action.changes and not action.tests)
        return tuple(dict.fromkeys(untested))


class AgentCards(msgspec.Struct, frozen=True):
    """The AI agents of an org, by name."""

    cards: tuple[AgentCard, ...]
    left_out: tuple[str, ...] = ()
    """The names of further ones."""


OBJECT_RIGHTS = ("allowEdit", "allowDelete", "viewAllRecords", "modifyAllRecords")
"""The rights to an object that are compared, as metadata names them."""


class Hold(msgspec.Struct, frozen=True, gc=False):
    """What a bundle may do with one thing: `rights` to an object, or `enabled` for a permission."""

    kind: str
    """`objectPermissions`, `userPermissions` or `customPermissions`."""
    name: str
    rights: tuple[str, ...]
    path: str
    line: int
    """The block that gives it."""


class Holdings(msgspec.Struct, frozen=True):
    """What one bundle lets its holders do."""

    bundle: str
    """`Profile:Sales`, as findings name components."""
    holds: tuple[Hold, ...]
    everywhere: tuple[str, ...] = ()
    """The rights that it gives on every object, by Modify All Data or View All Data."""
    whole: bool = True
    """False where it refers to sets that are not in the tree."""


class AccessChange(msgspec.Struct, frozen=True):
    """What a bundle gains and loses on one thing."""

    bundle: str
    kind: str
    """`objectPermissions`, `userPermissions` or `customPermissions`."""
    name: str
    gained: tuple[str, ...]
    """Of an object `OBJECT_RIGHTS`, of a permission `enabled`."""
    lost: tuple[str, ...]
    path: str = ""
    """Where it is given now; empty where nothing is gained."""
    line: int = 0
    bundle_is: Literal["changed", "new", "gone"] = "changed"
    """Whether the bundle itself came into the tree with the change, or left it."""
    certain: bool = True
    """False where a set that the bundle refers to is not in the tree."""

    @property
    def gravity(self) -> tuple[bool, int]:
        """Sorts what is gained before what is lost, and the widest right first."""
        return not self.gained, min(map(_WIDEST_FIRST.index, self.gained or self.lost))


_WIDEST_FIRST = ("modifyAllRecords", "enabled", "allowDelete", "viewAllRecords", "allowEdit")


class AccessDelta(msgspec.Struct, frozen=True):
    """What a change lets whom do, by bundle; the numbers are of all rights, whether they are listed or not."""

    changes: tuple[AccessChange, ...]
    gained: int = 0
    lost: int = 0
    left_out: int = 0
    """How many changes are not listed."""

    def gravest(self, most: int) -> tuple[AccessChange, ...]:
        """At most so many of the changes, those that weigh most, in the order of all."""
        numbered = sorted(enumerate(self.changes), key=lambda pair: pair[1].gravity)[:most]
        return tuple(change for _, change in sorted(numbered, key=lambda pair: pair[0]))


class Comparison(msgspec.Struct, frozen=True):
    """The run held against an earlier state of the org: the commit in which HEAD and `ref` went apart."""

    ref: str
    commit: str
    fixed: tuple[Result, ...]
    """What counted there and is not found any more."""
    unchanged: int
    """How many findings that would count were there already."""
    access: AccessDelta = AccessDelta(())

    def sentence(self, new: int) -> str:
        """The numbers, for every report in the same words."""
        return (
            f"Against {self.ref} ({self.commit}): {new:,} new, {len(self.fixed):,} fixed, "
            f"{self.unchanged:,} unchanged."
        )


class Run(msgspec.Struct, frozen=True):
    """One run, whole. `results` are sorted by path, line and check."""

    version: str
    title: str
    """The linted folder's or archive's own name; never an absolute path."""
    files: int
    components: dict[str, int]
    checks: tuple[Card, ...]
    results: tuple[Result, ...]
    not_checked: tuple[NotLooked, ...]
    fail_on: Severity | None
    """None: never."""
    crashed: bool = False
    """A check crashed: exit code 2, whatever else was found."""
    elsewhere: dict[str, str] = {}
    """Paths of what lies outside of the org's folder begin with a key, which stands for this folder of the repository."""
    repository_prefix: str = ""
    """What to put before a path so that it starts at the repository's root: empty, or ends with `/`."""
    matrix: Matrix | None = None
    """Who can delete what; None where no permissions were retrieved."""
    judged: tuple[str, ...] = ()
    """The codes of the checks that saw the whole org: where they find nothing, there is nothing. Sorted."""
    automation: AutomationMap | None = None
    """What runs on which event; None where nothing does, or where it was not asked for."""
    attribution: AttributionMap | None = None
    """Where leads came from and what is left of it; None where there are none, or where it was not asked for."""
    agents: AgentCards | None = None
    """The AI agents; None where there are none, or where they were not asked for."""
    comparison: Comparison | None = None
    expiring: tuple[Expiring, ...] = ()
    """Waivers that are about to expire, the first ones first."""
    holdings: tuple[Holdings, ...] = ()
    """What each bundle lets its holders do, where that is to be compared."""

    @property
    def active(self) -> tuple[Result, ...]:
        """The findings that count: neither known, waived nor suppressed."""
        return tuple(result for result in self.results if result.status == "new")

    @property
    def annotated(self) -> tuple[Result, ...]:
        """The findings that count, as far as annotations and comments on a change are to show them."""
        return tuple(result for result in self.active if result.annotated)

    @property
    def not_annotated(self) -> int:
        """How many findings that count are left out of annotations and comments on a change."""
        return sum(not result.annotated for result in self.active)

    def gates(self, result: Result) -> bool:
        """Whether this finding fails the gate. A finding of low confidence never does."""
        return (
            self.fail_on is not None
            and result.status == "new"
            and result.confidence is not Confidence.LOW
            and result.severity.at_least(self.fail_on)
        )

    @property
    def gate(self) -> Literal["passed", "failed"]:
        """`failed` when any finding gates."""
        return "failed" if any(map(self.gates, self.results)) else "passed"

    def counts(self) -> dict[str, int]:
        """Active findings per severity, worst first, zeros included."""
        active = [result.severity for result in self.active]
        return {severity.value: active.count(severity) for severity in Severity}

    def statuses(self) -> dict[Status, int]:
        """Findings per status, those that count first, zeros included."""
        given = [result.status for result in self.results]
        return {status: given.count(status) for status in get_args(Status)}

    @property
    def cards(self) -> tuple[Card, ...]:
        """A card for every check that ran or that a finding names, sorted by code.

        A crash is reported by SFG003 even where that check was not selected; it gets a card from its finding.
        """
        cards = {result.check: _stand_in(result) for result in self.results}
        cards |= {card.code: card for card in self.checks}
        return tuple(cards[code] for code in sorted(cards))

    @property
    def crashed_checks(self) -> frozenset[str]:
        """The codes of the checks that crashed, which the findings of SFG003 name as their component."""
        return frozenset(r.component.removeprefix("Check:") for r in self.results if r.check == "SFG003")

    def in_repository(self, path: str) -> str:
        """The path as a CI system wants it: from the repository's root, without `.` and `..`."""
        for prefix, folder in self.elsewhere.items():
            if path.startswith(prefix):
                return posixpath.normpath(folder + path.removeprefix(prefix))
        return posixpath.normpath(self.repository_prefix + path)


def _stand_in(result: Result) -> Card:
    return Card(
        result.check, result.name, result.severity, result.confidence, result.pack, f"{result.name}.", "", ()
    )
