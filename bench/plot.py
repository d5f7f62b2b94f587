"""Plots as SVG: lines and bars, readable on light and dark pages and by screen readers.

Pure functions from values to text. Axes can be logarithmic; values on such must be positive.
"""

import math
from html import escape

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 46, 84
COLOURS = (  # of lines, each for light and dark; told apart by people who see few colours
    ("#0060b0", "#66b3ff"), ("#b45000", "#ff9f4d"), ("#00794f", "#4dd6a3"), ("#99307d", "#f08cd2"),
    ("#6b6b00", "#d6d64d"), ("#5b4bb5", "#b3a6ff"), ("#555555", "#bbbbbb"),
)
DASHES = ("", "7 4", "2 4", "10 4 2 4", "1 3", "12 3", "4 4")


def style():
    light = "".join(f".s{i}{{stroke:{one};}}.f{i}{{fill:{one};}}"
                    for i, (one, _) in enumerate(COLOURS))
    dark = "".join(f".s{i}{{stroke:{one};}}.f{i}{{fill:{one};}}"
                   for i, (_, one) in enumerate(COLOURS))
    return ("<style>text{font:12px system-ui,sans-serif;fill:#222}.title{font-size:15px;"
            "font-weight:600}.page{fill:#fff}.grid{stroke:#ddd}.line{fill:none;stroke-width:2}"
            f"{light}@media(prefers-color-scheme:dark){{text{{fill:#ddd}}.page{{fill:#16181c}}"
            f".grid{{stroke:#3a3f47}}{dark}}}</style>")


def short(value):
    """An axis label."""
    for size, suffix in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:g}{suffix}"
    return f"{value:g}"


class Axis:
    """Values to a place between `start` and `end`, with ticks."""

    def __init__(self, values, start, end, log, ticks=None):
        low, high = min(values), max(values)
        self.log = log
        if log:
            low, high = 10 ** math.floor(math.log10(low)), 10 ** math.ceil(math.log10(high))
            high = high if high > low else low * 10
            ticks = ticks or [10.0 ** power for power in
                              range(round(math.log10(low)), round(math.log10(high)) + 1)]
        else:
            step = 10 ** math.floor(math.log10(high or 1))
            step = next(size for size in (step / 5, step / 2, step, step * 2)
                        if (high or 1) / size <= 6)
            low, high = 0, math.ceil((high or 1) / step) * step
            ticks = ticks or [step * index for index in range(round(high / step) + 1)]
        if ticks and log:
            low, high = min(low, *ticks), max(high, *ticks)
        self.low, self.high, self.start, self.end, self.ticks = low, high, start, end, ticks

    def place(self, value):
        scale = math.log10 if self.log else float
        low, high = scale(self.low), scale(self.high)
        return self.start + (scale(value) - low) / (high - low) * (self.end - self.start)


def frame(title, description, body):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'aria-labelledby="title description">\n<title id="title">{escape(title)}</title>\n'
            f'<desc id="description">{escape(description)}</desc>\n{style()}\n'
            f'<rect class="page" width="{WIDTH}" height="{HEIGHT}"/>\n'
            f'{text(WIDTH / 2, 24, title, css="title")}\n' + "\n".join(body) + "\n</svg>\n")


def text(x, y, words, anchor="middle", css="", turned=False):
    turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turned else ""
    css = f' class="{css}"' if css else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{css}{turn}>{escape(words)}</text>'


def grid(axis, label):
    """Horizontal lines with their values, and what they count."""
    for tick in axis.ticks:
        y = axis.place(tick)
        yield f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
        yield text(LEFT - 8, y + 4, short(tick), anchor="end")
    yield text(16, (TOP + HEIGHT - BOTTOM) / 2, label, turned=True)


def legend(names, mark):
    """One line of names below the plot, each behind its mark."""
    widths = [34 + 6.3 * len(name) for name in names]
    x = (WIDTH - sum(widths)) / 2
    for index, name in enumerate(names):
        yield mark(index, x, HEIGHT - 16)
        yield text(x + 22, HEIGHT - 12, name, anchor="start")
        x += widths[index]


def lines(title, description, x_label, y_label, series, log_x=True, log_y=True):
    """`series`: by name the (x, y) of a line."""
    points = [point for line in series.values() for point in line]
    ticks = sorted({x for x, _ in points})
    across = Axis([x for x, _ in points], LEFT + 10, WIDTH - RIGHT - 10, log_x, ticks)
    across.low, across.high = ticks[0], ticks[-1]
    up = Axis([y for _, y in points], HEIGHT - BOTTOM, TOP, log_y)
    body = list(grid(up, y_label))
    body += [text(across.place(x), HEIGHT - BOTTOM + 18, short(x)) for x in ticks]
    body.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - BOTTOM + 38, x_label))
    for index, (name, line) in enumerate(series.items()):
        places = [(across.place(x), up.place(y)) for x, y in line]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        body.append(f'<path class="line s{index}" stroke-dasharray="{DASHES[index]}" d="M{path}"/>')
        body += [f'<circle class="f{index}" cx="{x:.1f}" cy="{y:.1f}" r="3.5">'
                 f"<title>{escape(name)}: {short(at)}, {value:.3g}</title></circle>"
                 for (x, y), (at, value) in zip(places, line)]
    body += legend(list(series), lambda index, x, y: (
        f'<path class="line s{index}" stroke-dasharray="{DASHES[index]}" '
        f'd="M{x:.1f} {y}h20"/>'))
    return frame(title, description, body)


def bars(title, description, y_label, names, groups, log_y=True):
    """`groups`: by name the bars of a group, by their `names` the values; one can be missing."""
    values = [value for group in groups.values() for value in group.values()]
    up = Axis(values, HEIGHT - BOTTOM, TOP, log_y)
    body = list(grid(up, y_label))
    each = (WIDTH - LEFT - RIGHT) / len(groups)
    width = each * 0.84 / len(names)
    for place, (group, members) in enumerate(groups.items()):
        body.append(text(LEFT + each * (place + 0.5), HEIGHT - BOTTOM + 18, group))
        for name, value in members.items():
            index = names.index(name)
            x, y = LEFT + each * (place + 0.08) + width * index, up.place(value)
            body.append(
                f'<rect class="f{index}" x="{x:.1f}" y="{y:.1f}" width="{width * 0.9:.1f}" '
                f'height="{up.start - y:.1f}"><title>{escape(f"{group}, {name}")}: {value:.3g}'
                "</title></rect>")
    body += legend(names, lambda index, x, y: (
        f'<rect class="f{index}" x="{x:.1f}" y="{y - 6}" width="14" height="12"/>'))
    return frame(title, description, body)
