"""Why a change is called what it is, in words, and what would confirm or undo it."""

from __future__ import annotations

from extractors.models import ChangeKind, ChangeStatus
from extractors.moves import MARGIN, surely_coded, trickles_in
from extractors.standing import Move

_LEVELS = {2: "support", 1: "qualified support", 0: "no side", -1: "qualified rejection", -2: "rejection"}


def level_name(agreement: int | None) -> str:
    """Return the agreement in words; "nothing" for None."""
    return "nothing" if agreement is None else _LEVELS[agreement]


def reason(move: Move, kind: ChangeKind, status: ChangeStatus, came_from: int | None, confirm_by: int) -> str:
    """Return a sentence or two on `move` for the person who has to decide whether to believe it."""
    outlets = sorted({r.outlet for r in move.for_it})
    what = f"{kind.replace('_', ' ')}: from {level_name(came_from)} to {level_name(move.level)}"
    if move.kind in {"more", "less", "other"}:
        what = f'{kind}: the condition was "{move.from_condition}" and is now "{move.condition}"'
    carried = f"carried by {_count(len(outlets), 'outlet')} ({', '.join(outlets)})"
    held = f", while {_count(move.opposed, 'outlet')} held the former position" if move.opposed else ""
    copies = sum(len(r.copies) for r in move.for_it)
    folded = f"; {_count(copies, 'copy', 'copies')} not counted" if copies else ""
    return f"{what}; {carried}{held}{folded}. {_outlook(move, status, confirm_by)}"


def _outlook(move: Move, status: ChangeStatus, confirm_by: int) -> str:
    if status == "confirmed":
        return f"It would take {_count(confirm_by, 'independent report')} of the contrary to change it again."
    if status == "reverted" and move.opposed < move.outlets:
        return "Given up, since nobody else has reported it for too long."
    if status == "reverted":
        return "Given up, since as many reports held the former position again."
    missing = max(move.needed, MARGIN * move.opposed) - move.outlets
    if missing > 0:
        more = _count(missing, "more independent report")
        return f"{more} would confirm it; a report of the former position reverts it."
    if not surely_coded(move):
        return (
            "A report whose words leave less doubt would confirm it: those so far are read with too little certainty."
        )
    if trickles_in(move, confirm_by):
        return "A second report within days of another, or in words that leave less doubt, would confirm it."
    if all(r.mixed for r in move.for_it):
        return "A report that does not print both positions side by side would confirm it."
    if move.kind == "step":
        return "A condition or reservation in the actor's words, or one more independent report, would confirm it."
    return "A quotation or a date in the text would confirm it: old positions are recalled without."


def _count(n: int, one: str, many: str | None = None) -> str:
    return f"{n} {one if n == 1 else many or one + 's'}"
