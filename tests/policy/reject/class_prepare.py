# why: a metaclass prepares the namespace
class Meta(type):
    @classmethod
    def __prepare__(cls, name, bases):  # here
        return {}
