"""One run: parse, link, ask the checks, stamp what they say."""

from __future__ import annotations

import datetime
import gc
import traceback
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

import sfgov
from sfgov.agent_cards import agent_cards
from sfgov.attribution_map import attribution_map
from sfgov.automation_map import automation_map
from sfgov.check import SECRETS, Check, Finding, NotChecked, Severity, option_values
from sfgov.config import Config
from sfgov.excerpts import Excerpts
from sfgov.facts import ApexClass, ApexTrigger, Fact
from sfgov.gate.baseline import Baseline
from sfgov.gate.decide import Gate, Given, decide
from sfgov.gate.suppressions import Comment
from sfgov.gate.waivers import apply_overrides, apply_waivers
from sfgov.holdings import holdings_of
from sfgov.identity import fingerprints
from sfgov.line_hash import line_hashes
from sfgov.matrix import delete_matrix
from sfgov.model.agents import AgentDeclaration
from sfgov.model.apex import Apex
from sfgov.model.declared import Declared
from sfgov.model.index import Index, Written
from sfgov.model.masking import RecordColumns
from sfgov.model.org import Org
from sfgov.model.permissions import PersonaDeclaration
from sfgov.model.visibility import Visibility
from sfgov.parse.pool import APEX, Parsing, parse_files
from sfgov.place import Place
from sfgov.project import Project
from sfgov.project.reading import MountedReader
from sfgov.project.tree import DiskTree
from sfgov.result import Card, Expiring, NotLooked, Result, Run, Step
from sfgov.selfcheck import FileProblem, check_crashed

Progress = Callable[[str, int, int], None]
"""Called with (stage, done, in all)."""


@contextmanager
def _garbage_collection_off() -> Iterator[None]:
    """Facts hold no cycles, and looking through a million of them again and again costs seconds.

    It decorates what holds the facts: they are gone when the collector comes back.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_garbage_collection_off()
def run(
    project: Project,
    config: Config,
    checks: Sequence[Check],
    *,
    jobs: int | None = None,
    fail_on: Severity | None = Severity.HIGH,
    progress: Progress | None = None,
    today: datetime.date | None = None,
    known: Sequence[Check] = (),
    baseline: Baseline = Baseline(),  # noqa: B008  it is frozen
    matrix: bool = True,
    earlier: Project | None = None,
    parsing: Parsing | None = None,
    holdings: bool = False,
    own: Config | None = None,
    keep: list[Org] | None = None,
) -> Run:
    """Check one org. A check that raises becomes a finding of SFG003, and the run says that it crashed.

    `parsing` is that of the project's files, where it has begun; then `jobs` is not used. `known` are all checks that
    there are, by default those that run: excuses for the others are not judged. Without `matrix`, the run does not say
    who can delete what, what runs by itself, where leads came from and what agents can. `earlier` is the org as it was
    before the change that is checked: what was there already is the gate's business, but some checks ask what a change
    means. With `holdings`, the run says what each bundle lets its holders do. `own` is the policy whose waivers hold,
    and which sfgov's own checks judge, where that is another than the one that all checks go by. The linked org is added
    to `keep`: whoever ends soon need not wait until it is taken apart.
    """
    own = own or config
    today = today or datetime.datetime.now(datetime.UTC).date()
    parsing = parsing or Parsing(jobs).begin(project.files, project.reader)
    code = _code_first(parsing, checks)
    written, problems = _parse(project, parsing, progress, code)
    if progress:
        progress("linking", 0, len(written))
    org = link(project, written, config, today, earlier, apex=None if code is None else code.apex)
    if keep is not None:
        keep.append(org)
    if progress:
        progress("linking", len(written), len(written))
    found = _Found(_front(project, config))
    context = {
        "org": org,
        "policy": config.policy,
        "config": own,
        "checks": checks,
        "problems": problems,
    }
    first = [one for one in checks if "gate" not in one.parameters]
    for number, one in enumerate(first, 1):
        _ask(one, context, org, found)
        if progress:
            progress(f"checking {one.code}", number, len(first))
    excerpts = Excerpts(project.reader)
    below = config.below(project.root)
    results = apply_overrides(_stamp(found.findings, excerpts), config.policy, below=below)
    given = Given(
        policy=own.policy,
        today=today,
        known=known or checks,
        judged=_judged(project, first, found, results),
        components=tuple(org.index.components()),
        comments=tuple(_comments(written, excerpts)),
        baseline=baseline,
    )
    results, gate = decide(results, given)
    about_excuses = _Found(found.front)
    for one in checks:
        if one not in first:
            _ask(one, context | {"gate": gate}, org, about_excuses)
    about = apply_overrides(_stamp(about_excuses.findings, excerpts), config.policy, below=below)
    results += apply_waivers(about, own.policy, today)
    return Run(
        version=sfgov.__version__,
        title=project.title,
        files=len(project.files),
        components=org.index.types,
        checks=tuple(map(_card, sorted(checks, key=lambda c: c.code))),
        results=tuple(sorted(results, key=lambda r: (r.path, r.line, r.check))),
        not_checked=tuple(sorted(found.not_checked, key=lambda n: (n.check, n.reason))),
        fail_on=fail_on,
        crashed=found.crashed or about_excuses.crashed,
        repository_prefix=repository_prefix(project.root),
        elsewhere=_elsewhere(project),
        judged=tuple(sorted(given.judged)),
        matrix=delete_matrix(org, config.policy, excerpts.around) if matrix else None,
        automation=automation_map(org) if matrix else None,
        attribution=attribution_map(org, config.policy, excerpts.around) if matrix else None,
        agents=agent_cards(org, excerpts.around) if matrix else None,
        holdings=holdings_of(org) if holdings else (),
        expiring=_expiring(gate, own, today),
    )


@_garbage_collection_off()
def read(
    project: Project,
    config: Config,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
    unread: Callable[[Sequence[FileProblem]], object] | None = None,
) -> Org:
    """The linked org, for questions that are no checks. What cannot be read is left out, and told to `unread`."""
    written, problems = _parse(project, Parsing(jobs).begin(project.files, project.reader), progress)
    if unread and problems:
        unread(problems)
    return link(project, written, config, datetime.datetime.now(datetime.UTC).date())


def _judged(
    project: Project, checks: Sequence[Check], found: _Found, results: Iterable[Result]
) -> frozenset[str]:
    """The checks whose silence proves that there is nothing: they ran to the end and saw the whole org."""
    if _is_part_of_a_project(project):
        return frozenset()
    blind = {missed.check for missed in found.not_checked}
    crashed = {r.component.removeprefix("Check:") for r in results if r.check == check_crashed.code}
    return frozenset(one.code for one in checks) - blind - crashed


def _is_part_of_a_project(project: Project) -> bool:
    """Whether a package directory of the project lies outside of what was read."""
    read = {file.package for file in project.files}
    return any(
        directory.exists and directory.path not in read and not (project.root / directory.path).is_dir()
        for directory in project.package_directories
    )


def _comments(written: Iterable[Written[Fact]], excerpts: Excerpts) -> Iterator[Comment]:
    """The comments in Apex that excuse findings."""
    for one in written:
        if isinstance(one.fact, ApexClass | ApexTrigger):
            for said in one.fact.suppressions:
                lines = tuple(excerpts.lines(one.path))
                yield Comment(one.path, one.component, said.line, said.text, lines, one.fact.line)


def link(
    project: Project,
    written: Iterable[Written[Fact]],
    config: Config,
    today: datetime.date,
    earlier: Project | None = None,
    *,
    apex: Apex | None = None,
) -> Org:
    """The org of a project's facts, with what the policy file declares about it. `apex` is its Apex, if linked already."""
    policy = config.policy
    declared = Declared(
        personas=tuple(
            PersonaDeclaration(name, p.profile, p.permission_sets, p.permission_set_groups)
            for name, p in sorted(policy.principals.personas.items())
        ),
        agents=AgentDeclaration(
            policy.principals.agent.profiles,
            policy.principals.agent.permission_sets,
            policy.principals.agent.permission_set_groups,
            policy.principals.agent.agents,
        ),
        masking_records=tuple(
            RecordColumns(c.type, c.object, c.field, c.rule, c.active) for c in policy.masking.custom_metadata
        ),
        today=today,
    )
    index = Index(written, project.names)
    before = None if earlier is None else _versions(earlier)
    return Org(index, Visibility(project, index), declared, before, apex)


class _Code(msgspec.Struct, frozen=True):
    """The Apex of an org, linked, and the facts by their file."""

    apex: Apex
    written: dict[str, Sequence[Written[Fact]]]


def _code_first(parsing: Parsing, checks: Sequence[Check]) -> _Code | None:
    """Link Apex, which takes longest, while the workers still read everything else. None where that gains nothing."""
    if not any(kind in one.needs for one in checks for kind in APEX):
        return None
    written: dict[str, Sequence[Written[Fact]]] = {
        source.path: [Written(fact, source.path, source.package) for fact in parsed.facts]
        for source, parsed in parsing.early(APEX)
    }
    if not written:
        return None
    apex = Apex(Index(one for facts in written.values() for one in facts))
    apex.graph  # noqa: B018  it is kept
    return _Code(apex, written)


def _versions(project: Project) -> Index:
    """The API versions at which a project's Apex is saved, and nothing else."""
    files = [file for file in project.files if file.role == "meta" and file.type in APEX]
    return Index(
        Written(fact, source.path, source.package)
        for source, parsed in parse_files(files, project.reader, jobs=1)
        for fact in parsed.facts
    )


def with_line_hashes(run: Run, project: Project) -> Run:
    """The run with GitHub's hash of the line of every finding that counts, where the project has the file.

    Lines with secrets are left out: GitHub computes their hashes itself, and no report spreads them.
    """
    secret = {card.code for card in run.checks if SECRETS in card.tags}
    lines: defaultdict[str, set[int]] = defaultdict(set)
    for result in run.active:
        if result.check not in secret:
            lines[result.path].add(result.line)
    hashes = {path: _line_hashes(project, path, wanted) for path, wanted in lines.items()}
    return msgspec.structs.replace(
        run,
        results=tuple(
            msgspec.structs.replace(result, line_hash=hashes[result.path].get(result.line, ""))
            if result.status == "new" and result.check not in secret
            else result
            for result in run.results
        ),
    )


def _line_hashes(project: Project, path: str, lines: Collection[int]) -> dict[int, str]:
    try:
        return line_hashes(project.reader.read(path), lines)
    except OSError:  # the policy, for one, need not lie in the org
        return {}


def repository_prefix(root: Path) -> str:
    """Where the org lies inside its git repository: `force-app/` or nothing; else below the working directory."""
    root, top = root.resolve(), _top(root)
    if root == top or not root.is_relative_to(top):
        return ""
    return root.relative_to(top).as_posix() + "/"


def _top(root: Path) -> Path:
    """The root of the git repository around a folder, else the working directory."""
    root = root.resolve()
    around = (folder for folder in (root, *root.parents) if (folder / ".git").exists())
    return next(around, Path.cwd().resolve())


def _elsewhere(project: Project) -> dict[str, str]:
    """For what was read from folders outside of the org's: the beginning of its paths, and the folder in the repository."""
    top = _top(project.root)
    mounts = project.reader.mounts if isinstance(project.reader, MountedReader) else ()
    folders = {prefix: Path(tree.root) for prefix, tree in mounts if prefix and isinstance(tree, DiskTree)}
    return {
        f"{prefix}/": f"{folder.relative_to(top).as_posix()}/"
        for prefix, folder in folders.items()
        if folder.is_relative_to(top)
    }


def _parse(
    project: Project, parsing: Parsing, progress: Progress | None, code: _Code | None = None
) -> tuple[list[Written[Fact]], list[FileProblem]]:
    read = {} if code is None else code.written
    written: list[Written[Fact]] = []
    problems = [FileProblem(p.path, p.line, p.reason, f"File:{p.path}") for p in project.problems]
    tell = (lambda done, of: progress("reading", done, of)) if progress else None
    for source, parsed in parsing.results(tell):
        known = read.get(source.path)
        written.extend(known or (Written(fact, source.path, source.package) for fact in parsed.facts))
        component = f"{source.type}:{source.name}" if source.type else f"File:{source.path}"
        problems.extend(FileProblem(source.path, p.line, p.reason, component) for p in parsed.problems)
    return written, sorted(problems)


class _Found:
    """What the checks of one run said so far."""

    def __init__(self, front: str) -> None:
        self.front = front
        self.findings: list[tuple[Check, Finding]] = []
        self.not_checked: list[NotLooked] = []
        self.crashed = False


def _ask(one: Check, context: dict[str, Any], org: Org, found: _Found) -> None:
    if one.reads and not any(org.retrieved(kind) for kind in one.reads):
        found.not_checked.append(NotLooked(one.code, _not_retrieved(one.reads)))
        return
    policy = context["policy"]
    settings = policy.checks.get(one.code) or policy.checks.get(one.name) or {}
    given = {key: value for key, value in settings.items() if key != "severity"}
    try:
        options = option_values(one.options, given) if one.options else None
        for outcome in one.run(**context, options=options):
            if isinstance(outcome, NotChecked):
                found.not_checked.append(NotLooked(one.code, outcome.reason))
            else:
                found.findings.append((one, outcome))
    except Exception as error:  # noqa: BLE001  whatever a check does, the others still run
        found.crashed = True
        found.findings.append((check_crashed, _crash(one, error, found.front)))


def _not_retrieved(kinds: Sequence[str]) -> str:
    if len(kinds) == 1:
        return f"{kinds[0]} was not retrieved"
    return f"neither {', '.join(kinds[:-1])} nor {kinds[-1]} was retrieved"


def _crash(one: Check, error: Exception, front: str) -> Finding:
    """Names the check's own file and line without saying where it is installed."""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1]
    return Finding(
        f"Check {one.code} {one.name} crashed and may have missed findings: "
        f"{type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno}).",
        at=Place(front, 1, f"Check:{one.code}"),
        subject="crash",
    )


def _front(project: Project, config: Config) -> str:
    """The file to point at when a finding is about the whole org."""
    if config.path:
        return config.path
    return project.front


def _stamp(findings: Iterable[tuple[Check, Finding]], excerpts: Excerpts) -> list[Result]:
    ordered = sorted(findings, key=lambda pair: _order(*pair))
    keys = [(c.code, f.at.component, f.at.element if f.subject is None else f.subject) for c, f in ordered]
    fixes = {code: _usual_fix(one) for code, one in {one.code: one for one, _ in ordered}.items()}
    return [
        _result(one, finding, fingerprint, fixes[one.code], excerpts)
        for (one, finding), fingerprint in zip(ordered, fingerprints(keys), strict=True)
    ]


def _order(one: Check, finding: Finding) -> tuple[str, int, str, int, str]:
    return finding.at.path, finding.at.line, one.code, finding.at.column, finding.message


def _usual_fix(one: Check) -> str:
    """The first paragraph of the documentation's fix."""
    return one.section("Fix").split("\n\n")[0].replace("\n", " ")


def _result(one: Check, finding: Finding, fingerprint: str, usual_fix: str, excerpts: Excerpts) -> Result:
    place = finding.at
    around = _nothing if SECRETS in one.tags else excerpts.around
    return Result(
        check=one.code,
        name=one.name,
        severity=finding.severity or one.severity,
        confidence=finding.confidence or one.confidence,
        message=finding.message,
        component=place.component,
        path=place.path,
        line=place.line,
        column=place.column,
        fingerprint=fingerprint,
        subject=place.element if finding.subject is None else finding.subject,
        evidence=tuple(
            Step(
                e.place.path,
                e.place.line,
                e.place.component,
                e.message,
                e.place.column,
                around(e.place),
            )
            for e in finding.because
        ),
        fix=finding.fix or usual_fix,
        excerpt=around(place),
    )


def _nothing(_: Place) -> tuple[tuple[int, str], ...]:
    """No lines: reports of a secret must not spread it."""
    return ()


def _expiring(gate: Gate, config: Config, today: datetime.date) -> tuple[Expiring, ...]:
    found = [
        Expiring(
            one.waiver.check,
            one.waiver.component,
            one.waiver.subject,
            one.waiver.owner,
            one.waiver.expires.isoformat(),
            (one.waiver.expires - today).days,
            len(one.results),
            config.path,
            config.line_of("waivers", str(one.index)),
        )
        for one in gate.expiring
    ]
    return tuple(sorted(found, key=lambda one: (one.days, one.line)))


def _card(one: Check) -> Card:
    return Card(
        code=one.code,
        name=one.name,
        severity=one.severity,
        confidence=one.confidence,
        pack=one.pack,
        summary=one.summary,
        docs=one.docs,
        reads=one.needs,
        tags=one.tags,
        controls=one.controls,
    )
