"""Versions of articles, their fingerprints, and which of them are copies of one another."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime

from extractors.models import Version
from storage.records import CopyCandidate, NewPrint, NewVersion, Role, StoredPrint, VersionToCode
from storage.rows import Connection, Row, in_parts, insert, select, select_one, to_json
from storage.store import Store

_COLUMNS = ", ".join(f"v.{f.name}" for f in fields(Version))


class Versions(Store):
    """A version is stored once, whichever watches take it in."""

    def save_version(
        self, watch_id: str, version: Version, *, role: Role = "coverage", skipped: str | None = None
    ) -> bool:
        """Store a version and take it into the watch; NewVersion says what the rest is. True where it is new there."""
        return self.save_versions(watch_id, [NewVersion(version, role, skipped)]) == 1

    def save_versions(self, watch_id: str, new: Sequence[NewVersion]) -> int:
        """Store versions and take them into the watch, many at the cost of one; returns how many are new there."""
        versions = {n.version.id: n for n in reversed(new)}
        articles = {n.version.article_id: n.version for n in versions.values()}
        with self._begin() as db:
            insert(db, "article", [_article_row(v) for v in articles.values()], ignore_known=True)
            insert(db, "version", [asdict(n.version) for n in versions.values()], ignore_known=True)
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

    def versions_to_fold(self, limit: int) -> dict[str, str]:
        """Id -> text of versions, of whichever watch, whose copies nobody has looked for yet; oldest first."""
        due = """
            SELECT v.id FROM version AS v ANTI JOIN fingerprint AS f ON f.version_id = v.id
            ORDER BY v.recorded_at, v.id LIMIT ?
        """
        with self._begin() as db:
            ids = [row["id"] for row in select(db, due, [limit])]
            sql = "SELECT id, text FROM version WHERE id IN (SELECT unnest(?::VARCHAR[]))"
            texts = {row["id"]: row["text"] for few in in_parts(ids) for row in select(db, sql, [few])}
        return {version_id: texts[version_id] for version_id in ids}

    def save_prints(self, prints: Sequence[NewPrint]) -> int:
        """Store fingerprints with the groups found; returns how many were new. Known ones stay as they are."""
        with self._begin() as db:
            known = _fingerprinted(db, [p.version_id for p in prints])
            new = list({p.version_id: p for p in prints if p.version_id not in known}.values())
            insert(db, "fingerprint", [_print_row(p) for p in new])
            keys = [(p.version_id, key) for p in new for key in dict.fromkeys(map(_stored_key, p.keys))]
            insert(db, "fingerprint_key", [{"key": key, "version_id": version_id} for version_id, key in keys])
        return len(new)

    def copy_candidates(self, keys: Mapping[str, Iterable[int]]) -> dict[str, list[CopyCandidate]]:
        """For each text (name -> the keys of its fingerprint), the stored versions that share a key, by id.

        The index is read as a whole, so ask for many texts at once: it costs what one does.
        """
        asked = [{"name": name, "key": key} for name, values in keys.items() for key in set(map(_stored_key, values))]
        shared = """
            WITH asked AS (
                SELECT unnest(from_json(?, '[{"name": "VARCHAR", "key": "UINTEGER"}]'), recursive := true)
            )
            SELECT DISTINCT a.name, k.version_id FROM fingerprint_key AS k JOIN asked AS a ON a.key = k.key
            ORDER BY a.name, k.version_id
        """
        # Apart from the look-up: few versions are then read by their key, and not the whole table beside the index.
        prints = """
            SELECT f.* EXCLUDE (copy_group), g.copy_group
            FROM fingerprint AS f
            JOIN version_group AS g USING (version_id)
            WHERE f.version_id IN (SELECT unnest(?::VARCHAR[]))
        """
        found: dict[str, list[CopyCandidate]] = {name: [] for name in keys}
        with self._begin() as db:
            pairs = select(db, shared, [to_json(asked)])
            ids = sorted({pair["version_id"] for pair in pairs})
            known = {row["version_id"]: _candidate(row) for few in in_parts(ids) for row in select(db, prints, [few])}
        for pair in pairs:
            found[pair["name"]].append(known[pair["version_id"]])
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
                WHERE g.version_id IN (SELECT unnest(?::VARCHAR[]))
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
            rows = select(
                db, "SELECT * FROM version_group WHERE copy_group IN (SELECT unnest(?::VARCHAR[]))", [list(groups)]
            )
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

    def latest_versions(self, article_ids: Iterable[str]) -> dict[str, Version]:
        """Article id -> the version of it that was recorded last; articles without one are left out."""
        sql = f"""
            SELECT {_COLUMNS} FROM version AS v WHERE v.article_id IN (SELECT unnest(?::VARCHAR[]))
            ORDER BY v.recorded_at, v.id
        """  # noqa: S608
        wanted = list(article_ids)
        if not wanted:
            return {}
        with self._begin() as db:
            return {row["article_id"]: Version(**row) for few in in_parts(wanted) for row in select(db, sql, [few])}

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
        due = f"""
            SELECT w.version_id, w.role
            FROM watch_version AS w
            ANTI JOIN (SELECT watch_id, version_id FROM coding WHERE $coder IS NULL OR coder = $coder) AS c
                ON c.watch_id = w.watch_id AND c.version_id = w.version_id
            JOIN version AS v ON v.id = w.version_id
            WHERE w.watch_id = $watch AND w.skipped IS NULL
            ORDER BY w.role, coalesce(v.published_at, v.recorded_at), v.id
            LIMIT {int(limit) if limit is not None else "ALL"}
        """  # noqa: S608
        # One table at a time: joined, the texts of all versions are read before those that are asked for are picked.
        texts = f"SELECT {_COLUMNS} FROM version AS v WHERE v.id IN (SELECT unnest(?::VARCHAR[]))"  # noqa: S608
        grouped = "SELECT * FROM version_group WHERE version_id IN (SELECT unnest(?::VARCHAR[]))"
        with self._begin() as db:
            roles = {row["version_id"]: row["role"] for row in select(db, due, {"watch": watch_id, "coder": coder})}
            parts = list(in_parts(list(roles)))
            found = {row["id"]: Version(**row) for few in parts for row in select(db, texts, [few])}
            groups = {r["version_id"]: r["copy_group"] for few in parts for r in select(db, grouped, [few])}
        return [VersionToCode(found[i], groups.get(i, i), role) for i, role in roles.items()]


def _article_row(version: Version) -> Row:
    names = {"id": version.article_id, "url": version.url, "outlet": version.outlet}
    return {**names, "recorded_at": version.recorded_at}


def _fingerprinted(db: Connection, version_ids: list[str]) -> set[str]:
    sql = "SELECT version_id FROM fingerprint WHERE version_id IN (SELECT unnest(?::VARCHAR[]))"
    return {row["version_id"] for row in select(db, sql, [version_ids])}


def _stored_key(key: int) -> int:
    """Half of a key: the index is read as a whole, and who shares a half by chance is found out by the fingerprints."""
    return key & 0xFFFFFFFF


def _print_row(new: NewPrint) -> Row:
    stored = new.fingerprint
    return {
        "version_id": new.version_id,
        "digest": stored.digest,
        "size": stored.size,
        "signature": [],
        "passages": [],
        "signature_bytes": _packed(stored.signature),
        "passages_bytes": _packed(stored.passages),
        "copy_group": new.copy_group,
    }


def _candidate(row: Row) -> CopyCandidate:
    stored = StoredPrint(row["digest"], row["size"], _numbers(row, "signature"), _numbers(row, "passages"))
    return CopyCandidate(row["version_id"], stored, row["copy_group"])


def _packed(numbers: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}q", *numbers)


def _numbers(row: Row, name: str) -> tuple[int, ...]:
    packed = row[f"{name}_bytes"]
    return tuple(row[name]) if packed is None else struct.unpack(f"<{len(packed) // 8}q", packed)
