# why: inspect through the module that needs it
import dataclasses
dataclasses.inspect.currentframe()  # here
