# id: xreq_memory
# class: cross-request
# goal: Look for other programs' secrets in the memory that came from the zygote.
# targets: other-request
# walls: pid
# danger: none
# runs: 1
# unsandboxed: cannot: without a zygote there is nothing to inherit
import gc
gc.unfreeze()  # what the zygote put out of the collector's sight
proof = []
for thing in gc.get_objects():
    try:
        members = thing.values() if isinstance(thing, dict) else thing if isinstance(thing, (list, tuple, set)) else ()
        for member in list(members):
            data = member.encode("utf-8", "replace") if isinstance(member, str) else bytes(member) if isinstance(member, (bytes, bytearray)) else b""
            if b"canary-" in data and secrets_in(data):
                proof.append(type(thing).__name__)
    except Exception:
        pass
# And what the objects' memory itself holds.
for thing in gc.get_objects():
    data = ctypes.string_at(id(thing), 64)
    if b"canary-" in data and secrets_in(data):
        proof.append("memory")
verdict(" ".join(proof[:3]), "no secret of others in reach")
