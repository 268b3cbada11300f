"""What students may show: text, pictures, and HTML without anything that runs or calls home."""

import base64
import re
from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer

PICTURES = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8"}
_TAGS = """
a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd
li ol p pre q s small span strong sub summary sup table tbody td tfoot th thead tr u ul var
"""
_STYLES = """
color background background-color border border-left border-collapse font-weight font-style font-family font-size margin margin-top
padding padding-left padding-right text-align vertical-align white-space width height min-width line-height
"""
TAGS, STYLES = set(_TAGS.split()), _STYLES.split()
_REMOTE = re.compile(r"url\s*\(|expression|@import", re.IGNORECASE)


def html(text: str) -> str:
    """Return HTML with what is allowed in it; everything else becomes text, and pictures must come along."""

    def allowed(tag: str, name: str, value: str) -> bool:
        if name == "src":
            return re.match(r"data:image/(png|jpeg|gif);base64,", value) is not None
        if name == "href":
            return re.match(r"(https?://|mailto:|#)", value) is not None
        if name == "style":
            return _REMOTE.search(value) is None
        return name in ("alt", "title", "colspan", "rowspan", "align", "class", "start", "open", "role", "aria-label")

    text = re.sub(r"<(script|style)\b.*?(</\1\s*>|$)", "", text, flags=re.IGNORECASE | re.DOTALL)
    css = CSSSanitizer(allowed_css_properties=STYLES)
    protocols = ["data", "http", "https", "mailto"]
    return str(bleach.clean(text, tags=TAGS, attributes=allowed, protocols=protocols, css_sanitizer=css, strip=True))


def output(found: Any) -> Any:
    """Return one output of a cell without what a browser would run.

    Parameters
    ----------
    found
        An output in nbformat's form; it is modified.
    """
    if found.output_type in ("display_data", "execute_result"):
        found.data = {kind: value for kind, value in map(_harmless, found.data.items()) if value is not None}
        found.metadata = {}
        if found.output_type == "execute_result":
            found.execution_count = None
    elif found.output_type == "error":
        found.ename, found.evalue = str(found.ename)[:200], str(found.evalue)[:5000]
        found.traceback = [str(line)[:20_000] for line in list(found.traceback)[:50]]
    else:
        found.name = "stderr" if found.name == "stderr" else "stdout"
        found.text = str(found.text)
    return found


def _harmless(item: tuple[str, Any]) -> tuple[str, str | None]:
    kind, value = item
    if isinstance(value, list):
        value = "".join(map(str, value))
    if not isinstance(value, str):
        return kind, None
    if kind == "text/plain":
        return kind, value
    if kind == "text/html":
        return kind, html(value)
    if kind in PICTURES:
        try:
            head = base64.b64decode(value[:16])
        except ValueError:
            return kind, None
        return kind, value if head.startswith(PICTURES[kind]) and re.fullmatch(r"[A-Za-z0-9+/=\s]*", value) else None
    return kind, None
