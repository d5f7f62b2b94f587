# why: a coroutine's frame
async def f():
    pass
f().cr_frame.f_globals  # here
