# why: the .str and .dt accessors, categoricals, multi-index
from io import StringIO

import pandas as pd

csv = """name;when;amount
Ann Lee;2024-01-05 10:00;1,5
Bob Ray;2024-02-07 12:30;2,25
"""
df = pd.read_csv(StringIO(csv), sep=";", decimal=",", parse_dates=["when"])
df[["first", "last"]] = df["name"].str.split(" ", n=1, expand=True)
print(df["when"].dt.month.tolist(), df["first"].str.lower().str.cat(sep="-"), df["name"].str.extract(r"(?P<initial>\w)"))
df["size"] = pd.cut(df["amount"], [0, 2, 3], labels=["small", "large"]).astype("category")
stacked = df.set_index(["last", "first"])[["amount"]].stack().unstack(0)
print(stacked, df["size"].cat.categories.tolist(), df.to_html()[:6], df.to_string(index=False))
print(pd.to_datetime(["2024-13-01"], errors="coerce"), pd.Timestamp("2024-01-01") + pd.offsets.BMonthEnd())
try:
    df["missing"]
except KeyError as error:
    print("no column", error)
pd.testing.assert_frame_equal(df, df.copy())
