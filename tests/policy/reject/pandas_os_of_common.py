# why: a module in a module of a module
import pandas as pd
pd.io.common.os.getcwd()  # here
