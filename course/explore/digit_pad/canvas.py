"""The pad itself: a canvas in the page that is drawn on with mouse, finger, pen or keyboard, and tells the kernel its pixels."""

import numpy as np

from course.explore.drawing.svg import escape

SCALE = 10  # pixels of the page for one of the 28
EVERY_MS = 33  # how often a stroke is told to the kernel

# Runs in the page. `element` is the canvas; its pixels go, as two hexadecimal digits each, into the hidden text area that stands
# in the same box, and from there to the kernel as any text that is typed. Handlers are attributes of the canvas, since a page runs
# no <script> that comes with a widget.
_SCRIPT = """
const canvas = element, ink = canvas.getContext('2d', {willReadFrequently: true});
const small = document.createElement('canvas');
small.width = small.height = 28;
const pixels = small.getContext('2d', {willReadFrequently: true});
pixels.imageSmoothingQuality = 'high';
let last = null, sent = 0, waiting = 0, cursor = [14, 14];
const clear = () => { ink.fillStyle = '#000'; ink.fillRect(0, 0, 280, 280); };
const load = text => {
    clear();
    for (let i = 0; i < 784; i++) {
        const v = parseInt(text.substr(2 * i, 2), 16);
        if (v) { ink.fillStyle = `rgb(${v},${v},${v})`; ink.fillRect(i % 28 * 10, Math.floor(i / 28) * 10, 10, 10); }
    }
};
const send = () => {
    sent = performance.now(); waiting = 0;
    pixels.drawImage(canvas, 0, 0, 28, 28);
    const data = pixels.getImageData(0, 0, 28, 28).data;
    let text = '';
    for (let i = 0; i < 784; i++) text += data[4 * i].toString(16).padStart(2, '0');
    const area = canvas.closest('.digit-pad').querySelector('textarea');
    area.value = text;
    area.dispatchEvent(new Event('input', {bubbles: true}));
};
const soon = () => { waiting ||= setTimeout(send, Math.max(0, EVERY - (performance.now() - sent))); };
const stroke = (from, to) => {
    ink.strokeStyle = ink.fillStyle = '#fff'; ink.lineWidth = 22; ink.lineCap = ink.lineJoin = 'round';
    ink.beginPath(); ink.moveTo(...from); ink.lineTo(to[0] + 0.01, to[1]); ink.stroke(); soon();
};
const place = e => {
    const r = canvas.getBoundingClientRect();
    return [(e.clientX - r.left) * 280 / r.width, (e.clientY - r.top) * 280 / r.height];
};
canvas.pad = {
    down(e) {
        canvas.setPointerCapture(e.pointerId);
        last = place(e); stroke(last, last); canvas.focus(); e.preventDefault();
    },
    move(e) { if (last) { const next = place(e); stroke(last, next); last = next; } },
    up() { last = null; },
    key(e) {
        const step = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[e.key];
        const at = () => cursor.map(n => 10 * n + 5);
        if (step) {
            const before = at();
            cursor = cursor.map((n, i) => Math.min(27, Math.max(0, n + step[i])));
            if (e.shiftKey) stroke(before, at());
            const mark = canvas.parentElement.querySelector('.cursor');
            mark.style.left = `${cursor[0] / 28 * 100}%`; mark.style.top = `${cursor[1] / 28 * 100}%`; mark.style.opacity = 1;
        } else if (e.key === ' ') stroke(at(), at());
        else if (e.key === 'Delete' || e.key === 'Backspace') { clear(); soon(); }
        else return;
        e.preventDefault(); e.stopPropagation();
    },
};
load(canvas.dataset.pixels);
"""


def canvas_html(image: np.ndarray, serial: int = 0) -> str:
    """Write the canvas with a digit on it.

    Parameters
    ----------
    image : uint8 array, (28, 28)
        Bright on black; zeros for an empty pad.
    serial : int
        Another number makes another text, and so a new canvas, of the same image.

    Returns
    -------
    str
        HTML whose canvas writes its 784 pixels as hexadecimal text into the text area next to it.
    """
    script = escape(" ".join(_SCRIPT.replace("EVERY", str(EVERY_MS)).split()))
    ready = "(this.pad || new Function('element', this.dataset.script)(this), this.pad)"
    handlers = "".join(
        f' on{event}="{ready}.{name}(event)"'
        for event, name in [
            ("pointerdown", "down"),
            ("pointermove", "move"),
            ("pointerup", "up"),
            ("pointercancel", "up"),
            ("keydown", "key"),
        ]
    )
    words = (
        "Drawing pad: draw a digit with the mouse, or with Shift and the arrow keys; Space makes a dot, Delete clears."
    )
    side = 28 * SCALE
    # The picture that cannot be loaded starts the script: it shows the pixels that the kernel has sent along.
    start = (
        "const c = this.previousElementSibling; c.pad || new Function('element', c.dataset.script)(c); this.remove()"
    )
    return (
        f'<div data-serial="{serial}" style="position:relative;width:{side}px;max-width:100%;line-height:0">'
        f'<canvas width="280" height="280" tabindex="0" role="application" aria-label="{words}" data-script="{script}" '
        f'data-pixels="{to_text(image)}" style="width:100%;touch-action:none;cursor:crosshair;background:#000"{handlers}></canvas>'
        f'<img src="data:," alt="" onerror="{start}" style="display:none">'
        f'<div class="cursor" style="position:absolute;width:{100 / 28:.3f}%;height:{100 / 28:.3f}%;outline:2px solid #E69F00;'
        'opacity:0;pointer-events:none"></div></div>'
    )


def to_text(image: np.ndarray) -> str:
    """Write 28x28 pixels as 1,568 hexadecimal digits."""
    return np.ascontiguousarray(image, dtype=np.uint8).tobytes().hex()


def from_text(text: str) -> np.ndarray | None:
    """Read them back.

    Parameters
    ----------
    text : str
        What the page sent.

    Returns
    -------
    uint8 array, (28, 28), or None
        None if it is anything else.
    """
    try:
        pixels = np.frombuffer(bytes.fromhex(text), np.uint8)
    except ValueError:
        return None
    return pixels.reshape(28, 28) if pixels.size == 784 else None
