# why: figures of many kinds, saved to memory
import base64
from io import BytesIO

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import cm
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Circle
from matplotlib.ticker import FuncFormatter

plt.rcParams["figure.figsize"] = (6, 4)
plt.rcParams.update({"font.size": 9})
plt.style.use("ggplot")
x = np.linspace(0, 2 * np.pi, 100)
fig, axes = plt.subplots(2, 2, constrained_layout=True)
axes[0, 0].plot(x, np.sin(x), "r--", label=r"$\sin(x)$")
axes[0, 0].legend(loc="best")
axes[0, 0].set_title(r"$\frac{a_{1}}{b_{[2]}}$ and $\sum_{i=0}^{n} x_i$")
axes[0, 1].hist(np.random.default_rng(0).normal(size=200), bins=20, color=cm.viridis(0.5))
axes[1, 0].scatter(x, np.cos(x), c=x, cmap="plasma", s=5)
axes[1, 0].add_patch(Circle((3, 0), 0.5, fill=False))
axes[1, 1].bar(["a", "b"], [3, 5], yerr=[0.1, 0.2])
axes[1, 1].yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.1f} €"))
ax3 = plt.figure().add_subplot(projection="3d")
ax3.plot_surface(*np.meshgrid(x[:5], x[:5]), np.ones((5, 5)))
buffer = BytesIO()
fig.savefig(buffer, format="png", dpi=60)
print(buffer.getvalue()[:4], len(base64.b64encode(buffer.getvalue()).decode()) > 1000)
with plt.rc_context({"lines.linewidth": 3}):
    plt.figure()
    plt.plot([1, 2, 3])
    plt.savefig("plot.svg")
plt.close("all")
