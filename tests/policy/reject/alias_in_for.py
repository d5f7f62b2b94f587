# why: a loop over modules
import random
for module in (random,):  # here
    module._os.system("id")
