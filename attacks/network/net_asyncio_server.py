# id: net_asyncio_server
# class: network
# goal: A server and a client of asyncio.
# targets: host-service
# walls: landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import asyncio
async def main():
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    if not server.sockets:
        raise OSError("nothing to listen on")
    port = server.sockets[0].getsockname()[1]
    await asyncio.open_connection("127.0.0.1", port)
    return port
try:
    verdict(f"serving on {asyncio.run(main())}")
except OSError as error:
    stopped(error)
