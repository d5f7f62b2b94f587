# why: a frame pickles itself into a file
import pandas as pd
pd.DataFrame().to_pickle("/tmp/x")
