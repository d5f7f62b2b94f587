# id: xreq_posix_shared_memory
# class: cross-request
# goal: Shared memory and semaphores with names, by the library.
# targets: other-request
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
from multiprocessing import shared_memory
try:
    block = shared_memory.SharedMemory(name=f"pyrunner-attack-{os.getpid()}", create=True, size=4096)
    block.close()
    block.unlink()
    escaped("a block that others can open by name")
except OSError as error:
    stopped(error)
