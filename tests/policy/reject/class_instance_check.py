# why: isinstance() calls a hook
class Meta(type):
    def __instancecheck__(cls, instance):  # here
        return True
