# why: coroutines and asynchronous generators driven by hand
class Ready:
    def __await__(self):
        yield "waiting"
        return 42


async def numbers(n):
    for i in range(n):
        yield i


async def main():
    total = await Ready()
    async for i in numbers(3):
        total += i
    return total + sum([x async for x in numbers(3)])


class Session:
    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        return False


async def use():
    async with Session() as session:
        return await main() if session else None

task = use()
try:
    while True:
        print(task.send(None))
except StopIteration as done:
    print(done.value)
