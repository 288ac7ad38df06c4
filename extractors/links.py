"""One address for the many forms of one article's URL."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from courlan import normalize_url

# Parameters that say how a reader came, not what is read; courlan knows the utm_ family and the big networks.
_VISITOR = re.compile(
    r"^(at_|ns_|mc_|pk_|cmp|cmpid|ref|referrer|rss|src|output|amp|ocid|smid|traffic_source|xtor)", re.I
)


def canonical_url(url: str) -> str:
    """``url`` without fragment, tracking parameters, and the marks of AMP and mobile pages.

    Pure text work: the page's own rel=canonical, where it has one, is better and is used by the fetcher first.
    """
    scheme, host, path, query, _ = urlsplit(normalize_url(url.strip(), strict=False))
    if google := re.match(r"^/amp/s/(.+)$", path) if host.startswith("www.google.") else None:
        return canonical_url("https://" + google[1])
    host = re.sub(r"^(amp|m|mobile)\.", "www.", host)
    path = re.sub(r"(/amp/?|\.amp(\.html)?)$", lambda m: ".html" if m[0].endswith(".html") else "", path)
    path = re.sub(r"^/amp/(?=.)", "/", path)
    kept = [(k, v) for k, v in parse_qsl(query, keep_blank_values=True) if not _VISITOR.match(k)]
    return urlunsplit((scheme, host, path or "/", urlencode(kept), ""))
