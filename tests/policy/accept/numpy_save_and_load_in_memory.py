# why: files in memory, load with its safe argument
import io

import numpy as np

buffer = io.BytesIO()
np.save(buffer, np.arange(5))
buffer.seek(0)
print(np.load(buffer, allow_pickle=False))
archive = io.BytesIO()
np.savez_compressed(archive, a=np.ones(2), b=np.zeros(3))
archive.seek(0)
with np.load(archive) as data:
    print(sorted(data.files), data["a"])
text = io.StringIO("1,2\n3,4\n")
print(np.loadtxt(text, delimiter=","), np.frombuffer(b"\x01\x02", dtype=np.uint8), np.genfromtxt(io.StringIO("1 2"), dtype=int))
