# why: what a program prints first: the versions of its libraries
import numpy as np
import pandas as pd
import scipy
import sklearn

for module in (np, pd, scipy, sklearn):
    print(f"{module.__name__:<10} {module.__version__}")
print(np.__version__ >= "1", pd.__version__ != "")
