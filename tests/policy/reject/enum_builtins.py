# why: enum has the built-ins under a short name
import enum
enum.bltns.eval("1")  # here
