# why: a loop over modules, and an attribute that looks harmless
import enum
for module in (enum,):
    module.sys.modules
