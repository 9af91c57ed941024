"""Serves FOLDER/CONTAINER/… as Azure's Blob service does what this program asks of it: blobs whole and in parts, lists of two blobs a page, and requests
that are signed with a shared key, as the service's documentation describes them (2023-11-03). Says when it is up by writing its port to a file.

usage: azure.py FOLDER ACCOUNT KEY FILE
"""
import base64
import email.utils
import hashlib
import hmac
import http.server
import os
import re
import sys
import urllib.parse
from xml.sax.saxutils import escape

from http_server import serve

folder, account, key, told = sys.argv[1:]
PAGE = 2


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, body=b"", headers={}):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status, code):
        body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{code}</Message></Error>'
        self.answer(status, body.encode(), {"Content-Type": "application/xml", "x-ms-error-code": code})

    def is_signed(self, path, query):
        """https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key"""
        length = self.headers.get("Content-Length", "")
        lines = [self.command] + [
            self.headers.get(name, "") for name in ("Content-Encoding", "Content-Language")
        ] + ["" if length == "0" else length] + [
            self.headers.get(name, "")
            for name in ("Content-MD5", "Content-Type", "Date", "If-Modified-Since", "If-Match", "If-None-Match", "If-Unmodified-Since", "Range")
        ]
        own = sorted((name.lower(), value.strip()) for name, value in self.headers.items() if name.lower().startswith("x-ms-"))
        lines += [f"{name}:{value}" for name, value in own]
        lines.append(f"/{account}{path}")
        lines += [f"{name}:{','.join(sorted(values))}" for name, values in sorted(query.items())]
        digest = hmac.new(base64.b64decode(key), "\n".join(lines).encode(), hashlib.sha256).digest()
        return self.headers.get("Authorization") == f"SharedKey {account}:{base64.b64encode(digest).decode()}"

    def do_GET(self):
        path, _, text = self.path.partition("?")
        query = urllib.parse.parse_qs(text, keep_blank_values=True)
        if "Authorization" not in self.headers:
            return self.refuse(409, "PublicAccessNotPermitted")
        if not self.is_signed(path, query):
            return self.refuse(403, "AuthenticationFailed")
        container, _, name = urllib.parse.unquote(path).lstrip("/").partition("/")
        root = os.path.join(folder, container)
        if not os.path.isdir(root):
            return self.refuse(404, "ContainerNotFound")
        if not name:
            return self.list(root, container, {name: values[0] for name, values in query.items()})
        file = os.path.join(root, name)
        if not os.path.isfile(file):
            return self.refuse(404, "BlobNotFound")
        with open(file, "rb") as opened:
            body = opened.read()
        headers = {
            "ETag": f'"0x{hashlib.sha256(body).hexdigest()[:15].upper()}"', "Accept-Ranges": "bytes", "x-ms-blob-type": "BlockBlob",
            "Last-Modified": email.utils.formatdate(os.stat(file).st_mtime, usegmt=True),
        }
        part = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or self.headers.get("x-ms-range") or "")
        if not part or self.command == "HEAD":
            return self.answer(200, body, headers)
        first, last = int(part[1]), min(int(part[2] or len(body)), len(body) - 1)
        if first >= len(body):
            return self.refuse(416, "InvalidRange")
        self.answer(206, body[first:last + 1], headers | {"Content-Range": f"bytes {first}-{last}/{len(body)}"})

    do_HEAD = do_GET

    def list(self, root, container, query):
        if query.get("comp") != "list" or query.get("restype") != "container":
            return self.refuse(400, "InvalidQueryParameterValue")
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter", "")
        names = sorted(
            os.path.relpath(os.path.join(where, name), root) for where, _, files in os.walk(root) for name in files)
        entries = {}
        for name in (name for name in names if name.startswith(prefix)):
            rest = name[len(prefix):]
            if delimiter and delimiter in rest:
                below = prefix + rest.split(delimiter)[0] + delimiter
                entries[below] = f"<BlobPrefix><Name>{escape(below)}</Name></BlobPrefix>"
            else:
                status = os.stat(os.path.join(root, name))
                entries[name] = (
                    f"<Blob><Name>{escape(name)}</Name><Properties>"
                    f"<Last-Modified>{email.utils.formatdate(status.st_mtime, usegmt=True)}</Last-Modified>"
                    f"<Content-Length>{status.st_size}</Content-Length><BlobType>BlockBlob</BlobType></Properties></Blob>")
        found = sorted(entries)
        start = int(query.get("marker") or 0)
        marker = str(start + PAGE) if start + PAGE < len(found) else ""
        body = (
            f'<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://127.0.0.1/" ContainerName="{escape(container)}">'
            f"<Prefix>{escape(prefix)}</Prefix><Delimiter>{escape(delimiter)}</Delimiter>"
            f"<Blobs>{''.join(entries[name] for name in found[start:start + PAGE])}</Blobs><NextMarker>{marker}</NextMarker></EnumerationResults>")
        self.answer(200, body.encode(), {"Content-Type": "application/xml"})


serve(Handler, told)
