# why: async with and async for are places for code too
async def f():
    async with exec("1") as x:  # here
        pass
