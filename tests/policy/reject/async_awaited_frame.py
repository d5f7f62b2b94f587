# why: what a coroutine waits for
async def f():
    return f().cr_await  # here
