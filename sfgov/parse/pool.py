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
    """The parsing of all files. Workers begin when it is made, and go on while this process does something else."""

    def __init__(self, files: Sequence[SourceFile], reader: Reader, jobs: int | None = None) -> None:
        """`jobs` is the number of processes; None sizes it to the machine and the work."""
        self._files = files
        self._reader = reader
        self._jobs = _useful_jobs(files) if jobs is None else jobs
        self._workers = _Workers(files, reader, self._jobs) if self._jobs > 1 else None

    def early(self, types: Collection[str]) -> list[tuple[SourceFile, Parsed]]:
        """What the files of these types gave, in their order, as soon as workers have read them.

        Empty where no workers read: nothing is gained by taking some files first.
        """
        return [] if self._workers is None else self._workers.early(types)

    def results(self, progress: Progress | None = None) -> Iterator[tuple[SourceFile, Parsed]]:
        """What the files gave, in their order, whatever the number of jobs. To be asked for once."""
        if self._workers is None:
            return _parse_here(self._files, self._reader, progress)
        return self._workers.results(progress)

    def close(self) -> None:
        """Let go of the workers, whatever they have not done yet."""
        if self._workers is not None:
            self._workers.close()


def parse_files(
    files: Sequence[SourceFile], reader: Reader, *, jobs: int | None = None, progress: Progress | None = None
) -> Iterator[tuple[SourceFile, Parsed]]:
    """Parse all files, begun now; as `Parsing`."""
    return Parsing(files, reader, jobs).results(progress)


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

    def __init__(self, files: Sequence[SourceFile], reader: Reader, jobs: int) -> None:
        self._files = files
        self._reader = reader
        # A forked worker has everything imported already. Workers start before any thread of ours does.
        context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        self._pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_prepare_worker)
        self._waiting: dict[Future[bytes], list[int]] = {}
        self._parsed: list[Parsed | None] = [None] * len(files)
        with suppress(BrokenProcessPool):
            for batch in _batches(files):
                given = _encode([files[i] for i in batch])
                self._waiting[self._pool.submit(_parse_batch, given, reader)] = batch

    def early(self, types: Collection[str]) -> list[tuple[SourceFile, Parsed]]:
        wanted = [position for position, file in enumerate(self._files) if file.type in types]
        self._take([f for f, batch in self._waiting.items() if not set(wanted).isdisjoint(batch)], None)
        return [(self._files[position], self._result(position)) for position in wanted]

    def results(self, progress: Progress | None) -> Iterator[tuple[SourceFile, Parsed]]:
        self._take(list(self._waiting), progress)
        self.close()
        for position, source in enumerate(self._files):
            yield source, self._result(position)

    def _take(self, futures: list[Future[bytes]], progress: Progress | None) -> None:
        try:
            for future in as_completed(futures):
                batch = self._waiting.pop(future)
                for position, facts in zip(batch, _decode(future.result()), strict=True):
                    self._parsed[position] = facts
                if progress:
                    progress(len(self._files) - sum(map(len, self._waiting.values())), len(self._files))
        except BrokenProcessPool:
            self._waiting.clear()  # a worker died, most likely of memory

    def _result(self, position: int) -> Parsed:
        """What a worker brought; what it did not bring is parsed here: slower, but whole."""
        return self._parsed[position] or parse_one(self._files[position], self._reader)

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


def _batches(files: Sequence[SourceFile]) -> list[list[int]]:
    """Positions of files that go to a worker together.

    Apex comes first, as linking it takes longest; then large work, so that all workers end at the same time.
    """
    batches: list[list[int]] = []
    room = 0
    for position in sorted(range(len(files)), key=lambda i: _urgency(files[i])):
        work = _work(files[position])
        if work > room:
            batches.append([])
            room = _WORK_OF_A_BATCH
        batches[-1].append(position)
        room -= work
    return batches


def _urgency(source: SourceFile) -> tuple[bool, int]:
    return source.type not in APEX, -_work(source)


def _prepare_worker() -> None:
    gc.freeze()  # what was imported is not looked through again
    gc.disable()  # facts and elements hold no cycles


def _parse_batch(files: bytes, reader: Reader) -> bytes:
    return _encode([parse_one(source, reader) for source in _decode_files(files)])
