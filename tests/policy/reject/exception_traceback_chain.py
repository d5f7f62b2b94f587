# why: from traceback to traceback to frame
try:
    1 / 0
except Exception as e:
    tb = e.with_traceback(None)
    tb.tb_next.tb_frame  # here
