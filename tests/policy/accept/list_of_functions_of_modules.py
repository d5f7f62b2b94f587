# why: functions of modules as values, in lists and dictionaries
import math

import numpy as np
from scipy import stats

for function in (math.sqrt, np.sin, np.log1p, stats.norm.cdf):
    print(function.__name__, round(float(function(1.0)), 3))
distributions = {"normal": stats.norm, "uniform": stats.uniform}
print({name: d.cdf(0.5).round(2) for name, d in distributions.items()})
