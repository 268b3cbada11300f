"""What a cell shows: a drawing, and the sentences below it, on white paper."""

from dataclasses import dataclass

from course.explore.drawing.svg import FONT

# Own colours throughout: the page may be dark, the paper is not.
PAPER_STYLE = f"background:#fff;color:#111;margin:0;padding:10px 12px;font:14px/1.45 {FONT}"
LINE = "margin:6px 0 0;color:#111;overflow-wrap:anywhere;"
MONO = "font-family:'DejaVu Sans Mono','Consolas',monospace;font-size:13px"


@dataclass(frozen=True, repr=False)
class Figure:
    """A drawing and the sentences below it; the last expression of a cell shows both.

    Parameters
    ----------
    svg : str
        The drawing alone.
    html : str
        Drawing and sentences on white paper.
    """

    svg: str
    html: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"Figure of {len(self.html):,} characters; its .svg can be saved to a file"
