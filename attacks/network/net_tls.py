# id: net_tls
# class: network
# goal: The libraries that speak HTTP, FTP and mail over the network.
# targets: host-service
# walls: network, landlock, seccomp
# danger: none
# runs: 1
# unsandboxed: escapes
import ftplib
import http.client
import smtplib
proof = []
port = TARGETS["port"]
for name, act in (("http", lambda: http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()),
                  ("ftp", lambda: ftplib.FTP().connect("127.0.0.1", port, timeout=1)),
                  ("smtp", lambda: smtplib.SMTP("127.0.0.1", port, timeout=1))):
    try:
        act()
        proof.append(name)
    except (ftplib.Error, smtplib.SMTPException):
        proof.append(name)
    except OSError:
        pass
verdict(" ".join(proof))
