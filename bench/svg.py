# SPDX-License-Identifier: Apache-2.0
"""Charts for docs/performance.md, as SVG text: bars of one figure, and lines over a scale. Nothing is taken from outside."""

import math
from xml.sax.saxutils import escape

WIDTH, LEFT, BAR, GAP = 720, 210, 22, 8
COLOURS = ["#2a6f97", "#bc4749", "#6a994e", "#8d6a9f"]
# A card of its own: legible on a light page and on a dark one, regardless of what the viewer reports to the picture.
STYLE = "<style>text{font:13px sans-serif;fill:#333}.t{font-size:15px;font-weight:bold}.g{stroke:#ddd}</style>"


def _document(height, title, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">\n<title>{escape(title)}</title>{STYLE}\n'
            f'<rect width="{WIDTH}" height="{height}" rx="8" fill="#fff" stroke="#ddd"/>\n'
            + "\n".join([_text(16, 26, title, kind="t"), *parts]) + "\n</svg>\n")


def _text(x, y, words, anchor="start", kind=""):
    kind = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"{kind}>{escape(words)}</text>'


def bars(title, rows):
    """rows: (name, value, words beside the bar); the longest bar is the largest value."""
    most = max(value for _, value, _ in rows) or 1
    parts = []
    y = 44
    for number, (name, value, words) in enumerate(rows):
        length = max((WIDTH - LEFT - 170) * value / most, 1)
        parts.append(_text(LEFT - 8, y + BAR - 6, name, "end"))
        parts.append(f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" rx="3" fill="{COLOURS[number > 0]}"/>')
        parts.append(_text(LEFT + length + 8, y + BAR - 6, words))
        y += BAR + GAP
    return _document(y + 8, title, parts)


def _number(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _scale(series, log):
    """Of the y axis: where a value lies, 0 to 1, and the values that are marked."""
    values = [value for line in series.values() for value in line]
    if not log:
        least, most = min(*values, 0), max(*values, 0)
        wide = (most - least) or 1
        step = 10 ** math.floor(math.log10(wide))
        step = next(s for s in (step / 5, step / 2, step, step * 2) if wide / s <= 5)
        low, high = math.floor(least / step), max(math.ceil(most / step), 1)
        return lambda value: (value / step - low) / (high - low), [step * n for n in range(low, high + 1)]
    most = max(values)
    low = math.floor(math.log10(min(value for value in values if value > 0)))
    high = max(math.ceil(math.log10(most)), low + 1)
    return lambda value: max(math.log10(max(value, 1e-9)) - low, 0) / (high - low), [10.0 ** n for n in range(low, high + 1)]


def _spread(wanted, apart):
    """Places for labels, from those wanted, in their order, none nearer to the next than `apart`."""
    placed = {}
    last = -math.inf
    for name, y in sorted(wanted.items(), key=lambda item: item[1]):
        last = placed[name] = max(y, last + apart)
    return placed


def _places(steps, left, right):
    """Where the steps lie on a logarithmic axis from the first to the last."""
    wide = math.log(steps[-1] / steps[0]) or 1
    return [left + (right - left) * math.log(step / steps[0]) / wide for step in steps]


def lines(title, x_name, steps, series, log=False):
    """steps: rising numbers, of a logarithmic x axis; series: name -> one value a step. log: the y axis goes by powers of ten too, else evenly
    and through 0."""
    height, bottom, top, left, right = 320, 262, 50, 80, WIDTH - 160
    parts = []
    places = _places(steps, left, right)
    share, marked = _scale(series, log)
    for value in marked:
        y = bottom - (bottom - top) * share(value)
        parts.append(f'<line class="g" x1="{left}" x2="{right}" y1="{y:.0f}" y2="{y:.0f}"/>')
        parts.append(_text(left - 8, y + 4, _number(value), "end"))
    for x, step in zip(places, steps):
        parts.append(f'<line class="g" x1="{x:.0f}" x2="{x:.0f}" y1="{bottom}" y2="{bottom + 5}"/>')
        parts.append(_text(x, bottom + 20, f"{step:,}", "middle"))
    parts.append(_text((left + right) / 2, bottom + 44, f"{x_name} (logarithmic{' both ways' if log else ''})", "middle"))
    ends = _spread({name: bottom - (bottom - top) * share(values[-1]) for name, values in series.items()}, 16)
    for number, (name, values) in enumerate(series.items()):
        points = [(x, bottom - (bottom - top) * share(value)) for x, value in zip(places, values)]
        colour = COLOURS[number % len(COLOURS)]
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="'
                     + " ".join(f"{x:.0f},{y:.0f}" for x, y in points) + '"/>')
        parts += [f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{colour}"/>' for x, y in points]
        parts.append(f'<rect x="{right + 10}" y="{ends[name] - 5:.0f}" width="10" height="10" rx="2" fill="{colour}"/>')
        parts.append(_text(right + 25, ends[name] + 4, name))
    return _document(height, title, parts)
