"""Reading what is on disk: which file is which component. Nothing here looks into metadata."""

from sfgov.project.changes import Changes, changes_since
from sfgov.project.contents import (
    BadArchive,
    CannotOpen,
    Hidden,
    NoMetadata,
    PackageDirectory,
    PathProblem,
    Project,
)
from sfgov.project.git import GitError, Snapshot, merge_base
from sfgov.project.manifest import Manifest, Member, MemberList
from sfgov.project.opening import open_project
from sfgov.project.source import Reader, SourceFile

__all__ = [
    "BadArchive",
    "CannotOpen",
    "Changes",
    "GitError",
    "Hidden",
    "Manifest",
    "Member",
    "MemberList",
    "NoMetadata",
    "PackageDirectory",
    "PathProblem",
    "Project",
    "Reader",
    "Snapshot",
    "SourceFile",
    "changes_since",
    "merge_base",
    "open_project",
]
