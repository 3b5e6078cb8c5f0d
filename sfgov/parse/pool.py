"""Parsing many files: in this process when they are few, else in workers that read and parse for themselves."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress

import msgspec

from sfgov.facts import ApexClass, ApexTrigger, Problem
from sfgov.parse import Parsed, parse
from sfgov.project.source import Reader, SourceFile

Progress = Callable[[int, int], None]
"""Called with (files done, files in all)."""

APEX = (ApexClass.__name__, ApexTrigger.__name__)
"""The types of files that hold Apex, and of what is written beside them."""
_WORK = {
    "Profile": 200,
    "Flow": 10,
    "PermissionSet": 10,
    "MutingPermissionSet": 10,
    "CustomObject": 2,
}
"""How many plain files one of a type is worth, as far as that can be told without opening it."""
_WORK_OF_A_BODY = 5
_WORK_OF_A_BATCH = 200
_WORTH_A_WORKER = 300
"""Starting a worker takes about as long as this much work."""

_encode = msgspec.msgpack.Encoder().encode
_decode_files = msgspec.msgpack.Decoder(list[SourceFile]).decode
_decode = msgspec.msgpack.Decoder(list[Parsed]).decode


class Parsing:
    """The parsing of a project's files, by workers where that pays. They go on while this process does something else.

    Apex may be offered while files are still being looked for, as linking it takes longest.
    """

    def __init__(self, jobs: int | None = None) -> None:
        """`jobs` is the number of processes; None sizes it to the machine and the work."""
        self._jobs = jobs
        self._files: Sequence[SourceFile] = ()
        self._reader: Reader | None = None
        self._offered: list[SourceFile] = []
        self._work_offered = 0
        self._workers: _Workers | None = None

    def offer(self, source: SourceFile, reader: Reader) -> None:
        """A file that will most likely be among those to begin with. Workers begin when there is Apex enough."""
        if source.type not in APEX:
            return
        if reader is not self._reader:
            self._hand_over()
            self._reader = reader
        self._offered.append(source)
        self._work_offered += _work(source)
        if self._workers is not None:
            if self._work_offered >= _WORK_OF_A_BATCH:
                self._hand_over()
        elif self._work_offered >= _WORTH_A_WORKER * (jobs := self._jobs or _processors()) and jobs > 1:
            self._workers = _Workers(jobs)
            self._hand_over()

    def _hand_over(self) -> None:
        """Let workers read what was offered. Where none has begun, it is read with everything else."""
        if self._workers is not None and self._reader is not None:
            self._workers.read(self._offered, self._reader)
        self._offered = []
        self._work_offered = 0

    def begin(self, files: Sequence[SourceFile], reader: Reader) -> Parsing:
        """Parse these files; gives itself."""
        self._files = files
        self._hand_over()
        self._reader = reader
        if self._workers is None:
            jobs = self._jobs or _useful_jobs(files)
            self._workers = _Workers(jobs) if jobs > 1 else None
        if self._workers is not None:
            self._workers.read(files, reader)
        return self

    def early(self, types: Collection[str]) -> list[tuple[SourceFile, Parsed]]:
        """What the files of these types gave, in their order, as soon as workers have read them.

        Empty where no workers read: nothing is gained by taking some files first.
        """
        if self._workers is None:
            return []
        wanted = [source for source in self._files if source.type in types]
        return list(zip(wanted, self._workers.parsed(wanted), strict=True))

    def results(self, progress: Progress | None = None) -> Iterator[tuple[SourceFile, Parsed]]:
        """What the files gave, in their order, whatever the number of jobs. To be asked for once."""
        if self._workers is not None:
            yield from zip(self._files, self._workers.parsed(self._files, progress), strict=True)
            self.close()
        elif self._reader is not None:
            yield from _parse_here(self._files, self._reader, progress)

    def close(self) -> None:
        """Let go of the workers, whatever they have not done yet."""
        if self._workers is not None:
            self._workers.close()


def parse_files(
    files: Sequence[SourceFile], reader: Reader, *, jobs: int | None = None, progress: Progress | None = None
) -> Iterator[tuple[SourceFile, Parsed]]:
    """Parse all files, begun now; as `Parsing`."""
    return Parsing(jobs).begin(files, reader).results(progress)


def _useful_jobs(files: Sequence[SourceFile]) -> int:
    return max(1, min(_processors(), sum(map(_work, files)) // _WORTH_A_WORKER))


def _processors() -> int:
    """How many processors this process may use, which can be fewer than there are."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _work(source: SourceFile) -> int:
    return _WORK_OF_A_BODY if source.role == "body" else _WORK.get(source.type, 1)


def parse_one(source: SourceFile, reader: Reader) -> Parsed:
    """Read and parse one file; a file that cannot be read is a problem too."""
    try:
        data = reader.read(source.path)
    except OSError as error:
        return Parsed(problems=(Problem(f"the file cannot be read: {error.strerror or error}"),))
    return parse(source, data)


def _parse_here(
    files: Sequence[SourceFile], reader: Reader, progress: Progress | None
) -> Iterator[tuple[SourceFile, Parsed]]:
    for done, source in enumerate(files, 1):
        yield source, parse_one(source, reader)
        if progress and (done % 200 == 0 or done == len(files)):
            progress(done, len(files))


class _Workers:
    """Processes that read and parse batches of files."""

    def __init__(self, jobs: int) -> None:
        # A forked worker has everything imported already. Workers start before any thread of ours does.
        context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        self._pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_prepare_worker)
        self._readers: dict[SourceFile, Reader] = {}
        self._waiting: dict[Future[bytes], list[SourceFile]] = {}
        self._parsed: dict[SourceFile, Parsed] = {}

    def read(self, files: Sequence[SourceFile], reader: Reader) -> None:
        """Hand over those of the files that have not been handed over yet."""
        new = [source for source in files if source not in self._readers]
        self._readers |= dict.fromkeys(new, reader)
        with suppress(BrokenProcessPool):
            for batch in _batches(new):
                self._waiting[self._pool.submit(_parse_batch, _encode(batch), reader)] = batch

    def parsed(self, files: Sequence[SourceFile], progress: Progress | None = None) -> list[Parsed]:
        """What these files, which were handed over, gave. Waits for it."""
        wanted = set(files)
        try:
            for future in as_completed(
                [f for f, batch in self._waiting.items() if not wanted.isdisjoint(batch)]
            ):
                batch = self._waiting.pop(future)
                self._parsed.update(zip(batch, _decode(future.result()), strict=True))
                if progress:
                    progress(min(len(self._parsed), len(files)), len(files))
        except BrokenProcessPool:
            self._waiting.clear()  # a worker died, most likely of memory
        return list(map(self._result, files))

    def _result(self, source: SourceFile) -> Parsed:
        """What a worker brought; what it did not bring is parsed here: slower, but whole."""
        if source not in self._parsed:
            self._parsed[source] = parse_one(source, self._readers[source])
        return self._parsed[source]

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


def _batches(files: Sequence[SourceFile]) -> list[list[SourceFile]]:
    """Files that go to a worker together.

    Apex comes first, as linking it takes longest; then large work, so that all workers end at the same time.
    """
    batches: list[list[SourceFile]] = []
    room = 0
    for source in sorted(files, key=_urgency):
        work = _work(source)
        if work > room:
            batches.append([])
            room = _WORK_OF_A_BATCH
        batches[-1].append(source)
        room -= work
    return batches


def _urgency(source: SourceFile) -> tuple[bool, int]:
    return source.type not in APEX, -_work(source)


def _prepare_worker() -> None:
    gc.freeze()  # what was imported is not looked through again
    gc.disable()  # facts and elements hold no cycles


def _parse_batch(files: bytes, reader: Reader) -> bytes:
    return _encode([parse_one(source, reader) for source in _decode_files(files)])
