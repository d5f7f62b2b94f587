# why: with hands a module through
import enum
from contextlib import nullcontext
with nullcontext(enum) as module:
    module.sys.modules
