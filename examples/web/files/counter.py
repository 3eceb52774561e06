"""Counts visits in redis, with nothing but Python's own library."""
import os
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def ask(*commands):
    """The last answer of redis to these commands, each a list of words."""
    with socket.socket(socket.AF_UNIX) as redis, redis.makefile("rwb") as stream:
        redis.connect(os.environ["REDIS_SOCKET"])
        for words in commands:
            parts = [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
            stream.write(f"*{len(words)}\r\n{''.join(parts)}".encode())
            stream.flush()
            answer = stream.readline().decode().strip()
            if answer.startswith("-"):
                raise RuntimeError(answer)
        return answer[1:]


class Counter(BaseHTTPRequestHandler):
    def do_GET(self):
        with open(os.environ["REDIS_PASSWORD_FILE"]) as file:
            password = file.read().strip()
        text = f"visit {ask(['AUTH', password], ['INCR', 'visits'])}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


ThreadingHTTPServer(("", 8000), Counter).serve_forever()
