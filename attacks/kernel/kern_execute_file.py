# id: kern_execute_file
# class: kernel
# goal: Write code to a file and map that executable.
# targets: self
# walls: mount, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
# accepted-gvisor: gVisor maps files of a noexec file system; the code runs behind the same filter
import mmap
proof = []
for folder in ("/tmp", ".", "/var/tmp", "/dev/shm"):
    path = f"{folder}/pyrunner-attack-code-{os.getpid()}"
    try:
        with open(path, "w+b") as file:
            file.write(bytes.fromhex("b82a000000c3") + bytes(4090))
            file.flush()
            mmap.mmap(file.fileno(), 4096, flags=mmap.MAP_PRIVATE, prot=5)
            proof.append(folder)
    except OSError:
        pass
    try:
        os.unlink(path)
    except OSError:
        pass
verdict(" ".join(proof))
