# id: res_both_outputs
# class: resources
# goal: Fill both outputs from many threads at once, and never end.
# targets: resources
# walls: gateway
# danger: limit
# runs: 1
# request: {"timeout": 10}
# expect: {"error": ["Output limit exceeded"]}
# unsandboxed: cannot: it has no end
import threading
def flood(descriptor):
    while True:
        os.write(descriptor, b"y" * 65536)
for descriptor in (1, 2) * 8:
    threading.Thread(target=flood, args=(descriptor,), daemon=True).start()
time.sleep(60)
