"""Charts for docs/performance.md, as SVG text: bars of one figure, and lines over a scale. Nothing is taken from outside."""

from xml.sax.saxutils import escape

WIDTH, LEFT, BAR, GAP = 720, 210, 22, 8
COLOURS = ["#2a6f97", "#bc4749", "#6a994e", "#8d6a9f"]
STYLE = ("<style>text{font:13px sans-serif;fill:#333}.t{font-size:15px;font-weight:bold}.g{stroke:#ddd}"
         "@media(prefers-color-scheme:dark){text{fill:#ddd}.g{stroke:#555}}</style>")


def _document(height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">{STYLE}\n'
            + "\n".join(parts) + "\n</svg>\n")


def _text(x, y, words, anchor="start", kind=""):
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" class="{kind}">{escape(words)}</text>'


def bars(title, rows):
    """rows: (name, value, words beside the bar); the longest bar is the largest value."""
    most = max(value for _, value, _ in rows) or 1
    parts = [_text(10, 22, title, kind="t")]
    y = 40
    for number, (name, value, words) in enumerate(rows):
        length = max((WIDTH - LEFT - 150) * value / most, 1)
        parts.append(_text(LEFT - 8, y + BAR - 6, name, "end"))
        parts.append(f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" rx="3" fill="{COLOURS[number > 0]}"/>')
        parts.append(_text(LEFT + length + 8, y + BAR - 6, words))
        y += BAR + GAP
    return _document(y + 8, parts)


def lines(title, x_name, marks, series):
    """marks: names of the steps on the x axis; series: name -> one value a step. The y axis begins at 0."""
    height, bottom, top, right = 300, 250, 50, WIDTH - 150
    most = max(max(values) for values in series.values()) or 1
    parts = [_text(10, 22, title, kind="t")]
    step = (right - 70) / max(len(marks) - 1, 1)
    for share in (0, 0.5, 1):
        y = bottom - (bottom - top) * share
        parts.append(f'<line class="g" x1="70" x2="{right}" y1="{y:.0f}" y2="{y:.0f}"/>')
        parts.append(_text(62, y + 4, f"{most * share:,.4g}", "end"))
    for number, mark in enumerate(marks):
        parts.append(_text(70 + step * number, bottom + 20, mark, "middle"))
    parts.append(_text((70 + right) / 2, bottom + 42, x_name, "middle"))
    for number, (name, values) in enumerate(series.items()):
        points = [(70 + step * i, bottom - (bottom - top) * value / most) for i, value in enumerate(values)]
        colour = COLOURS[number % len(COLOURS)]
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="'
                     + " ".join(f"{x:.0f},{y:.0f}" for x, y in points) + '"/>')
        parts += [f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{colour}"/>' for x, y in points]
        parts.append(_text(right + 8, points[-1][1] + 4, name))
    return _document(height, parts)
