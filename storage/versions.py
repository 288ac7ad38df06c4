"""Versions of articles, their fingerprints, and which of them are copies of one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime

from extractors.models import Version
from storage.records import CopyCandidate, NewVersion, Role, StoredPrint, VersionToCode
from storage.rows import Connection, Row, insert, select, select_one, to_json
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
        """Store a version and take it into the watch; NewVersion says what the rest is. True where it is new there."""
        new = NewVersion(version, fingerprint, tuple(keys), copy_group, role, skipped)
        return self.save_versions(watch_id, [new]) == 1

    def save_versions(self, watch_id: str, new: Sequence[NewVersion]) -> int:
        """Store versions and take them into the watch, many at the cost of one; returns how many are new there."""
        versions = {n.version.id: n for n in reversed(new)}
        articles = {n.version.article_id: n.version for n in versions.values()}
        with self._begin() as db:
            insert(db, "article", [_article_row(v) for v in articles.values()], ignore_known=True)
            insert(db, "version", [asdict(n.version) for n in versions.values()], ignore_known=True)
            known = _fingerprinted(db, list(versions))
            unknown = [n for n in versions.values() if n.version.id not in known]
            insert(db, "fingerprint", [_print_row(n) for n in unknown])
            keys = [(n.version.id, key) for n in unknown for key in dict.fromkeys(map(_stored_key, n.keys))]
            insert(db, "fingerprint_key", [{"key": key, "version_id": version_id} for version_id, key in keys])
            rows = [
                {
                    "watch_id": watch_id,
                    "version_id": n.version.id,
                    "role": n.role,
                    "skipped": n.skipped,
                    "recorded_at": n.version.recorded_at,
                }
                for n in versions.values()
            ]
            return insert(db, "watch_version", rows, ignore_known=True)

    def copy_candidates(self, keys: Iterable[int]) -> list[CopyCandidate]:
        """Stored versions whose fingerprint has one of ``keys``, by id."""
        return self.copy_candidates_of_many({"": keys})[""]

    def copy_candidates_of_many(self, keys: Mapping[str, Iterable[int]]) -> dict[str, list[CopyCandidate]]:
        """For many texts at once (name -> keys): name -> candidates, by id. One look through the index for all."""
        asked = [{"name": name, "key": key} for name, values in keys.items() for key in set(map(_stored_key, values))]
        sql = """
            WITH asked AS (
                SELECT unnest(from_json(?, '[{"name": "VARCHAR", "key": "UINTEGER"}]'), recursive := true)
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


def _article_row(version: Version) -> Row:
    names = {"id": version.article_id, "url": version.url, "outlet": version.outlet}
    return {**names, "recorded_at": version.recorded_at}


def _print_row(new: NewVersion) -> Row:
    stored = asdict(new.fingerprint or StoredPrint(0, 0))
    return {"version_id": new.version.id, **stored, "copy_group": new.copy_group or new.version.id}


def _fingerprinted(db: Connection, version_ids: list[str]) -> set[str]:
    sql = "SELECT version_id FROM fingerprint WHERE version_id IN (SELECT unnest(?::VARCHAR[]))"
    return {row["version_id"] for row in select(db, sql, [version_ids])}


def _stored_key(key: int) -> int:
    """Half of a key: the index is read as a whole, and who shares a half by chance is found out by the fingerprints."""
    return key & 0xFFFFFFFF


def _candidate(row: Row) -> CopyCandidate:
    stored = StoredPrint(row["digest"], row["size"], tuple(row["signature"]), tuple(row["passages"]))
    return CopyCandidate(row["version_id"], stored, row["copy_group"], row["published_at"])
