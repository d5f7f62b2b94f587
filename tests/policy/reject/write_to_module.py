# why: the next library call would run the program's function
import json
json.dumps = print  # here
