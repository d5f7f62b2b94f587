# why: the subclass of numpy's own manual
import numpy as np


class Tagged(np.ndarray):
    def __new__(cls, values, tag=None):
        array = np.asarray(values).view(cls)
        array.tag = tag
        return array

    def __array_finalize__(self, other):
        self.tag = "copy" if isinstance(other, Tagged) else None


a = Tagged([1.0, 2.0], tag="speeds")
print(a.tag, a[1:].tag, (a * 2).sum())
