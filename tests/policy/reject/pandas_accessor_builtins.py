# why: what pandas computes with
from pandas.core.computation.ops import MATHOPS  # here
