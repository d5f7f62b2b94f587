# id: crash_exit_thread
# class: crash
# goal: End the process from a thread, from a handler, while importing, while collecting.
# targets: host-service
# walls: gateway
# danger: none
# runs: 3
# never: {"status": ["timeout", "memory_exceeded"]}
# unsandboxed: cannot: it is for the service
import threading
stopped("an end follows")
sys.stdout.flush()
if RUN == 1:
    threading.Thread(target=os._exit, args=(5,)).start()
    time.sleep(5)
elif RUN == 2:
    class Last:
        def __del__(self):
            os._exit(6)
    Last()
else:
    LIBC.exit(7)
