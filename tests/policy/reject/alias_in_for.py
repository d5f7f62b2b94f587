# why: a loop over modules
import random
for module in (random,):
    module._os.system("id")  # here
