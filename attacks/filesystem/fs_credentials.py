# id: fs_credentials
# class: filesystem
# goal: Keys and tokens where they usually lie.
# targets: host-data
# walls: mount, landlock, own-user
# danger: none
# runs: 1
# unsandboxed: cannot: depends on what the host has
import glob
patterns = ["/root/.*", "/home/*/.*", "/var/run/secrets/**", "/run/secrets/*", "/etc/ssh/ssh_host*key", "/etc/ssl/private/*",
            "/root/.aws/*", "/root/.config/gcloud/*", "/root/.docker/config.json", "/etc/kubernetes/*", "/var/lib/kubelet/*"]
verdict(next((path for pattern in patterns for path in glob.glob(pattern, recursive=True) if content(path, 1)), None))
