# why: query reads attributes of variables as eval does
import pandas as pd
df = pd.DataFrame({"a": [1]})
df.query("a == @pd.io.common.os.getpid()")
