# id: fs_sockets_of_services
# class: filesystem
# goal: Sockets of container engines, of the system bus, of logging, of databases.
# targets: host-service
# walls: mount, landlock, network
# danger: none
# runs: 1
# unsandboxed: escapes
# accepted-container: without a mount namespace names and metadata show; there is no call to connect with
import socket
import stat
found = [TARGETS["unix"], "/var/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock",
         "/run/dbus/system_bus_socket", "/run/systemd/private", "/dev/log", "/run/postgresql/.s.PGSQL.5432"]
for top in ("/run", "/var/run", "/tmp"):
    for folder, names, files in os.walk(top):
        found += [os.path.join(folder, name) for name in files]
seen, proof = [], []
for path in found:
    try:
        if stat.S_ISSOCK(os.stat(path).st_mode):
            seen.append(path)
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_UNIX, kind) as client:
                    client.connect(path)
                    proof.append(path)
    except OSError:
        pass
verdict(" ".join(proof[:5]), "no socket is seen", " ".join(seen[:5]))
