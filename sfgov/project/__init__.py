"""Reading what is on disk: which file is which component. Nothing here looks into metadata."""

from sfgov.project.contents import (
    BadArchive,
    CannotOpen,
    Hidden,
    NoMetadata,
    PackageDirectory,
    PathProblem,
    Project,
)
from sfgov.project.manifest import Manifest, Member, MemberList
from sfgov.project.opening import open_project
from sfgov.project.source import Reader, SourceFile

__all__ = [
    "BadArchive",
    "CannotOpen",
    "Hidden",
    "Manifest",
    "Member",
    "MemberList",
    "NoMetadata",
    "PackageDirectory",
    "PathProblem",
    "Project",
    "Reader",
    "SourceFile",
    "open_project",
]
