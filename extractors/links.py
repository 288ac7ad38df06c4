"""One address for the many forms of one article's URL."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

# Parameters that say how a reader came, not what is read.
_VISITOR = re.compile(
    r"(utm|at|ns|mc|pk|mtm|piwik|hsa|itm|wt|ga|trk|vero|oly|cx|guce)_.*|"
    r"(at|xtor|cmp|cmpid|cid|campaign|camp|ref|ref_src|referrer|referer|rss|src|source|output|outputtype|amp|amphtml|"
    r"ocid|smid|smtyp|traffic_source|partner|feed|feedname|from|fromrss|via|share|shared|share_id|sharetype|social|"
    r"taid|tpcc|ito|sref|sh|xs|icid|ncid|iid|intcmp|int_campaign|linkid|link_id|leadsource|fb_ref|fb_source|igshid|"
    r"fbclid|gclid|msclkid|yclid|dclid|twclid|ttclid|mkt_tok|mbid|emci|emdi|ceid|_ga|_gl|s_cid|soc_src|soc_trk|"
    r"ved|usg|sa|print|mobile|m|view|mode|nlid|newsletter|recip|wpisrc|wpmm|arc_source|embedded-checkout)",
    re.IGNORECASE,
)
# Of these names some mean a page on some sites: they go only where their value is one that visits have
_DOUBTFUL = {"source", "from", "view", "mode", "m", "feed", "cid", "sa", "at", "share", "print", "partner", "campaign"}
_VISIT_VALUES = re.compile(
    r"(rss|feed|twitter|x|facebook|fb|whatsapp|telegram|email|e?-?mail|social|app|mobile|amp|news(letter)?|share|1|true|"
    r"google\w*|bing|top|home(page)?|yes|print)?",
    re.IGNORECASE,
)


def canonical_url(url: str) -> str:
    """``url`` without fragment, tracking parameters, "www", and the marks of AMP, mobile and print forms; with https.

    Pure text work, and the same again for what it gives: for telling articles apart. To fetch, use the address that
    was given: some servers answer only to that. What is no address comes back as it is.
    """
    for _ in range(5):  # each form may be wrapped in another
        found = _once(url)
        if found == url:
            break
        url = found
    return url


def _once(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return url
    scheme, host, path, query = parts.scheme, (parts.hostname or ""), parts.path, parts.query
    if scheme not in ("http", "https") or not host:
        return url
    if wrapped := _wrapped(host, path):
        return f"{wrapped}?{query}" if query else wrapped
    host = re.sub(r"^(?:www\.)?(?:(?:amp|m|mobile)\.)?(?=[^.]+\.)", "", host)
    if port in (None, {"http": 80, "https": 443}[scheme]):
        scheme, port = "https", None
    path = re.sub(r"(/amp(/|\.html?)?|\.amp(\.html?)?)$", lambda m: m[3] or "", path)
    path = re.sub(r"^/amp/(?=.)", "/", path)
    path = re.sub(r"%[0-9a-fA-F]{2}", lambda m: m[0].upper(), quote(path, safe="/%:@!$&'()*+,;=~-._"))
    kept = sorted((k, v) for k, v in parse_qsl(query, keep_blank_values=True) if not _is_visit(k, v))
    host = f"[{host}]" if ":" in host else host
    host = f"{host}:{port}" if port else host
    return urlunsplit((scheme, host, path or "/", urlencode(kept), ""))


def _is_visit(name: str, value: str) -> bool:
    if not _VISITOR.fullmatch(name):
        return False
    return name.lower() not in _DOUBTFUL or bool(_VISIT_VALUES.fullmatch(value))


def _wrapped(host: str, path: str) -> str | None:
    """The address inside that of an AMP cache."""
    if host.startswith("www.google.") and (found := re.match(r"/amp/(s/)?(.+)$", path)):
        return f"http{'s' if found[1] else ''}://{found[2]}"
    if host.endswith(".cdn.ampproject.org") and (found := re.match(r"/(?:[cv]|wp)/(s/)?(.+)$", path)):
        return f"http{'s' if found[1] else ''}://{found[2]}"
    return None
