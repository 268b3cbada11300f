"""TeX between dollars as MathML, which browsers set without a script and without the network."""

import html
import re
import xml.etree.ElementTree as ET

_TAGS = """
math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd mstyle mpadded mphantom
menclose mfenced semantics
"""
_ATTRIBUTES = """
display mathvariant stretchy fence form largeop movablelimits accent linethickness columnalign rowspacing columnspacing minsize
maxsize width displaystyle scriptlevel separator symmetric
"""
TAGS, ATTRIBUTES = set(_TAGS.split()), set(_ATTRIBUTES.split())
_MATH = re.compile(
    r"(<pre.*?</pre>|<code.*?</code>)|\$\$(.+?)\$\$|(?<![\\$\w])\$(?!\s)([^$]+?)(?<![\s\\])\$(?!\w)", re.DOTALL
)


def set_formulas(page: str) -> str:
    """Replace the formulas in a piece of HTML; what cannot be set is shown as it was written."""
    return _MATH.sub(lambda match: match[0] if match[1] else formula(match[2] or match[3], block=bool(match[2])), page)


def formula(tex: str, block: bool = False) -> str:
    """Return a formula as MathML, or as code if it cannot be read.

    Parameters
    ----------
    tex
        The formula, with HTML's entities for signs that need them.
    block
        True for a line of its own.
    """
    plain = html.unescape(re.sub(r"<[^>]+>", "", tex))
    plain = plain.replace("{aligned}", "{align}")  # the converter knows only the other
    plain = re.sub(r"\}('+)", lambda match: "}^{" + r"\prime" * len(match[1]) + "}", plain)
    try:
        from latex2mathml.converter import convert

        tree = ET.fromstring(convert(plain[:5000], display="block" if block else "inline"))
    except Exception:  # not installed, or a command that it does not know
        sign = "$$" if block else "$"
        return f"<code>{html.escape(sign + plain + sign)}</code>"
    ET.register_namespace("", "http://www.w3.org/1998/Math/MathML")
    for node in tree.iter():
        if node.tag.rpartition("}")[2] not in TAGS:
            node.tag = "mrow"
        for name in [name for name in node.attrib if name not in ATTRIBUTES]:
            del node.attrib[name]
    return ET.tostring(tree, encoding="unicode")
