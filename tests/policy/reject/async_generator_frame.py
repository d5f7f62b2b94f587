# why: an asynchronous generator's frame
async def f():
    yield
f().ag_frame.f_back  # here
