# why: descriptive statistics by hand and with the module
import math
import random
import statistics as st
from random import Random, choice, gauss, sample, shuffle

random.seed(42)
data = [gauss(100, 15) for _ in range(200)]
print(round(st.mean(data)), round(st.stdev(data)), round(st.median(data)), st.mode([1, 1, 2]), st.quantiles(range(10), n=4))
print(st.NormalDist(100, 15).cdf(115), st.correlation([1, 2, 3], [2, 4, 7]), st.linear_regression([1, 2, 3], [2, 4, 6]).slope)
deck = [f"{rank}{suit}" for suit in "♠♥♦♣" for rank in [*range(2, 11), *"JQKA"]]
shuffle(deck)
print(len(sample(deck, 5)), choice(deck) in deck, Random(1).random() == Random(1).random())
print(math.isclose(sum(0.1 for _ in range(10)), 1), math.prod([2, 3]), math.gcd(12, 18), math.dist((0, 0), (3, 4)))
