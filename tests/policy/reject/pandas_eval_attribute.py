# why: pandas' formulas read attributes of variables
import pandas as pd
pd.eval("pd.io.common.os.getcwd()")
