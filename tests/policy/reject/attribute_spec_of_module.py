# why: a module's spec has its loader
import json
json.__spec__.loader  # here
