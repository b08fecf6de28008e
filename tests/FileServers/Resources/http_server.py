"""A file server: GET as Python does it, and PUT. Paths that begin with /bad/ are answered badly, as the tests need it."""
import base64
import http.server
import os
import ssl
import sys
import threading

ROOT = sys.argv[1]
REQUESTS = open(sys.argv[2], "w", buffering=1)
CERTIFICATE = os.environ["CERTIFICATE"]
CREDENTIALS = os.environ["CREDENTIALS"]
UPLOADS = os.environ["UPLOADS"]
OUTPUT = threading.Lock()


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments):
        super().__init__(*arguments, directory=ROOT)

    def log_message(self, *_):
        pass

    def handle_expect_100(self):
        # Whether the body is wanted is known only after the checks.
        return True

    def send_head(self):
        return super().send_head() if self.may_go_on() else None

    def may_go_on(self):
        with OUTPUT:
            print(self.command, self.path, self.headers.get("Authorization", "-"), file=REQUESTS)
        expected = "Basic " + base64.b64encode(CREDENTIALS.encode()).decode()
        if CREDENTIALS and self.headers.get("Authorization") != expected:
            self.answer(401, {"WWW-Authenticate": 'Basic realm="files"'})
            return False
        if self.path.startswith("/bad/"):
            self.misbehave(self.path[len("/bad/"):])
            return False
        return True

    def answer(self, status, headers, body=b""):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        if self.command == "PUT":
            self.close_connection = True

    def misbehave(self, how):
        word, _, rest = how.partition("/")
        if word == "status":
            self.answer(int(rest.partition("/")[0]), {})
        elif word == "redirect":  # redirect/STATUS/ADDRESS
            status, _, address = rest.partition("/")
            self.answer(int(status), {"Location": address})
        elif word == "loop":
            self.answer(302, {"Location": self.path})
        elif word == "short":  # promises more than it sends
            self.answer(200, {"Content-Length": "1000"}, b"x" * 10)
            self.close_connection = True
        elif word == "endless":  # says no length
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"some")
            self.close_connection = True
        elif word == "chunks":  # rest: how many chunks of 1000 bytes; "broken" leaves out the last mark
            count, _, broken = rest.partition("/")
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for _ in range(int(count)):
                self.wfile.write(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
            if broken:
                self.close_connection = True
            else:
                self.wfile.write(b"0\r\n\r\n")
        elif word == "garbage":
            self.wfile.write(b"220 mail.example ESMTP\r\n")
            self.close_connection = True

    def do_PUT(self):
        if not self.may_go_on():
            return
        if not UPLOADS:
            self.answer(405, {})
            return
        path = self.translate_path(self.path)
        if not os.path.isdir(os.path.dirname(path)):
            self.answer(409, {})
            return
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        left = int(self.headers["Content-Length"])
        with open(path + ".part", "wb") as file:
            while left:
                block = self.rfile.read(min(left, 65536))
                if not block:
                    os.unlink(path + ".part")
                    return
                file.write(block)
                left -= len(block)
        os.replace(path + ".part", path)
        self.answer(201, {})


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
if CERTIFICATE:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server.socket = context.wrap_socket(server.socket, server_side=True)
print("listening", server.server_address[1])
server.serve_forever()
