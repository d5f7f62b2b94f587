# id: net_families
# class: network
# goal: A socket of any family, type and protocol that the kernel has.
# targets: kernel
# walls: seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
proof = []
for family in range(64):
    for kind in (1, 2, 3, 4, 5, 10):
        for number, extra in ((41, ()), (53, (buffer(8),))):
            if (family, number) == (1, 53):
                continue  # Pairs of UNIX sockets are what asyncio lives on.
            if call(number, family, kind, 0, *extra) >= 0:
                proof.append(f"{family}/{kind}")
verdict(" ".join(proof[:12]), "no family")
