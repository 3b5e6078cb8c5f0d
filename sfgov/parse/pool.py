"""Parsing many files: in this process when they are few, else in workers that read and parse for themselves."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress

import msgspec

from sfgov.facts import Problem
from sfgov.parse import Parsed, parse
from sfgov.project.source import Reader, SourceFile

Progress = Callable[[int, int], None]
"""Called with (files done, files in all)."""

_WORK = {"Profile": 200, "Flow": 10, "PermissionSet": 10, "MutingPermissionSet": 10, "CustomObject": 2}
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
        with suppress(BrokenProcessPool):
            for batch in _batches(files):
                given = _encode([files[i] for i in batch])
                self._waiting[self._pool.submit(_parse_batch, given, reader)] = batch

    def results(self, progress: Progress | None) -> Iterator[tuple[SourceFile, Parsed]]:
        files = self._files
        parsed: list[Parsed | None] = [None] * len(files)
        done = 0
        try:
            for future in as_completed(self._waiting):
                batch = self._waiting.pop(future)
                for position, facts in zip(batch, _decode(future.result()), strict=True):
                    parsed[position] = facts
                done += len(batch)
                if progress:
                    progress(done, len(files))
        except BrokenProcessPool:
            pass  # A worker died, most likely of memory. What it did not bring is parsed here: slower, but whole.
        self.close()
        for source, one in zip(files, parsed, strict=True):
            yield source, one or parse_one(source, self._reader)

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


def _batches(files: Sequence[SourceFile]) -> list[list[int]]:
    """Positions of files that go to a worker together. Large work comes first, so that all end at the same time."""
    batches: list[list[int]] = []
    room = 0
    for position in sorted(range(len(files)), key=lambda i: -_work(files[i])):
        work = _work(files[position])
        if work > room:
            batches.append([])
            room = _WORK_OF_A_BATCH
        batches[-1].append(position)
        room -= work
    return batches


def _prepare_worker() -> None:
    gc.freeze()  # what was imported is not looked through again
    gc.disable()  # facts and elements hold no cycles


def _parse_batch(files: bytes, reader: Reader) -> bytes:
    return _encode([parse_one(source, reader) for source in _decode_files(files)])
