"""Versions of articles, their fingerprints, and which of them are copies of one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime

from extractors.models import Version
from storage.records import CopyCandidate, Role, StoredPrint, VersionToCode
from storage.rows import Row, insert, select, select_one, to_json
from storage.store import Store

_COLUMNS = ", ".join(f"v.{f.name}" for f in fields(Version))


class Versions(Store):
    """A version is stored once, whichever watches take it in."""

    def save_version(
        self,
        watch_id: str,
        version: Version,
        *,
        fingerprint: StoredPrint | None = None,
        keys: Sequence[int] = (),
        copy_group: str = "",
        role: Role = "coverage",
        skipped: str | None = None,
    ) -> bool:
        """Store a version and take it into the watch. True where the watch did not have it.

        ``keys`` are those of its fingerprint: versions that share one are candidates for copies. ``copy_group`` names
        the group of copies (default: a group of its own). ``skipped`` says why it is not to be coded (an irrelevant
        article, say).
        """
        group = copy_group or version.id
        with self._begin() as db:
            article = {
                "id": version.article_id,
                "url": version.url,
                "outlet": version.outlet,
                "recorded_at": version.recorded_at,
            }
            insert(db, "article", [article], ignore_known=True)
            insert(db, "version", [asdict(version)], ignore_known=True)
            stored = asdict(fingerprint or StoredPrint(0, 0))
            if insert(
                db, "fingerprint", [{"version_id": version.id, **stored, "copy_group": group}], ignore_known=True
            ):
                insert(db, "fingerprint_key", [{"key": key, "version_id": version.id} for key in dict.fromkeys(keys)])
            row = {
                "watch_id": watch_id,
                "version_id": version.id,
                "role": role,
                "skipped": skipped,
                "recorded_at": version.recorded_at,
            }
            return bool(insert(db, "watch_version", [row], ignore_known=True))

    def copy_candidates(self, keys: Iterable[int]) -> list[CopyCandidate]:
        """Stored versions whose fingerprint has one of ``keys``, by id."""
        return self.copy_candidates_of_many({"": keys})[""]

    def copy_candidates_of_many(self, keys: Mapping[str, Iterable[int]]) -> dict[str, list[CopyCandidate]]:
        """For many texts at once (name -> keys): name -> candidates, by id. One look through the index for all."""
        asked = [{"name": name, "key": key} for name, values in keys.items() for key in set(values)]
        sql = """
            WITH asked AS (
                SELECT unnest(from_json(?, '[{"name": "VARCHAR", "key": "BIGINT"}]'), recursive := true)
            ),
            found AS (
                SELECT DISTINCT a.name, k.version_id FROM fingerprint_key AS k JOIN asked AS a ON a.key = k.key
            )
            SELECT c.name, f.* EXCLUDE (copy_group), g.copy_group, v.published_at
            FROM found AS c
            JOIN fingerprint AS f USING (version_id)
            JOIN version_group AS g USING (version_id)
            JOIN version AS v ON v.id = c.version_id
            ORDER BY c.name, f.version_id
        """
        found: dict[str, list[CopyCandidate]] = {name: [] for name in keys}
        with self._begin() as db:
            for row in select(db, sql, [to_json(asked)]):
                found[row["name"]].append(_candidate(row))
        return found

    def regroup(self, groups: Mapping[str, str], recorded_at: datetime) -> int:
        """Move versions (id -> group) to other groups of copies; returns how many moved.

        Needed where a new version turns out to join two groups.
        """
        with self._begin() as db:
            sql = """
                SELECT g.version_id, g.copy_group, coalesce(max(r.step), 0) AS step
                FROM version_group AS g
                LEFT JOIN regrouping AS r USING (version_id)
                WHERE list_contains(?, g.version_id)
                GROUP BY ALL
            """
            rows = [
                {**row, "copy_group": groups[row["version_id"]], "step": row["step"] + 1, "recorded_at": recorded_at}
                for row in select(db, sql, [list(groups)])
                if row["copy_group"] != groups[row["version_id"]]
            ]
            return insert(db, "regrouping", rows)

    def copy_groups(self, groups: Iterable[str]) -> dict[str, str]:
        """Version id -> group, for all versions of these groups."""
        with self._begin() as db:
            rows = select(db, "SELECT * FROM version_group WHERE list_contains(?, copy_group)", [list(groups)])
        return {row["version_id"]: row["copy_group"] for row in rows}

    def version(self, version_id: str) -> Version | None:
        """The version with this id."""
        with self._begin() as db:
            row = select_one(db, f"SELECT {_COLUMNS} FROM version AS v WHERE v.id = ?", [version_id])  # noqa: S608
        return Version(**row) if row else None

    def versions(self, article_id: str) -> list[Version]:
        """All versions of an article, in the order in which they were recorded."""
        sql = f"SELECT {_COLUMNS} FROM version AS v WHERE v.article_id = ? ORDER BY v.recorded_at, v.id"  # noqa: S608
        with self._begin() as db:
            return [Version(**row) for row in select(db, sql, [article_id])]

    def latest_version(self, article_id: str) -> Version | None:
        """The version of the article that was recorded last."""
        found = self.versions(article_id)
        return found[-1] if found else None

    def baseline(self, watch_id: str) -> Version | None:
        """The version that the watch adopted as its baseline; the last one where the baseline was changed."""
        sql = f"""
            SELECT {_COLUMNS} FROM version AS v JOIN watch_version AS w ON w.version_id = v.id
            WHERE w.watch_id = ? AND w.role = 'baseline' ORDER BY w.recorded_at DESC, v.id LIMIT 1
        """  # noqa: S608
        with self._begin() as db:
            row = select_one(db, sql, [watch_id])
        return Version(**row) if row else None

    def versions_to_code(
        self, watch_id: str, coder: str | None = None, limit: int | None = None
    ) -> list[VersionToCode]:
        """Versions of the watch that no coder has coded (a pass), or that ``coder`` has not (recoding).

        The baseline first, then in the order of publication; versions that were taken in as skipped are left out.
        """
        due = """
            SELECT w.version_id
            FROM watch_version AS w
            ANTI JOIN (SELECT watch_id, version_id FROM coding WHERE $coder IS NULL OR coder = $coder) AS c
                ON c.watch_id = w.watch_id AND c.version_id = w.version_id
            WHERE w.watch_id = $watch AND w.skipped IS NULL
        """
        sql = f"""
            SELECT {_COLUMNS}, w.role, g.copy_group
            FROM version AS v
            JOIN watch_version AS w ON w.version_id = v.id
            JOIN version_group AS g ON g.version_id = v.id
            WHERE v.id IN (SELECT unnest($ids::VARCHAR[])) AND w.watch_id = $watch
            ORDER BY w.role, coalesce(v.published_at, v.recorded_at), v.id
            LIMIT {int(limit) if limit is not None else "ALL"}
        """  # noqa: S608
        with self._begin() as db:
            ids = [row["version_id"] for row in select(db, due, {"watch": watch_id, "coder": coder})]
            return [_to_code(row) for row in select(db, sql, {"watch": watch_id, "ids": ids})] if ids else []


def _to_code(row: Row) -> VersionToCode:
    role, group = row.pop("role"), row.pop("copy_group")
    return VersionToCode(Version(**row), group, role)


def _candidate(row: Row) -> CopyCandidate:
    stored = StoredPrint(row["digest"], row["size"], tuple(row["signature"]), tuple(row["passages"]))
    return CopyCandidate(row["version_id"], stored, row["copy_group"], row["published_at"])
