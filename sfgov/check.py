"""What a check is: a documented function from an org to findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from sfgov.place import Evidence, Place


class Severity(StrEnum):
    """How bad it is if the finding is true, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for critical, 4 for info."""
        return _SEVERITIES.index(self)

    def at_least(self, other: Severity) -> bool:
        """Whether this is as bad as `other`, or worse."""
        return self.rank <= other.rank


_SEVERITIES = list(Severity)


class Confidence(StrEnum):
    """How sure the finding is; `low` never fails a gate."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for high, 2 for low."""
        return list(Confidence).index(self)


class Ruleset(StrEnum):
    """The ladder `minimal ⊂ recommended ⊂ strict`; a check names its lowest rung."""

    MINIMAL = "minimal"
    RECOMMENDED = "recommended"
    STRICT = "strict"

    def includes(self, other: Ruleset) -> bool:
        """Whether a check on the rung `other` runs under this ruleset."""
        ladder = list(Ruleset)
        return ladder.index(other) <= ladder.index(self)


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong, said so that its reader can act.

    The first sentence of `message` must stand alone. `at` is the narrowest element that shows the fault;
    `because` is the chain that proves it, in order. `severity` and `confidence` override the check's own.
    `subject` tells two findings of one check about one component apart; it must not hold lines, paths,
    counts or wording. By default it is the element of `at`.
    """

    message: str
    at: Place
    because: Sequence[Evidence] = ()
    fix: str = ""
    severity: Severity | None = None
    confidence: Confidence | None = None
    subject: str | None = None


class NotChecked(msgspec.Struct, frozen=True):
    """Yielded by a check that could not look: something it needs was not retrieved or not declared."""

    reason: str


SECRETS = "secrets"
"""The tag of checks whose findings are reported without the source lines around them."""


def pack_of(code: str) -> str:
    """The letters of a check's code, `DEL` of `DEL004`; for a rule of another tool its name, `pmd` of `pmd/ApexDoc`."""
    tool, slash, _ = code.partition("/")
    return tool if slash else code.rstrip("0123456789")


type_or_name = type | str
Outcome = Finding | NotChecked
_SHALLOW = re.compile(r"\n {0,3}[^ \n]|\t")
"""Of a docstring that is not indented as one of a function at the top of a module is."""
_CODE = re.compile(r"[A-Z]{2,8}[0-9]{3}")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_INJECTED = ("org", "policy", "options", "checks", "config", "problems", "gate")


class Check(msgspec.Struct, frozen=True):
    """A check as a value: its card (code, name, docs) and the function that does it."""

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    ruleset: Ruleset
    reads: tuple[str, ...]
    against: tuple[str, ...]
    tags: tuple[str, ...]
    options: type[msgspec.Struct] | None
    function: Callable[..., Iterator[Outcome]]
    parameters: tuple[str, ...]
    controls: tuple[str, ...] = ()

    @property
    def pack(self) -> str:
        """The letters of the code: `DEL` of `DEL004`."""
        return pack_of(self.code)

    @property
    def imported(self) -> bool:
        """Whether it says what another tool found."""
        return "/" in self.code

    @property
    def needs(self) -> tuple[str, ...]:
        """Every metadata type that the check's answer depends on."""
        return (*self.reads, *(kind for kind in self.against if kind not in self.reads))

    @property
    def docs(self) -> str:
        """The documentation: the function's docstring, as Markdown."""
        text = self.function.__doc__ or ""
        if _SHALLOW.search(text):
            import inspect

            return inspect.cleandoc(text)
        return text.replace("\n    ", "\n").strip()

    @property
    def summary(self) -> str:
        """The rule in one sentence: the first paragraph of the documentation."""
        return " ".join(self.docs.split("\n\n", 1)[0].split())

    def section(self, heading: str) -> str:
        """The text under `## heading` of the documentation, or nothing."""
        match = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", self.docs, re.MULTILINE | re.DOTALL)
        return match[1].strip() if match else ""

    def named(self, wanted: str) -> bool:
        """Whether `wanted` (a code, a name or a pack, in any case) means this check.

        Rules of another tool are meant by their code, and all of them by `pmd/`.
        """
        wanted = wanted.casefold()
        if self.imported:
            return wanted in (self.code.casefold(), f"{self.pack}/")
        return wanted in (self.code.casefold(), self.name, self.pack.casefold())

    def run(self, **context: Any) -> Iterator[Outcome]:
        """Call the function with the parameters it asks for by name, out of `context`."""
        return self.function(**{name: context[name] for name in self.parameters})


def check(
    code: str,
    name: str,
    severity: Severity,
    *,
    reads: Sequence[type_or_name],
    against: Sequence[type_or_name] = (),
    confidence: Confidence = Confidence.HIGH,
    ruleset: Ruleset = Ruleset.RECOMMENDED,
    tags: Sequence[str] = (),
    options: type[msgspec.Struct] | None = None,
    controls: Sequence[str] = (),
) -> Callable[[Callable[..., Iterator[Outcome]]], Check]:
    """Make a check of a generator function.

    The function's parameters are filled by their names: `org` (the linked model), `policy` (sfgov.yml),
    `options` (this check's own settings, of the type given as `options`), `checks` (the checks of this run),
    `config` (the policy with the lines of sfgov.yml), `problems` (the files that could not be read), `gate` (what the
    gate noticed about waivers, suppressions and the baseline; such a check runs after all others).
    `reads` names the metadata types (fact classes or Metadata API names) that the check looks at: if none of
    them was retrieved, the check is reported as not checked. `against` names those that it holds them against;
    without these it runs, and says itself what it could not see. `controls` are the ids of the controls of a security
    benchmark that the check decides, such as `SBS-ACS-003`. Raises `ValueError` for a bad code or name, or
    a parameter that is none of these.
    """
    if not _CODE.fullmatch(code):
        raise ValueError(f"{code!r} is not a check code: two to eight capitals and three digits, like DEL004")
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a check name: lower-case words with hyphens")

    def decorate(function: Callable[..., Iterator[Outcome]]) -> Check:
        import inspect  # slow, and needed for checks alone

        parameters = tuple(inspect.signature(function).parameters)
        strange = [p for p in parameters if p not in _INJECTED]
        if strange:
            raise ValueError(f"{code}: parameter {strange[0]!r} is none of {', '.join(_INJECTED)}")
        return Check(
            code=code,
            name=name,
            severity=severity,
            confidence=confidence,
            ruleset=ruleset,
            reads=_names(reads),
            against=_names(against),
            tags=tuple(tags),
            options=options,
            function=function,
            parameters=parameters,
            controls=tuple(controls),
        )

    return decorate


def _names(kinds: Sequence[type_or_name]) -> tuple[str, ...]:
    return tuple(kind if isinstance(kind, str) else kind.__name__ for kind in kinds)


def option_values(options: type[msgspec.Struct], given: Mapping[str, Any]) -> msgspec.Struct:
    """The typed options of a check; raises `msgspec.ValidationError` when a value has the wrong type."""
    return msgspec.convert(dict(given), options, strict=True)
