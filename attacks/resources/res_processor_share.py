# id: res_processor_share
# class: resources
# goal: More processors than one, by threads that need no interpreter lock.
# targets: resources
# walls: cgroup
# danger: none
# runs: 1
# request: {"timeout": 10}
# accepted-without-cgroup: nothing else bounds the share, only the time
# unsandboxed: cannot: the control has no limit to pass
import hashlib
import threading
data = bytes(8 << 20)
def work(until):
    while time.monotonic() < until:
        hashlib.sha256(data).digest()
start = time.monotonic()
before = time.process_time()
threads = [threading.Thread(target=work, args=(start + 2,)) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
share = (time.process_time() - before) / (time.monotonic() - start)
verdict(share > 1.5 and f"{share:.2f} processors", f"{share:.2f} processors")
