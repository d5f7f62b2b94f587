# id: out_streams
# class: output
# goal: Streams that are not streams any more when the service flushes them.
# targets: self
# walls: gateway
# danger: none
# runs: 4
# unsandboxed: cannot: it is for the service
print("stopped: the streams are odd now")
sys.stdout.flush()
class Odd:
    def flush(self):
        raise SystemExit("no")
    def write(self, text):
        raise KeyboardInterrupt
    def __getattr__(self, name):
        raise RuntimeError(name)
sys.stdout = sys.stderr = (None, Odd(), 7, open("/dev/full", "w"))[RUN - 1]
if RUN == 3:
    raise ValueError("with streams that are numbers")
