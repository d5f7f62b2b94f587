# why: eval and query with plain formulas
import pandas as pd

df = pd.DataFrame({"a": range(5), "b": range(5, 10)})
limit = 2
print(df.eval("c = a + b * 2").c.tolist(), df.query("a > @limit and b < 9").shape)
print(df.eval("a ** 2 - b").sum(), pd.eval("1 + 2 * 3"), df.query("b in [6, 7]").a.tolist())
column = "a"
print(df.query(f"{column} >= {limit}").b.mean())
