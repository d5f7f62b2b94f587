# why: pandas' options under a shorter name
import pandas as pd

options = pd.options.display
options.precision = 3
options.max_columns = 8
print(pd.Series([1 / 3]))
