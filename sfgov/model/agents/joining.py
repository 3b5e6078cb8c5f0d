"""Which files are about one agent: its script, the planner that was compiled from it, the bot, their versions."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from sfgov.facts import (
    AiAuthoringBundle,
    AiAuthoringBundleMeta,
    Bot,
    BotVersion,
    GenAiPlanner,
    GenAiPlannerBundle,
)
from sfgov.facts.agents import Planner
from sfgov.model.index import Index, Written

_COPY = re.compile(r"(.+)_(\d+)")
_VERSION = re.compile(r"(.+)_v(\d+)", re.IGNORECASE)
_NUMBER = re.compile(r"v?(\d+)", re.IGNORECASE)


class Joined(msgspec.Struct, frozen=True):
    """Everything that the tree holds of one agent."""

    name: str
    script: Written[AiAuthoringBundle] | None = None
    meta: Written[AiAuthoringBundleMeta] | None = None
    planner: Written[Planner] | None = None
    bot: Written[Bot] | None = None
    version: Written[BotVersion] | None = None
    versions: tuple[str, ...] = ()
    frozen: tuple[Written[AiAuthoringBundle] | Written[Planner], ...] = ()
    """Earlier versions, oldest first."""


class _Files:
    """The files of one agent, while they are collected."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.script: Written[AiAuthoringBundle] | None = None
        self.copies: list[tuple[int, Written[AiAuthoringBundle]]] = []
        self.planners: list[tuple[int, Written[Planner]]] = []
        self.bot: Written[Bot] | None = None
        self.versions: list[tuple[int, str, Written[BotVersion]]] = []


def joined(index: Index) -> Iterator[Joined]:
    """Every agent, by name."""
    found = _Collector(index).collect()
    for key in sorted(found):
        yield _joined(index, found[key])


class _Collector:
    def __init__(self, index: Index) -> None:
        self._index = index
        self._found: dict[str, _Files] = {}
        self._also: dict[str, str] = {}
        """Other names of scripts: what they call themselves, and what they were published as."""

    def collect(self) -> dict[str, _Files]:
        """Scripts and bots have the agent's name; planners have it, perhaps with a version, or a version names them."""
        scripts = [one for one in self._index.all(AiAuthoringBundle) if self._original(one) is None]
        own = {script.name.casefold() for script in scripts}
        for script in scripts:
            self._files(script.name).script = script
            for name in self._other_names(script):
                if name and name not in own:
                    self._also.setdefault(name, script.name.casefold())
        for bot in self._index.all(Bot):
            self._files(bot.name).bot = bot
        owner = self._versions()
        for script in self._index.all(AiAuthoringBundle):
            original = self._original(script)
            if original is not None:
                self._files(original[0]).copies.append((original[1], script))
        for planner in self._planners():
            name, number = owner.get(planner.name.casefold()) or self._by_name(planner.name)
            self._files(name).planners.append((number, planner))
        return self._found

    def _files(self, name: str) -> _Files:
        key = name.casefold()
        return self._found.setdefault(self._also.get(key, key), _Files(name))

    def _other_names(self, script: Written[AiAuthoringBundle]) -> tuple[str, str]:
        meta = self._index.get(AiAuthoringBundleMeta, script.name)
        target = meta.fact.target.partition(".")[0] if meta else ""
        return target.casefold(), script.fact.developer_name.casefold()

    def _original(self, script: Written[AiAuthoringBundle]) -> tuple[str, int] | None:
        """The agent of which a script is a copy, and its number; None for a script that is no copy."""
        match = _COPY.fullmatch(script.name)
        if match is None:
            return None
        says_so = script.fact.developer_name.casefold() == match[1].casefold()
        original = self._index.get(AiAuthoringBundle, match[1])
        return (original.name if original else match[1], int(match[2])) if original or says_so else None

    def _versions(self) -> dict[str, tuple[str, int]]:
        """By planner (lower case): the bot whose version uses it, and the version's number."""
        owner: dict[str, tuple[str, int]] = {}
        for version in self._index.all(BotVersion):
            bot, _, label = version.name.rpartition(".")
            match = _NUMBER.fullmatch(label)
            number = int(match[1]) if match else 0
            files = self._files(bot or version.name)
            files.versions.append((number, label, version))
            for link in version.fact.planners:
                owner[link.name.casefold()] = (files.name, number)
        return owner

    def _planners(self) -> Iterator[Written[Planner]]:
        for kind in (GenAiPlannerBundle, GenAiPlanner):
            yield from self._index.all(kind)

    def _by_name(self, name: str) -> tuple[str, int]:
        match = _VERSION.fullmatch(name)
        if match is None:
            return name, 0
        return (name, 0) if name.casefold() in self._found else (match[1], int(match[2]))


def _joined(index: Index, files: _Files) -> Joined:
    """The newest of everything; the script without a number is the one that is worked on."""
    versions = sorted(files.versions, key=lambda one: (one[0], one[1]))
    planners = sorted(
        files.planners, key=lambda one: (one[0], isinstance(one[1].fact, GenAiPlannerBundle), one[1].name)
    )
    copies = sorted(files.copies, key=lambda one: one[0])
    script = files.script or (copies.pop()[1] if copies else None)
    newest = planners.pop()[1] if planners else None
    version = next(
        (
            written
            for _, _, written in reversed(versions)
            if newest is None
            or newest.name.casefold() in {one.name.casefold() for one in written.fact.planners}
        ),
        versions[-1][2] if versions else None,
    )
    return Joined(
        name=files.name,
        script=script,
        meta=index.get(AiAuthoringBundleMeta, script.name) if script else None,
        planner=newest,
        bot=files.bot,
        version=version,
        versions=tuple(dict.fromkeys(label for _, label, _ in versions)),
        frozen=(*(one for _, one in copies), *(one for _, one in planners)),
    )
