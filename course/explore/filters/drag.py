"""Dragging on the figure: the page tells the kernel where the pointer is, as text in a field that nobody sees."""

import math

from course.explore.drawing.svg import escape

EVERY_MS = 33  # how often

# Runs in the page, once. The figure is drawn anew at every step, so the listeners sit on the box around it; the pictures in it
# carry data-drag. Handlers are attributes, since a page runs no <script> that comes with a widget.
_SCRIPT = """
const box = element.closest('.filter-workbench');
let part = null, place = '', sent = 0, waiting = 0;
const send = () => {
    sent = performance.now(); waiting = 0;
    const field = box.querySelector('textarea');
    field.value = place;
    field.dispatchEvent(new Event('input', {bubbles: true}));
};
const look = e => {
    const r = box.querySelector(`[data-drag=${part}]`)?.getBoundingClientRect();
    if (!r) return;
    place = `${part} ${((e.clientY - r.top) / r.height).toFixed(4)} ${((e.clientX - r.left) / r.width).toFixed(4)}`;
    waiting ||= setTimeout(send, Math.max(0, EVERY - (performance.now() - sent)));
};
box.addEventListener('pointerdown', e => {
    const hit = e.target.closest('[data-drag]');
    if (!hit) return;
    part = hit.dataset.drag;
    box.setPointerCapture(e.pointerId);
    look(e);
    e.preventDefault();
});
box.addEventListener('pointermove', e => { if (part) look(e); });
for (const end of ['pointerup', 'pointercancel']) box.addEventListener(end, () => { part = null; });
"""


def drag_html() -> str:
    """Write the element that makes the pictures of the workbench around it answer to the pointer.

    Returns
    -------
    str
        HTML that is not seen. A picture that cannot be loaded starts the script.
    """
    script = escape(" ".join(_SCRIPT.replace("EVERY", str(EVERY_MS)).split()))
    style = "<style>.filter-workbench [data-drag]{cursor:crosshair;touch-action:none}</style>"
    start = "new Function('element', this.dataset.script)(this); this.remove()"
    return f'{style}<img src="data:," alt="" style="display:none" data-script="{script}" onerror="{start}">'


def read_place(text: str) -> tuple[str, float, float] | None:
    """Read what the page has written.

    Parameters
    ----------
    text : str
        ``"input 0.25 0.5"``: which picture, and how far down and across.

    Returns
    -------
    tuple of str, float, float, or None
        None for anything else.
    """
    match text.split():
        case ["input" | "output" as part, down, across]:
            try:
                place = float(down), float(across)
            except ValueError:
                return None
            return (part, *place) if all(map(math.isfinite, place)) else None
    return None
