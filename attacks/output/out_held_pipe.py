# id: out_held_pipe
# class: output
# goal: Be done, but leave the outputs open in a thread.
# targets: resources
# walls: gateway
# danger: none
# runs: 1
# request: {"timeout": 2}
# expect: {"status": ["timeout", "success", "error"]}
# unsandboxed: cannot: it is for the service
import threading
copies = [os.dup(1), os.dup(2), os.dup(1)]
def later():
    time.sleep(30)
    os.write(copies[0], b"late")
threading.Thread(target=later, daemon=True).start()
stopped("the outputs stay open")
sys.stdout.flush()
LIBC.syscall(60, 0)  # the main thread only
