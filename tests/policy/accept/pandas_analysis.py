# why: the daily work of a data scientist
import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

pd.set_option("display.width", 120)
pd.options.display.max_rows = 20
sales = pd.DataFrame({
    "date": pd.date_range("2024-01-01", periods=8, freq="D"),
    "region": list("NSNSNSNS"),
    "units": [5, 3, np.nan, 8, 2, 9, 4, 7],
    "price": 2.5,
})
sales["revenue"] = sales.units.fillna(0) * sales["price"]
print(sales.groupby("region").agg(total=("revenue", "sum"), mean=("units", "mean")).reset_index())
print(sales.set_index("date").resample("2D")["revenue"].sum().rolling(2).mean())
print(sales.pivot_table(index=sales.date.dt.day_name(), columns="region", values="units", aggfunc="max").shape)
print(sales.assign(big=lambda d: d.revenue > 10).query("big and region == 'S'").index.tolist())
print(pd.concat([sales, sales]).drop_duplicates().merge(pd.DataFrame({"region": ["N", "S"], "boss": ["x", "y"]})).boss.value_counts())
print(sales.describe(include="all").shape, sales.select_dtypes("number").corr().loc["units", "price"], is_numeric_dtype(sales.units))
print(sales.style is not None, sales.to_json(orient="records", date_format="iso")[:40])
