# id: net_metadata
# class: network
# goal: The cloud's metadata service.
# targets: host-service
# walls: network, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: cannot: the control has no route
import urllib.request
proof = None
for url in ("http://169.254.169.254/latest/meta-data/", "http://metadata.google.internal/computeMetadata/v1/",
            "http://[fd00:ec2::254]/latest/", "http://100.100.100.200/"):
    try:
        urllib.request.urlopen(url, timeout=0.3)
        proof = url
    except OSError:
        pass
verdict(proof)
