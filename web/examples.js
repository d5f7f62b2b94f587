// Programs to begin with. Those of an API are from the documentation of the service that it comes
// from. `ends` is how it must end, which a test holds it to.

export const EXAMPLES = [
  {name: 'Hello', api: 'pyrunner', ends: 'good', program: `name = "PyRunner"
print(f"Hello from {name}!")
print("6 * 7 =", 6 * 7)
`},
  {name: 'Data frames', api: 'pyrunner', ends: 'good', program: `import pandas as pd

sales = pd.DataFrame({
    "city": ["Bern", "Bonn", "Bern", "Oslo"],
    "amount": [3, 5, 4, 2],
})
print(sales.groupby("city")["amount"].agg(["sum", "mean"]))
`},
  {name: 'Symbolic mathematics', api: 'pyrunner', ends: 'good', program: `import sympy as sp

# Define symbol
x = sp.Symbol('x')

# Solve equation
equation = x**2 - 4*x + 3
solutions = sp.solve(equation, x)
print(f'Solutions: {solutions}')

# Calculus
f = x**3 - 2*x**2 + x
derivative = sp.diff(f, x)
print(f'Derivative: {derivative}')
`},
  {name: 'Statistics with numpy and scipy', api: 'pyrunner', ends: 'good', program: `import numpy as np
from scipy import stats

data = np.random.default_rng(7).normal(10, 2, size=500)
print(f"Mean:  {data.mean():.3f}")
print(f"Std:   {data.std():.3f}")
low, high = stats.t.interval(0.95, len(data) - 1, data.mean(), stats.sem(data))
print(f"95 % of the mean: {low:.3f} to {high:.3f}")
`},
  {name: 'Machine learning', api: 'pyrunner', ends: 'good', program: `from sklearn.datasets import load_iris
from sklearn.model_selection import cross_val_score
from sklearn.tree import DecisionTreeClassifier

flowers = load_iris()
scores = cross_val_score(DecisionTreeClassifier(random_state=0), flowers.data, flowers.target)
print("Accuracy of each fold:", scores.round(3))
`},
  {name: 'An exception', api: 'pyrunner', ends: 'bad', program: `def mean(values):
    return sum(values) / len(values)


print("before")
print(mean([]))
`},
  {name: 'A refusal', api: 'pyrunner', ends: 'refused', program: `import os

print(os.listdir("/"))
`},
  {name: 'Out of time', api: 'pyrunner', ends: 'stopped', limits: {timeout: 2}, program: `n = 0
print("counting ...", flush=True)
while True:
    n += 1
`},
  {name: 'Out of memory', api: 'pyrunner', ends: 'stopped', limits: {memory_limit: 64},
   program: `eaten = b""
while True:
    eaten += bytes(1_000_000)
`},
  {name: 'Mean of a column', api: 'code-executor', ends: 'good', program: `import pandas as pd

df = pd.DataFrame({"A": [1, 2, 3]})
print(df.mean())
`},
  {name: 'A module that is not there', api: 'code-executor', ends: 'bad',
   program: `import tensorflow

print("Hi")
`},
  {name: 'numpy in main()', api: 'nsjail', ends: 'good', program: `def main():
    import numpy as np
    arr = np.array([1, 2, 3, 4, 5])
    return {
        "mean": float(np.mean(arr)),
        "std": float(np.std(arr))
    }
`},
  {name: 'A value that is no JSON', api: 'nsjail', ends: 'bad', program: `def main():
    return set([1, 2, 3])  # Sets are not JSON serializable
`},
  {name: 'pandas and numpy together', api: 'cloudrun', ends: 'good', program: `import pandas as pd
import numpy as np


def main():
    print("Creating dataset...")
    data = pd.DataFrame({
        "x": np.arange(1, 11),
        "y": np.arange(1, 11) ** 2
    })
    print(f"Dataset has {len(data)} rows")

    return {
        "x_sum": int(data["x"].sum()),
        "y_sum": int(data["y"].sum()),
        "correlation": float(data["x"].corr(data["y"]))
    }
`},
  {name: 'Fibonacci', api: 'cloudrun', ends: 'good', program: `import math


def main():
    print("Calculating fibonacci...")

    def fib(n):
        if n <= 1:
            return n
        return fib(n - 1) + fib(n - 2)

    result = fib(10)
    print(f"Fibonacci(10) = {result}")
    return {"fibonacci_10": result}
`},
];
