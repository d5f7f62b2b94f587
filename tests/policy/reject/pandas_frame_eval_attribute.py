# why: a frame's formulas read attributes of variables
import pandas as pd
df = pd.DataFrame({"a": [1]})
df.eval("@pd.io.common.os.getcwd()")
