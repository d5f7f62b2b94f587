# why: bytes, encodings, struct, base64, zlib, hashes
import base64
import binascii
import hashlib
import hmac
import struct
import zlib

text = "Grüße, 世界! \N{SNOWMAN} \u00e9 \x41"
data = text.encode("utf-8")
packed = struct.pack("<IhB", len(data), -3, 200)
print(struct.unpack("<IhB", packed), data[:4], bytes([65, 66]).decode("ascii"))
print(base64.b64encode(data).decode(), binascii.hexlify(packed))
print(hashlib.sha256(data).hexdigest()[:16], hmac.new(b"key", data, "sha256").hexdigest()[:8])
print(zlib.decompress(zlib.compress(data * 100))[:5], zlib.crc32(data))
print("é".encode("ascii", "namereplace"), b"caf\xc3\xa9".decode(errors="replace"))
