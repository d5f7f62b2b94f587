"""`./dev bench scale`: how latency, throughput and memory go with clients, sizes and the pool."""

import contextlib
import socket
import statistics
import time

import plot
import processes
from figures import quantile
from programs import Request, run as run_request
from report import number, table
from service import Service

MB = 1e6
CLIENTS = (1, 8, 32, 128, 512, 1000)
PROGRAM_BYTES = (10, 1000, 10_000, 100_000, 1_000_000)
ANSWER_BYTES = (0, 1000, 100_000, 1_000_000, 10_000_000)
READY = (1, 4, 16, 64)
BURSTS = (8, 32)
KEEPS_ALL = ("--output-kb", "16384")  # half of it is each end's; a program may print 16 MiB
SLEEPER = 'import time\nprint("hello", flush=True)\ntime.sleep(3)\n'
RUNNING = 16
IDLE = 1000


def size(count):
    for unit, name in ((1_000_000, "MB"), (1000, "kB")):
        if count >= unit:
            return f"{count // unit} {name}"
    return f"{count} B"


def program_of(count):
    """A program of so many bytes: a comment's worth of text in every other line, as people write."""
    lines, line = ["print(123)"], "\nvalue = [1, 2, 3]  # one of the many lines of a long program"
    lines += [line] * ((count - 10) // len(line))
    source = "".join(lines)
    source += "\n" * (count - len(source))
    return run_request(source, "123\n")


def output_of(count):
    if count == 0:
        return run_request("pass\n", "")
    return Request("/run", {"code": f'print("x" * {count - 4} + "end")\n'}, 'end\\n"', count)


def result_of(count):
    if count == 0:
        return Request("/cloudrun/execute", {"script": "def main(): pass\n"}, '"result":null')
    script = f'def main():\n    return "x" * {count - 3} + "end"\n'
    return Request("/cloudrun/execute", {"script": script}, 'end"', count)


def clients(bench, service):
    """Lines of (clients, runs a second, p50, p99, failures)."""
    lines = []
    for count in CLIENTS:
        seconds = (1 if bench.quick else 3) if count < 512 else (2 if bench.quick else 6)
        service.await_full()
        summary, _ = bench.load(service.port, "hello", clients=count, seconds=seconds)
        lines.append((count, summary["rate"], summary["p50_ms"], summary["p99_ms"],
                      summary["count"] - summary["ok"]))
        print(f"{count:>5} clients {number(summary['rate']):>8} /s  p50"
              f" {number(summary['p50_ms']):>7}  p99 {number(summary['p99_ms']):>7} ms,"
              f" {lines[-1][4]} failures", flush=True)
    return lines


def sizes(bench, service):
    """By kind, lines of (bytes, p50, p99)."""
    found = {}
    for kind, make, counts in (("program", program_of, PROGRAM_BYTES),
                               ("output", output_of, ANSWER_BYTES),
                               ("result", result_of, ANSWER_BYTES)):
        found[kind] = []
        for count in counts:
            requests = bench.rounds(30 if count > 1_000_000 else 100)
            service.await_full()
            _, samples = bench.send(service.port, make(count), clients=1, requests=requests,
                                    warmup=2)
            times = [sample[0] for sample in samples]
            found[kind].append((count, quantile(times, 0.5), quantile(times, 0.99)))
            print(f"{kind:<8} {size(count):>7}  p50 {number(found[kind][-1][1]):>7}  p99"
                  f" {number(found[kind][-1][2]):>7} ms, {requests} one after another", flush=True)
    return found


def private_mb(pids):
    return sum(processes.memory(pid)["Private_Dirty"] for pid in pids) / MB


def all_mb(service):
    """What no other process has a part in, of the whole service; proportional parts else."""
    return sum(processes.memory(pid)["Pss"] for pid in processes.tree(service.pid)) / MB


def ready(bench):
    """Lines of (ready sandboxes, MB of all processes, p50 and p99 for each size of burst)."""
    lines = []
    for count in READY:
        with Service("--ready-sandboxes", str(count)) as service:
            service.await_full()
            line = [count, all_mb(service)]
            for burst in BURSTS:
                times = []
                for _ in range(bench.rounds(8)):
                    service.await_full()
                    _, samples = bench.load(service.port, "hello", clients=burst, requests=burst)
                    times += [sample[0] for sample in samples]
                line += [quantile(times, 0.5), quantile(times, 0.99)]
            lines.append(line)
        print(f"{count:>5} ready, {number(line[1])} MB; p50, p99 of bursts "
              + "; ".join(f"of {burst}: {number(line[2 + 2 * i])}, {number(line[3 + 2 * i])} ms"
                          for i, burst in enumerate(BURSTS)), flush=True)
    return lines


def idle_connection_bytes(service):
    """What the gateway holds for each connection that has had an answer."""
    before = processes.memory(service.pid)["Private_Dirty"]
    with contextlib.ExitStack() as stack:
        for _ in range(IDLE):
            connection = stack.enter_context(
                socket.create_connection(("127.0.0.1", service.port)))
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            if b" 200 " not in connection.recv(4096):
                raise RuntimeError("/health is not well")
        return (processes.memory(service.pid)["Private_Dirty"] - before) / IDLE


def running_mb(bench, service):
    """Private memory of a sandbox in the middle of a hello: what all of them have more of."""
    before = private_mb(service.await_full()["base"])
    request = Request("/run", {"code": SLEEPER}, '"stdout":' + '"hello')
    body = open(bench.files.body(request), "rb").read()
    head = (f"POST /run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode()
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(socket.create_connection(("127.0.0.1", service.port)))
                       for _ in range(RUNNING)]
        for connection in connections:
            connection.sendall(head + body)
        time.sleep(1.5)
        found = service.sandboxes()["base"]
        during = private_mb(found)
        for connection in connections:
            bench.send.wrong += b'"stdout":"hello' not in connection.recv(65536)
    return (during - before) / RUNNING


def memory(bench, service):
    """Lines of (what, MB)."""
    full = service.await_full()
    lines = [(f"ready sandbox, {kind}",
              statistics.median(processes.memory(pid)["Private_Dirty"] for pid in pids) / MB)
             for kind, pids in full.items()]
    lines.append(("running hello", running_mb(bench, service)))
    lines.append(("idle connection", idle_connection_bytes(service) / MB))
    for what, amount in lines:
        print(f"{what:<24} {amount:>8.3f} MB, private", flush=True)
    return lines


def verdict(bench, lines):
    count, rate, _, p99, failures = lines[-1]
    print()
    bench.report.print_head()
    bench.add(f"{count:,} clients, not answered rightly", failures, "runs", 0)
    bench.add(f"{count:,} clients, 99th percentile", p99, "ms", round(2000 * count / rate, 1),
              note="twice clients / throughput")


def markdown(found):
    rate = table([["clients", "runs/s", "p50", "p99", "failures"], *(
        [f"{line[0]:,}", number(line[1]), f"{number(line[2])} ms", f"{number(line[3])} ms",
         str(line[4])] for line in found["clients"])])
    counts = sorted({line[0] for lines in found["sizes"].values() for line in lines})
    by_size = [["p50 / p99 in ms", *(size(count) for count in counts)]]
    for kind, lines in found["sizes"].items():
        cells = {count: f"{number(p50)} / {number(p99)}" for count, p50, p99 in lines}
        by_size.append([kind, *(cells.get(count, "") for count in counts)])
    pool = table([["ready sandboxes", "memory", *(f"burst of {burst}" for burst in BURSTS)], *(
        [str(line[0]), f"{number(line[1])} MB",
         *(f"{number(line[i])} / {number(line[i + 1])} ms" for i in range(2, len(line), 2))]
        for line in found["ready"])])
    held = table([["private memory", "MB"], *([what, f"{amount:.3f}"] for what, amount
                                              in found["memory"])])
    return {"clients": rate, "sizes": table(by_size), "ready": pool, "memory": held}


def plots(bench, found):
    lines = found["clients"]
    bench.plot("clients", plot.lines(
        "hello, more and more clients",
        "Lines over the number of clients: runs a second, and milliseconds of median and 99th"
        " percentile.", "clients without pause", "milliseconds; runs a second", {
            "runs a second": [(line[0], line[1]) for line in lines],
            "median, ms": [(line[0], line[2]) for line in lines],
            "99th percentile, ms": [(line[0], line[3]) for line in lines]}))
    bench.plot("sizes", plot.lines(
        "How long a program of a size takes, and one whose output or result has it",
        "Lines over the number of bytes: milliseconds, median.", "bytes", "milliseconds", {
            kind: [(count, p50) for count, p50, _ in lines if count > 0]
            for kind, lines in found["sizes"].items()}))
    bench.plot("ready", plot.lines(
        "Bursts of requests, by the number of ready sandboxes",
        "Lines over the number of ready sandboxes: milliseconds, 99th percentile of a burst.",
        "ready sandboxes", "milliseconds, 99th percentile", {
            f"burst of {burst}": [(line[0], line[3 + 2 * i]) for line in found["ready"]]
            for i, burst in enumerate(BURSTS)}))


def run(bench):
    """Returns the exit code."""
    began, found = time.monotonic(), {}
    with Service() as service:
        found["memory"] = memory(bench, service)
        found["clients"] = clients(bench, service)
    with Service(*KEEPS_ALL) as service:
        found["sizes"] = sizes(bench, service)
    found["ready"] = ready(bench)
    verdict(bench, found["clients"])
    print(f"{time.monotonic() - began:.0f} s")
    plots(bench, found)
    return bench.finish("scale", found, markdown(found))
