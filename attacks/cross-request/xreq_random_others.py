# id: xreq_random_others
# class: cross-request
# goal: Two programs draw the same from uuid, secrets, tempfile, or the C library.
# targets: other-request
# walls: none
# danger: none
# runs: 2-compare
# unsandboxed: cannot: the control's are fresh
import secrets
import tempfile
import uuid
print("FINGERPRINT", uuid.uuid4(), secrets.token_hex(8), next(tempfile._get_candidate_names()), uuid.uuid1().clock_seq)
