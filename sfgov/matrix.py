"""The delete matrix of an org, ready to be written: the model's pictures, weighed by the policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from sfgov.facts import PermissionSet, Profile
from sfgov.model.classification import Sensitivity, classified_fields
from sfgov.model.delete_matrix import DeletePicture, FromAbove, GuardInTheWay, delete_picture
from sfgov.model.delete_paths import DeletePath, DeletePaths
from sfgov.model.org import Org
from sfgov.model.permissions import Bundle, DeleteRight
from sfgov.place import Evidence, Place
from sfgov.policy import Policy
from sfgov.result import Deletable, Guard, Loophole, Master, Matrix, Right, Step
from sfgov.whose import is_admin, whose

MOST_OBJECTS = 40
"""How many objects a matrix holds; the others are named."""
Around = Callable[[Place], tuple[tuple[int, str], ...]]
"""The source lines around a place."""
_STOPS = {"unconditional": "everything", "identity": "by user", "record": "by record"}


def delete_matrix(org: Org, policy: Policy, around: Around) -> Matrix | None:
    """The objects that the policy names, that are guarded, that hold classified fields, or that cascades reach.

    Of many, those with the gravest reasons are shown. None where no profile and no permission set was retrieved.
    """
    if not (org.retrieved(Profile) or org.retrieved(PermissionSet)):
        return None
    reasons = _reasons(org, policy)
    ranked = sorted(reasons, key=lambda name: (min(map(_REASONS.index, reasons[name])), name.casefold()))
    shown = sorted(ranked[:MOST_OBJECTS], key=str.casefold)
    paths: defaultdict[str, list[DeletePath]] = defaultdict(list)
    for path in DeletePaths(org, shown).all():
        paths[path.object].append(path)
    return Matrix(
        tuple(
            deletable(delete_picture(org, name, paths[name]), policy, around, reasons[name]) for name in shown
        ),
        tuple(sorted(ranked[MOST_OBJECTS:], key=str.casefold)),
    )


_REASONS = (
    "never deleted, says the policy",
    "deleted under conditions, says the policy",
    "guarded",
    "classified fields",
    "deleted with other records",
)
"""Why an object is shown, the gravest reason first."""


def _reasons(org: Org, policy: Policy) -> dict[str, tuple[str, ...]]:
    """The objects of interest with the reasons for each. Names compare without case; the first spelling stays."""
    terms = policy.classification
    sensitivity = Sensitivity(terms.sensitive_groups, terms.sensitive_levels, terms.ignore_fields)
    named = (
        policy.delete.never,
        tuple(policy.delete.conditional),
        tuple(guard.object for guard in org.deletes.guards),
        tuple(field.object for field in classified_fields(org.index, sensitivity)),
        tuple(name for name in org.deletes.details() if any(up.field for up in org.deletes.parents(name))),
    )
    spelling: dict[str, str] = {}
    found: defaultdict[str, list[str]] = defaultdict(list)
    for reason, names in zip(_REASONS, named, strict=True):
        for name in names:
            own = found[spelling.setdefault(name.casefold(), name)]
            own.extend([reason] if reason not in own else [])
    return {name: tuple(reasons) for name, reasons in found.items()}


def deletable(
    picture: DeletePicture, policy: Policy, around: Around, because: Sequence[str] = ()
) -> Deletable:
    """One object's picture. People come before administrators."""
    rights = [
        _right(bundle, right, policy, around, everywhere=picture.owned_by_all)
        for bundle, right in picture.holders
    ]
    return Deletable(
        object=picture.object,
        because=tuple(because),
        rights=tuple(sorted(rights, key=lambda right: right.admin)),
        rights_known=picture.permissions_known,
        guards=tuple(_guard(one, around) for one in picture.guards),
        restricted_by=steps_of(
            (
                field.at_element("deleteConstraint").says(
                    f"{field.name} forbids it while a record points to it"
                )
                for field in picture.restricting
            ),
            around,
        ),
        masters=tuple(_master(one, around) for one in picture.from_above),
        loopholes=tuple(Loophole(one.says, steps_of(one.evidence, around)) for one in picture.loopholes),
        not_known=tuple(bundle.component for bundle in picture.not_known),
    )


def _right(bundle: Bundle, right: DeleteRight, policy: Policy, around: Around, *, everywhere: bool) -> Right:
    return Right(
        bundle=bundle.component,
        scope="shared" if right.via == "allowDelete" and not everywhere else "all",
        through=right.via,
        certain=right.certain,
        admin=is_admin(bundle, policy),
        steps=steps_of(right.evidence, around),
        classes=whose(bundle, policy).classes,
        guessed=whose(bundle, policy).guessed,
    )


def _guard(one: GuardInTheWay, around: Around) -> Guard:
    return Guard(
        component=f"{'Flow' if one.guard.by == 'flow' else 'ApexTrigger'}:{one.guard.name}",
        state="not known" if one.guard.live is None else "active" if one.guard.live else "not active",
        stops=_STOPS[one.guard.kind],  # type: ignore[arg-type]
        conditions=tuple(evidence.message for evidence in one.conditions),
        passes=tuple(
            f"{test.permission}: {', '.join(map(_titled, bundles)) or 'nobody here has it'}"
            for test, bundles in one.passes
        ),
        steps=steps_of(one.guard.evidence, around),
    )


def _master(one: FromAbove, around: Around) -> Master:
    through = ", then ".join(
        f"{link.field.name} ({link.how})" if link.field else f"{link.parent} → {link.child} ({link.how})"
        for link in one.way
    )
    return Master(
        object=one.master,
        through=through,
        holders=tuple(bundle.component for bundle, _ in one.holders),
        watched=one.watched,
        steps=steps_of((evidence for link in one.way for evidence in link.evidence()), around),
    )


def steps_of(evidence: Iterable[Evidence], around: Around) -> tuple[Step, ...]:
    """The places as a report shows them."""
    return tuple(
        Step(
            one.place.path,
            one.place.line,
            one.place.component,
            one.message,
            one.place.column,
            around(one.place),
        )
        for one in evidence
    )


def _titled(bundle: Bundle) -> str:
    return bundle.component.replace(":", " ", 1)
