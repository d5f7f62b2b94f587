# why: a backend's name is a module's name
import matplotlib.pyplot as plt
plt.switch_backend("module://ctypes")
