"""Vega-Lite specifications -> pictures: SVG for the page, PNG for mails. In process: no browser, no network."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from lxml import etree

from extractors.errors import VoltefaceError

T = TypeVar("T")
VEGA_LITE = "6.4"
_SVG = "http://www.w3.org/2000/svg"
_DROPPED = frozenset(
    ("class", "role", "aria-roledescription", "aria-hidden", "aria-label", "pointer-events", "font-family", "font-size")
)
"""Attributes without use here: the page describes each picture in words beside it, and has its own type."""
_DEFAULTS = {"opacity": "1", "stroke-width": "1", "x2": "0", "y2": "0", "transform": "translate(0,0)"}


def svg(spec: Mapping[str, Any]) -> str:
    """The picture as an <svg> element for an HTML page, half the size of what Vega writes.

    Descriptions of marks become their tooltips. Colours may be "currentColor" or "var(--name)". The picture is hidden
    from screen readers: put what it says into words. Raises VoltefaceError for what Vega cannot draw.
    """
    import vl_convert

    drawn = _drawn(lambda: vl_convert.vegalite_to_svg(dict(spec), vl_version=VEGA_LITE, allowed_base_urls=[]))
    root = etree.fromstring(drawn.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    for element in list(root.iter()):
        described = element.get("aria-roledescription") == "point" and element.get("aria-label")
        for name, value in dict(element.attrib).items():
            if name in _DROPPED or _DEFAULTS.get(name) == value:
                del element.attrib[name]
        if described:
            etree.SubElement(element, f"{{{_SVG}}}title").text = described
    _prune(root)
    for name in ("version", "height"):
        root.attrib.pop(name, None)
    root.set("aria-hidden", "true")
    root.set("focusable", "false")
    etree.cleanup_namespaces(root)
    text = etree.tostring(root, encoding="unicode").replace(f' xmlns="{_SVG}"', "")
    return re.sub(r"(?<=[\d(,\s\"A-Za-z-])(\d*\.\d{2,})(?=[\d,)\s\"A-Za-z-])", lambda m: f"{float(m[1]):.1f}", text)


def png(spec: Mapping[str, Any], scale: float = 2.0) -> bytes:
    """The picture as PNG, ``scale`` pixels a point. The same specification gives the same bytes on one machine.

    Raises VoltefaceError for what Vega cannot draw.
    """
    import vl_convert

    drawn = _drawn(
        lambda: vl_convert.vegalite_to_png(dict(spec), vl_version=VEGA_LITE, scale=scale, allowed_base_urls=[])
    )
    return _packed(bytes(drawn))


def _drawn(draw: Callable[[], T]) -> T:
    """What ``draw`` gives. The library is imported where it draws: it maps 84 MB, and most passes draw nothing."""
    try:
        return draw()
    except BaseException as error:
        # a panic of the library comes as a BaseException, and must not end a pass either
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            problem = f"cannot be drawn: {str(error)[:200]}"
            raise VoltefaceError("picture", problem, "Report it, with the watch file") from error
        raise


def _packed(png: bytes) -> bytes:
    """The same picture in half the bytes: the drawing library packs for speed, mails want to be small."""
    chunks, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        chunks.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + length]))
        at += 12 + length
    pixels = zlib.compress(zlib.decompress(b"".join(data for name, data in chunks if name == b"IDAT")), 9)
    kept = [(b"IHDR", chunks[0][1]), (b"IDAT", pixels), (b"IEND", b"")]
    packed = [struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in kept]
    return png[:8] + b"".join(packed)


def _prune(root: Any) -> None:
    """Take out what draws nothing: paths without ink, empty groups, groups that only wrap."""
    for element in reversed(list(root.iter())):
        parent = element.getparent()
        if parent is None:
            continue
        tag = etree.QName(element).localname
        inked = element.get("stroke") or element.get("fill") or element.get("stroke-width")
        if (tag == "path" and not inked) or (tag == "g" and not len(element)):
            parent.remove(element)
        elif tag == "g" and not element.attrib:
            for child in list(element):
                element.addprevious(child)
            parent.remove(element)
