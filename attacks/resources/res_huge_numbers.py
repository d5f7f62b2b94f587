# id: res_huge_numbers
# class: resources
# goal: One operation that asks for an absurd amount of memory.
# targets: resources
# walls: cgroup, rlimits
# danger: limit
# runs: 1
# request: {"memory_limit": 128, "timeout": 3}
# unsandboxed: cannot: an ordinary interpreter says MemoryError, too
proof = []
for text in ("'x' * (1 << 40)", "[0] * (1 << 38)", "bytes(1 << 45)", "bytearray(1 << 33)", "range(1 << 62).__len__() and list(range(1 << 33))", "' ' .rjust(1 << 35)"):
    try:
        value = eval(text)
        proof.append(text)
        del value
    except (MemoryError, OverflowError):
        pass
verdict(" ".join(proof), "a MemoryError each time")
