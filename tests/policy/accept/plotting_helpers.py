# why: a class that wraps matplotlib, and a figure without pyplot
from io import BytesIO

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
import pandas as pd


class Chart:
    def __init__(self, frame, **style):
        self.figure = Figure(figsize=(4, 3))
        self.axes = self.figure.add_subplot()
        frame.plot(ax=self.axes, **style)

    def png(self):
        out = BytesIO()
        FigureCanvasAgg(self.figure).print_png(out)
        return out.getvalue()

    def _repr_html_(self):
        return "<img>"


chart = Chart(pd.DataFrame({"a": [1, 3, 2]}), kind="bar", color=["tab:blue"])
chart.axes.set(xlabel="x", ylabel="$y_{i}$", title="{unused.braces}")
print(chart.png()[1:4], chart._repr_html_())
