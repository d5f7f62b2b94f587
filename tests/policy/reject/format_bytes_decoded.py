# why: a format made of bytes
print(b"{0.__class__}".decode().format(1))
