"""Parsing many files: in this process when they are few, else in workers that read and parse for themselves."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

import msgspec

from sfgov.facts import Problem
from sfgov.parse import Parsed, parse
from sfgov.project.source import Reader, SourceFile

Progress = Callable[[int, int], None]
"""Called with (files done, files in all)."""

_WORTH_A_POOL = 600
"""Below this much work (a class counts for five other files) starting workers takes longer than parsing."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Parsed]).decode


def parse_files(
    files: Sequence[SourceFile], reader: Reader, *, jobs: int | None = None, progress: Progress | None = None
) -> Iterator[tuple[SourceFile, Parsed]]:
    """Parse all files; the result comes in the files' order, whatever the number of jobs.

    `jobs` is the number of processes; None sizes it to the machine and the work.
    """
    jobs = _useful_jobs(files) if jobs is None else jobs
    if jobs <= 1:
        return _parse_here(files, reader, progress)
    return _parse_in_workers(files, reader, jobs, progress)


def _useful_jobs(files: Sequence[SourceFile]) -> int:
    work = sum(5 if source.role == "body" else 1 for source in files)
    return 1 if work < _WORTH_A_POOL else (os.cpu_count() or 1)


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


def _parse_in_workers(
    files: Sequence[SourceFile], reader: Reader, jobs: int, progress: Progress | None
) -> Iterator[tuple[SourceFile, Parsed]]:
    batches = _batches(files)
    parsed: dict[int, list[Parsed]] = {}
    done = 0
    # A forked worker has everything imported already. Workers start before any thread of ours does.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    try:
        with ProcessPoolExecutor(jobs, mp_context=context, initializer=_prepare_worker) as pool:
            waiting: dict[Future[bytes], int] = {
                pool.submit(_parse_batch, [files[i] for i in batch], reader): number
                for number, batch in enumerate(batches)
            }
            for future in as_completed(waiting):
                number = waiting.pop(future)
                parsed[number] = _decode(future.result())
                done += len(batches[number])
                if progress:
                    progress(done, len(files))
    except BrokenProcessPool:
        # A worker died (most likely of memory). What it did not bring is parsed here: slower, but whole.
        for number, batch in enumerate(batches):
            if number not in parsed:
                parsed[number] = [parse_one(files[i], reader) for i in batch]
    by_position = {i: facts for n, batch in enumerate(batches) for i, facts in zip(batch, parsed[n], strict=True)}
    for position, source in enumerate(files):
        yield source, by_position[position]


def _batches(files: Sequence[SourceFile]) -> list[list[int]]:
    """Positions of files that go to a worker together; the long work (Apex) first."""
    bodies = [i for i, source in enumerate(files) if source.role == "body"]
    others = [i for i, source in enumerate(files) if source.role != "body"]
    return [*_chunks(bodies, 40), *_chunks(others, 200)]


def _chunks(items: list[int], size: int) -> Iterator[list[int]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _prepare_worker() -> None:
    gc.freeze()  # what was imported is not looked through again
    gc.disable()  # facts and elements hold no cycles


def _parse_batch(files: list[SourceFile], reader: Reader) -> bytes:
    return _encode([parse_one(source, reader) for source in files])
