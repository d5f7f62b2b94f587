# id: net_by_programs
# class: network
# goal: Programs of the host that speak for it: shells, curl, wget, python.
# targets: host-service
# walls: seccomp, landlock, network
# danger: none
# runs: 1
# unsandboxed: escapes
import subprocess
proof = []
port = TARGETS["port"]
for command in (["bash", "-c", f"read x < /dev/tcp/127.0.0.1/{port}; echo $x"], ["curl", "-s", "--http0.9", f"http://127.0.0.1:{port}/"],
                ["python3", "-c", f"import socket; print(socket.create_connection(('127.0.0.1', {port})).recv(99))"]):
    try:
        if secrets_in(subprocess.run(command, capture_output=True, timeout=3).stdout):
            proof.append(command[0])
    except (OSError, subprocess.SubprocessError):
        pass
verdict(" ".join(proof))
