# why: agg() looks attributes up by their text
import pandas as pd
pd.Series([1]).agg("__reduce_ex__", protocol=2)  # here
